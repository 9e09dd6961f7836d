/* SPDX-License-Identifier: MIT */
/*
 * A scripted raw-byte server: what a test needs to be exact about, byte for byte: an empty reason
 * phrase, a reply cut in the middle, drips, resets, silence. It understands HTTP only as far as
 * finding the end of a request (headers, Content-Length body). It is not a web server and knows no
 * TLS: tests/sim/simhost is the server that behaves.
 *
 * A test writes a talk: an array of steps. Connection k follows talk k; connections beyond the last
 * talk follow the last one when repeat_last is set, and are closed at once otherwise. When its
 * steps run out a connection stays open and mute until the peer closes it or the script is stopped.
 *
 * Threads: one thread of its own (all signals blocked) serves all connections by poll(); nothing
 * sleeps. Every function below may be called from any other thread, script_stop once. Ownership:
 * the script copies the options and the talks, never the bytes the steps point to: those outlive
 * the script.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct script;

enum script_op {
    SCRIPT_EXPECT, /* wait for one whole request and record it */
    SCRIPT_SEND,   /* send bytes as they are */
    SCRIPT_REPLY,  /* send bytes after filling in the placeholders below */
    SCRIPT_CLOSE,  /* close; as a first step: accept and close at once */
    SCRIPT_RESET,  /* close with a TCP reset (SO_LINGER 0) */
    SCRIPT_HANG,   /* read whatever comes and never answer */
    SCRIPT_AGAIN,  /* go back to the first step */
};

struct script_step {
    enum script_op op;
    const char *bytes; /* SEND, REPLY */
    size_t size;       /* of bytes; 0: strlen(bytes) */
    size_t drip_bytes; /* send pieces of this many bytes and yield between them; 0: all at once */
    size_t
        limit_bytes; /* send only this many of the bytes (after filling in): a cut reply; 0: all */
};

struct script_talk {
    const struct script_step *steps;
    size_t step_count;
};

struct script_options {
    const struct script_talk *talks;
    size_t talk_count;
    bool repeat_last; /* connections beyond the last talk follow it too */
    bool ipv6;        /* listen on ::1 instead of 127.0.0.1 */
};

/*
 * In REPLY bytes each @RELATES_TO@ becomes the MessageID of the last request received on that
 * connection (empty when it had none), and each @CONTENT_LENGTH@ the number of bytes after the
 * first empty line, counted after the former.
 */
#define SCRIPT_RELATES_TO     "@RELATES_TO@"
#define SCRIPT_CONTENT_LENGTH "@CONTENT_LENGTH@"

/* Builds the text of a reply: status_line CRLF headers Content-Length: @CONTENT_LENGTH@ CRLF CRLF
 * body. headers is empty or lines that each end with CRLF. New: free() it after script_stop. NULL:
 * no memory. */
char *script_reply(const char *status_line, const char *headers, const char *body);

/* Starts the server on a free port. New: script_stop. NULL: no memory, no socket, no thread. */
struct script *script_start(const struct script_options *options);

/* The port it listens on. */
unsigned script_port(const struct script *script);

/* How many connections were accepted so far. */
size_t script_connection_count(struct script *script);

/* How many whole requests were received so far (EXPECT steps only). */
size_t script_request_count(struct script *script);

/* A copy of request i in order of receipt, zero-terminated; *size and *connection (its number, from
 * 0) may be NULL. New: free() it. NULL: no such request, no memory. */
char *script_request(struct script *script, size_t i, size_t *size, size_t *connection);

/* Wait until that many requests were received, connections accepted, or connections ended (from
 * either side). 0, or -1 when ten seconds passed: a guard against a hanging test, not a measure. */
int script_await_requests(struct script *script, size_t count);
int script_await_connections(struct script *script, size_t count);
int script_await_ends(struct script *script, size_t count);

/* Ends it at once, whatever state its connections are in, and frees it. NULL is allowed. */
void script_stop(struct script *script);

#endif
