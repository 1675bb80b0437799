/* SPDX-License-Identifier: Apache-2.0
 *
 * notice.c: see notice.h. What is told is told as it stands by now, not as it stood when the first of its changes came.
 */
#include "cases/notice.h"

#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/office.h"
#include "json/buffer.h"
#include "json/json.h"
#include "json/time.h"

void case_name(uint64_t case_id, char buffer[CASE_NAME_SIZE])
{
    snprintf(buffer, CASE_NAME_SIZE, "C-%06llu", (unsigned long long)case_id);
}

/* ---- a change's draft ---------------------------------------------------------------------------------- */

static int read_draft(struct pw_document *document, struct pw_text draft)
{
    struct json_error error;
    return draft.length ? json_parse(document, draft.data, draft.length, &json_limits_frame, &error) : 0;
}

int notice_draft_read(struct pw_text draft, uint32_t *ret_news_level, bool *ret_changed)
{
    struct pw_document document = {0};
    int status = read_draft(&document, draft);
    uint32_t level = level_by_name(json_text(&document, json_member(&document, PW_NODE_ROOT, "news")));
    *ret_news_level = level < PW_LEVEL_COUNT ? level : PW_LEVEL_NONE;
    *ret_changed = json_count(&document, json_member(&document, PW_NODE_ROOT, "changed")) > 0;
    json_release(&document);
    return status;
}

static void write_draft(struct buffer *out, const struct case_change *change,
                        const struct pw_document *before)
{
    struct pw_text changed = json_raw(before, json_member(before, PW_NODE_ROOT, "changed"));
    uint32_t news = level_by_name(json_text(before, json_member(before, PW_NODE_ROOT, "news")));
    json_write_begin(out, '{');
    json_write_key(out, "pathways");
    json_write_begin(out, '[');
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if (change->levels[pathway] > PW_LEVEL_NOTE || change->asks[pathway])
            json_write_string(out, pathways[pathway].name);
    json_write_end(out, ']');
    news = news < PW_LEVEL_COUNT && news > change->news_level ? news : change->news_level;
    json_member_string(out, "news", level_names[news]);
    if (change->changed.length || changed.length)
        json_member_raw(out, "changed", change->changed.length ? change->changed : changed);
    json_write_end(out, '}');
}

int notice_draft(struct buffer *out, const struct case_change *change, struct pw_text before)
{
    struct pw_document document = {0};
    int status = read_draft(&document, before);
    if (status == 0)
        write_draft(out, change, &document);
    json_release(&document);
    return status < 0 ? status : out->failed ? PW_ERROR_MEMORY : 0;
}

/* ---- findings ------------------------------------------------------------------------------------------ */

/* What is told of the findings. A `prohibited` one makes the lesser ones needless. */
struct telling {
    struct buffer *out;
    uint32_t least; /* the level below which a finding is muted */
    uint32_t told, left_out, muted;
    char due[16]; /* the earliest statutory day; "": none */
    char explanation[400];
    uint32_t explained; /* the level of the finding it is of */
    struct pw_document document;
};

static int read_finding(struct telling *telling, const struct journal_finding *finding)
{
    struct json_error error;
    int status =
        json_parse(&telling->document, finding->body.data, finding->body.length, &json_limits_frame, &error);
    if (status < 0)
        return status;
    struct pw_text due = json_text(&telling->document, json_member(&telling->document, PW_NODE_ROOT, "due"));
    if (due.length == 10 && (!telling->due[0] || memcmp(due.data, telling->due, 10) < 0))
        snprintf(telling->due, sizeof telling->due, "%.10s", due.data);
    if (telling->explanation[0] && finding->level <= telling->explained)
        return 0;
    struct pw_text words =
        text_cut(json_text(&telling->document, json_member(&telling->document, PW_NODE_ROOT, "explanation")),
                 sizeof telling->explanation - 1);
    snprintf(telling->explanation, sizeof telling->explanation, "%.*s", TEXT_FMT(words));
    telling->explained = finding->level;
    return 0;
}

