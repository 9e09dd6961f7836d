/* SPDX-License-Identifier: MIT */
/*
 * secrets: what proves each auth. A password is read here, from its file, and read again when the
 * file changed, or once from the environment. Keytabs, credential caches that are files, and
 * certificates with their keys are read by whoever uses them; here they are only watched.
 *
 * A file has changed when its modification time, size or inode did. Each change gives a new
 * generation, by which poll/host.c knows that a session stands on an old proof and poll/health.c
 * that refused hosts may be asked again. A file that cannot be read any more leaves the last
 * generation in use: editors replace files, and a monitor should not go blind meanwhile.
 *
 * Threads: poll_secrets_refresh does file I/O, may block, and is for collectd's threads, one call
 * at a time; the others never block for longer than a pointer is swapped and are for any thread.
 * One lock inside, a leaf: nothing is called under it. Owned by plugin.c; outlives the poller. The
 * proofs are counted: the last who held one wipes its password (base/secret.h).
 */
#ifndef POLL_SECRETS_H
#define POLL_SECRETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "model/auth.h"

struct poll_secrets;
struct poll_proof;

/* New: nothing is read before the first refresh. auths and log are borrowed as long as it lives.
 * Free with poll_secrets_free. NULL: ERR_MEMORY. */
struct poll_secrets *poll_secrets_new(const struct model_auth *auths, size_t auth_count,
                                      const struct log *log, struct err *err);
/* Every proof must have been given back. NULL is fine. */
void poll_secrets_free(struct poll_secrets *secrets);

/* Looks at every file. Complains once about a file until the complaint changes, and says when it is
 * over; warns at each change where the world may read it. */
void poll_secrets_refresh(struct poll_secrets *secrets);

/* Where an auth of the model is kept: for the functions below. An auth that was not in
 * poll_secrets_new's gets a place that never has a proof. */
size_t poll_secrets_slot(const struct poll_secrets *secrets, const struct model_auth *auth);

/* Which proof a new session would get: counts from 1; 0 as long as there was none. */
uint64_t poll_secrets_generation(struct poll_secrets *secrets, size_t slot);

/* Borrowed until given back with poll_secrets_give_back; stays what it is when a newer one is read.
 * NULL as long as there was none. */
const struct poll_proof *poll_secrets_take(struct poll_secrets *secrets, size_t slot);
void poll_secrets_give_back(struct poll_secrets *secrets, const struct poll_proof *proof);

/* NUL-terminated; borrowed from the proof. NULL: no password proves this auth. */
const char *poll_secrets_password(const struct poll_proof *proof);
uint64_t poll_secrets_proof_generation(const struct poll_proof *proof);

#endif
