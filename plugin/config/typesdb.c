/* SPDX-License-Identifier: MIT */
#include "config/typesdb.h"

#include <stdlib.h>
#include <string.h>

#include "config/file.h"

struct config_typesdb {
    struct buf text; /* NULs in place of the separators behind names */
    struct model_type *types;
    size_t count;
};

static const struct {
    const char *word;
    enum model_source source;
} SOURCES[] = {
    {"GAUGE", MODEL_GAUGE},
    {"DERIVE", MODEL_DERIVE},
    {"COUNTER", MODEL_COUNTER},
    {"ABSOLUTE", MODEL_ABSOLUTE},
};

static int parse_source(const char *text, enum model_source *source)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL)
        return -1;
    size_t count = strcspn(colon + 1, ":");
    for (size_t i = 0; i < sizeof SOURCES / sizeof SOURCES[0]; i++)
        if (count == strlen(SOURCES[i].word) && strncmp(colon + 1, SOURCES[i].word, count) == 0) {
            *source = SOURCES[i].source;
            return 0;
        }
    return -1;
}

/* Cuts the next word off *rest; NULL: none is left. */
static char *next_word(char **rest)
{
    static const char SEPARATORS[] = " \t\r,";
    char *word = *rest + strspn(*rest, SEPARATORS);
    char *end = word + strcspn(word, SEPARATORS);
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return *word != '\0' ? word : NULL;
}

static int parse_line(char *line, struct model_type *type)
{
    char *rest = line;
    char *word = next_word(&rest);
    if (word == NULL || *word == '#')
        return -1;
    type->name = word;
    while ((word = next_word(&rest)) != NULL) {
        if (type->source_count == MODEL_TYPE_MAX_SOURCES ||
            parse_source(word, &type->sources[type->source_count]) != 0)
            return -1;
        type->source_count++;
    }
    return type->source_count > 0 ? 0 : -1;
}

static int parse_lines(struct config_typesdb *db)
{
    size_t lines = 1;
    for (const char *c = db->text.data; (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    db->types = calloc(lines, sizeof db->types[0]);
    if (db->types == NULL)
        return -1;
    for (char *line = db->text.data; line != NULL;) {
        char *end = strchr(line, '\n');
        struct model_type type = {0};
        if (end != NULL)
            *end = '\0';
        if (parse_line(line, &type) == 0)
            db->types[db->count++] = type;
        line = end != NULL ? end + 1 : NULL;
    }
    return 0;
}

struct config_typesdb *config_typesdb_new(const char *path, struct err *err)
{
    struct config_typesdb *db = calloc(1, sizeof *db);
    if (db == NULL) {
        err_memory(err);
        return NULL;
    }
    buf_init(&db->text, CONFIG_FILE_MAX_BYTES);
    if (config_file_read(path, &db->text, err) != 0)
        err_prefix(err, "%s", path);
    else if (db->text.size_bytes == 0 || parse_lines(db) == 0)
        return db;
    else
        err_memory(err);
    config_typesdb_free(db);
    return NULL;
}

void config_typesdb_free(struct config_typesdb *db)
{
    if (db == NULL)
        return;
    buf_free(&db->text);
    free(db->types);
    free(db);
}

static int find_type(void *context, const char *name, struct model_type *type)
{
    const struct config_typesdb *db = context;
    for (size_t i = db->count; i > 0; i--)
        if (strcmp(db->types[i - 1].name, name) == 0) {
            *type = db->types[i - 1];
            return 0;
        }
    return -1;
}

struct model_type_lookup config_typesdb_lookup(const struct config_typesdb *db)
{
    return (struct model_type_lookup){.find = find_type, .context = (void *)db};
}
