/* SPDX-License-Identifier: MIT */
/* What the simulated host serves: the tables of synthetic classes, the formulas, recorded replies.
 */
#include "sim/classes.h"
#include "sim/client.h"
#include "sim/process.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <cmocka.h>

#define EPOCH_TEXT  "2024-01-01T00:00:00Z"
#define EPOCH_100NS UINT64_C(133485408000000000)
#define NS_WMI      "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"

__extension__ typedef unsigned __int128 wide;

struct rig {
    struct sim_process process;
    struct sim_client client;
};

static void open_with(struct rig *rig, const char *const *arguments)
{
    int status = 0;
    if (sim_process_start(&rig->process, arguments, &status) != 0)
        fail_msg("simhost did not start (exit %d)", status);
    assert_int_equal(sim_client_open(&rig->client, rig->process.port), 0);
}

static void close_rig(struct rig *rig)
{
    sim_client_close(&rig->client);
    assert_int_equal(sim_process_stop(&rig->process), 0);
}

static int rig_open(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    open_with(rig, (const char *const[]){"--any-host", "--clock", "manual", "--epoch", EPOCH_TEXT,
                                         "--clock-start", "1000", NULL});
    *state = rig;
    return 0;
}

static int rig_close(void **state)
{
    close_rig(*state);
    free(*state);
    return 0;
}

static void get_from(struct rig *rig, const char *host, const struct sim_get *get,
                     struct sim_result *result)
{
    sim_client_get(&rig->client, host, get, result);
    if (result->status != 200)
        fail_msg("%s %s=%s: status %ld %s", get->class_name, get->key, get->value, result->status,
                 result->body);
}

#define GET(rig, host, result, ...) get_from(rig, host, &(struct sim_get){__VA_ARGS__}, result)

static void clock_advance(struct rig *rig, const char *seconds)
{
    struct sim_result result;
    char path[64];
    snprintf(path, sizeof(path), "clock?advance=%s", seconds);
    sim_client_control(&rig->client, true, path, &result);
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
}

/* ---- tables ---- */

static void properties_are_sorted_without_case_and_formulas_name_properties(void **state)
{
    (void)state;
    const struct sim_class *class = NULL;
    for (size_t c = 0; (class = sim_classes_at(c)) != NULL; c++) {
        for (size_t i = 0; i < class->property_count; i++) {
            const struct sim_property *property = &class->properties[i];
            if (i > 0 && strcasecmp(class->properties[i - 1].name, property->name) >= 0)
                fail_msg("%s: %s is out of order", class->name, property->name);
            bool named = property->kind == SIM_SUM || property->kind == SIM_SAME ||
                         property->kind == SIM_REST;
            char names[256] = "";
            if (named)
                snprintf(names, sizeof(names), "%s", property->text);
            for (char *rest = names, *name; named && (name = strsep(&rest, "|")) != NULL;) {
                if (sim_classes_property(class, name) == NULL)
                    fail_msg("%s.%s: no property %s", class->name, property->name, name);
            }
        }
    }
}

/* An instance of the tables, of whatever namespace and with its second key. */
static void get_of_table(struct rig *rig, const struct sim_class *class, const char *value,
                         struct sim_result *result)
{
    char uri[256], selectors[512], other[128] = "";
    snprintf(uri, sizeof(uri), "http://schemas.microsoft.com/wbem/wsman/1/wmi/%s/%s",
             sim_classes_namespace(class), class->name);
    if (class->other_key != NULL)
        snprintf(other, sizeof(other), "<w:Selector Name=\"%s\">%s</w:Selector>", class->other_key,
                 class->other_value);
    if (class->key != NULL)
        snprintf(selectors, sizeof(selectors), "<w:Selector Name=\"%s\">%s</w:Selector>%s",
                 class->key, value, other);
    GET(rig, "alpha", result, .uri = uri, .selectors = value != NULL ? selectors : NULL);
}

