/* SPDX-License-Identifier: MIT */
#include "config/discovery.h"

#include <string.h>
#include <strings.h>

#include "base/match.h"
#include "config/scalar.h"

#define DEFAULT_REFRESH_MS    300000
#define DEFAULT_MAX_INSTANCES 1000

static const char *const NAMES[CONFIG_DISCOVERY_KEY_COUNT] = {CONFIG_DISCOVERY_WORDS};

/* ---- Patterns ---- */

static int check_pattern(struct config_work *work, const struct config_node *node, const char *what)
{
    struct err err = ERR_INIT;
    struct match *match = match_new(node->text, &err);
    if (match != NULL) {
        match_free(match);
        return 0;
    }
    if (err.kind == ERR_MEMORY)
        return config_work_memory(work);
    config_complaint_error(&work->complaints, &node->at, "'%s' has the pattern '%s', which %s",
                           what, config_complaint_shown(node->text).text, err.text);
    return -1;
}

static int add_pattern(struct config_work *work, const struct config_node *node, const char *what,
                       struct config_filter *filter)
{
    const char *text;
    if (config_scalar_text(work, node, what, &text) != 0 || check_pattern(work, node, what) != 0)
        return -1;
    filter->patterns[filter->count] = config_work_keep(work, text);
    return filter->patterns[filter->count++] != NULL ? 0 : -1;
}

/* One pattern, or a list of them. */
static int parse_patterns(struct config_work *work, const struct config_node *node,
                          const char *what, struct config_filter *filter)
{
    bool is_list = node->kind == CONFIG_LIST && !node->refused;
    size_t max = is_list ? node->count : 1;
    filter->at = node->at;
    if (max > CONFIG_DISCOVERY_MAX_PATTERNS) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' has %zu patterns, and %d are the maximum", what, max,
                               CONFIG_DISCOVERY_MAX_PATTERNS);
        return -1;
    }
    filter->patterns = config_work_alloc(work, work->kept, max, sizeof filter->patterns[0]);
    if (filter->patterns == NULL)
        return -1;
    if (!is_list)
        return add_pattern(work, node, what, filter);
    for (const struct config_node *item = node->first; item != NULL; item = item->next)
        if (add_pattern(work, item, what, filter) != 0)
            return -1;
    return 0;
}

static const struct config_filter *find_filter(const struct config_filters *filters,
                                               const char *key)
{
    for (size_t i = 0; i < filters->count; i++)
        if (filters->filters[i].key == NULL || strcasecmp(filters->filters[i].key, key) == 0)
            return &filters->filters[i];
    return NULL;
}

static int parse_filter(struct config_work *work, const struct config_node *key, const char *what,
                        struct config_filters *filters)
{
    struct config_filter *filter = &filters->filters[filters->count];
    if (key->doubled || config_scalar_key(work, key, what) != 0)
        return -1;
    if (find_filter(filters, key->text) != NULL) {
        config_complaint_error(&work->complaints, &key->at,
                               "'%s' has the key '%s' already in other letters", what,
                               config_complaint_shown(key->text).text);
        return -1;
    }
    if (parse_patterns(work, key->value, what, filter) != 0)
        return -1;
    filter->at = key->at;
    filter->key = config_work_keep(work, key->text);
    filters->count++;
    return filter->key != NULL ? 0 : -1;
}

/* Patterns, or a mapping of key to patterns. */
static int parse_filters(struct config_work *work, const struct config_node *node, const char *what,
                         struct config_filters *filters)
{
    bool is_mapping = node->kind == CONFIG_MAPPING && !node->refused;
    if (is_mapping && node->count > CONFIG_KEYS_MAX_COUNT) {
        config_complaint_error(&work->complaints, &node->at,
                               "'%s' has %u entries, and %d are the maximum", what,
                               (unsigned)node->count, CONFIG_KEYS_MAX_COUNT);
        return -1;
    }
    filters->filters = config_work_alloc(work, work->kept, is_mapping ? node->count : 1,
                                         sizeof filters->filters[0]);
    if (filters->filters == NULL)
        return -1;
    if (!is_mapping) {
        filters->count = 1;
        return parse_patterns(work, node, what, &filters->filters[0]);
    }
    for (const struct config_node *key = node->first; key != NULL; key = key->next)
        if (!config_document_is_free_key(key) && parse_filter(work, key, what, filters) != 0)
            return -1;
    if (filters->count == 0)
        config_complaint_warning(
            &work->complaints, &node->at,
            "'%s' is an empty mapping and says nothing: no patterns at all are []", what);
    return 0;
}

/* ---- The others ---- */

