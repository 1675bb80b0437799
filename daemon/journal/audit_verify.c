/* SPDX-License-Identifier: Apache-2.0
 *
 * audit_verify.c: walks the audit chain up to the head that stood when it began, recomputes every hash, and
 * recomputes from the events themselves what the `append` records say of them. It reads in short pieces, so
 * that a running daemon's -wal file can start anew in between.
 *
 * A `stage` record's digest is over what a task wrote at the time; rows that change later (cases, notices)
 * cannot be recomputed from it, but the record itself is in the chain.
 */
#include <stdio.h>
#include <string.h>

#include "journal/view.h"
#include "journal/writer.h"

/* Records, and events, read between two ends of a read transaction. */
#define PIECE 256u

struct walk {
    struct journal_view *view;
    struct audit_head at;   /* the last record that was right */
    uint64_t last_sequence; /* that append records have covered */
    char broken[256];       /* the sentence, once something is wrong */
};

struct record {
    uint64_t number, first, last; /* first 0: not an append record */
    char digest[AUDIT_DIGEST_TEXT];
};

static int broken(struct walk *walk, const char *what, uint64_t number)
{
    snprintf(walk->broken, sizeof(walk->broken), "Audit record %llu is broken: %s.",
             (unsigned long long)number, what);
    return PW_ERROR_CORRUPT;
}

/* ---- events -------------------------------------------------------------------------------------------- */

struct event_check {
    struct audit_digest digest;
    uint64_t expected;
    const char *wrong;
};

static void check_event(struct event_check *check, sqlite3_stmt *row)
{
    struct journal_event event = {
        .sequence = store_unsigned(row, 0),
        .received_ms = sqlite3_column_int64(row, 1),
        .feed = store_text(row, 2),
        .source = store_text(row, 3),
        .id = store_text(row, 4),
        .type = store_text(row, 5),
        .engagement_id = store_text(row, 6),
    };
    struct pw_text body = store_text(row, 7), stored = store_text(row, 9);
    uint8_t digest[JOURNAL_DIGEST_BYTES];

    crypto_generichash(digest, sizeof(digest), (const uint8_t *)body.data, body.length, NULL, 0);
    if (event.sequence != check->expected)
        check->wrong = "an event it covers is missing";
    else if (stored.length != sizeof(digest) || memcmp(stored.data, digest, sizeof(digest)) != 0)
        check->wrong = "the body of an event it covers is not the one that was stored";
    audit_digest_event(&check->digest, &event, digest);
    check->expected++;
}

static int check_events(struct walk *walk, const struct record *record)
{
    struct event_check check = {.expected = record->first};
    struct store *store = &walk->view->store;
    uint8_t bytes[JOURNAL_DIGEST_BYTES];
    char text[AUDIT_DIGEST_TEXT], sentence[192];
    int status = 0;

    audit_digest_begin(&check.digest);
    while (check.expected <= record->last && !check.wrong) {
        uint64_t first = check.expected,
                 end = first + PIECE - 1 < record->last ? first + PIECE - 1 : record->last;
        sqlite3_stmt *row;
        status = store_query(store, STATEMENT_EVENTS_AUDIT, &row, "uu", first, end);
        if (status)
            return status;
        while (!check.wrong && (status = store_step(store, row)) > 0)
            check_event(&check, row);
        store_give(store, STATEMENT_EVENTS_AUDIT, row);
        if (status < 0)
            return status;
        if (!check.wrong && check.expected != end + 1)
            check.wrong = "an event it covers is missing";
    }
    audit_digest_end(&check.digest, bytes);
    audit_digest_print(bytes, text);
    if (!check.wrong && strcmp(text, record->digest) != 0) {
        check.wrong = "something of the events it covers was changed";
        check.expected = record->first + 1;
    }
    if (!check.wrong)
        return 0;
    snprintf(sentence, sizeof(sentence), "%s (events %llu to %llu; looked up to %llu)", check.wrong,
             (unsigned long long)record->first, (unsigned long long)record->last,
             (unsigned long long)check.expected - 1);
    return broken(walk, sentence, record->number);
}

/* ---- records ------------------------------------------------------------------------------------------- */

/* An append record says its range and digest in exactly the form that this program prints. */
static bool read_append(struct pw_text detail, struct record *record)
{
    char text[160], again[160];
    unsigned long long first, last;

    if (detail.length >= sizeof(text))
        return false;
    memcpy(text, detail.data, detail.length);
    text[detail.length] = '\0';
    if (sscanf(text, "{\"first\":%20llu,\"last\":%20llu,\"digest\":\"%43[A-Za-z0-9_-]\"}", &first, &last,
               record->digest) != 3)
        return false;
    record->first = first;
    record->last = last;
    audit_append_detail(again, sizeof(again), first, last, record->digest);
    return strcmp(text, again) == 0 && first > 0 && last >= first;
}

