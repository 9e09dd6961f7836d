/* SPDX-License-Identifier: MIT */
/* The MI API as a program sees it, against a scripted server; the clock is turned by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake_clock.h"
#include "mi/application.h"
#include "mi/mi.h"
#include "sim/script.h"

#define XML "Content-Type: application/soap+xml;charset=UTF-8\r\n"
#define ENVELOPE(body)                                                                     \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                     \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header><a:RelatesTo>" \
    "@RELATES_TO@</a:RelatesTo></s:Header><s:Body>" body "</s:Body></s:Envelope>"
#define DISK                                                                                    \
    ENVELOPE("<p:Win32_LogicalDisk xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/"    \
             "root/cimv2/Win32_LogicalDisk\" "                                                  \
             "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"                         \
             "<p:Access>0</p:Access><p:BlockSize xsi:nil=\"true\"/><p:DeviceID>C:</p:DeviceID>" \
             "<p:VolumeName></p:VolumeName></p:Win32_LogicalDisk>")
#define FAULT                                                                             \
    ENVELOPE("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text "    \
             "xml:lang=\"en-US\">It is gone.</s:Text></s:Reason><s:Detail><f:WSManFault " \
             "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "          \
             "Code=\"2150858752\" Machine=\"x\"><f:Message>It is gone.</f:Message>"       \
             "</f:WSManFault></s:Detail></s:Fault>")

struct bench {
    struct fake_clock clock;
    MI_Application application;
    struct script *script;
    char *reply;
    MI_Session session;
    MI_Instance *key;
};

static struct bench bench;

static int set_up(void **state)
{
    (void)state;
    bench = (struct bench){.application = MI_APPLICATION_NULL};
    fake_clock_init(&bench.clock);
    assert_int_equal(mi_application_initialize(&bench.clock.clock, NULL, &bench.application),
                     MI_RESULT_OK);
    assert_int_equal(
        MI_Application_NewInstance(&bench.application, "Win32_LogicalDisk", NULL, &bench.key),
        MI_RESULT_OK);
    MI_Value value = {.string = (MI_Char *)"C:"};
    assert_int_equal(MI_Instance_AddElement(bench.key, "DeviceID", &value, MI_STRING, MI_FLAG_KEY),
                     MI_RESULT_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    MI_Instance_Delete(bench.key);
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_OK);
    script_stop(bench.script);
    free(bench.reply);
    return 0;
}

static void serve(const struct script_step *steps, size_t count)
{
    struct script_talk talk = {steps, count};
    struct script_options options = {.talks = &talk, .talk_count = 1, .repeat_last = true};
    bench.script = script_start(&options);
    assert_non_null(bench.script);
}

static void serve_reply(const char *status_line, const char *headers, const char *body)
{
    bench.reply = script_reply(status_line, headers, body);
    static struct script_step steps[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY}, {.op = SCRIPT_AGAIN}};
    steps[1].bytes = bench.reply;
    serve(steps, 3);
}

static void serve_mute(void)
{
    static const struct script_step steps[] = {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG}};
    serve(steps, 2);
}

static void new_options(MI_DestinationOptions *options, MI_Boolean privacy)
{
    MI_UserCredentials user = {MI_AUTH_TYPE_BASIC, {{NULL, "monitor", "secret"}}};
    assert_int_equal(MI_Application_NewDestinationOptions(&bench.application, options),
                     MI_RESULT_OK);
    MI_DestinationOptions_SetTransport(options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(options, bench.script ? script_port(bench.script) : 9);
    MI_DestinationOptions_SetPacketPrivacy(options, privacy);
    assert_int_equal(MI_DestinationOptions_AddDestinationCredentials(options, &user), MI_RESULT_OK);
}

static void open_session(MI_Boolean privacy)
{
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_Interval two_seconds = {.seconds = 2};
    new_options(&options, privacy);
    MI_DestinationOptions_SetTimeout(&options, &two_seconds);
    assert_int_equal(MI_Application_NewSession(&bench.application, "WINRM", "127.0.0.1", &options,
                                               NULL, NULL, &bench.session),
                     MI_RESULT_OK);
    MI_DestinationOptions_Delete(&options);
}

struct answer {
    const MI_Instance *instance, *details;
    MI_Result result;
    const MI_Char *message;
};

static void get(MI_Operation *operation, const char *name_space, struct answer *answer)
{
    MI_Boolean more = MI_TRUE;
    *answer = (struct answer){.result = MI_RESULT_OK};
    MI_Session_GetInstance(&bench.session, 0, NULL, name_space, bench.key, NULL, operation);
    assert_int_equal(MI_Operation_GetInstance(operation, &answer->instance, &more, &answer->result,
                                              &answer->message, &answer->details),
                     MI_RESULT_OK);
    assert_int_equal(more, MI_FALSE);
}

static MI_Uint32 detail(const struct answer *answer, const char *name)
{
    MI_Value value;
    assert_non_null(answer->details);
    assert_int_equal(MI_Instance_GetElement(answer->details, name, &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    return value.uint32;
}

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

/* --- time, cancel, close --- */