static int tell_where(struct config_work *work, const struct config_node *node,
                      const char *sentence)
{
    config_complaint_error(&work->complaints, &node->at, "'where' is '%s'%s",
                           config_complaint_shown(node->text).text, sentence);
    return -1;
}

/* What it means is for the host to say. "" takes away a module's. */
static int parse_where(struct config_work *work, const struct config_node *node,
                       struct config_discovery *discovery)
{
    const char *text;
    if (config_scalar_text_or_empty(work, node, "where", &text) != 0)
        return -1;
    size_t blanks = strspn(text, " ");
    if (strncasecmp(text + blanks, "where ", 6) == 0 ||
        strncasecmp(text + blanks, "select ", 7) == 0)
        return tell_where(work, node,
                          ", and should be what stands behind WHERE alone: \"DriveType = 3\"");
    if (text[blanks] == '\0' && blanks > 0)
        return tell_where(work, node, ", which is nothing: leave it out, or say which ones");
    if (strlen(text) > CONFIG_DISCOVERY_MAX_WHERE_BYTES) {
        config_complaint_error(&work->complaints, &node->at,
                               "'where' is %zu bytes long, and %d are the maximum", strlen(text),
                               CONFIG_DISCOVERY_MAX_WHERE_BYTES);
        return -1;
    }
    if (*text == '\0')
        return 0;
    discovery->where = config_work_keep(work, text);
    return discovery->where != NULL ? 0 : -1;
}

static int parse_fetch(struct config_work *work, const struct config_node *node,
                       struct config_discovery *discovery)
{
    static const char *const WORDS[] = {"query", "get"}; /* enum model_fetch */
    size_t index;
    if (config_scalar_word(work, node, "fetch", WORDS, 2, &index) != 0)
        return -1;
    discovery->fetch = (enum model_fetch)index;
    return 0;
}

static int parse_value(struct config_work *work, const struct config_node *node,
                       enum config_discovery_key key, struct config_discovery *discovery)
{
    switch (key) {
    case CONFIG_DISCOVERY_INCLUDE:
    case CONFIG_DISCOVERY_EXCLUDE:
        return parse_filters(work, node, NAMES[key], &discovery->filters[key]);
    case CONFIG_DISCOVERY_WHERE:
        return parse_where(work, node, discovery);
    case CONFIG_DISCOVERY_TOTALS:
        return config_scalar_boolean(work, node, NAMES[key], &discovery->keeps_totals);
    case CONFIG_DISCOVERY_FETCH:
        return parse_fetch(work, node, discovery);
    case CONFIG_DISCOVERY_REFRESH:
        return config_scalar_seconds(work, node, NAMES[key], &discovery->refresh_ms);
    default:
        return config_scalar_integer(work, node, NAMES[key], 1, MODEL_DISCOVERY_MAX_INSTANCES,
                                     &discovery->max_instances);
    }
}

bool config_discovery_take(struct config_work *work, const struct config_node *key,
                           struct config_discovery *discovery, int *result)
{
    for (size_t i = 0; i < CONFIG_DISCOVERY_KEY_COUNT; i++)
        if (strcmp(key->text, NAMES[i]) == 0) {
            discovery->at[i] = key->value->at;
            *result = key->doubled
                          ? -1
                          : parse_value(work, key->value, (enum config_discovery_key)i, discovery);
            return true;
        }
    return false;
}

static bool has(const struct config_discovery *discovery, enum config_discovery_key key)
{
    return discovery != NULL && discovery->at[key].path != NULL;
}

bool config_discovery_is_set(const struct config_discovery *discovery)
{
    for (size_t i = 0; i < CONFIG_DISCOVERY_KEY_COUNT; i++)
        if (has(discovery, (enum config_discovery_key)i))
            return true;
    return false;
}

/* Who says the key: what is given, else the rule itself, else nobody. */
static const struct config_discovery *sayer(const struct config_discovery_rule *rule,
                                            const struct config_discovery *given,
                                            enum config_discovery_key key)
{
    if (has(given, key))
        return given;
    return has(rule->own, key) ? rule->own : NULL;
}

bool config_discovery_is_made(const struct config_discovery_rule *rule,
                              const struct config_discovery *given)
{
    const struct config_discovery *by = sayer(rule, given, CONFIG_DISCOVERY_FETCH);
    if (config_keys_find_any(rule->keys) != NULL)
        return true;
    return rule->keys->count > 0 && by != NULL && by->fetch == MODEL_FETCH_QUERY;
}

/* ---- Does it go with the instances ---- */

/* Shared by the functions below. */
struct check {
    struct config_work *work;
    const struct config_discovery *given;
    const struct config_discovery_rule *rules;
    size_t rule_count;
    const char *whose;
};

