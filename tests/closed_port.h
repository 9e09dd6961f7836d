/* SPDX-License-Identifier: MIT */
/* A port of 127.0.0.1 that refuses connections as long as it is held: bound, and nobody listens.
 * One that is only free may be another test's a moment later. Header only. */
#ifndef CLOSED_PORT_H
#define CLOSED_PORT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* New: a descriptor that holds *port; to be closed. -1: there is none. */
static inline int closed_port_hold(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, size) != 0 ||
                    getsockname(fd, (struct sockaddr *)&address, &size) != 0)) {
        close(fd);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

#endif
