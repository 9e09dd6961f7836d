/* SPDX-License-Identifier: MIT */
#include "config/document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "config/file.h"
#include "config/syntax.h"

/* A list or mapping that is open, and where its next node goes. */
struct level {
    struct config_node *node;
    struct config_node **tail;
    struct config_node *key; /* a mapping's key that waits for its value */
};

struct reader {
    struct config_document *document;
    struct config_work *work;
    const char *path;
    yaml_parser_t parser;
    struct level levels[CONFIG_DOCUMENT_MAX_DEPTH];
    size_t depth;
    size_t node_count;
    bool has_document;
    bool ended;
};

static void refuse(struct reader *reader, struct config_node *node, const char *sentence)
{
    config_complaint_error(&reader->work->complaints, &node->at, "%s", sentence);
    node->refused = true;
}

/* Where a node goes: root, item, key or value of the innermost level. */
static void attach(struct reader *reader, struct config_node *node)
{
    struct level *level = reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;
    if (level == NULL) {
        reader->document->root = node;
        return;
    }
    if (level->key != NULL) {
        level->key->value = node;
        level->key = NULL;
        return;
    }
    *level->tail = node;
    level->tail = &node->next;
    level->node->count++;
    if (level->node->kind != CONFIG_MAPPING)
        return;
    level->key = node;
    if (node->kind != CONFIG_SCALAR)
        refuse(reader, node,
               "a key is one text, not a list or mapping: text in braces or brackets "
               "needs quotes");
    else if (node->plain && strcmp(node->text, "<<") == 0) {
        refuse(reader, node, "merges ('<<') are refused: say it in 'defaults' or in a group");
        level->node->refused = true;
    }
}

static struct config_node *add_node(struct reader *reader, const yaml_event_t *event,
                                    enum config_kind kind)
{
    struct model_origin at = {reader->path, (unsigned)event->start_mark.line + 1,
                              (unsigned)event->start_mark.column + 1};
    if (reader->node_count == CONFIG_DOCUMENT_MAX_NODES) {
        config_complaint_error(
            &reader->work->complaints, &at,
            "more than %d keys and values up to here: the file is not read, split it",
            CONFIG_DOCUMENT_MAX_NODES);
        return NULL;
    }
    struct config_node *node =
        config_work_alloc(reader->work, &reader->document->arena, 1, sizeof *node);
    if (node == NULL)
        return NULL;
    reader->node_count++;
    node->at = at;
    node->kind = kind;
    node->text = "";
    return node;
}

static void refuse_marks(struct reader *reader, struct config_node *node, const void *anchor,
                         const void *tag)
{
    if (anchor != NULL)
        refuse(reader, node,
               "anchors ('&') are refused: say it in 'defaults' or in a group, or quote the text");
    if (tag != NULL)
        refuse(reader, node, "tags ('!') are refused: a text that begins with '!' needs quotes");
}

static int add_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct config_node *node = add_node(reader, event, CONFIG_SCALAR);
    if (node == NULL)
        return -1;
    const char *text = (const char *)event->data.scalar.value;
    size_t count = event->data.scalar.length;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = arena_copy(&reader->document->arena, text, count);
    if (node->text == NULL)
        return config_work_memory(reader->work);
    refuse_marks(reader, node, event->data.scalar.anchor, event->data.scalar.tag);
    if (strlen(node->text) != count)
        refuse(reader, node, "a NUL byte inside a text: take it out");
    attach(reader, node);
    return 0;
}

static int add_alias(struct reader *reader, const yaml_event_t *event)
{
    struct config_node *node = add_node(reader, event, CONFIG_SCALAR);
    if (node == NULL)
        return -1;
    refuse(reader, node,
           "aliases ('*') are refused: say it in 'defaults' or in a group, or quote the text");
    attach(reader, node);
    return 0;
}

static int open_level(struct reader *reader, const yaml_event_t *event, enum config_kind kind)
{
    struct config_node *node = add_node(reader, event, kind);
    if (node == NULL)
        return -1;
    if (reader->depth == CONFIG_DOCUMENT_MAX_DEPTH) {
        config_complaint_error(&reader->work->complaints, &node->at,
                               "nested deeper than %d levels: the file is not read",
                               CONFIG_DOCUMENT_MAX_DEPTH);
        return -1;
    }
    if (kind == CONFIG_LIST)
        refuse_marks(reader, node, event->data.sequence_start.anchor,
                     event->data.sequence_start.tag);
    else
        refuse_marks(reader, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    attach(reader, node);
    reader->levels[reader->depth++] = (struct level){.node = node, .tail = &node->first};
    return 0;
}

static int order_keys(const void *left, const void *right)
{
    const struct config_node *a = *(struct config_node *const *)left;
    const struct config_node *b = *(struct config_node *const *)right;
    int order = strcmp(a->text, b->text);
    if (order != 0)
        return order;
    if (a->at.line != b->at.line)
        return a->at.line < b->at.line ? -1 : 1;
    return a->at.column < b->at.column ? -1 : a->at.column > b->at.column;
}

/* libyaml reports no duplicates. The first stays, marked; its likes are refused. */
static int refuse_duplicates(struct reader *reader, struct config_node *mapping)
{
    struct config_node **keys = malloc(mapping->count * sizeof(struct config_node *));
    size_t count = 0;
    if (keys == NULL)
        return config_work_memory(reader->work);
    for (struct config_node *key = mapping->first; key != NULL; key = key->next)
        if (!key->refused)
            keys[count++] = key;
    qsort(keys, count, sizeof keys[0], order_keys);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (strcmp(keys[i]->text, keys[first]->text) != 0) {
            first = i;
            continue;
        }
        keys[i]->refused = keys[first]->doubled = true;
        config_complaint_error(
            &reader->work->complaints, &keys[i]->at,
            "the key '%s' stands in line %u, column %u already: keep one of them",
            config_complaint_shown(keys[i]->text).text, keys[first]->at.line,
            keys[first]->at.column);
    }
    free(keys);
    return 0;
}

