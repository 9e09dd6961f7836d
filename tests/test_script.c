/* SPDX-License-Identifier: MIT */
/* The scripted raw-byte server, seen by plain sockets. */
#include "sim/script.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define REQUEST                                                                  \
    "POST /wsman HTTP/1.1\r\nHost: x\r\ncontent-LENGTH: 42\r\n\r\n<a:MessageID " \
    "s:x=\"1\">uuid:42</a:MessageID>"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TALK(steps)  (&(struct script_talk){steps, COUNT(steps)})

static struct script *start(const struct script_talk *talks, size_t count, bool repeat_last)
{
    struct script *script = script_start(
        &(struct script_options){.talks = talks, .talk_count = count, .repeat_last = repeat_last});
    assert_non_null(script);
    return script;
}

static int connected(const struct script *script)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)script_port(script)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Reads until size bytes or the end; returns the text, which lives until the next call. */
static const char *hear(int fd, size_t size)
{
    static char text[65536];
    size_t got = 0;
    ssize_t piece = 1;
    while (got < size && (piece = recv(fd, text + got, size - got, 0)) > 0)
        got += (size_t)piece;
    text[got] = '\0';
    return text;
}

static void hear_all(int fd, const char *text)
{
    assert_string_equal(hear(fd, strlen(text)), text);
}

static void a_request_is_recorded_whole_and_answered_with_these_bytes(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok";
    static const struct script_step steps[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_SEND, .bytes = answer}, {.op = SCRIPT_CLOSE}};
    struct script *script = start(TALK(steps), 1, false);
    int fd = connected(script);
    say(fd, "POST /wsman HTTP/1.1\r\nContent-Length: 5\r\n\r\n12");
    assert_int_equal(script_request_count(script), 0);
    say(fd, "345");
    assert_string_equal(hear(fd, 1000), answer);
    size_t size = 0, connection = 9;
    char *request = script_request(script, 0, &size, &connection);
    assert_string_equal(request, "POST /wsman HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345");
    assert_int_equal(size, strlen(request));
    assert_int_equal(connection, 0);
    assert_null(script_request(script, 1, NULL, NULL));
    free(request);
    close(fd);
    script_stop(script);
}

static void placeholders_are_filled_in(void **state)
{
    (void)state;
    char *reply = script_reply("HTTP/1.1 200 ", "Server: x\r\n", "<r>@RELATES_TO@</r>");
    const struct script_step steps[] = {
        {.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply}, {.op = SCRIPT_AGAIN}};
    struct script *script = start(TALK(steps), 1, false);
    int fd = connected(script);
    for (int i = 0; i < 3;
         i++) { /* two of them together: what follows a request is kept for the next EXPECT */
        say(fd, i == 1 ? REQUEST REQUEST : i == 0 ? REQUEST : "");
        hear_all(fd, "HTTP/1.1 200 \r\nServer: x\r\nContent-Length: 14\r\n\r\n<r>uuid:42</r>");
    }
    assert_int_equal(script_request_count(script), 3);
    assert_int_equal(script_connection_count(script), 1);
    close(fd);
    script_stop(script);
    free(reply);
}

static void a_limit_cuts_a_reply_after_it_was_filled_in(void **state)
{
    (void)state;
    char *reply = script_reply("HTTP/1.1 200 ", "", "0123456789");
    const struct script_step steps[] = {{.op = SCRIPT_EXPECT},
                                        {.op = SCRIPT_REPLY, .bytes = reply, .limit_bytes = 41},
                                        {.op = SCRIPT_CLOSE}};
    struct script *script = start(TALK(steps), 1, false);
    int fd = connected(script);
    say(fd, REQUEST);
    assert_string_equal(hear(fd, 1000), "HTTP/1.1 200 \r\nContent-Length: 10\r\n\r\n0123");
    close(fd);
    script_stop(script);
    free(reply);
}

static void drips_arrive_complete_and_binary(void **state)
{
    (void)state;
    static char bytes[20000];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7);
    const struct script_step steps[] = {
        {.op = SCRIPT_SEND, .bytes = bytes, .size = sizeof(bytes), .drip_bytes = 3},
        {.op = SCRIPT_CLOSE}};
    struct script *script = start(TALK(steps), 1, false);
    int fd = connected(script);
    assert_memory_equal(hear(fd, sizeof(bytes)), bytes, sizeof(bytes));
    close(fd);
    script_stop(script);
}

