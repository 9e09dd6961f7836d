/* SPDX-License-Identifier: MIT */
/*
 * simhost: many simulated Windows hosts on one loopback listener. README.md says what it does and
 * how to use it. The main thread holds the parking place of waiting requests and the signals;
 * libmicrohttpd's thread does the rest. Exit: 0 after a signal, 64 usage, 66 a file that cannot be
 * read, 77 recorded replies wanted and not there, 1 otherwise.
 */
#include "sim/enumeration.h"
#include "sim/options.h"
#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libxml/parser.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    EXIT_USAGE = 64,
    EXIT_NO_INPUT = 66,
    EXIT_SKIPPED = 77,
};

struct program {
    struct sim_options options;
    struct sim_world world;
    struct sim_auth auth;
    struct sim_park park;
    struct sim_server server;
    char *tls_cert;
    char *tls_key;
    char *client_ca;
    int listen_fd;
    int signal_fd;
    char address[80];
    unsigned port;
};

static int complain(int code, const char *what, const char *detail)
{
    fprintf(stderr, "simhost: %s: %s\n", what, detail);
    return code;
}

/* Read by LeakSanitizer. gss-ntlmssp 1.2.0 loses 32 bytes a process, and a libcrypto context of 5
 * KB with every NTLM handshake. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:gssntlmssp\nleak:libcrypto";
}

/* ---- hosts ---- */

/* Makes one host; mode NULL is normal. */
static int host_add(struct program *program, const char *name, const char *mode)
{
    char complaint[320];
    struct sim_host *host = sim_hosts_add(program->world.hosts, name);
    if (host == NULL)
        return complain(EXIT_FAILURE, "host", "no memory, or no name");
    if (mode != NULL && sim_mode_parse(mode, &host->mode, complaint, sizeof(complaint)) != 0)
        return complain(EXIT_USAGE, name, complaint);
    if (host->mode.replay && program->world.replies == NULL)
        return complain(EXIT_SKIPPED, name,
                        "mode replay wants --replies with a folder that is there: skipped");
    return 0;
}

/* NAME[=MODE] */
static int host_option(struct program *program, const char *text)
{
    char name[256];
    size_t size = strcspn(text, "=");
    if (size == 0 || size >= sizeof(name))
        return complain(EXIT_USAGE, "--host", text);
    memcpy(name, text, size);
    name[size] = '\0';
    return host_add(program, name, text[size] == '\0' ? NULL : text + size + 1);
}

/* PREFIX:N[=MODE] */
static int fleet_option(struct program *program, const char *text)
{
    char name[280];
    size_t size = strcspn(text, ":=");
    char *end = NULL;
    unsigned long count = text[size] == ':' ? strtoul(text + size + 1, &end, 10) : 0;
    if (size == 0 || size > 255 || count == 0 || count > 100000 || (*end != '\0' && *end != '='))
        return complain(EXIT_USAGE, "--hosts", text);
    int failed = 0;
    for (unsigned long i = 1; i <= count && failed == 0; i++) {
        snprintf(name, sizeof(name), "%.*s%lu", (int)size, text, i);
        failed = host_add(program, name, *end == '\0' ? NULL : end + 1);
    }
    return failed;
}

static int hosts_make(struct program *program)
{
    int failed = 0;
    for (size_t i = 0; i < program->options.host_count && failed == 0; i++)
        failed = host_option(program, program->options.hosts[i]);
    for (size_t i = 0; i < program->options.fleet_count && failed == 0; i++)
        failed = fleet_option(program, program->options.fleets[i]);
    return failed;
}

/* ---- files ---- */

