/* SPDX-License-Identifier: MIT */
#include "sim/kdc.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_SKIPPED 77
#define REALMS_MAX   8

static int program_find(char path[PATH_MAX])
{
    const char *source = getenv("MI_SOURCE");
    if (source != NULL)
        return snprintf(path, PATH_MAX, "%s/tests/e2e/kdc.py", source) < PATH_MAX ? 0 : -1;
    snprintf(path, PATH_MAX, "tests/e2e/kdc.py");
    if (access(path, X_OK) == 0)
        return 0;
    fprintf(stderr, "no tests/e2e/kdc.py here: set MI_SOURCE\n");
    return -1;
}

/* Starts the program with a pipe at either end; *ends[0] is ours to write, ends[1] ours to read. */
static int program_spawn(pid_t *pid, char *const *argv, int ends[2])
{
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return -1;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    int failed = posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    ends[0] = in[1];
    ends[1] = out[0];
    return failed == 0 ? 0 : -1;
}

static int answer_read(struct sim_kdc *kdc, char *line, size_t line_size)
{
    if (fgets(line, (int)line_size, kdc->answers) == NULL)
        return -1;
    line[strcspn(line, "\n")] = '\0';
    return 0;
}

/* Reads NAME=VALUE lines until "ready". */
static int variables_read(struct sim_kdc *kdc)
{
    char line[1024];
    size_t count = 0;
    while (answer_read(kdc, line, sizeof(line)) == 0) {
        if (strcmp(line, "ready") == 0)
            return 0;
        if (strchr(line, '=') == NULL)
            fprintf(stderr, "%s\n", line);
        else if (count + 1 < SIM_KDC_VARIABLES)
            kdc->variables[count++] = strdup(line);
    }
    return -1;
}

static int remove_one(const char *path, const struct stat *state, int type, struct FTW *place)
{
    (void)state, (void)type, (void)place;
    return remove(path);
}

/* Ends the program by the end of its input; its exit status. */
static int program_end(struct sim_kdc *kdc)
{
    int status = 0;
    if (kdc->commands != NULL)
        fclose(kdc->commands);
    if (kdc->answers != NULL)
        fclose(kdc->answers);
    while (waitpid(kdc->pid, &status, 0) < 0) {
    }
    nftw(kdc->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i < SIM_KDC_VARIABLES; i++)
        free(kdc->variables[i]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int sim_kdc_start(struct sim_kdc *kdc, const char *const *realms)
{
    char path[PATH_MAX];
    int ends[2];
    *kdc = (struct sim_kdc){.folder = "/tmp/mi-kdc.XXXXXX"};
    const char *argv[REALMS_MAX + 3] = {path, kdc->folder};
    for (size_t i = 0; i < REALMS_MAX && realms[i] != NULL; i++)
        argv[i + 2] = realms[i];
    if (program_find(path) != 0 || mkdtemp(kdc->folder) == NULL)
        return -1;
    if (program_spawn(&kdc->pid, (char *const *)argv, ends) != 0) {
        fprintf(stderr, "%s does not start\n", path);
        rmdir(kdc->folder);
        return -1;
    }
    kdc->commands = fdopen(ends[0], "we");
    kdc->answers = fdopen(ends[1], "re");
    if (kdc->commands != NULL && kdc->answers != NULL && variables_read(kdc) == 0)
        return 0;
    return program_end(kdc) == EXIT_SKIPPED ? EXIT_SKIPPED : -1;
}

int sim_kdc_say(struct sim_kdc *kdc, const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vfprintf(kdc->commands, format, arguments);
    va_end(arguments);
    fputc('\n', kdc->commands);
    fflush(kdc->commands);
    if (answer_read(kdc, line, sizeof(line)) == 0 && strcmp(line, "ok") == 0)
        return 0;
    fprintf(stderr, "kdc.py: %s: %s\n", format, line);
    return -1;
}

int sim_kdc_enter(const struct sim_kdc *kdc)
{
    int failed = 0;
    for (size_t i = 0; i < SIM_KDC_VARIABLES && kdc->variables[i] != NULL; i++) {
        char *value = strchr(kdc->variables[i], '=');
        *value = '\0';
        failed |= setenv(kdc->variables[i], value + 1, 1);
        *value = '=';
    }
    return failed == 0 ? 0 : -1;
}

void sim_kdc_stop(struct sim_kdc *kdc)
{
    for (size_t i = 0; i < SIM_KDC_VARIABLES && kdc->variables[i] != NULL; i++) {
        *strchr(kdc->variables[i], '=') = '\0';
        unsetenv(kdc->variables[i]);
    }
    program_end(kdc);
}
