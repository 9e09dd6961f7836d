/* SPDX-License-Identifier: MIT */
/*
 * typing: gives the elements of an instance the types that its class declares, where the wire
 * carried only text (shared/facts/wire.md 2). Pure: any thread, one at a time per instance.
 */
#ifndef CIM_TYPING_H
#define CIM_TYPING_H

#include "cim/class.h"
#include "cim/instance.h"

/* Text becomes a value of the declared type, one element of a declared array an array of one, a
 * null a null of its type; keys get MI_FLAG_KEY. A text that is no value of the type stays what it
 * was, as does whatever the class does not declare or a server has typed already: the class may be
 * an older one, or lie. *unlike (may be NULL): how many elements are not of the declared type in
 * the end. -1 with ERR_MEMORY: some elements are typed, none is lost. */
int cim_typing_apply(const MI_Class *schema, MI_Instance *instance, MI_Uint32 *unlike,
                     struct err *err);

#endif
