/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes a snapshot: the input's bytes replace those of a sound one, two bytes of place and one of length before each row
 * of them, so that every record is within reach; or, first byte odd, the input is the file. Whatever passes as a snapshot
 * is asked by name, sentence and id, and answers JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "answer.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char list[] =
    "{\"format\":\"pathwayd-list/"
    "1\",\"source\":\"fuzz\",\"list\":\"F\",\"snapshot\":\"2022-04-21\",\"title\":\"t\","
    "\"licence\":\"l\",\"entries\":[{\"id\":\"1\",\"name\":\"Beihang "
    "University\",\"aliases\":[\"北京航空航天大学\"],"
    "\"abbreviations\":[\"BUAA\"],\"ids\":{\"ror\":[\"00wk2mp56\"]},\"country\":\"CN\",\"category\":\"seven_"
    "sons\","
    "\"effect\":\"informs\"},{\"id\":\"2\",\"name\":\"Central South University of "
    "Forestry\",\"category\":\"other\","
    "\"effect\":\"forbids_dealing\",\"valid_until\":\"2030-01-01\"}]}";

static const struct screener_query queries[] = {
    {.name = PW_TEXT("Beihang University"), .ror = PW_TEXT("00wk2mp56")},
    {.name = PW_TEXT("BUAA"), .country = PW_TEXT("CN"), .as_of = INT64_MAX},
    {.sentence =
         PW_TEXT("Beihang University Hospital, Beijing, China; University Forestry of Central South (BUAA)")},
    {.sentence = PW_TEXT("北京航空航天大学")}};

static struct screener sound;

/* Compiled once: the bytes of a snapshot with nothing wrong in it. */
static const struct snapshot *shared_snapshot(void)
{
    char why[LISTING_ERROR_BYTES];
    struct listing *listing = NULL;
    if (!sound.folding && (screener_open(&sound, &json_document_api) ||
                           listing_read(&json_document_api, PW_TEXT("fuzz"), PW_TEXT(list), &listing, why) ||
                           screener_add(&sound, listing, why) || screener_seal(&sound, why)))
        abort();
    return &sound.snapshots[0];
}

static void check_json(struct answer *answer)
{
    struct pw_document document = {0};
    struct json_error error;
    if (answer->failed || json_parse(&document, answer->data, answer->length, &json_limits_frame, &error))
        abort();
    json_release(&document);
    answer_release(answer);
}

static void ask(struct screener *screener)
{
    static struct screening screening;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct answer answer = {0};
        const struct screener_query *query = &queries[i];
        if (screener_screen(screener, query, &screening))
            abort();
        answer_screening(&answer, screener, query->name, &screening);
        check_json(&answer);
        for (uint32_t k = 0; k < screening.count; k++) {
            const struct answer_terms terms = {.as_of = query->as_of, .max_age_ms = 1};
            const struct match *match = &screening.matches[k];
            answer_fact(&answer, screener, match, &terms,
                        match->field == FIELD_ROR    ? query->ror
                        : match->field == FIELD_NAME ? query->name
                                                     : query->sentence,
                        PW_TEXT("/data"));
            check_json(&answer);
        }
    }
}

/* Takes over `bytes`, which are refused, or asked. */
static void adopt(char *bytes, size_t length)
{
    char why[LISTING_ERROR_BYTES] = "";
    struct screener screener = {.api = &json_document_api};
    if (snapshot_adopt(&screener.snapshots[0], bytes, length, why)) {
        if (!why[0])
            abort();
        return;
    }
    screener.snapshot_count = 1;
    if (resolver_open(&screener.resolver, sound.folding, screener.snapshots, 1))
        abort();
    ask(&screener);
    screener_close(&screener);
}

/* The same from a file, whose check must be right to come any further. */
static void open_file(char *bytes, size_t length)
{
    char why[LISTING_ERROR_BYTES] = "", path[64];
    struct snapshot snapshot;
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes, length) != (ssize_t)length)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (snapshot_open(&snapshot, path, why) == 0)
        snapshot_close(&snapshot);
    else if (!strstr(why, path))
        abort();
    close(file);
}

static char *change(const struct snapshot *snapshot, const uint8_t *data, size_t size)
{
    char *bytes = malloc(snapshot->bytes);
    if (!bytes)
        abort();
    memcpy(bytes, snapshot->base, snapshot->bytes);
    while (size >= 4) {
        size_t at = (size_t)(data[0] << 8 | data[1]) * 4 % snapshot->bytes, length = data[2] % 32u + 1;
        data += 3;
        size -= 3;
        length = length > size ? size : length;
        length = length > snapshot->bytes - at ? snapshot->bytes - at : length;
        memcpy(bytes + at, data, length);
        data += length;
        size -= length;
    }
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct snapshot *snapshot = shared_snapshot();
    if (size == 0)
        return 0;
    if (data[0] & 1) {
        char *bytes = malloc(size);
        if (!bytes)
            abort();
        memcpy(bytes, data + 1, size - 1);
        open_file(bytes, size - 1);
        adopt(bytes, size - 1);
    } else {
        adopt(change(snapshot, data + 1, size - 1), snapshot->bytes);
    }
    return 0;
}
