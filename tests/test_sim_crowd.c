/* SPDX-License-Identifier: MIT */
/* The simulated host's own proof: instances that come and go, keys that are hard to write, items
 * without keys, queries that choose, declarations that are large or translated, seen by a client
 * that shares no code with it. */
#include "sim/client.h"
#include "sim/process.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crowd_fixture.h"

#define HOST    "alpha"
#define PROCESS "Win32_PerfRawData_PerfProc_Process"
#define CROWD   30
#define TURN    360 /* --clock-start 3605 */

struct rig {
    struct sim_process process;
    struct sim_client client;
};

static int rig_open(void **state)
{
    static struct rig rig;
    *state = &rig;
    return sim_process_start(&rig.process,
                             (const char *const[]){"--host", HOST, "--clock", "manual",
                                                   "--clock-start", "3605", NULL},
                             NULL) != 0 ||
           sim_client_open(&rig.client, rig.process.port) != 0;
}

static int rig_close(void **state)
{
    struct rig *rig = *state;
    sim_client_close(&rig->client);
    return sim_process_stop(&rig->process);
}

static void mode_set(struct rig *rig, const char *mode)
{
    assert_int_equal(sim_client_mode(&rig->client, HOST, mode), 200);
}

static void clock_advance(struct rig *rig, const char *seconds)
{
    struct sim_result result;
    char path[64];
    snprintf(path, sizeof path, "clock?advance=%s", seconds);
    sim_client_control(&rig->client, true, path, &result);
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
}

static void ask_anything(struct rig *rig, const char *query, struct sim_result *result)
{
    char body[4096];
    int size = snprintf(
        body, sizeof body,
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
        "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
        "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "
        "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header>"
        "<a:To>http://127.0.0.1/wsman</a:To><w:ResourceURI s:mustUnderstand=\"true\">"
        "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*</w:ResourceURI>"
        "<a:ReplyTo><a:Address s:mustUnderstand=\"true\">http://schemas.xmlsoap.org/ws/2004/08/"
        "addressing/role/anonymous</a:Address></a:ReplyTo><a:Action s:mustUnderstand=\"true\">"
        "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action>"
        "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">512000</w:MaxEnvelopeSize>"
        "<a:MessageID>uuid:5B1F1B0C-7C3F-4F3B-9E42-0F8C8B6F2A11</a:MessageID>"
        "<w:OperationTimeout>PT60.000S</w:OperationTimeout></s:Header><s:Body><n:Enumerate>"
        "<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>"
        "<w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">%s</w:Filter>"
        "</n:Enumerate></s:Body></s:Envelope>",
        query);
    sim_client_prepare(&rig->client, HOST, NULL, body, (size_t)size, result);
    sim_client_perform(&rig->client, result);
    assert_int_equal(result->code, CURLE_OK);
}

/* The whole answer to a query whose items all come in the first reply (mode first=N). */
static void ask(struct rig *rig, const char *query, struct sim_result *result)
{
    ask_anything(rig, query, result);
    if (result->status != 200 || sim_result_find(result, "EndOfSequence") == NULL)
        fail_msg("%ld %s", result->status, result->body);
}

static xmlNode *first_item(const struct sim_result *result)
{
    return xmlFirstElementChild(sim_result_find(result, "Items"));
}

static size_t count_items(const struct sim_result *result)
{
    return xmlChildElementCount(sim_result_find(result, "Items"));
}

/* New: xmlFree. NULL: no such property. */
static char *text_of(xmlNode *item, const char *name)
{
    for (xmlNode *node = xmlFirstElementChild(item); node != NULL;
         node = xmlNextElementSibling(node))
        if (strcmp((const char *)node->name, name) == 0)
            return (char *)xmlNodeGetContent(node);
    return NULL;
}

static uint64_t number_of(xmlNode *item, const char *name)
{
    char *text = text_of(item, name);
    assert_non_null(text);
    uint64_t number = strtoull(text, NULL, 10);
    xmlFree(text);
    return number;
}

static xmlNode *item_named(const struct sim_result *result, const char *name)
{
    xmlNode *found = NULL;
    for (xmlNode *item = first_item(result); item != NULL; item = xmlNextElementSibling(item)) {
        char *text = text_of(item, "Name");
        if (text != NULL && strcmp(text, name) == 0)
            found = item;
        xmlFree(text);
    }
    return found;
}

