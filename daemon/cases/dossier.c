/* SPDX-License-Identifier: Apache-2.0
 *
 * dossier.c: see dossier.h.
 */
#include "cases/dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/clock.h"
#include "cases/pace.h"
#include "host/frame.h"

void cases_join(struct case_join *join, uint32_t level, uint32_t needs_information)
{
    if (level > join->level)
        join->level = level;
    join->needs_information |= needs_information;
}

bool case_opens(uint32_t level, uint32_t needs_information)
{
    return level >= PW_LEVEL_SUGGESTED || needs_information;
}

bool finding_counts(const struct journal_finding *finding)
{
    return !finding->withdrawn && case_opens(finding->level, finding->needs_information);
}

bool name_listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static char *copy(struct pw_text text)
{
    return strndup(text.data ? text.data : "", text.length);
}

/* ---- opening ---- */

static int take_case(void *to, const struct journal_case *item)
{
    struct dossier *dossier = to;
    dossier->exists = true;
    dossier->case_id = item->case_id;
    dossier->revision = item->revision;
    dossier->sequence = item->sequence;
    dossier->level = item->level;
    dossier->needs_information = item->needs_information;
    dossier->opened_ms = item->opened_ms;
    dossier->decide_by_ms = item->decide_by_ms;
    dossier->wake_ms = item->wake_ms;
    dossier->reminders = item->reminders;
    dossier->escalated = item->escalated;
    dossier->queue = copy(item->queue);
    dossier->assignee = copy(item->assignee);
    dossier->unit = copy(item->unit);
    dossier->state = copy(item->state);
    dossier->rules = copy(item->rules);
    dossier->title = copy(item->title);
    dossier->pathways = copy(item->pathways);
    free(dossier->engagement);
    dossier->engagement = copy(item->engagement_id);
    return dossier->state && dossier->rules && dossier->title && dossier->pathways && dossier->engagement &&
                   dossier->queue && dossier->assignee && dossier->unit
               ? 0
               : PW_ERROR_MEMORY;
}

static void add_rule(struct dossier *dossier, struct pw_text rule, uint32_t level)
{
    char *name = copy(rule);
    bool known = !name;
    dossier->failed |= !name;
    if (name && level > dossier->news_level && !(dossier->rules && name_listed(dossier->rules, name)))
        dossier->news_level = level;
    for (uint32_t i = 0; i < dossier->name_count && !known; i++)
        known = strcmp(name, dossier->names[i]) == 0;
    if (!known && dossier->name_count < DOSSIER_RULES && frame_rule_valid(rule)) {
        dossier->names[dossier->name_count++] = name;
        return;
    }
    dossier->left_out += !known;
    free(name);
}

static int add_finding(void *to, const struct journal_finding *finding)
{
    struct dossier *dossier = to;
    enum pathway pathway = pathway_by_name(finding->pathway);
    if (finding->withdrawn)
        return 0;
    cases_join(&dossier->join, finding->level, finding->needs_information);
    if (pathway < PATHWAY_COUNT) {
        if (finding->level > dossier->levels[pathway])
            dossier->levels[pathway] = finding->level;
        dossier->asks[pathway] = dossier->asks[pathway] || finding->needs_information;
    }
    if (finding_counts(finding))
        add_rule(dossier, finding->rule, finding->level);
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int join(struct dossier *dossier)
{
    qsort(dossier->names, dossier->name_count, sizeof(dossier->names[0]), compare_names);
    for (uint32_t i = 0; i < dossier->name_count; i++)
        buffer_format(&dossier->now_rules, "%s%s", i ? "," : "", dossier->names[i]);
    if (dossier->left_out)
        buffer_format(&dossier->now_rules, "%s+%u", dossier->name_count ? "," : "", dossier->left_out);
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if (dossier->levels[pathway] > PW_LEVEL_NOTE || dossier->asks[pathway])
            buffer_format(&dossier->now_pathways, "%s%s", dossier->now_pathways.length ? "," : "",
                          pathways[pathway].name);
    return dossier->failed || dossier->now_rules.failed || dossier->now_pathways.failed ? PW_ERROR_MEMORY : 0;
}

int dossier_of_engagement(struct dossier *dossier, struct pw_text engagement, uint64_t sequence)
{
    struct journal_view *view = journal_writer_view(dossier->writer);
    dossier->engagement = copy(engagement);
    int status = dossier->engagement ? journal_case_of_engagement(view, engagement, take_case, dossier)
                                     : PW_ERROR_MEMORY;
    if (status == 0 && dossier->exists)
        status = journal_findings_attach(dossier->writer, sequence, dossier->case_id);
    if (status == 0)
        status = dossier->exists ? journal_findings_of_case(view, dossier->case_id, add_finding, dossier)
                                 : journal_findings_of_event(view, sequence, add_finding, dossier);
    return status < 0 ? status : join(dossier);
}

int dossier_of_case(struct dossier *dossier, uint64_t case_id)
{
    struct journal_view *view = journal_writer_view(dossier->writer);
    int status = journal_case_read(view, case_id, take_case, dossier);
    if (status == 0 && dossier->exists)
        status = journal_findings_of_case(view, case_id, add_finding, dossier);
    return status < 0 ? status : join(dossier);
}

void dossier_close(struct dossier *dossier)
{
    free(dossier->engagement);
    free(dossier->state);
    free(dossier->rules);
    free(dossier->title);
    free(dossier->pathways);
    free(dossier->queue);
    free(dossier->assignee);
    free(dossier->unit);
    for (uint32_t i = 0; i < dossier->name_count; i++)
        free(dossier->names[i]);
    buffer_release(&dossier->now_rules);
    buffer_release(&dossier->now_pathways);
}

/* ---- storing ---- */

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

static struct case_change change_of(const struct dossier *dossier, const struct dossier_change *said,
                                    const struct journal_case *item)
{
    struct case_change change = {.after = item,
                                 .change = said->word ? said->word : "",
                                 .changed = said->changed,
                                 .previous_level = dossier->level,
                                 .news_level = dossier->news_level,
                                 .sequence = item->sequence};
    memcpy(change.levels, dossier->levels, sizeof(change.levels));
    memcpy(change.asks, dossier->asks, sizeof(change.asks));
    return change;
}

/* A case that nobody has belongs to the queue of the first route that is for it. A route may look at the case's findings,
 * so the case is stored first. */
static int find_queue(struct dossier *dossier, const struct dossier_change *said, struct journal_case *item)
{
    const char *queue = NULL;
    uint64_t case_id = 0;
    struct case_change change = change_of(dossier, said, item);
    int status = recipients_queue(journal_writer_view(dossier->writer), dossier->config, &change, &queue);
    if (status < 0 || !queue)
        return status;
    item->queue = text_of(queue);
    return journal_case_put(dossier->writer, item, &case_id);
}

/* A notice of what stands no longer names the pathways of what stood. */
static void recall_levels(struct case_change *change, const struct dossier *dossier)
{
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        if (!name_listed(dossier->pathways, pathways[pathway].name))
            continue;
        change->levels[pathway] = dossier->level;
        change->asks[pathway] = dossier->needs_information;
    }
}