static void every_instance_is_served_with_every_property_and_the_value_of_the_tables(void **state)
{
    struct rig *rig = *state;
    const struct sim_class *class = NULL;
    size_t served = 0;
    for (size_t c = 0; (class = sim_classes_at(c)) != NULL; c++) {
        for (size_t i = 0; i < class->instance_count; i++, served++) {
            struct sim_result result;
            const char *key = class->instances[i].key;
            struct sim_moment moment = {.seed = sim_classes_seed("alpha"),
                                        .now_100ns = EPOCH_100NS + 10000000000u,
                                        .epoch_100ns = EPOCH_100NS};
            get_of_table(rig, class, key != NULL && strcmp(key, "*") == 0 ? "alpha" : key, &result);
            for (size_t p = 0; p < class->property_count; p++) {
                uint64_t number = 0;
                const struct sim_property *property = &class->properties[p];
                assert_non_null(sim_result_text(&result, property->name));
                if (sim_classes_number(class, property, &class->instances[i], &moment, &number) ==
                    0)
                    assert_int_equal(sim_result_number(&result, property->name), number);
            }
            sim_result_free(&result);
        }
    }
    assert_true(served > 80);
}

/* What a schema needs to know: a counter type fits its width, and a base stands beside what needs
 * one (shared/facts/windows.md, Counter types). */
static void counter_types_have_their_width_and_their_base(void **state)
{
    static const struct {
        uint32_t counter, bits, base;
    } rows[] = {{65536, 32, 0},     {65792, 64, 0},     {272696320, 32, 0}, {272696576, 64, 0},
                {5571840, 64, 0},   {542180608, 64, 0}, {558957824, 64, 0}, {807666944, 64, 0},
                {537003008, 32, 1}, {537003264, 64, 1}, {542573824, 64, 1}, {805438464, 32, 1},
                {1073874176, 64, 1}};
    const struct sim_class *class = NULL;
    size_t count = 0;
    (void)state;
    for (size_t c = 0; (class = sim_classes_at(c)) != NULL; c++) {
        count++;
        for (size_t i = 0; i < class->property_count; i++) {
            const struct sim_property *property = &class->properties[i];
            char base[128];
            snprintf(base, sizeof(base), "%s_Base", property->name);
            for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
                if (rows[r].counter != property->counter)
                    continue;
                if (rows[r].bits != property->bits)
                    fail_msg("%s.%s: %u bits", class->name, property->name, property->bits);
                if ((sim_classes_property(class, base) != NULL) != (rows[r].base != 0))
                    fail_msg("%s.%s: its base", class->name, property->name);
            }
        }
    }
    assert_true(count >= 40);
}

static void a_class_is_known_in_its_own_namespace_only(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    struct sim_get wrong = {.class_name = "MSCluster_Node", .key = "Name", .value = "NODE1"};
    sim_client_get(&rig->client, "alpha", &wrong, &result);
    assert_int_equal(sim_result_fault(&result), 0x8033803B);
    sim_result_free(&result);
    wrong = (struct sim_get){
        .uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
               "Msvm_ComputerSystem",
        .selectors = "<w:Selector Name=\"Name\">6F8D2C5A-0B7E-4E0E-9D1E-6A1B2C3D4E5F</w:Selector>"};
    sim_client_get(&rig->client, "alpha", &wrong, &result);
    assert_int_equal(sim_result_fault(&result), 0x803380FA); /* one of two keys */
    sim_result_free(&result);
}

/* ---- formulas, written down here a second time ---- */

/* FNV-1a over "alpha", computed in Python. */
#define ALPHA_PERCENT (100 + UINT64_C(0x8ac625bb85ed202b) % 100)

static void counters_follow_the_documented_formula_and_wrap_at_their_width(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    uint64_t last = 0;
    bool wrapped = false;
    for (int i = 0; i < 20; i++) {
        GET(rig, "alpha", &result, .class_name = "Win32_PerfRawData_Tcpip_NetworkInterface",
            .key = "Name", .value = "Intel[R] PRO_1000 _2");
        uint64_t elapsed = sim_result_number(&result, "Timestamp_Sys100NS") - EPOCH_100NS;
        /* 3,000,000 bytes a second at 100 percent, this interface 20 percent, the second octet
         * counter 900,000 */
        wide scale = (wide)ALPHA_PERCENT * 20 * elapsed;
        uint64_t received = 912447 + (uint64_t)(scale * 3000000000u / 1000 / 10000 / 10000000);
        uint64_t sent = 3583981 + (uint64_t)(scale * 900000000u / 1000 / 10000 / 10000000);
        assert_int_equal(sim_result_number(&result, "BytesReceivedPersec"), received);
        assert_int_equal(sim_result_number(&result, "BytesSentPersec"), sent);
        assert_int_equal(sim_result_number(&result, "BytesTotalPersec"), received + sent);
        uint64_t packets = 4294960000u + (uint64_t)(scale * 3000000u / 1000 / 10000 / 10000000);
        assert_int_equal(sim_result_number(&result, "PacketsReceivedUnicastPersec"),
                         packets & 0xffffffff);
        sim_result_free(&result);
        GET(rig, "alpha", &result, .class_name = "Win32_PerfRawData_PerfDisk_PhysicalDisk",
            .key = "Name", .value = "0 C:");
        uint64_t read = sim_result_number(&result, "AvgDisksecPerRead");
        uint64_t both = read + sim_result_number(&result, "AvgDisksecPerWrite");
        assert_int_equal(sim_result_number(&result, "AvgDisksecPerTransfer"), both & 0xffffffff);
        wrapped = wrapped || read < last;
        last = read;
        sim_result_free(&result);
        clock_advance(rig, "12.5");
    }
    assert_true(wrapped);
}

