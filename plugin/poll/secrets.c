/* SPDX-License-Identifier: MIT */
#include "poll/secrets.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

struct poll_proof {
    struct secret *secret; /* NULL: files prove it, which whoever uses them reads */
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

/* A certificate and its key. */
#define MAX_FILES 2

struct entry {
    const struct model_auth *auth;
    const char *paths[MAX_FILES]; /* what is watched */
    size_t path_count;            /* 0: read once */
    /* Of the refreshing thread alone. */
    struct identity identities[MAX_FILES]; /* of the files that proof was made of */
    struct err complaint;                  /* the last, until it is over */
    /* Under the lock. */
    struct poll_proof *proof; /* NULL until there was one */
    uint64_t generation;
};

struct poll_secrets {
    const struct log *log;
    pthread_mutex_t lock;
    size_t count;
    struct entry entries[];
};

/* MIT's krb5_cc_resolve: what stands before the first ':' is the kind of cache, a name without is a
 * file. Other kinds than files cannot be watched: NULL. */
static const char *file_of_cache(const char *name)
{
    static const char FILE_PREFIX[] = "FILE:";
    if (strncmp(name, FILE_PREFIX, sizeof FILE_PREFIX - 1) == 0)
        return name + sizeof FILE_PREFIX - 1;
    return strchr(name, ':') == NULL ? name : NULL;
}

static void init_entry(struct entry *entry, const struct model_auth *auth)
{
    entry->auth = auth;
    if (auth->proof == MODEL_PROOF_PASSWORD_ENV)
        return;
    const char *path =
        auth->proof == MODEL_PROOF_CREDENTIAL_CACHE ? file_of_cache(auth->place) : auth->place;
    if (path != NULL)
        entry->paths[entry->path_count++] = path;
    if (auth->key_file != NULL)
        entry->paths[entry->path_count++] = auth->key_file;
}

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
        init_entry(&secrets->entries[i], &auths[i]);
    return secrets;
}

static void free_proof(struct poll_proof *proof)
{
    if (proof == NULL)
        return;
    secret_free(proof->secret);
    free(proof);
}

