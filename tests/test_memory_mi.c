/* SPDX-License-Identifier: MIT */
/* The client without memory, against a scripted server: every allocation of the caller's and of the
 * network thread failed in turn, libcurl's, libxml2's and libc's too. An operation gives the right
 * result, or says that it failed; its callback comes once; nothing is spoilt for the next one. */
#include "wsman_fixture.h"

#include <dlfcn.h>
#include <libxml/globals.h>
#include <libxml/xmlerror.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "alloc_failure.h"
#include "mi/mi.h"
#include "sim/script.h"

#define XML  "Content-Type: application/soap+xml;charset=UTF-8\r\n"
#define OPEN "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">"
#define DISK                                                                                \
    OPEN "<s:Body><p:Win32_LogicalDisk "                                                    \
         "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"              \
         "Win32_LogicalDisk\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"     \
         "<p:Access>0</p:Access><p:BlockSize xsi:nil=\"true\"/><p:DeviceID>C:</p:DeviceID>" \
         "<p:Numbers>1</p:Numbers><p:Numbers>2</p:Numbers><p:VolumeName></p:VolumeName>"    \
         "</p:Win32_LogicalDisk></s:Body></s:Envelope>"
#define FAULT                                                                                  \
    OPEN "<s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text "     \
         "xml:lang=\"en-US\">It is gone.</s:Text></s:Reason><s:Detail><f:WSManFault "          \
         "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "                   \
         "Code=\"2150858752\" Machine=\"x\"><f:Message>It is gone.</f:Message></f:WSManFault>" \
         "</s:Detail></s:Fault></s:Body></s:Envelope>"

#define ITEM "<w:XmlFragment><Name>C:</Name></w:XmlFragment>"
#define PAGE                                                                              \
    OPEN "<s:Body><n:EnumerateResponse "                                                  \
         "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "                 \
         "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\">"                    \
         "<n:EnumerationContext/><w:Items>" ITEM ITEM ITEM "</w:Items><w:EndOfSequence/>" \
         "</n:EnumerateResponse></s:Body></s:Envelope>"
#define MORE                                                                             \
    OPEN "<s:Body><n:PullResponse "                                                      \
         "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\">"                \
         "<n:EnumerationContext>uuid:1</n:EnumerationContext></n:PullResponse></s:Body>" \
         "</s:Envelope>"

struct bench {
    bool is_query;
    bool is_async;
    bool is_canceled;
    bool is_living; /* one application and session for all replays */
    char *reply;
    char *expected; /* NULL: not known yet */
    struct script *script;

    MI_Application application;
    MI_Instance *key;
    MI_Session session;
    MI_Operation operation;

    /* What the callback brought, or GetInstance. */
    sem_t called;
    _Atomic unsigned calls;
    MI_Result result;
    MI_ErrorCategory category;
    char *text; /* the instance, or the sentence */
};

/* ---- Results ---- */

static MI_ErrorCategory category_of(const MI_Instance *details)
{
    MI_Value value = {.uint32 = MI_ERRORCATEGORY_NOT_SPECIFIED};
    if (details != NULL)
        MI_Instance_GetElement(details, "error_Category", &value, NULL, NULL, NULL);
    return (MI_ErrorCategory)value.uint32;
}

/* Any thread; checks nothing. */
static void keep(struct bench *bench, MI_Result result, const MI_Instance *instance,
                 const MI_Char *message, const MI_Instance *details)
{
    struct buf out;
    alloc_failure_spare(true);
    buf_init(&out, FIXTURE_MAX_BYTES);
    bench->result = result;
    bench->category = category_of(details);
    buf_add_text(&out, "");
    if (result == MI_RESULT_OK && instance != NULL)
        fixture_add_instance(&out, instance);
    else if (message != NULL)
        buf_add_text(&out, message);
    free(bench->text);
    bench->text = strdup(buf_text(&out));
    buf_free(&out);
    alloc_failure_spare(false);
}

/* 0: right; -1: failed for want of memory. */
static int judge(struct bench *bench)
{
    struct buf got;
    alloc_failure_spare(true);
    buf_init(&got, FIXTURE_MAX_BYTES);
    buf_add_format(&got, "%d/%d: %s", (int)bench->result, (int)bench->category,
                   bench->is_canceled ? "" : bench->text);
    if (bench->expected == NULL)
        bench->expected = strdup(buf_text(&got));
    bool same = strcmp(buf_text(&got), bench->expected) == 0;
    alloc_failure_check(bench->text[0] != '\0', "no sentence");
    if (bench->result == MI_RESULT_OK || !alloc_failure_happened())
        alloc_failure_check_text(buf_text(&got), bench->expected);
    if (!same) {
        alloc_failure_check(strstr(bench->text, " within ") == NULL, "it hung");
        if (strstr(bench->text, "emory") == NULL && getenv("MI_SHOW_SENTENCES") != NULL)
            print_message("# %s\n", buf_text(&got));
    }
    buf_free(&got);
    alloc_failure_spare(false);
    return same ? 0 : -1;
}

