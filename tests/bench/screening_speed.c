/* SPDX-License-Identifier: Apache-2.0
 *
 * screening_speed.c: what a compiled snapshot costs: to open, to keep, and per affiliation screened. Strings come from
 * the standard input, one a line; one thread; no loader, JSON or process between. Prints one JSON object.
 *
 *     bench_screening_speed SNAPSHOT [PASSES] < STRINGS
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "json/json.h"
#include "screener.h"

#define OPENINGS       9u
#define DEFAULT_PASSES 7u
#define MAX_PASSES     1000u

struct strings {
    struct pw_text *texts; /* each malloc'd */
    size_t count, capacity;
};

struct speed {
    uint64_t open_ns,
        ready_ns; /* the file alone; with folding tables and everything, as a plugin host starts */
    uint64_t median_ns, p99_ns, slowest_ns;
    double per_second;
    size_t matched;
};

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static uint64_t rank(uint64_t *values, size_t count, unsigned percent)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count * percent / 100];
}

static int read_strings(struct strings *strings)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) >= 0) {
        if (length > 0 && line[length - 1] == '\n')
            length--;
        if (strings->count == strings->capacity) {
            size_t capacity = 2 * strings->capacity + 1024;
            struct pw_text *grown = realloc(strings->texts, capacity * sizeof *grown);
            if (!grown)
                break;
            strings->texts = grown;
            strings->capacity = capacity;
        }
        char *copy = strndup(line, (size_t)length);
        if (!copy)
            break;
        strings->texts[strings->count++] = (struct pw_text){copy, (size_t)length};
    }
    free(line);
    return feof(stdin) && strings->count ? PW_OK : PW_ERROR_INVALID;
}

static void release_strings(struct strings *strings)
{
    for (size_t i = 0; i < strings->count; i++)
        free((void *)(uintptr_t)strings->texts[i].data);
    free(strings->texts);
}

static int open_screener(struct screener *screener, const char *path, char ret_error[LISTING_ERROR_BYTES])
{
    int error = screener_open(screener, &json_document_api);
    if (!error)
        error = screener_add_snapshot(screener, path, ret_error);
    if (!error)
        error = screener_seal(screener, ret_error);
    return error;
}

/* The median of several: the file is in the page cache from the second on, as it is when another host has it open. */
static int measure_opening(const char *path, struct speed *speed, char ret_error[LISTING_ERROR_BYTES])
{
    uint64_t alone[OPENINGS], ready[OPENINGS];
    int error = PW_OK;
    for (size_t i = 0; i < OPENINGS && !error; i++) {
        struct snapshot snapshot = {0};
        struct screener screener = {0};
        uint64_t begun = now_ns();
        error = snapshot_open(&snapshot, path, ret_error);
        alone[i] = now_ns() - begun;
        snapshot_close(&snapshot);
        begun = now_ns();
        if (!error)
            error = open_screener(&screener, path, ret_error);
        ready[i] = now_ns() - begun;
        screener_close(&screener);
    }
    if (!error) {
        speed->open_ns = rank(alone, OPENINGS, 50);
        speed->ready_ns = rank(ready, OPENINGS, 50);
    }
    return error;
}

static bool is_reportable(const struct screening *screening)
{
    for (uint32_t i = 0; i < screening->count; i++)
        if (match_reportable(&screening->matches[i]))
            return true;
    return false;
}

/* Times every string into `ns`, one reading of the clock a string. */
static int time_pass(struct screener *screener, const struct strings *strings, uint64_t *ns,
                     uint64_t *ret_total, size_t *ret_matched)
{
    static struct screening screening; /* some 20 KiB, and one thread */
    int error = PW_OK;
    uint64_t begun = now_ns(), last = begun;
    *ret_matched = 0;
    for (size_t i = 0; i < strings->count && !error; i++) {
        struct screener_query query = {.sentence = strings->texts[i], .as_of = INT64_MIN};
        error = screener_screen(screener, &query, &screening);
        uint64_t done = now_ns();
        ns[i] = done - last;
        last = done;
        *ret_matched += is_reportable(&screening);
    }
    *ret_total = last - begun;
    return error;
}

