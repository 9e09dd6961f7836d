/* SPDX-License-Identifier: MIT */
#include "sim/park.h"

#include <errno.h>
#include <microhttpd.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int watch(struct sim_park *park, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};
    return epoll_ctl(park->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

int sim_park_init(struct sim_park *park)
{
    *park = (struct sim_park){.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
                              .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_mutex_init(&park->lock, NULL);
    return park->epoll_fd < 0 || park->wake_fd < 0 ||
                   watch(park, park->wake_fd, EPOLLIN, &park->wake_fd) != 0
               ? -1
               : 0;
}

/* Most delays are alike, so a search from the end is short. */
static void insert(struct sim_park *park, struct sim_parked *parked)
{
    struct sim_parked *before = park->last;
    while (before != NULL && before->until_ns > parked->until_ns)
        before = before->previous;
    parked->previous = before;
    parked->next = before == NULL ? park->first : before->next;
    *(before == NULL ? &park->first : &before->next) = parked;
    *(parked->next == NULL ? &park->last : &parked->next->previous) = parked;
}

int sim_park_add(struct sim_park *park, struct sim_parked *parked,
                 struct MHD_Connection *connection, uint64_t delay_ms)
{
    pthread_mutex_lock(&park->lock);
    bool refused = park->stopping;
    if (!refused) {
        MHD_suspend_connection(connection);
        *parked = (struct sim_parked){
            .connection = connection,
            .fd =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
            .until_ns =
                delay_ms == SIM_PARK_FOREVER ? SIM_PARK_FOREVER : now_ns() + delay_ms * 1000000u,
        };
        insert(park, parked);
        watch(park, parked->fd, EPOLLRDHUP, parked);
        uint64_t one = 1;
        while (park->first == parked && write(park->wake_fd, &one, sizeof(one)) < 0 &&
               errno == EINTR) {
        }
    }
    pthread_mutex_unlock(&park->lock);
    return refused ? -1 : 0;
}

/* With the lock held. The request may be answered and gone as soon as the connection is resumed. */
static void release(struct sim_park *park, struct sim_parked *parked, bool ended)
{
    *(parked->previous == NULL ? &park->first : &parked->previous->next) = parked->next;
    *(parked->next == NULL ? &park->last : &parked->next->previous) = parked->previous;
    epoll_ctl(park->epoll_fd, EPOLL_CTL_DEL, parked->fd, NULL);
    parked->ended = ended;
    MHD_resume_connection(parked->connection);
}

/* Releases what is due; the time to the next one in milliseconds, -1: none. */
static int due_release(struct sim_park *park)
{
    int wait_ms = -1;
    pthread_mutex_lock(&park->lock);
    uint64_t now = now_ns();
    while (park->first != NULL && park->first->until_ns <= now)
        release(park, park->first, false);
    if (park->first != NULL && park->first->until_ns != SIM_PARK_FOREVER)
        wait_ms = (int)((park->first->until_ns - now + 999999u) / 1000000u);
    pthread_mutex_unlock(&park->lock);
    return wait_ms;
}

void sim_park_run(struct sim_park *park, int signal_fd)
{
    watch(park, signal_fd, EPOLLIN, NULL);
    for (;;) {
        /* one event at a time: a released request must not stand in a second event of the same
         * batch */
        struct epoll_event event;
        int got = epoll_wait(park->epoll_fd, &event, 1, due_release(park));
        if (got < 0 && errno != EINTR)
            return;
        if (got <= 0)
            continue;
        if (event.data.ptr == NULL)
            return;
        pthread_mutex_lock(&park->lock);
        uint64_t count;
        if (event.data.ptr != &park->wake_fd)
            release(park, event.data.ptr, true);
        else if (read(park->wake_fd, &count, sizeof(count)) < 0)
            event.events = 0; /* somebody's wake was read before: nothing to do */
        pthread_mutex_unlock(&park->lock);
    }
}

void sim_park_stop(struct sim_park *park)
{
    pthread_mutex_lock(&park->lock);
    park->stopping = true;
    while (park->first != NULL)
        release(park, park->first, true);
    pthread_mutex_unlock(&park->lock);
}

void sim_park_close(struct sim_park *park)
{
    if (park->epoll_fd >= 0)
        close(park->epoll_fd);
    if (park->wake_fd >= 0)
        close(park->wake_fd);
    pthread_mutex_destroy(&park->lock);
}