/* Notes are for reports; a notice tells what made the case. */
static int tell_finding(void *to, const struct journal_finding *finding)
{
    struct telling *telling = to;
    if (!finding_counts(finding))
        return 0;
    int status = read_finding(telling, finding);
    if (status < 0)
        return status;
    if (finding->level < telling->least) {
        telling->muted++;
        return 0;
    }
    if (telling->told == NOTICE_MAX_FINDINGS) {
        telling->left_out++;
        return 0;
    }
    telling->told++;
    if (telling->out)
        json_write_raw(telling->out, finding->body);
    return 0;
}

static int tell_findings(struct telling *telling, const struct dossier *dossier)
{
    telling->least = dossier->join.level >= PW_LEVEL_PROHIBITED ? PW_LEVEL_PROHIBITED : 0;
    int status = journal_findings_of_case(journal_writer_view(dossier->writer), dossier->case_id,
                                          tell_finding, telling);
    json_release(&telling->document);
    return status;
}

/* ---- a case's notice ----------------------------------------------------------------------------------- */

static void write_recipient(struct buffer *out, const struct journal_notice *notice, int64_t now_ms)
{
    char time[TIME_TEXT_SIZE];
    time_format(now_ms, time);
    json_write_key(out, "recipient");
    json_write_begin(out, '{');
    json_member_text(out, "reviewer", notice->reviewer);
    json_member_text(out, "address", notice->address);
    json_write_end(out, '}');
    json_member_text(out, "because", notice->because);
    json_member_string(out, "time", time);
}

static void write_time(struct buffer *out, const char *key, int64_t ms)
{
    char time[TIME_TEXT_SIZE];
    time_format(ms, time);
    if (ms)
        json_member_string(out, key, time);
}

static int write_event(void *to, const struct journal_event *event)
{
    struct buffer *out = to;
    struct pw_document document = {0};
    struct json_error error;
    int status = json_parse(&document, event->body.data, event->body.length, &json_limits_frame, &error);
    if (status == 0) {
        json_member_text(out, "link", json_text(&document, json_find(&document, PW_NODE_ROOT, "/data/link")));
        json_write_key(out, "event");
        json_write_begin(out, '{');
        json_member_text(out, "source", event->source);
        json_member_text(out, "id", event->id);
        json_member_text(out, "type", event->type);
        json_write_end(out, '}');
    }
    json_release(&document);
    return status;
}

/* The pathways that raise something; when nothing stands any more, those that did. */
static void write_pathways(struct buffer *out, const struct dossier *dossier, const struct pw_document *draft)
{
    struct pw_text stood = json_raw(draft, json_member(draft, PW_NODE_ROOT, "pathways"));
    json_write_key(out, "pathways");
    if (!case_opens(dossier->join.level, dossier->join.needs_information)) {
        json_write_raw(out, stood.length ? stood : PW_TEXT("[]"));
        return;
    }
    json_write_begin(out, '[');
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if (dossier->levels[pathway] > PW_LEVEL_NOTE || dossier->asks[pathway])
            json_write_string(out, pathways[pathway].name);
    json_write_end(out, ']');
}

static void write_acts(struct buffer *out, const struct dossier *dossier)
{
    char name[CASE_NAME_SIZE];
    struct buffer act = {0}, page = {0};
    case_name(dossier->case_id, name);
    buffer_format(&act, "pathwayctl case show %s", name);
    if (dossier->config->page) {
        size_t length = strlen(dossier->config->page);
        buffer_format(&page, "%s%scase/%s", dossier->config->page,
                      dossier->config->page[length - 1] == '/' ? "" : "/", name);
        json_member_text(out, "page", buffer_view(&page));
    }
    json_member_text(out, "act", buffer_view(&act));
    out->failed = out->failed || act.failed || page.failed;
    buffer_release(&act);
    buffer_release(&page);
}

