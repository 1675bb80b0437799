/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.h: notices when a feed from which events are expected (`expected_within_h`) falls silent, and when it speaks
 * again. Why it exists: a connector that died in the night looks like a quiet day. Loop thread, but for `noted`.
 *
 *              nothing accepted for longer than expected
 *     heard ───────────────────────────────────────────────▶ silent
 *       ▲                                                      │
 *       └───── something accepted, or expected less often ─────┘
 *
 * What was noted is kept in the journal as marks, so each change is said once, whatever restarts come between. A feed that
 * never sent anything is expected from when it was first seen with `expected_within_h`. Duplicates are nothing new.
 */
#ifndef PATHWAYD_INGEST_SILENCE_H
#define PATHWAYD_INGEST_SILENCE_H

#include <uv.h>
#include "config/config.h"
#include "journal/journal.h"
#include "json/buffer.h"

/* After a start, so that who waited while the daemon was away is heard first. */
#define SILENCE_GRACE_MS 10000

struct silence;

struct silence_change {
    const char *feed;
    bool silent;      /* else it speaks again */
    bool never;       /* nothing was ever accepted from it */
    int64_t since_ms; /* received then: the last event before the silence; or since when one was expected */
    int64_t heard_ms; /* speaking again: the newest event; else 0 */
    uint32_t expected_within_h;
};

struct silence_events {
    /* Journal thread, in the transaction that notes the change: what is to be written with it. Negative: nothing of it is
     * written, and it comes again. May be NULL. */
    int (*noted)(void *owner, struct journal_writer *writer, const struct silence_change *change);
    void (*log)(void *owner, uint32_t severity, struct pw_text line);
    void (*stopped)(void *owner);
};

/* Configuration, journal and view stay until `stopped`. */
int silence_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
                struct journal_view *view, const struct silence_events *events, void *owner,
                struct silence **ret_silence);
/* Looks now; it does so every two seconds anyway. */
void silence_look(struct silence *silence);
/* Ends in `stopped`, after which it is freed; what the journal has of it comes back first. */
void silence_stop(struct silence *silence);

struct silence_state {
    int64_t heard_ms;        /* when the newest event was received; 0: there never was one */
    int64_t silent_since_ms; /* 0: it is not silent */
    uint32_t expected_within_h;
};
/* Of the configuration's feed of that index. */
struct silence_state silence_of(const struct silence *silence, uint32_t feed);
/* The same as members of an object: "last_accepted", "expected_within_h", "silent_since", each if there is one. */
void silence_describe(const struct silence *silence, uint32_t feed, struct buffer *out);

#endif