/* The first pass warms up. Median, 99th percentile and rate are the middle ones of the passes; the slowest string is the
 * one whose fastest pass was the slowest, which no other load can make up. */
static int measure_strings(struct screener *screener, const struct strings *strings, size_t passes,
                           struct speed *speed)
{
    uint64_t *ns = calloc(strings->count, sizeof *ns), *least = calloc(strings->count, sizeof *least);
    uint64_t *medians = calloc(3 * passes, sizeof *medians);
    uint64_t *p99s = medians ? medians + passes : NULL, *totals = medians ? medians + 2 * passes : NULL;
    uint64_t total = 0;
    int error = ns && least && medians ? PW_OK : PW_ERROR_MEMORY;
    if (!error)
        error = time_pass(screener, strings, least, &total, &speed->matched);
    for (size_t pass = 0; pass < passes && !error; pass++) {
        error = time_pass(screener, strings, ns, &totals[pass], &speed->matched);
        for (size_t i = 0; i < strings->count; i++)
            least[i] = ns[i] < least[i] ? ns[i] : least[i];
        medians[pass] = rank(ns, strings->count, 50);
        p99s[pass] = rank(ns, strings->count, 99);
    }
    if (!error) {
        speed->median_ns = rank(medians, passes, 50);
        speed->p99_ns = rank(p99s, passes, 50);
        speed->per_second = (double)strings->count * 1e9 / (double)rank(totals, passes, 50);
        qsort(least, strings->count, sizeof *least, ascending);
        speed->slowest_ns = least[strings->count - 1];
    }
    free(ns);
    free(least);
    free(medians);
    return error;
}

static void report(const struct screener *screener, const struct strings *strings, const struct speed *speed)
{
    const struct snapshot *snapshot = &screener->snapshots[0];
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"bytes\":%zu,\"names\":%" PRIu32 ",\"meanings\":%" PRIu32 ",\"organisations\":%" PRIu32
           ",\"entries\":%" PRIu32 ",\"open_ms\":%.3f,\"ready_ms\":%.3f,\"strings\":%zu,\"matched\":%zu,"
           "\"per_s\":%.0f,\"median_us\":%.2f,\"p99_us\":%.2f,\"slowest_us\":%.2f,\"resident_kib\":%ld}\n",
           snapshot->bytes, snapshot->names.key_count, snapshot->meaning_count, snapshot->organisation_count,
           snapshot->entry_count, (double)speed->open_ns / 1e6, (double)speed->ready_ns / 1e6, strings->count,
           speed->matched, speed->per_second, (double)speed->median_ns / 1e3, (double)speed->p99_ns / 1e3,
           (double)speed->slowest_ns / 1e3, usage.ru_maxrss);
}

int main(int count, char **arguments)
{
    size_t passes = count > 2 ? strtoul(arguments[2], NULL, 10) : DEFAULT_PASSES;
    if (count < 2 || passes < 1 || passes > MAX_PASSES) {
        fprintf(stderr, "usage: bench_screening_speed SNAPSHOT [PASSES] < STRINGS, one a line\n");
        return 2;
    }
    struct strings strings = {0};
    struct screener screener = {0};
    struct speed speed = {0};
    char why[LISTING_ERROR_BYTES] = "no strings, or not one that can be screened";
    int error = read_strings(&strings);
    if (!error)
        error = measure_opening(arguments[1], &speed, why);
    if (!error)
        error = open_screener(&screener, arguments[1], why);
    if (!error)
        error = measure_strings(&screener, &strings, passes, &speed);
    if (error)
        fprintf(stderr, "bench_screening_speed: %s\n", why);
    else
        report(&screener, &strings, &speed);
    screener_close(&screener);
    release_strings(&strings);
    return error != PW_OK;
}
