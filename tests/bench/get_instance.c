/* SPDX-License-Identifier: MIT */
/*
 * One client for one measurement (client.h), against a simulated host on 127.0.0.1:
 *
 *   get_instance CLIENT PORT COUNT [REQUEST-FILE HEADER...]
 *
 * Prints what it noted in one line. tests/bench/run takes the slope between two COUNTs, so that
 * start and end do not count.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define REQUEST_MAX_BYTES 65536

static const struct {
    const char *name;
    int (*run)(struct bench_task *task);
} clients[] = {
    {"curl", bench_curl},
    {"sax", bench_sax},
    {"mi", bench_mi_basic},
    {"mi-64", bench_mi_flight},
    {"mi-kerberos", bench_mi_kerberos},
    {"mi-ntlm", bench_mi_ntlm},
    {"idle", bench_idle_basic},
    {"idle-kerberos", bench_idle_kerberos},
    {"idle-ntlm", bench_idle_ntlm},
    {"class", bench_class},
    {"idle-class", bench_idle_class},
    {"number", bench_number},
    {"map", bench_map},
    {"cook", bench_cook},
    {"raw", bench_raw},
    {"type", bench_type},
};

uint64_t bench_cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

void bench_count(struct bench_task *task)
{
    if (++task->fetched == task->count / 10)
        task->warm_cpu_ns = bench_cpu_ns();
}

long bench_status_kb(const char *name)
{
    char line[256];
    long kb = -1;
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && kb < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kb = strtol(line + strlen(name), NULL, 10);
    if (file != NULL)
        fclose(file);
    return kb;
}

static int read_request(const char *path, struct bench_task *task, char *bytes)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    task->request = bytes;
    task->request_bytes = fread(bytes, 1, REQUEST_MAX_BYTES, file);
    fclose(file);
    return 0;
}

static int run(const char *name, struct bench_task *task)
{
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++)
        if (strcmp(clients[i].name, name) == 0)
            return clients[i].run(task);
    fprintf(stderr, "no client %s\n", name);
    return -1;
}

int main(int argc, char **argv)
{
    static char request[REQUEST_MAX_BYTES];
    struct bench_task task = {0};
    if (argc < 4) {
        fputs("usage: get_instance CLIENT PORT COUNT [REQUEST-FILE HEADER...]\n", stderr);
        return 64;
    }
    task.port = (unsigned)strtoul(argv[2], NULL, 10);
    task.count = strtol(argv[3], NULL, 10);
    if (argc > 4 && read_request(argv[4], &task, request) != 0)
        return 1;
    task.headers = argv + (argc > 4 ? 5 : 4);
    /* Sessions are sockets. */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (run(argv[1], &task) != 0)
        return 1;
    long timed = task.count - task.count / 10;
    printf("fetched %ld cpu_ns %.0f peak_kb %ld idle_kb %ld reply_bytes %zu\n", task.fetched,
           (double)(bench_cpu_ns() - task.warm_cpu_ns) / (double)timed, bench_status_kb("VmHWM:"),
           task.idle_kb, task.reply_bytes);
    return 0;
}
