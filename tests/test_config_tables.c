/* SPDX-License-Identifier: MIT */
/*
 * Every file of tests/data/config_tables: many small inputs and what is said about each.
 *
 * A table begins with `@PATH TEMPLATE` lines: the files to write, `%%s` standing for the input, and
 * with `@show WORDS`: what to print of the model (host round instance metric). Then blocks:
 *   > INPUT
 *   complaint, complaint..., model
 * \n, \r, \t, \xHH and \\ are escapes in templates and inputs. MI_WRITE_EXPECTED=1 writes the
 * outcomes.
 */
#include "config_fixture.h"

#include <dirent.h>

#define TABLES_MAX 64
#define FILES_MAX  8

struct table {
    char *text;
    const char *paths[FILES_MAX];
    char *templates[FILES_MAX];
    size_t file_count;
    unsigned show;
    struct buf written; /* the table with the outcomes that came out */
    struct buf wanted;  /* of the current block */
    char *input;        /* of the current block; NULL: none yet */
    unsigned input_line;
    size_t failures;
};

static int hex(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* In place; returns the count, as NULs may come out. */
static size_t unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from != '\\') {
            *to++ = *from;
            continue;
        }
        from++;
        if (*from == 'x') {
            *to++ = (char)(hex(from[1]) * 16 + hex(from[2]));
            from += 2;
        } else {
            *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from == 'r' ? '\r' : *from;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

static void write_files(const struct table *table)
{
    char *input = strdup(table->input);
    size_t input_count = unescape(input);
    for (size_t i = 0; i < table->file_count; i++) {
        struct buf bytes;
        const char *place = strstr(table->templates[i], "%s");
        size_t before =
            place != NULL ? (size_t)(place - table->templates[i]) : strlen(table->templates[i]);
        buf_init(&bytes, FIXTURE_TEXT_MAX_BYTES);
        buf_add(&bytes, table->templates[i], before);
        if (place != NULL) {
            buf_add(&bytes, input, input_count);
            buf_add_text(&bytes, place + 2);
        }
        fixture_write_bytes(table->paths[i], buf_text(&bytes), bytes.size_bytes);
        buf_free(&bytes);
    }
    free(input);
}

static void run_block(struct table *table)
{
    struct fixture fixture;
    struct buf out;
    if (table->input == NULL)
        return;
    fixture_begin(&fixture);
    assert_int_equal(mkdir("modules", 0700), 0);
    write_files(table);
    fixture_load_here(&fixture);
    buf_init(&out, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&out, fixture_said(&fixture));
    fixture_print(&out, fixture.model, table->show);
    if (out.size_bytes == 0)
        buf_add_text(&out, fixture.model->host_count > 0 ? "fine\n" : "no host, no word\n");
    if (strcmp(buf_text(&out), buf_text(&table->wanted)) != 0 && !fixture_is_writing()) {
        print_message("line %u: > %s\nshould give\n%sand gives\n%s", table->input_line,
                      table->input, buf_text(&table->wanted), buf_text(&out));
        table->failures++;
    }
    buf_add_format(&table->written, "> %s\n%s\n", table->input, buf_text(&out));
    buf_free(&out);
    buf_reset(&table->wanted);
    fixture_end(&fixture);
    table->input = NULL;
}

static void take_directive(struct table *table, char *line)
{
    static const char *const SHOWS[] = {"host", "round", "instance", "metric"};
    char *value = strchr(line, ' ');
    assert_non_null(value);
    *value++ = '\0';
    buf_add_format(&table->written, "%s %s\n", line, value);
    if (strcmp(line, "@show") == 0) {
        for (size_t i = 0; i < 4; i++)
            if (strstr(value, SHOWS[i]) != NULL)
                table->show |= 1u << i;
        return;
    }
    assert_true(table->file_count < FILES_MAX);
    unescape(value);
    table->paths[table->file_count] = line + 1;
    table->templates[table->file_count++] = value;
}

static void take_line(struct table *table, char *line, unsigned number)
{
    if (*line == '@') {
        take_directive(table, line);
    } else if (*line == '#') {
        run_block(table);
        buf_add_format(&table->written, "%s\n", line);
    } else if (strncmp(line, "> ", 2) == 0 || strcmp(line, ">") == 0) {
        run_block(table);
        table->input = line[1] == ' ' ? line + 2 : line + 1;
        table->input_line = number;
    } else if (*line != '\0') {
        buf_add_format(&table->wanted, "%s\n", line);
    } else if (table->input == NULL && table->written.size_bytes > 0 &&
               strcmp(table->written.data + table->written.size_bytes - 2, "\n\n") != 0) {
        buf_add_char(&table->written, '\n');
    }
}

static void every_input_of_a_table_gets_its_words(void **state)
{
    struct table table = {0};
    char path[4096];
    unsigned number = 0;
    snprintf(path, sizeof path, "%s/tests/data/config_tables/%s", fixture_source(),
             (const char *)*state);
    table.text = fixture_read(path, NULL);
    buf_init(&table.written, FIXTURE_TEXT_MAX_BYTES);
    buf_init(&table.wanted, FIXTURE_TEXT_MAX_BYTES);
    for (char *line = table.text, *end; line != NULL; line = end != NULL ? end + 1 : NULL) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        take_line(&table, line, ++number);
    }
    run_block(&table);
    if (fixture_is_writing())
        fixture_write(path, buf_text(&table.written));
    buf_free(&table.written);
    buf_free(&table.wanted);
    free(table.text);
    assert_int_equal(table.failures, 0);
}

static int is_table(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(void)
{
    static struct CMUnitTest tests[TABLES_MAX];
    char dir[4096];
    struct dirent **tables = NULL;
    snprintf(dir, sizeof dir, "%s/tests/data/config_tables", fixture_source());
    int count = scandir(dir, &tables, is_table, alphasort);
    if (count <= 0 || count > TABLES_MAX)
        return 1;
    for (int i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){.name = tables[i]->d_name,
                                       .test_func = every_input_of_a_table_gets_its_words,
                                       .initial_state = tables[i]->d_name};
    int result = _cmocka_run_group_tests("config_tables", tests, (size_t)count, NULL, NULL);
    while (count > 0)
        free(tables[--count]);
    free(tables);
    return result;
}
