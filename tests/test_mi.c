/* SPDX-License-Identifier: MIT */
/* The MI API as a program sees it: what goes out, what comes back, against a scripted server. */
#include "mi_fixture.h"

/* --- the instance --- */

static void keys_go_in_and_the_whole_instance_comes_out(void **state)
{
    (void)state;
    MI_Operation operation;
    struct answer answer;
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags, count;
    const MI_Char *text;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    get(&operation, "root/cimv2", &answer);
    assert_int_equal(answer.result, MI_RESULT_OK);
    assert_null(answer.message);
    assert_null(answer.details);
    MI_Instance_GetElementCount(answer.instance, &count);
    assert_int_equal(count, 4);
    MI_Instance_GetClassName(answer.instance, &text);
    assert_string_equal(text, "Win32_LogicalDisk");
    MI_Instance_GetNameSpace(answer.instance, &text);
    assert_string_equal(text, "root/cimv2");
    MI_Instance_GetElement(answer.instance, "blocksize", &value, &type, &flags, NULL);
    assert_true(flags & MI_FLAG_NULL);
    MI_Instance_GetElement(answer.instance, "VolumeName", &value, &type, &flags, NULL);
    assert_false(flags & MI_FLAG_NULL);
    assert_int_equal(type, MI_STRING);
    assert_string_equal(value.string, "");
    MI_Instance *kept = NULL;
    assert_int_equal(MI_Instance_Clone(answer.instance, &kept), MI_RESULT_OK);
    assert_int_equal(MI_Instance_Delete((MI_Instance *)answer.instance),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    MI_Instance_GetElement(kept, "DeviceID", &value, NULL, NULL, NULL);
    assert_string_equal(value.string, "C:");
    assert_int_equal(MI_Instance_Delete(kept), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_OK);
    char *request = script_request(bench.script, 0, NULL, NULL);
    assert_non_null(strstr(request, "\r\nAuthorization: Basic bW9uaXRvcjpzZWNyZXQ=\r\n"));
    assert_non_null(strstr(request, "wsman/1/wmi/root/cimv2/Win32_LogicalDisk<"));
    assert_non_null(strstr(request, "<w:Selector Name=\"DeviceID\">C:</w:Selector>"));
    assert_non_null(strstr(request, ">PT1.800S<"));
    free(request);
}

static void no_namespace_leaves_the_choice_to_the_server(void **state)
{
    (void)state;
    MI_Operation operation;
    struct answer answer;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    get(&operation, NULL, &answer);
    assert_int_equal(answer.result, MI_RESULT_OK);
    char *request = script_request(bench.script, 0, NULL, NULL);
    assert_non_null(strstr(request, "/wbem/wscim/1/cim-schema/2/Win32_LogicalDisk<"));
    assert_null(strstr(request, "__cimnamespace"));
    free(request);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

static void options_choose_the_uri_and_travel_with_the_request(void **state)
{
    (void)state;
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL, copy = MI_OPERATIONOPTIONS_NULL;
    MI_Value number = {.uint32 = 7};
    MI_Operation operation;
    MI_Result result;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    MI_Application_NewOperationOptions(&bench.application, MI_FALSE, &options);
    MI_OperationOptions_SetString(&options, MI_OPERATIONOPTIONS_RESOURCE_URI_PREFIX,
                                  COLLECTDMI_RESOURCE_URI_PREFIX_DMTF);
    MI_OperationOptions_SetCustomOption(&options, "Colour", MI_UINT32, &number, MI_TRUE);
    assert_int_equal(MI_OperationOptions_Clone(&options, &copy), MI_RESULT_OK);
    assert_int_equal(MI_OperationOptions_Delete(&options), MI_RESULT_OK);
    assert_int_equal(MI_OperationOptions_Delete(&options), MI_RESULT_INVALID_PARAMETER);
    MI_Session_GetInstance(&bench.session, 0, &copy, "root/cimv2", bench.key, NULL, &operation);
    MI_OperationOptions_Delete(&copy);
    MI_Operation_GetInstance(&operation, NULL, NULL, &result, NULL, NULL);
    assert_int_equal(result, MI_RESULT_OK);
    char *request = script_request(bench.script, 0, NULL, NULL);
    assert_non_null(strstr(request, "cim-schema/2/Win32_LogicalDisk<"));
    assert_non_null(strstr(request, "Name=\"__cimnamespace\">root/cimv2<"));
    assert_non_null(strstr(request, "Name=\"Colour\""));
    free(request);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

/* --- what is refused before anything is sent --- */

static void a_computer_name_in_the_namespace_is_refused_before_anything_is_sent(void **state)
{
    (void)state;
    static const char *const names[] = {"//dc01/root/cimv2", "\\\\dc01\\root\\cimv2", "", "a b"};
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        MI_Operation operation;
        struct answer answer;
        get(&operation, names[i], &answer);
        assert_int_equal(answer.result, MI_RESULT_INVALID_PARAMETER);
        assert_non_null(answer.message);
        assert_int_equal(detail(&answer, "CIMStatusCode"), MI_RESULT_INVALID_PARAMETER);
        MI_Operation_Close(&operation);
    }
    assert_int_equal(script_connection_count(bench.script), 0);
    MI_Session_Close(&bench.session, NULL, NULL);
}

static void basic_over_http_wants_privacy_given_up(void **state)
{
    (void)state;
    MI_Operation operation;
    struct answer answer;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_TRUE);
    get(&operation, "root/cimv2", &answer);
    assert_int_equal(answer.result, MI_RESULT_ACCESS_DENIED);
    assert_int_equal(detail(&answer, "error_Category"), MI_ERRORCATEGORY_SECURITY_ERROR);
    assert_int_equal(script_connection_count(bench.script), 0);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

static void destinations_that_are_none_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *protocol, *destination;
        MI_Result result;
    } cases[] = {
        {"WMIDCOM", "host", MI_RESULT_NOT_SUPPORTED},
        {NULL, NULL, MI_RESULT_NOT_SUPPORTED},
        {NULL, "", MI_RESULT_INVALID_PARAMETER},
        {NULL, "http://host", MI_RESULT_INVALID_PARAMETER},
        {NULL, "user@host", MI_RESULT_INVALID_PARAMETER},
        {NULL, "[::1]", MI_RESULT_INVALID_PARAMETER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MI_Session session = MI_SESSION_NULL;
        MI_Instance *error = NULL;
        MI_Value value;
        assert_int_equal(MI_Application_NewSession(&bench.application, cases[i].protocol,
                                                   cases[i].destination, NULL, NULL, &error,
                                                   &session),
                         cases[i].result);
        assert_int_equal(MI_Instance_GetElement(error, "Message", &value, NULL, NULL, NULL),
                         MI_RESULT_OK);
        assert_true(strlen(value.string) > 10);
        MI_Instance_Delete(error);
        assert_int_equal(MI_Session_Close(&session, NULL, NULL), MI_RESULT_INVALID_PARAMETER);
    }
}

static void nonsense_in_options_is_refused(void **state)
{
    (void)state;
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_UserCredentials kerberos = {MI_AUTH_TYPE_DIGEST, {{NULL, "u", "p"}}};
    MI_UserCredentials nobody = {MI_AUTH_TYPE_BASIC, {{NULL, "", "p"}}};
    assert_int_equal(MI_DestinationOptions_SetTransport(&options, "HTTP"),
                     MI_RESULT_INVALID_PARAMETER);
    MI_Application_NewDestinationOptions(&bench.application, &options);
    assert_int_equal(MI_DestinationOptions_SetTransport(&options, "FTP"),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_DestinationOptions_SetDestinationPort(&options, 65536),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_DestinationOptions_SetMaxEnvelopeSize(&options, 4),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_DestinationOptions_SetString(&options, "no such option", "x"),
                     MI_RESULT_NOT_SUPPORTED);
    assert_int_equal(MI_DestinationOptions_SetHttpUrlPrefix(&options, "a\r\nb"),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_DestinationOptions_AddDestinationCredentials(&options, &kerberos),
                     MI_RESULT_NOT_SUPPORTED);
    assert_int_equal(MI_DestinationOptions_AddDestinationCredentials(&options, &nobody),
                     MI_RESULT_INVALID_PARAMETER);
    MI_DestinationOptions_Delete(&options);
}

/* --- failures, told apart --- */

static void every_status_has_its_result_category_and_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *status, *headers, *body;
        MI_Result result;
        MI_ErrorCategory category;
        MI_Uint32 code;
        const char *sentence;
    } cases[] = {
        {"HTTP/1.1 401 ", "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n", "",
         MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_AUTHENTICATION_ERROR, 401, "monitor"},
        {"HTTP/1.1 403 ", "", "", MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED, 403,
         "Remote Management Users"},
        {"HTTP/1.1 404 ", "", "", MI_RESULT_FAILED, MI_ERRORCATEGORY_OBJECT_NOT_FOUND, 404,
         "/wsman"},
        {"HTTP/1.1 413 ", "", "", MI_RESULT_SERVER_LIMITS_EXCEEDED,
         MI_ERRORCATEGORY_LIMITS_EXCEEDED, 413, "MaxEnvelopeSizekb"},
        {"HTTP/1.1 500 ", "", "", MI_RESULT_FAILED, MI_ERRORCATEGORY_INVALID_RESULT, 500,
         "internal error"},
        {"HTTP/1.1 503 ", "", "", MI_RESULT_SERVER_IS_SHUTTING_DOWN,
         MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE, 503, "stopping"},
        {"HTTP/1.1 302 ", "Location: http://elsewhere/\r\n", "", MI_RESULT_FAILED,
         MI_ERRORCATEGORY_PROTOCOL_ERROR, 302, "redirect"},
        {"HTTP/1.1 200 ", "Content-Type: text/html\r\n", "<html/>", MI_RESULT_FAILED,
         MI_ERRORCATEGORY_PROTOCOL_ERROR, 200, "no SOAP"},
        {"HTTP/1.1 200 ", XML, "gone fishing", MI_RESULT_FAILED, MI_ERRORCATEGORY_PARSER_ERROR, 1,
         "the reply"},
        {"HTTP/1.1 200 ", XML, "<html><body/></html>", MI_RESULT_FAILED,
         MI_ERRORCATEGORY_PARSER_ERROR, 1, "the reply"},
        {"HTTP/1.1 403 ", XML, "<html>no</html>", MI_RESULT_ACCESS_DENIED,
         MI_ERRORCATEGORY_ACCESS_DENIED, 403, "403"},
        {"HTTP/1.1 500 ", XML, DISK, MI_RESULT_FAILED, MI_ERRORCATEGORY_PARSER_ERROR, 1,
         "an instance with HTTP status 500"},
        {"HTTP/1.1 500 ", XML, FAULT, MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND,
         2150858752u, "It is gone."},
        {"HTTP/1.1 200 ", XML, FAULT, MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND,
         2150858752u, "It is gone."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MI_Operation operation;
        struct answer answer;
        serve_reply(cases[i].status, cases[i].headers, cases[i].body);
        open_session(MI_FALSE);
        get(&operation, "root/cimv2", &answer);
        assert_int_equal(answer.result, cases[i].result);
        assert_null(answer.instance);
        assert_int_equal(detail(&answer, "error_Category"), cases[i].category);
        assert_int_equal(detail(&answer, "error_Code"), cases[i].code);
        assert_int_equal(detail(&answer, "CIMStatusCode"), cases[i].result);
        if (strstr(answer.message, cases[i].sentence) == NULL)
            fail_msg("case %zu says: %s", i, answer.message);
        assert_non_null(strstr(answer.message, "127.0.0.1:"));
        assert_null(strstr(answer.message, "secret"));
        MI_Operation_Close(&operation);
        MI_Session_Close(&bench.session, NULL, NULL);
        script_stop(bench.script);
        free(bench.reply);
        bench.script = NULL;
        bench.reply = NULL;
    }
}