static void user_privileged_and_idle_time_add_up_to_the_time_passed(void **state)
{
    struct rig *rig = *state;
    static const char *const cpus[] = {"0", "1", "_Total"};
    uint64_t users[3];
    for (size_t i = 0; i < 3; i++) {
        struct sim_result result;
        GET(rig, "alpha", &result, .class_name = "Win32_PerfRawData_PerfOS_Processor",
            .key = "Name", .value = cpus[i]);
        uint64_t elapsed = sim_result_number(&result, "Timestamp_Sys100NS") - EPOCH_100NS;
        uint64_t user = sim_result_number(&result, "PercentUserTime");
        uint64_t privileged = sim_result_number(&result, "PercentPrivilegedTime");
        assert_int_equal(user + privileged + sim_result_number(&result, "PercentProcessorTime"),
                         elapsed);
        assert_true(user > 0 && privileged > 0 && user + privileged < elapsed);
        users[i] = user;
        sim_result_free(&result);
    }
    assert_in_range(users[2], (users[0] + users[1]) / 2 - 1, (users[0] + users[1]) / 2 + 1);
}

static void gauges_swing_between_their_bounds_and_agree_across_classes(void **state)
{
    struct rig *rig = *state;
    uint64_t least = UINT64_MAX, most = 0;
    for (int i = 0; i < 12; i++) {
        struct sim_result result;
        GET(rig, "alpha", &result, .class_name = "Win32_PerfRawData_PerfOS_Memory");
        uint64_t mbytes = sim_result_number(&result, "AvailableMBytes");
        /* a period of 300 s between 1,024 and 3,072, moved by the host's percent */
        uint64_t x = (sim_result_number(&result, "Timestamp_Sys100NS") - EPOCH_100NS +
                      30000000 * (ALPHA_PERCENT - 100)) %
                     3000000000u;
        uint64_t rise = x < 1500000000 ? x : 3000000000u - x;
        assert_int_equal(mbytes, 1024 + 2048 * rise / 1500000000);
        assert_int_equal(sim_result_number(&result, "AvailableBytes"), mbytes << 20);
        sim_result_free(&result);
        GET(rig, "alpha", &result, .class_name = "Win32_OperatingSystem");
        assert_int_equal(sim_result_number(&result, "FreePhysicalMemory"), mbytes << 10);
        sim_result_free(&result);
        least = mbytes < least ? mbytes : least;
        most = mbytes > most ? mbytes : most;
        clock_advance(rig, "25");
    }
    assert_in_range(least, 1024, 1400);
    assert_in_range(most, 2700, 3072);
}

static void the_clocks_of_a_reply_agree(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    clock_advance(rig, "0.0000012"); /* 12 ticks: a fraction of six digits, the last tick cut */
    GET(rig, "alpha", &result, .class_name = "Win32_PerfRawData_PerfOS_System");
    uint64_t now = sim_result_number(&result, "Timestamp_Sys100NS");
    assert_int_equal(sim_result_number(&result, "SystemUpTime"), EPOCH_100NS);
    assert_int_equal(sim_result_number(&result, "Timestamp_Object"), now);
    assert_int_equal(sim_result_number(&result, "Frequency_Object"), 10000000);
    assert_int_equal(sim_result_number(&result, "Timestamp_PerfTime"),
                     (now - EPOCH_100NS) * 25 / 4);
    sim_result_free(&result);
    GET(rig, "alpha", &result, .class_name = "Win32_OperatingSystem");
    assert_string_equal(sim_result_text(&result, "LastBootUpTime"), EPOCH_TEXT);
    unsigned hours = 0, minutes = 0, seconds = 0, micro = 0;
    assert_int_equal(sscanf(sim_result_text(&result, "LocalDateTime"), "2024-01-01T%u:%u:%u.%6uZ",
                            &hours, &minutes, &seconds, &micro),
                     4);
    assert_int_equal(hours * 3600 + minutes * 60 + seconds, (now - EPOCH_100NS) / 10000000);
    assert_int_equal(micro, 1);
    sim_result_free(&result);
}

