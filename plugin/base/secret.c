/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct secret {
    size_t map_bytes;
    size_t size_bytes;
    char text[];
};

void secret_wipe(void *bytes, size_t count)
{
    if (bytes != NULL && count > 0)
        explicit_bzero(bytes, count);
}

struct secret *secret_alloc(size_t count, struct err *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t map_bytes = (sizeof(struct secret) + count + 1 + page - 1) / page * page;
    struct secret *secret =
        mmap(NULL, map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (secret == MAP_FAILED) {
        err_memory(err);
        return NULL;
    }
    madvise(secret, map_bytes, MADV_DONTDUMP);
    (void)mlock(secret, map_bytes);
    secret->map_bytes = map_bytes;
    secret->size_bytes = count;
    return secret;
}

struct secret *secret_new(const char *bytes, size_t count, struct err *err)
{
    struct secret *secret = secret_alloc(count, err);
    if (secret != NULL && count > 0)
        memcpy(secret->text, bytes, count);
    return secret;
}

char *secret_bytes(struct secret *secret)
{
    return secret->text;
}

void secret_free(struct secret *secret)
{
    if (secret == NULL)
        return;
    size_t map_bytes = secret->map_bytes;
    secret_wipe(secret, map_bytes);
    munmap(secret, map_bytes);
}

const char *secret_text(const struct secret *secret)
{
    return secret != NULL ? secret->text : "";
}

size_t secret_size_bytes(const struct secret *secret)
{
    return secret != NULL ? secret->size_bytes : 0;
}

static int read_all(int fd, char *bytes, size_t max, size_t *count)
{
    *count = 0;
    while (*count < max) {
        ssize_t got = read(fd, bytes + *count, max - *count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        *count += (size_t)got;
    }
    return 0;
}

/* Cuts the secret to its first line. */
static int keep_first_line(struct secret *secret, const char *path, struct err *err)
{
    char *end = memchr(secret->text, '\n', secret->size_bytes);
    size_t count = end != NULL ? (size_t)(end - secret->text) : secret->size_bytes;
    if (end != NULL && count > 0 && secret->text[count - 1] == '\r')
        count--;
    if (count == 0)
        return err_set(err, ERR_CONFIG, "%s: the first line is empty, it should hold the password",
                       path);
    if (memchr(secret->text, '\0', count) != NULL)
        return err_set(err, ERR_CONFIG, "%s: a NUL byte in the password", path);
    secret_wipe(secret->text + count, secret->size_bytes - count);
    secret->text[count] = '\0';
    secret->size_bytes = count;
    return 0;
}

static int check_file(int fd, const char *path, bool *readable_by_others, struct err *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_code(err, ERR_CONFIG, (uint32_t)errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_CONFIG, "%s: not a regular file", path);
    if (status.st_size > SECRET_FILE_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "%s: over %d bytes, too large for a password file", path,
                       SECRET_FILE_MAX_BYTES);
    if (readable_by_others != NULL)
        *readable_by_others = (status.st_mode & S_IROTH) != 0;
    return 0;
}

struct secret *secret_read_file(const char *path, bool *readable_by_others, struct err *err)
{
    struct secret *secret = NULL;
    bool others = false;
    /* O_NONBLOCK: a FIFO put there must not hold the caller. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        err_set_code(err, ERR_CONFIG, (uint32_t)errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (check_file(fd, path, &others, err) != 0)
        goto out;
    secret = secret_alloc(SECRET_FILE_MAX_BYTES, err);
    if (secret == NULL)
        goto out;
    if (read_all(fd, secret->text, SECRET_FILE_MAX_BYTES, &secret->size_bytes) != 0) {
        err_set_code(err, ERR_CONFIG, (uint32_t)errno, "%s: %s", path, strerror(errno));
        secret_free(secret);
        secret = NULL;
        goto out;
    }
    if (keep_first_line(secret, path, err) != 0) {
        secret_free(secret);
        secret = NULL;
    } else if (readable_by_others != NULL) {
        *readable_by_others = others;
    }
out:
    close(fd);
    return secret;
}
