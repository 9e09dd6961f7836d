/* SPDX-License-Identifier: MIT */
#include "config/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char NAME_CHARACTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._";

static bool is_ipv6(const char *text)
{
    char address[64];
    struct in6_addr binary;
    size_t count = strcspn(text, "%");
    if (count >= sizeof address || (text[count] == '%' && text[count + 1] == '\0'))
        return false;
    snprintf(address, sizeof address, "%.*s", (int)count, text);
    return inet_pton(AF_INET6, address, &binary) == 1;
}

bool config_address_is_ip(const char *text)
{
    struct in_addr binary;
    return inet_pton(AF_INET, text, &binary) == 1 || is_ipv6(text);
}

/* 10.0.0.300, 10.0.0: nobody means a name by that. (007 may be one.) */
static bool is_broken_ipv4(const char *text)
{
    return strchr(text, '.') != NULL && strspn(text, "0123456789.") == strlen(text);
}

int config_address_check(const char *text, struct err *err)
{
    if (config_address_is_ip(text))
        return 0;
    if (strstr(text, "://") != NULL || strchr(text, '/') != NULL)
        return err_set(err, ERR_CONFIG,
                       "a URL has no place here: name the host only, the rest is said by "
                       "'transport', 'port' and 'path'");
    if (strchr(text, '[') != NULL || strchr(text, ']') != NULL)
        return err_set(err, ERR_CONFIG,
                       "an IPv6 address is written without brackets here, and its "
                       "port goes to 'port'");
    if (strchr(text, ':') != NULL && strchr(text, ':') == strrchr(text, ':'))
        return err_set(err, ERR_CONFIG, "a port goes to 'port', not behind the name");
    if (strchr(text, ':') != NULL)
        return err_set(err, ERR_CONFIG, "neither a name nor an IPv6 address");
    if (strlen(text) > CONFIG_ADDRESS_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "longer than a host's name can be");
    if (strspn(text, NAME_CHARACTERS) != strlen(text))
        return err_set(err, ERR_CONFIG,
                       "a host's name holds letters, digits, '-', '.' and '_' only");
    if (is_broken_ipv4(text))
        return err_set(err, ERR_CONFIG, "not an IPv4 address");
    return 0;
}
