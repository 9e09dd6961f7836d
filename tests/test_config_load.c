/* SPDX-License-Identifier: MIT */
/* Whole configurations: many hosts, what they share, many mistakes, no memory. */
#include "config_fixture.h"

#define HOSTS 5000

static const char MODULE[] =
    "module: m\n"
    "instances:\n"
    "  - class: C\n"
    "    metrics: [{property: P, type: gauge}, {property: Q, type: gauge}]\n"
    "  - class: D\n"
    "    keys: {Name: [a, b]}\n"
    "    metrics: [{property: P, type: gauge}]\n";
static const char HEAD[] = "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                           "defaults: {auth: a, modules: [m]}\n"
                           "groups: {g: {interval: 30}}\n"
                           "hosts:\n";

static int begin(void **state)
{
    fixture_setup(state);
    assert_int_equal(mkdir("modules", 0700), 0);
    fixture_write("modules/m.yaml", MODULE);
    return 0;
}

static const struct model_host *find(const struct fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->model->host_count; i++)
        if (strcmp(fixture->model->hosts[i].name, name) == 0)
            return &fixture->model->hosts[i];
    return NULL;
}

static void hosts_that_override_nothing_share_rounds_and_instances(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    buf_add_text(&text, "  a: {group: g}\n  b: {group: g, port: 7}\n  c: {group: g, modules: [m]}\n"
                        "  d: {interval: 31}\n"
                        "  e: {modules: [{m: {keys: {Name: [a]}}}]}\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), "");
    const struct model_host *a = find(fixture, "a");
    const struct model_host *d = find(fixture, "d");
    const struct model_host *e = find(fixture, "e");
    assert_ptr_equal(a->rounds, find(fixture, "b")->rounds);
    assert_ptr_equal(a->rounds, find(fixture, "c")->rounds);
    assert_ptr_not_equal(a->rounds, d->rounds);
    assert_int_equal(a->rounds[0].instance_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_ptr_equal(a->rounds[0].instances[i], d->rounds[0].instances[i]);
    assert_ptr_not_equal(a->rounds[0].instances[1], e->rounds[0].instances[1]);
    assert_ptr_equal(a->auth, d->auth);
    assert_int_equal(fixture->report.instance_count, 3 * 4 + 2);
    assert_int_equal(fixture->report.metric_count, 4 * 4 + 3);
}

static void hosts_share_instances_with_those_of_their_naming(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    buf_add_text(&text, "  n1:\n  w1: {naming: windows}\n  n2: {naming: native}\n"
                        "  w2: {naming: windows}\n  w3: {naming: windows, interval: 31}\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), "");
    const struct model_host *native = find(fixture, "n1");
    const struct model_host *windows = find(fixture, "w1");
    assert_ptr_equal(native->rounds, find(fixture, "n2")->rounds);
    assert_ptr_equal(windows->rounds, find(fixture, "w2")->rounds);
    assert_ptr_not_equal(windows->rounds, native->rounds);
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_not_equal(windows->rounds[0].instances[i], native->rounds[0].instances[i]);
        assert_ptr_equal(windows->rounds[0].instances[i],
                         find(fixture, "w3")->rounds[0].instances[i]);
    }
}

static const struct model_discovery *found_by(const struct fixture *fixture, const char *name)
{
    const struct model_host *host = find(fixture, name);
    assert_int_equal(host->round_count, 1);
    assert_int_equal(host->rounds[0].instance_count, 0);
    assert_int_equal(host->rounds[0].discovery_count, 1);
    return host->rounds[0].discoveries[0];
}

static void hosts_that_override_nothing_share_discoveries(void **state)
{
    struct fixture *fixture = *state;
    fixture_write("modules/f.yaml", "module: f\ninstances: [{class: F, keys: {Name: \"*\"}, "
                                    "metrics: [{property: P, type: gauge}]}]\n");
    fixture_write("hosts.yaml",
                  "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                  "defaults: {auth: a, modules: [f]}\n"
                  "groups: {g: {extra_modules: [{f: {include: \"a*\"}}]}}\n"
                  "hosts:\n  a: {}\n  b: {interval: 7}\n  w: {naming: windows}\n"
                  "  c: {modules: [{f: {interval: 7}}]}\n  g1: {group: g}\n"
                  "  g2: {group: g, interval: 7}\n  k: {modules: [{f: {keys: {Name: \"*\"}}}]}\n");
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), "");
    const struct model_discovery *a = found_by(fixture, "a");
    assert_ptr_equal(found_by(fixture, "b"), a);
    assert_ptr_equal(found_by(fixture, "c"), a);
    assert_ptr_not_equal(found_by(fixture, "w"), a);
    assert_ptr_not_equal(found_by(fixture, "g1"), a);
    assert_ptr_equal(found_by(fixture, "g2"), found_by(fixture, "g1"));
    assert_int_equal(found_by(fixture, "g1")->keys[0].include_count, 1);
    assert_int_equal(found_by(fixture, "a")->keys[0].include_count, 0);
    assert_int_equal(fixture->report.instance_count, 0);
    assert_int_equal(fixture->report.discovery_count, 7);
    assert_int_equal(fixture->report.metric_count, 7);
}

