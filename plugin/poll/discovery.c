/* SPDX-License-Identifier: MIT */
#include "poll/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/table.h"
#include "cim/name.h"
#include "cim/objectpath.h"
#include "cim/value.h"
#include "poll/key.h"
#include "poll/named.h"
#include "poll/titles.h"

#define MIN_CAPACITY     16
#define OBJECT_MAX_BYTES 255 /* so that a sentence behind it has room in its line */

struct entry {
    struct table_link link; /* by the bearer's owner */
    struct poll_member member;
    struct poll_bearer bearer;
    MI_Instance *brought; /* MODEL_FETCH_QUERY: what it came with, until that is taken */
    bool is_seen;         /* in this pass */
    size_t key_bytes;
    char text[]; /* its key values, each with its NUL; the object */
};

/* What is said once until a complete pass is without it. */
enum complaint { NO_KEY, TWICE, NO_MEMORY, BEYOND, MISSING, COMPLAINTS };

struct poll_discovery {
    struct poll_discovery_options options;
    struct poll_titles titles;
    bool is_open;       /* a pass is under way */
    size_t named_count; /* poll_named_count */

    /* Members, and behind them who came in the pass under way. After its end the newcomers are the
     * last of the members. */
    struct entry **entries;
    size_t capacity;
    size_t count; /* members */
    size_t came;  /* newcomers behind them; 0 where no pass is open */
    size_t first_newcomer;
    struct table table; /* of all entries */

    size_t seen_count;   /* members, in this pass */
    size_t beyond_count; /* those for whom there was no room */
    size_t brought_bytes;
    bool is_there[COMPLAINTS];
    bool is_told[COMPLAINTS];

    struct buf text;         /* key values of the instance that is looked at */
    const char **values;     /* the same, one a key */
    struct model_key keys[]; /* the same */
};

/* --- The table --- */

static struct entry *find(const struct poll_discovery *discovery, uint64_t owner)
{
    const struct buf *text = &discovery->text;
    struct entry *entry = table_first(&discovery->table, owner);
    while (entry != NULL &&
           cim_name_compare(entry->text, entry->key_bytes, text->data, text->size_bytes) != 0)
        entry = table_next(&entry->link);
    return entry;
}

static int grow(struct poll_discovery *discovery)
{
    size_t capacity = discovery->capacity > 0 ? discovery->capacity * 2 : MIN_CAPACITY;
    struct entry **entries = realloc(discovery->entries, capacity * sizeof(struct entry *));
    if (entries == NULL)
        return -1;
    discovery->entries = entries;
    discovery->capacity = capacity;
    return 0;
}

/* Behind all others. -1: no memory. */
static int append(struct poll_discovery *discovery, struct entry *entry)
{
    size_t total = discovery->count + discovery->came;
    if (total == discovery->capacity && grow(discovery) != 0)
        return -1;
    discovery->entries[total] = entry;
    discovery->came++;
    table_put(&discovery->table, &entry->link, entry->bearer.owner);
    return 0;
}

/* --- Life --- */

static void forget_brought(struct entry *entry)
{
    if (entry->brought != NULL)
        MI_Instance_Delete(entry->brought);
    entry->brought = NULL;
}

/* One that is in no table. Its names are gone already. */
static void free_entry(struct entry *entry)
{
    forget_brought(entry);
    if (entry->member.key != NULL)
        MI_Instance_Delete(entry->member.key);
    poll_harvest_forget(&entry->member.place);
    free(entry->bearer.titles);
    free(entry);
}

static void remove_entry(struct poll_discovery *discovery, struct entry *entry)
{
    table_take_out(&discovery->table, &entry->link);
    poll_titles_release(&discovery->titles, &entry->bearer);
    if (discovery->options.health != NULL)
        poll_health_recover_instance(discovery->options.health, &entry->member.mark);
    free_entry(entry);
}

