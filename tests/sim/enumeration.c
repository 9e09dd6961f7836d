/* SPDX-License-Identifier: MIT */
#include "sim/enumeration.h"

#include "sim/instances.h"
#include "sim/wql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NS_ENUMERATION   "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define DIALECT_WQL      "http://schemas.microsoft.com/wbem/wsman/1/WQL"
#define ENUMERATIONS_MAX 4096
#define TAIL_BYTES       1024 /* what closes a page: its context, the end, the envelope's */

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* What is enumerated, and how far it went. */
struct sim_enumeration {
    uint64_t number; /* makes the context */
    struct sim_host *host;
    struct sim_wql query; /* words NULL: a class */
    char *class_name;     /* as the request wrote it */
    enum sim_form form;
    bool keys_only, pairs;
    uint64_t max_elements, max_envelope_bytes; /* a Pull must say the same (803381AD) */
    uint64_t seen_100ns;                       /* which instances there are */
    size_t next;                               /* instance number */
    size_t repeats;                            /* of it so far: mode twice */
    unsigned pulls;
    struct sim_enumeration *following;
};

struct page {
    struct sim_world *world;
    const struct sim_request *request;
    struct sim_bytes *out;
    uint64_t item_limit;
    uint64_t items;
};

static void enumeration_free(struct sim_enumeration *enumeration)
{
    sim_wql_free(&enumeration->query);
    free(enumeration->class_name);
    free(enumeration);
}

void sim_enumeration_free(struct sim_enumeration *first)
{
    while (first != NULL) {
        struct sim_enumeration *following = first->following;
        enumeration_free(first);
        first = following;
    }
}

/* ---- Which instances ---- */

/* What the host's mode says of this one. */
static const struct sim_mode *mode_of(const struct sim_enumeration *enumeration)
{
    return sim_mode_for(&enumeration->host->mode, enumeration->class_name);
}

static struct sim_instance_source source_make(const struct sim_world *world,
                                              const struct sim_enumeration *enumeration,
                                              uint64_t now_100ns)
{
    return (struct sim_instance_source){
        .host = enumeration->host,
        .class = sim_classes_find(enumeration->class_name),
        .moment = {.seed = enumeration->host->seed,
                   .now_100ns = now_100ns,
                   .epoch_100ns = world->clock.epoch_100ns},
    };
}

static bool fulfils(const struct sim_enumeration *enumeration,
                    const struct sim_instance_source *source)
{
    bool fulfilled[SIM_WQL_CONDITIONS_MAX] = {false};
    for (size_t i = 0; i < enumeration->query.condition_count; i++) {
        const struct sim_wql_condition *condition = &enumeration->query.conditions[i];
        struct sim_bytes value = {0};
        const struct sim_property *property =
            sim_classes_property(source->class, condition->property);
        bool known = property != NULL && sim_instance_value(&value, source, property) == 0;
        fulfilled[i] = sim_wql_fulfils(condition, !known               ? NULL
                                                  : value.data != NULL ? value.data
                                                                       : "");
        sim_bytes_free(&value);
    }
    return sim_wql_wants(&enumeration->query, fulfilled);
}

/* The next instance from number *next on, in source. 0, or -1: there is none. */
static int instance_seek(const struct sim_world *world, const struct sim_enumeration *enumeration,
                         struct sim_instance_source *source, size_t *next)
{
    bool again = !mode_of(enumeration)->endless; /* or from the first one on, once a search */
    for (;; (*next)++) {
        *source = source_make(world, enumeration, enumeration->seen_100ns);
        int found = sim_instances_at(source, *next);
        if (found < 0 && !again) {
            again = true;
            *next = 0;
            found = sim_instances_at(source, 0);
        }
        if (found < 0)
            return -1;
        if (found == 0 && fulfils(enumeration, source))
            return 0;
    }
}

/* The recorded instance number *next of the class. NULL: there is none. */
static const struct sim_recorded *recorded_seek(const struct sim_world *world,
                                                const struct sim_enumeration *enumeration,
                                                const struct sim_request *request, size_t *next)
{
    struct sim_request asked = *request;
    asked.class_name = enumeration->class_name;
    for (; world->replies != NULL && *next < world->replies->count; (*next)++) {
        const struct sim_recorded *item = &world->replies->items[*next];
        if (sim_replies_find(world->replies, enumeration->host->mode.replay_prefix, &asked,
                             item->key_value) == item)
            return item;
    }
    return NULL;
}

