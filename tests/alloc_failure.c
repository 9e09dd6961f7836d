/* SPDX-License-Identifier: MIT */
#include "alloc_failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define COUNTS_LIVE false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNTS_LIVE false
#endif
#endif
#ifndef COUNTS_LIVE
#define COUNTS_LIVE true
#endif

/* Called before a sanitizer's runtime is there; seen from libraries though we hide our symbols. */
#define UNCHECKED \
    __attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined")))
#define REPLACES UNCHECKED __attribute__((visibility("default")))

#define EARLY_BYTES  65536
#define EARLY_ALIGN  16
#define REPLAYS_MAX  100000
#define MIN_MALLOCED 64
#define MANY         500
#define SAMPLE_STEP  7
#define LEAKS_MIN    3 /* so often more in a row is a leak */

/* --- what is going on --- */

enum thread_kind { UNKNOWN, CHOSEN, SPARED };

static struct {
    _Atomic bool armed;
    _Atomic bool and_all_after;
    _Atomic bool newborn_spared;
    _Atomic size_t seen;    /* allocations of chosen threads since armed */
    _Atomic size_t fail_at; /* 0: none */
    _Atomic bool happened;
    _Atomic long live;
    const char *name;
    const char *mode;
} replay;

static __thread enum thread_kind kind;
static __thread unsigned spared_depth;

UNCHECKED static bool is_chosen(void)
{
    if (kind == UNKNOWN)
        kind = atomic_load(&replay.newborn_spared) ? SPARED : CHOSEN;
    return kind == CHOSEN;
}

/* A place for a breakpoint. */
__attribute__((noinline)) UNCHECKED static bool hit(void)
{
    atomic_store(&replay.happened, true);
    errno = ENOMEM;
    return true;
}

UNCHECKED static bool is_to_fail(void)
{
    if (!atomic_load(&replay.armed) || !is_chosen() || spared_depth > 0)
        return false;
    size_t number = atomic_fetch_add(&replay.seen, 1) + 1;
    size_t fail_at = atomic_load(&replay.fail_at);
    bool fails = fail_at != 0 &&
                 (number == fail_at || (number > fail_at && atomic_load(&replay.and_all_after)));
    return fails && hit();
}

UNCHECKED static void *count_live(void *memory)
{
    if (memory != NULL && is_chosen())
        atomic_fetch_add(&replay.live, 1);
    return memory;
}

/* --- the real ones --- */

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void (*free)(void *);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    _Atomic int state; /* 0: to be found, 1: being found, 2: found */
} real;

/* What is asked for while they are being found; never given back. */
static _Alignas(EARLY_ALIGN) char early[EARLY_BYTES];
static size_t early_used;

UNCHECKED static bool is_early(const void *memory)
{
    return (uintptr_t)memory >= (uintptr_t)early &&
           (uintptr_t)memory < (uintptr_t)early + EARLY_BYTES;
}

UNCHECKED static void *take_early(size_t bytes)
{
    size_t room = (bytes + EARLY_ALIGN - 1) / EARLY_ALIGN * EARLY_ALIGN;
    if (room > EARLY_BYTES - early_used)
        return NULL;
    void *memory = early + early_used;
    early_used += room;
    return memory;
}

UNCHECKED static bool is_found(void)
{
    int expected = 0;
    if (atomic_load(&real.state) == 2)
        return true;
    if (!atomic_compare_exchange_strong(&real.state, &expected, 1))
        return expected == 2;
    *(void **)&real.malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&real.calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&real.realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&real.free = dlsym(RTLD_NEXT, "free");
    *(void **)&real.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    *(void **)&real.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
    atomic_store(&real.state, 2);
    return true;
}

/* --- ours --- */

REPLACES void *malloc(size_t bytes)
{
    if (!is_found())
        return take_early(bytes);
    return is_to_fail() ? NULL : count_live(real.malloc(bytes));
}

