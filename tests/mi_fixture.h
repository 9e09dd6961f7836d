/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the MI API share: an application whose clock is turned by hand, a scripted
 * server, a session to it with Basic, and the key of one disk. Main thread.
 */
#ifndef MI_FIXTURE_H
#define MI_FIXTURE_H

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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
    (void)state;
    MI_Instance_Delete(bench.key);
    assert_int_equal(MI_Application_Close(&bench.application), MI_RESULT_OK);
    script_stop(bench.script);
    free(bench.reply);
    return 0;
}

static inline void serve(const struct script_step *steps, size_t count)
{
    struct script_talk talk = {steps, count};
    struct script_options options = {.talks = &talk, .talk_count = 1, .repeat_last = true};
    bench.script = script_start(&options);
    assert_non_null(bench.script);
}

static inline void serve_reply(const char *status_line, const char *headers, const char *body)
{
    bench.reply = script_reply(status_line, headers, body);
    static struct script_step steps[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY}, {.op = SCRIPT_AGAIN}};
    steps[1].bytes = bench.reply;
    serve(steps, 3);
}

static inline void serve_mute(void)
{
    static const struct script_step steps[] = {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG}};
    serve(steps, 2);
}

static inline void new_options(MI_DestinationOptions *options, MI_Boolean privacy)
{
    MI_UserCredentials user = {MI_AUTH_TYPE_BASIC, {{NULL, "monitor", "secret"}}};
    assert_int_equal(MI_Application_NewDestinationOptions(&bench.application, options),
                     MI_RESULT_OK);
    MI_DestinationOptions_SetTransport(options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(options, bench.script ? script_port(bench.script) : 9);
    MI_DestinationOptions_SetPacketPrivacy(options, privacy);
    assert_int_equal(MI_DestinationOptions_AddDestinationCredentials(options, &user), MI_RESULT_OK);
}

static inline void open_session(MI_Boolean privacy)
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

static inline void get(MI_Operation *operation, const char *name_space, struct answer *answer)
{
    MI_Boolean more = MI_TRUE;
    *answer = (struct answer){.result = MI_RESULT_OK};
    MI_Session_GetInstance(&bench.session, 0, NULL, name_space, bench.key, NULL, operation);
    assert_int_equal(MI_Operation_GetInstance(operation, &answer->instance, &more, &answer->result,
                                              &answer->message, &answer->details),
                     MI_RESULT_OK);
    assert_int_equal(more, MI_FALSE);
}

static inline MI_Uint32 detail(const struct answer *answer, const char *name)
{
    MI_Value value;
    assert_non_null(answer->details);
    assert_int_equal(MI_Instance_GetElement(answer->details, name, &value, NULL, NULL, NULL),
                     MI_RESULT_OK);
    return value.uint32;
}

#define MI_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