/* ---- Items ---- */

static void reference_write(struct sim_bytes *out, const struct sim_instance_source *source,
                            enum sim_form form)
{
    const struct sim_class *class = source->class;
    sim_bytes_text(out, "<a:EndpointReference><a:Address>http://schemas.xmlsoap.org/ws/2004/08/"
                        "addressing/role/anonymous</a:Address><a:ReferenceParameters>"
                        "<w:ResourceURI>");
    bool dmtf = form == SIM_FORM_DMTF;
    sim_bytes_print(out, "%s%s%s%s</w:ResourceURI><w:SelectorSet>",
                    dmtf ? SIM_DMTF_PREFIX : SIM_WMI_PREFIX,
                    dmtf ? "" : sim_classes_namespace(class), dmtf ? "" : "/", class->name);
    if (class->key != NULL) {
        sim_bytes_print(out, "<w:Selector Name=\"%s\">", class->key);
        sim_bytes_xml(out, source->key_value);
        sim_bytes_text(out, "</w:Selector>");
    }
    if (class->other_key != NULL)
        sim_bytes_print(out, "<w:Selector Name=\"%s\">%s</w:Selector>", class->other_key,
                        class->other_value);
    if (dmtf)
        sim_bytes_print(out, "<w:Selector Name=\"__cimnamespace\">%s</w:Selector>",
                        sim_classes_namespace(class));
    sim_bytes_text(out, "</w:SelectorSet></a:ReferenceParameters></a:EndpointReference>");
}

/* Named properties stand in no namespace (shared/replies/tx_2008R2_*_named_000). */
static void fragment_write(struct sim_bytes *out, const struct sim_enumeration *enumeration,
                           struct sim_instance_source *source)
{
    source->bare = true;
    sim_bytes_text(out, "<w:XmlFragment xmlns:xsi=\"" XSI "\" xmlns:w=\"http://schemas.dmtf.org/"
                        "wbem/wsman/1/wsman.xsd\">");
    for (size_t i = 0; i < source->class->property_count; i++) {
        const struct sim_property *property = &source->class->properties[i];
        bool asked = false;
        for (size_t k = 0; k < enumeration->query.column_count; k++)
            asked = asked || strcasecmp(enumeration->query.columns[k], property->name) == 0;
        if (asked && !(source->keyless && property->kind == SIM_KEY))
            sim_instance_property_write(out, source, property);
    }
    sim_bytes_text(out, "</w:XmlFragment>");
}

static void item_write(const struct page *page, const struct sim_enumeration *enumeration,
                       struct sim_instance_source *source)
{
    struct sim_bytes *out = page->out;
    struct sim_request form = {.form = enumeration->form};
    if (enumeration->query.column_count > 0) {
        fragment_write(out, enumeration, source);
        return;
    }
    if (enumeration->pairs)
        sim_bytes_text(out, "<w:Item>");
    if (!enumeration->keys_only)
        sim_instance_write(out, source, &form);
    if (enumeration->keys_only || enumeration->pairs)
        reference_write(out, source, enumeration->form);
    if (enumeration->pairs)
        sim_bytes_text(out, "</w:Item>");
}

/* One item more, if there is one and it fits. 0, or -1. */
static int item_add(struct page *page, struct sim_enumeration *enumeration)
{
    size_t before = page->out->size;
    struct sim_instance_source source;
    if (enumeration->host->mode.replay) {
        const struct sim_recorded *item =
            recorded_seek(page->world, enumeration, page->request, &enumeration->next);
        if (item == NULL)
            return -1;
        sim_bytes_add(page->out, item->xml, item->xml_size);
    } else {
        if (instance_seek(page->world, enumeration, &source, &enumeration->next) != 0)
            return -1;
        source.moment.now_100ns = sim_clock_now_100ns(&page->world->clock);
        source.keyless = mode_of(enumeration)->no_key && source.number % 2 == 1;
        item_write(page, enumeration, &source);
    }
    if (page->items > 0 && page->out->size + TAIL_BYTES > enumeration->max_envelope_bytes) {
        page->out->size = before;
        return -1;
    }
    page->items++;
    if (mode_of(enumeration)->twice && ++enumeration->repeats % 2 == 1)
        return 0;
    enumeration->next++;
    return 0;
}