/* ---- Operations ---- */

static void MI_CALL note_result(MI_Operation *operation, void *context, const MI_Instance *instance,
                                MI_Boolean more, MI_Result result, const MI_Char *message,
                                const MI_Instance *details,
                                MI_Result(MI_CALL *acknowledge)(MI_Operation *operation))
{
    struct bench *bench = context;
    (void)operation;
    (void)acknowledge;
    if (more)
        return;
    keep(bench, result, instance, message, details);
    atomic_fetch_add(&bench->calls, 1);
    sem_post(&bench->called);
}

static void start(struct bench *bench, MI_OperationOptions *options,
                  MI_OperationCallbacks *callbacks)
{
    if (bench->is_query)
        MI_Session_QueryInstances(&bench->session, 0, options, "root/cimv2", NULL,
                                  "SELECT Name FROM Win32_LogicalDisk", callbacks,
                                  &bench->operation);
    else
        MI_Session_GetInstance(&bench->session, 0, options, "root/cimv2", bench->key, callbacks,
                               &bench->operation);
}

static int run_async(struct bench *bench, MI_OperationOptions *options)
{
    MI_OperationCallbacks callbacks = MI_OPERATIONCALLBACKS_NULL;
    callbacks.callbackContext = bench;
    callbacks.instanceResult = note_result;
    atomic_store(&bench->calls, 0);
    start(bench, options, &callbacks);
    if (bench->is_canceled)
        MI_Operation_Cancel(&bench->operation, MI_REASON_NONE);
    while (sem_wait(&bench->called) != 0)
        continue;
    MI_Operation_Close(&bench->operation);
    return judge(bench);
}

static int run_sync(struct bench *bench, MI_OperationOptions *options)
{
    const MI_Instance *instance = NULL;
    const MI_Instance *details = NULL;
    const MI_Char *message = NULL;
    MI_Boolean more = MI_TRUE;
    MI_Result result = MI_RESULT_OK;
    start(bench, options, NULL);
    if (bench->is_canceled)
        MI_Operation_Cancel(&bench->operation, MI_REASON_NONE);
    MI_Result rc = MI_RESULT_OK;
    while (more && rc == MI_RESULT_OK)
        rc = MI_Operation_GetInstance(&bench->operation, &instance, &more, &result, &message,
                                      &details);
    alloc_failure_check(more == MI_FALSE, "more results");
    if (rc != MI_RESULT_OK) { /* no operation was made */
        alloc_failure_check(alloc_failure_happened() && rc == MI_RESULT_INVALID_PARAMETER &&
                                instance == NULL,
                            "no operation");
        return -1;
    }
    keep(bench, result, instance, message, details);
    rc = MI_Operation_Close(&bench->operation);
    alloc_failure_check(rc == MI_RESULT_OK, "the operation does not close");
    return judge(bench);
}

static bool worked(MI_Result result)
{
    alloc_failure_check(result == MI_RESULT_OK ||
                            (result == MI_RESULT_FAILED && alloc_failure_happened()),
                        "a call refuses what is right");
    return result == MI_RESULT_OK;
}

static int run_operation(struct bench *bench)
{
    MI_OperationOptions options = MI_OPERATIONOPTIONS_NULL;
    MI_Interval timeout = {.seconds = 20};
    MI_Value value = {.string = (MI_Char *)"value"};
    if (!worked(MI_Application_NewOperationOptions(&bench->application, MI_FALSE, &options)))
        return -1;
    bool set = worked(MI_OperationOptions_SetTimeout(&options, &timeout)) &&
               worked(MI_OperationOptions_SetCustomOption(&options, "custom", MI_STRING, &value,
                                                          MI_FALSE)) &&
               worked(MI_OperationOptions_SetResourceUriPrefix(&options,
                                                               COLLECTDMI_RESOURCE_URI_PREFIX_WMI));
    int rc = !set ? -1 : bench->is_async ? run_async(bench, &options) : run_sync(bench, &options);
    alloc_failure_check(MI_OperationOptions_Delete(&options) == MI_RESULT_OK, "options stay");
    return rc;
}

/* ---- Life ---- */

