/* SPDX-License-Identifier: MIT */
/*
 * A private MIT KDC on loopback for one test program: realms A.TEST and B.TEST, each with a process
 * of its own; MUTE.TEST, whose KDC listens and is the test's own socket; DOWN.TEST, where nobody
 * listens; SKEW.TEST, whose KDC's clock is two hours ahead (where faketime is installed).
 * Everything lies in a directory under /tmp; the environment of this process points there. How
 * often a KDC was asked is read from its log. Main thread only.
 */
#ifndef KDC_FIXTURE_H
#define KDC_FIXTURE_H

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSWORD "Ein-Passwort-1"

extern char **environ;

static char dir[64];
static pid_t kdcs[3];
static char faketime[200]; /* its library; "": not installed */
static int mute_listener = -1;

/* --- the KDC */

static void path_of(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s/%s", dir, name);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    path_of(path, sizeof path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What the command printed is in the directory's log. */
static int run(const char *format, ...)
{
    char command[2048], line[2400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(command, sizeof command, format, ap);
    va_end(ap);
    snprintf(line, sizeof line, "cd %s && PATH=$PATH:/usr/sbin:/sbin && (%s) </dev/null >>log 2>&1",
             dir, command);
    return system(line);
}

static int bind_any(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* Below the ports that the system gives to whoever binds port 0: other tests run meanwhile. */
static int free_port(void)
{
    static unsigned step;
    for (;;) {
        int port = 10000 + (int)(((unsigned)getpid() * 7919u + step++ * 104729u) % 22000u);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_true(fd >= 0);
        int rc = bind(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
        if (rc == 0)
            return port;
    }
}

static void wait_for(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 2000; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int rc = connect(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
        if (rc == 0)
            return;
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    fail_msg("the KDC does not listen on port %d; see %s/log", port, dir);
}

static pid_t spawn_kdc(const char *realm, bool skewed)
{
    posix_spawn_file_actions_t actions;
    char log[256], pidfile[256];
    pid_t pid;
    path_of(log, sizeof log, "log");
    snprintf(pidfile, sizeof pidfile, "%s/%s.pid", dir, realm);
    char preload[256];
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", faketime);
    /* The first three words only where the clock is to be false. Not the faketime program: it stays
     * between, and ending it leaves the KDC behind. */
    const char *const words[] = {"env", preload, "FAKETIME=+2h", "krb5kdc", "-n",
                                 "-r",  realm,   "-P",           pidfile,   NULL};
    const char *const *argv = skewed ? words : words + 3;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_APPEND | O_CREAT, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    assert_int_equal(
        posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void write_configuration(const int ports[4])
{
    char text[4096];
    snprintf(text, sizeof text,
             "[libdefaults]\n default_realm = A.TEST\n dns_lookup_realm = false\n"
             " dns_lookup_kdc = false\n rdns = false\n dns_canonicalize_hostname = false\n"
             " udp_preference_limit = 1\n default_ccache_name = FILE:%s/default.cc\n"
             " default_keytab_name = FILE:%s/none.keytab\n"
             "[realms]\n A.TEST = {\n  kdc = 127.0.0.1:%d\n }\n"
             " B.TEST = {\n  kdc = 127.0.0.1:%d\n }\n MUTE.TEST = {\n  kdc = 127.0.0.1:%d\n }\n"
             " DOWN.TEST = {\n  kdc = 127.0.0.1:1\n }\n"
             " SKEW.TEST = {\n  kdc = 127.0.0.1:%d\n }\n"
             "[logging]\n kdc = FILE:%s/kdc.log\n",
             dir, dir, ports[0], ports[1], ports[2], ports[3], dir);
    write_file("krb5.conf", text);
    snprintf(text, sizeof text,
             "[realms]\n A.TEST = {\n  database_name = %s/A.db\n  key_stash_file = %s/A.stash\n"
             "  kdc_listen = 127.0.0.1:%d\n  kdc_tcp_listen = 127.0.0.1:%d\n }\n"
             " B.TEST = {\n  database_name = %s/B.db\n  key_stash_file = %s/B.stash\n"
             "  kdc_listen = 127.0.0.1:%d\n  kdc_tcp_listen = 127.0.0.1:%d\n }\n"
             " SKEW.TEST = {\n  database_name = %s/S.db\n  key_stash_file = %s/S.stash\n"
             "  kdc_listen = 127.0.0.1:%d\n  kdc_tcp_listen = 127.0.0.1:%d\n }\n",
             dir, dir, ports[0], ports[0], dir, dir, ports[1], ports[1], dir, dir, ports[3],
             ports[3]);
    write_file("kdc.conf", text);
}

static void add_principals(void)
{
    write_file("A.cmd",
               "addprinc +requires_preauth -pw " PASSWORD " monitor\n"
               "addprinc +requires_preauth -pw " PASSWORD " second\n"
               "addprinc +requires_preauth -pw " PASSWORD " ten\n"
               "addprinc +requires_preauth -pw " PASSWORD " healed\n"
               "addprinc +requires_preauth -pwexpire \"2001-01-01 00:00:00\" -pw " PASSWORD
               " expired\n"
               "addprinc +requires_preauth -allow_tix -pw " PASSWORD " locked\n"
               "addprinc +requires_preauth -maxlife 12sec -pw " PASSWORD " short\n"
               "ktadd -norandkey -k good.keytab second short\n"
               "addprinc -randkey HTTP/win1.a.test\n"
               "addprinc -randkey -maxlife 20sec HTTP/brief.a.test\n"
               "addprinc -randkey WSMAN/win2.a.test\n"
               "ktadd -k service.keytab HTTP/win1.a.test HTTP/brief.a.test WSMAN/win2.a.test\n");
    write_file("S.cmd", "addprinc +requires_preauth -pw " PASSWORD " monitor\n"
                        "addprinc -randkey HTTP/win1.a.test\n");
    assert_int_equal(run("kdb5_util -r SKEW.TEST create -s -P master && "
                         "kadmin.local -r SKEW.TEST <S.cmd"),
                     0);
    write_file("B.cmd", "addprinc +requires_preauth -pw " PASSWORD " monitor\n"
                        "addprinc -randkey HTTP/win1.b.test\n"
                        "addprinc -randkey HTTP/win2.b.test\n"
                        "ktadd -k service.keytab HTTP/win1.b.test HTTP/win2.b.test\n");
    assert_int_equal(
        run("kdb5_util -r A.TEST create -s -P master && kadmin.local -r A.TEST <A.cmd"), 0);
    assert_int_equal(
        run("kdb5_util -r B.TEST create -s -P master && kadmin.local -r B.TEST <B.cmd"), 0);
}

static void find_faketime(void)
{
    glob_t found;
    if (glob("/usr/lib/*/faketime/libfaketime.so.1", 0, NULL, &found) == 0)
        snprintf(faketime, sizeof faketime, "%s", found.gl_pathv[0]);
    globfree(&found);
}

static int start(void **state)
{
    (void)state;
    int ports[4];
    char path[256];
    snprintf(dir, sizeof dir, "/tmp/mi_identity_XXXXXX");
    assert_non_null(mkdtemp(dir));
    ports[0] = free_port();
    ports[1] = free_port();
    mute_listener = bind_any(&ports[2]);
    ports[3] = free_port();
    find_faketime();
    assert_int_equal(listen(mute_listener, 16), 0);
    write_configuration(ports);
    path_of(path, sizeof path, "krb5.conf");
    setenv("KRB5_CONFIG", path, 1);
    path_of(path, sizeof path, "kdc.conf");
    setenv("KRB5_KDC_PROFILE", path, 1);
    setenv("KRB5RCACHENAME", "none:", 1);
    unsetenv("KRB5CCNAME");
    unsetenv("KRB5_CLIENT_KTNAME");
    if (getenv("PATH") != NULL) {
        char search[4096];
        snprintf(search, sizeof search, "%s:/usr/sbin:/sbin", getenv("PATH"));
        setenv("PATH", search, 1);
    }
    add_principals();
    kdcs[0] = spawn_kdc("A.TEST", false);
    kdcs[1] = spawn_kdc("B.TEST", false);
    wait_for(ports[0]);
    wait_for(ports[1]);
    if (faketime[0] != '\0') {
        kdcs[2] = spawn_kdc("SKEW.TEST", true);
        wait_for(ports[3]);
    }
    return 0;
}

static void end_kdc(pid_t pid)
{
    if (pid > 0) {
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
}

static int stop(void **state)
{
    (void)state;
    end_kdc(kdcs[0]);
    end_kdc(kdcs[1]);
    end_kdc(kdcs[2]);
    DIR *entries = opendir(dir);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries != NULL)
        closedir(entries);
    rmdir(dir);
    return 0;
}

/* How many lines of the KDCs' log hold both. */
static int logged(const char *what, const char *whom)
{
    char path[256], line[4096];
    int count = 0;
    path_of(path, sizeof path, "kdc.log");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, what) != NULL && strstr(line, whom) != NULL;
    fclose(file);
    return count;
}

#endif