/* Bytes of a reply once the script has filled it in. */
static size_t filled_bytes(const char *reply)
{
    return strlen(reply) + strlen("uuid:") + 36 - strlen(SCRIPT_RELATES_TO) -
           (strstr(reply, SCRIPT_CONTENT_LENGTH) != NULL ? strlen(SCRIPT_CONTENT_LENGTH) - 3 : 0);
}

/* Connection k gets k + 1 bytes, the last one all. New: the steps, to be freed after the script. */
static struct script_step *serve_cuts(const char *reply, size_t count)
{
    struct script_step *steps = calloc(3 * count, sizeof *steps);
    struct script_talk *talks = calloc(count, sizeof *talks);
    assert_true(steps != NULL && talks != NULL);
    for (size_t i = 0; i < count; i++) {
        steps[3 * i] = (struct script_step){.op = SCRIPT_EXPECT};
        steps[3 * i + 1] =
            (struct script_step){.op = SCRIPT_REPLY, .bytes = reply, .limit_bytes = i + 1};
        steps[3 * i + 2] = (struct script_step){.op = SCRIPT_CLOSE};
        talks[i] = (struct script_talk){&steps[3 * i], 3};
    }
    struct script_options options = {.talks = talks, .talk_count = count};
    bench.script = script_start(&options);
    assert_non_null(bench.script);
    free(talks);
    return steps;
}

