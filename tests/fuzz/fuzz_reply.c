/* SPDX-License-Identifier: MIT */
/* The reader of replies: the input is a reply. Cut into pieces anywhere, by a reader that is new or
 * one that has read another, it must come out the same, with the elements that libxml2's tree has;
 * nothing in it is beyond its cap. */
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "cim/instance.h"
#include "fuzz.h"
#include "wsman/reader.h"

#define SOAP "http://www.w3.org/2003/05/soap-envelope"
#define UUID "11111111-2222-4333-8444-555555555555"

/* What came of one reading. */
struct outcome {
    int result;
    struct err err;
    struct wsman_reply reply;
};

static void free_outcome(struct outcome *outcome)
{
    if (outcome->result == 0 && outcome->reply.instance != NULL)
        require(MI_Instance_Delete(outcome->reply.instance) == MI_RESULT_OK);
}

/* ---- Reading ---- */

static void begin(struct wsman_reader *reader, uint64_t seed)
{
    require(wsman_reader_begin(reader, seed % 4 == 1 ? UUID : NULL, NULL) == 0);
}

/* After a failure everything fails, with the same words. */
static void finish(struct wsman_reader *reader, struct outcome *outcome, int fed)
{
    struct err again = ERR_INIT;
    if (fed != 0) {
        require(wsman_reader_feed(reader, "<a/>", 4, &again) == -1);
        require(again.kind == outcome->err.kind && strcmp(again.text, outcome->err.text) == 0);
        err_clear(&outcome->err);
    }
    outcome->result = wsman_reader_finish(reader, &outcome->reply, &outcome->err);
    require(fed == 0 || outcome->result == -1);
    require(wsman_reader_finish(reader, &outcome->reply, NULL) == -1);
    if (outcome->result != 0)
        fuzz_require_failure(&outcome->err);
}

static void read_whole(struct wsman_reader *reader, const uint8_t *bytes, size_t count,
                       uint64_t seed, struct outcome *outcome)
{
    *outcome = (struct outcome){0};
    begin(reader, seed);
    finish(reader, outcome, wsman_reader_feed(reader, bytes, count, &outcome->err));
}

/* Each piece lies in memory of its own, so that reading beyond it is seen. */
static void read_in_pieces(struct wsman_reader *reader, const uint8_t *bytes, size_t count,
                           uint64_t seed, struct outcome *outcome)
{
    static const size_t sizes[] = {2, 16, 128, 1024};
    size_t most = sizes[seed / 8 % 4];
    uint64_t random = seed;
    int fed = 0;
    *outcome = (struct outcome){0};
    begin(reader, seed);
    for (size_t piece; count > 0 && fed == 0; bytes += piece, count -= piece) {
        piece = fuzz_number(&random, most) + 1;
        if (piece > count)
            piece = count;
        uint8_t *copy = malloc(piece);
        require(copy != NULL);
        memcpy(copy, bytes, piece);
        fed = wsman_reader_feed(reader, copy, piece, &outcome->err);
        free(copy);
    }
    finish(reader, outcome, fed);
}

/* ---- Caps ---- */

static void check_instance(const MI_Instance *instance, const struct wsman_reader_limits *limits);

static void check_item(MI_Type type, const MI_Value *value,
                       const struct wsman_reader_limits *limits)
{
    if (type == MI_STRING)
        require(strlen(value->string) <= limits->text_bytes && fuzz_is_xml_text(value->string));
    if (type == MI_INSTANCE || type == MI_REFERENCE)
        check_instance(value->instance, limits);
}

static void check_value(MI_Type type, const MI_Value *value,
                        const struct wsman_reader_limits *limits)
{
    if (!(type & MI_ARRAY)) {
        check_item(type, value, limits);
        return;
    }
    require(value->array.size <= limits->elements);
    for (MI_Uint32 i = 0; i < value->array.size; i++) {
        if (type == MI_STRINGA)
            check_item(MI_STRING, &(MI_Value){.string = value->stringa.data[i]}, limits);
        if (type == MI_INSTANCEA || type == MI_REFERENCEA)
            check_item(MI_INSTANCE, &(MI_Value){.instance = value->instancea.data[i]}, limits);
    }
}