static int tell(struct dossier *dossier, const struct dossier_change *said, const struct journal_case *item,
                uint32_t *ret_told)
{
    struct case_change change = change_of(dossier, said, item);
    if (!case_opens(dossier->join.level, dossier->join.needs_information))
        recall_levels(&change, dossier);
    return notices_write(dossier->writer, dossier->config, &change, ret_told);
}

int dossier_store(struct dossier *dossier, const struct dossier_change *change)
{
    uint64_t case_id = dossier->case_id;
    uint32_t told = 0;
    struct pw_text title = change->title,
                   unit = json_text(change->event, change->event
                                                       ? json_find(change->event, PW_NODE_ROOT, "/data/unit")
                                                       : PW_NODE_NONE);
    /* An old event that is assessed again changes what is said of the engagement, not what it is. */
    bool old = dossier->exists && change->sequence < dossier->sequence;
    if (dossier->exists && (old || !title.length))
        title = (struct pw_text){dossier->title, strlen(dossier->title)};
    struct journal_case item = {.case_id = dossier->case_id,
                                .engagement_id = {dossier->engagement, strlen(dossier->engagement)},
                                .level = dossier->join.level,
                                .needs_information = dossier->join.needs_information,
                                .state = {change->state, strlen(change->state)},
                                .pathways = buffer_view(&dossier->now_pathways),
                                .title = title,
                                .rules = buffer_view(&dossier->now_rules),
                                .opened_ms = dossier->exists ? dossier->opened_ms
                                                             : journal_writer_now(dossier->writer),
                                .updated_ms = journal_writer_now(dossier->writer),
                                .revision = dossier->revision + 1,
                                .queue = text_of(dossier->queue),
                                .assignee = text_of(dossier->assignee),
                                .unit = text_of(dossier->unit),
                                .decide_by_ms = dossier->decide_by_ms,
                                .wake_ms = dossier->wake_ms,
                                .reminders = dossier->reminders,
                                .escalated = dossier->escalated,
                                .sequence = old ? dossier->sequence : change->sequence};
    if (unit.length && !old)
        item.unit = unit;
    clock_set(dossier->config, change, journal_writer_now(dossier->writer), &item);
    int status = journal_case_put(dossier->writer, &item, &case_id);
    item.case_id = case_id;
    if (status == 0 && !dossier->exists)
        status = journal_findings_attach(dossier->writer, item.sequence, case_id);
    if (status == 0 && change->word && !queue_named(dossier->config, item.queue))
        status = find_queue(dossier, change, &item);
    if (status == 0 && change->word)
        status = tell(dossier, change, &item, &told);
    return status < 0 ? status
                      : audit_change(dossier->writer, &item, change->word ? change->word : "updated", told);
}
