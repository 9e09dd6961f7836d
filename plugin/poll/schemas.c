/* SPDX-License-Identifier: MIT */
/*
 *            find: nobody has it                  take
 *   (none) ----------------------> asked for ------------------> here, for good
 *     ^                             |      |
 *     |          give_up            |      | refuse; take without room
 *     +-----------------------------+      v
 *     +----------------------------- refused, for all or for one slot
 *          POLL_SCHEMAS_RETRY_MS
 */
#include "poll/schemas.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/table.h"
#include "cim/name.h"
#include "metric/cook.h"

/* Of what was asked for. A host that claims another build each time ends here. */
#define MAX_CLASSES 16384u

struct refusal {
    uint64_t at_ms;
    size_t slot; /* of access only */
};

struct poll_schema {
    struct table_link link;                          /* by the three texts */
    const char *build, *namespace_name, *class_name; /* in texts */

    MI_Class *class_result; /* NULL: not here; set once */
    bool is_asked_for;
    bool was_given_up;        /* once: nobody waits for another any more */
    bool is_refused;          /* for all, at least once */
    bool is_doubt_told;       /* cim_class_doubt */
    struct refusal refusal;   /* is_refused: the last */
    struct refusal *accesses; /* each slot once */
    size_t access_count, access_capacity;
    char texts[];
};

struct reading {
    struct table_link link; /* by rule and schema */
    const struct model_instance *rule;
    const struct poll_schema *schema; /* NULL: as the module has it */
    struct poll_reading reading;
    struct model_metric completed[];
};

struct poll_schemas {
    pthread_mutex_t lock; /* of everything but what a reading says */
    struct table classes; /* those that were asked for */
    struct table readings;
    size_t here_count;
    size_t bytes; /* of those that are here */
};

struct poll_schemas *poll_schemas_new(struct err *err)
{
    struct poll_schemas *schemas = calloc(1, sizeof *schemas);
    if (schemas == NULL) {
        err_memory(err);
        return NULL;
    }
    pthread_mutex_init(&schemas->lock, NULL);
    table_init(&schemas->classes);
    table_init(&schemas->readings);
    return schemas;
}

static void free_class(void *thing)
{
    struct poll_schema *schema = thing;
    if (schema->class_result != NULL)
        MI_Class_Delete(schema->class_result);
    free(schema->accesses);
    free(schema);
}

void poll_schemas_free(struct poll_schemas *schemas)
{
    if (schemas == NULL)
        return;
    table_free(&schemas->readings, free);
    table_free(&schemas->classes, free_class);
    pthread_mutex_destroy(&schemas->lock);
    free(schemas);
}

/* --- Classes --- */

/* From an address that a host does not know. */
static uint64_t hash_class(const struct poll_schemas *schemas, const char *build,
                           const char *namespace_name, const char *class_name)
{
    uint64_t hash = hash_bytes(HASH_START, &schemas, sizeof schemas);
    return hash_folded(hash_folded(hash_text(hash, build), namespace_name), class_name);
}

/* New, texts copied. NULL: no memory. */
static struct poll_schema *new_class(const char *build, const char *namespace_name,
                                     const char *class_name)
{
    size_t build_bytes = strlen(build) + 1;
    size_t namespace_bytes = strlen(namespace_name) + 1;
    size_t class_bytes = strlen(class_name) + 1;
    struct poll_schema *schema =
        calloc(1, sizeof *schema + build_bytes + namespace_bytes + class_bytes);
    if (schema == NULL)
        return NULL;
    schema->build = memcpy(schema->texts, build, build_bytes);
    schema->namespace_name = memcpy(schema->texts + build_bytes, namespace_name, namespace_bytes);
    schema->class_name =
        memcpy(schema->texts + build_bytes + namespace_bytes, class_name, class_bytes);
    return schema;
}

/* Lock held. NULL: no memory, or too many. */
static struct poll_schema *find_class(struct poll_schemas *schemas, const char *build,
                                      const char *namespace_name, const char *class_name)
{
    uint64_t hash = hash_class(schemas, build, namespace_name, class_name);
    struct poll_schema *schema = table_first(&schemas->classes, hash);
    while (schema != NULL && (strcmp(schema->build, build) != 0 ||
                              !cim_name_is_same(schema->class_name, class_name) ||
                              !cim_name_is_same(schema->namespace_name, namespace_name)))
        schema = table_next(&schema->link);
    if (schema != NULL || schemas->classes.count >= MAX_CLASSES)
        return schema;
    schema = new_class(build, namespace_name, class_name);
    if (schema != NULL)
        table_put(&schemas->classes, &schema->link, hash);
    return schema;
}

static bool is_recent(const struct refusal *refusal, uint64_t now_ms)
{
    return now_ms < refusal->at_ms || now_ms - refusal->at_ms < POLL_SCHEMAS_RETRY_MS;
}