static void a_reset_is_a_reset(void **state)
{
    (void)state;
    static const struct script_step steps[] = {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_RESET}};
    struct script *script = start(TALK(steps), 1, false);
    int fd = connected(script);
    char byte;
    say(fd, REQUEST);
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(script_await_ends(script, 1), 0);
    close(fd);
    script_stop(script);
}

static void each_connection_follows_its_own_talk(void **state)
{
    (void)state;
    static const struct script_step closing[] = {{.op = SCRIPT_CLOSE}};
    static const struct script_step greeting[] = {{.op = SCRIPT_SEND, .bytes = "hello"},
                                                  {.op = SCRIPT_CLOSE}};
    const struct script_talk talks[] = {{closing, 1}, {greeting, 2}};
    for (int repeat = 0; repeat < 2; repeat++) {
        struct script *script = start(talks, 2, repeat == 1);
        for (int i = 0; i < 4; i++) {
            int fd = connected(script);
            assert_string_equal(hear(fd, 100), i == 1 || (i > 1 && repeat == 1) ? "hello" : "");
            close(fd);
        }
        assert_int_equal(script_connection_count(script), 4);
        assert_int_equal(script_await_ends(script, 4), 0);
        script_stop(script);
    }
}

static void a_mute_server_stops_at_once_and_sees_its_client_leave(void **state)
{
    (void)state;
    static const struct script_step hanging[] = {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG}};
    static const struct script_step waiting[] = {{.op = SCRIPT_EXPECT}};
    const struct script_talk talks[] = {{hanging, 2}, {waiting, 1}};
    struct script *script = start(talks, 2, true);
    int first = connected(script), second = connected(script), third = connected(script);
    say(first, REQUEST);
    say(second, REQUEST);
    assert_int_equal(script_await_requests(script, 2), 0);
    assert_int_equal(script_await_connections(script, 3), 0);
    char byte;
    assert_int_equal(recv(first, &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(recv(second, &byte, 1, MSG_DONTWAIT), -1);
    say(first, "ignored"); /* more than the script expects is read and dropped */
    close(first);
    assert_int_equal(script_await_ends(script, 1), 0);
    script_stop(script);
    assert_int_equal(recv(second, &byte, 1, 0), 0);
    close(second);
    close(third);
}

static void a_client_that_does_not_read_holds_nothing_up(void **state)
{
    (void)state;
    enum { LARGE = 32 << 20 };
    char *large = malloc(LARGE);
    assert_non_null(large);
    memset(large, 'x', LARGE);
    const struct script_step flood[] = {{.op = SCRIPT_SEND, .bytes = large, .size = LARGE}};
    static const struct script_step greeting[] = {{.op = SCRIPT_SEND, .bytes = "hello"}};
    const struct script_talk talks[] = {{flood, 1}, {greeting, 1}};
    struct script *script = start(talks, 2, false);
    int first = connected(script), second = connected(script);
    hear_all(second, "hello");
    script_stop(script);
    close(first);
    close(second);
    free(large);
}

static void it_listens_on_ipv6_when_asked(void **state)
{
    (void)state;
    static const struct script_step greeting[] = {{.op = SCRIPT_SEND, .bytes = "hello"},
                                                  {.op = SCRIPT_CLOSE}};
    struct script *script = script_start(
        &(struct script_options){.talks = TALK(greeting), .talk_count = 1, .ipv6 = true});
    if (script == NULL)
        skip(); /* a machine without ::1 */
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)script_port(script)),
                                   .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_string_equal(hear(fd, 100), "hello");
    close(fd);
    script_stop(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_recorded_whole_and_answered_with_these_bytes),
        cmocka_unit_test(placeholders_are_filled_in),
        cmocka_unit_test(a_limit_cuts_a_reply_after_it_was_filled_in),
        cmocka_unit_test(drips_arrive_complete_and_binary),
        cmocka_unit_test(a_reset_is_a_reset),
        cmocka_unit_test(each_connection_follows_its_own_talk),
        cmocka_unit_test(a_mute_server_stops_at_once_and_sees_its_client_leave),
        cmocka_unit_test(a_client_that_does_not_read_holds_nothing_up),
        cmocka_unit_test(it_listens_on_ipv6_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
