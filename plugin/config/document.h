/* SPDX-License-Identifier: MIT */
/*
 * document: one YAML file as a tree of nodes, each with its place.
 *
 * Not a judge of meaning. What YAML allows and these files do not is refused here: anchors,
 * aliases, merges, tags, duplicate keys, a second document, and sizes beyond the maxima. A refused
 * node stays in the tree, marked and told, so that only what needs it is lost; a file that is not
 * YAML at all has no tree. libyaml is seen here and in syntax.c only.
 *
 * The document owns nodes and texts until config_document_free; paths are the model's. One thread.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/work.h"
#include "model/origin.h"

#define CONFIG_DOCUMENT_MAX_DEPTH 32
#define CONFIG_DOCUMENT_MAX_NODES 2000000

enum config_kind { CONFIG_SCALAR, CONFIG_LIST, CONFIG_MAPPING };

struct config_node {
    struct model_origin at;
    const char *text;          /* a scalar's source text, quotes and escapes resolved; else "" */
    struct config_node *first; /* a list's items, or a mapping's keys, whose value is in value */
    struct config_node *next;
    struct config_node *value;
    uint32_t count; /* of items or keys */
    uint8_t kind;   /* enum config_kind */
    bool plain;     /* a scalar without quotes */
    bool refused;   /* told already; whoever needs it goes without a word */
    bool doubled; /* a key that stands twice: told already; this is the first, the other is gone */
};

struct config_document {
    struct arena arena;
    struct config_node *root; /* NULL: nothing in the file, or not YAML (told already) */
};

/* Reads a file. path must live as long as the model. 0; -1 where the file gives no tree because
 * of a mistake (told) or memory (work remembers). Free in both cases. */
int config_document_load(struct config_document *document, const char *path,
                         struct config_work *work);
void config_document_free(struct config_document *document);

/* A mapping's key of that name, or NULL. */
const struct config_node *config_document_key(const struct config_node *mapping, const char *name);

/* True for a key that begins with "x-": the operator's own, free everywhere. */
bool config_document_is_free_key(const struct config_node *key);

#endif
