/* SPDX-License-Identifier: Apache-2.0
 *
 * intake.c: see intake.h. libarchive does the unpacking; "raw" stands for a file that is no archive.
 */
#include "intake.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536u

struct intake {
    struct archive *archive;
    char *path;
    int file;
    uint64_t bytes;
    char block[BLOCK_BYTES];
};

static int complain(const struct intake *intake, char ret_error[LISTING_ERROR_BYTES], const char *why)
{
    snprintf(ret_error, LISTING_ERROR_BYTES, "%.512s: %.300s", intake->path, why ? why : "cannot be read");
    return PW_ERROR_INVALID;
}

/* Goes to the next file, over folders: 1; 0 when there is none. */
static int next_file(struct intake *intake, char ret_error[LISTING_ERROR_BYTES])
{
    struct archive_entry *entry;
    int status;
    do {
        status = archive_read_next_header(intake->archive, &entry);
        if (status == ARCHIVE_EOF)
            return 0;
        if (status < ARCHIVE_WARN)
            return complain(intake, ret_error, archive_error_string(intake->archive));
    } while (archive_entry_filetype(entry) == AE_IFDIR);
    return 1;
}

static int start(struct intake *intake, char ret_error[LISTING_ERROR_BYTES])
{
    archive_read_support_filter_gzip(intake->archive);
    archive_read_support_format_zip_streamable(intake->archive);
    archive_read_support_format_raw(intake->archive);
    archive_read_support_format_empty(intake->archive);
    if (archive_read_open_fd(intake->archive, intake->file, BLOCK_BYTES) != ARCHIVE_OK)
        return complain(intake, ret_error, archive_error_string(intake->archive));
    int status = next_file(intake, ret_error);
    return status == 0 ? complain(intake, ret_error, "is empty") : status < 0 ? status : PW_OK;
}

int intake_open(const char *path, struct intake **ret_intake, char ret_error[LISTING_ERROR_BYTES])
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake)
        return PW_ERROR_MEMORY;
    intake->path = strdup(path);
    intake->file = open(path, O_RDONLY | O_CLOEXEC);
    intake->archive = archive_read_new();
    int error = intake->path && intake->archive ? PW_OK : PW_ERROR_MEMORY;
    if (!error)
        error = intake->file < 0 ? complain(intake, ret_error, strerror(errno)) : start(intake, ret_error);
    if (error)
        intake_close(intake);
    else
        *ret_intake = intake;
    return error;
}

/* Where several files are packed together, nobody said which of them is the list. */
static int check_end(struct intake *intake, char ret_error[LISTING_ERROR_BYTES])
{
    int status = next_file(intake, ret_error);
    return status <= 0 ? status
                       : complain(intake, ret_error,
                                  "holds more than one file; unpack it and name the one that is meant");
}

int intake_next(struct intake *intake, struct pw_text *ret_bytes, char ret_error[LISTING_ERROR_BYTES])
{
    la_ssize_t got = archive_read_data(intake->archive, intake->block, sizeof intake->block);
    if (got < 0)
        return complain(intake, ret_error, archive_error_string(intake->archive));
    intake->bytes += (uint64_t)got;
    if (intake->bytes > INTAKE_MAX_BYTES)
        return complain(intake, ret_error, "unpacks to more than 4 GiB");
    *ret_bytes = (struct pw_text){intake->block, (size_t)got};
    return got > 0 ? 1 : check_end(intake, ret_error);
}

int intake_all(struct intake *intake, size_t most, char **ret_bytes, size_t *ret_length,
               char ret_error[LISTING_ERROR_BYTES])
{
    char *all = NULL;
    size_t length = 0, capacity = 0;
    struct pw_text bytes;
    int status;
    while ((status = intake_next(intake, &bytes, ret_error)) > 0) {
        if (length + bytes.length > most)
            status = complain(intake, ret_error, "is larger than a list of this format can be");
        else if (length + bytes.length > capacity) {
            capacity = 2 * capacity + bytes.length;
            char *grown = realloc(all, capacity);
            status = grown ? 1 : PW_ERROR_MEMORY;
            all = grown ? grown : all;
        }
        if (status < 0)
            break;
        memcpy(all + length, bytes.data, bytes.length);
        length += bytes.length;
    }
    if (status < 0) {
        free(all);
        return status;
    }
    *ret_bytes = all;
    *ret_length = length;
    return PW_OK;
}

int64_t intake_written_ms(const struct intake *intake)
{
    struct stat found;
    return fstat(intake->file, &found) == 0 ? (int64_t)found.st_mtime * 1000 : 0;
}

struct intake *intake_close(struct intake *intake)
{
    if (!intake)
        return NULL;
    if (intake->archive)
        archive_read_free(intake->archive);
    if (intake->file >= 0)
        close(intake->file);
    free(intake->path);
    free(intake);
    return NULL;
}