struct poll_discovery *poll_discovery_new(const struct poll_discovery_options *options,
                                          struct err *err)
{
    const struct model_discovery *plan = options->plan;
    struct poll_discovery *discovery =
        calloc(1, sizeof *discovery + plan->key_count * sizeof discovery->keys[0]);
    if (discovery == NULL) {
        err_memory(err);
        return NULL;
    }
    discovery->options = *options;
    discovery->titles = (struct poll_titles){.rule = &plan->rule,
                                             .names = options->names,
                                             .host_name = options->host_name,
                                             .log = options->log};
    discovery->named_count = poll_named_count(plan);
    table_init(&discovery->table);
    discovery->values = calloc(plan->key_count + 1, sizeof(const char *));
    buf_init(&discovery->text, plan->key_count * (POLL_DISCOVERY_MAX_KEY_BYTES + 1));
    if (discovery->values == NULL) {
        poll_discovery_free(discovery);
        err_memory(err);
        return NULL;
    }
    return discovery;
}

void poll_discovery_free(struct poll_discovery *discovery)
{
    if (discovery == NULL)
        return;
    for (size_t i = 0; i < discovery->count + discovery->came; i++)
        free_entry(discovery->entries[i]);
    poll_titles_rest(&discovery->titles);
    buf_free(&discovery->text);
    free(discovery->values);
    free(discovery->entries);
    table_free(&discovery->table, NULL);
    free(discovery);
}

/* --- What is said --- */

/* Whether it is to be said now. */
static bool is_news(struct poll_discovery *discovery, enum complaint complaint)
{
    bool news = !discovery->is_told[complaint];
    discovery->is_there[complaint] = true;
    discovery->is_told[complaint] = true;
    return news;
}

static void say_no_key(struct poll_discovery *discovery, const char *key, const char *sentence)
{
    if (is_news(discovery, NO_KEY))
        log_write(discovery->options.log, LOG_LEVEL_WARNING,
                  "%s: %s: an instance is left out: its key %s %s", discovery->options.host_name,
                  discovery->options.plan->rule.class_name, key, sentence);
}

static void say_no_memory(struct poll_discovery *discovery)
{
    if (is_news(discovery, NO_MEMORY))
        log_write(discovery->options.log, LOG_LEVEL_WARNING,
                  "%s: %s: an instance is left out: out of memory", discovery->options.host_name,
                  discovery->options.plan->rule.class_name);
}

static void say_twice(struct poll_discovery *discovery, const struct entry *entry)
{
    if (is_news(discovery, TWICE))
        log_write(discovery->options.log, LOG_LEVEL_WARNING,
                  "%s: %s is there more than once: the first one counts",
                  discovery->options.host_name, entry->member.object);
}

static void say_beyond(struct poll_discovery *discovery, size_t wanted)
{
    const struct model_discovery *plan = discovery->options.plan;
    if (is_news(discovery, BEYOND))
        log_write(discovery->options.log, LOG_LEVEL_WARNING,
                  "%s: %s: %zu instances are wanted, and max_instances is %zu: %zu are left out",
                  discovery->options.host_name, plan->rule.class_name, wanted, plan->max_instances,
                  wanted - plan->max_instances);
}

/* What a complete pass did not have is news again. */
static void note_complete(struct poll_discovery *discovery)
{
    for (size_t i = 0; i < COMPLAINTS; i++)
        discovery->is_told[i] = discovery->is_told[i] && discovery->is_there[i];
}

/* --- An instance arrives --- */

static bool is_key_type(MI_Type type)
{
    return type <= MI_CHAR16 || type == MI_STRING;
}