static void hosts_differ_and_a_host_is_the_same_everywhere(void **state)
{
    struct rig *rig = *state;
    struct sim_result one, two, again;
    struct sim_get get = {.class_name = "Win32_PerfRawData_PerfOS_System"};
    get_from(rig, "alpha", &get, &one);
    get_from(rig, "beta", &get, &two);
    get_from(rig, "ALPHA:5985", &get, &again);
    assert_int_not_equal(sim_result_number(&one, "SystemCallsPersec"),
                         sim_result_number(&two, "SystemCallsPersec"));
    assert_int_equal(sim_result_number(&one, "SystemCallsPersec"),
                     sim_result_number(&again, "SystemCallsPersec"));
    sim_result_free(&one);
    sim_result_free(&two);
    sim_result_free(&again);
    GET(rig, "[::1]:5985", &one, .class_name = "Win32_OperatingSystem");
    assert_string_equal(sim_result_text(&one, "CSName"), "::1");
    sim_result_free(&one);
}

static void the_real_clock_runs_at_its_rate(void **state)
{
    (void)state;
    struct rig rig = {0};
    struct sim_result result;
    uint64_t last = 0;
    open_with(&rig, (const char *const[]){"--any-host", "--clock-rate", "100000", NULL});
    for (int i = 0; i < 3; i++) {
        GET(&rig, "alpha", &result, .class_name = "Win32_PerfRawData_PerfOS_System");
        uint64_t now = sim_result_number(&result, "Timestamp_Sys100NS");
        assert_true(now > last);
        last = now;
        sim_result_free(&result);
    }
    close_rig(&rig);
}

/* ---- replay ---- */

static char *file_text(const char *folder, const char *name)
{
    char path[512];
    char *text = NULL;
    size_t room = 0;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL || getdelim(&text, &room, '\0', file) < 0)
        fail_msg("%s cannot be read", path);
    fclose(file);
    return text;
}

/* A string member of one line of /_sim/replies, unescaped; false: null. */
static bool member(const char *line, const char *name, char *text, size_t size)
{
    char key[32];
    size_t used = 0;
    snprintf(key, sizeof(key), "\"%s\":\"", name);
    const char *at = strstr(line, key);
    for (at = at == NULL ? NULL : at + strlen(key); at != NULL && *at != '"' && used + 1 < size;
         at++) {
        at += *at == '\\' ? 1 : 0;
        text[used++] = *at;
    }
    text[used] = '\0';
    return at != NULL;
}

/* Asks for one recorded instance; its element in the reply must stand in the file, byte for byte.
 */
static void recorded_check(struct rig *rig, const char *folder, const char *line)
{
    char file[256], form[8], class[256], key[64], value[256], mode[300], uri[512], selectors[1024];
    struct sim_result result;
    member(line, "file", file, sizeof(file));
    member(line, "form", form, sizeof(form));
    member(line, "class", class, sizeof(class));
    bool keyed =
        member(line, "key", key, sizeof(key)) && member(line, "value", value, sizeof(value));
    bool dmtf = strcmp(form, "dmtf") == 0;
    snprintf(uri, sizeof(uri), "%s%s",
             dmtf ? "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/" : NS_WMI, class);
    snprintf(mode, sizeof(mode), "replay=%s", file);
    assert_int_equal(sim_client_mode(&rig->client, "r", mode), 200);
    snprintf(selectors, sizeof(selectors), "%s<w:Selector Name=\"%s\">%s</w:Selector>",
             dmtf ? "<w:Selector Name=\"__cimnamespace\">root/cimv2</w:Selector>" : "", key, value);
    GET(rig, "r", &result, .uri = uri, .selectors = keyed ? selectors : NULL);
    const char *begin = strstr(result.body, "<s:Body>"),
               *end = strstr(result.body, "</s:Body></s:Envelope>");
    assert_true(begin != NULL && end != NULL);
    char *recorded = file_text(folder, file);
    begin += strlen("<s:Body>");
    if (memmem(recorded, strlen(recorded), begin, (size_t)(end - begin)) == NULL)
        fail_msg("%s: not the recorded bytes: %s", line, begin);
    assert_string_equal((const char *)sim_result_instance(&result)->name, class);
    free(recorded);
    sim_result_free(&result);
}

