/* SPDX-License-Identifier: MIT */
/* The simulated host's own proof: its answers and faults, seen by a client that shares no code with
 * it. */
#include "sim/client.h"
#include "sim/process.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NS_WMI  "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
#define NS_DMTF "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define DISK    .class_name = "Win32_LogicalDisk", .key = "DeviceID", .value = "C:"
#define OS      .class_name = "Win32_OperatingSystem"

/* One simhost for all tests, and a client on it. */
struct rig {
    struct sim_process process;
    struct sim_client client;
};

static int rig_open(void **state)
{
    static const char *const arguments[] = {"--host", "web01", "--host", "web02.example.com",
                                            "--host", "odd",   NULL};
    struct rig *rig = calloc(1, sizeof(*rig));
    assert_int_equal(sim_process_start(&rig->process, arguments, NULL), 0);
    assert_int_equal(sim_client_open(&rig->client, rig->process.port), 0);
    *state = rig;
    return 0;
}

static int rig_close(void **state)
{
    struct rig *rig = *state;
    sim_client_close(&rig->client);
    int status = sim_process_stop(&rig->process);
    free(rig);
    return status;
}

static void mode_set(struct rig *rig, const char *host, const char *mode)
{
    assert_int_equal(sim_client_mode(&rig->client, host, mode), 200);
}

static void get_from(struct rig *rig, const char *host, const struct sim_get *get,
                     struct sim_result *result)
{
    sim_client_get(&rig->client, host, get, result);
    if (result->code != CURLE_OK)
        fail_msg("%s", curl_easy_strerror(result->code));
}

#define GET(rig, host, result, ...) get_from(rig, host, &(struct sim_get){__VA_ARGS__}, result)

static bool has_line(const char *headers, const char *line)
{
    char whole[256];
    snprintf(whole, sizeof(whole), "\r\n%s\r\n", line);
    return strstr(headers, whole) != NULL;
}

/* ---- answers ---- */

static void an_instance_comes_in_the_recorded_envelope(void **state)
{
    struct sim_result result;
    GET(*state, "web01", &result, DISK);
    assert_int_equal(result.status, 200);
    assert_true(has_line(result.headers, "Server: Microsoft-HTTPAPI/2.0"));
    assert_true(has_line(result.headers, "Content-Type: application/soap+xml;charset=UTF-8"));
    assert_null(strstr(result.headers, "Transfer-Encoding"));
    assert_memory_equal(result.body, "<s:Envelope xml:lang=", 21);
    assert_null(strchr(result.body, '\n'));
    xmlNode *relates = sim_result_find(&result, "RelatesTo");
    assert_string_equal((const char *)relates->children->content,
                        "uuid:5BEBF248-219C-4771-963D-0833C321BB5E");
    xmlNode *instance = sim_result_instance(&result);
    assert_string_equal((const char *)instance->name, "Win32_LogicalDisk");
    assert_string_equal((const char *)instance->ns->href, NS_WMI "Win32_LogicalDisk");
    assert_string_equal((const char *)instance->ns->prefix, "p");
    assert_non_null(strstr(result.body, "xsi:type=\"p:Win32_LogicalDisk_Type\""));
    assert_non_null(strstr(result.body, "<p:Availability xsi:nil=\"true\"/>"));
    assert_non_null(strstr(result.body, "<p:VolumeName></p:VolumeName>"));
    assert_string_equal(sim_result_text(&result, "SystemName"), "WEB01");
    sim_result_free(&result);
}

static void arrays_datetimes_and_escapes_have_the_hosts_forms(void **state)
{
    struct sim_result result;
    GET(*state, "web02.example.com", &result, .class_name = "win32_computersystem", .key = "name",
        .value = "WEB02");
    assert_non_null(strstr(
        result.body,
        "<p:Roles>LM_Workstation</p:Roles><p:Roles>LM_Server</p:Roles><p:Roles>NT</p:Roles>"));
    sim_result_free(&result);
    GET(*state, "web02.example.com", &result, OS);
    assert_non_null(
        strstr(result.body,
               "<p:InstallDate><cim:Datetime>2023-03-09T03:06:25Z</cim:Datetime></p:InstallDate>"));
    assert_string_equal(sim_result_text(&result, "Organization"), "Example & Sons <test>");
    assert_string_equal(sim_result_text(&result, "RegisteredUser"), "Jos\xc3\xa9");
    assert_string_equal(sim_result_text(&result, "Locale"), "0409");
    sim_result_free(&result);
}

