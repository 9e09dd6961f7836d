/* SPDX-License-Identifier: MIT */
/* The reader of an enumeration's pages: the input is a reply. Cut into pieces anywhere, it must
 * give the same items, context and end; nothing is beyond its cap; a sink that refuses ends it; and
 * the reader reads an instance afterwards. What it takes for a query's class lies within the query.
 */
#include <libxml/parser.h>

#include "cim/instance.h"
#include "fuzz.h"
#include "wsman/enumeration.h"
#include "wsman/reader.h"

#define MAX_ITEMS 8

/* What came of one reading. */
struct outcome {
    int result;
    struct err err;
    struct wsman_reply reply;
    char context[4097];
    size_t count;
    uint64_t sum; /* of the items, in their order */
    size_t refuse_at;
};

static void add_text(struct outcome *outcome, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        outcome->sum = outcome->sum * 1099511628211u + (unsigned char)*text;
    outcome->sum = outcome->sum * 1099511628211u + 256;
}

static int take_item(void *context, MI_Instance *item, struct err *err)
{
    struct outcome *outcome = context;
    const char *name;
    MI_Uint32 elements;
    MI_Instance_GetClassName(item, &name);
    add_text(outcome, name);
    MI_Instance_GetElementCount(item, &elements);
    require(elements <= CIM_INSTANCE_MAX_ELEMENTS);
    for (MI_Uint32 i = 0; i < elements; i++) {
        MI_Value value;
        MI_Type type;
        MI_Uint32 flags;
        require(MI_Instance_GetElementAt(item, i, &name, &value, &type, &flags) == MI_RESULT_OK);
        add_text(outcome, name);
        if (type == MI_STRING && !(flags & MI_FLAG_NULL))
            add_text(outcome, value.string);
    }
    require(MI_Instance_Delete(item) == MI_RESULT_OK);
    outcome->count++;
    require(outcome->count <= MAX_ITEMS);
    return outcome->count == outcome->refuse_at ? err_set(err, ERR_CONFIG, "enough") : 0;
}

static void read_page(struct wsman_reader *reader, const uint8_t *bytes, size_t count, size_t most,
                      uint64_t seed, struct outcome *outcome)
{
    struct wsman_items items = {take_item, outcome, MAX_ITEMS, seed % 2 == 1};
    uint64_t random = seed;
    int fed = 0;
    require(wsman_reader_begin(reader, NULL, NULL) == 0);
    wsman_reader_expect_page(reader, &items);
    for (size_t piece; count > 0 && fed == 0; bytes += piece, count -= piece) {
        piece = most == 0 ? count : fuzz_number(&random, most) + 1;
        if (piece > count)
            piece = count;
        fed = wsman_reader_feed(reader, bytes, piece, &outcome->err);
    }
    if (fed != 0)
        err_clear(&outcome->err);
    outcome->result = wsman_reader_finish(reader, &outcome->reply, &outcome->err);
    require(fed == 0 || outcome->result == -1);
    if (outcome->result != 0) {
        fuzz_require_failure(&outcome->err);
        return;
    }
    require(outcome->reply.kind != WSMAN_REPLY_INSTANCE && outcome->reply.instance == NULL);
    if (outcome->reply.kind != WSMAN_REPLY_PAGE)
        return;
    require(outcome->reply.page.item_count == outcome->count);
    if (outcome->reply.page.context != NULL) {
        require(strlen(outcome->reply.page.context) < sizeof outcome->context);
        strncpy(outcome->context, outcome->reply.page.context, sizeof outcome->context - 1);
    }
}

static void compare(const struct outcome *a, const struct outcome *b)
{
    require(a->result == b->result);
    if (a->result != 0)
        return;
    require(a->reply.kind == b->reply.kind && a->count == b->count && a->sum == b->sum);
    if (a->reply.kind == WSMAN_REPLY_PAGE)
        require(a->reply.page.at_end == b->reply.page.at_end &&
                strcmp(a->context, b->context) == 0);
}

static void find_class(const uint8_t *bytes, size_t count)
{
    size_t found_bytes = 0;
    char *query = malloc(count + 1);
    require(query != NULL);
    memcpy(query, bytes, count);
    query[count] = '\0';
    const char *found = wsman_enumeration_find_class(query, &found_bytes);
    if (found != NULL)
        require(found_bytes > 0 && found > query && found + found_bytes <= query + strlen(query));
    free(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const size_t most[] = {2, 16, 128, 1024};
    static struct outcome whole, pieces, refused;
    uint64_t seed = fuzz_seed(bytes, count);
    whole = pieces = refused = (struct outcome){.result = 0};
    refused.refuse_at = 2;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    require(reader != NULL);
    read_page(reader, bytes, count, 0, seed, &whole);
    read_page(reader, bytes, count, most[seed / 8 % 4], seed, &pieces);
    compare(&whole, &pieces);
    read_page(reader, bytes, count, 0, seed, &refused);
    require(whole.count < 2 || (refused.result == -1 && refused.count == 2));
    /* a reader of pages is one of instances again */
    static const char instance[] =
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a:C "
        "xmlns:a=\"b:c\"/></s:Body></s:Envelope>";
    struct wsman_reply reply;
    require(wsman_reader_begin(reader, NULL, NULL) == 0);
    require(wsman_reader_feed(reader, instance, sizeof instance - 1, NULL) == 0);
    require(wsman_reader_finish(reader, &reply, NULL) == 0);
    require(MI_Instance_Delete(reply.instance) == MI_RESULT_OK);
    wsman_reader_free(reader);
    find_class(bytes, count);
    return 0;
}
