/* SPDX-License-Identifier: MIT */
/*
 * Every folder of tests/data/config: inventories and modules, and in `expected` the complaints and
 * the model that must come out. Loaded are hosts.yaml and modules/, or what `sources` lists, a line
 * each: `Inventory PATTERN`, `ModuleDir DIR`, `Shipped` (conf/modules). MI_WRITE_EXPECTED=1 writes
 * `expected`.
 */
#include "config_fixture.h"

#include <dirent.h>

#define CASES_MAX 256
#define LINES_MAX 16

struct sources_file {
    char *text;
    char shipped[4096];
    const char *inventories[LINES_MAX];
    const char *dirs[LINES_MAX];
    struct config_sources sources;
};

static void take_line(struct sources_file *file, const char *line)
{
    if (strncmp(line, "Inventory ", 10) == 0)
        file->inventories[file->sources.inventory_count++] = line + 10;
    else if (strncmp(line, "ModuleDir ", 10) == 0)
        file->dirs[file->sources.module_dir_count++] = line + 10;
    else if (strcmp(line, "Shipped") == 0)
        file->sources.shipped_module_dir = file->shipped;
    else if (*line != '\0')
        fail_msg("sources: %s", line);
}

static void read_sources(struct sources_file *file)
{
    file->text = fixture_read("sources", NULL);
    snprintf(file->shipped, sizeof file->shipped, "%s/conf/modules", fixture_source());
    file->sources = (struct config_sources){
        .inventories = file->inventories, .module_dirs = file->dirs, .default_interval_ms = 60000};
    for (char *line = file->text, *end; line != NULL; line = end != NULL ? end + 1 : NULL) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        take_line(file, line);
    }
}

/* Everything of the case is here, under its own name. */
static void link_case(const char *dir)
{
    char target[8192];
    struct dirent *entry;
    DIR *open = opendir(dir);
    assert_non_null(open);
    while ((entry = readdir(open)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(target, sizeof target, "%s/%s", dir, entry->d_name);
        assert_int_equal(symlink(target, entry->d_name), 0);
    }
    closedir(open);
}

static void load_case(struct fixture *fixture)
{
    struct sources_file file = {0};
    if (access("sources", F_OK) != 0) {
        fixture_load_here(fixture);
        return;
    }
    read_sources(&file);
    fixture_load(fixture, &file.sources);
    free(file.text);
}

static void print_outcome(const struct fixture *fixture, struct buf *out)
{
    buf_init(out, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(out, fixture_said(fixture));
    buf_add_format(out,
                   "-- %zu errors, %zu warnings, %zu hosts, %zu skipped, %zu instances, %zu "
                   "discoveries, %zu metrics\n",
                   fixture->report.error_count, fixture->report.warning_count,
                   fixture->report.host_count, fixture->report.skipped_host_count,
                   fixture->report.instance_count, fixture->report.discovery_count,
                   fixture->report.metric_count);
    fixture_print(out, fixture->model, SHOW_ALL);
    assert_int_equal(buf_failed(out, "outcome", NULL), 0);
}

static void a_folder_gives_its_complaints_and_its_model(void **state)
{
    const char *name = *state;
    char dir[4000];
    char path[4096];
    struct fixture fixture;
    struct buf out;
    snprintf(dir, sizeof dir, "%s/tests/data/config/%s", fixture_source(), name);
    snprintf(path, sizeof path, "%s/expected", dir);
    fixture_begin(&fixture);
    link_case(dir);
    load_case(&fixture);
    print_outcome(&fixture, &out);
    if (fixture_is_writing()) {
        fixture_write(path, buf_text(&out));
    } else {
        char *expected = fixture_read(path, NULL);
        assert_string_equal(buf_text(&out), expected);
        free(expected);
    }
    buf_free(&out);
    fixture_end(&fixture);
}

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MAX];
    char dir[4096];
    struct dirent **cases = NULL;
    snprintf(dir, sizeof dir, "%s/tests/data/config", fixture_source());
    int count = scandir(dir, &cases, is_case, alphasort);
    if (count <= 0 || count > CASES_MAX)
        return 1;
    for (int i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){.name = cases[i]->d_name,
                                       .test_func = a_folder_gives_its_complaints_and_its_model,
                                       .initial_state = cases[i]->d_name};
    int result = _cmocka_run_group_tests("config_cases", tests, (size_t)count, NULL, NULL);
    while (count > 0)
        free(cases[--count]);
    free(cases);
    return result;
}