struct watcher {
    sem_t called;
    unsigned calls;
    MI_Result result;
    MI_Uint32 category;
    bool close;
};

static void watch(MI_Operation *operation, void *context, const MI_Instance *instance,
                  MI_Boolean more, MI_Result result, const MI_Char *message,
                  const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    struct watcher *watcher = context;
    MI_Value value = {.uint32 = 0};
    (void)acknowledge;
    assert_int_equal(more, MI_FALSE);
    assert_true((result == MI_RESULT_OK) == (instance != NULL));
    assert_true((result == MI_RESULT_OK) == (message == NULL));
    if (details != NULL)
        MI_Instance_GetElement(details, "error_Category", &value, NULL, NULL, NULL);
    watcher->calls++;
    watcher->result = result;
    watcher->category = value.uint32;
    if (result == MI_RESULT_INVALID_PARAMETER) { /* refused at once, on the caller's thread */
        sem_post(&watcher->called);
        return;
    }
    /* Waiting for this very thread is refused. */
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_FAILED);
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_FAILED);
    assert_int_not_equal(MI_Operation_GetInstance(operation, NULL, NULL, NULL, NULL, NULL),
                         MI_RESULT_OK);
    if (watcher->close)
        assert_int_equal(MI_Operation_Close(operation), MI_RESULT_OK);
    sem_post(&watcher->called);
}

static void start(struct watcher *watcher, bool close, MI_Operation *operation)
{
    *watcher = (struct watcher){.close = close};
    sem_init(&watcher->called, 0, 0);
    MI_OperationCallbacks callbacks = {.callbackContext = watcher, .instanceResult = watch};
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, &callbacks, operation);
}

static void a_callback_comes_once_and_may_close_its_operation(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    start(&watcher, true, &operation);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.result, MI_RESULT_OK);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_INVALID_PARAMETER);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(watcher.calls, 1);
}

static void a_mute_host_times_out_at_the_time_asked_for(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    start(&watcher, false, &operation);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    fake_clock_advance_ms(&bench.clock, 2000);
    mi_application_wake(&bench.application);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.result, MI_RESULT_FAILED);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_TIMEOUT);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(watcher.calls, 1);
}

static void cancel_ends_it_with_one_result_however_often(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    start(&watcher, false, &operation);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_OK);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_STOPPED);
    assert_int_equal(MI_Operation_Cancel(&operation, MI_REASON_NONE), MI_RESULT_OK);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
    assert_int_equal(watcher.calls, 1);
}

static void closing_unfinished_operations_never_hangs(void **state)
{
    (void)state;
    MI_Operation synchronous, asynchronous, queued;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, NULL, &synchronous);
    start(&watcher, false, &asynchronous);
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, NULL, &queued);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    assert_int_equal(MI_Operation_Close(&asynchronous), MI_RESULT_OK);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_STOPPED);
    assert_int_equal(MI_Operation_Close(&synchronous), MI_RESULT_OK);
    assert_int_equal(MI_Operation_Close(&queued), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_OK);
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_INVALID_PARAMETER);
}

static void *cancel_later(void *operation)
{
    script_await_requests(bench.script, 1);
    MI_Operation_Cancel(operation, MI_REASON_SHUTDOWN);
    return NULL;
}