static bool have_keys(const struct check *check)
{
    for (size_t i = 0; i < check->rule_count; i++)
        if (check->rules[i].keys->count > 0)
            return true;
    return false;
}

/* Whether the key says something of the instances of one of the rules. */
static bool has_meaning(const struct check *check, enum config_discovery_key key)
{
    for (size_t i = 0; i < check->rule_count; i++) {
        const struct config_discovery_rule *rule = &check->rules[i];
        if (config_keys_find_any(rule->keys) != NULL ||
            (key == CONFIG_DISCOVERY_FETCH && rule->keys->count > 0) ||
            (key == CONFIG_DISCOVERY_WHERE && config_discovery_is_made(rule, check->given)))
            return true;
    }
    return false;
}

static int tell_meaningless(const struct check *check, enum config_discovery_key key)
{
    const char *about = "is about instances that the host names";
    const char *lack = "no key that is \"*\", as keys: {Name: \"*\"}";
    if (key == CONFIG_DISCOVERY_FETCH) {
        about = "is about instances that keys tell apart";
        lack = "no keys";
    } else if (key == CONFIG_DISCOVERY_WHERE && have_keys(check)) {
        about = "is for a query";
        lack = "neither a key that is \"*\", as keys: {Name: \"*\"}, nor 'fetch: query' beside "
               "those that are named";
    }
    config_complaint_error(&check->work->complaints, &check->given->at[key],
                           "'%s' %s, and %s has %s", NAMES[key], about, check->whose, lack);
    return -1;
}

static int check_meaning(const struct check *check)
{
    for (size_t i = 0; i < CONFIG_DISCOVERY_KEY_COUNT; i++) {
        enum config_discovery_key key = (enum config_discovery_key)i;
        if (has(check->given, key) && !has_meaning(check, key))
            return tell_meaningless(check, key);
    }
    return 0;
}

/* A list of patterns must have one key that it can be meant for. */
static int check_list(const struct check *check, const char *what,
                      const struct config_filter *filter)
{
    for (size_t i = 0; i < check->rule_count; i++) {
        const struct config_keys *keys = check->rules[i].keys;
        if (config_keys_count_any(keys) <= 1)
            continue;
        config_complaint_error(&check->work->complaints, &filter->at,
                               "'%s' should say of which key, since %s has several that are "
                               "\"*\": {%s: [...]}",
                               what, check->whose, config_keys_find_any(keys)->name);
        return -1;
    }
    return 0;
}

/* Patterns of a key must have one instance at least where that is "*". */
static int check_key(const struct check *check, const char *what,
                     const struct config_filter *filter)
{
    for (size_t i = 0; i < check->rule_count; i++) {
        const struct config_key *key = config_keys_find(check->rules[i].keys, filter->key);
        if (key != NULL && key->is_any)
            return 0;
    }
    config_complaint_error(&check->work->complaints, &filter->at,
                           "'%s' has patterns for '%s', and %s has no key of that name that is "
                           "\"*\"",
                           what, config_complaint_shown(filter->key).text, check->whose);
    return -1;
}

static bool keeps_totals(const struct check *check)
{
    for (size_t i = 0; i < check->rule_count; i++) {
        const struct config_discovery *by =
            sayer(&check->rules[i], check->given, CONFIG_DISCOVERY_TOTALS);
        if (by != NULL && by->keeps_totals)
            return true;
    }
    return false;
}

/* As poll/filters.c knows them. */
static bool is_total(const char *name)
{
    static const char TOTAL[] = ",_Total";
    size_t count = strlen(name);
    size_t total = sizeof TOTAL - 1;
    return strcasecmp(name, TOTAL + 1) == 0 ||
           (count >= total && strcasecmp(name + count - total, TOTAL) == 0);
}

/* Who names a sum wants it, and would get nothing. */
static void warn_totals(const struct check *check)
{
    const struct config_filters *filters = &check->given->filters[CONFIG_DISCOVERY_INCLUDE];
    for (size_t i = 0; i < filters->count; i++)
        for (size_t k = 0; k < filters->filters[i].count; k++) {
            const char *pattern = filters->filters[i].patterns[k];
            if (!is_total(pattern) || keeps_totals(check))
                continue;
            config_complaint_warning(&check->work->complaints, &filters->filters[i].at,
                                     "'include' has '%s', which is left out all the same until "
                                     "there is 'totals: true'",
                                     config_complaint_shown(pattern).text);
            return;
        }
}

