/* SPDX-License-Identifier: MIT */
#include "poll/secrets.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/secret.h"

struct poll_password {
    struct secret *secret;
    uint64_t generation;
    unsigned holders; /* the entry that offers it counts as one; under the lock */
};

/* By what a changed file is told. */
struct identity {
    struct timespec modified;
    off_t size_bytes;
    ino_t inode;
    dev_t device;
};

struct entry {
    const struct model_auth *auth;
    /* Of the refreshing thread alone. */
    struct identity identity; /* of the file that password was read from */
    struct err complaint;     /* the last, until it is over */
    /* Under the lock. */
    struct poll_password *password; /* NULL until one could be read */
    uint64_t generation;
};

struct poll_secrets {
    const struct log *log;
    pthread_mutex_t lock;
    size_t count;
    struct entry entries[];
};

struct poll_secrets *poll_secrets_new(const struct model_auth *auths, size_t auth_count,
                                      const struct log *log, struct err *err)
{
    struct poll_secrets *secrets =
        calloc(1, sizeof *secrets + auth_count * sizeof secrets->entries[0]);
    if (secrets == NULL) {
        err_memory(err);
        return NULL;
    }
    pthread_mutex_init(&secrets->lock, NULL);
    secrets->log = log;
    secrets->count = auth_count;
    for (size_t i = 0; i < auth_count; i++)
        secrets->entries[i].auth = &auths[i];
    return secrets;
}

static void free_password(struct poll_password *password)
{
    if (password == NULL)
        return;
    secret_free(password->secret);
    free(password);
}

void poll_secrets_free(struct poll_secrets *secrets)
{
    if (secrets == NULL)
        return;
    for (size_t i = 0; i < secrets->count; i++)
        free_password(secrets->entries[i].password);
    pthread_mutex_destroy(&secrets->lock);
    free(secrets);
}

/* All zero where there is no such file: no file that can be read has inode 0. */
static struct identity identify(const char *path)
{
    struct stat status;
    struct identity identity;
    memset(&identity, 0, sizeof identity);
    if (stat(path, &status) == 0) {
        identity.modified = status.st_mtim;
        identity.size_bytes = status.st_size;
        identity.inode = status.st_ino;
        identity.device = status.st_dev;
    }
    return identity;
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->size_bytes == b->size_bytes && a->inode == b->inode && a->device == b->device;
}

static void complain(const struct poll_secrets *secrets, struct entry *entry, const struct err *err)
{
    if (strcmp(entry->complaint.text, err->text) == 0)
        return;
    entry->complaint = *err;
    log_write(secrets->log, LOG_LEVEL_ERROR, "%s:%u:%u: auth %s: %s; %s", entry->auth->origin.path,
              entry->auth->origin.line, entry->auth->origin.column, entry->auth->name, err->text,
              entry->password != NULL ? "the password read before stays in use"
                                      : "its hosts are not asked until it can be read");
}

static void end_complaint(const struct poll_secrets *secrets, struct entry *entry)
{
    if (entry->complaint.kind == ERR_NONE)
        return;
    err_clear(&entry->complaint);
    log_write(secrets->log, LOG_LEVEL_INFO, "auth %s: %s: the password can be read again",
              entry->auth->name, entry->auth->password_file);
}

static struct poll_password *new_password(struct secret *secret, struct err *err)
{
    struct poll_password *password = malloc(sizeof *password);
    if (password == NULL) {
        err_memory(err);
        return NULL;
    }
    *password = (struct poll_password){.secret = secret, .holders = 1};
    return password;
}

static void offer(struct poll_secrets *secrets, struct entry *entry, struct poll_password *password)
{
    pthread_mutex_lock(&secrets->lock);
    struct poll_password *before = entry->password;
    password->generation = ++entry->generation;
    entry->password = password;
    pthread_mutex_unlock(&secrets->lock);
    if (before != NULL)
        poll_secrets_give_back(secrets, before);
}

/* Identified before it is read: what is written in between is seen as a change next time. */
static void refresh(struct poll_secrets *secrets, struct entry *entry)
{
    const char *path = entry->auth->password_file;
    struct identity identity = identify(path);
    bool is_known = entry->password != NULL && is_same(&identity, &entry->identity);
    if (is_known && entry->complaint.kind == ERR_NONE)
        return;
    struct err err = ERR_INIT;
    bool readable_by_others = false;
    struct poll_password *password = NULL;
    struct secret *secret = secret_read_file(path, &readable_by_others, &err);
    if (secret != NULL)
        password = new_password(secret, &err);
    if (password == NULL) {
        secret_free(secret);
        complain(secrets, entry, &err);
        return;
    }
    end_complaint(secrets, entry);
    if (is_known) {
        free_password(password);
        return;
    }
    entry->identity = identity;
    offer(secrets, entry, password);
    if (readable_by_others)
        log_write(secrets->log, LOG_LEVEL_WARNING,
                  "%s:%u:%u: auth %s: %s is readable by everybody; chmod o-r mends it",
                  entry->auth->origin.path, entry->auth->origin.line, entry->auth->origin.column,
                  entry->auth->name, path);
}

void poll_secrets_refresh(struct poll_secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++)
        refresh(secrets, &secrets->entries[i]);
}

size_t poll_secrets_slot(const struct poll_secrets *secrets, const struct model_auth *auth)
{
    size_t slot = 0;
    while (slot < secrets->count && secrets->entries[slot].auth != auth)
        slot++;
    return slot;
}

uint64_t poll_secrets_generation(struct poll_secrets *secrets, size_t slot)
{
    if (slot >= secrets->count)
        return 0;
    pthread_mutex_lock(&secrets->lock);
    uint64_t generation = secrets->entries[slot].generation;
    pthread_mutex_unlock(&secrets->lock);
    return generation;
}

const struct poll_password *poll_secrets_take(struct poll_secrets *secrets, size_t slot)
{
    if (slot >= secrets->count)
        return NULL;
    pthread_mutex_lock(&secrets->lock);
    struct poll_password *password = secrets->entries[slot].password;
    if (password != NULL)
        password->holders++;
    pthread_mutex_unlock(&secrets->lock);
    return password;
}

void poll_secrets_give_back(struct poll_secrets *secrets, const struct poll_password *password)
{
    if (password == NULL)
        return;
    struct poll_password *held = (struct poll_password *)password;
    pthread_mutex_lock(&secrets->lock);
    bool is_last = --held->holders == 0;
    pthread_mutex_unlock(&secrets->lock);
    if (is_last)
        free_password(held);
}

const char *poll_secrets_text(const struct poll_password *password)
{
    return secret_text(password->secret);
}

uint64_t poll_secrets_password_generation(const struct poll_password *password)
{
    return password->generation;
}
