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
    const char *kind, *because; /* the kind tells two of one instant apart */
};

/* Rows of one case: the newest says what is told of it. */
static uint32_t newest_of(const struct digest *digest, uint32_t index)
{
    uint32_t newest = index;
    for (uint32_t i = index + 1; i < digest->rows.count; i++)
        if (digest->rows.items[i].notice.case_id == digest->rows.items[index].notice.case_id)
            newest = i;
    return newest;
}

/* One case that can never be worded must not stop the others. */
static int word_case(struct digest *digest, const struct dossier *dossier, struct held *held)
{
    size_t before = digest->body.length;
    int status = notice_digest_case(&digest->body, dossier, &held->notice);
    digest->cases += status == 0;
    if (status == 0 || journal_may_pass(status))
        return status;
    digest->body.length = before;
    held_became(held, PW_TEXT("failed"));
    return 0;
}

static int add_case(struct digest *digest, struct held *held)
{
    const struct journal_notice *notice = &held->notice;
    struct dossier dossier = {.writer = digest->writer, .config = digest->config};
    int status = dossier_of_case(&dossier, notice->case_id);
    const char *state = status == 0 && dossier.exists ? dossier.state : "closed";
    bool gone = (strcmp(state, "withdrawn") == 0) != text_is(notice->change, "withdrawn");
    bool settled = strcmp(state, "decided") == 0 || strcmp(state, "closed") == 0;
    if (gone || settled != (change_ends(notice->change) && !text_is(notice->change, "withdrawn"))) {
        dossier_close(&dossier);
        return status;
    }
    held_became(held, PW_TEXT("folded"));
    if (status == 0 && digest->cases == NOTICE_DIGEST_CASES)
        digest->left_out++;
    else if (status == 0)
        status = word_case(digest, &dossier, held);
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
                                    .because = text_of(digest->because),
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
    head.because = text_of(digest->because);
    notice_digest_begin(&digest->body, &head, digest->now_ms);
    snprintf(reason, sizeof reason, "It was told in the digest %.160s.", digest->id.data);
    for (uint32_t i = 0; i < digest->rows.count && status == 0; i++)
        if (newest_of(digest, i) == i)
            status = add_case(digest, &digest->rows.items[i]);
    for (uint32_t i = 0; i < digest->rows.count && status == 0; i++) {
        const char *became = digest->rows.items[newest_of(digest, i)].became;
        if (!became)
            status = fold(digest, &digest->rows.items[i], "muted", "It was over before its digest.");
        else if (strcmp(became, "failed") == 0)
            status = fold(digest, &digest->rows.items[i], "failed", "It could not be worded.");
        else
            status = fold(digest, &digest->rows.items[i], "folded", reason);
    }
    notice_digest_end(&digest->body, digest->left_out);
    if (status == 0 && (digest->body.failed || digest->id.failed))
        status = PW_ERROR_MEMORY;
    return status == 0 && digest->cases ? add_notice(digest, &head) : status;
}

static void write_id(struct digest *digest, struct pw_text channel, struct pw_text reviewer)
{
    buffer_format(&digest->id, "%s-%llx+%.*s+%.*s", digest->kind, (unsigned long long)digest->now_ms,
                  TEXT_FMT(channel), reviewer.length ? (int)reviewer.length : 1,
                  reviewer.length ? reviewer.data : "*");
}

static void release(struct digest *digest)
{
    buffer_release(&digest->body);
    buffer_release(&digest->id);
    held_list_release(&digest->rows);
}

int digest_write(struct journal_writer *writer, const struct config *config, struct held_list *list,
                 uint32_t index)
{
    const struct journal_notice *of = &list->items[index].notice;
    struct digest digest = {.writer = writer,
                            .config = config,
                            .now_ms = journal_writer_now(writer),
                            .kind = "digest",
                            .because = "Your digest."};
    if (list->items[index].became) /* with another of theirs */
        return 0;
    write_id(&digest, of->channel, of->reviewer);
    int status = journal_notices_of_digest(journal_writer_view(writer), of->channel, of->reviewer,
                                           digest.now_ms, DIGEST_ROWS, held_add, &digest.rows);
    if (status == 0 && digest.rows.count)
        status = write_rows(&digest);
    for (uint32_t i = index; i < list->count; i++)
        if (text_equal(list->items[i].notice.channel, of->channel) &&
            text_equal(list->items[i].notice.reviewer, of->reviewer) &&
            text_is(list->items[i].notice.state, "digest"))
            held_became(&list->items[i], PW_TEXT("folded"));
    release(&digest);
    return status;
}