/* Nobody who reads the tree meets a refused key. */
static void drop_refused_keys(struct config_node *mapping)
{
    struct config_node **link = &mapping->first;
    while (*link != NULL) {
        if ((*link)->refused) {
            *link = (*link)->next;
            mapping->count--;
        } else {
            link = &(*link)->next;
        }
    }
}

static int close_level(struct reader *reader)
{
    struct config_node *node = reader->levels[--reader->depth].node;
    if (node->kind != CONFIG_MAPPING || node->count == 0)
        return 0;
    if (node->count > 1 && refuse_duplicates(reader, node) != 0)
        return -1;
    drop_refused_keys(node);
    return 0;
}

static void begin_document(struct reader *reader, const yaml_event_t *event)
{
    struct model_origin at = {reader->path, (unsigned)event->start_mark.line + 1,
                              (unsigned)event->start_mark.column + 1};
    if (reader->has_document) {
        config_complaint_error(&reader->work->complaints, &at,
                               "a second document begins here and is not read: make it a file of "
                               "its own, or drop this line");
        reader->ended = true;
    }
    reader->has_document = true;
}

static int take_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        begin_document(reader, event);
        return 0;
    case YAML_SCALAR_EVENT:
        return add_scalar(reader, event);
    case YAML_ALIAS_EVENT:
        return add_alias(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_level(reader, event, CONFIG_LIST);
    case YAML_MAPPING_START_EVENT:
        return open_level(reader, event, CONFIG_MAPPING);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_level(reader);
    case YAML_STREAM_END_EVENT:
        reader->ended = true;
        return 0;
    default:
        return 0;
    }
}

static int explain_failure(struct reader *reader, const struct buf *bytes)
{
    struct model_origin at = {reader->path, 0, 0};
    struct err err = ERR_INIT;
    if (reader->parser.error == YAML_MEMORY_ERROR)
        return config_work_memory(reader->work);
    config_syntax_explain(&reader->parser, bytes->data, bytes->size_bytes, &at, &err);
    config_complaint_error(&reader->work->complaints, &at, "%s", err.text);
    return -1;
}

static int read_events(struct reader *reader, const struct buf *bytes)
{
    int result = 0;
    while (result == 0 && !reader->ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event))
            return explain_failure(reader, bytes);
        result = take_event(reader, &event);
        yaml_event_delete(&event);
    }
    return result;
}

static int read_bytes(struct config_document *document, const char *path, struct config_work *work,
                      const struct buf *bytes)
{
    struct reader reader = {.document = document, .work = work, .path = path};
    if (bytes->size_bytes == 0)
        return 0;
    if (!yaml_parser_initialize(&reader.parser))
        return config_work_memory(work);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes->data,
                                 bytes->size_bytes);
    int result = read_events(&reader, bytes);
    yaml_parser_delete(&reader.parser);
    if (result != 0)
        document->root = NULL;
    return result;
}

int config_document_load(struct config_document *document, const char *path,
                         struct config_work *work)
{
    struct buf bytes;
    struct err err = ERR_INIT;
    int result = -1;
    arena_init(&document->arena, 16384);
    document->root = NULL;
    buf_init(&bytes, CONFIG_FILE_MAX_BYTES);
    if (config_file_read(path, &bytes, &err) == 0)
        result = read_bytes(document, path, work, &bytes);
    else if (err.kind == ERR_MEMORY)
        config_work_memory(work);
    else
        config_complaint_error(&work->complaints, &(struct model_origin){path, 0, 0}, "%s",
                               err.text);
    buf_free(&bytes);
    return result;
}

void config_document_free(struct config_document *document)
{
    arena_free(&document->arena);
    document->root = NULL;
}

const struct config_node *config_document_key(const struct config_node *mapping, const char *name)
{
    for (const struct config_node *key = mapping->first; key != NULL; key = key->next)
        if (strcmp(key->text, name) == 0)
            return key;
    return NULL;
}

bool config_document_is_free_key(const struct config_node *key)
{
    return strncmp(key->text, "x-", 2) == 0;
}
