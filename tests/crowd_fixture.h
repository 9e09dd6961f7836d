/* SPDX-License-Identifier: MIT */
/*
 * Who is there, said a second time: the crowd of a simulated host (sim/crowd.h) and the processes
 * of its tables, from the words of that header and not by its code, so that a test can say what
 * must be told of them. For Win32_PerfRawData_PerfProc_Process.
 */
#ifndef CROWD_FIXTURE_H
#define CROWD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct person {
    char name[32];
    uint64_t bearer;
    unsigned percent; /* amount and mean */
    uint64_t lead_s;
    bool is_there;
};

static inline uint64_t crowd_seed(const char *host)
{
    uint64_t hash = 14695981039346656037u;
    for (; *host != '\0'; host++)
        hash = (hash ^ (unsigned char)*host) * 1099511628211u;
    return hash;
}

static inline uint64_t crowd_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* Number i from 1 on. there: one character a turn of the period, a letter for each life. */
static inline struct person crowd_person(const char *host, size_t i, uint64_t turn)
{
    static const struct {
        const char *word, *there;
        bool dies;
    } kinds[] = {{"steady", "a", false},   {"blink", ".a", false}, {"reborn", "aaa", true},
                 {"return", "aa..", true}, {"once", "a", true},    {"rare", "a.....", true}};
    struct person person = {.is_there = true};
    const char *there = kinds[i % 6].there;
    uint64_t past = turn + (i % 6 == 4 ? 0 : i / 6), period = strlen(there);
    uint64_t life = kinds[i % 6].dies ? past / period : 0;
    person.is_there = there[past % period] != '.';
    uint64_t hash = crowd_mix(crowd_seed(host) + i * 4294967296u + life);
    person.bearer = 4 * i + 40000 * (life % 10000);
    person.percent = (unsigned)(hash % 100 + 1);
    person.lead_s = hash / 256 % 2592000;
    int size = snprintf(person.name, sizeof person.name, "%s-%05u", kinds[i % 6].word,
                        (unsigned)(i % 100000));
    if (i % 6 == 4)
        snprintf(person.name + size, sizeof person.name - (size_t)size, "-%llu",
                 (unsigned long long)turn);
    return person;
}

#define CROWD_RESIDENTS 4
/* Those of the tables (sim/classes_perf.c), but for _Total. */
static inline struct person crowd_resident(size_t i)
{
    static const struct person residents[CROWD_RESIDENTS] = {{"System", 4, 20, 0, true},
                                                             {"svchost", 812, 60, 0, true},
                                                             {"svchost#1", 936, 30, 0, true},
                                                             {"sqlservr", 2044, 150, 0, true}};
    return residents[i];
}

/* A second's growth of a counter of the tables, whose rate is per 1,000 s. */
static inline double crowd_rate(const char *host, const struct person *person, double rate)
{
    return rate / 1000 * (double)(100 + crowd_seed(host) % 100) / 100 * person->percent / 100;
}

#endif
