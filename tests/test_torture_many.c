/* SPDX-License-Identifier: MIT */
/*
 * Many operations: random ones from several threads at once, and ten thousand that are refused or
 * time out, after which the process holds what it held before. MI_TORTURE_MANY: how many instead of
 * 10,000 (2,000 under a sanitizer); MI_TORTURE_SEED: another course of the random ones.
 */
#include "torture_fixture.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "closed_port.h"
#include "fake_clock.h"
#include "live_blocks.h"

#if IS_SANITIZED
#define MANY "2000"
#else
#define MANY "10000"
#endif

static unsigned long number_of(const char *variable, const char *otherwise)
{
    const char *text = getenv(variable);
    return strtoul(text != NULL ? text : otherwise, NULL, 10);
}

/* --- ten thousand failures --- */

#define SESSIONS 100

struct crowd {
    struct fake_clock clock;
    MI_Application application;
    MI_Instance *key;
    MI_Session sessions[SESSIONS];
    MI_Operation operations[SESSIONS];
    struct watcher watchers[SESSIONS];
};

static void gather(struct crowd *crowd, unsigned port)
{
    struct target target = {.port = port, .timeout_ms = 1000};
    fake_clock_init(&crowd->clock);
    assert_int_equal(mi_application_initialize(&crowd->clock.clock, NULL, &crowd->application),
                     MI_RESULT_OK);
    crowd->key = new_key(&crowd->application, "C:");
    for (size_t i = 0; i < SESSIONS; i++)
        crowd->sessions[i] = open_session(&crowd->application, &target);
}

static void disperse(struct crowd *crowd)
{
    for (size_t i = 0; i < SESSIONS; i++)
        assert_int_equal(MI_Session_Close(&crowd->sessions[i], NULL, NULL), MI_RESULT_OK);
    MI_Instance_Delete(crowd->key);
    assert_int_equal(MI_Application_Close(&crowd->application), MI_RESULT_OK);
}

static void start_all(struct crowd *crowd)
{
    for (size_t i = 0; i < SESSIONS; i++) {
        watcher_init(&crowd->watchers[i]);
        start_get(&crowd->sessions[i], crowd->key, &crowd->watchers[i], &crowd->operations[i]);
    }
}

