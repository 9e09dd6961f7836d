/* SPDX-License-Identifier: MIT */
/* MI_Session_GetClass as a program sees it, against a simulated host, and what its types do to the
 * instances of the same host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

#include "cim/class.h"
#include "cim/typing.h"
#include "cim/value.h"
#include "mi/mi.h"
#include "sim/classes.h"
#include "sim/client.h"
#include "sim/process.h"
#include "sim/schema.h"
#include "sim/script.h"

#define HOST      "127.0.0.1"
#define PROCESSOR "Win32_PerfRawData_PerfOS_Processor"

static struct sim_process host;
static MI_Application application;
static MI_Session session;

/* ---- The host, and a session with it ---- */

static void open_session(unsigned port)
{
    MI_UserCredentials nobody = {.authenticationType = MI_AUTH_TYPE_NONE};
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_Application_NewDestinationOptions(&application, &options);
    MI_DestinationOptions_SetTransport(&options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(&options, port);
    MI_DestinationOptions_SetPacketPrivacy(&options, MI_FALSE);
    assert_int_equal(MI_DestinationOptions_AddDestinationCredentials(&options, &nobody),
                     MI_RESULT_OK);
    assert_int_equal(
        MI_Application_NewSession(&application, NULL, HOST, &options, NULL, NULL, &session),
        MI_RESULT_OK);
    MI_DestinationOptions_Delete(&options);
}

static void start_host(const char *mode)
{
    char name[64];
    snprintf(name, sizeof name, "%s=%s", HOST, mode);
    const char *const arguments[] = {"--clock", "manual", "--host", name, NULL};
    assert_int_equal(sim_process_start(&host, arguments, NULL), 0);
    open_session(host.port);
}

static int set_up(void **state)
{
    (void)state;
    host = (struct sim_process){0};
    return MI_Application_Initialize(0, NULL, NULL, &application) == MI_RESULT_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(MI_Application_Close(&application), MI_RESULT_OK);
    if (host.pid != 0)
        assert_int_equal(sim_process_stop(&host), 0);
    return 0;
}

struct answer {
    const MI_Class *schema;
    const MI_Instance *details;
    const MI_Char *message;
    MI_Result result;
};

static void get_class(const char *name_space, const char *class_name, MI_Operation *operation,
                      struct answer *answer)
{
    MI_Boolean more = MI_TRUE;
    *answer = (struct answer){.result = MI_RESULT_OK};
    MI_Session_GetClass(&session, 0, NULL, name_space, class_name, NULL, operation);
    assert_int_equal(MI_Operation_GetClass(operation, &answer->schema, &more, &answer->result,
                                           &answer->message, &answer->details),
                     MI_RESULT_OK);
    assert_int_equal(more, MI_FALSE);
    assert_true((answer->result == MI_RESULT_OK) == (answer->schema != NULL));
    assert_true((answer->result == MI_RESULT_OK) == (answer->message == NULL));
}

/* New: free with MI_Class_Delete. */
static MI_Class *fetch_class(const char *name_space, const char *class_name)
{
    MI_Operation operation;
    struct answer answer;
    MI_Class *kept = NULL;
    get_class(name_space, class_name, &operation, &answer);
    if (answer.result != MI_RESULT_OK)
        fail_msg("%s: %s", class_name, answer.message);
    assert_int_equal(MI_Class_Clone(answer.schema, &kept), MI_RESULT_OK);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    return kept;
}

/* ---- The class ---- */

static void a_class_lives_as_long_as_its_operation_and_a_clone_longer(void **state)
{
    (void)state;
    MI_Operation operation;
    struct answer answer;
    MI_Class *kept;
    const MI_Char *text;
    start_host("normal");
    get_class("root\\CIMV2", "win32_perfrawdata_perfos_processor", &operation, &answer);
    assert_int_equal(answer.result, MI_RESULT_OK);
    assert_null(answer.details);
    assert_int_equal(MI_Class_Delete((MI_Class *)answer.schema), MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(MI_Class_Clone(answer.schema, &kept), MI_RESULT_OK);
    assert_int_equal(MI_Operation_GetClass(&operation, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_FAILED); /* fetched before */
    MI_Operation_Close(&operation);
    MI_Class_GetClassName(kept, &text);
    assert_string_equal(text, PROCESSOR);
    MI_Class_GetNameSpace(kept, &text);
    assert_string_equal(text, "root\\CIMV2");
    assert_int_equal(cim_class_find(kept, "NAME", 4)->flags, MI_FLAG_PROPERTY | MI_FLAG_KEY);
    assert_int_equal(MI_Class_Delete(kept), MI_RESULT_OK);
    MI_Session_Close(&session, NULL, NULL);
}

struct watcher {
    sem_t called;
    int calls;
    MI_Result result;
    MI_Class *kept;
};

static void watch(MI_Operation *operation, void *context, const MI_Class *schema, MI_Boolean more,
                  MI_Result result, const MI_Char *message, const MI_Instance *details,
                  MI_OperationCallback_Acknowledge acknowledge)
{
    struct watcher *watcher = context;
    (void)message, (void)details;
    assert_int_equal(more, MI_FALSE);
    assert_null(acknowledge);
    assert_true((result == MI_RESULT_OK) == (schema != NULL));
    if (schema != NULL)
        assert_int_equal(MI_Class_Clone(schema, &watcher->kept), MI_RESULT_OK);
    watcher->calls++;
    watcher->result = result;
    if (result != MI_RESULT_INVALID_PARAMETER)
        assert_int_equal(MI_Operation_Close(operation), MI_RESULT_OK);
    sem_post(&watcher->called);
}

static void a_callback_gets_the_class_once(void **state)
{
    (void)state;
    struct watcher watcher = {0};
    MI_OperationCallbacks callbacks = {.callbackContext = &watcher, .classResult = watch};
    MI_Operation operation;
    sem_init(&watcher.called, 0, 0);
    start_host("normal");
    MI_Session_GetClass(&session, 0, NULL, "root/cimv2", PROCESSOR, &callbacks, &operation);
    sem_wait(&watcher.called);
    assert_int_equal(watcher.result, MI_RESULT_OK);
    MI_Class_Delete(watcher.kept);
    MI_Session_Close(&session, NULL, NULL);
    MI_Session_GetClass(&session, 0, NULL, "root/cimv2", PROCESSOR, &callbacks, &operation);
    assert_int_equal(watcher.calls, 2); /* at once: there is no session any more */
    assert_int_equal(watcher.result, MI_RESULT_INVALID_PARAMETER);
    sem_destroy(&watcher.called);
}

static void one_verb_does_not_fetch_what_another_brings(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_Instance *key;
    start_host("normal");
    MI_Session_GetClass(&session, 0, NULL, "root/cimv2", PROCESSOR, NULL, &operation);
    assert_int_equal(MI_Operation_GetInstance(&operation, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_FAILED);
    MI_Operation_Close(&operation); /* not fetched: it does not hang */
    MI_Application_NewInstance(&application, "Win32_OperatingSystem", NULL, &key);
    MI_Session_GetInstance(&session, 0, NULL, "root/cimv2", key, NULL, &operation);
    assert_int_equal(MI_Operation_GetClass(&operation, NULL, NULL, NULL, NULL, NULL),
                     MI_RESULT_FAILED);
    MI_Operation_Close(&operation);
    MI_Instance_Delete(key);
    MI_Session_Close(&session, NULL, NULL);
}

static void a_class_that_does_not_come_has_its_result_and_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *space, *name;
        MI_Result result;
        const char *sentence;
    } rows[] = {
        {"normal", "root/cimv2", "Win32_Nothing", MI_RESULT_INVALID_CLASS, "the host answers: "},
        {"normal", "root/nothing", PROCESSOR, MI_RESULT_INVALID_NAMESPACE, "the host answers: "},
        {"normal", "//other/root", PROCESSOR, MI_RESULT_INVALID_PARAMETER, "a computer name"},
        {"normal", "root/cimv2", "a b", MI_RESULT_INVALID_PARAMETER, "a class name is letters"},
        {"normal", "root/cimv2", NULL, MI_RESULT_INVALID_PARAMETER, "no class was named"},
        {"noschema", "root/cimv2", PROCESSOR, MI_RESULT_INVALID_CLASS, "the host answers: "},
        {"fault=80338104", "root/cimv2", PROCESSOR, MI_RESULT_ACCESS_DENIED, "has the account"},
        {"garbage", "root/cimv2", PROCESSOR, MI_RESULT_FAILED, "no class came"},
        {"cut=900", "root/cimv2", PROCESSOR, MI_RESULT_FAILED, ""},
        {"status=404", "root/cimv2", PROCESSOR, MI_RESULT_FAILED, "404"},
    };
    struct sim_client client;
    start_host("normal");
    assert_int_equal(sim_client_open(&client, host.port), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        MI_Operation operation;
        struct answer answer;
        assert_int_equal(sim_client_mode(&client, HOST, rows[i].mode), 200);
        get_class(rows[i].space, rows[i].name, &operation, &answer);
        if (answer.result != rows[i].result || strstr(answer.message, rows[i].sentence) == NULL)
            fail_msg("%s %s: %d: %s", rows[i].mode, rows[i].name, (int)answer.result,
                     answer.message);
        assert_non_null(answer.details);
        MI_Operation_Close(&operation);
    }
    sim_client_close(&client);
    MI_Session_Close(&session, NULL, NULL);
}

static void another_class_than_was_asked_for_is_not_used(void **state)
{
    (void)state;
    char *reply =
        script_reply("HTTP/1.1 200 ", "Content-Type: application/soap+xml;charset=UTF-8\r\n",
                     "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>"
                     "<CLASS NAME=\"Win32_Other\"/></s:Body></s:Envelope>");
    const struct script_step steps[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply}, {.op = SCRIPT_AGAIN}};
    struct script_talk talk = {steps, 3};
    struct script_options options = {.talks = &talk, .talk_count = 1, .repeat_last = true};
    struct script *script = script_start(&options);
    MI_Operation operation;
    struct answer answer;
    open_session(script_port(script));
    get_class("root/cimv2", PROCESSOR, &operation, &answer);
    assert_int_equal(answer.result, MI_RESULT_FAILED);
    assert_non_null(strstr(answer.message, "another class came than was asked for: it is of class "
                                           "Win32_Other, not " PROCESSOR));
    MI_Operation_Close(&operation);
    get_class("root/cimv2", "win32_other", &operation, &answer);
    assert_int_equal(answer.result, MI_RESULT_OK);
    MI_Operation_Close(&operation);
    MI_Session_Close(&session, NULL, NULL);
    script_stop(script);
    free(reply);
}

/* ---- Types ---- */

static void add_key(MI_Instance *key, const char *name, const char *text)
{
    MI_Value value = {.string = (MI_Char *)text};
    assert_int_equal(MI_Instance_AddElement(key, name, &value, MI_STRING, MI_FLAG_KEY),
                     MI_RESULT_OK);
}

/* New: free with MI_Instance_Delete. */
static MI_Instance *fetch_instance(const struct sim_class *class)
{
    MI_Operation operation;
    MI_Instance *key, *kept = NULL;
    const MI_Instance *instance = NULL;
    const MI_Char *message = NULL;
    MI_Application_NewInstance(&application, class->name, NULL, &key);
    const char *value = class->instances[0].key;
    if (class->key != NULL)
        add_key(key, class->key, strcmp(value, "*") == 0 ? HOST : value);
    if (class->other_key != NULL)
        add_key(key, class->other_key, class->other_value);
    MI_Session_GetInstance(&session, 0, NULL, sim_classes_namespace(class), key, NULL, &operation);
    MI_Operation_GetInstance(&operation, &instance, NULL, NULL, &message, NULL);
    if (instance == NULL)
        fail_msg("%s: %s", class->name, message);
    MI_Instance_Clone(instance, &kept);
    MI_Operation_Close(&operation);
    MI_Instance_Delete(key);
    return kept;
}

static void check_property(const MI_Class *schema, const MI_Instance *instance,
                           const struct sim_class *class, const struct sim_property *from)
{
    const struct cim_property *property = cim_class_find(schema, from->name, strlen(from->name));
    MI_Type type;
    MI_Uint32 flags;
    assert_non_null(property);
    assert_string_equal(cim_value_type_name(property->type), sim_schema_type(from));
    assert_int_equal((property->type & MI_ARRAY) != 0, from->kind == SIM_ARRAY);
    assert_int_equal(property->counter_type, property->is_counter ? from->counter : 0);
    assert_int_equal(property->is_counter, from->counter != 0);
    assert_int_equal(MI_Instance_GetElement(instance, from->name, NULL, &type, &flags, NULL),
                     MI_RESULT_OK);
    assert_int_equal(type, property->type);
    bool key = (class->key != NULL && strcasecmp(class->key, from->name) == 0) ||
               (class->other_key != NULL && strcasecmp(class->other_key, from->name) == 0);
    assert_int_equal((flags & MI_FLAG_KEY) != 0, key);
}

static void every_simulated_class_types_its_instances(void **state)
{
    (void)state;
    const struct sim_class *class;
    size_t classes = 0, counters = 0;
    start_host("normal");
    for (size_t i = 0; (class = sim_classes_at(i)) != NULL; i++, classes++) {
        MI_Uint32 unlike = 1;
        MI_Class *schema = fetch_class(sim_classes_namespace(class), class->name);
        MI_Instance *instance = fetch_instance(class);
        assert_null(cim_class_doubt(schema));
        assert_int_equal(cim_class_is_singleton(schema), class->key == NULL);
        assert_int_equal(cim_typing_apply(schema, instance, &unlike, NULL), 0);
        for (size_t p = 0; p < class->property_count; p++) {
            check_property(schema, instance, class, &class->properties[p]);
            counters += class->properties[p].counter != 0;
        }
        assert_int_equal(unlike, 0);
        MI_Instance_Delete(instance);
        MI_Class_Delete(schema);
    }
    print_message("%zu classes, %zu counters\n", classes, counters);
    assert_true(classes > 10 && counters > 100);
    MI_Session_Close(&session, NULL, NULL);
}

/* Whatever it declares, a number is the one that the host wrote, or it is none. */
static void a_schema_that_lies_makes_no_wrong_number(void **state)
{
    (void)state;
    const struct sim_class *class = sim_classes_find(PROCESSOR);
    MI_Uint32 unlike = 0;
    start_host("lyingschema");
    MI_Class *schema = fetch_class("root/cimv2", PROCESSOR);
    MI_Instance *plain = fetch_instance(class);
    MI_Instance *typed = fetch_instance(class);
    assert_int_equal(cim_typing_apply(schema, typed, &unlike, NULL), 0);
    assert_true(unlike > 5);
    for (MI_Uint32 i = 0;; i++) {
        MI_Value was, is;
        MI_Type type;
        MI_Uint32 flags;
        const MI_Char *name;
        if (MI_Instance_GetElementAt(plain, i, &name, &was, NULL, &flags) != MI_RESULT_OK)
            break;
        MI_Instance_GetElement(typed, name, &is, &type, NULL, NULL);
        if (flags & MI_FLAG_NULL)
            continue;
        char text[300];
        snprintf(text, sizeof text, "%u", type == MI_UINT8 ? is.uint8 : 0u);
        assert_string_equal(was.string, type == MI_STRING ? is.string : text);
    }
    MI_Instance_Delete(plain);
    MI_Instance_Delete(typed);
    MI_Class_Delete(schema);
    MI_Session_Close(&session, NULL, NULL);
}

/* ---- Types where the instance lies ---- */

static bool is_typed(const MI_Instance *instance)
{
    MI_Type type = MI_STRING;
    MI_Instance_GetElement(instance, "PercentProcessorTime", NULL, &type, NULL, NULL);
    return type == MI_UINT64;
}

static void start_get(MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    MI_Instance *key;
    MI_Application_NewInstance(&application, PROCESSOR, NULL, &key);
    add_key(key, "Name", "_Total");
    MI_Session_GetInstance(&session, 0, NULL, "root/cimv2", key, callbacks, operation);
    MI_Instance_Delete(key);
}

static void assert_refused(MI_Operation *operation, const MI_Class *schema)
{
    MI_Uint32 unlike = 4711;
    assert_int_equal(CollectdMI_Operation_ApplyClass(operation, schema, &unlike),
                     MI_RESULT_INVALID_PARAMETER);
    assert_int_equal(unlike, 4711);
}

static void a_result_is_typed_where_it_lies(void **state)
{
    (void)state;
    MI_Operation operation, none = MI_OPERATION_NULL;
    const MI_Instance *instance;
    MI_Value was, is;
    MI_Type type;
    MI_Uint32 flags, unlike = 1;
    start_host("normal");
    MI_Class *schema = fetch_class("root/cimv2", PROCESSOR);
    start_get(NULL, &operation);
    assert_int_equal(MI_Operation_GetInstance(&operation, &instance, NULL, NULL, NULL, NULL),
                     MI_RESULT_OK);
    assert_false(is_typed(instance));
    MI_Instance_GetElement(instance, "PercentProcessorTime", &was, &type, NULL, NULL);
    assert_int_equal(type, MI_STRING);
    assert_int_equal(CollectdMI_Operation_ApplyClass(&operation, schema, &unlike), MI_RESULT_OK);
    assert_int_equal(unlike, 0);
    MI_Instance_GetElement(instance, "PercentProcessorTime", &is, &type, NULL, NULL);
    assert_int_equal(type, MI_UINT64);
    assert_true(strtoull(was.string, NULL, 10) == is.uint64); /* its text lies there still */
    MI_Instance_GetElement(instance, "Name", &is, &type, &flags, NULL);
    assert_int_equal(type, MI_STRING);
    assert_true(flags & MI_FLAG_KEY);
    assert_int_equal(CollectdMI_Operation_ApplyClass(&operation, schema, NULL), MI_RESULT_OK);
    assert_refused(&operation, NULL);
    assert_refused(&none, schema);
    assert_refused(NULL, schema);
    MI_Operation_Close(&operation);
    assert_refused(&operation, schema);
    MI_Class_Delete(schema);
    MI_Session_Close(&session, NULL, NULL);
}

static void what_was_not_handed_out_is_not_typed(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_Instance *key;
    start_host("normal");
    MI_Class *schema = fetch_class("root/cimv2", PROCESSOR);
    start_get(NULL, &operation);
    assert_refused(&operation, schema);
    MI_Operation_Close(&operation);
    MI_Application_NewInstance(&application, "Win32_Nothing", NULL, &key);
    MI_Session_GetInstance(&session, 0, NULL, "root/cimv2", key, NULL, &operation);
    MI_Operation_GetInstance(&operation, NULL, NULL, NULL, NULL, NULL);
    assert_refused(&operation, schema);
    MI_Operation_Close(&operation);
    MI_Session_GetClass(&session, 0, NULL, "root/cimv2", PROCESSOR, NULL, &operation);
    MI_Operation_GetClass(&operation, NULL, NULL, NULL, NULL, NULL);
    assert_refused(&operation, schema);
    MI_Operation_Close(&operation);
    MI_Session_EnumerateInstances(&session, 0, NULL, "root/cimv2", "Win32_Nothing", MI_FALSE, NULL,
                                  &operation);
    MI_Operation_GetInstance(&operation, NULL, NULL, NULL, NULL, NULL);
    assert_refused(&operation, schema);
    MI_Operation_Close(&operation);
    MI_Instance_Delete(key);
    MI_Class_Delete(schema);
    MI_Session_Close(&session, NULL, NULL);
}

static void one_instance_after_another_is_typed(void **state)
{
    (void)state;
    MI_Operation operation;
    MI_Boolean more = MI_TRUE;
    size_t count = 0;
    start_host("normal");
    MI_Class *schema = fetch_class("root/cimv2", PROCESSOR);
    MI_Session_EnumerateInstances(&session, 0, NULL, "root/cimv2", PROCESSOR, MI_FALSE, NULL,
                                  &operation);
    assert_refused(&operation, schema);
    while (more) {
        const MI_Instance *instance = NULL;
        MI_Operation_GetInstance(&operation, &instance, &more, NULL, NULL, NULL);
        MI_Result result = CollectdMI_Operation_ApplyClass(&operation, schema, NULL);
        assert_int_equal(result, instance != NULL ? MI_RESULT_OK : MI_RESULT_INVALID_PARAMETER);
        assert_true(instance == NULL || is_typed(instance));
        count += instance != NULL;
    }
    assert_true(count > 1);
    MI_Operation_Close(&operation);
    MI_Class_Delete(schema);
    MI_Session_Close(&session, NULL, NULL);
}

struct typist {
    sem_t called;
    const MI_Class *schema;
    MI_OperationCallback_Acknowledge acknowledge;
    const MI_Instance *instance;
    size_t typed, failed;
    MI_Boolean more;
};

static void type_it(MI_Operation *operation, void *context, const MI_Instance *instance,
                    MI_Boolean more, MI_Result result, const MI_Char *message,
                    const MI_Instance *details, MI_OperationCallback_Acknowledge acknowledge)
{
    struct typist *typist = context;
    (void)result, (void)message, (void)details;
    if (acknowledge == NULL) {
        MI_Result applied = CollectdMI_Operation_ApplyClass(operation, typist->schema, NULL);
        typist->failed +=
            applied != (instance != NULL ? MI_RESULT_OK : MI_RESULT_INVALID_PARAMETER);
        typist->typed += instance != NULL && is_typed(instance);
    }
    typist->acknowledge = acknowledge;
    typist->instance = instance;
    typist->more = more;
    if (acknowledge != NULL || !more)
        sem_post(&typist->called);
}

static void callbacks_type_what_they_are_given(void **state)
{
    (void)state;
    struct typist typist = {.more = MI_TRUE};
    MI_OperationCallbacks callbacks = {.callbackContext = &typist, .instanceResult = type_it};
    MI_Operation operation;
    sem_init(&typist.called, 0, 0);
    start_host("normal");
    MI_Class *schema = fetch_class("root/cimv2", PROCESSOR);
    typist.schema = schema;
    start_get(&callbacks, &operation);
    sem_wait(&typist.called);
    assert_int_equal(typist.typed, 1);
    MI_Operation_Close(&operation);
    MI_Session_EnumerateInstances(&session, 0, NULL, "root/cimv2", PROCESSOR, MI_FALSE, &callbacks,
                                  &operation);
    sem_wait(&typist.called);
    assert_true(typist.typed > 2);
    /* Its results are the network thread's. */
    assert_refused(&operation, schema);
    MI_Operation_Close(&operation);
    MI_Session_EnumerateInstances(&session, 0, NULL, "root/cimv2", "Win32_Nothing", MI_FALSE,
                                  &callbacks, &operation);
    sem_wait(&typist.called);
    assert_int_equal(typist.failed, 0);
    MI_Operation_Close(&operation);
    sem_destroy(&typist.called);
    MI_Class_Delete(schema);
    MI_Session_Close(&session, NULL, NULL);
}

static void what_awaits_its_acknowledgement_is_typed_by_another_thread(void **state)
{
    (void)state;
    struct typist typist = {.more = MI_TRUE};
    MI_OperationCallbacks callbacks = {.callbackContext = &typist, .instanceResult = type_it};
    MI_Operation operation;
    size_t count = 0;
    sem_init(&typist.called, 0, 0);
    start_host("normal");
    MI_Class *schema = fetch_class("root/cimv2", PROCESSOR);
    MI_Session_EnumerateInstances(&session, MI_OPERATIONFLAGS_MANUAL_ACK_RESULTS, NULL,
                                  "root/cimv2", PROCESSOR, MI_FALSE, &callbacks, &operation);
    for (;;) {
        sem_wait(&typist.called);
        if (typist.instance != NULL) {
            assert_false(is_typed(typist.instance));
            assert_int_equal(CollectdMI_Operation_ApplyClass(&operation, schema, NULL),
                             MI_RESULT_OK);
            assert_true(is_typed(typist.instance));
            count++;
        }
        if (!typist.more)
            break;
        assert_int_equal(typist.acknowledge(&operation), MI_RESULT_OK); /* then it is not ours */
    }
    assert_true(count > 1);
    MI_Operation_Close(&operation);
    sem_destroy(&typist.called);
    MI_Class_Delete(schema);
    MI_Session_Close(&session, NULL, NULL);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_class_lives_as_long_as_its_operation_and_a_clone_longer),
        TEST(a_callback_gets_the_class_once),
        TEST(one_verb_does_not_fetch_what_another_brings),
        TEST(a_class_that_does_not_come_has_its_result_and_sentence),
        TEST(another_class_than_was_asked_for_is_not_used),
        TEST(every_simulated_class_types_its_instances),
        TEST(a_schema_that_lies_makes_no_wrong_number),
        TEST(a_result_is_typed_where_it_lies),
        TEST(what_was_not_handed_out_is_not_typed),
        TEST(one_instance_after_another_is_typed),
        TEST(callbacks_type_what_they_are_given),
        TEST(what_awaits_its_acknowledgement_is_typed_by_another_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
