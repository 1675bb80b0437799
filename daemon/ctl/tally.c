/* SPDX-License-Identifier: Apache-2.0
 *
 * tally.c: counts and words. Acknowledgements go to standard output and nothing else does beside them, so
 * that a script can read them; everything for people goes to standard error then.
 */
#include "ctl/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TALLY_MAX_TOLD   20 /* troubles named one by one; --acks shows them all */
#define TALLY_REFRESH_MS 200

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void tally_begin(struct tally *tally, const struct ctl *ctl, const struct source *source)
{
    *tally = (struct tally){.ctl = ctl,
                            .source = source,
                            .acks = ctl_option(ctl, "--acks") != NULL,
                            .quiet = ctl_option(ctl, "--quiet") != NULL,
                            .begun_ms = monotonic_ms()};
}

static void clear_progress(struct tally *tally)
{
    if (tally->shown)
        fputs("\r\033[K", stderr);
    tally->shown = false;
}

static void tell(struct tally *tally, const struct item *item)
{
    if (tally->acks || item->outcome < ITEM_REJECTED || item->outcome == ITEM_SKIPPED)
        return;
    clear_progress(tally);
    if (tally->told < TALLY_MAX_TOLD)
        ctl_complain("line or row %" PRIu64 ": %s", item->line, item->answer ? item->answer : "");
    else if (tally->told == TALLY_MAX_TOLD)
        ctl_complain("more follow; --acks prints them all");
    tally->told++;
}

void tally_item(struct tally *tally, const struct item *item)
{
    tally->counts[item->outcome]++;
    tell(tally, item);
    if (!tally->acks)
        return;
    if (item->outcome == ITEM_SKIPPED)
        printf("{\"skipped\":\"skip_if_empty\",\"row\":%" PRIu64 "}\n", item->line);
    else
        puts(item->answer ? item->answer : "{\"error\":\"out of memory\"}");
}

static uint64_t sent(const struct tally *tally)
{
    return tally->counts[ITEM_ACCEPTED] + tally->counts[ITEM_DUPLICATE] + tally->counts[ITEM_REJECTED];
}

void tally_progress(struct tally *tally)
{
    uint64_t done = 0, total = 0;
    int64_t now = monotonic_ms();
    if (!tally->ctl->terminal_err || tally->quiet || now - tally->shown_ms < TALLY_REFRESH_MS)
        return;
    tally->shown_ms = now;
    tally->shown = true;
    source_progress(tally->source, &done, &total);
    fprintf(stderr, "\r%" PRIu64 " sent", sent(tally));
    if (total > 0)
        fprintf(stderr, ", %" PRIu64 " %% read", done * 100 / total);
    if (now > tally->begun_ms)
        fprintf(stderr, ", %" PRIu64 " a second", sent(tally) * 1000 / (uint64_t)(now - tally->begun_ms));
    fputs("\033[K", stderr);
}

static void print_json(const struct tally *tally, FILE *to)
{
    fprintf(to,
            "{\"sent\":%" PRIu64 ",\"accepted\":%" PRIu64 ",\"duplicate\":%" PRIu64 ",\"rejected\":%" PRIu64
            ",\"bad\":%" PRIu64 ",\"skipped\":%" PRIu64 ",\"unanswered\":%" PRIu64 ",\"resumed\":%" PRIu64
            ",\"resumed_refused\":%" PRIu64 "}\n",
            sent(tally), tally->counts[ITEM_ACCEPTED], tally->counts[ITEM_DUPLICATE],
            tally->counts[ITEM_REJECTED], tally->counts[ITEM_BAD], tally->counts[ITEM_SKIPPED],
            tally->counts[ITEM_UNANSWERED], tally->resumed, tally->resumed_refused);
}

void tally_end(struct tally *tally)
{
    static const struct {
        enum item_outcome outcome;
        const char *one, *many;
    } parts[] = {{ITEM_BAD, "line was no event", "lines were no events"},
                 {ITEM_SKIPPED, "row was left out by the map", "rows were left out by the map"},
                 {ITEM_UNANSWERED, "event got no answer", "events got no answer"}};
    FILE *to = tally->acks ? stderr : stdout;
    clear_progress(tally);
    if (tally->quiet)
        return;
    if (tally->ctl->json) {
        print_json(tally, to);
        return;
    }
    fprintf(to, "%" PRIu64 " sent: %" PRIu64 " accepted, %" PRIu64 " duplicate, %" PRIu64 " rejected",
            sent(tally), tally->counts[ITEM_ACCEPTED], tally->counts[ITEM_DUPLICATE],
            tally->counts[ITEM_REJECTED]);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint64_t count = tally->counts[parts[i].outcome];
        if (count > 0)
            fprintf(to, "; %" PRIu64 " %s", count, count == 1 ? parts[i].one : parts[i].many);
    }
    if (tally->resumed > 0)
        fprintf(to, "; %" PRIu64 " had been sent before", tally->resumed);
    if (tally->resumed_refused > 0)
        fprintf(to, ", of which %" PRIu64 " %s not accepted and %s not tried again", tally->resumed_refused,
                tally->resumed_refused == 1 ? "was" : "were", tally->resumed_refused == 1 ? "is" : "are");
    fputc('\n', to);
}

int tally_status(const struct tally *tally)
{
    return tally->counts[ITEM_REJECTED] + tally->counts[ITEM_BAD] + tally->counts[ITEM_UNANSWERED] +
                       tally->resumed_refused >
                   0
               ? CTL_BAD
               : CTL_GOOD;
}