/* ---- a channel that is back ---------------------------------------------------------------------------- */

#define BACKLOG_REVIEWERS 64u /* at one time; the next notice that gets through brings the others */

struct waiting_people {
    char *names[BACKLOG_REVIEWERS];
    uint32_t count;
};

static int take_name(void *to, struct pw_text reviewer)
{
    struct waiting_people *people = to;
    char *name = strndup(reviewer.data ? reviewer.data : "", reviewer.length);
    if (!name)
        return PW_ERROR_MEMORY;
    people->names[people->count++] = name;
    return people->count == BACKLOG_REVIEWERS;
}

static int fold_backlog(struct journal_writer *writer, const struct config *config, struct pw_text channel,
                        const char *reviewer)
{
    struct digest digest = {.writer = writer,
                            .config = config,
                            .now_ms = journal_writer_now(writer),
                            .kind = "backlog",
                            .because = "This way of telling you was out of order; here is what it kept."};
    write_id(&digest, channel, text_of(reviewer));
    int status =
        journal_notices_backlog_of(journal_writer_view(writer), channel, text_of(reviewer),
                                   digest.now_ms - BACKLOG_AGE_MS, DIGEST_ROWS, held_add, &digest.rows);
    if (status == 0 && digest.rows.count)
        status = write_rows(&digest);
    release(&digest);
    return status;
}

static int fold_channel(struct journal_writer *writer, const struct config *config, struct pw_text channel)
{
    struct waiting_people people = {.count = 0};
    int status = journal_notices_backlog(journal_writer_view(writer), channel,
                                         journal_writer_now(writer) - BACKLOG_AGE_MS, BACKLOG_LEAST,
                                         take_name, &people);
    for (uint32_t i = 0; i < people.count; i++) {
        status = status < 0 ? status : fold_backlog(writer, config, channel, people.names[i]);
        free(people.names[i]);
    }
    return status < 0 ? status : 0;
}

static void mark_name(char name[BACKLOG_MARK_BYTES], const char *channel)
{
    snprintf(name, BACKLOG_MARK_BYTES, BACKLOG_MARK "%s", channel);
}

int digest_recovered(struct journal_writer *writer, const char *channel)
{
    char name[BACKLOG_MARK_BYTES];
    mark_name(name, channel);
    return journal_mark_set(writer, name, 1);
}

/* The next channel that is back, from `from` on; NULL: none is. */
static const char *next_recovered(struct journal_view *view, const struct config *config, uint32_t *from)
{
    char name[BACKLOG_MARK_BYTES];
    for (; *from < config->plugin_count; (*from)++) {
        uint64_t back = 0;
        if (config->plugins[*from].stage != PW_STAGE_NOTIFY)
            continue;
        mark_name(name, config->plugins[*from].name);
        if (journal_mark_get(view, name, &back) == 0 && back)
            return config->plugins[(*from)++].name;
    }
    return NULL;
}

bool digest_is_backlog(struct journal_view *view, const struct config *config)
{
    uint32_t from = 0;
    return next_recovered(view, config, &from) != NULL;
}

int digest_backlogs(struct journal_writer *writer, const struct config *config)
{
    uint32_t from = 0;
    int status = 0;
    for (const char *channel;
         status == 0 && (channel = next_recovered(journal_writer_view(writer), config, &from));) {
        char name[BACKLOG_MARK_BYTES];
        mark_name(name, channel);
        status = fold_channel(writer, config, text_of(channel));
        if (status == 0)
            status = journal_mark_set(writer, name, 0);
    }
    return status;
}