/* Appends the value and its NUL. False: said. */
static bool read_key(struct poll_discovery *discovery, const MI_Instance *instance, const char *key)
{
    struct buf *text = &discovery->text;
    size_t before = text->size_bytes;
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    const char *sentence = NULL;
    if (MI_Instance_GetElement(instance, key, &value, &type, &flags, NULL) != MI_RESULT_OK)
        sentence = "is missing";
    else if ((flags & MI_FLAG_NULL) != 0)
        sentence = "is null";
    else if (!is_key_type(type))
        sentence = "is no text, no number and no boolean";
    else
        cim_value_print(text, type, &value);
    if (text->too_large || text->size_bytes - before > POLL_DISCOVERY_MAX_KEY_BYTES)
        sentence = "is too long";
    if (sentence != NULL)
        say_no_key(discovery, key, sentence);
    buf_add_char(text, '\0');
    return sentence == NULL;
}

/* Sets keys and values to these texts, which lie one behind the other. */
static void point_at(struct poll_discovery *discovery, const char *text)
{
    const struct model_discovery *plan = discovery->options.plan;
    for (size_t i = 0; i < plan->key_count; i++, text += strlen(text) + 1) {
        discovery->keys[i] = (struct model_key){plan->keys[i].name, text};
        discovery->values[i] = text;
    }
}

static bool read_keys(struct poll_discovery *discovery, const MI_Instance *instance)
{
    const struct model_discovery *plan = discovery->options.plan;
    buf_reset(&discovery->text);
    for (size_t i = 0; i < plan->key_count; i++)
        if (!read_key(discovery, instance, plan->keys[i].name))
            return false;
    if (buf_failed(&discovery->text, "a key", NULL) != 0) {
        say_no_memory(discovery);
        return false;
    }
    point_at(discovery, discovery->text.data);
    return true;
}

/* Bytes of a text cut at a maximum, between two characters. */
static size_t cut_bytes(const char *text, size_t max)
{
    size_t bytes = strlen(text);
    if (bytes <= max)
        return bytes;
    for (bytes = max; bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80;)
        bytes--;
    return bytes;
}

/* With the keys that were read, and what a person calls it. NULL: no memory. */
static struct entry *new_entry(const struct poll_discovery *discovery, const MI_Instance *key,
                               uint64_t owner)
{
    const struct buf *text = &discovery->text;
    struct buf object;
    buf_init(&object, CIM_OBJECTPATH_MAX_BYTES);
    cim_objectpath_print(&object, key); /* what it has no room for is cut anyhow */
    size_t bytes = cut_bytes(buf_text(&object), OBJECT_MAX_BYTES);
    bool is_cut = bytes < object.size_bytes;
    struct entry *entry = calloc(1, sizeof *entry + text->size_bytes + bytes + sizeof "...");
    if (entry != NULL) {
        memcpy(entry->text, text->data, text->size_bytes);
        char *at = entry->text + text->size_bytes;
        entry->member.object = at;
        memcpy(at, buf_text(&object), bytes);
        memcpy(at + bytes, is_cut ? "..." : "", is_cut ? sizeof "..." : 1);
        entry->key_bytes = text->size_bytes;
        entry->bearer.owner = owner;
        entry->is_seen = true;
    }
    buf_free(&object);
    return entry;
}

/* A host may say as much of each as a reply holds. */
static MI_Result keep_brought(struct poll_discovery *discovery, struct entry *entry,
                              const MI_Instance *instance)
{
    MI_Result result = MI_Instance_Clone(instance, &entry->brought);
    size_t bytes = result == MI_RESULT_OK ? cim_instance_bytes(entry->brought) : 0;
    if (bytes > POLL_DISCOVERY_MAX_BROUGHT_BYTES - discovery->brought_bytes)
        forget_brought(entry);
    else
        discovery->brought_bytes += bytes;
    return result;
}