#define QUERY "SELECT Name, IDProcess, PercentUserTime, IOReadBytesPersec FROM " PROCESS

static void a_crowd_is_there_as_its_header_says(void **state)
{
    struct rig *rig = *state;
    size_t came_back = 0;
    mode_set(rig, "crowd=30,first=9999");
    for (uint64_t turn = TURN; turn < TURN + 24; turn++) {
        struct sim_result result;
        size_t there = CROWD_RESIDENTS + 2; /* _Total and Idle */
        ask(rig, QUERY, &result);
        assert_non_null(item_named(&result, "_Total"));
        assert_non_null(item_named(&result, "Idle"));
        assert_int_equal(number_of(item_named(&result, "Idle"), "IDProcess"), 0);
        for (size_t i = 0; i < CROWD_RESIDENTS; i++) {
            struct person person = crowd_resident(i);
            assert_int_equal(number_of(item_named(&result, person.name), "IDProcess"),
                             person.bearer);
        }
        for (size_t i = 1; i <= CROWD; i++) {
            struct person person = crowd_person(HOST, i, turn);
            struct person before = crowd_person(HOST, i, turn - 1);
            xmlNode *item = item_named(&result, person.name);
            if ((item != NULL) != person.is_there)
                fail_msg("%s in turn %llu", person.name, (unsigned long long)turn);
            there += person.is_there;
            came_back += person.is_there && before.is_there && before.bearer != person.bearer;
            if (item == NULL)
                continue;
            assert_int_equal(number_of(item, "IDProcess"), person.bearer);
            double seconds = (double)(3605 + (turn - TURN) * 10 + person.lead_s);
            double read = crowd_rate(HOST, &person, 400000000) * seconds;
            double user = crowd_rate(HOST, &person, 40) * seconds * 1e7;
            assert_true(fabs((double)number_of(item, "IOReadBytesPersec") - read) <= 1);
            assert_true(fabs((double)number_of(item, "PercentUserTime") - user) <= 1);
        }
        assert_int_equal(count_items(&result), there);
        sim_result_free(&result);
        clock_advance(rig, "10");
    }
    assert_true(came_back > 24);
}

static void one_of_a_crowd_can_be_got_while_it_is_there(void **state)
{
    struct rig *rig = *state;
    mode_set(rig, "crowd=30,many=3,turn=99999");
    for (size_t i = 1; i <= CROWD; i++) {
        struct person person = crowd_person(HOST, i, 0);
        struct sim_result result;
        sim_client_get(
            &rig->client, HOST,
            &(struct sim_get){.class_name = PROCESS, .key = "Name", .value = person.name}, &result);
        assert_int_equal(result.status, person.is_there ? 200 : 500);
        if (person.is_there)
            assert_int_equal(sim_result_number(&result, "IDProcess"), person.bearer);
        else
            assert_int_equal(sim_result_fault(&result), 0x80338000);
        sim_result_free(&result);
    }
    for (int i = 0; i < 5; i++) {
        struct sim_result result;
        char name[16];
        snprintf(name, sizeof name, "SIM-%05d", i);
        sim_client_get(&rig->client, HOST,
                       &(struct sim_get){.class_name = PROCESS, .key = "Name", .value = name},
                       &result);
        assert_int_equal(result.status, i < 3 ? 200 : 500);
        sim_result_free(&result);
    }
}

static void odd_keys_are_shown_and_got(void **state)
{
    struct rig *rig = *state;
    struct sim_result shown;
    size_t count = 0, longest = 0;
    mode_set(rig, "oddkeys,first=9999");
    ask(rig, QUERY, &shown);
    assert_int_equal(count_items(&shown), CROWD_RESIDENTS + 1 + 14);
    for (xmlNode *item = first_item(&shown); item != NULL; item = xmlNextElementSibling(item)) {
        struct sim_result got;
        char *name = text_of(item, "Name");
        count += strpbrk(name, "\"'\\[]<{%\xe6") != NULL;
        longest = strlen(name) > longest ? strlen(name) : longest;
        xmlChar *escaped = xmlEncodeSpecialChars(NULL, (const xmlChar *)name);
        char selector[4096];
        snprintf(selector, sizeof selector, "<w:Selector Name=\"Name\">%s</w:Selector>",
                 (const char *)escaped);
        sim_client_get(&rig->client, HOST,
                       &(struct sim_get){.class_name = PROCESS, .selectors = selector}, &got);
        assert_int_equal(got.status, 200);
        assert_string_equal(sim_result_text(&got, "Name"), name);
        sim_result_free(&got);
        xmlFree(escaped);
        xmlFree(name);
    }
    assert_true(count >= 7);
    assert_int_equal(longest, 1000);
    sim_result_free(&shown);
}

