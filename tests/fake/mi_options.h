/* SPDX-License-Identifier: MIT */
/*
 * The options of the false MI API (fake/mi.h): what is said in them until a session or an operation
 * is made. Any thread.
 */
#ifndef FAKE_MI_OPTIONS_H
#define FAKE_MI_OPTIONS_H

#include "fake/mi.h"

/* Of an operation. */
struct fake_mi_request {
    char prefix[128];
    uint64_t timeout_ms;
};

/* Borrowed until the options are deleted. */
struct fake_mi_session *fake_mi_options_target(MI_DestinationOptions *options);
const struct fake_mi_request *fake_mi_options_request(const MI_OperationOptions *options);

/* Those that were made and not deleted, of either kind. */
int fake_mi_options_count(void);
void fake_mi_options_forget(void);

/* NULL becomes "". */
void fake_mi_copy(char *out, size_t size, const char *text);

#endif
