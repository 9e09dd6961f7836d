/* SPDX-License-Identifier: MIT */
#include "sim/mode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TURN_S 10

static int number_parse(const char *text, int base, uint64_t max, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, base);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value > max)
        return -1;
    *number = value;
    return 0;
}

static int code_parse(const char *text, uint64_t *code)
{
    bool bare_hex = strlen(text) == 8 && strncmp(text, "80", 2) == 0;
    bool hex = bare_hex || strncmp(text, "0x", 2) == 0;
    return number_parse(text, hex ? 16 : 10, UINT32_MAX, code);
}

static int name_copy(char to[64], const char *name)
{
    if (*name == '\0' || strlen(name) >= 64)
        return -1;
    memcpy(to, name, strlen(name) + 1);
    return 0;
}

static int trick_set(struct sim_mode *mode, const char *word)
{
    static const struct {
        const char *word;
        enum sim_trick trick;
    } tricks[] = {
        {"plainreply", SIM_TRICK_PLAIN_REPLY},   {"badsig", SIM_TRICK_BAD_SIGNATURE},
        {"lyinglength", SIM_TRICK_LYING_LENGTH}, {"lyingsignature", SIM_TRICK_LYING_SIGNATURE},
        {"replayed", SIM_TRICK_REPLAYED},        {"skipped", SIM_TRICK_SKIPPED},
        {"downgrade", SIM_TRICK_DOWNGRADE},      {"denied", SIM_TRICK_DENIED},
        {"extratoken", SIM_TRICK_EXTRA_TOKEN},   {"bigtoken", SIM_TRICK_BIG_TOKEN},
        {"cuttoken", SIM_TRICK_CUT_TOKEN},       {"closebetween", SIM_TRICK_CLOSE_BETWEEN},
    };
    for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
        if (strcmp(word, tricks[i].word) == 0) {
            mode->trick = tricks[i].trick;
            return 0;
        }
    }
    return -1;
}

/* A word that takes no value. */
static int flag_set(struct sim_mode *mode, const char *word)
{
    static const struct {
        const char *word;
        enum sim_action action;
    } actions[] = {
        {"normal", SIM_ANSWER},   {"mute", SIM_MUTE},
        {"stalled", SIM_STALLED}, {"unauthorized", SIM_UNAUTHORIZED},
        {"close", SIM_CLOSE},     {"garbage", SIM_GARBAGE},
    };
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(word, actions[i].word) == 0) {
            mode->action = actions[i].action;
            return 0;
        }
    }
    bool *flag = strcmp(word, "null") == 0          ? &mode->null
                 : strcmp(word, "churn") == 0       ? &mode->churn
                 : strcmp(word, "endless") == 0     ? &mode->endless
                 : strcmp(word, "empty") == 0       ? &mode->empty
                 : strcmp(word, "twice") == 0       ? &mode->twice
                 : strcmp(word, "afterlegs") == 0   ? &mode->after_legs
                 : strcmp(word, "nodmtf") == 0      ? &mode->no_dmtf
                 : strcmp(word, "anyns") == 0       ? &mode->any_namespace
                 : strcmp(word, "noschema") == 0    ? &mode->no_schema
                 : strcmp(word, "lyingschema") == 0 ? &mode->lying_schema
                 : strcmp(word, "amended") == 0     ? &mode->amended
                 : strcmp(word, "oddkeys") == 0     ? &mode->odd_keys
                 : strcmp(word, "nokey") == 0       ? &mode->no_key
                 : strcmp(word, "replay") == 0      ? &mode->replay
                                                    : NULL;
    if (flag == NULL)
        return trick_set(mode, word);
    *flag = true;
    return 0;
}

/* A word with a count: of instances, items, Pulls, seconds, megabytes. */
static int count_set(struct sim_mode *mode, const char *word, const char *value)
{
    uint64_t number = 0;
    unsigned *count = strcmp(word, "many") == 0        ? &mode->many
                      : strcmp(word, "first") == 0     ? &mode->first
                      : strcmp(word, "page") == 0      ? &mode->page
                      : strcmp(word, "expire") == 0    ? &mode->expire
                      : strcmp(word, "crowd") == 0     ? &mode->crowd
                      : strcmp(word, "turn") == 0      ? &mode->turn_s
                      : strcmp(word, "bigschema") == 0 ? &mode->big_schema_mb
                                                       : NULL;
    if (count == NULL || number_parse(value, 10, 99999, &number) != 0 || number == 0)
        return -1;
    *count = (unsigned)number;
    return 0;
}

/* A word with a value. */
static int setting_set(struct sim_mode *mode, const char *word, const char *value)
{
    uint64_t number = 0;
    if (strcmp(word, "slow") == 0 && number_parse(value, 10, 3600000, &number) == 0) {
        mode->delay_ms = (unsigned)number;
    } else if (strcmp(word, "fault") == 0 && code_parse(value, &number) == 0) {
        mode->action = SIM_FAULT;
        mode->fault_code = (uint32_t)number;
    } else if (strcmp(word, "status") == 0 && number_parse(value, 10, 599, &number) == 0 &&
               number >= 200) {
        mode->action = SIM_STATUS;
        mode->status = (unsigned)number;
    } else if (strcmp(word, "cut") == 0 && number_parse(value, 10, SIZE_MAX, &number) == 0) {
        mode->action = SIM_CUT;
        mode->cut_bytes = (size_t)number;
    } else if (strcmp(word, "dialect") == 0 && number_parse(value, 10, 2, &number) == 0 &&
               number >= 1) {
        mode->dialect = (int)number;
    } else if ((strcmp(word, "derived") == 0 && name_copy(mode->derived, value) == 0) ||
               (strcmp(word, "of") == 0 && name_copy(mode->of, value) == 0) ||
               (strcmp(word, "build") == 0 && name_copy(mode->build, value) == 0)) {
        return 0;
    } else if (strcmp(word, "replay") == 0 && name_copy(mode->replay_prefix, value) == 0) {
        mode->replay = true;
    } else {
        return count_set(mode, word, value);
    }
    return 0;
}

int sim_mode_parse(const char *text, struct sim_mode *mode, char *complaint, size_t complaint_size)
{
    struct sim_mode parsed = {.dialect = 1, .turn_s = TURN_S};
    char words[sizeof(parsed.text)];
    if (strlen(text) >= sizeof(words)) {
        snprintf(complaint, complaint_size, "a mode of more than %zu characters",
                 sizeof(words) - 1);
        return -1;
    }
    memcpy(words, text, strlen(text) + 1);
    memcpy(parsed.text, text, strlen(text) + 1);
    char *rest = words;
    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        char *value = strchr(word, '=');
        if (value != NULL)
            *value++ = '\0';
        if ((value == NULL ? flag_set(&parsed, word) : setting_set(&parsed, word, value)) != 0) {
            snprintf(complaint, complaint_size, "mode \"%s\": \"%s%s%s\" is not understood", text,
                     word, value == NULL ? "" : "=", value == NULL ? "" : value);
            return -1;
        }
    }
    *mode = parsed;
    return 0;
}

const struct sim_mode *sim_mode_for(const struct sim_mode *mode, const char *class_name)
{
    static const struct sim_mode calm = {.dialect = 1, .turn_s = TURN_S};
    return mode->of[0] == '\0' || strcasecmp(mode->of, class_name) == 0 ? mode : &calm;
}