static int check_filters(const struct check *check, enum config_discovery_key which)
{
    const struct config_filters *filters = &check->given->filters[which];
    for (size_t i = 0; i < filters->count; i++) {
        const struct config_filter *filter = &filters->filters[i];
        int result = filter->key == NULL ? check_list(check, NAMES[which], filter)
                                         : check_key(check, NAMES[which], filter);
        if (result != 0)
            return -1;
    }
    return 0;
}

static int check_refresh(const struct check *check)
{
    if (!has(check->given, CONFIG_DISCOVERY_REFRESH))
        return 0;
    for (size_t i = 0; i < check->rule_count; i++) {
        const struct config_discovery *by =
            sayer(&check->rules[i], check->given, CONFIG_DISCOVERY_FETCH);
        if (config_keys_find_any(check->rules[i].keys) != NULL && by != NULL &&
            by->fetch == MODEL_FETCH_GET)
            return 0;
    }
    config_complaint_error(
        &check->work->complaints, &check->given->at[CONFIG_DISCOVERY_REFRESH],
        "'refresh' needs 'fetch: get': a query finds out at every interval which "
        "instances there are");
    return -1;
}

int config_discovery_check(struct config_work *work, const struct config_discovery *given,
                           const struct config_discovery_rule *rules, size_t rule_count,
                           const char *whose)
{
    const struct check check = {work, given, rules, rule_count, whose};
    if (!config_discovery_is_set(given))
        return 0;
    if (check_meaning(&check) != 0 || check_filters(&check, CONFIG_DISCOVERY_INCLUDE) != 0 ||
        check_filters(&check, CONFIG_DISCOVERY_EXCLUDE) != 0)
        return -1;
    warn_totals(&check);
    return check_refresh(&check);
}

/* ---- Of the model ---- */

void config_discovery_bind(struct config_discovery *discovery, const struct config_keys *keys)
{
    const struct config_key *any = config_keys_find_any(keys);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; any != NULL && k < discovery->filters[i].count; k++)
            if (discovery->filters[i].filters[k].key == NULL)
                discovery->filters[i].filters[k].key = any->name;
}

/* The patterns of a key: those given, else the rule's own. */
static const struct config_filter *filter_of(const struct config_discovery_rule *rule,
                                             const struct config_discovery *given,
                                             enum config_discovery_key which, const char *key)
{
    const struct config_filter *filter =
        given != NULL ? find_filter(&given->filters[which], key) : NULL;
    if (filter == NULL && rule->own != NULL)
        filter = find_filter(&rule->own->filters[which], key);
    return filter;
}

static void fill_key(const struct config_discovery_rule *rule, const struct config_discovery *given,
                     const struct config_key *from, struct model_discovery_key *key)
{
    *key = (struct model_discovery_key){
        .name = from->name,
        .values = from->values,
        .value_count = from->value_count,
    };
    if (!from->is_any)
        return;
    const struct config_filter *include =
        filter_of(rule, given, CONFIG_DISCOVERY_INCLUDE, from->name);
    const struct config_filter *exclude =
        filter_of(rule, given, CONFIG_DISCOVERY_EXCLUDE, from->name);
    if (include != NULL) {
        key->include = include->patterns;
        key->include_count = include->count;
    }
    if (exclude != NULL) {
        key->exclude = exclude->patterns;
        key->exclude_count = exclude->count;
    }
}

int config_discovery_fill(struct config_work *work, const struct config_discovery_rule *rule,
                          const struct config_discovery *given, struct model_discovery *discovery)
{
    const struct config_discovery *where = sayer(rule, given, CONFIG_DISCOVERY_WHERE);
    const struct config_discovery *totals = sayer(rule, given, CONFIG_DISCOVERY_TOTALS);
    const struct config_discovery *fetch = sayer(rule, given, CONFIG_DISCOVERY_FETCH);
    const struct config_discovery *refresh = sayer(rule, given, CONFIG_DISCOVERY_REFRESH);
    const struct config_discovery *most = sayer(rule, given, CONFIG_DISCOVERY_MAX_INSTANCES);
    struct model_discovery_key *keys =
        config_work_alloc(work, work->kept, rule->keys->count, sizeof keys[0]);
    if (keys == NULL)
        return -1;
    for (size_t i = 0; i < rule->keys->count; i++)
        fill_key(rule, given, &rule->keys->keys[i], &keys[i]);
    discovery->keys = keys;
    discovery->key_count = rule->keys->count;
    discovery->where = where != NULL ? where->where : NULL;
    discovery->keeps_totals = totals != NULL && totals->keeps_totals;
    discovery->fetch = fetch != NULL ? fetch->fetch : MODEL_FETCH_QUERY;
    discovery->refresh_ms = refresh != NULL ? refresh->refresh_ms : DEFAULT_REFRESH_MS;
    discovery->max_instances = most != NULL ? (size_t)most->max_instances : DEFAULT_MAX_INSTANCES;
    if (config_keys_find_any(rule->keys) == NULL)
        discovery->max_instances = config_keys_combinations(rule->keys);
    return 0;
}