static void a_waiting_caller_gets_the_result_of_a_cancel_from_another_thread(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_Result result = MI_RESULT_OK;
    MI_Boolean more = MI_TRUE;
    pthread_t thread;
    serve_mute();
    open_session(MI_FALSE);
    MI_Session_GetInstance(&bench.session, 0, NULL, "root/cimv2", bench.key, NULL, &operation);
    pthread_create(&thread, NULL, cancel_later, &operation);
    assert_int_equal(MI_Operation_GetInstance(&operation, NULL, &more, &result, NULL, NULL),
                     MI_RESULT_OK);
    assert_int_equal(result, MI_RESULT_FAILED);
    assert_int_equal(more, MI_FALSE);
    assert_int_equal(MI_Operation_GetInstance(&operation, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_FAILED);
    pthread_join(thread, NULL);
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

static void note(void *context)
{
    sem_post(context);
}

static void session_close_cancels_and_calls_back_when_the_handles_are_closed(void **state)
{
    (void)state;
    MI_Operation operation, refused;
    struct watcher watcher;
    sem_t closed;
    MI_Session session;
    serve_mute();
    open_session(MI_FALSE);
    sem_init(&closed, 0, 0);
    start(&watcher, false, &operation);
    session = bench.session;
    assert_int_equal(MI_Session_Close(&session, &closed, note), MI_RESULT_OK);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.category, MI_ERRORCATEGORY_OPERATION_STOPPED);
    assert_int_equal(sem_trywait(&closed), -1);
    struct watcher late;
    start(&late, false, &refused); /* a closed session: the callback says so at once */
    assert_int_equal(late.calls, 1);
    assert_int_equal(late.result, MI_RESULT_INVALID_PARAMETER);
    MI_Operation_Close(&operation);
    sem_wait(&closed);
}

static void an_application_closes_what_was_left_open(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher watcher;
    serve_mute();
    open_session(MI_FALSE);
    start(&watcher, false, &operation);
    assert_int_equal(script_await_requests(bench.script, 1), 0);
    MI_Application application = bench.application;
    assert_int_equal(MI_Application_Close(&application), MI_RESULT_OK);
    assert_int_equal(watcher.calls, 1);
    assert_int_equal(mi_application_initialize(&bench.clock.clock, NULL, &bench.application),
                     MI_RESULT_OK);
}

static void acknowledged_later(MI_Operation *operation, void *context, const MI_Instance *instance,
                               MI_Boolean more, MI_Result result, const MI_Char *message,
                               const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    const MI_Instance **kept = context;
    (void)operation, (void)more, (void)result, (void)message, (void)details;
    assert_non_null(acknowledge);
    *kept = instance;
    mi_application_wake(&bench.application);
}

static void a_result_to_be_acknowledged_lives_until_then(void **state)
{
    (void)state;
    MI_Operation operation;
    struct watcher second;
    MI_Operation after;
    const MI_Instance *kept = NULL;
    MI_Value value;
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    MI_OperationCallbacks callbacks = {.callbackContext = &kept,
                                       .instanceResult = acknowledged_later};
    MI_Session_GetInstance(&bench.session, MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, NULL, "root/cimv2",
                           bench.key, &callbacks, &operation);
    start(&second, true, &after); /* ends after the first */
    sem_wait(&second.called);
    assert_int_equal(MI_Instance_GetElement(kept, "DeviceID", &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    assert_string_equal(value.string, "C:");
    MI_Operation_Close(&operation);
    MI_Session_Close(&bench.session, NULL, NULL);
}

#define THREADS 8

static void *pester(void *argument)
{
    MI_Operation *operations = argument;
    for (int i = 0; i < 200; i++) {
        MI_Operation *operation = &operations[i % 4];
        if (i % 3 == 0)
            MI_Operation_Cancel(operation, MI_REASON_NONE);
        else if (i % 50 == 1)
            MI_Operation_Close(operation);
    }
    return NULL;
}

/* Under ThreadSanitizer this is the test of every lock. */
static void cancel_and_close_from_many_threads_at_any_moment(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    serve_reply("HTTP/1.1 200 ", XML, DISK);
    open_session(MI_FALSE);
    for (int round = 0; round < 20; round++) {
        MI_Operation operations[4];
        struct watcher watchers[4];
        for (int i = 0; i < 4; i++)
            start(&watchers[i], false, &operations[i]);
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, pester, operations);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < 4; i++) {
            sem_wait(&watchers[i].called);
            MI_Operation_Close(&operations[i]);
        }
        for (int i = 0; i < 4; i++)
            assert_int_equal(watchers[i].calls, 1);
    }
    assert_int_equal(MI_Session_Close(&bench.session, NULL, NULL), MI_RESULT_OK);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(keys_go_in_and_the_whole_instance_comes_out),
        TEST(no_namespace_leaves_the_choice_to_the_server),
        TEST(options_choose_the_uri_and_travel_with_the_request),
        TEST(a_computer_name_in_the_namespace_is_refused_before_anything_is_sent),
        TEST(basic_over_http_wants_privacy_given_up),
        TEST(destinations_that_are_none_are_refused_with_a_sentence),
        TEST(nonsense_in_options_is_refused),
        TEST(every_status_has_its_result_category_and_sentence),
        TEST(a_reply_cut_at_any_byte_is_a_failure_with_a_sentence),
        TEST(a_refused_connection_is_a_result_like_any_other),
        TEST(a_callback_comes_once_and_may_close_its_operation),
        TEST(a_mute_host_times_out_at_the_time_asked_for),
        TEST(cancel_ends_it_with_one_result_however_often),
        TEST(closing_unfinished_operations_never_hangs),
        TEST(a_waiting_caller_gets_the_result_of_a_cancel_from_another_thread),
        TEST(session_close_cancels_and_calls_back_when_the_handles_are_closed),
        TEST(an_application_closes_what_was_left_open),
        TEST(a_result_to_be_acknowledged_lives_until_then),
        TEST(cancel_and_close_from_many_threads_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
