/* SPDX-License-Identifier: MIT */
/*
 * auth: one entry of `auths`: method, user and where the proof lies, and which of these go
 * together.
 */
#ifndef CONFIG_AUTH_H
#define CONFIG_AUTH_H

#include "config/document.h"
#include "config/work.h"
#include "model/auth.h"

/* Reads what stands behind an auth's name. No file is looked at: poll/secrets.h does that.
 * $CREDENTIALS_DIRECTORY is read for `password_credential`. -1: told. */
int config_auth_parse(struct config_work *work, const struct config_node *key,
                      struct model_auth *auth);

#endif