void poll_secrets_free(struct poll_secrets *secrets)
{
    if (secrets == NULL)
        return;
    for (size_t i = 0; i < secrets->count; i++)
        free_proof(secrets->entries[i].proof);
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

static bool is_same_file(const struct identity *a, const struct identity *b)
{
    return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->size_bytes == b->size_bytes && a->inode == b->inode && a->device == b->device;
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    for (size_t i = 0; i < MAX_FILES; i++)
        if (!is_same_file(&a[i], &b[i]))
            return false;
    return true;
}

static bool is_password_file(const struct entry *entry)
{
    return entry->auth->proof == MODEL_PROOF_PASSWORD_FILE;
}

static void complain(const struct poll_secrets *secrets, struct entry *entry, const struct err *err)
{
    if (strcmp(entry->complaint.text, err->text) == 0)
        return;
    entry->complaint = *err;
    log_write(secrets->log, LOG_LEVEL_ERROR, "%s:%u:%u: auth %s: %s; %s", entry->auth->origin.path,
              entry->auth->origin.line, entry->auth->origin.column, entry->auth->name, err->text,
              entry->proof != NULL     ? is_password_file(entry)
                                             ? "the password read before stays in use"
                                             : "what was made of it before stays in use"
              : entry->path_count == 0 ? "its hosts are not asked"
                                       : "its hosts are not asked until it can be read");
}

static void end_complaint(const struct poll_secrets *secrets, struct entry *entry)
{
    if (entry->complaint.kind == ERR_NONE)
        return;
    err_clear(&entry->complaint);
    log_write(secrets->log, LOG_LEVEL_INFO, "auth %s: %s: %s can be read again", entry->auth->name,
              entry->auth->place, is_password_file(entry) ? "the password" : "it");
}

/* Takes secret, which may be NULL. */
static struct poll_proof *new_proof(struct secret *secret, struct err *err)
{
    struct poll_proof *proof = malloc(sizeof *proof);
    if (proof == NULL) {
        secret_free(secret);
        err_memory(err);
        return NULL;
    }
    *proof = (struct poll_proof){.secret = secret, .holders = 1};
    return proof;
}

static void offer(struct poll_secrets *secrets, struct entry *entry, struct poll_proof *proof)
{
    pthread_mutex_lock(&secrets->lock);
    struct poll_proof *before = entry->proof;
    proof->generation = ++entry->generation;
    entry->proof = proof;
    pthread_mutex_unlock(&secrets->lock);
    if (before != NULL)
        poll_secrets_give_back(secrets, before);
}

/* Neither the text nor its length is ever told, nor the name: it may be the password itself, put in
 * the wrong place. */
static struct secret *read_variable(const char *name, struct err *err)
{
    const char *text = getenv(name);
    if (text != NULL && *text != '\0')
        return secret_new(text, strlen(text), err);
    err_set(
        err, ERR_CONFIG,
        "the environment variable that 'password_env' names, and which should hold the password, "
        "is %s",
        text == NULL ? "not set" : "empty");
    return NULL;
}

/* Others read them, later and again and again: only whether that can be. */
static int check_files(const struct entry *entry, bool *readable_by_others, struct err *err)
{
    for (size_t i = 0; i < entry->path_count; i++) {
        struct stat status;
        const char *path = entry->paths[i];
        if (stat(path, &status) != 0 || access(path, R_OK) != 0)
            return err_set_code(err, ERR_CONFIG, (uint32_t)errno, "%s: %s", path, strerror(errno));
        if (!S_ISREG(status.st_mode))
            return err_set(err, ERR_CONFIG, "%s: not a regular file", path);
        /* A certificate is no secret, its key is, and so are keytabs and caches. */
        bool is_public = entry->auth->proof == MODEL_PROOF_CERTIFICATE && i == 0 &&
                         strcmp(path, entry->paths[entry->path_count - 1]) != 0;
        if (!is_public && (status.st_mode & S_IROTH) != 0)
            *readable_by_others = true;
    }
    return 0;
}

/* New: what proves the auth now. NULL: err says why there is nothing. */
static struct poll_proof *make_proof(const struct entry *entry, bool *readable_by_others,
                                     struct err *err)
{
    const struct model_auth *auth = entry->auth;
    struct secret *secret = NULL;
    switch (auth->proof) {
    case MODEL_PROOF_PASSWORD_FILE:
        secret = secret_read_file(auth->place, readable_by_others, err);
        return secret != NULL ? new_proof(secret, err) : NULL;
    case MODEL_PROOF_PASSWORD_ENV:
        secret = read_variable(auth->place, err);
        return secret != NULL ? new_proof(secret, err) : NULL;
    case MODEL_PROOF_KEYTAB:
    case MODEL_PROOF_CREDENTIAL_CACHE:
    case MODEL_PROOF_CERTIFICATE:
        break;
    }
    return check_files(entry, readable_by_others, err) == 0 ? new_proof(NULL, err) : NULL;
}

static void warn_of_readers(const struct poll_secrets *secrets, const struct entry *entry)
{
    const struct model_auth *auth = entry->auth;
    log_write(secrets->log, LOG_LEVEL_WARNING,
              "%s:%u:%u: auth %s: %s is readable by everybody; chmod o-r mends it",
              auth->origin.path, auth->origin.line, auth->origin.column, auth->name,
              entry->paths[entry->path_count - 1]);
}

/* Identified before it is read: what is written in between is seen as a change next time. */
static void refresh(struct poll_secrets *secrets, struct entry *entry)
{
    struct identity identities[MAX_FILES];
    memset(identities, 0, sizeof identities);
    for (size_t i = 0; i < entry->path_count; i++)
        identities[i] = identify(entry->paths[i]);
    bool is_known = entry->proof != NULL && is_same(identities, entry->identities);
    /* The environment stays what it was when the daemon began. */
    bool is_final = entry->path_count == 0 && entry->complaint.kind != ERR_NONE;
    if (is_final || (is_known && entry->complaint.kind == ERR_NONE))
        return;
    struct err err = ERR_INIT;
    bool readable_by_others = false;
    struct poll_proof *proof = make_proof(entry, &readable_by_others, &err);
    if (proof == NULL) {
        complain(secrets, entry, &err);
        return;
    }
    end_complaint(secrets, entry);
    if (is_known) {
        free_proof(proof);
        return;
    }
    memcpy(entry->identities, identities, sizeof identities);
    offer(secrets, entry, proof);
    if (readable_by_others)
        warn_of_readers(secrets, entry);
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

const struct poll_proof *poll_secrets_take(struct poll_secrets *secrets, size_t slot)
{
    if (slot >= secrets->count)
        return NULL;
    pthread_mutex_lock(&secrets->lock);
    struct poll_proof *proof = secrets->entries[slot].proof;
    if (proof != NULL)
        proof->holders++;
    pthread_mutex_unlock(&secrets->lock);
    return proof;
}

void poll_secrets_give_back(struct poll_secrets *secrets, const struct poll_proof *proof)
{
    if (proof == NULL)
        return;
    struct poll_proof *held = (struct poll_proof *)proof;
    pthread_mutex_lock(&secrets->lock);
    bool is_last = --held->holders == 0;
    pthread_mutex_unlock(&secrets->lock);
    if (is_last)
        free_proof(held);
}

const char *poll_secrets_password(const struct poll_proof *proof)
{
    return proof->secret != NULL ? secret_text(proof->secret) : NULL;
}

uint64_t poll_secrets_proof_generation(const struct poll_proof *proof)
{
    return proof->generation;
}