REPLACES void *calloc(size_t count, size_t bytes)
{
    if (!is_found()) /* static, so zero */
        return take_early(count * bytes);
    return is_to_fail() ? NULL : count_live(real.calloc(count, bytes));
}

REPLACES void free(void *memory)
{
    if (memory == NULL || is_early(memory))
        return;
    if (is_chosen())
        atomic_fetch_sub(&replay.live, 1);
    if (is_found())
        real.free(memory);
}

UNCHECKED static void *move_early(const void *memory, size_t bytes)
{
    size_t left = (size_t)(early + EARLY_BYTES - (const char *)memory);
    void *moved = malloc(bytes);
    if (moved != NULL)
        memcpy(moved, memory, bytes < left ? bytes : left);
    return moved;
}

REPLACES void *realloc(void *memory, size_t bytes)
{
    if (memory == NULL)
        return malloc(bytes);
    if (is_early(memory))
        return move_early(memory, bytes);
    if (is_to_fail())
        return NULL;
    void *moved = real.realloc(memory, bytes);
    if (moved == NULL && bytes == 0 && is_chosen()) /* freed */
        atomic_fetch_sub(&replay.live, 1);
    return moved;
}

REPLACES void *reallocarray(void *memory, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, total);
}

REPLACES int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    if (!is_found())
        return ENOMEM;
    if (is_to_fail())
        return ENOMEM;
    int rc = real.posix_memalign(memory, alignment, bytes);
    if (rc == 0)
        count_live(*memory);
    return rc;
}

REPLACES void *aligned_alloc(size_t alignment, size_t bytes)
{
    if (!is_found() || is_to_fail())
        return NULL;
    return count_live(real.aligned_alloc(alignment, bytes));
}

/* Passwords lie in pages of their own (base/secret.c). */
REPLACES void *mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    bool is_memory = (flags & MAP_ANONYMOUS) != 0;
    if (is_memory && is_to_fail())
        return MAP_FAILED;
    void *mapped = (void *)syscall(SYS_mmap, address, bytes, protection, flags, fd, offset);
    if (mapped != MAP_FAILED && is_memory)
        count_live(mapped);
    return mapped;
}

/* Files are not memory; unmapping them makes the count too low, which is no leak. */
REPLACES int munmap(void *memory, size_t bytes)
{
    if (is_chosen())
        atomic_fetch_sub(&replay.live, 1);
    return (int)syscall(SYS_munmap, memory, bytes);
}

/* AddressSanitizer asks it at the start of each thread, and does not survive a refusal. */
REPLACES int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
    int (*real_one)(pthread_t, pthread_attr_t *);
    *(void **)&real_one = dlsym(RTLD_NEXT, "pthread_getattr_np");
    alloc_failure_spare(true);
    int rc = real_one(thread, attributes);
    alloc_failure_spare(false);
    return rc;
}

/* --- replays --- */

UNCHECKED void alloc_failure_spare(bool spared)
{
    if (spared)
        spared_depth++;
    else
        spared_depth--;
}

void alloc_failure_spare_newborn(bool spared)
{
    is_chosen(); /* this thread was born before */
    atomic_store(&replay.newborn_spared, spared);
}

bool alloc_failure_happened(void)
{
    return atomic_load(&replay.happened);
}

static void disarm(void)
{
    atomic_store(&replay.armed, false);
}

/* A failing check jumps out of whatever was spared. */
static void give_up(void)
{
    disarm();
    spared_depth = 0;
}

void alloc_failure_check(bool is_true, const char *sentence)
{
    if (is_true)
        return;
    give_up();
    fail_msg("%s, allocation %zu %s failing: %s", replay.name, atomic_load(&replay.fail_at),
             replay.mode, sentence);
}