static struct refusal *find_access(const struct poll_schema *schema, size_t slot)
{
    for (size_t i = 0; i < schema->access_count; i++)
        if (schema->accesses[i].slot == slot)
            return &schema->accesses[i];
    return NULL;
}

static bool is_refused(const struct poll_schema *schema, size_t slot, uint64_t now_ms)
{
    const struct refusal *access = find_access(schema, slot);
    return (schema->is_refused && is_recent(&schema->refusal, now_ms)) ||
           (access != NULL && is_recent(access, now_ms));
}

/* Lock held. Refused before asked for: who was refused has no reason to wait for another. */
static enum poll_schemas_state judge(const struct poll_schemas *schemas, struct poll_schema *schema,
                                     size_t slot, uint64_t now_ms)
{
    if (schema->class_result != NULL)
        return POLL_SCHEMAS_HERE;
    if (is_refused(schema, slot, now_ms) || schemas->bytes >= POLL_SCHEMAS_MAX_BYTES)
        return POLL_SCHEMAS_NONE;
    /* A host that asks in each of its rounds and never gets it must not keep others waiting. */
    if (schema->is_asked_for && !schema->was_given_up)
        return POLL_SCHEMAS_WAIT;
    schema->is_asked_for = true;
    return POLL_SCHEMAS_ASK;
}

enum poll_schemas_state poll_schemas_find(struct poll_schemas *schemas, const char *build,
                                          const char *namespace_name, const char *class_name,
                                          size_t slot, uint64_t now_ms, struct poll_schema **schema)
{
    pthread_mutex_lock(&schemas->lock);
    *schema = find_class(schemas, build, namespace_name, class_name);
    enum poll_schemas_state state =
        *schema != NULL ? judge(schemas, *schema, slot, now_ms) : POLL_SCHEMAS_NONE;
    pthread_mutex_unlock(&schemas->lock);
    return state;
}

/* Lock held. True: for the first time. */
static bool refuse(struct poll_schema *schema, uint64_t now_ms)
{
    bool is_first = !schema->is_refused;
    schema->is_asked_for = false;
    schema->is_refused = true;
    schema->refusal.at_ms = now_ms;
    return is_first;
}

/* Lock held. A refusal for which there is no memory is forgotten. */
static bool refuse_access(struct poll_schema *schema, size_t slot, uint64_t now_ms)
{
    struct refusal *access = find_access(schema, slot);
    schema->is_asked_for = false;
    if (access != NULL) {
        access->at_ms = now_ms;
        return false;
    }
    if (schema->access_count == schema->access_capacity) {
        size_t capacity = schema->access_capacity > 0 ? schema->access_capacity * 2 : 4;
        struct refusal *accesses = realloc(schema->accesses, capacity * sizeof *accesses);
        if (accesses == NULL)
            return true;
        schema->accesses = accesses;
        schema->access_capacity = capacity;
    }
    schema->accesses[schema->access_count++] = (struct refusal){now_ms, slot};
    return true;
}

bool poll_schemas_refuse(struct poll_schemas *schemas, struct poll_schema *schema, size_t slot,
                         bool of_access, uint64_t now_ms)
{
    pthread_mutex_lock(&schemas->lock);
    bool is_first = of_access ? refuse_access(schema, slot, now_ms) : refuse(schema, now_ms);
    pthread_mutex_unlock(&schemas->lock);
    return is_first;
}

void poll_schemas_give_up(struct poll_schemas *schemas, struct poll_schema *schema)
{
    pthread_mutex_lock(&schemas->lock);
    schema->is_asked_for = false;
    schema->was_given_up = true;
    pthread_mutex_unlock(&schemas->lock);
}

/* Lock held. Takes copy; where another was here before, that stays. */
static int keep(struct poll_schemas *schemas, struct poll_schema *schema, MI_Class **copy,
                uint64_t now_ms, struct err *err)
{
    schema->is_asked_for = false;
    if (schema->class_result != NULL)
        return 0;
    size_t bytes = *copy != NULL ? cim_class_bytes(*copy) : 0;
    bool fits = bytes <= POLL_SCHEMAS_MAX_BYTES && schemas->bytes <= POLL_SCHEMAS_MAX_BYTES - bytes;
    if (*copy == NULL || !fits) {
        refuse(schema, now_ms);
        return fits ? err_memory(err)
                    : err_set(err, ERR_LIMIT, "the schemas of all classes take more than %u bytes",
                              POLL_SCHEMAS_MAX_BYTES);
    }
    schemas->bytes += bytes;
    schemas->here_count++;
    schema->class_result = *copy;
    *copy = NULL;
    return 0;
}

