/* SPDX-License-Identifier: MIT */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int too_large(struct err *err)
{
    return err_set(err, ERR_LIMIT, "larger than 16 MB, which no file here may be: split it");
}

static int check_file(int fd, struct err *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_code(err, ERR_CONFIG, (uint32_t)errno, "cannot be read: %s",
                            strerror(errno));
    if (S_ISDIR(status.st_mode))
        return err_set(err, ERR_CONFIG, "a directory; for all files in it name '*.yaml' behind it");
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_CONFIG, "not a regular file: a FIFO, socket or device is not read");
    if (status.st_size > CONFIG_FILE_MAX_BYTES)
        return too_large(err);
    return 0;
}

static int read_all(int fd, struct buf *bytes, struct err *err)
{
    char chunk[16384];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set_code(err, ERR_CONFIG, (uint32_t)errno, "cannot be read: %s",
                                strerror(errno));
        if (got == 0)
            return 0;
        buf_add(bytes, chunk, (size_t)got);
        if (bytes->too_large)
            return too_large(err);
        if (bytes->out_of_memory)
            return err_memory(err);
    }
}

int config_file_read(const char *path, struct buf *bytes, struct err *err)
{
    /* O_NONBLOCK: opening a FIFO without a writer must not wait. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_set_code(err, ERR_CONFIG, (uint32_t)errno, "cannot be read: %s",
                            strerror(errno));
    int result = check_file(fd, err);
    if (result == 0)
        result = read_all(fd, bytes, err);
    close(fd);
    return result;
}