static void end_all(struct crowd *crowd, const char *sentence)
{
    for (size_t i = 0; i < SESSIONS; i++) {
        struct watcher *watcher = &crowd->watchers[i];
        wait_on(&watcher->called);
        assert_int_equal(MI_Operation_Close(&crowd->operations[i]), MI_RESULT_OK);
        assert_int_equal(watcher->calls, 1);
        assert_int_equal(watcher->result, MI_RESULT_FAILED);
        if (strstr(watcher->message, sentence) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", watcher->message, sentence);
    }
}

/* So many operations of new sessions of a new application against a port that refuses. */
static void be_refused(unsigned long number)
{
    static struct crowd crowd;
    unsigned port = 0;
    int held = closed_port_hold(&port);
    assert_true(held >= 0);
    gather(&crowd, port);
    for (unsigned long done = 0; done < number; done += SESSIONS) {
        start_all(&crowd);
        end_all(&crowd, "connection refused");
    }
    disperse(&crowd);
    close(held);
}

/* Against a host that takes the request and says nothing; the clock is turned by hand. */
static void time_out(unsigned long number)
{
    static struct crowd crowd;
    struct script_step steps[MAX_STEPS];
    struct script *script = SERVE(steps, {.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG});
    gather(&crowd, script_port(script));
    for (unsigned long done = 0; done < number; done += SESSIONS) {
        start_all(&crowd);
        assert_int_equal(script_await_requests(script, done + SESSIONS), 0);
        fake_clock_advance_ms(&crowd.clock, 1000);
        mi_application_wake(&crowd.application);
        end_all(&crowd, "connected, but no reply within 1.000 s");
        assert_int_equal(script_await_ends(script, done + SESSIONS), 0); /* each was dropped */
    }
    disperse(&crowd);
    script_stop(script);
}

static void after_so_many(void (*run)(unsigned long number))
{
    unsigned long number = number_of("MI_TORTURE_MANY", MANY);
    run(SESSIONS); /* the libraries keep what they need once */
    struct holdings before = look_at_holdings();
    long blocks = live_blocks();
    run(number);
    assert_nothing_more_is_held(before);
    print_message("# %lu operations, %ld blocks of memory before, %ld after\n", number, blocks,
                  live_blocks());
    assert_int_equal(live_blocks(), blocks);
}

static void ten_thousand_refused_connections_leave_nothing_behind(void **state)
{
    (void)state;
    after_so_many(be_refused);
}

static void ten_thousand_timeouts_leave_nothing_behind(void **state)
{
    (void)state;
    after_so_many(time_out);
}

/* --- random ones --- */

#define THREADS         6
#define PLACES          64
#define HOSTS           8
#define STARTS_PER_MANY 2 /* operations started: half of MI_TORTURE_MANY */
#define MOST_STARTS     100000

/* Handles that all threads use: one struct must not be written while another thread reads it, so
 * each takes a copy. */
struct table {
    MI_Application application;
    const MI_Instance *key;
    unsigned ports[HOSTS];
    int held[HOSTS];      /* of those that are no host; -1 */
    pthread_mutex_t lock; /* what follows */
    MI_Session sessions[HOSTS];
    MI_Operation operations[PLACES];
    struct watcher *watchers;
    size_t started, starts;
};

struct player {
    struct table *table;
    uint64_t random;
    pthread_t thread;
};

/* xorshift64: the same course for the same seed, as far as threads allow that. */
static unsigned draw(struct player *player, unsigned below)
{
    player->random ^= player->random << 13;
    player->random ^= player->random >> 7;
    player->random ^= player->random << 17;
    return (unsigned)(player->random >> 33) % below;
}

static MI_Session session_at(struct table *table, unsigned host)
{
    pthread_mutex_lock(&table->lock);
    MI_Session session = table->sessions[host];
    pthread_mutex_unlock(&table->lock);
    return session;
}

static MI_Operation exchange(struct table *table, unsigned place, const MI_Operation *operation)
{
    pthread_mutex_lock(&table->lock);
    MI_Operation before = table->operations[place];
    if (operation != NULL)
        table->operations[place] = *operation;
    pthread_mutex_unlock(&table->lock);
    return before;
}

/* The final call may come on this thread already, where the session is closed. */
static void start_one(struct player *player)
{
    struct table *table = player->table;
    MI_Session session = session_at(table, draw(player, HOSTS));
    MI_Operation operation;
    pthread_mutex_lock(&table->lock);
    struct watcher *watcher =
        table->started < table->starts ? &table->watchers[table->started++] : NULL;
    pthread_mutex_unlock(&table->lock);
    if (watcher == NULL)
        return;
    watcher_init(watcher);
    start_get(&session, table->key, watcher, &operation);
    MI_Operation before = exchange(table, draw(player, PLACES), &operation);
    MI_Operation_Close(&before);
}

static void fetch_one(struct player *player)
{
    struct table *table = player->table;
    MI_Session session = session_at(table, draw(player, HOSTS));
    MI_Operation operation;
    MI_Boolean more = MI_TRUE;
    start_get(&session, table->key, NULL, &operation);
    MI_Operation before = exchange(table, draw(player, PLACES), &operation);
    MI_Operation_Close(&before);
    MI_Operation_GetInstance(&operation, NULL, &more, NULL, NULL, NULL);
    assert_int_equal(more, MI_FALSE);
}

static void ignore(void *context)
{
    (void)context;
}

static void reopen_one(struct player *player)
{
    struct table *table = player->table;
    unsigned host = draw(player, HOSTS);
    struct target target = {.port = table->ports[host], .timeout_ms = 1 + draw(player, 100)};
    MI_Session fresh = open_session(&table->application, &target);
    pthread_mutex_lock(&table->lock);
    MI_Session old = table->sessions[host];
    table->sessions[host] = fresh;
    pthread_mutex_unlock(&table->lock);
    assert_int_equal(MI_Session_Close(&old, NULL, ignore), MI_RESULT_OK);
}

static void *play(void *argument)
{
    struct player *player = argument;
    struct table *table = player->table;
    for (bool over = false; !over;) {
        MI_Operation operation = exchange(table, draw(player, PLACES), NULL);
        switch (draw(player, 16)) {
        case 0:
            reopen_one(player);
            break;
        case 1:
            fetch_one(player);
            break;
        case 2:
        case 3:
        case 4:
            MI_Operation_Cancel(&operation, MI_REASON_NONE);
            break;
        case 5:
        case 6:
            MI_Operation_Close(&operation);
            break;
        default:
            start_one(player);
        }
        pthread_mutex_lock(&table->lock);
        over = table->started == table->starts;
        pthread_mutex_unlock(&table->lock);
    }
    return NULL;
}

/* Hosts that answer, drip, are mute, close, reset, cut a reply; and one that is not there. */
static void open_hosts(struct script *scripts[HOSTS], const char *reply,
                       struct script_step steps[HOSTS][MAX_STEPS])
{
    const struct script_step kinds[HOSTS - 1][MAX_STEPS] = {
        {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply}, {.op = SCRIPT_AGAIN}},
        {{.op = SCRIPT_EXPECT},
         {.op = SCRIPT_REPLY, .bytes = reply, .drip_bytes = 50},
         {.op = SCRIPT_AGAIN}},
        {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_HANG}},
        {{.op = SCRIPT_CLOSE}},
        {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_RESET}},
        {{.op = SCRIPT_EXPECT},
         {.op = SCRIPT_REPLY, .bytes = reply, .limit_bytes = 300},
         {.op = SCRIPT_CLOSE}},
        {{.op = SCRIPT_EXPECT}, {.op = SCRIPT_REPLY, .bytes = reply}, {.op = SCRIPT_CLOSE}},
    };
    static const size_t counts[HOSTS - 1] = {3, 3, 2, 1, 2, 3, 3};
    for (size_t i = 0; i < HOSTS - 1; i++)
        scripts[i] = serve(steps[i], kinds[i], counts[i]);
}