/* ---- Instances that are named, too ---- */

/* The value as a glob that is itself alone. NULL: no memory (work remembers). */
static const char *write_glob(struct config_work *work, const char *value)
{
    char *glob = config_work_alloc(work, work->kept, 2 * strlen(value) + 1, 1);
    for (char *end = glob; glob != NULL && *value != '\0'; value++) {
        if (strchr("*?[\\/", *value) != NULL)
            *end++ = '\\';
        *end++ = *value;
    }
    return glob;
}

/* The number of the only key that may have several values; key_count where there are more. */
static size_t find_variable(const struct model_discovery *discovery)
{
    size_t variable = discovery->key_count;
    size_t count = 0;
    for (size_t i = 0; i < discovery->key_count; i++)
        if (discovery->keys[i].value_count != 1) {
            variable = i;
            count++;
        }
    return count == 1 ? variable : discovery->key_count;
}

/* Whether it could be found: whether its other keys are those of the discovery. */
static bool is_within(const struct model_discovery *discovery, size_t variable,
                      const struct model_instance *named)
{
    for (size_t i = 0; i < discovery->key_count; i++)
        if (i != variable && strcasecmp(discovery->keys[i].values[0], named->keys[i].value) != 0)
            return false;
    return true;
}

/* Puts the patterns of exclude and those that stand for the named instances into *exclude. -1: it
 * cannot be said of one, or no memory (work remembers). */
static int extend(struct config_work *work, const struct model_discovery *discovery,
                  size_t variable, const struct model_instance *const *named, size_t named_count,
                  struct model_discovery_key *key)
{
    const char **exclude =
        config_work_alloc(work, work->kept, key->exclude_count + named_count, sizeof exclude[0]);
    if (exclude == NULL)
        return -1;
    for (size_t i = 0; i < key->exclude_count; i++)
        exclude[i] = key->exclude[i];
    for (size_t i = 0; i < named_count; i++) {
        const char *value = named[i]->keys[variable].value;
        if (!is_within(discovery, variable, named[i]))
            continue;
        if (*value == '\0' || 2 * strlen(value) > MATCH_MAX_BYTES)
            return -1;
        exclude[key->exclude_count] = write_glob(work, value);
        if (exclude[key->exclude_count++] == NULL)
            return -1;
    }
    key->exclude = exclude;
    return 0;
}

/* A copy to be changed, keys included. *variable: its only key that may have several values. NULL:
 * it has more of them, or no memory (work remembers). */
static struct model_discovery *copy_of(struct config_work *work,
                                       const struct model_discovery *discovery, size_t *variable,
                                       struct model_discovery_key **key)
{
    *variable = find_variable(discovery);
    if (*variable == discovery->key_count)
        return NULL;
    struct model_discovery *copy = config_work_alloc(work, work->kept, 1, sizeof *copy);
    struct model_discovery_key *keys =
        config_work_alloc(work, work->kept, discovery->key_count, sizeof keys[0]);
    if (copy == NULL || keys == NULL)
        return NULL;
    *copy = *discovery;
    copy->keys = keys;
    memcpy(keys, discovery->keys, discovery->key_count * sizeof keys[0]);
    *key = &keys[*variable];
    return copy;
}

int config_discovery_keep_only(struct config_work *work, const struct model_instance *const *named,
                               size_t named_count, const struct model_discovery **discovery)
{
    size_t variable;
    struct model_discovery_key *key;
    struct model_discovery *copy = copy_of(work, *discovery, &variable, &key);
    if (copy == NULL)
        return -1;
    const char **values = config_work_alloc(work, work->kept, named_count, sizeof values[0]);
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < named_count; i++)
        values[i] = named[i]->keys[variable].value;
    key->values = values;
    key->value_count = named_count;
    copy->max_instances = named_count;
    *discovery = copy;
    return 0;
}

int config_discovery_leave_out(struct config_work *work, const struct model_instance *const *named,
                               size_t named_count, const struct model_discovery **discovery)
{
    size_t variable;
    struct model_discovery_key *key;
    struct model_discovery *copy = copy_of(work, *discovery, &variable, &key);
    if (copy == NULL || extend(work, *discovery, variable, named, named_count, key) != 0)
        return -1;
    *discovery = copy;
    return 0;
}