static void names_and_keys_are_compared_without_case_and_keys_echoed(void **state)
{
    struct sim_result result;
    GET(*state, "WEB01:5985", &result, .class_name = "WIN32_LOGICALDISK", .key = "deviceid",
        .value = "c:");
    assert_string_equal((const char *)sim_result_instance(&result)->name, "Win32_LogicalDisk");
    assert_string_equal(sim_result_text(&result, "DeviceID"), "c:");
    assert_string_equal(sim_result_text(&result, "Caption"), "c:");
    sim_result_free(&result);
}

static void the_dmtf_uri_answers_in_its_own_namespace(void **state)
{
    struct sim_result result;
    const char *selectors = "<w:Selector Name=\"__cimnamespace\">root\\CIMV2</w:Selector>"
                            "<w:Selector Name=\"DeviceID\">C:</w:Selector>";
    GET(*state, "web01", &result, .uri = NS_DMTF "Win32_LogicalDisk", .selectors = selectors);
    assert_string_equal((const char *)sim_result_instance(&result)->ns->href,
                        NS_DMTF "Win32_LogicalDisk");
    sim_result_free(&result);
    mode_set(*state, "odd", "anyns");
    GET(*state, "odd", &result, .uri = NS_DMTF "Win32_OperatingSystem");
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
    mode_set(*state, "odd", "nodmtf");
    GET(*state, "odd", &result, .uri = NS_DMTF "Win32_LogicalDisk", .selectors = selectors);
    assert_int_equal(sim_result_fault(&result), 0x80338139);
    sim_result_free(&result);
}

static void the_charset_of_the_reply_is_the_requests(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    char *text = sim_client_envelope(&(struct sim_get){OS});
    char wide[8192] = "\xff\xfe";
    size_t size = 2;
    for (const char *at = text; *at != '\0'; at++, size += 2)
        wide[size] = *at;
    sim_client_prepare(&rig->client, "web01", "application/soap+xml;charset=UTF-16", wide, size,
                       &result);
    sim_client_perform(&rig->client, &result);
    assert_int_equal(result.status, 200);
    assert_true(has_line(result.headers, "Content-Type: application/soap+xml;charset=UTF-16"));
    assert_memory_equal(result.body, "\xff\xfe<\0s\0", 6);
    assert_string_equal(sim_result_text(&result, "RegisteredUser"), "Jos\xc3\xa9");
    sim_result_free(&result);
    free(text);
}

static void an_operation_id_brings_a_chunked_reply(void **state)
{
    struct sim_result result;
    GET(*state, "web01", &result, OS,
        .headers = "<p:OperationID s:mustUnderstand=\"false\">uuid:7</p:OperationID>");
    assert_true(has_line(result.headers, "Transfer-Encoding: chunked"));
    assert_non_null(
        strstr(result.body, "<p:OperationID s:mustUnderstand=\"false\">uuid:7</p:OperationID>"));
    sim_result_free(&result);
}

/* ---- faults ---- */

struct fault_case {
    const char *name;
    struct sim_get get;
    uint32_t code; /* 0: a MustUnderstand fault, which has none */
    const char *subcode;
};

#define SELECTOR(name, value) "<w:Selector Name=\"" name "\">" value "</w:Selector>"

