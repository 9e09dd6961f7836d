/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric/name.h"

struct pair {
    const char *from;
    const char *to;
};

static void names_keep_what_every_writer_keeps(void **state)
{
    static const struct pair pairs[] = {
        {"", ""},
        {"free", "free"},
        {"AZaz09_.-", "AZaz09_.-"},
        {"C:", "C"},
        {"C:D", "C_D"},
        {"C::", "C_"},
        {":", ""},
        {"::", "_"},
        {"C: ", "C__"},
        {"0 C:", "0_C"},
        {"Intel[R] PRO_1000", "Intel_R__PRO_1000"},
        {"a/b\\c", "a_b_c"},
        {"\\\\?\\Volume{4c1b02c1}\\", "____Volume_4c1b02c1__"},
        {"a,b;c=d*e?f(g)", "a_b_c_d_e_f_g_"},
        {"svchost#1", "svchost_1"},
        {"\t\n\x7f", "___"},
        {"\xc3\xbc", "_"},
        {"\xc3\xbc\xc3\xbc", "__"},
        {"\xe2\x82\xac:", "_"},
        {"\xf0\x9f\x98\x80x", "_x"},
        {"a\x80z", "a_z"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char name[METRIC_NAME_SIZE];
        metric_name_sanitise(pairs[i].from, name);
        assert_string_equal(name, pairs[i].to);
        assert_int_equal(metric_name_is_clean(pairs[i].from), strcmp(pairs[i].from, name) == 0);
    }
}

static void a_plugin_has_no_dash(void **state)
{
    char name[METRIC_NAME_SIZE];
    (void)state;
    metric_name_sanitise_plugin("my-plugin/x", name);
    assert_string_equal(name, "my_plugin_x");
    assert_true(metric_name_is_clean_plugin("my_plugin"));
    assert_false(metric_name_is_clean_plugin("my-plugin"));
    assert_false(metric_name_is_clean_plugin(""));
}

static void a_name_of_127_bytes_is_left_alone_and_one_more_is_cut(void **state)
{
    char text[400];
    char name[METRIC_NAME_SIZE];
    (void)state;
    memset(text, 'a', sizeof text);
    text[127] = '\0';
    metric_name_sanitise(text, name);
    assert_string_equal(name, text);
    assert_true(metric_name_is_clean(text));
    text[127] = 'a';
    text[128] = '\0';
    metric_name_sanitise(text, name);
    assert_int_equal(strlen(name), 127);
    assert_memory_equal(name, text, 118);
    assert_int_equal(name[118], '_');
    assert_int_equal(strspn(name + 119, "0123456789abcdef"), 8);
    assert_false(metric_name_is_clean(text));
    /* 127 bytes and the ':' that is dropped: nothing is cut. */
    text[127] = ':';
    metric_name_sanitise(text, name);
    assert_int_equal(strspn(name, "a"), 127);
}

static void long_names_that_differ_stay_different(void **state)
{
    char text[300];
    char names[3][METRIC_NAME_SIZE];
    (void)state;
    memset(text, 'x', sizeof text);
    text[299] = '\0';
    metric_name_sanitise(text, names[0]);
    text[250] = 'y';
    metric_name_sanitise(text, names[1]);
    text[200] = '\0';
    metric_name_sanitise(text, names[2]);
    assert_string_not_equal(names[0], names[1]);
    assert_string_not_equal(names[1], names[2]);
    assert_memory_equal(names[0], names[1], 118);
}

/* A database has this name for years. */
static void the_suffix_of_a_cut_name_never_changes(void **state)
{
    char text[129];
    char name[METRIC_NAME_SIZE];
    (void)state;
    memset(text, 'a', 128);
    text[128] = '\0';
    metric_name_sanitise(text, name);
    assert_string_equal(name + 118, "_93ca4045");
}

static void texts_of_one_name_are_told_apart_for_ever(void **state)
{
    static const struct pair pairs[] = {
        {"a b", "a_b_@"}, {"a/b", "a_b_@"},    {"a_b", "a_b_@"},    {"C:", "C_@"},
        {"C", "C_@"},     {"\xc3\xbc", "__@"}, {"\xc3\xb6", "__@"}, {"", "_@"},
    };
    char names[8][METRIC_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        size_t count = strlen(pairs[i].to) - 1;
        metric_name_tell_apart(pairs[i].from, names[i]);
        assert_memory_equal(names[i], pairs[i].to, count);
        assert_int_equal(strspn(names[i] + count, "0123456789abcdef"), 8);
        assert_int_equal(strlen(names[i]), count + 8);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
    /* FNV-1a of these, as any other program has it. */
    assert_string_equal(names[7], "_811c9dc5");
    assert_string_equal(names[4], "C_c60bf9f2");
}

static void long_texts_are_told_apart_within_the_maximum(void **state)
{
    char text[300];
    char name[METRIC_NAME_SIZE];
    char plain[METRIC_NAME_SIZE];
    (void)state;
    for (size_t count = 117; count < 130; count++) {
        memset(text, 'a', count);
        text[0] = ' ';
        text[count] = '\0';
        metric_name_tell_apart(text, name);
        assert_int_equal(strlen(name), count + 9 < 127 ? count + 9 : 127);
        assert_int_equal(name[strlen(name) - 9], '_');
    }
    /* A cut name has its suffix already. */
    metric_name_sanitise(text, plain);
    assert_string_equal(name, plain);
}

static void properties_read_like_english_in_snake_case(void **state)
{
    static const struct pair pairs[] = {
        {"FreeSpace", "free_space"},
        {"Size", "size"},
        {"PercentProcessorTime", "percent_processor_time"},
        {"PercentDPCTime", "percent_dpc_time"},
        {"C3TransitionsPersec", "c3_transitions_per_sec"},
        {"PercentC1Time", "percent_c1_time"},
        {"AvgDisksecPerRead", "avg_disk_sec_per_read"},
        {"AvgDisksecPerRead_Base", "avg_disk_sec_per_read_base"},
        {"DPCRate", "dpc_rate"},
        {"DPCsQueuedPersec", "dpcs_queued_per_sec"},
        {"IOReadOperationsPersec", "io_read_operations_per_sec"},
        {"SplitIOPerSec", "split_io_per_sec"},
        {"IDProcess", "id_process"},
        {"OSArchitecture", "os_architecture"},
        {"LDAPClientSessions", "ldap_client_sessions"},
        {"NTLMAuthentications", "ntlm_authentications"},
        {"ISAPIExtensionRequestsPersec", "isapi_extension_requests_per_sec"},
        {"DRAPendingReplicationSynchronizations", "dra_pending_replication_synchronizations"},
        {"Timestamp_Sys100NS", "timestamp_sys100ns"},
        {"Timestamp_PerfTime", "timestamp_perf_time"},
        {"Frequency_Sys100NS", "frequency_sys100ns"},
        {"AvailableBytes", "available_bytes"},
        {"AvailableKBytes", "available_kbytes"},
        {"AvailableMBytes", "available_mbytes"},
        {"MBytesFree", "mbytes_free"},
        {"TCPv4", "tcpv4"},
        {"IPv6Packets", "ipv6_packets"},
        {"NumberOfLogicalProcessors", "number_of_logical_processors"},
        {"L2CacheSize", "l2_cache_size"},
        {"PNPDeviceID", "pnp_device_id"},
        {"OnTimeInMilliseconds", "on_time_in_milliseconds"},
        {"Buffercachehitratio", "buffer_cache_hit_ratio"},
        {"value", "value"},
        {"A", "a"},
        {"AB", "ab"},
        {"AbC", "ab_c"},
        {"already_snake", "already_snake"},
        {"_Base", "_base"},
        {"x86", "x86"},
        {"MaxProcessMemorySize", "max_process_memory_size"},
        {"\xc3\x9c"
         "berlast",
         "_berlast"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char name[METRIC_NAME_SIZE];
        metric_name_snake(pairs[i].from, name);
        assert_string_equal(name, pairs[i].to);
    }
}

/* What is written in tests/data/names.tsv was read by a person; property, tab, name. */
static void the_golden_list_holds(void **state)
{
    const char *source = getenv("MI_SOURCE");
    char path[4096];
    char line[1024];
    size_t count = 0;
    (void)state;
    snprintf(path, sizeof path, "%s/tests/data/names.tsv", source != NULL ? source : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char name[METRIC_NAME_SIZE];
        if (line[0] == '#')
            continue;
        char *tab = strchr(line, '\t');
        assert_non_null(tab);
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\n")] = '\0';
        metric_name_snake(line, name);
        if (strcmp(name, tab + 1) != 0)
            fail_msg("%s: %s instead of %s", line, name, tab + 1);
        assert_true(metric_name_is_clean(name));
        count++;
    }
    fclose(file);
    assert_in_range(count, 500, 5000);
}

/* A word is parted only where all of it is words that Windows glues. */
static void what_only_looks_glued_stays_whole(void **state)
{
    static const struct pair pairs[] = {
        {"Performs", "performs"},
        {"Person", "person"},
        {"InstallDate", "install_date"},
        {"InformsPersec", "informs_per_sec"},
        {"Online", "online"},
        {"Into", "into"},
        {"Percentage", "percentage"},
        {"Inbound", "inbound"},
        {"Timestamp", "timestamp"},
        {"Lifetimes", "lifetimes"},
        {"Username", "username"},
        {"Format", "format"},
        {"Persecution", "persecution"},
        {"Secs", "secs"},
        {"Inssize", "inssize"}, /* no plural of in */
        {"x86", "x86"},
        {"Bit32sec", "bit32_sec"},
        {"Gen0heapsizes", "gen0_heap_sizes"},
        {"TCPsent", "tcp_sent"},
        {"DNsonly", "dns_only"},
        {"SQLAttention", "sql_attention"},
        {"XYZoperations", "xy_zoperations"}, /* no abbreviation that is known */
        {"LDAPUDP", "ldap_udp"},
        {"LDAPXDP", "ldapxdp"},
        {"MBytessent", "mbytessent"},
        {"IOMBytes", "iom_bytes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char name[METRIC_NAME_SIZE];
        metric_name_snake(pairs[i].from, name);
        assert_string_equal(name, pairs[i].to);
    }
}

static void a_run_of_letters_too_long_to_be_words_stays_whole(void **state)
{
    char text[81] = "";
    char name[METRIC_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < 16; i++)
        memcpy(text + 4 * i, "size", 5);
    metric_name_snake(text, name);
    assert_int_equal(strlen(name), 64 + 15);
    memcpy(text + 64, "size", 5);
    metric_name_snake(text, name);
    assert_string_equal(name, text);
    for (size_t i = 0; i < 40; i++)
        memcpy(text + 2 * i, "IO", 2);
    text[66] = '\0';
    metric_name_snake(text, name);
    assert_int_equal(strlen(name), 66);
    assert_int_equal(strspn(name, "io"), 66);
}

static void a_long_property_is_cut_like_a_long_name(void **state)
{
    char text[300];
    char one[METRIC_NAME_SIZE];
    char other[METRIC_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 2 == 0 ? 'A' : 'b';
    text[299] = '\0';
    metric_name_snake(text, one);
    text[290] = 'C';
    metric_name_snake(text, other);
    assert_int_equal(strlen(one), 127);
    assert_string_not_equal(one, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_keep_what_every_writer_keeps),
        cmocka_unit_test(a_plugin_has_no_dash),
        cmocka_unit_test(a_name_of_127_bytes_is_left_alone_and_one_more_is_cut),
        cmocka_unit_test(long_names_that_differ_stay_different),
        cmocka_unit_test(the_suffix_of_a_cut_name_never_changes),
        cmocka_unit_test(properties_read_like_english_in_snake_case),
        cmocka_unit_test(the_golden_list_holds),
        cmocka_unit_test(what_only_looks_glued_stays_whole),
        cmocka_unit_test(a_run_of_letters_too_long_to_be_words_stays_whole),
        cmocka_unit_test(a_long_property_is_cut_like_a_long_name),
        cmocka_unit_test(texts_of_one_name_are_told_apart_for_ever),
        cmocka_unit_test(long_texts_are_told_apart_within_the_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