static void write_case(struct buffer *out, const struct dossier *dossier, const struct journal_notice *notice)
{
    char name[CASE_NAME_SIZE];
    case_name(dossier->case_id, name);
    json_member_string(out, "case_id", name);
    json_member_string(out, "engagement_id", dossier->engagement);
    json_member_unsigned(out, "revision", dossier->revision);
    json_member_text(out, "change", notice->change);
    json_member_string(out, "level", level_names[dossier->join.level]);
    json_member_boolean(out, "needs_information", dossier->join.needs_information);
    json_member_string(out, "previous_level", level_names[notice->previous_level]);
    json_member_string(out, "state", dossier->state);
}

static int word(struct buffer *out, const struct dossier *dossier, const struct journal_notice *notice,
                const struct pw_document *draft)
{
    struct telling telling = {.out = out};
    struct pw_text changed = json_raw(draft, json_member(draft, PW_NODE_ROOT, "changed"));
    json_write_begin(out, '{');
    json_member_text(out, "notice_id", notice->notice_id);
    json_member_string(out, "kind", "case");
    write_case(out, dossier, notice);
    write_pathways(out, dossier, draft);
    write_recipient(out, notice, journal_writer_now(dossier->writer));
    json_member_text(out, "queue", text_of(dossier->queue));
    json_member_text(out, "assignee", text_of(dossier->assignee));
    write_time(out, "decide_by", dossier->decide_by_ms);
    json_member_string(out, "title", dossier->title);
    int status = journal_event_read(journal_writer_view(dossier->writer), notice->sequence, write_event, out);
    json_write_key(out, "findings");
    json_write_begin(out, '[');
    if (status == 0)
        status = tell_findings(&telling, dossier);
    json_write_end(out, ']');
    json_member_unsigned(out, "findings_left_out", telling.left_out);
    json_member_unsigned(out, "muted", telling.muted);
    if (telling.due[0])
        json_member_string(out, "due", telling.due);
    if (changed.length)
        json_member_raw(out, "changed", changed);
    write_acts(out, dossier);
    json_write_end(out, '}');
    return status < 0 ? status : out->failed ? PW_ERROR_MEMORY : 0;
}

int notice_word(struct buffer *out, const struct dossier *dossier, const struct journal_notice *notice)
{
    struct pw_document draft = {0};
    int status = read_draft(&draft, notice->body);
    if (status == 0)
        status = word(out, dossier, notice, &draft);
    json_release(&draft);
    return status;
}

/* ---- a digest ------------------------------------------------------------------------------------------ */

void notice_digest_begin(struct buffer *out, const struct journal_notice *notice, int64_t now_ms)
{
    json_write_begin(out, '{');
    json_member_text(out, "notice_id", notice->notice_id);
    json_member_string(out, "kind", "digest");
    write_recipient(out, notice, now_ms);
    json_write_key(out, "cases");
    json_write_begin(out, '[');
}

int notice_digest_case(struct buffer *out, const struct dossier *dossier, const struct journal_notice *notice)
{
    struct telling telling = {0};
    struct pw_document draft = {0};
    int status = read_draft(&draft, notice->body);
    if (status == 0)
        status = tell_findings(&telling, dossier);
    json_write_begin(out, '{');
    write_case(out, dossier, notice);
    write_pathways(out, dossier, &draft);
    json_release(&draft);
    json_member_string(out, "title", dossier->title);
    json_member_string(out, "explanation", telling.explanation);
    write_time(out, "decide_by", dossier->decide_by_ms);
    if (telling.due[0])
        json_member_string(out, "due", telling.due);
    write_acts(out, dossier);
    json_write_end(out, '}');
    return status < 0 ? status : out->failed ? PW_ERROR_MEMORY : 0;
}

void notice_digest_end(struct buffer *out, uint32_t left_out)
{
    json_write_end(out, ']');
    json_member_unsigned(out, "left_out", left_out);
    json_member_string(out, "act", "pathwayctl case list");
    json_write_end(out, '}');
}
