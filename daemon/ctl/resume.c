/* SPDX-License-Identifier: Apache-2.0
 *
 * resume.c: the state file of `send --resume`. It may be behind, never ahead: what it does not know is sent
 * again, and the daemon answers "duplicate".
 */
#include "ctl/resume.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "ctl/ctl.h"
#include "json/json.h"

#define RESUME_MAX_BYTES 4096 /* the file is one short line */
#define RESUME_MAX_PATH  4096 /* PATH_MAX on Linux */
#define RESUME_SAVE_MS   1000

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int read_state(struct resume *resume, const char *bytes, size_t length)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    int64_t settled = -1, refused = 0;
    size_t used = 0;
    int status = json_parse(&document, bytes, length, &json_limits_config, &error);
    struct pw_text digest = json_text(&document, json_member(&document, PW_NODE_ROOT, "digest"));
    json_integer(&document, json_member(&document, PW_NODE_ROOT, "settled"), &settled);
    json_integer(&document, json_member(&document, PW_NODE_ROOT, "refused"), &refused);
    if (status != 0 || settled < 0 || refused < 0 ||
        sodium_hex2bin(resume->expected, RESUME_DIGEST, digest.data ? digest.data : "", digest.length, NULL,
                       &used, NULL) != 0 ||
        used != RESUME_DIGEST) {
        ctl_complain("%s is not a file that --resume wrote; remove it to begin anew", resume->file);
        status = PW_ERROR_INVALID;
    }
    json_release(&document);
    if (status == 0) {
        resume->before = (uint64_t)settled;
        resume->refused = (uint64_t)refused;
    }
    return status;
}

static int complain_of_writing(struct resume *resume)
{
    if (!resume->failed)
        ctl_complain("%s cannot be written: %s", resume->file, strerror(errno));
    resume->failed = true;
    return PW_ERROR_IO;
}

/* A state that cannot be kept is said before anything is sent. */
static int check_writable(struct resume *resume)
{
    char path[RESUME_MAX_PATH];
    snprintf(path, sizeof(path), "%s.new", resume->file);
    FILE *stream = fopen(path, "we");
    if (!stream)
        return complain_of_writing(resume);
    fclose(stream);
    unlink(path);
    return 0;
}

int resume_open(struct resume *resume, const char *file)
{
    char bytes[RESUME_MAX_BYTES];
    *resume = (struct resume){.file = file};
    if (!file)
        return 0;
    FILE *stream = fopen(file, "re");
    if (!stream && errno == ENOENT)
        return check_writable(resume);
    if (!stream) {
        ctl_complain("%s cannot be read: %s", file, strerror(errno));
        return PW_ERROR_IO;
    }
    size_t length = fread(bytes, 1, sizeof(bytes), stream);
    fclose(stream);
    int status = read_state(resume, bytes, length);
    return status == 0 ? check_writable(resume) : status;
}

int resume_note(struct resume *resume, struct pw_text event, bool refused)
{
    crypto_generichash_state state;
    uint64_t length = event.length;
    if (!resume->file || resume->frozen)
        return 0;
    crypto_generichash_init(&state, NULL, 0, RESUME_DIGEST);
    crypto_generichash_update(&state, resume->digest, RESUME_DIGEST);
    crypto_generichash_update(&state, (const unsigned char *)&length, sizeof(length));
    crypto_generichash_update(&state, (const unsigned char *)(event.data ? event.data : ""), event.length);
    crypto_generichash_final(&state, resume->digest, RESUME_DIGEST);
    resume->settled++;
    resume->refused += refused;
    if (resume->settled == resume->before && memcmp(resume->digest, resume->expected, RESUME_DIGEST) != 0) {
        ctl_complain("%s belongs to another input (or another map): its first %" PRIu64
                     " events are not these. Remove it to begin anew; the daemon knows what it has",
                     resume->file, resume->before);
        resume->frozen = resume->mistaken = true;
        return PW_ERROR_INVALID;
    }
    return 0;
}

int resume_end(struct resume *resume)
{
    if (!resume->file || resume->settled >= resume->before)
        return 0;
    ctl_complain("%s belongs to another input: it knows of %" PRIu64 " events, this one has %" PRIu64
                 ", and nothing was sent. Remove it to begin anew; the daemon knows what it has",
                 resume->file, resume->before, resume->settled);
    resume->mistaken = true;
    return PW_ERROR_INVALID;
}

static bool write_file(const struct resume *resume, const char *path)
{
    char digest[RESUME_DIGEST * 2 + 1];
    FILE *stream = fopen(path, "we");
    if (!stream)
        return false;
    sodium_bin2hex(digest, sizeof(digest), resume->digest, RESUME_DIGEST);
    fprintf(stream, "{\"settled\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"digest\":\"%s\"}\n", resume->settled,
            resume->refused, digest);
    bool good = fflush(stream) == 0 && fsync(fileno(stream)) == 0;
    return fclose(stream) == 0 && good;
}

int resume_save(struct resume *resume, bool now)
{
    char path[RESUME_MAX_PATH];
    int64_t at = monotonic_ms();
    if (!resume->file || resume->mistaken || resume->settled < resume->before ||
        (!now && at - resume->saved_ms < RESUME_SAVE_MS))
        return 0;
    resume->saved_ms = at;
    snprintf(path, sizeof(path), "%s.new", resume->file);
    if (write_file(resume, path) && rename(path, resume->file) == 0)
        return 0;
    return complain_of_writing(resume);
}