static bool set_options(MI_DestinationOptions *options, unsigned port)
{
    MI_UserCredentials user = {MI_AUTH_TYPE_BASIC, {{NULL, "monitor", "secret"}}};
    return worked(
               MI_DestinationOptions_SetTransport(options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP)) &&
           worked(MI_DestinationOptions_SetDestinationPort(options, port)) &&
           worked(MI_DestinationOptions_SetPacketPrivacy(options, MI_FALSE)) &&
           worked(MI_DestinationOptions_SetHttpUrlPrefix(options, "/wsman")) &&
           worked(MI_DestinationOptions_SetDataLocale(options, "en-US")) &&
           worked(MI_DestinationOptions_SetUILocale(options, "en-US")) &&
           worked(MI_DestinationOptions_SetString(
               options, COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME, "server.example")) &&
           worked(MI_DestinationOptions_AddDestinationCredentials(options, &user));
}

static int open_session(struct bench *bench)
{
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_DestinationOptions copy = MI_DESTINATIONOPTIONS_NULL;
    MI_Instance *error = NULL;
    int rc = -1;
    if (!worked(MI_Application_NewDestinationOptions(&bench->application, &options)))
        return -1;
    if (set_options(&options, script_port(bench->script)) &&
        worked(MI_DestinationOptions_Clone(&options, &copy))) {
        if (worked(MI_Application_NewSession(&bench->application, "WINRM", "127.0.0.1", &copy, NULL,
                                             &error, &bench->session)))
            rc = 0;
        if (error != NULL)
            MI_Instance_Delete(error);
        MI_DestinationOptions_Delete(&copy);
    }
    MI_DestinationOptions_Delete(&options);
    return rc;
}

static void close_session(struct bench *bench)
{
    alloc_failure_check(MI_Session_Close(&bench->session, NULL, NULL) == MI_RESULT_OK,
                        "the session does not close");
}

static int make_key(struct bench *bench)
{
    MI_Value value = {.string = (MI_Char *)"C:"};
    if (!worked(MI_Application_NewInstance(&bench->application, "Win32_LogicalDisk", NULL,
                                           &bench->key)))
        return -1;
    if (worked(MI_Instance_AddElement(bench->key, "DeviceID", &value, MI_STRING, MI_FLAG_KEY)))
        return 0;
    MI_Instance_Delete(bench->key);
    return -1;
}

static int open_application(struct bench *bench)
{
    MI_Instance *error = NULL;
    bool opened = worked(MI_Application_Initialize(0, NULL, &error, &bench->application));
    if (error != NULL)
        MI_Instance_Delete(error);
    return opened ? 0 : -1;
}

static void close_application(struct bench *bench)
{
    alloc_failure_check(MI_Application_Close(&bench->application) == MI_RESULT_OK,
                        "the application does not close");
}

static int open_all(struct bench *bench)
{
    if (open_application(bench) != 0)
        return -1;
    if (make_key(bench) != 0)
        goto out;
    if (open_session(bench) == 0)
        return 0;
    MI_Instance_Delete(bench->key);
out:
    close_application(bench);
    return -1;
}

static void close_all(struct bench *bench)
{
    close_session(bench);
    MI_Instance_Delete(bench->key);
    close_application(bench);
}

static int run(void *context)
{
    struct bench *bench = context;
    int rc = -1;
    bool async_ran = false;
    if (!bench->is_living && open_all(bench) != 0)
        return -1;
    atomic_store(&bench->calls, 0);
    rc = run_operation(bench);
    async_ran = bench->is_async && atomic_load(&bench->calls) > 0;
    if (!bench->is_living)
        close_all(bench);
    alloc_failure_check(!async_ran || atomic_load(&bench->calls) == 1, "called more than once");
    return rc;
}

/* ---- Scenarios ---- */

static void serve(struct bench *bench, const struct script_step *steps, size_t count)
{
    struct script_talk talk = {steps, count};
    struct script_options options = {.talks = &talk, .talk_count = 1, .repeat_last = true};
    alloc_failure_spare_newborn(true);
    bench->script = script_start(&options);
    assert_non_null(bench->script);
    bool is_living = bench->is_living;
    bench->is_living = false;
    assert_int_equal(run(bench), 0); /* the server's thread has allocated then */
    bench->is_living = is_living;
    alloc_failure_spare_newborn(false);
}

static bool query; /* what the next replays ask for */