static void items_without_their_keys_are_every_second_one(void **state)
{
    struct rig *rig = *state;
    static const char *const queries[] = {QUERY, "SELECT * FROM " PROCESS};
    mode_set(rig, "nokey,first=9999");
    for (size_t q = 0; q < 2; q++) {
        struct sim_result result;
        size_t without = 0;
        ask(rig, queries[q], &result);
        for (xmlNode *item = first_item(&result); item != NULL;
             item = xmlNextElementSibling(item)) {
            char *name = text_of(item, "Name");
            without += name == NULL;
            xmlFree(name);
        }
        assert_int_equal(count_items(&result), CROWD_RESIDENTS + 1);
        assert_int_equal(without, 2);
        sim_result_free(&result);
    }
}

/* What stands behind WHERE, as XML, and who is chosen; NULL: it is no WQL. */
#define FOUR  "IDProcess = 4 AND Name = 'System' AND IDProcess &lt; 5 AND Name LIKE 'S%' AND "
#define EIGHT "(((((((("
#define ENDS  "))))))))"
static const struct choice {
    const char *where, *chosen;
} choices[] = {
    {"IDProcess > 900 OR IDProcess = 4", "System svchost#1 sqlservr "},
    {"IDProcess = 4 or IDProcess = 812 Or Name = \"_total\"", "System svchost _Total "},
    /* AND comes before OR */
    {"Name = 'System' OR Name = 'svchost' AND IDProcess = 812", "System svchost "},
    {"IDProcess = 812 AND Name = 'svchost' OR Name = 'System'", "System svchost "},
    {"(Name = 'System' OR Name = 'svchost') AND IDProcess = 812", "svchost "},
    {"IDProcess = 812 AND (Name = 'System' OR Name = 'svchost')", "svchost "},
    /* ... and NOT before both */
    {"NOT Name = 'System' AND IDProcess &lt; 900", "svchost _Total "},
    {"NOT Name LIKE 'svc%' AND NOT IDProcess >= 2044", "System _Total "},
    {"not not IDProcess = 4", "System "},
    {"NOT (IDProcess = 4 OR IDProcess > 900)", "svchost _Total "},
    {"NOT (IDProcess > 4 AND NOT Name LIKE 'svc%')", "System svchost svchost#1 _Total "},
    {"NOT NOT (IDProcess = 4 OR NOT (IDProcess &lt;> 812 OR Name = 'x'))", "System svchost "},
    {"((((IDProcess=4))))or(IDProcess=812)", "System svchost "},
    /* what is null is nothing, nor its opposite */
    {"Caption = 'x' OR NOT Caption = 'x' OR IDProcess = 4", "System "},
    {"NOT (Caption = 'x' AND IDProcess = 4)", "svchost svchost#1 sqlservr _Total "},
    {FOUR FOUR FOUR "NOT IDProcess = 812 AND (IDProcess = 5 OR (IDProcess = 6 OR IDProcess = 4))",
     "System "},
    {FOUR FOUR FOUR FOUR "IDProcess = 4", NULL},
    {EIGHT EIGHT EIGHT EIGHT "IDProcess = 4" ENDS ENDS ENDS ENDS, "System "},
    {"(" EIGHT EIGHT EIGHT EIGHT "IDProcess = 4" ENDS ENDS ENDS ENDS ")", NULL},
    {"IDProcess = 4 OR", NULL},
    {"OR IDProcess = 4", NULL},
    {"IDProcess = 4 AND OR IDProcess = 4", NULL},
    {"IDProcess = 4 XOR IDProcess = 812", NULL},
    {"(IDProcess = 4", NULL},
    {"IDProcess = 4)", NULL},
    {"()", NULL},
    {"NOT", NULL},
    {"IDProcess NOT = 4", NULL},
};

