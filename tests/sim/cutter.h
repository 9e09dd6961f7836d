/* SPDX-License-Identifier: MIT */
/*
 * Finds where elements stand in the bytes of a document that is known to be well-formed, which
 * libxml2's DOM does not say. Only UTF-8 or ASCII-compatible bytes without a DTD. Pure; nothing is
 * owned.
 */
#ifndef SIM_CUTTER_H
#define SIM_CUTTER_H

#include <stddef.h>

struct sim_cut {
    size_t begin;    /* of "<name" */
    size_t name_end; /* just after the name of the start tag: where an attribute may be put in */
    size_t end;      /* after the end tag, or after "/>" */
};

/* Element number i in document order, from 0. 0, or -1: there is no such element. */
int sim_cutter_element(const char *bytes, size_t size, size_t i, struct sim_cut *cut);

#endif
