/* SPDX-License-Identifier: MIT */
/*
 * Recorded instances of real hosts (shared/replies): every instance in a recorded GetResponse,
 * EnumerateResponse or PullResponse of a folder, and every class declaration (CIM-XML), with its
 * bytes as they were recorded, prefixes and namespace declarations included. What is no instance of
 * a class with a known key (faults, fragments, documents that are not well-formed) is passed over.
 * Ownership: the replies own everything; what is handed out is borrowed until sim_replies_free.
 * Threads: constant after loading.
 */
#ifndef SIM_REPLAY_H
#define SIM_REPLAY_H

#include "sim/request.h"

#include <stddef.h>

struct sim_recorded {
    char *file; /* its name in the folder */
    enum sim_form form;
    char *class_name;
    const char *key_name; /* NULL: a singleton */
    char *key_value;      /* NULL: a singleton */
    char *xml; /* the element, ready to stand in the body of an envelope that envelope.h opens */
    size_t xml_size;
};

struct sim_replies {
    struct sim_recorded *items;
    size_t count;
};

/* Reads all *.xml of a folder in the order of their names. New: sim_replies_free. NULL: no such
 * folder, no memory. */
struct sim_replies *sim_replies_load(const char *folder);

/*
 * The instance of that class and key in that form of the resource URI, from the first file whose
 * name begins with prefix
 * ("" is any): one whose key is written the same way is preferred to one that differs in case only.
 * key_value NULL: a singleton. NULL: there is none.
 */
const struct sim_recorded *sim_replies_find(const struct sim_replies *replies, const char *prefix,
                                            const struct sim_request *request,
                                            const char *key_value);

/* The key property of a class among those recorded from files with that prefix. 0, or -1: no
 * instance of the class. */
int sim_replies_key(const struct sim_replies *replies, const char *prefix,
                    const struct sim_request *request, const char **key_name);

/* NULL is allowed. */
void sim_replies_free(struct sim_replies *replies);

#endif
