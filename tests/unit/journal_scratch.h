/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_scratch.h: a journal in a folder of its own, and appending and running tasks as plain calls, for
 * the journal's tests.
 */
#ifndef PATHWAYD_TESTS_JOURNAL_SCRATCH_H
#define PATHWAYD_TESTS_JOURNAL_SCRATCH_H

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "journal/journal.h"

struct scratch {
    char folder[64], path[96];
    struct journal *journal;
};

/* A pthread mutex and condition as a gate that opens once. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool open;
    int status;
};

static inline void gate_begin(struct gate *gate)
{
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
    gate->open = false;
    gate->status = 0;
}

static inline void gate_open(struct gate *gate, int status)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    gate->status = status;
    pthread_cond_signal(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

static inline int gate_wait(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
    pthread_mutex_destroy(&gate->mutex);
    pthread_cond_destroy(&gate->changed);
    return gate->status;
}

static inline int64_t scratch_clock(void *context)
{
    (void)context;
    return 1767225600000; /* 2026-01-01 */
}

static inline int scratch_open_with(struct scratch *scratch, uint64_t min_free, const char *vfs,
                                    char **ret_error)
{
    struct journal_options options = {
        .path = scratch->path, .min_free_bytes = min_free, .clock_ms = scratch_clock, .vfs = vfs};

    return journal_open(&options, &scratch->journal, ret_error);
}

static inline void scratch_open(struct scratch *scratch)
{
    char *error = NULL;

    if (scratch_open_with(scratch, 1, NULL, &error) != 0)
        fail_msg("%s", error);
}

static inline void scratch_close(struct scratch *scratch)
{
    journal_close(scratch->journal);
    scratch->journal = NULL;
}

static inline void scratch_folder(struct scratch *scratch)
{
    memset(scratch, 0, sizeof(*scratch));
    snprintf(scratch->folder, sizeof(scratch->folder), "/tmp/pathwayd-journal-XXXXXX");
    assert_non_null(mkdtemp(scratch->folder));
    snprintf(scratch->path, sizeof(scratch->path), "%s/journal", scratch->folder);
}

static inline void scratch_new(struct scratch *scratch)
{
    scratch_folder(scratch);
    scratch_open(scratch);
}

static inline void scratch_remove(struct scratch *scratch)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock"};
    char name[128];

    scratch_close(scratch);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        snprintf(name, sizeof(name), "%s%s", scratch->path, suffixes[i]);
        unlink(name);
    }
    rmdir(scratch->folder);
}

static inline struct pw_text text(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

static inline bool text_same(struct pw_text a, const char *b)
{
    return a.length == strlen(b) && memcmp(a.data, b, a.length) == 0;
}

static inline struct journal_event event_of(const char *source, const char *id, const char *body)
{
    return (struct journal_event){.received_ms = 1767225600000,
                                  .feed = PW_TEXT("hr"),
                                  .source = text(source),
                                  .id = text(id),
                                  .type = PW_TEXT("org.pathwayd.hr.appointment.proposed.v1"),
                                  .engagement_id = PW_TEXT("engagement-1"),
                                  .body = text(body),
                                  .affiliation = PW_TEXT("Dept. of Physics"),
                                  .status = 99};
}

static inline void append_done(struct journal_append *append)
{
    gate_open(append->owner, 0);
}

static inline void append_events(struct journal *journal, struct journal_event *events, uint32_t count)
{
    struct gate gate;
    struct journal_append append = {.events = events, .count = count, .done = append_done, .owner = &gate};

    gate_begin(&gate);
    journal_append(journal, &append);
    gate_wait(&gate);
}

static inline struct journal_event append_one(struct journal *journal, const char *source, const char *id,
                                              const char *body)
{
    struct journal_event event = event_of(source, id, body);

    append_events(journal, &event, 1);
    return event;
}

/* A task that calls `body` inside its transaction. */
struct errand {
    struct journal_task task;
    int (*body)(struct journal_writer *writer, void *context);
    void *context;
    struct gate gate;
};

static inline int errand_run(struct journal_writer *writer, struct journal_task *task)
{
    struct errand *errand = task->owner;

    return errand->body(writer, errand->context);
}

static inline void errand_done(struct journal_task *task, int status)
{
    struct errand *errand = task->owner;

    gate_open(&errand->gate, status);
}

static inline int run_errand(struct journal *journal, int (*body)(struct journal_writer *, void *),
                             void *context)
{
    struct errand errand = {.body = body, .context = context};

    errand.task = (struct journal_task){.run = errand_run, .done = errand_done, .owner = &errand};
    gate_begin(&errand.gate);
    journal_submit(journal, &errand.task);
    return gate_wait(&errand.gate);
}

static inline struct journal_view *scratch_view(const struct scratch *scratch)
{
    struct journal_view *view = NULL;
    char *error = NULL;

    if (journal_view_open(scratch->path, &view, &error) != 0)
        fail_msg("%s", error);
    return view;
}

static inline struct journal_counts scratch_counts(const struct scratch *scratch)
{
    struct journal_view *view = scratch_view(scratch);
    struct journal_counts counts;

    assert_int_equal(journal_count(view, &counts), 0);
    journal_view_close(view);
    return counts;
}

/* 0 when the audit chain of the file is intact. */
static inline int scratch_verify(const struct scratch *scratch, uint64_t *ret_records, char **ret_error)
{
    struct journal_view *view = scratch_view(scratch);
    char head[65];
    int status = journal_audit_verify(view, NULL, NULL, ret_records, head, ret_error);

    journal_view_close(view);
    return status;
}

#endif