static void check_instance(const MI_Instance *instance, const struct wsman_reader_limits *limits)
{
    const char *name;
    MI_Uint32 count;
    require(MI_Instance_GetClassName(instance, &name) == MI_RESULT_OK);
    require(name[0] != '\0' && strlen(name) <= CIM_INSTANCE_MAX_NAME);
    require(MI_Instance_GetElementCount(instance, &count) == MI_RESULT_OK);
    require(count <= CIM_INSTANCE_MAX_ELEMENTS && count <= limits->elements);
    for (MI_Uint32 i = 0; i < count; i++) {
        MI_Value value;
        MI_Type type;
        MI_Uint32 flags;
        require(MI_Instance_GetElementAt(instance, i, &name, &value, &type, &flags) ==
                MI_RESULT_OK);
        require(name[0] != '\0' && strlen(name) <= CIM_INSTANCE_MAX_NAME);
        require((flags & ~(MI_FLAG_KEY | MI_FLAG_NULL)) == 0 && (unsigned)type <= MI_INSTANCEA);
        if (!(flags & MI_FLAG_NULL))
            check_value(type, &value, limits);
    }
}

/* ---- The same twice ---- */

static bool is_same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void compare_instances(const MI_Instance *a, const MI_Instance *b);

static void compare_items(MI_Type type, const void *a, const void *b, size_t bytes)
{
    if (type == MI_STRING)
        require(strcmp(*(char *const *)a, *(char *const *)b) == 0);
    else if (type == MI_INSTANCE || type == MI_REFERENCE)
        compare_instances(*(MI_Instance *const *)a, *(MI_Instance *const *)b);
    else
        require(memcmp(a, b, bytes) == 0);
}

static size_t item_bytes(MI_Type type)
{
    static const size_t bytes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 2, sizeof(MI_Datetime)};
    return type <= MI_DATETIME ? bytes[type] : sizeof(void *);
}

static void compare_values(MI_Type type, const MI_Value *a, const MI_Value *b)
{
    MI_Type item = type & ~MI_ARRAY;
    size_t bytes = item_bytes(item);
    if (!(type & MI_ARRAY)) {
        compare_items(item, a, b, bytes);
        return;
    }
    require(a->array.size == b->array.size);
    for (MI_Uint32 i = 0; i < a->array.size; i++)
        compare_items(item, (char *)a->array.data + i * bytes, (char *)b->array.data + i * bytes,
                      bytes);
}

static void compare_instances(const MI_Instance *a, const MI_Instance *b)
{
    const char *names[2] = {NULL, NULL};
    MI_Uint32 counts[2];
    MI_Instance_GetClassName(a, &names[0]);
    MI_Instance_GetClassName(b, &names[1]);
    require(is_same_text(names[0], names[1]));
    MI_Instance_GetNameSpace(a, &names[0]);
    MI_Instance_GetNameSpace(b, &names[1]);
    require(is_same_text(names[0], names[1]));
    MI_Instance_GetElementCount(a, &counts[0]);
    MI_Instance_GetElementCount(b, &counts[1]);
    require(counts[0] == counts[1]);
    for (MI_Uint32 i = 0; i < counts[0]; i++) {
        MI_Value values[2];
        MI_Type types[2];
        MI_Uint32 flags[2];
        MI_Instance_GetElementAt(a, i, &names[0], &values[0], &types[0], &flags[0]);
        MI_Instance_GetElementAt(b, i, &names[1], &values[1], &types[1], &flags[1]);
        require(strcmp(names[0], names[1]) == 0);
        require(types[0] == types[1] && flags[0] == flags[1]);
        if (!(flags[0] & MI_FLAG_NULL))
            compare_values(types[0], &values[0], &values[1]);
    }
}

/* The reply's own fault: what is wrong with it, or too much of something. */
static bool is_refusal(const struct outcome *outcome)
{
    return outcome->err.kind == ERR_PROTOCOL || outcome->err.kind == ERR_LIMIT;
}

