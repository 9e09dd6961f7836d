/* SPDX-License-Identifier: MIT */
/*
 * address: what TCP connects to: a name or an IP, nothing around it. Pure, resolves nothing.
 */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>

#include "base/err.h"

#define CONFIG_ADDRESS_MAX_BYTES 253 /* RFC 1035 2.3.4: 255 octets on the wire */

/* 0 for a host name, an IPv4 or an IPv6 address (without brackets, a %zone allowed); -1 with
 * ERR_CONFIG and a sentence that says what to do. */
int config_address_check(const char *text, struct err *err);

bool config_address_is_ip(const char *text);

#endif