/* whole: from so many bytes before the end on it is a reply. */
static void check_cuts(const char *reply, size_t whole)
{
    size_t count = filled_bytes(reply);
    MI_Operation operation;
    struct answer answer;
    struct script_step *steps = serve_cuts(reply, count);
    open_session(MI_FALSE);
    for (size_t i = 1; i <= count; i++) {
        get(&operation, "root/cimv2", &answer);
        if ((answer.instance != NULL) != (i + whole >= count))
            fail_msg("cut at %zu of %zu bytes: %s", i, count, answer.message);
        if (answer.instance == NULL) {
            assert_int_not_equal(answer.result, MI_RESULT_OK);
            assert_non_null(strstr(answer.message, "127.0.0.1:"));
        }
        MI_Operation_Close(&operation);
    }
    assert_int_equal(script_connection_count(bench.script), count);
    MI_Session_Close(&bench.session, NULL, NULL);
    script_stop(bench.script);
    bench.script = NULL;
    free(steps);
}

static void a_reply_cut_at_any_byte_is_a_failure_with_a_sentence(void **state)
{
    (void)state;
    char chunked[2048];
    snprintf(chunked, sizeof chunked,
             "HTTP/1.1 200 \r\n" XML "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
             filled_bytes(DISK), DISK);
    check_cuts("HTTP/1.1 200 \r\n" XML "Content-Length: @CONTENT_LENGTH@\r\n\r\n" DISK, 0);
    check_cuts("HTTP/1.1 200 \r\n" XML "Connection: close\r\n\r\n" DISK, 0);
    check_cuts(chunked, 1); /* libcurl does not wait for the very last LF */
}

static void a_refused_connection_is_a_result_like_any_other(void **state)
{
    (void)state;
    MI_Operation operation;
    struct answer answer;
    serve_mute();
    open_session(MI_FALSE);
    script_stop(bench.script);
    bench.script = NULL;
    get(&operation, "root/cimv2", &answer);
    assert_int_equal(answer.result, MI_RESULT_FAILED);
    assert_int_equal(detail(&answer, "error_Category"), MI_ERRORCATEGORY_CONNECTION_ERROR);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MI_TEST(keys_go_in_and_the_whole_instance_comes_out),
        MI_TEST(no_namespace_leaves_the_choice_to_the_server),
        MI_TEST(options_choose_the_uri_and_travel_with_the_request),
        MI_TEST(a_computer_name_in_the_namespace_is_refused_before_anything_is_sent),
        MI_TEST(basic_over_http_wants_privacy_given_up),
        MI_TEST(destinations_that_are_none_are_refused_with_a_sentence),
        MI_TEST(nonsense_in_options_is_refused),
        MI_TEST(every_status_has_its_result_category_and_sentence),
        MI_TEST(a_reply_cut_at_any_byte_is_a_failure_with_a_sentence),
        MI_TEST(a_refused_connection_is_a_result_like_any_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