/* Takes the key. */
static int admit(struct poll_discovery *discovery, MI_Instance *key, uint64_t owner,
                 const MI_Instance *instance)
{
    MI_Result result = MI_RESULT_OK;
    struct entry *entry = new_entry(discovery, key, owner);
    if (entry == NULL) {
        MI_Instance_Delete(key);
        return -1;
    }
    if (discovery->options.plan->fetch == MODEL_FETCH_GET) {
        entry->member.key = key;
    } else {
        MI_Instance_Delete(key);
        result = keep_brought(discovery, entry, instance);
    }
    if (result == MI_RESULT_OK && append(discovery, entry) == 0)
        return 0;
    free_entry(entry);
    return -1;
}

static void welcome(struct poll_discovery *discovery, uint64_t owner, const MI_Instance *instance)
{
    const struct model_discovery *plan = discovery->options.plan;
    MI_Result result;
    if (discovery->seen_count + discovery->came >= plan->max_instances) {
        discovery->beyond_count++;
        return;
    }
    MI_Instance *key =
        poll_key_new(plan->rule.class_name, discovery->keys, plan->key_count, &result);
    if (key == NULL && result != MI_RESULT_FAILED)
        say_no_key(discovery, plan->keys[0].name, "makes no request");
    else if (key == NULL || admit(discovery, key, owner, instance) != 0)
        say_no_memory(discovery);
}

struct poll_member *poll_discovery_arrive(struct poll_discovery *discovery,
                                          const MI_Instance *instance)
{
    const struct model_discovery *plan = discovery->options.plan;
    if (!discovery->is_open || !read_keys(discovery, instance))
        return NULL;
    uint64_t owner = poll_names_owner(&plan->rule, discovery->keys, plan->key_count);
    struct entry *entry = find(discovery, owner);
    if (entry == NULL) {
        if (poll_filters_want(discovery->options.filter, discovery->values))
            welcome(discovery, owner, instance);
        return NULL;
    }
    if (entry->is_seen) {
        say_twice(discovery, entry);
        return NULL;
    }
    entry->is_seen = true;
    discovery->seen_count++;
    return &entry->member;
}

/* --- A pass --- */

/* Those who came last and find no room. */
static void send_away(struct poll_discovery *discovery, size_t room)
{
    while (discovery->came > room) {
        discovery->came--;
        discovery->beyond_count++;
        remove_entry(discovery, discovery->entries[discovery->count + discovery->came]);
    }
}

void poll_discovery_begin(struct poll_discovery *discovery)
{
    send_away(discovery, 0);
    for (size_t i = 0; i < discovery->count; i++) {
        forget_brought(discovery->entries[i]);
        discovery->entries[i]->is_seen = false;
    }
    discovery->is_open = true;
    discovery->first_newcomer = discovery->count;
    discovery->seen_count = 0;
    discovery->beyond_count = 0;
    discovery->brought_bytes = 0;
    memset(discovery->is_there, 0, sizeof discovery->is_there);
}

/* Closes the gaps between entries that stay. */
static void remove_gone(struct poll_discovery *discovery)
{
    size_t kept = 0;
    size_t total = discovery->count + discovery->came;
    for (size_t i = 0; i < total; i++) {
        struct entry *entry = discovery->entries[i];
        if (!entry->is_seen)
            remove_entry(discovery, entry);
        else
            discovery->entries[kept++] = entry;
    }
    discovery->count = kept - discovery->came;
}

static void make_room(struct poll_discovery *discovery, bool complete)
{
    size_t max = discovery->options.plan->max_instances;
    size_t wanted = discovery->seen_count + discovery->came + discovery->beyond_count;
    if (complete)
        remove_gone(discovery);
    send_away(discovery, max > discovery->count ? max - discovery->count : 0);
    if (wanted > max)
        say_beyond(discovery, wanted);
}

typedef int step(struct poll_titles *titles, const struct poll_titles_keys *keys,
                 struct poll_bearer *bearer);