/* Errors may differ where a reply has two mistakes: libxml2 meets one earlier in pieces. */
static void compare(const struct outcome *a, const struct outcome *b)
{
    require(a->result == b->result);
    if (a->result != 0) {
        require(is_refusal(a) && is_refusal(b));
        return;
    }
    require(a->reply.kind == b->reply.kind);
    if (a->reply.kind == WSMAN_REPLY_INSTANCE)
        compare_instances(a->reply.instance, b->reply.instance);
    else
        require(a->reply.instance == NULL &&
                memcmp(&a->reply.fault, &b->reply.fault, sizeof a->reply.fault) == 0);
}

/* ---- Another judge: libxml2's tree, with its own idea of namespaces ---- */

static const xmlNode *find_element(const xmlNode *node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

static bool is_soap(const xmlNode *node, const char *name)
{
    return node != NULL && node->ns != NULL && strcmp((const char *)node->name, name) == 0 &&
           strcmp((const char *)node->ns->href, SOAP) == 0;
}

/* Whether a sibling before it has the same name: then it is an item of an array. */
static bool is_repeated(const xmlNode *first, const xmlNode *node)
{
    for (; first != node; first = find_element(first->next))
        if (strcasecmp((const char *)first->name, (const char *)node->name) == 0)
            return true;
    return false;
}

static void compare_properties(const xmlNode *payload, const MI_Instance *instance)
{
    const xmlNode *first = find_element(payload->children);
    const char *name;
    MI_Uint32 count, index = 0;
    MI_Instance_GetElementCount(instance, &count);
    MI_Instance_GetClassName(instance, &name);
    require(strcmp(name, (const char *)payload->name) == 0);
    for (const xmlNode *node = first; node != NULL; node = find_element(node->next)) {
        if (is_repeated(first, node))
            continue;
        require(index < count);
        MI_Instance_GetElementAt(instance, index++, &name, NULL, NULL, NULL);
        require(strcmp(name, (const char *)node->name) == 0);
    }
    require(index == count);
}

static void compare_with_tree(const uint8_t *bytes, size_t count, const struct wsman_reply *reply)
{
    xmlDoc *document = xmlReadMemory((const char *)bytes, (int)count, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR |
                                         XML_PARSE_NOWARNING);
    require(document != NULL);
    const xmlNode *node = xmlDocGetRootElement(document);
    require(is_soap(node, "Envelope"));
    node = find_element(node->children);
    if (is_soap(node, "Header"))
        node = find_element(node->next);
    require(is_soap(node, "Body"));
    node = find_element(node->children);
    require(node != NULL && is_soap(node, "Fault") == (reply->kind == WSMAN_REPLY_FAULT));
    require(find_element(node->next) == NULL);
    if (reply->kind == WSMAN_REPLY_INSTANCE)
        compare_properties(node, reply->instance);
    xmlFreeDoc(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const struct wsman_reader_limits narrow = {.depth = 8,
                                                      .elements = 40,
                                                      .attributes = 5,
                                                      .text_bytes = 100,
                                                      .reply_bytes = 4194304,
                                                      .dictionary_bytes = 1};
    static const struct wsman_reader_limits wide = WSMAN_READER_LIMITS_DEFAULT;
    uint64_t seed = fuzz_seed(bytes, count);
    const struct wsman_reader_limits *limits = seed / 32 % 4 == 0 ? &narrow : &wide;
    struct outcome pieces, whole;
    struct wsman_reader *reader = wsman_reader_new(limits, NULL);
    require(reader != NULL);
    read_in_pieces(reader, bytes, count, seed, &pieces);
    begin(reader, seed);
    wsman_reader_feed(reader, bytes, count / 2, NULL); /* abandoned */
    read_whole(reader, bytes, count, seed, &whole);
    wsman_reader_free(reader);
    compare(&pieces, &whole);
    if (whole.result == 0)
        compare_with_tree(bytes, count, &whole.reply);
    if (whole.result == 0 && whole.reply.instance != NULL)
        check_instance(whole.reply.instance, limits);
    free_outcome(&pieces);
    free_outcome(&whole);
    return 0;
}