static bool is_over(const struct page *page, struct sim_enumeration *enumeration)
{
    struct sim_instance_source source;
    if (mode_of(enumeration)->empty)
        return false;
    if (enumeration->host->mode.replay)
        return recorded_seek(page->world, enumeration, page->request, &enumeration->next) == NULL;
    return instance_seek(page->world, enumeration, &source, &enumeration->next) != 0;
}

static void items_write(struct page *page, struct sim_enumeration *enumeration)
{
    const struct sim_mode *mode = mode_of(enumeration);
    if (mode->page > 0 && page->item_limit > mode->page)
        page->item_limit = mode->page;
    if (enumeration->max_elements > 0 && page->item_limit > enumeration->max_elements)
        page->item_limit = enumeration->max_elements;
    if (mode->empty)
        return;
    while (page->items < page->item_limit && item_add(page, enumeration) == 0)
        ;
}

/* ---- Contexts ---- */

static void context_write(struct sim_bytes *out, const struct sim_enumeration *enumeration)
{
    sim_bytes_print(
        out, "<n:EnumerationContext>uuid:%08X-0000-4000-8000-%012" PRIX64 "</n:EnumerationContext>",
        (unsigned)enumeration->host->seed, enumeration->number);
}

static struct sim_enumeration **context_find(struct sim_world *world, const struct sim_host *host,
                                             const char *context)
{
    struct sim_enumeration **at = &world->enumerations;
    for (; *at != NULL; at = &(*at)->following) {
        char own[64];
        snprintf(own, sizeof(own), "uuid:%08X-0000-4000-8000-%012" PRIX64,
                 (unsigned)(*at)->host->seed, (*at)->number);
        if ((*at)->host == host && strcmp(own, context) == 0)
            return at;
    }
    return NULL;
}

static void context_forget(struct sim_enumeration **at)
{
    struct sim_enumeration *enumeration = *at;
    *at = enumeration->following;
    enumeration->host->counts.contexts--;
    enumeration_free(enumeration);
}

/* ---- Enumerate ---- */

/* What of the class and the query cannot be answered. 0, or the fault. */
static uint32_t target_judge(const struct sim_world *world, const struct sim_request *request,
                             const struct sim_enumeration *enumeration)
{
    const struct sim_host *host = enumeration->host;
    if (host->mode.replay)
        return world->replies == NULL ? 0x8033803B : 0;
    const struct sim_class *class = sim_classes_find(enumeration->class_name);
    const struct sim_wql *query = &enumeration->query;
    if (class == NULL || !sim_answer_is_in(request, class))
        return query->words != NULL ? 0x80041010 : 0x8033803B;
    for (size_t i = 0; i < query->column_count; i++)
        if (sim_classes_property(class, query->columns[i]) == NULL)
            return 0x80041017;
    for (size_t i = 0; i < query->condition_count; i++)
        if (sim_classes_property(class, query->conditions[i].property) == NULL)
            return 0x80041017;
    return 0;
}

static uint32_t query_read(const struct sim_request *request, struct sim_enumeration *enumeration)
{
    bool all = strcmp(request->class_name, "*") == 0;
    if (request->filter == NULL)
        return all ? 0x8033801A : 0;
    if (request->dialect == NULL || strcasecmp(request->dialect, DIALECT_WQL) != 0)
        return 0x80338019;
    if (!all)
        return 0x803380FB;
    if (sim_wql_parse(request->filter, &enumeration->query) != 0)
        return 0x8033801A;
    if (enumeration->host->mode.replay &&
        enumeration->query.column_count + enumeration->query.condition_count > 0)
        return 0x80338018;
    return 0;
}

static struct sim_enumeration *enumeration_make(struct sim_world *world, struct sim_host *host,
                                                const struct sim_request *request, uint32_t *code)
{
    struct sim_enumeration *enumeration = calloc(1, sizeof(*enumeration));
    *code = 0x803381A6;
    if (enumeration == NULL)
        return NULL;
    enumeration->number = ++world->serial;
    enumeration->host = host;
    enumeration->form = request->form;
    enumeration->keys_only = request->keys_only;
    enumeration->pairs = request->pairs;
    enumeration->max_elements = request->max_elements;
    enumeration->max_envelope_bytes = request->max_envelope_bytes;
    enumeration->seen_100ns = sim_clock_now_100ns(&world->clock);
    *code = request->selector_count > 0 ? 0x80338108 : query_read(request, enumeration);
    if (*code == 0) {
        enumeration->class_name = strdup(
            enumeration->query.words != NULL ? enumeration->query.class_name : request->class_name);
        *code = enumeration->class_name == NULL ? 0x803381A6
                                                : target_judge(world, request, enumeration);
    }
    if (*code == 0)
        return enumeration;
    enumeration_free(enumeration);
    return NULL;
}

