/* SPDX-License-Identifier: Apache-2.0
 *
 * digest.c: see digest.h.
 */
#include "cases/digest.h"

#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/notice.h"
#include "json/buffer.h"
#include "json/json.h"

#define DIGEST_ROWS 2048u /* of one recipient in one transaction; more make a second digest */

struct digest {
    struct journal_writer *writer;
    const struct config *config;
    struct held_list rows; /* oldest first */
    struct buffer body, id;
    uint32_t cases, left_out;
    int64_t now_ms;
};

static struct pw_text text_of(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

/* Rows of one case: the newest says what is told of it. */
static bool is_newest(const struct digest *digest, uint32_t index)
{
    for (uint32_t i = index + 1; i < digest->rows.count; i++)
        if (digest->rows.items[i].notice.case_id == digest->rows.items[index].notice.case_id)
            return false;
    return true;
}

static int add_case(struct digest *digest, const struct journal_notice *notice, bool *ret_told)
{
    struct dossier dossier = {.writer = digest->writer, .config = digest->config};
    int status = dossier_of_case(&dossier, notice->case_id);
    bool gone =
        status == 0 && (strcmp(dossier.state, "withdrawn") == 0) != text_is(notice->change, "withdrawn");
    bool settled =
        status == 0 && (strcmp(dossier.state, "decided") == 0 || strcmp(dossier.state, "closed") == 0);
    *ret_told = status == 0 && !gone && !settled;
    if (*ret_told && digest->cases == NOTICE_DIGEST_CASES)
        digest->left_out++;
    else if (*ret_told) {
        status = notice_digest_case(&digest->body, &dossier, notice);
        digest->cases++;
    }
    dossier_close(&dossier);
    return status;
}

static int fold(struct digest *digest, struct held *held, const char *state, const char *reason)
{
    struct journal_notice next = held->notice;
    next.state = text_of(state);
    next.reason = text_of(reason);
    next.next_ms = digest->now_ms;
    next.told_ms = strcmp(state, "folded") == 0 ? digest->now_ms : 0;
    return journal_notice_update(digest->writer, &next);
}

/* The instant makes it this digest and no other: a recipient has one at an instant. */
static int add_notice(struct digest *digest, const struct journal_notice *first)
{
    struct journal_notice notice = {.notice_id = buffer_view(&digest->id),
                                    .channel = first->channel,
                                    .reviewer = first->reviewer,
                                    .address = first->address,
                                    .state = text_of("waiting"),
                                    .body = buffer_view(&digest->body),
                                    .created_ms = digest->now_ms,
                                    .next_ms = digest->now_ms,
                                    .change = text_of("digest"),
                                    .because = text_of("Your digest."),
                                    .reason = text_of("It was let go."),
                                    .told_ms = digest->now_ms};
    return journal_notice_add(digest->writer, &notice);
}

static int write_rows(struct digest *digest)
{
    struct journal_notice head = digest->rows.items[0].notice;
    char reason[200];
    int status = 0;
    head.notice_id = buffer_view(&digest->id);
    head.because = text_of("Your digest.");
    notice_digest_begin(&digest->body, &head, digest->now_ms);
    snprintf(reason, sizeof reason, "It was told in the digest %.160s.", digest->id.data);
    for (uint32_t i = 0; i < digest->rows.count && status == 0; i++) {
        struct held *held = &digest->rows.items[i];
        bool told = false;
        if (!is_newest(digest, i)) {
            status = fold(digest, held, "folded", reason);
            continue;
        }
        status = add_case(digest, &held->notice, &told);
        if (status == 0)
            status = told ? fold(digest, held, "folded", reason)
                          : fold(digest, held, "muted", "It was over before its digest.");
    }
    notice_digest_end(&digest->body, digest->left_out);
    if (status == 0 && (digest->body.failed || digest->id.failed))
        status = PW_ERROR_MEMORY;
    return status == 0 && digest->cases ? add_notice(digest, &head) : status;
}

int digest_write(struct journal_writer *writer, const struct config *config, struct held_list *list,
                 uint32_t index)
{
    const struct journal_notice *of = &list->items[index].notice;
    struct digest digest = {.writer = writer, .config = config, .now_ms = journal_writer_now(writer)};
    if (list->items[index].became) /* with another of theirs */
        return 0;
    buffer_format(&digest.id, "digest-%llx+%s+%.*s", (unsigned long long)digest.now_ms,
                  list->items[index].channel, of->reviewer.length ? (int)of->reviewer.length : 1,
                  of->reviewer.length ? of->reviewer.data : "*");
    int status = journal_notices_of_digest(journal_writer_view(writer), of->channel, of->reviewer,
                                           digest.now_ms, DIGEST_ROWS, held_add, &digest.rows);
    if (status == 0 && digest.rows.count)
        status = write_rows(&digest);
    for (uint32_t i = index; i < list->count; i++)
        if (text_equal(list->items[i].notice.channel, of->channel) &&
            text_equal(list->items[i].notice.reviewer, of->reviewer) &&
            text_is(list->items[i].notice.state, "digest"))
            held_became(&list->items[i], PW_TEXT("folded"));
    buffer_release(&digest.body);
    buffer_release(&digest.id);
    held_list_release(&digest.rows);
    return status;
}
