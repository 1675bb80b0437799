/* SPDX-License-Identifier: Apache-2.0
 *
 * The join of an engagement's findings, and what its change means. Runs inside the transaction that stores
 * the findings, so a case, its notices and its audit record exist together or not at all.
 */
#include "cases/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/notice.h"
#include "host/frame.h"
#include "json/buffer.h"

/* Distinct standing rules of one engagement that are named; with the longest names they fill a quarter of an
 * audit record. More are counted, in the level and as "+N" behind the names. */
#define MAX_RULES 128u

/* A case as it stood, copied: rows live only during the reading. */
struct before {
    bool exists;
    uint64_t case_id, revision, sequence;
    uint32_t level, needs_information;
    int64_t opened_ms;
    char *state, *rules, *title, *pathways;
};

/* What the standing findings say together. */
struct standing {
    struct case_join join;
    uint32_t levels[PATHWAY_COUNT];
    bool asks[PATHWAY_COUNT];
    char *rules[MAX_RULES];
    uint32_t rule_count, left_out; /* left_out: findings whose rules are not named */
    bool failed;
};

void cases_join(struct case_join *join, uint32_t level, uint32_t needs_information)
{
    if (level > join->level)
        join->level = level;
    join->needs_information |= needs_information;
}

static char *copy(struct pw_text text)
{
    return strndup(text.data ? text.data : "", text.length);
}

static void before_release(struct before *before)
{
    free(before->state);
    free(before->rules);
    free(before->title);
    free(before->pathways);
}

static int take_case(void *to, const struct journal_case *item)
{
    struct before *before = to;
    before->exists = true;
    before->case_id = item->case_id;
    before->revision = item->revision;
    before->sequence = item->sequence;
    before->level = item->level;
    before->needs_information = item->needs_information;
    before->opened_ms = item->opened_ms;
    before->state = copy(item->state);
    before->rules = copy(item->rules);
    before->title = copy(item->title);
    before->pathways = copy(item->pathways);
    return before->state && before->rules && before->title && before->pathways ? 0 : PW_ERROR_MEMORY;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_rule(struct standing *standing, struct pw_text rule)
{
    for (uint32_t i = 0; i < standing->rule_count; i++)
        if (text_is(rule, standing->rules[i]))
            return;
    if (standing->rule_count == MAX_RULES || !frame_rule_valid(rule)) {
        standing->left_out++;
        return;
    }
    char *name = copy(rule);
    if (name)
        standing->rules[standing->rule_count++] = name;
    else
        standing->failed = true;
}

static int add_finding(void *to, const struct journal_finding *finding)
{
    struct standing *standing = to;
    enum pathway pathway = pathway_by_name(finding->pathway);
    if (finding->withdrawn)
        return 0;
    cases_join(&standing->join, finding->level, finding->needs_information);
    if (pathway < PATHWAY_COUNT) {
        if (finding->level > standing->levels[pathway])
            standing->levels[pathway] = finding->level;
        standing->asks[pathway] = standing->asks[pathway] || finding->needs_information;
    }
    if (finding->level >= PW_LEVEL_SUGGESTED || finding->needs_information)
        add_rule(standing, finding->rule);
    return 0;
}

static void standing_release(struct standing *standing)
{
    for (uint32_t i = 0; i < standing->rule_count; i++)
        free(standing->rules[i]);
}

static bool opens(const struct case_join *join)
{
    return join->level >= PW_LEVEL_SUGGESTED || join->needs_information;
}

static bool listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* The number behind the names: "a.b,c.d,+3". No name holds a '+'. */
static uint32_t left_out_of(const char *rules)
{
    const char *plus = strrchr(rules, '+');
    return plus ? (uint32_t)strtoul(plus + 1, NULL, 10) : 0;
}

static bool rules_added(const struct before *before, const struct standing *standing)
{
    if (standing->left_out > left_out_of(before->rules))
        return true;
    for (uint32_t i = 0; i < standing->rule_count; i++)
        if (!listed(before->rules, standing->rules[i]))
            return true;
    return false;
}

/* The word for the change, or NULL when nobody needs to be told. In order: the first that holds. */
static const char *change_word(const struct before *before, const struct standing *standing)
{
    const struct case_join *join = &standing->join;
    if (!before->exists)
        return "opened";
    if (!opens(join))
        return opens(&(struct case_join){before->level, before->needs_information}) ? "withdrawn" : NULL;
    if (strcmp(before->state, "withdrawn") == 0)
        return "reopened";
    if (join->level > before->level)
        return "raised";
    if (join->needs_information && !before->needs_information)
        return "asked";
    return rules_added(before, standing) ? "added" : NULL;
}

static void join_rules(struct buffer *out, const struct standing *standing)
{
    for (uint32_t i = 0; i < standing->rule_count; i++)
        buffer_format(out, "%s%s", i ? "," : "", standing->rules[i]);
    if (standing->left_out)
        buffer_format(out, "%s+%u", standing->rule_count ? "," : "", standing->left_out);
}

static void pathway_names(struct buffer *out, const struct standing *standing)
{
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if (standing->levels[pathway] || standing->asks[pathway])
            buffer_format(out, "%s%s", out->length ? "," : "", pathways[pathway].name);
}

static int audit_change(struct journal_writer *writer, const struct journal_case *item, const char *change,
                        uint32_t told)
{
    char kind[32];
    struct buffer detail = {0};
    snprintf(kind, sizeof(kind), "case.%s", change);
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "case", item->case_id);
    json_member_unsigned(&detail, "revision", item->revision);
    json_member_string(&detail, "level", level_names[item->level]);
    json_member_boolean(&detail, "needs_information", item->needs_information);
    json_member_text(&detail, "rules", item->rules);
    json_member_unsigned(&detail, "told", told);
    json_write_end(&detail, '}');
    int status = detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, kind, buffer_view(&detail));
    buffer_release(&detail);
    return status;
}

