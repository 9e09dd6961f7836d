/* SPDX-License-Identifier: MIT */
/* tests/example/get_instance.c, written from Microsoft's pages, runs as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/script.h"

static const char envelope[] =
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>"
    "<p:Win32_LogicalDisk xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
    "Win32_LogicalDisk\"><p:DeviceID>C:</p:DeviceID><p:FreeSpace>840649814016</p:FreeSpace>"
    "<p:Size>999650488320</p:Size></p:Win32_LogicalDisk></s:Body></s:Envelope>";

/* What the example prints, run against the script. */
static void run_example(struct script *script, char *output, size_t size)
{
    const char *build = getenv("MI_BUILD");
    char command[1024];
    snprintf(command, sizeof command, "'%s/tests/example/get_instance' 127.0.0.1 %u monitor secret",
             build != NULL ? build : ".", script_port(script));
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t count = fread(output, 1, size - 1, pipe);
    output[count] = '\0';
    assert_int_equal(pclose(pipe), 0);
}

static void the_example_prints_both_results_over_one_connection(void **state)
{
    (void)state;
    char output[1024];
    char *reply = script_reply("HTTP/1.1 200 ",
                               "Content-Type: application/soap+xml;charset=UTF-8\r\n", envelope);
    struct script_step steps[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply}, {.op = SCRIPT_AGAIN}};
    struct script_talk talk = {steps, 3};
    struct script_options options = {.talks = &talk, .talk_count = 1};
    struct script *script = script_start(&options);
    assert_non_null(script);
    run_example(script, output, sizeof output);
    assert_string_equal(output, "synchronous: Size 999650488320\n"
                                "asynchronous: FreeSpace 840649814016\n");
    assert_int_equal(script_connection_count(script), 1);
    script_stop(script);
    free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_prints_both_results_over_one_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