/* In a process of their own, whose descriptors do not take the numbers of those that libcurl closes
 * here: 7.88 closes some sockets before it says that they need not be watched any more, and
 * ThreadSanitizer would take the number's next owner for a race. Before any thread starts. */
struct hosts_process {
    pid_t pid;
    unsigned ports[HOSTS];
};
static struct hosts_process hosts;

static int serve_hosts(int out)
{
    static struct script_step steps[HOSTS][MAX_STEPS];
    struct script *scripts[HOSTS] = {0};
    unsigned ports[HOSTS] = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    open_hosts(scripts, script_reply("HTTP/1.1 200 ", XML, DISK), steps);
    for (size_t i = 0; i < HOSTS - 1; i++)
        ports[i] = script_port(scripts[i]);
    if (write(out, ports, sizeof ports) != sizeof ports)
        return 1;
    for (;;)
        pause();
}

static int start_hosts(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    hosts.pid = fork();
    if (hosts.pid == 0)
        _exit(serve_hosts(ends[1]));
    close(ends[1]);
    ssize_t got = read(ends[0], hosts.ports, sizeof hosts.ports);
    close(ends[0]);
    return got == sizeof hosts.ports ? 0 : -1;
}

static void stop_hosts(void)
{
    kill(hosts.pid, SIGKILL);
    waitpid(hosts.pid, NULL, 0);
}

static void begin_game(struct table *table)
{
    assert_int_equal(MI_Application_Initialize(0, NULL, NULL, &table->application), MI_RESULT_OK);
    for (unsigned i = 0; i < HOSTS; i++) {
        table->ports[i] = hosts.ports[i];
        table->held[i] = hosts.ports[i] != 0 ? -1 : closed_port_hold(&table->ports[i]);
        struct target target = {.port = table->ports[i], .timeout_ms = 50};
        table->sessions[i] = open_session(&table->application, &target);
    }
    pthread_mutex_init(&table->lock, NULL);
    table->starts = number_of("MI_TORTURE_MANY", MANY) / STARTS_PER_MANY;
    assert_in_range(table->starts, 1, MOST_STARTS);
    table->watchers = calloc(table->starts, sizeof *table->watchers);
    assert_non_null(table->watchers);
}

/* Every one of them has its one result, after everything is closed in the order of the pages. */
static void end_game(struct table *table)
{
    for (unsigned i = 0; i < PLACES; i++)
        MI_Operation_Close(&table->operations[i]);
    for (size_t i = 0; i < table->starts; i++)
        wait_on(&table->watchers[i].called);
    for (unsigned i = 0; i < HOSTS; i++) {
        assert_int_equal(MI_Session_Close(&table->sessions[i], NULL, NULL), MI_RESULT_OK);
        if (table->held[i] >= 0)
            close(table->held[i]);
    }
    assert_int_equal(MI_Application_Close(&table->application), MI_RESULT_OK);
    size_t answered = 0;
    for (size_t i = 0; i < table->starts; i++) {
        assert_int_equal(table->watchers[i].calls, 1);
        answered += table->watchers[i].result == MI_RESULT_OK;
    }
    print_message("# %zu random operations, %zu with an instance\n", table->starts, answered);
    assert_true(answered > 0);
}

static void random_operations_of_many_threads_each_end_once(void **state)
{
    (void)state;
    struct holdings before = look_at_holdings();
    struct player players[THREADS];
    struct table table = {.application = MI_APPLICATION_NULL};
    unsigned long seed = number_of("MI_TORTURE_SEED", "1");
    begin_game(&table);
    MI_Instance *key = new_key(&table.application, "C:");
    table.key = key;
    for (unsigned i = 0; i < THREADS; i++) {
        players[i] = (struct player){&table, (seed + i + 1) * 0x9e3779b97f4a7c15u, 0};
        assert_int_equal(pthread_create(&players[i].thread, NULL, play, &players[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(players[i].thread, NULL);
    end_game(&table);
    MI_Instance_Delete(key);
    free(table.watchers);
    pthread_mutex_destroy(&table.lock);
    assert_nothing_more_is_held(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_refused_connections_leave_nothing_behind),
        cmocka_unit_test(ten_thousand_timeouts_leave_nothing_behind),
        cmocka_unit_test(random_operations_of_many_threads_each_end_once),
    };
    if (start_hosts() != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stop_hosts();
    return failed;
}