/* A whole text file; new. NULL: it cannot be read. */
static char *file_text(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t room = 0;
    ssize_t size = getdelim(&text, &room, '\0', file);
    fclose(file);
    if (size <= 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* The port in a file that is there only when it is whole: written beside it, then renamed. */
static int port_write(const struct program *program)
{
    const char *path = program->options.port_file;
    char beside[4096];
    if (path == NULL)
        return 0;
    if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
        return complain(EXIT_FAILURE, path, "the name is too long");
    FILE *file = fopen(beside, "we");
    if (file == NULL)
        return complain(EXIT_FAILURE, beside, strerror(errno));
    fprintf(file, "%u\n", program->port);
    if (fclose(file) != 0 || rename(beside, path) != 0)
        return complain(EXIT_FAILURE, path, strerror(errno));
    return 0;
}

static int files_read(struct program *program)
{
    const struct sim_options *options = &program->options;
    if (options->replies != NULL)
        program->world.replies = sim_replies_load(options->replies); /* NULL: hosts_make judges */
    if (options->password_file != NULL &&
        sim_auth_password(&program->auth, options->password_file) != 0)
        return complain(EXIT_NO_INPUT, options->password_file, "cannot be read");
    if (options->tls_cert == NULL)
        return 0;
    program->tls_cert = file_text(options->tls_cert);
    program->tls_key = file_text(options->tls_key);
    if (program->tls_cert == NULL || program->tls_key == NULL)
        return complain(EXIT_NO_INPUT,
                        program->tls_cert == NULL ? options->tls_cert : options->tls_key,
                        "cannot be read");
    if (sim_tls_binding(program->tls_cert, program->auth.binding, &program->auth.binding_size) != 0)
        return complain(EXIT_NO_INPUT, options->tls_cert, "is no certificate");
    if (options->client_ca == NULL)
        return 0;
    program->client_ca = file_text(options->client_ca);
    program->auth.certificates = true;
    return program->client_ca != NULL
               ? 0
               : complain(EXIT_NO_INPUT, options->client_ca, "cannot be read");
}

/* What may ask, and how, as the command line says. */
static void auth_set(struct program *program)
{
    const struct sim_options *options = &program->options;
    struct sim_auth *auth = &program->auth;
    bool gss = false;
    for (size_t i = 0; i < options->offer_count; i++)
        gss = gss || sim_auth_is_leg(options->offers[i]);
    auth->user = options->user;
    memcpy(auth->offers, options->offers, sizeof(options->offers));
    auth->offer_count = options->offer_count;
    auth->cbt = options->cbt;
    auth->unencrypted = options->unencrypted_said ? options->unencrypted : !gss;
}

/* ---- the process ---- */

/* Signals come by a descriptor; the parent's death is one of them (and may have come already). */
static int signals_take(struct program *program, pid_t parent)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    program->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        return complain(EXIT_FAILURE, "parent", "has ended already");
    return program->signal_fd < 0 ? complain(EXIT_FAILURE, "signalfd", strerror(errno)) : 0;
}

static void descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int listen_open(struct program *program)
{
    const struct sim_options *options = &program->options;
    int on = 1;
    program->listen_fd =
        socket(options->listen.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (program->listen_fd < 0 ||
        setsockopt(program->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(program->listen_fd, (const struct sockaddr *)&options->listen, options->listen_size) !=
            0 ||
        listen(program->listen_fd, 4096) != 0)
        return complain(EXIT_FAILURE, "listen", strerror(errno));
    struct sockaddr_storage bound;
    socklen_t size = sizeof(bound);
    if (getsockname(program->listen_fd, (struct sockaddr *)&bound, &size) != 0)
        return complain(EXIT_FAILURE, "listen", strerror(errno));
    char text[INET6_ADDRSTRLEN];
    bool v6 = bound.ss_family == AF_INET6;
    const void *address = v6 ? (const void *)&((struct sockaddr_in6 *)&bound)->sin6_addr
                             : (const void *)&((struct sockaddr_in *)&bound)->sin_addr;
    program->port = ntohs(v6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                             : ((struct sockaddr_in *)&bound)->sin_port);
    inet_ntop(bound.ss_family, address, text, sizeof(text));
    snprintf(program->address, sizeof(program->address), v6 ? "[%s]:%u" : "%s:%u", text,
             program->port);
    return 0;
}

static int server_start(struct program *program)
{
    const struct sim_options *options = &program->options;
    struct sim_server_options server_options = {
        .listen_fd = program->listen_fd,
        .connection_limit = options->connection_limit,
        .idle_timeout_s = options->idle_timeout_s,
        .tls_certificate = program->tls_cert,
        .tls_key = program->tls_key,
        .client_ca = program->client_ca,
        .connection_memory = options->connection_memory,
    };
    program->server = (struct sim_server){
        .world = &program->world, .auth = &program->auth, .park = &program->park};
    if (sim_park_init(&program->park) != 0)
        return complain(EXIT_FAILURE, "epoll", strerror(errno));
    if (sim_server_start(&program->server, &server_options) != 0)
        return complain(EXIT_FAILURE, program->address,
                        "libmicrohttpd would not start (bad certificate or key?)");
    program->listen_fd = -1;
    return 0;
}

static int program_run(struct program *program, pid_t parent)
{
    const struct sim_options *options = &program->options;
    auth_set(program);
    program->world.any_host = options->any_host;
    program->world.hosts = sim_hosts_create();
    if (program->world.hosts == NULL)
        return complain(EXIT_FAILURE, "hosts", "no memory");
    int failed = files_read(program);
    if (failed == 0)
        failed = hosts_make(program);
    if (failed == 0)
        failed = signals_take(program, parent);
    if (failed == 0)
        failed = listen_open(program);
    sim_clock_init(&program->world.clock, options->epoch_100ns, options->clock_start_100ns,
                   options->clock_rate);
    if (failed == 0)
        failed = server_start(program);
    if (failed == 0)
        failed = port_write(program);
    if (failed == 0) {
        printf("listening %s\n", program->address);
        fflush(stdout);
        sim_park_run(&program->park, program->signal_fd);
    }
    return failed;
}

static void program_end(struct program *program)
{
    if (program->server.daemon != NULL) {
        sim_park_stop(&program->park);
        sim_server_stop(&program->server);
    }
    if (program->server.park != NULL)
        sim_park_close(&program->park);
    if (program->listen_fd >= 0)
        close(program->listen_fd);
    if (program->signal_fd >= 0)
        close(program->signal_fd);
    sim_enumeration_free(program->world.enumerations);
    sim_hosts_free(program->world.hosts);
    sim_replies_free(program->world.replies);
    sim_auth_free(&program->auth);
    free(program->tls_cert);
    free(program->tls_key);
    free(program->client_ca);
    sim_options_free(&program->options);
}

int main(int argc, char **argv)
{
    pid_t parent = getppid();
    struct program program = {.listen_fd = -1, .signal_fd = -1};
    if (sim_options_parse(argc, argv, &program.options) != 0) {
        sim_options_free(&program.options);
        return EXIT_USAGE;
    }
    if (program.options.help) {
        sim_options_help();
        sim_options_free(&program.options);
        return 0;
    }
    xmlInitParser();
    descriptors_raise();
    int failed = program_run(&program, parent);
    program_end(&program);
    xmlCleanupParser();
    return failed;
}