static int check_record(struct walk *walk, sqlite3_stmt *row, struct record *ret_record)
{
    struct record record = {.number = store_unsigned(row, 0)};
    struct pw_text kind = store_text(row, 2), detail = store_text(row, 3);
    struct pw_text previous = store_text(row, 4), stored = store_text(row, 5);
    uint8_t hash[JOURNAL_DIGEST_BYTES];

    if (record.number != walk->at.number + 1)
        return broken(walk, "it is missing", walk->at.number + 1);
    if (previous.length != sizeof(hash) || memcmp(previous.data, walk->at.hash, sizeof(hash)) != 0)
        return broken(walk, "it does not hold the hash of the record before it", record.number);
    audit_hash(record.number, sqlite3_column_int64(row, 1), kind, detail, walk->at.hash, hash);
    if (stored.length != sizeof(hash) || memcmp(stored.data, hash, sizeof(hash)) != 0)
        return broken(walk, "its content does not have the hash that stands in it", record.number);
    if (kind.length == 6 && memcmp(kind.data, "append", 6) == 0 &&
        (!read_append(detail, &record) || record.first != walk->last_sequence + 1))
        return broken(walk, "the events it covers do not follow those of the record before", record.number);
    walk->at.number = record.number;
    memcpy(walk->at.hash, hash, sizeof(hash));
    walk->last_sequence = record.first ? record.last : walk->last_sequence;
    *ret_record = record;
    return 0;
}

/* Reads one piece of the chain, then the events that it covers. */
static int walk_piece(struct walk *walk, uint64_t last)
{
    struct store *store = &walk->view->store;
    struct record records[PIECE];
    uint32_t count = 0;
    sqlite3_stmt *row;
    int status =
        store_query(store, STATEMENT_AUDIT_READ, &row, "uuu", walk->at.number, last, (uint64_t)PIECE);

    if (status)
        return status;
    while (count < PIECE && (status = store_step(store, row)) > 0) {
        status = check_record(walk, row, &records[count]);
        if (status)
            break;
        count++;
    }
    store_give(store, STATEMENT_AUDIT_READ, row);
    for (uint32_t i = 0; i < count; i++) {
        int wrong = records[i].first ? check_events(walk, &records[i]) : 0;
        if (wrong)
            return wrong;
    }
    if (status < 0)
        return status;
    return count ? 0 : broken(walk, "it is missing", walk->at.number + 1);
}

/* What the head row says must be what the chain ends in. */
static int check_end(struct walk *walk, const struct progress *head)
{
    struct store *store = &walk->view->store;
    uint64_t last = 0;
    int status;

    if (memcmp(walk->at.hash, head->audit.hash, sizeof(walk->at.hash)) != 0)
        return broken(walk, "it is not the one that was written last", walk->at.number);
    if (walk->last_sequence != head->last_sequence)
        return broken(walk, "no record covers the newest events", walk->at.number);
    status = store_number(store, "SELECT max(seq) FROM event", &last);
    if (status && status != PW_ERROR_NOT_FOUND)
        return status;
    return last < walk->last_sequence ? broken(walk, "events it covers are missing", walk->at.number) : 0;
}

int journal_audit_verify(struct journal_view *view, void (*progress)(void *to, uint64_t done, uint64_t total),
                         void *to, uint64_t *ret_records, char ret_head[65], char **ret_error)
{
    struct walk walk = {.view = view};
    struct progress head = {0};
    int status = head_read(&view->store, &head);

    if (ret_error)
        *ret_error = NULL;
    while (!status && walk.at.number < head.audit.number) {
        status = walk_piece(&walk, head.audit.number);
        if (progress && !status)
            progress(to, walk.at.number, head.audit.number);
    }
    if (!status)
        status = check_end(&walk, &head);
    if (status == PW_ERROR_NOT_FOUND)
        status = PW_ERROR_CORRUPT;
    if (status)
        return store_fail(ret_error, status, "%s",
                          walk.broken[0] ? walk.broken : "The journal cannot be read to its end.");
    *ret_records = walk.at.number;
    sodium_bin2hex(ret_head, 65, walk.at.hash, sizeof(walk.at.hash));
    return 0;
}
