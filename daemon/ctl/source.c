/* SPDX-License-Identifier: Apache-2.0
 *
 * source.c: a buffer between read(2) and lines.
 */
#include "ctl/source.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctl/ctl.h"
#include "json/buffer.h"

#define READ_BYTES (64u << 10)

struct source {
    int descriptor;
    const char *name;
    bool file, end, started;
    bool skipping; /* the rest of a line that was too long */
    uint64_t size, read;
    struct buffer data; /* decoded; what was taken stands before `at` */
    size_t at;
    bool converting;
    iconv_t converter;
    size_t unit;
    char raw[READ_BYTES]; /* not yet converted */
    size_t raw_length;
};

int source_open(const char *file, struct source **ret_source)
{
    bool standard = !file || strcmp(file, "-") == 0;
    struct source *source = calloc(1, sizeof(*source));
    struct stat status;
    if (!source) {
        ctl_complain("out of memory");
        return PW_ERROR_MEMORY;
    }
    source->name = standard ? "standard input" : file;
    source->descriptor = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (source->descriptor < 0 || fstat(source->descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
        ctl_complain("%s cannot be read: %s", source->name,
                     strerror(source->descriptor < 0 ? errno : EISDIR));
        source_close(source);
        return PW_ERROR_IO;
    }
    source->file = S_ISREG(status.st_mode);
    source->size = source->file ? (uint64_t)status.st_size : 0;
    *ret_source = source;
    return 0;
}

struct source *source_close(struct source *source)
{
    if (!source)
        return NULL;
    if (source->descriptor > STDIN_FILENO)
        close(source->descriptor);
    if (source->converting)
        iconv_close(source->converter);
    buffer_release(&source->data);
    free(source);
    return NULL;
}

/* Bytes of one unit of the encoding: as many are skipped where nothing can be read. */
static size_t unit_of(const char *encoding)
{
    static const struct {
        const char *begin;
        size_t bytes;
    } wide[] = {{"UTF-16", 2}, {"UTF16", 2}, {"UCS-2", 2}, {"UCS2", 2},
                {"UTF-32", 4}, {"UCS-4", 4}, {"UCS4", 4}};
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (strncasecmp(encoding, wide[i].begin, strlen(wide[i].begin)) == 0)
            return wide[i].bytes;
    return 1;
}

int source_encoding(struct source *source, const char *encoding)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1) {
        ctl_complain("this system's iconv knows no encoding \"%s\"; \"iconv -l\" lists them", encoding);
        return PW_ERROR_UNSUPPORTED;
    }
    if (source->converting)
        iconv_close(source->converter);
    source->converter = converter;
    source->unit = unit_of(encoding);
    source->converting = true;
    return 0;
}

int source_descriptor(const struct source *source)
{
    return source->descriptor;
}

bool source_is_file(const struct source *source)
{
    return source->file;
}

const char *source_name(const struct source *source)
{
    return source->name;
}

bool source_at_end(const struct source *source)
{
    return source->end;
}

bool source_ended(const struct source *source)
{
    return source->end && source->at >= source->data.length;
}

struct pw_text source_peek(const struct source *source)
{
    if (source->at >= source->data.length)
        return (struct pw_text){NULL, 0};
    return (struct pw_text){source->data.data + source->at, source->data.length - source->at};
}

void source_take(struct source *source, size_t bytes)
{
    source->at += bytes;
}

void source_progress(const struct source *source, uint64_t *ret_done, uint64_t *ret_total)
{
    *ret_done = source->read - (source->data.length - source->at);
    *ret_total = source->size;
}

/* Converts what is in `raw`; an unfinished character waits for its rest, and what is none leaves a byte that
 * is no UTF-8, so that only the row it stands in is bad. */
static void convert(struct source *source)
{
    char *in = source->raw, out[4096];
    while (source->raw_length > 0) {
        char *to = out;
        size_t room = sizeof(out);
        size_t result = iconv(source->converter, &in, &source->raw_length, &to, &room);
        buffer_append(&source->data, out, sizeof(out) - room);
        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        if (errno == EINVAL && !source->end)
            break;
        size_t skipped = source->unit < source->raw_length ? source->unit : source->raw_length;
        buffer_string(&source->data, SOURCE_NO_TEXT);
        in += skipped;
        source->raw_length -= skipped;
    }
    memmove(source->raw, in, source->raw_length);
}

/* A byte order mark is the mark of the tool that wrote the file, not content. */
static void drop_mark(struct source *source)
{
    if (source->started || source->data.length - source->at < 3)
        return;
    source->started = true;
    if (memcmp(source->data.data + source->at, "\xEF\xBB\xBF", 3) == 0)
        source->at += 3;
}

int source_fill(struct source *source)
{
    if (source->end)
        return 0;
    if (source->at > 0) {
        memmove(source->data.data, source->data.data + source->at, source->data.length - source->at);
        source->data.length -= source->at;
        source->at = 0;
    }
    ssize_t got;
    do
        got = read(source->descriptor, source->raw + source->raw_length,
                   sizeof(source->raw) - source->raw_length);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        ctl_complain("%s cannot be read: %s", source->name, strerror(errno));
        return PW_ERROR_IO;
    }
    source->end = got == 0;
    source->read += (uint64_t)got;
    source->raw_length += (size_t)got;
    if (source->converting) {
        convert(source);
    } else {
        buffer_append(&source->data, source->raw, source->raw_length);
        source->raw_length = 0;
    }
    drop_mark(source);
    if (source->data.failed) {
        ctl_complain("out of memory");
        return PW_ERROR_MEMORY;
    }
    return got > 0;
}

/* Throws away up to the end of a line that was too long. */
static bool skip(struct source *source)
{
    struct pw_text rest = source_peek(source);
    const char *end = rest.length ? memchr(rest.data, '\n', rest.length) : NULL;
    source->at += end ? (size_t)(end - rest.data) + 1 : rest.length;
    source->skipping = !end && !source->end;
    return !source->skipping;
}

int source_line(struct source *source, struct pw_text *ret_line)
{
    if (source->skipping && !skip(source))
        return 0;
    struct pw_text rest = source_peek(source);
    if (rest.length == 0)
        return 0;
    const char *end = memchr(rest.data, '\n', rest.length);
    size_t length = end ? (size_t)(end - rest.data) : rest.length;
    if (length > SOURCE_MAX_LINE) {
        source->skipping = true;
        skip(source);
        return PW_ERROR_LIMIT;
    }
    if (!end && !source->end)
        return 0;
    source->at += length + (end != NULL);
    if (length > 0 && rest.data[length - 1] == '\r')
        length--;
    *ret_line = (struct pw_text){rest.data, length};
    return 1;
}
