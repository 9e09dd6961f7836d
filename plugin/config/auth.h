/* SPDX-License-Identifier: MIT */
/*
 * auth: one entry of `auths`: method, user and where the secret lies.
 */
#ifndef CONFIG_AUTH_H
#define CONFIG_AUTH_H

#include "config/document.h"
#include "config/work.h"
#include "model/auth.h"

/* Reads what stands behind an auth's name. A password file that cannot be read is a warning: it is
 * read again when it is needed. -1: told. */
int config_auth_parse(struct config_work *work, const struct config_node *key,
                      struct model_auth *auth);

#endif
