/* SPDX-License-Identifier: Apache-2.0
 *
 * append.c: see append.h.
 */
#include "journal/append.h"

#include <stdlib.h>
#include <string.h>

static void digest_of_body(struct pw_text body, uint8_t ret_digest[JOURNAL_DIGEST_BYTES])
{
    crypto_generichash(ret_digest, JOURNAL_DIGEST_BYTES, (const uint8_t *)body.data, body.length, NULL, 0);
}

/* 1: stored before; the hash says only where to look. */
static int find_first(struct journal_writer *writer, const struct duplicates *duplicates, uint64_t hash,
                      struct journal_event *event, const uint8_t digest[JOURNAL_DIGEST_BYTES])
{
    struct view_copy copy = {.affiliation = event->affiliation, .digest = digest};
    uint64_t sequence;
    size_t place = 0;

    while (duplicates_next(duplicates, hash, &place, &sequence)) {
        int status = view_event_is(&writer->view.store, sequence, event->source, event->id, &copy);
        if (status < 0)
            return status;
        if (!status)
            continue;
        event->status = 1;
        event->sequence = sequence;
        event->content_differs = copy.differs;
        return 1;
    }
    return 0;
}

static int remember(struct append_group *group, uint64_t hash, uint64_t sequence)
{
    int status;

    if (group->count == group->capacity) {
        size_t capacity = group->capacity ? group->capacity * 2 : 1024;
        uint64_t *hashes = realloc(group->hashes, capacity * sizeof(*hashes));
        if (!hashes)
            return PW_ERROR_MEMORY;
        group->hashes = hashes;
        group->capacity = capacity;
    }
    status = duplicates_add(group->duplicates, hash, sequence);
    if (!status)
        group->hashes[group->count++] = hash;
    return status;
}

static int insert(struct journal_writer *writer, const struct journal_event *event, uint64_t hash,
                  const uint8_t digest[JOURNAL_DIGEST_BYTES])
{
    struct store *store = &writer->view.store;
    uint64_t feed;
    int status = writer_name(writer, event->feed, &feed);

    if (!status)
        status = store_run(store, STATEMENT_EVENT_INSERT, "uiuttttttd", event->sequence, event->received_ms,
                           feed, event->source, event->id, event->type, event->engagement_id, event->body,
                           event->affiliation, (const void *)digest);
    if (!status)
        status = store_run(store, STATEMENT_EVENT_KEY_INSERT, "uu", event->sequence, hash);
    return status;
}

static int store_event(struct journal_writer *writer, struct append_group *group, struct journal_event *event,
                       struct audit_digest *range)
{
    uint8_t digest[JOURNAL_DIGEST_BYTES];
    uint64_t hash = duplicate_hash(writer->view.hash_key, event->source, event->id);
    int status;

    digest_of_body(event->body, digest);
    status = find_first(writer, group->duplicates, hash, event, digest);
    if (status)
        return status;
    event->status = 0;
    event->content_differs = false;
    event->sequence = writer->now.last_sequence + 1;
    status = insert(writer, event, hash, digest);
    if (!status)
        status = remember(group, hash, event->sequence);
    if (status)
        return status;
    writer->now.last_sequence++;
    writer->now.tallies[TALLY_EVENTS]++;
    audit_digest_event(range, event, digest);
    return 0;
}

/* When a feed was heard last, once for a run of requests of one feed. */
static int note_heard(struct journal_writer *writer, const struct journal_event *last)
{
    uint64_t feed;
    int status = last ? writer_name(writer, last->feed, &feed) : 0;

    if (!last || status)
        return status;
    return store_run(&writer->view.store, STATEMENT_HEARD_SET, "ui", feed, last->received_ms);
}

static bool same_feed(const struct journal_event *a, const struct journal_event *b)
{
    return a->feed.length == b->feed.length && memcmp(a->feed.data, b->feed.data, a->feed.length) == 0;
}

int append_store(struct journal_writer *writer, struct append_group *group, struct journal_append *list)
{
    uint64_t first = writer->now.last_sequence + 1;
    char detail[160], text[AUDIT_DIGEST_TEXT];
    uint8_t bytes[JOURNAL_DIGEST_BYTES];
    struct audit_digest range;
    const struct journal_event *heard = NULL;
    int length, status;

    audit_digest_begin(&range);
    for (struct journal_append *append = list; append; append = append->next) {
        for (uint32_t i = 0; i < append->count; i++) {
            const struct journal_event *event = &append->events[i];
            status = store_event(writer, group, &append->events[i], &range);
            if (status == 0 && heard && !same_feed(heard, event))
                status = note_heard(writer, heard);
            if (status < 0)
                return status;
            heard = event->status == 0 ? event : heard;
        }
    }
    status = note_heard(writer, heard);
    if (status < 0 || writer->now.last_sequence < first)
        return status;
    audit_digest_end(&range, bytes);
    audit_digest_print(bytes, text);
    length = audit_append_detail(detail, sizeof(detail), first, writer->now.last_sequence, text);
    return audit_write(&writer->view.store, &writer->now.audit, writer->instant_ms, "append",
                       (struct pw_text){detail, (size_t)length});
}

void append_keep(struct append_group *group)
{
    group->count = 0;
}

void append_undo(const struct journal_writer *writer, struct append_group *group, struct journal_append *list,
                 int status)
{
    uint64_t last = writer->committed.last_sequence;

    for (size_t i = 0; i < group->count; i++)
        duplicates_remove(group->duplicates, group->hashes[i], last + 1 + i);
    group->count = 0;
    for (struct journal_append *append = list; append; append = append->next)
        for (uint32_t i = 0; i < append->count; i++) {
            append->events[i].status = status;
            append->events[i].sequence = 0;
            append->events[i].content_differs = false;
        }
}

void append_group_release(struct append_group *group)
{
    free(group->hashes);
    memset(group, 0, sizeof(*group));
}
