/* SPDX-License-Identifier: MIT */
/*
 * How one simulated host behaves, as a comma-separated list of words; "normal" is the empty list.
 *
 *   normal           answers as a healthy host
 *   slow=MS          waits MS milliseconds of real time first; goes with any other word
 *   mute             takes the request and never answers
 *   stalled          the provider hangs: fault 80338029 once the request's OperationTimeout has
 *                    passed
 *   fault=CODE       that WS-Man fault: decimal, 0x hex, or eight hex digits that begin with 80
 *   status=NNN       that HTTP status with an empty body
 *   unauthorized     401, whatever the credentials
 *   close            drops the connection after reading the request
 *   cut=BYTES        claims the whole Content-Length, sends BYTES of the answer and closes
 *   garbage          200 with a body that is not XML
 *   null             every property nil
 *   derived=NAME     answers as that class, in its own namespace (shared/facts/wire.md 2)
 *   replay[=PREFIX]  serves recorded instances, from files that begin with PREFIX
 *   many=N           N more instances of every class with a key (instances.h)
 *   churn            instances come and go (instances.h)
 *   crowd=N          N names of every class with a key, borne by what comes and goes, and Idle
 *                    (crowd.h); in turns of 10 s, or of turn=S seconds of the virtual clock
 *   oddkeys          instances more, whose keys are hard to write (instances.h)
 *   nokey            in an enumeration every second of the instances is without its keys
 *   first=N          the EnumerateResponse holds N items; by default one (shared/facts/wire.md 2)
 *   page=N           no reply holds more than N items
 *   expire=N         the context of an enumeration is forgotten after N Pulls
 *   endless          an enumeration never ends: after the last instance the first comes again
 *   empty            an enumeration never ends, and brings nothing
 *   twice            each instance comes two times in an enumeration
 *   of=CLASS         what of the above is said of instances and enumerations holds for that class
 *                    alone
 *   build=VERSION    of Windows, in Win32_OperatingSystem
 *   noschema         refuses to give class declarations, as hosts before 2012 do
 *                    (shared/facts/wire.md 2; which fault, is this simulator's choice)
 *   lyingschema      every property is declared a uint8, each counter of a wrong type, no key is
 *                    one
 *   bigschema=MB     declarations have so many megabytes of descriptions, whatever the client takes
 *   amended          declarations are in another language
 *   nodmtf           refuses Win32_* classes by the DMTF URI, as older Windows does (80338139)
 *   anyns            takes the DMTF URI without __cimnamespace as root/cimv2, as other servers may;
 *                    by default it is root/hardware, which holds none of the classes
 *                    (MS-WSMV 3.1.4.1.1)
 *   dialect=1|2      of every fault (shared/facts/wire.md 3)
 *   afterlegs        a handshake's legs are answered as a healthy host does, whatever other words
 *                    say
 *
 * One trick of a hostile host:
 *
 *   plainreply       answers a sealed request in plaintext
 *   badsig           spoils the signature of sealed replies
 *   lyinglength      announces 7 bytes more plaintext than there are
 *   lyingsignature   announces a signature of 2 GB
 *   replayed         sends the connection's first sealed reply again and again
 *   skipped          leaves out a message before each sealed reply
 *   downgrade        refuses every handshake and offers Basic only
 *   denied           401 where a handshake would be complete
 *   extratoken       sends a token with every reply after completion
 *   bigtoken         a handshake's token is 1 MB (simhost wants --connection-memory 4194304 for it)
 *   cuttoken         a handshake's token is cut in half
 *   closebetween     closes the connection, unannounced, once a handshake is complete
 */
#ifndef SIM_MODE_H
#define SIM_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_action {
    SIM_ANSWER,
    SIM_MUTE,
    SIM_STALLED,
    SIM_FAULT,
    SIM_STATUS,
    SIM_UNAUTHORIZED,
    SIM_CLOSE,
    SIM_CUT,
    SIM_GARBAGE,
};

enum sim_trick {
    SIM_TRICK_NONE,
    SIM_TRICK_PLAIN_REPLY,
    SIM_TRICK_BAD_SIGNATURE,
    SIM_TRICK_LYING_LENGTH,
    SIM_TRICK_LYING_SIGNATURE,
    SIM_TRICK_REPLAYED,
    SIM_TRICK_SKIPPED,
    SIM_TRICK_DOWNGRADE,
    SIM_TRICK_DENIED,
    SIM_TRICK_EXTRA_TOKEN,
    SIM_TRICK_BIG_TOKEN,
    SIM_TRICK_CUT_TOKEN,
    SIM_TRICK_CLOSE_BETWEEN,
};

struct sim_mode {
    enum sim_action action;
    enum sim_trick trick;
    unsigned delay_ms;
    uint32_t fault_code;
    unsigned status;
    size_t cut_bytes;
    int dialect;
    bool after_legs;
    bool null;
    bool churn;
    bool endless;
    bool empty;
    bool twice;
    unsigned many;
    unsigned first;
    unsigned page;
    unsigned expire;
    unsigned crowd;
    unsigned turn_s;
    bool odd_keys;
    bool no_key;
    char of[64];
    char build[64];
    bool no_dmtf;
    bool no_schema;
    bool lying_schema;
    bool amended;
    unsigned big_schema_mb;
    bool any_namespace;
    bool replay;
    char replay_prefix[64];
    char derived[64];
    char text[160]; /* as it was given */
};

/* Reads the words above. 0, or -1 with a sentence in complaint; mode is untouched then. */
int sim_mode_parse(const char *text, struct sim_mode *mode, char *complaint, size_t complaint_size);

/* The mode as it is for instances and enumerations of a class (without case): *mode, or a normal
 * one where of=CLASS names another. Borrowed. */
const struct sim_mode *sim_mode_for(const struct sim_mode *mode, const char *class_name);

#endif