static void recorded_instances_are_served_byte_for_byte(void **state)
{
    (void)state;
    const char *folder = getenv("MI_REPLIES");
    if (folder == NULL || access(folder, R_OK) != 0) {
        print_message("skipped: MI_REPLIES names no folder of recorded replies\n");
        skip();
    }
    struct rig rig = {0};
    struct sim_result list;
    size_t count = 0;
    open_with(&rig, (const char *const[]){"--any-host", "--replies", folder, NULL});
    sim_client_control(&rig.client, false, "replies", &list);
    char *rest = list.body;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line != '{')
            continue;
        recorded_check(&rig, folder, line);
        count++;
    }
    assert_true(count >= 30);
    sim_result_free(&list);
    close_rig(&rig);
}

static void declarations_of_ancestors_come_along(void **state)
{
    (void)state;
    const char *source = getenv("MI_SOURCE");
    char folder[512];
    struct rig rig = {0};
    struct sim_result result;
    snprintf(folder, sizeof(folder), "%s/tests/data/sim/replies", source == NULL ? "." : source);
    open_with(&rig, (const char *const[]){"--host", "r=replay", "--replies", folder, NULL});
    GET(&rig, "r", &result, .class_name = "Win32_Service", .key = "Name", .value = "spooler");
    xmlNode *instance = sim_result_instance(&result);
    assert_string_equal((const char *)instance->ns->href, NS_WMI "Win32_Service");
    assert_string_equal((const char *)instance->ns->prefix, "w");
    assert_string_equal(sim_result_text(&result, "State"), "Running");
    xmlChar *type = xmlGetNsProp(instance, (const xmlChar *)"type",
                                 (const xmlChar *)"http://www.w3.org/2001/XMLSchema-instance");
    assert_string_equal((const char *)type, "w:Win32_Service_Type");
    xmlFree(type);
    assert_null(strstr(result.body, "unused"));
    sim_result_free(&result);
    GET(&rig, "r", &result, .class_name = "Win32_LogicalDisk", .key = "DeviceID", .value = "X:");
    instance = sim_result_instance(&result);
    assert_string_equal((const char *)instance->ns->href, NS_WMI "Win32_LogicalDisk");
    assert_string_equal(sim_result_text(&result, "Note"), "</Win32_LogicalDisk>");
    sim_result_free(&result);
    struct sim_get unknown = {
        .class_name = "Win32_Unknown", .key = "Name", .value = "no known key"};
    sim_client_get(&rig.client, "r", &unknown, &result);
    assert_int_equal(sim_result_fault(&result), 0x8033803B);
    sim_result_free(&result);
    close_rig(&rig);
}

static void without_recorded_replies_the_mode_says_skip(void **state)
{
    (void)state;
    struct sim_process process;
    int status = 0;
    int failed = sim_process_start(
        &process, (const char *const[]){"--host", "r=replay", "--replies", "/nonexistent", NULL},
        &status);
    assert_int_equal(failed, -1);
    assert_int_equal(status, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_are_sorted_without_case_and_formulas_name_properties),
        cmocka_unit_test(every_instance_is_served_with_every_property_and_the_value_of_the_tables),
        cmocka_unit_test(counter_types_have_their_width_and_their_base),
        cmocka_unit_test(a_class_is_known_in_its_own_namespace_only),
        cmocka_unit_test(counters_follow_the_documented_formula_and_wrap_at_their_width),
        cmocka_unit_test(user_privileged_and_idle_time_add_up_to_the_time_passed),
        cmocka_unit_test(gauges_swing_between_their_bounds_and_agree_across_classes),
        cmocka_unit_test(the_clocks_of_a_reply_agree),
        cmocka_unit_test(hosts_differ_and_a_host_is_the_same_everywhere),
        cmocka_unit_test(the_real_clock_runs_at_its_rate),
        cmocka_unit_test(recorded_instances_are_served_byte_for_byte),
        cmocka_unit_test(declarations_of_ancestors_come_along),
        cmocka_unit_test(without_recorded_replies_the_mode_says_skip),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, rig_open, rig_close);
    curl_global_cleanup();
    xmlCleanupParser();
    return failed;
}