static const struct fault_case fault_cases[] = {
    {"unknown class", {.class_name = "Win32_Nothing"}, 0x8033803B, "a:DestinationUnreachable"},
    {"unknown instance",
     {.class_name = "Win32_LogicalDisk", .key = "DeviceID", .value = "Q:"},
     0x80338000,
     "a:DestinationUnreachable"},
    {"keyed class without keys", {.class_name = "Win32_Service"}, 0x803380FA, NULL},
    {"unknown selector",
     {.class_name = "Win32_LogicalDisk", .key = "Colour", .value = "C:"},
     0x8033805B,
     "w:InvalidSelectors"},
    {"selector on a singleton",
     {OS, .key = "Name", .value = "x"},
     0x8033805B,
     "w:InvalidSelectors"},
    {"selector twice",
     {.class_name = "Win32_LogicalDisk",
      .selectors = SELECTOR("DeviceID", "C:") SELECTOR("deviceid", "C:")},
     0x8033805F,
     "w:InvalidSelectors"},
    {"namespace that is not there",
     {.uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/nowhere/Win32_OperatingSystem"},
     0x8004100E,
     NULL},
    {"backslash in the URI",
     {.uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root\\cimv2/Win32_OperatingSystem"},
     0x8004100E,
     NULL},
    {"DMTF URI without __cimnamespace", {.uri = NS_DMTF "Win32_OperatingSystem"}, 0x8033803B, NULL},
    {"WMI URI with __cimnamespace",
     {OS, .key = "__cimnamespace", .value = "root/cimv2"},
     0x8033813B,
     NULL},
    {"no resource URI", {.uri = ""}, 0x80338002, NULL},
    {"URI of another kind", {.uri = "http://example.com/x"}, 0x8033803B, NULL},
    {"envelope below 8192 octets", {OS, .envelope_size = "8191"}, 0x80338035, "w:EncodingLimit"},
    {"envelope size that is no number", {OS, .envelope_size = "x"}, 0x80338041, NULL},
    {"locale that must be understood",
     {OS, .headers = "<w:Locale xml:lang=\"en-US\" s:mustUnderstand=\"true\"/>"},
     0x80338087,
     "w:UnsupportedFeature"},
    {"data locale that must be understood",
     {OS, .headers = "<p:DataLocale xml:lang=\"en-US\" s:mustUnderstand=\"1\"/>"},
     0x80338087,
     "w:UnsupportedFeature"},
    {"unknown header that must be understood",
     {OS, .headers = "<u:Odd xmlns:u=\"urn:odd\" s:mustUnderstand=\"true\"/>"},
     0,
     NULL},
    {"no MessageID", {OS, .message_id = ""}, 0x8033800F, "a:InvalidMessageInformationHeader"},
    {"no ReplyTo", {OS, .reply_to = ""}, 0x80338011, "a:MessageInformationHeaderRequired"},
    {"other ReplyTo", {OS, .reply_to = "http://localhost/"}, 0x80338076, "w:UnsupportedFeature"},
    {"other action",
     {OS, .action = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put"},
     0x80338013,
     "a:ActionNotSupported"},
    {"fragment",
     {OS, .headers = "<w:FragmentTransfer s:mustUnderstand=\"true\">Name</w:FragmentTransfer>"},
     0x80338077,
     NULL},
    {"fragment that need not be understood",
     {OS, .headers = "<w:FragmentTransfer>Name</w:FragmentTransfer>"},
     0x8033800F,
     NULL},
    {"option that must be complied with",
     {OS, .headers = "<w:OptionSet><w:Option Name=\"x\" MustComply=\"true\"/></w:OptionSet>"},
     0x80338039,
     "w:InvalidOptions"},
    {"timeout that is no duration", {OS, .timeout = "60"}, 0x80338081, NULL},
    {"timeout with units out of order", {OS, .timeout = "PT1S1M"}, 0x80338081, NULL},
    {"body that is not empty", {OS, .body = "<w:Odd/>"}, 0x80338041, "w:SchemaValidationError"},
    {"not well-formed", {OS, .body = "<"}, 0x80338041, "w:SchemaValidationError"},
};

static void bad_requests_get_the_fault_of_the_facts(void **state)
{
    for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
        const struct fault_case *one = &fault_cases[i];
        struct sim_result result;
        get_from(*state, "web01", &one->get, &result);
        if (result.status != 500 || sim_result_fault(&result) != one->code ||
            sim_result_find(&result, "Fault") == NULL ||
            (one->subcode != NULL && strstr(result.body, one->subcode) == NULL))
            fail_msg("%s: status %ld, code 0x%08x: %s", one->name, result.status,
                     sim_result_fault(&result), result.body);
        assert_int_equal(sim_result_find(&result, "NotUnderstood") != NULL, one->code == 0);
        assert_int_equal(sim_result_find(&result, "Detail") == NULL, one->code == 0);
        sim_result_free(&result);
    }
}

static void a_doctype_is_refused(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    char *text = sim_client_envelope(&(struct sim_get){OS});
    char whole[8192];
    int size = snprintf(whole, sizeof(whole), "<!DOCTYPE x [<!ENTITY y \"z\">]>%s", text);
    sim_client_prepare(&rig->client, "web01", NULL, whole, (size_t)size, &result);
    sim_client_perform(&rig->client, &result);
    assert_int_equal(sim_result_fault(&result), 0x80338041);
    sim_result_free(&result);
    free(text);
}

static void a_reply_over_the_envelope_size_is_a_fault(void **state)
{
    struct sim_result result;
    char id[8193]; /* comes back as RelatesTo */
    memset(id, 'x', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';
    GET(*state, "web01", &result, OS, .envelope_size = "8192", .message_id = id);
    assert_int_equal(sim_result_fault(&result), 0x80338048);
    sim_result_free(&result);
    GET(*state, "web01", &result, OS, .envelope_size = "16384", .message_id = id);
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
}

static void both_dialects_tell_the_code_the_machine_and_the_object(void **state)
{
    struct sim_result result;
    GET(*state, "web02.example.com", &result, .class_name = "Win32_LogicalDisk", .key = "DeviceID",
        .value = "\\\"");
    assert_non_null(strstr(result.body, "Machine=\"web02.example.com\""));
    assert_non_null(strstr(result.body, "Machine=\"WEB02\""));
    xmlNode *object = sim_result_find(&result, "ParameterInfo");
    assert_string_equal((const char *)object->children->content,
                        "Win32_LogicalDisk.DeviceID=\"\\\\\\\"\"");
    sim_result_free(&result);
    mode_set(*state, "odd", "fault=803381A6,dialect=2");
    GET(*state, "odd", &result, OS);
    assert_null(sim_result_find(&result, "WSManFault"));
    assert_int_equal(sim_result_fault(&result), 0x803381A6);
    assert_string_equal((const char *)sim_result_find(&result, "CIMStatusCode")->children->content,
                        "27");
    assert_non_null(strstr(result.body, "HRESULT 0x803381a6"));
    assert_non_null(sim_result_find(&result, "RelatesTo"));
    sim_result_free(&result);
    mode_set(*state, "odd", "fault=803381A5,dialect=2");
    GET(*state, "odd", &result, OS);
    assert_null(sim_result_find(&result, "RelatesTo"));
    sim_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_comes_in_the_recorded_envelope),
        cmocka_unit_test(arrays_datetimes_and_escapes_have_the_hosts_forms),
        cmocka_unit_test(names_and_keys_are_compared_without_case_and_keys_echoed),
        cmocka_unit_test(the_dmtf_uri_answers_in_its_own_namespace),
        cmocka_unit_test(the_charset_of_the_reply_is_the_requests),
        cmocka_unit_test(an_operation_id_brings_a_chunked_reply),
        cmocka_unit_test(bad_requests_get_the_fault_of_the_facts),
        cmocka_unit_test(a_doctype_is_refused),
        cmocka_unit_test(a_reply_over_the_envelope_size_is_a_fault),
        cmocka_unit_test(both_dialects_tell_the_code_the_machine_and_the_object),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, rig_open, rig_close);
    curl_global_cleanup();
    xmlCleanupParser();
    return failed;
}