/* A notice of a withdrawal names the pathways of what stood. */
static void recall_levels(struct case_change *change, const struct before *before)
{
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        if (!listed(before->pathways, pathways[pathway].name))
            continue;
        change->levels[pathway] = before->level;
        change->asks[pathway] = before->needs_information;
    }
}

static int put_case(struct journal_writer *writer, const struct config *config, const struct before *before,
                    const struct standing *standing, struct journal_case *item,
                    const struct pw_document *event)
{
    const char *word = change_word(before, standing);
    uint32_t told = 0;
    uint64_t case_id = before->case_id;
    const char *state = before->exists ? before->state : "new";
    if (word && strcmp(word, "withdrawn") == 0 && strcmp(state, "new") == 0)
        state = "withdrawn";
    if (word && strcmp(word, "reopened") == 0)
        state = "new";
    item->state = (struct pw_text){state, strlen(state)};
    int status = journal_case_put(writer, item, &case_id);
    item->case_id = case_id;
    if (status == 0 && !before->exists)
        status = journal_findings_attach(writer, item->sequence, case_id);
    if (status < 0 || !word)
        return status < 0 ? status : audit_change(writer, item, "updated", 0);
    struct case_change change = {
        .after = item, .change = word, .previous_level = before->level, .event = event};
    memcpy(change.levels, standing->levels, sizeof(change.levels));
    memcpy(change.asks, standing->asks, sizeof(change.asks));
    if (!opens(&standing->join))
        recall_levels(&change, before);
    status = notices_write(writer, config, &change, &told);
    return status < 0 ? status : audit_change(writer, item, word, told);
}

static bool unchanged(const struct before *before, const struct standing *standing, struct pw_text rules)
{
    return before->exists && before->level == standing->join.level &&
           before->needs_information == standing->join.needs_information && text_is(rules, before->rules);
}

static int apply(struct journal_writer *writer, const struct config *config, uint64_t sequence,
                 const struct pw_document *event, struct before *before, struct standing *standing)
{
    struct journal_view *view = journal_writer_view(writer);
    struct buffer rules = {0}, names = {0};
    struct pw_text engagement = json_text(event, json_find(event, PW_NODE_ROOT, "/data/engagement_id"));
    int status = journal_case_of_engagement(view, engagement, take_case, before);
    if (status == 0 && before->exists)
        status = journal_findings_attach(writer, sequence, before->case_id);
    if (status == 0)
        status = before->exists ? journal_findings_of_case(view, before->case_id, add_finding, standing)
                                : journal_findings_of_event(view, sequence, add_finding, standing);
    if (status < 0 || standing->failed)
        return status < 0 ? status : PW_ERROR_MEMORY;
    qsort(standing->rules, standing->rule_count, sizeof(standing->rules[0]), compare_names);
    join_rules(&rules, standing);
    pathway_names(&names, standing);
    bool silent =
        (!before->exists && !opens(&standing->join)) || unchanged(before, standing, buffer_view(&rules));
    if (!silent) {
        struct pw_text title = json_text(event, json_find(event, PW_NODE_ROOT, "/data/title"));
        /* An old event that is assessed again changes what is said of the engagement, not what it is. */
        bool old = before->exists && sequence < before->sequence;
        if (before->exists && (old || !title.length))
            title = (struct pw_text){before->title, strlen(before->title)};
        struct journal_case item = {.case_id = before->case_id,
                                    .engagement_id = engagement,
                                    .level = standing->join.level,
                                    .needs_information = standing->join.needs_information,
                                    .pathways = buffer_view(&names),
                                    .title = title,
                                    .rules = buffer_view(&rules),
                                    .opened_ms =
                                        before->exists ? before->opened_ms : journal_writer_now(writer),
                                    .updated_ms = journal_writer_now(writer),
                                    .revision = before->revision + 1,
                                    .sequence = old ? before->sequence : sequence};
        status = rules.failed || names.failed ? PW_ERROR_MEMORY
                                              : put_case(writer, config, before, standing, &item, event);
    }
    buffer_release(&rules);
    buffer_release(&names);
    return status;
}

int cases_apply(struct journal_writer *writer, const struct config *config, uint64_t sequence,
                struct pw_text body)
{
    struct pw_document event = {0};
    struct json_error error;
    struct before before = {0};
    struct standing standing = {0};
    int status = json_parse(&event, body.data, body.length, &json_limits_frame, &error);
    if (status == 0)
        status = apply(writer, config, sequence, &event, &before, &standing);
    before_release(&before);
    standing_release(&standing);
    json_release(&event);
    return status;
}