/* Each newcomer in turn; one for whom there is no memory is no newcomer any more. */
static void take_step(struct poll_discovery *discovery, step *take)
{
    size_t kept = 0;
    for (size_t i = 0; i < discovery->came; i++) {
        struct entry *entry = discovery->entries[discovery->count + i];
        point_at(discovery, entry->text);
        const struct poll_titles_keys keys = {discovery->keys, discovery->options.plan->key_count,
                                              entry->member.object};
        if (take(&discovery->titles, &keys, &entry->bearer) == 0) {
            discovery->entries[discovery->count + kept++] = entry;
            continue;
        }
        say_no_memory(discovery);
        remove_entry(discovery, entry);
    }
    discovery->came = kept;
}

static void name_newcomers(struct poll_discovery *discovery)
{
    if (discovery->came == 0)
        return;
    poll_names_begin(discovery->options.names);
    take_step(discovery, poll_titles_bid);
    poll_names_begin(discovery->options.names);
    take_step(discovery, poll_titles_settle);
    take_step(discovery, poll_titles_confirm);
    poll_titles_rest(&discovery->titles);
}

/* Whether number i of those that are named is not there. Points at its keys. */
static bool is_missing(struct poll_discovery *discovery, size_t i)
{
    const struct model_discovery *plan = discovery->options.plan;
    poll_named_write(plan, i, &discovery->text);
    if (buf_failed(&discovery->text, "a key", NULL) != 0)
        return false;
    point_at(discovery, discovery->text.data);
    return find(discovery, poll_names_owner(&plan->rule, discovery->keys, plan->key_count)) == NULL;
}

static void note_missing(struct poll_discovery *discovery)
{
    const struct poll_discovery_options *options = &discovery->options;
    size_t first = 0;
    size_t count = 0;
    if (discovery->count + discovery->came == discovery->named_count ||
        discovery->is_there[NO_MEMORY])
        return;
    for (size_t i = discovery->named_count; i > 0; i--)
        if (is_missing(discovery, i - 1)) {
            first = i - 1;
            count++;
        }
    if (count > 0 && is_news(discovery, MISSING) && is_missing(discovery, first))
        poll_named_say_missing(options->plan, discovery->keys, count - 1, options->host_name,
                               options->log);
}

void poll_discovery_end(struct poll_discovery *discovery, bool complete)
{
    if (!discovery->is_open)
        return;
    make_room(discovery, complete);
    name_newcomers(discovery);
    if (complete) {
        note_missing(discovery);
        note_complete(discovery);
    }
    for (size_t i = 0; i < discovery->came; i++) {
        struct entry *entry = discovery->entries[discovery->count + i];
        entry->member.place.titles = entry->bearer.titles;
    }
    discovery->first_newcomer = discovery->count;
    discovery->count += discovery->came;
    discovery->came = 0;
    discovery->is_open = false;
}

/* --- Who is there --- */

struct poll_member *poll_discovery_member(struct poll_discovery *discovery, size_t i)
{
    return i < discovery->count ? &discovery->entries[i]->member : NULL;
}

size_t poll_discovery_count(const struct poll_discovery *discovery)
{
    return discovery->count;
}

struct poll_member *poll_discovery_newcomer(struct poll_discovery *discovery, size_t i,
                                            const MI_Instance **instance)
{
    size_t first = discovery->first_newcomer;
    size_t count = discovery->is_open ? 0 : discovery->count - first;
    if (i > 0 && i <= count)
        forget_brought(discovery->entries[first + i - 1]);
    if (i >= count)
        return NULL;
    *instance = discovery->entries[first + i]->brought;
    return &discovery->entries[first + i]->member;
}

void poll_discovery_drop(struct poll_discovery *discovery, size_t i)
{
    if (i >= discovery->count || discovery->is_open)
        return;
    remove_entry(discovery, discovery->entries[i]);
    memmove(&discovery->entries[i], &discovery->entries[i + 1],
            (discovery->count - i - 1) * sizeof(struct entry *));
    discovery->count--;
    if (i < discovery->first_newcomer)
        discovery->first_newcomer--;
}