int poll_schemas_take(struct poll_schemas *schemas, struct poll_schema *schema,
                      const MI_Class *class_result, uint64_t now_ms, struct err *err)
{
    MI_Class *copy = NULL;
    MI_Class_Clone(class_result, &copy);
    pthread_mutex_lock(&schemas->lock);
    int rc = keep(schemas, schema, &copy, now_ms, err);
    pthread_mutex_unlock(&schemas->lock);
    if (copy != NULL)
        MI_Class_Delete(copy);
    return rc;
}

/* --- Readings --- */

static uint64_t hash_reading(const struct model_instance *rule, const struct poll_schema *schema)
{
    return (uint64_t)(uintptr_t)rule * 31 + (uint64_t)(uintptr_t)schema;
}

/* Lock held. */
static struct reading *find_reading(struct poll_schemas *schemas, const struct model_instance *rule,
                                    const struct poll_schema *schema)
{
    struct reading *at = table_first(&schemas->readings, hash_reading(rule, schema));
    while (at != NULL && (at->rule != rule || at->schema != schema))
        at = table_next(&at->link);
    return at;
}

/* New. NULL: no memory. */
static struct reading *new_reading(const struct model_instance *rule,
                                   const struct poll_schema *schema, const MI_Class *declared)
{
    struct metric_doubt unheard;
    struct reading *made = malloc(sizeof *made + rule->metric_count * sizeof made->completed[0]);
    if (made == NULL)
        return NULL;
    *made = (struct reading){.rule = rule, .schema = schema};
    made->reading = (struct poll_reading){
        .metrics = made->completed, .metric_count = rule->metric_count, .schema = declared};
    for (size_t i = 0; i < rule->metric_count; i++) {
        metric_completion_fill(&rule->metrics[i], rule->class_name, declared, &made->completed[i],
                               &unheard);
        made->reading.memory_count += metric_memory_count(&made->completed[i]);
    }
    return made;
}

/* Lock held. The one that is there, else made, which is then taken; *made stays where not. */
static const struct reading *share(struct poll_schemas *schemas, struct reading **made)
{
    struct reading *found = find_reading(schemas, (*made)->rule, (*made)->schema);
    if (found != NULL)
        return found;
    found = *made;
    table_put(&schemas->readings, &found->link, hash_reading(found->rule, found->schema));
    *made = NULL;
    return found;
}

/* Once a reading: only whoever shared it comes here. */
static void tell_doubts(const struct poll_schemas_teller *teller, const struct reading *reading,
                        bool with_class)
{
    const struct model_instance *rule = reading->rule;
    const MI_Class *declared = reading->reading.schema;
    const char *sentence = with_class ? cim_class_doubt(declared) : NULL;
    if (teller == NULL)
        return;
    if (sentence != NULL)
        teller->doubt(teller->context, rule, NULL, sentence);
    for (size_t i = 0; i < rule->metric_count; i++) {
        struct model_metric completed;
        struct metric_doubt doubt;
        metric_completion_fill(&rule->metrics[i], rule->class_name, declared, &completed, &doubt);
        if (doubt.property != NULL)
            teller->doubt(teller->context, rule, &doubt, NULL);
    }
}

static const struct poll_reading *make_reading(struct poll_schemas *schemas,
                                               const struct model_instance *rule,
                                               struct poll_schema *schema, const MI_Class *declared,
                                               const struct poll_schemas_teller *teller)
{
    bool with_class = false;
    struct reading *made = new_reading(rule, schema, declared);
    if (made == NULL)
        return NULL;
    pthread_mutex_lock(&schemas->lock);
    const struct reading *shared = share(schemas, &made);
    if (made == NULL && schema != NULL) {
        with_class = !schema->is_doubt_told;
        schema->is_doubt_told = true;
    }
    pthread_mutex_unlock(&schemas->lock);
    if (made == NULL)
        tell_doubts(teller, shared, with_class);
    free(made);
    return &shared->reading;
}

const struct poll_reading *poll_schemas_reading(struct poll_schemas *schemas,
                                                const struct model_instance *rule,
                                                struct poll_schema *schema,
                                                const struct poll_schemas_teller *teller)
{
    pthread_mutex_lock(&schemas->lock);
    const MI_Class *declared = schema != NULL ? schema->class_result : NULL;
    if (declared == NULL)
        schema = NULL;
    const struct reading *found = find_reading(schemas, rule, schema);
    pthread_mutex_unlock(&schemas->lock);
    return found != NULL ? &found->reading : make_reading(schemas, rule, schema, declared, teller);
}

/* --- For measurements --- */

size_t poll_schemas_count(struct poll_schemas *schemas)
{
    pthread_mutex_lock(&schemas->lock);
    size_t count = schemas->here_count;
    pthread_mutex_unlock(&schemas->lock);
    return count;
}

size_t poll_schemas_bytes(struct poll_schemas *schemas)
{
    pthread_mutex_lock(&schemas->lock);
    size_t bytes = schemas->bytes;
    pthread_mutex_unlock(&schemas->lock);
    return bytes;
}
