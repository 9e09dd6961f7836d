/* SPDX-License-Identifier: MIT */
/* The simulated host's own proof: access, modes, counts and the process, seen by a client that
 * shares no code with it. */
#include "sim/client.h"
#include "sim/process.h"

#include <libxml/parser.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <unistd.h>
#include <cmocka.h>

#define NS_WMI "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
#define OS     .class_name = "Win32_OperatingSystem"

/* One simhost for all tests that need nothing special, and a client on it. */
struct rig {
    struct sim_process process;
    struct sim_client client;
    char folder[64];
};

static void file_write(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void start(struct sim_process *process, const char *const *arguments)
{
    int status = 0;
    if (sim_process_start(process, arguments, &status) != 0)
        fail_msg("simhost did not start (exit %d)", status);
}

static int rig_open(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    static char password[128];
    snprintf(rig->folder, sizeof(rig->folder), "/tmp/test_sim.XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    file_write(rig->folder, "password", "pass word\r\nnot this\n");
    snprintf(password, sizeof(password), "%s/password", rig->folder);
    const char *const arguments[] = {
        "--user",  "CORP\\monitor",     "--password-file", password, "--offer", "Negotiate",
        "--offer", "Kerberos",          "--unencrypted",   "yes",    "--host",  "web01",
        "--host",  "web02.example.com", "--host",          "odd",    "--hosts", "fleet:3=fault=5",
        NULL};
    start(&rig->process, arguments);
    assert_int_equal(sim_client_open(&rig->client, rig->process.port), 0);
    rig->client.user = "CORP\\monitor";
    rig->client.password = "pass word";
    *state = rig;
    return 0;
}

static int rig_close(void **state)
{
    struct rig *rig = *state;
    char path[128];
    sim_client_close(&rig->client);
    int status = sim_process_stop(&rig->process);
    snprintf(path, sizeof(path), "%s/password", rig->folder);
    unlink(path);
    rmdir(rig->folder);
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

/* ---- HTTP and access ---- */

static void without_good_credentials_every_scheme_is_named_and_the_connection_closed(void **state)
{
    struct rig *rig = *state;
    static const char *const pairs[][2] = {{NULL, NULL},
                                           {"CORP\\monitor", "wrong"},
                                           {"other", "pass word"},
                                           {"CORP\\monitor", "pass word\r"}};
    for (size_t i = 0; i < 4; i++) {
        struct sim_result result;
        rig->client.user = pairs[i][0];
        rig->client.password = pairs[i][1];
        GET(rig, "web01", &result, OS);
        assert_int_equal(result.status, 401);
        assert_true(has_line(result.headers, "WWW-Authenticate: Negotiate"));
        assert_true(has_line(result.headers, "WWW-Authenticate: Kerberos"));
        assert_true(has_line(result.headers, "WWW-Authenticate: Basic realm=\"WSMAN\""));
        assert_true(has_line(result.headers, "Connection: close"));
        assert_int_equal(result.body_size, 0);
        sim_result_free(&result);
    }
    rig->client.user = "corp\\Monitor"; /* account names have no case */
    rig->client.password = "pass word";
    struct sim_result result;
    GET(rig, "web01", &result, OS);
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
    rig->client.user = "CORP\\monitor";
}

static void other_paths_hosts_types_and_sizes_get_an_empty_answer(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    GET(rig, "nobody", &result, OS);
    assert_int_equal(result.status, 404);
    assert_int_equal(result.body_size, 0);
    sim_result_free(&result);
    sim_client_prepare(&rig->client, "web01", "text/xml", "x", 1, &result);
    sim_client_perform(&rig->client, &result);
    assert_int_equal(result.status, 415);
    sim_result_free(&result);
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/wsman/", rig->process.port);
    sim_client_prepare(&rig->client, "web01", NULL, "x", 1, &result);
    curl_easy_setopt(rig->client.curl, CURLOPT_URL, url);
    sim_client_perform(&rig->client, &result);
    assert_int_equal(result.status, 404);
    sim_result_free(&result);
    char *large = calloc(1, 600000);
    memset(large, ' ', 600000);
    sim_client_prepare(&rig->client, "web01", NULL, large, 600000, &result);
    sim_client_perform(&rig->client, &result);
    assert_int_equal(result.status, 413);
    sim_result_free(&result);
    free(large);
}

/* ---- modes ---- */

static void each_mode_does_what_it_says(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    mode_set(rig, "odd", "status=503");
    GET(rig, "odd", &result, OS);
    assert_int_equal(result.status, 503);
    assert_int_equal(result.body_size, 0);
    sim_result_free(&result);
    mode_set(rig, "odd", "unauthorized");
    GET(rig, "odd", &result, OS);
    assert_int_equal(result.status, 401);
    sim_result_free(&result);
    mode_set(rig, "odd", "garbage");
    GET(rig, "odd", &result, OS);
    assert_int_equal(result.status, 200);
    assert_null(result.doc);
    sim_result_free(&result);
    mode_set(rig, "odd", "derived=Sim_Derived");
    GET(rig, "odd", &result, OS);
    assert_string_equal((const char *)sim_result_instance(&result)->ns->href, NS_WMI "Sim_Derived");
    sim_result_free(&result);
    mode_set(rig, "odd", "null");
    GET(rig, "odd", &result, OS);
    assert_null(strstr(result.body, "Datetime>"));
    assert_non_null(strstr(result.body, "<p:Caption xsi:nil=\"true\"/>"));
    assert_string_equal(sim_result_text(&result, "Version"), "");
    sim_result_free(&result);
    mode_set(rig, "odd", "slow=1,fault=0x80041010");
    GET(rig, "odd", &result, OS);
    assert_int_equal(sim_result_fault(&result), 0x80041010);
    sim_result_free(&result);
    mode_set(rig, "odd", "stalled");
    GET(rig, "odd", &result, OS, .timeout = "PT0.010S");
    assert_int_equal(sim_result_fault(&result), 0x80338029);
    sim_result_free(&result);
}

static void a_closing_host_drops_the_connection_and_a_cutting_one_stops_in_the_middle(void **state)
{
    struct rig *rig = *state;
    struct sim_result result;
    mode_set(rig, "odd", "close");
    sim_client_get(&rig->client, "odd", &(struct sim_get){OS}, &result);
    assert_int_equal(result.code, CURLE_GOT_NOTHING);
    sim_result_free(&result);
    mode_set(rig, "odd", "cut=700");
    sim_client_get(&rig->client, "odd", &(struct sim_get){OS}, &result);
    assert_int_equal(result.code, CURLE_PARTIAL_FILE);
    assert_int_equal(result.body_size, 700);
    assert_null(strstr(result.headers, "Content-Length: 700"));
    sim_result_free(&result);
}

/* Sends a request on a socket of its own and leaves it waiting. */
static int request_leave(struct rig *rig, const char *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)rig->process.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char request[256];
    int size = snprintf(request, sizeof(request),
                        "POST /wsman HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", host);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(send(fd, request, (size_t)size, 0), size);
    return fd;
}

/* Asks for a count until it is as wanted: the other side needs no clock, only its turn. */
static void stat_await(struct rig *rig, const char *host, const char *name, uint64_t wanted)
{
    for (int i = 0; i < 100000; i++) {
        if (sim_client_stat(&rig->client, host, name) == wanted)
            return;
    }
    fail_msg("%s of %s never became %lu", name, host, (unsigned long)wanted);
}

static void waiting_hosts_hold_nobody_up_and_their_clients_may_leave(void **state)
{
    struct rig *rig = *state;
    static const char *const modes[] = {"mute", "slow=3600000"};
    for (size_t i = 0; i < 2; i++) {
        struct sim_result result;
        mode_set(rig, "odd", modes[i]);
        int first = request_leave(rig, "odd"), second = request_leave(rig, "odd");
        stat_await(rig, "odd", "in_flight", 2);
        GET(rig, "web01", &result, OS);
        assert_int_equal(result.status, 200);
        sim_result_free(&result);
        close(first);
        stat_await(rig, "odd", "in_flight", 1);
        struct pollfd waiting = {.fd = second, .events = POLLIN};
        assert_int_equal(poll(&waiting, 1, 0), 0);
        close(second);
        stat_await(rig, "odd", "in_flight", 0);
    }
    assert_int_equal(sim_client_stat(&rig->client, "odd", "in_flight_peak"), 2);
}

/* ---- counts, control ---- */

static void connections_are_counted_once_for_each_host_they_serve(void **state)
{
    struct rig *rig = *state;
    struct sim_client client = rig->client;
    struct sim_result result;
    assert_int_equal(sim_client_open(&client, rig->process.port), 0);
    client.user = rig->client.user;
    client.password = rig->client.password;
    uint64_t before = sim_client_stat(&rig->client, "fleet1", "connections");
    assert_int_equal(before, 0);
    for (int i = 0; i < 50; i++) {
        sim_client_get(&client, i % 2 == 0 ? "fleet1" : "fleet2", &(struct sim_get){OS}, &result);
        assert_int_equal(result.connects, i == 0 ? 1 : 0);
        assert_int_equal(sim_result_fault(&result), 5);
        sim_result_free(&result);
    }
    assert_int_equal(sim_client_stat(&rig->client, "fleet1", "connections"), 1);
    assert_int_equal(sim_client_stat(&rig->client, "fleet2", "connections"), 1);
    assert_int_equal(sim_client_stat(&rig->client, "fleet1", "requests"), 25);
    assert_int_equal(sim_client_stat(&rig->client, "fleet1", "faults"), 25);
    assert_int_equal(sim_client_stat(&rig->client, "fleet3", "requests"), 0);
    sim_client_close(&client);
}

static void control_refuses_what_it_does_not_understand(void **state)
{
    struct rig *rig = *state;
    static const struct {
        bool post;
        const char *path;
        long status;
    } calls[] = {
        {true, "host/odd/mode?set=loud", 400},
        {true, "host/odd/mode?set=slow", 400},
        {true, "host/odd/mode?set=cut=-1", 400},
        {true, "host/odd/mode", 400},
        {true, "host/nobody/mode?set=mute", 404},
        {true, "host/odd/mode?set=replay", 409},
        {true, "clock?advance=-1", 400},
        {true, "clock", 400},
        {false, "nothing", 404},
        {false, "stats?host=nobody", 404},
        {false, "stats?host=odd", 200},
        {false, "clock", 200},
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        struct sim_result result;
        sim_client_control(&rig->client, calls[i].post, calls[i].path, &result);
        if (result.status != calls[i].status)
            fail_msg("%s: %ld %s", calls[i].path, result.status, result.body);
        sim_result_free(&result);
    }
}

/* ---- the process ---- */

static void more_connections_than_the_librarys_default_are_served(void **state)
{
    (void)state;
    enum { MANY = 1500 };
    static int fds[MANY];
    struct rig rig = {0};
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < MANY + 100)
        skip();
    start(&rig.process, (const char *const[]){"--any-host", NULL});
    assert_int_equal(sim_client_open(&rig.client, rig.process.port), 0);
    struct sim_result result;
    sim_client_control(&rig.client, true, "host/m1/mode?set=mute", &result);
    sim_result_free(&result);
    for (int i = 0; i < MANY; i++)
        fds[i] = request_leave(&rig, "m1");
    stat_await(&rig, "m1", "in_flight", MANY);
    GET(&rig, "new.example.com", &result, OS);
    assert_string_equal(sim_result_text(&result, "CSName"), "NEW");
    sim_result_free(&result);
    sim_client_close(&rig.client);
    assert_int_equal(sim_process_stop(&rig.process), 0); /* with all of them still waiting */
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
}

static void it_speaks_https(void **state)
{
    struct rig *shared = *state;
    char command[512], cert[128], key[128];
    snprintf(cert, sizeof(cert), "%s/cert", shared->folder);
    snprintf(key, sizeof(key), "%s/key", shared->folder);
    snprintf(command, sizeof(command),
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
             "/CN=sim "
             "-addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null",
             key, cert);
    if (system(command) != 0)
        skip();
    struct rig rig = {0};
    struct sim_result result;
    start(&rig.process,
          (const char *const[]){"--host", "web01", "--tls-cert", cert, "--tls-key", key, NULL});
    assert_int_equal(sim_client_open(&rig.client, rig.process.port), 0);
    rig.client.ca_file = cert;
    GET(&rig, "web01", &result, OS);
    assert_int_equal(result.status, 200);
    sim_result_free(&result);
    sim_client_close(&rig.client);
    assert_int_equal(sim_process_stop(&rig.process), 0);
    unlink(cert);
    unlink(key);
}

static void it_ends_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    pid_t grandchild = 0;
    assert_int_equal(pipe(ends), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t child = fork();
    if (child == 0) {
        struct sim_process process = {0};
        if (sim_process_start(&process, (const char *const[]){"--any-host", NULL}, NULL) != 0)
            _exit(1);
        _exit(write(ends[1], &process.pid, sizeof(process.pid)) != sizeof(process.pid));
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
    close(ends[0]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(waitpid(grandchild, &status, 0),
                     grandchild); /* inherited by us, the subreaper */
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void bad_command_lines_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[4];
        int status;
    } lines[] = {
        {{"--listen", "0.0.0.0:0", NULL}, 64},
        {{"--listen", "192.0.2.1:0", NULL}, 64},
        {{"--host", "a=loud", NULL}, 64},
        {{"--hosts", "a:0", NULL}, 64},
        {{"--user", "u", NULL}, 64},
        {{"extra", NULL}, 64},
        {{"--tls-cert", "/nonexistent", NULL}, 64},
        {{"--epoch", "yesterday", NULL}, 64},
        {{"--host", "a=replay", NULL}, 77},
        {{"--clock", "broken", NULL}, 64},
    };
    fflush(stdout);
    int saved = dup(STDERR_FILENO); /* its complaints are expected */
    assert_non_null(freopen("/dev/null", "w", stderr));
    int got[sizeof(lines) / sizeof(lines[0])];
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct sim_process process;
        got[i] = 0;
        sim_process_start(&process, lines[i].arguments, &got[i]);
    }
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (got[i] != lines[i].status)
            fail_msg("%s %s: %d", lines[i].arguments[0], lines[i].arguments[1], got[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_good_credentials_every_scheme_is_named_and_the_connection_closed),
        cmocka_unit_test(other_paths_hosts_types_and_sizes_get_an_empty_answer),
        cmocka_unit_test(each_mode_does_what_it_says),
        cmocka_unit_test(a_closing_host_drops_the_connection_and_a_cutting_one_stops_in_the_middle),
        cmocka_unit_test(waiting_hosts_hold_nobody_up_and_their_clients_may_leave),
        cmocka_unit_test(connections_are_counted_once_for_each_host_they_serve),
        cmocka_unit_test(control_refuses_what_it_does_not_understand),
        cmocka_unit_test(more_connections_than_the_librarys_default_are_served),
        cmocka_unit_test(it_speaks_https),
        cmocka_unit_test(it_ends_with_its_parent),
        cmocka_unit_test(bad_command_lines_are_refused),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests(tests, rig_open, rig_close);
    curl_global_cleanup();
    xmlCleanupParser();
    return failed;
}