static void a_where_joins_conditions_by_and_or_and_not(void **state)
{
    struct rig *rig = *state;
    mode_set(rig, "first=9999");
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        struct sim_result result;
        char query[2048], names[256] = "";
        snprintf(query, sizeof query, "SELECT Name FROM " PROCESS " WHERE %s", choices[i].where);
        ask_anything(rig, query, &result);
        if (choices[i].chosen == NULL) {
            if (sim_result_fault(&result) != 0x8033801A)
                fail_msg("%s: %ld %s", choices[i].where, result.status, result.body);
            sim_result_free(&result);
            continue;
        }
        if (result.status != 200)
            fail_msg("%s: %s", choices[i].where, result.body);
        for (xmlNode *item = first_item(&result); item != NULL;
             item = xmlNextElementSibling(item)) {
            char *name = text_of(item, "Name");
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s ", name);
            xmlFree(name);
        }
        if (strcmp(names, choices[i].chosen) != 0)
            fail_msg("%s: %s", choices[i].where, names);
        sim_result_free(&result);
    }
}

static void what_is_said_of_one_class_holds_for_no_other(void **state)
{
    struct rig *rig = *state;
    static const char *const modes[] = {"twice,first=9,of=Win32_Service",
                                        "twice,first=9,of=win32_operatingsystem"};
    for (size_t i = 0; i < 2; i++) {
        struct sim_result result;
        mode_set(rig, modes[i]);
        ask(rig, "SELECT Version FROM Win32_OperatingSystem", &result);
        assert_int_equal(count_items(&result), i + 1);
        sim_result_free(&result);
    }
}

/* --- declarations --- */

static void declaration_get(struct rig *rig, struct sim_result *result)
{
    sim_client_get(
        &rig->client, HOST,
        &(struct sim_get){.uri = "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*",
                          .selectors = "<w:Selector Name=\"__cimnamespace\">root/cimv2</w:Selector>"
                                       "<w:Selector Name=\"ClassName\">" PROCESS "</w:Selector>",
                          .headers = "<w:OptionSet><w:Option Name=\"IncludeQualifiers\">true"
                                     "</w:Option></w:OptionSet>"},
        result);
}

static void declarations_are_counted_translated_and_large(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    uint64_t before = sim_client_stat(&rig->client, HOST, "declarations");
    mode_set(rig, "amended");
    declaration_get(rig, &result);
    assert_int_equal(result.status, 200);
    assert_non_null(strstr(result.body, "\"AmendedLocale\""));
    assert_non_null(strstr(result.body, "<VALUE>Prozent</VALUE>"));
    assert_non_null(strstr(result.body, "<VALUE>542180608</VALUE>"));
    sim_result_free(&result);
    mode_set(rig, "bigschema=10");
    declaration_get(rig, &result);
    assert_int_equal(result.status, 200);
    assert_in_range(result.body_size, 10 * 1048576, 11 * 1048576);
    assert_non_null(result.doc);
    sim_result_free(&result);
    mode_set(rig, "noschema");
    declaration_get(rig, &result);
    assert_int_equal(result.status, 500);
    sim_result_free(&result);
    assert_int_equal(sim_client_stat(&rig->client, HOST, "declarations"), before + 3);
}

static void the_build_of_windows_is_the_modes(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    mode_set(rig, "build=10.0.20348");
    ask(rig, "SELECT Version FROM Win32_OperatingSystem", &result);
    char *version = text_of(first_item(&result), "Version");
    assert_string_equal(version, "10.0.20348");
    xmlFree(version);
    sim_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_is_there_as_its_header_says),
        cmocka_unit_test(one_of_a_crowd_can_be_got_while_it_is_there),
        cmocka_unit_test(odd_keys_are_shown_and_got),
        cmocka_unit_test(items_without_their_keys_are_every_second_one),
        cmocka_unit_test(a_where_joins_conditions_by_and_or_and_not),
        cmocka_unit_test(what_is_said_of_one_class_holds_for_no_other),
        cmocka_unit_test(declarations_are_counted_translated_and_large),
        cmocka_unit_test(the_build_of_windows_is_the_modes),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}