static void replay(const char *name, const char *reply, const struct script_step *last, bool async)
{
    static const char *const lives[] = {"whole life", "living session"};
    for (int living = 0; living < 2; living++) {
        char title[128];
        struct bench bench = {
            .is_query = query, .is_async = async, .is_living = living != 0, .reply = (char *)reply};
        const struct script_step steps[] = {{.op = SCRIPT_EXPECT}, *last, {.op = SCRIPT_AGAIN}};
        const struct script_step cut[] = {{.op = SCRIPT_EXPECT}, *last, {.op = SCRIPT_CLOSE}};
        bench.is_canceled = last->op == SCRIPT_HANG;
        sem_init(&bench.called, 0, 0);
        serve(&bench, last->limit_bytes != 0 ? cut : steps, 3);
        if (bench.is_living)
            assert_int_equal(open_all(&bench), 0);
        snprintf(title, sizeof title, "%s, %s, %s", name, async ? "async" : "sync", lives[living]);
        alloc_failure_replay(title, living ? 4 : 40, run, &bench);
        if (bench.is_living)
            close_all(&bench);
        script_stop(bench.script);
        sem_destroy(&bench.called);
        free(bench.text);
        free(bench.expected);
    }
}

static void replay_reply(const char *name, char *reply, size_t limit_bytes, size_t drip_bytes)
{
    const struct script_step step = {
        .op = SCRIPT_REPLY, .bytes = reply, .limit_bytes = limit_bytes, .drip_bytes = drip_bytes};
    assert_non_null(reply);
    replay(name, reply, &step, false);
    replay(name, reply, &step, true);
    free(reply);
}

static void an_instance_comes_whole_or_not_at_all(void **state)
{
    (void)state;
    replay_reply("an instance", script_reply("HTTP/1.1 200 ", XML, DISK), 0, 0);
}

static void a_page_comes_whole_or_not_at_all(void **state)
{
    (void)state;
    query = true;
    replay_reply("a page", script_reply("HTTP/1.1 200 ", XML, PAGE), 0, 0);
    query = false;
}

/* 32 Pulls a run: a minute. MI_LONG runs it. */
static void pulls_and_a_release_fail_cleanly(void **state)
{
    (void)state;
    if (getenv("MI_LONG") == NULL)
        skip();
    query = true;
    replay_reply("pages without end", script_reply("HTTP/1.1 200 ", XML, MORE), 0, 0);
    query = false;
}

static void a_chunked_instance_comes_whole_or_not_at_all(void **state)
{
    (void)state;
    char *reply = NULL;
    assert_true(asprintf(&reply,
                         "HTTP/1.1 200 \r\n" XML "Transfer-Encoding: chunked\r\n\r\n64\r\n%.100s"
                         "\r\n%zx\r\n%s\r\n0\r\n\r\n",
                         DISK, strlen(DISK) - 100, &DISK[100]) > 0);
    replay_reply("a chunked instance", reply, 0, 97);
}

static void a_fault_stays_a_fault_or_is_a_failure(void **state)
{
    (void)state;
    replay_reply("a fault", script_reply("HTTP/1.1 500 ", XML, FAULT), 0, 0);
}

static void a_401_is_a_failure_whatever_happens(void **state)
{
    (void)state;
    replay_reply("a 401",
                 script_reply("HTTP/1.1 401 ", "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n", ""),
                 0, 0);
}

static void a_cut_reply_is_no_instance(void **state)
{
    (void)state;
    replay_reply("a cut reply", script_reply("HTTP/1.1 200 ", XML, DISK), 500, 0);
}

static void a_canceled_operation_ends_once(void **state)
{
    (void)state;
    const struct script_step hang = {.op = SCRIPT_HANG};
    replay("canceled", NULL, &hang, false);
    replay("canceled", NULL, &hang, true);
}

/* Before the plugin calls this it has seen that there is memory, which libxml2 then takes; that it
 * may fail all the same, libxml2 2.9 does not survive. */
__attribute__((visibility("default"))) xmlGlobalStatePtr xmlGetGlobalState(void)
{
    xmlGlobalStatePtr (*real)(void);
    *(void **)&real = dlsym(RTLD_NEXT, "xmlGetGlobalState");
    alloc_failure_spare(true);
    xmlGlobalStatePtr state = real();
    alloc_failure_spare(false);
    return state;
}

static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

int main(void)
{
    xmlSetGenericErrorFunc(NULL, say_nothing); /* libxml2 else tells stderr each time */
    xmlThrDefSetGenericErrorFunc(NULL, say_nothing);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_comes_whole_or_not_at_all),
        cmocka_unit_test(a_page_comes_whole_or_not_at_all),
        cmocka_unit_test(pulls_and_a_release_fail_cleanly),
        cmocka_unit_test(a_chunked_instance_comes_whole_or_not_at_all),
        cmocka_unit_test(a_fault_stays_a_fault_or_is_a_failure),
        cmocka_unit_test(a_401_is_a_failure_whatever_happens),
        cmocka_unit_test(a_cut_reply_is_no_instance),
        cmocka_unit_test(a_canceled_operation_ends_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