void alloc_failure_check_text(const char *got, const char *expected)
{
    if (strcmp(got, expected) == 0)
        return;
    give_up();
    fail_msg("%s, allocation %zu %s failing: got\n%.2000s\nexpected\n%.2000s", replay.name,
             atomic_load(&replay.fail_at), replay.mode, got, expected);
}

static int play(alloc_failure_scenario scenario, void *context, size_t fail_at)
{
    atomic_store(&replay.seen, 0);
    atomic_store(&replay.fail_at, fail_at);
    atomic_store(&replay.happened, false);
    atomic_store(&replay.armed, true);
    int result = scenario(context);
    disarm();
    return result;
}

static void check_recovery(alloc_failure_scenario scenario, void *context)
{
    size_t fail_at = atomic_load(&replay.fail_at);
    int result = play(scenario, context, 0);
    atomic_store(&replay.fail_at, fail_at); /* for the sentence */
    alloc_failure_check(result == 0, "the same without failure is not right afterwards");
}

/* Something may stay (libxml2's last error, a name in a dictionary), but not more each time. */
static void check_leaks(alloc_failure_scenario scenario, void *context, long *live)
{
    size_t fail_at = atomic_load(&replay.fail_at);
    long now = atomic_load(&replay.live);
    for (int i = 0; COUNTS_LIVE && now > *live; i++) {
        alloc_failure_check(i < LEAKS_MIN, "something leaks");
        *live = now;
        play(scenario, context, fail_at);
        check_recovery(scenario, context);
        now = atomic_load(&replay.live);
    }
    *live = now;
}

/* How many replays there were. */
static size_t replay_mode(alloc_failure_scenario scenario, void *context, size_t step, bool all)
{
    size_t count = 0;
    long live = atomic_load(&replay.live);
    atomic_store(&replay.and_all_after, all);
    replay.mode = all ? "and all after it" : "alone";
    for (size_t fail_at = 1; fail_at < REPLAYS_MAX; fail_at += step) {
        int result = play(scenario, context, fail_at);
        if (!alloc_failure_happened()) {
            alloc_failure_check(result == 0, "nothing failed, and yet it is not right");
            return count;
        }
        count++;
        check_recovery(scenario, context);
        check_leaks(scenario, context, &live);
    }
    fail_msg("%s does not end", replay.name);
    return 0;
}

static void check_that_malloc_is_ours(void)
{
    size_t before = atomic_load(&replay.seen);
    void *volatile memory = NULL;
    atomic_store(&replay.armed, true);
    memory = malloc(MIN_MALLOCED);
    disarm();
    free(memory);
    if (atomic_load(&replay.seen) == before)
        fail_msg("malloc is not ours; under valgrind: "
                 "--soname-synonyms=somalloc=nouserintercepts");
}

/* A sanitizer makes long scenarios slow, and plain builds replay every allocation. */
static size_t choose_step(size_t seen)
{
    const char *text = getenv("MI_ALLOC_FAILURE_STEP");
    long step = !COUNTS_LIVE && seen > MANY ? SAMPLE_STEP : 1;
    if (text != NULL)
        step = strtol(text, NULL, 10);
    return step > 1 ? (size_t)step : 1;
}

void alloc_failure_replay(const char *name, size_t least, alloc_failure_scenario scenario,
                          void *context)
{
    replay.name = name;
    replay.mode = "not";
    check_that_malloc_is_ours();
    for (int i = 0; i < 3; i++) /* what is made once and stays, by us and by libraries */
        alloc_failure_check(play(scenario, context, 0) == 0, "it is not right to begin with");
    size_t seen = atomic_load(&replay.seen);
    size_t step = choose_step(seen);
    size_t alone = replay_mode(scenario, context, step, false);
    size_t all = replay_mode(scenario, context, step, true);
    print_message("# %s: %zu allocations, failed %zu times alone, %zu times with all after\n", name,
                  seen, alone, all);
    if (seen < least)
        fail_msg("%s makes only %zu allocations, not %zu", name, seen, least);
}