static void hosts_are_sorted_by_name(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    buf_add_text(&text, "  web2:\n  web10:\n  a:\n  B:\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_load_here(fixture);
    const char *names[] = {"B", "a", "web10", "web2"};
    assert_int_equal(fixture->model->host_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(fixture->model->hosts[i].name, names[i]);
}

/* One entry of thirty_mistakes.txt: what is written, and what is said of it. */
struct mistake {
    const char *written;
    struct buf said; /* lines, each with its line end */
};

#define MISTAKE_COUNT 30

/* On which line of hosts.yaml, which has four before the first host. */
static size_t line_of(size_t mistake)
{
    return 5 + 50 + mistake * 100;
}

static char *read_mistakes(struct mistake *mistakes)
{
    char path[4096];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/tests/data/thirty_mistakes.txt", fixture_source());
    char *text = fixture_read(path, NULL);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (strncmp(line, "> ", 2) == 0) {
            assert_true(count < MISTAKE_COUNT);
            buf_init(&mistakes[count].said, FIXTURE_TEXT_MAX_BYTES);
            mistakes[count++].written = line + 2;
        } else if (*line != '\0' && *line != '#') {
            assert_true(count > 0);
            buf_add_format(&mistakes[count - 1].said, "hosts.yaml:%zu:%s\n", line_of(count - 1),
                           line);
        }
    }
    assert_int_equal(count, MISTAKE_COUNT);
    return text;
}

static void write_hosts(const struct mistake *mistakes)
{
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    for (size_t i = 0; i < HOSTS; i++)
        buf_add_format(&text, "  host%04zu.example.com: %s\n", i,
                       i % 100 == 50 && i / 100 < MISTAKE_COUNT ? mistakes[i / 100].written
                                                                : "{group: g}");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
}

/* All that is said about one line of hosts.yaml, in its order. */
static void find_said(const struct fixture *fixture, size_t number, struct buf *said)
{
    char place[32];
    int count = snprintf(place, sizeof place, "hosts.yaml:%zu:", number);
    for (const char *line = fixture_said(fixture), *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1)
        if (strncmp(line, place, (size_t)count) == 0)
            buf_add(said, line, (size_t)(end - line) + 1);
}

/* For MI_WRITE_EXPECTED: the file anew, the places without what line_of gives. */
static void write_mistakes(const struct fixture *fixture, const struct mistake *mistakes)
{
    char path[4096];
    size_t count;
    snprintf(path, sizeof path, "%s/tests/data/thirty_mistakes.txt", fixture_source());
    char *old = fixture_read(path, &count);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fprintf(file, "%.*s", (int)(strstr(old, "> ") - old), old);
    for (size_t i = 0; i < MISTAKE_COUNT; i++) {
        struct buf said;
        buf_init(&said, FIXTURE_TEXT_MAX_BYTES);
        find_said(fixture, line_of(i), &said);
        fprintf(file, "> %s\n", mistakes[i].written);
        for (const char *line = buf_text(&said), *end; (end = strchr(line, '\n')) != NULL;
             line = end + 1) {
            const char *column = strchr(strchr(line, ':') + 1, ':') + 1;
            fprintf(file, "%.*s\n", (int)(end - column), column);
        }
        fputs(i + 1 < MISTAKE_COUNT ? "\n" : "", file);
        buf_free(&said);
    }
    assert_int_equal(fclose(file), 0);
    free(old);
}

static void thirty_mistakes_among_5000_hosts_cost_thirty_hosts(void **state)
{
    struct fixture *fixture = *state;
    struct mistake mistakes[MISTAKE_COUNT];
    size_t told = 0;
    char *text = read_mistakes(mistakes);
    write_hosts(mistakes);
    fixture_load_here(fixture);
    if (fixture_is_writing())
        write_mistakes(fixture, mistakes);
    for (size_t i = 0; i < MISTAKE_COUNT; i++) {
        struct buf said;
        buf_init(&said, FIXTURE_TEXT_MAX_BYTES);
        find_said(fixture, line_of(i), &said);
        told += said.size_bytes;
        if (!fixture_is_writing())
            assert_string_equal(buf_text(&said), buf_text(&mistakes[i].said));
        assert_true(said.size_bytes > 0);
        buf_free(&said);
        buf_free(&mistakes[i].said);
    }
    /* Nothing is said of any other line. */
    assert_int_equal(told, fixture->said.size_bytes);
    assert_int_equal(fixture->model->host_count, HOSTS - MISTAKE_COUNT);
    assert_int_equal(fixture->report.skipped_host_count, MISTAKE_COUNT);
    for (size_t i = 0; i < fixture->model->host_count; i++)
        assert_int_equal(fixture->model->hosts[i].rounds[0].interval_ms, 30000);
    free(text);
}

static void a_mistake_that_5000_hosts_share_is_told_once(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    buf_add_text(&text, "  good: {transport: https}\n");
    for (size_t i = 0; i < HOSTS; i++)
        buf_add_format(&text, "  host%04zu: {group: plain}\n", i);
    buf_add_text(&text, "x: 1\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_write("groups.yaml", "groups: {plain: {transport: http}}\n");
    const char *dirs[] = {"modules"};
    const char *inventories[] = {"groups.yaml", "hosts.yaml"};
    struct config_sources sources = {.module_dirs = dirs,
                                     .module_dir_count = 1,
                                     .inventories = inventories,
                                     .inventory_count = 2};
    fixture_load(fixture, &sources);
    assert_string_equal(
        fixture_said(fixture),
        "warning: hosts.yaml:5006:1: an inventory has no key 'x', it is ignored\n"
        "groups.yaml:1:29: the method basic over http shows the password to whoever listens: set "
        "'transport: https', or 'allow_unencrypted: true' if that is meant\n"
        "groups.yaml:1:29: 5000 hosts are left out because of this, the first is 'host0000'\n");
    assert_int_equal(fixture->report.error_count, 1);
    assert_int_equal(fixture->report.skipped_host_count, HOSTS);
    assert_int_equal(fixture->report.host_count, 1);
}

static void a_flood_of_complaints_ends(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    for (size_t i = 0; i < HOSTS; i++)
        buf_add_format(&text, "  host%04zu: {group: nosuch}\n", i);
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_load_here(fixture);
    assert_int_equal(fixture->line_count, 1001);
    assert_int_equal(fixture->report.error_count, HOSTS);
    assert_non_null(strstr(fixture_said(fixture),
                           "4000 further complaints about the configuration are not shown\n"));
}

static void the_default_interval_is_the_plugins_or_ten_seconds(void **state)
{
    struct fixture *fixture = *state;
    const char *dirs[] = {"modules"};
    const char *inventories[] = {"hosts.yaml"};
    struct config_sources sources = {.module_dirs = dirs,
                                     .module_dir_count = 1,
                                     .inventories = inventories,
                                     .inventory_count = 1,
                                     .default_interval_ms = 1500};
    fixture_write("hosts.yaml", "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                                "hosts: {h: {auth: a, modules: [m]}}\n");
    fixture_load(fixture, &sources);
    assert_int_equal(fixture->model->hosts[0].rounds[0].interval_ms, 1500);
    assert_int_equal(fixture->model->hosts[0].rounds[0].timeout_ms, 1200);
    sources.default_interval_ms = 0;
    fixture_load(fixture, &sources);
    assert_int_equal(fixture->model->hosts[0].rounds[0].interval_ms, 10000);
    assert_int_equal(fixture->model->hosts[0].rounds[0].timeout_ms, 8000);
}

static void a_complaint_made_much_later_can_name_the_place(void **state)
{
    struct fixture *fixture = *state;
    fixture_write("hosts.yaml", "auths: {a: {method: basic, user: u, password_file: secret}}\n"
                                "hosts:\n"
                                "  h: {auth: a, modules: [m]}\n");
    fixture_load_here(fixture);
    const struct model_host *host = &fixture->model->hosts[0];
    const struct model_instance *instance = host->rounds[0].instances[2];
    assert_string_equal(host->origin.path, "hosts.yaml");
    assert_int_equal(host->origin.line, 3);
    assert_int_equal(host->origin.column, 3);
    assert_int_equal(host->auth->origin.line, 1);
    assert_int_equal(host->auth->origin.column, 9);
    assert_string_equal(instance->origin.path, "modules/m.yaml");
    assert_int_equal(instance->origin.line, 5);
    assert_int_equal(instance->metrics[0].origin.line, 7);
    assert_int_equal(instance->metrics[0].origin.column, 15);
}

static void a_host_has_a_thousand_instances_at_most(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    buf_add_text(&text, "  h: {extra_modules: [{m: {keys: {Name: [");
    for (size_t i = 0; i < 999; i++)
        buf_add_format(&text, "k%zu, ", i);
    buf_add_text(&text, "]}}}]}\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_load_here(fixture);
    assert_string_equal(
        fixture_said(fixture),
        "hosts.yaml:5:24: host 'h' has 1000 instances, the maximum: what follows is "
        "left out\n");
    assert_int_equal(fixture->report.instance_count, 1000);
}

static void a_key_has_a_thousand_values_at_most(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    buf_add_text(&text, HEAD);
    buf_add_text(&text, "  h: {extra_modules: [{m: {keys: {Name: [");
    for (size_t i = 0; i < 1001; i++)
        buf_add_format(&text, "k%zu, ", i);
    buf_add_text(&text, "]}}}]}\n");
    fixture_write("hosts.yaml", buf_text(&text));
    buf_free(&text);
    fixture_load_here(fixture);
    assert_string_equal(fixture_said(fixture), "hosts.yaml:5:41: 'Name' has 1001 values, and 1000 "
                                               "instances are the maximum\n");
    assert_int_equal(fixture->report.instance_count, 3);
}

#define LOAD_TEST(test) cmocka_unit_test_setup_teardown(test, begin, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOAD_TEST(hosts_that_override_nothing_share_rounds_and_instances),
        LOAD_TEST(hosts_share_instances_with_those_of_their_naming),
        LOAD_TEST(hosts_that_override_nothing_share_discoveries),
        LOAD_TEST(hosts_are_sorted_by_name),
        LOAD_TEST(thirty_mistakes_among_5000_hosts_cost_thirty_hosts),
        LOAD_TEST(a_mistake_that_5000_hosts_share_is_told_once),
        LOAD_TEST(a_flood_of_complaints_ends),
        LOAD_TEST(the_default_interval_is_the_plugins_or_ten_seconds),
        LOAD_TEST(a_complaint_made_much_later_can_name_the_place),
        LOAD_TEST(a_host_has_a_thousand_instances_at_most),
        LOAD_TEST(a_key_has_a_thousand_values_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