static uint32_t enumerate(struct sim_world *world, struct sim_host *host,
                          const struct sim_request *request, struct sim_bytes *out)
{
    uint32_t code;
    if (host->counts.contexts >= ENUMERATIONS_MAX)
        return 0x803381A6;
    struct sim_enumeration *enumeration = enumeration_make(world, host, request, &code);
    if (enumeration == NULL)
        return code;
    struct sim_bytes items = {0};
    unsigned first = mode_of(enumeration)->first;
    struct page page = {world, request, &items, first > 0 ? first : 1, 0};
    if (request->optimize)
        items_write(&page, enumeration);
    bool over = request->optimize && is_over(&page, enumeration);
    sim_bytes_text(out, "<n:EnumerateResponse>");
    if (over)
        sim_bytes_text(out, "<n:EnumerationContext/>");
    else
        context_write(out, enumeration);
    if (request->optimize) {
        sim_bytes_text(out, "<w:Items>");
        sim_bytes_add(out, items.data == NULL ? "" : items.data, items.size);
        sim_bytes_text(out, over ? "</w:Items><w:EndOfSequence/>" : "</w:Items>");
    }
    sim_bytes_text(out, "</n:EnumerateResponse>");
    sim_bytes_free(&items);
    host->counts.enumerations++;
    if (over) {
        enumeration_free(enumeration);
    } else {
        enumeration->following = world->enumerations;
        world->enumerations = enumeration;
        host->counts.contexts++;
    }
    return 0;
}

/* ---- Pull, Release ---- */

static uint32_t pull(struct sim_world *world, struct sim_host *host,
                     const struct sim_request *request, struct sim_bytes *out)
{
    host->counts.pulls++;
    struct sim_enumeration **at =
        request->context != NULL ? context_find(world, host, request->context) : NULL;
    if (at == NULL)
        return 0x8033801B;
    struct sim_enumeration *enumeration = *at;
    unsigned expire = mode_of(enumeration)->expire;
    if (expire > 0 && enumeration->pulls++ >= expire) {
        context_forget(at);
        return 0x8033801B;
    }
    if (enumeration->max_elements != request->max_elements ||
        enumeration->max_envelope_bytes != request->max_envelope_bytes)
        return 0x803381AD;
    struct page page = {world, request, out, UINT64_MAX, 0};
    sim_bytes_text(out, "<n:PullResponse>");
    size_t context_at = out->size;
    context_write(out, enumeration);
    sim_bytes_text(out, "<n:Items>");
    size_t items_at = out->size;
    items_write(&page, enumeration);
    sim_bytes_text(out, "</n:Items>");
    if (is_over(&page, enumeration) && !out->failed) {
        size_t moved = items_at - strlen("<n:Items>") - context_at;
        memmove(out->data + context_at, out->data + context_at + moved,
                out->size - context_at - moved);
        out->size -= moved;
        sim_bytes_text(out, "<n:EndOfSequence/>");
        context_forget(at);
    }
    sim_bytes_text(out, "</n:PullResponse>");
    return 0;
}

static uint32_t release(struct sim_world *world, struct sim_host *host,
                        const struct sim_request *request)
{
    struct sim_enumeration **at =
        request->context != NULL ? context_find(world, host, request->context) : NULL;
    host->counts.releases++;
    if (at == NULL)
        return 0x8033801B;
    context_forget(at);
    return 0;
}

uint32_t sim_enumeration_answer(struct sim_world *world, struct sim_host *host,
                                const struct sim_request *request, struct sim_bytes *out)
{
    switch (request->verb) {
    case SIM_VERB_ENUMERATE:
        return enumerate(world, host, request, out);
    case SIM_VERB_PULL:
        return pull(world, host, request, out);
    default:
        return release(world, host, request);
    }
}

const char *sim_enumeration_action(const struct sim_request *request)
{
    switch (request->verb) {
    case SIM_VERB_ENUMERATE:
        return NS_ENUMERATION "/EnumerateResponse";
    case SIM_VERB_PULL:
        return NS_ENUMERATION "/PullResponse";
    default:
        return NS_ENUMERATION "/ReleaseResponse";
    }
}
