/* SPDX-License-Identifier: MIT */
#include "sim/process.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int binary_find(char path[PATH_MAX])
{
    static const char *const places[] = {"simhost", "sim/simhost", "../simhost", "../sim/simhost"};
    const char *named = getenv("SIMHOST");
    if (named != NULL)
        return snprintf(path, PATH_MAX, "%s", named) < PATH_MAX ? 0 : -1;
    char own[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", own, sizeof(own) - 1);
    if (size <= 0)
        return -1;
    own[size] = '\0';
    *strrchr(own, '/') = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (snprintf(path, PATH_MAX, "%s/%s", own, places[i]) < PATH_MAX && access(path, X_OK) == 0)
            return 0;
    }
    fprintf(stderr, "no simhost beside %s: set SIMHOST\n", own);
    return -1;
}

static int exit_status(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Reads "listening ADDRESS:PORT" off the pipe; 0: it ended without. */
static unsigned port_read(int fd)
{
    FILE *file = fdopen(fd, "re");
    char line[128];
    unsigned port = 0;
    if (file != NULL && fgets(line, sizeof(line), file) != NULL && strrchr(line, ':') != NULL)
        port = (unsigned)strtoul(strrchr(line, ':') + 1, NULL, 10);
    if (file != NULL)
        fclose(file);
    else
        close(fd);
    return port;
}

int sim_process_start(struct sim_process *process, const char *const *arguments, int *status)
{
    char path[PATH_MAX];
    const char *argv[64] = {path};
    int ends[2];
    pid_t pid;
    if (status != NULL)
        *status = -1;
    for (size_t i = 0; i < 60 && arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    if (binary_find(path) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int failed = posix_spawn(&pid, path, &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    unsigned port = port_read(ends[0]);
    if (failed != 0)
        return -1;
    if (port == 0) {
        int ended = exit_status(pid);
        if (status != NULL)
            *status = ended;
        return -1;
    }
    *process = (struct sim_process){pid, port};
    return 0;
}

int sim_process_stop(struct sim_process *process)
{
    if (process->pid <= 0)
        return -1; /* 0 would be whoever is in our group */
    kill(process->pid, SIGTERM);
    return exit_status(process->pid);
}
