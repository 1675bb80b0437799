/* SPDX-License-Identifier: Apache-2.0
 *
 * reliance.c: see reliance.h.
 */
#include "cases/reliance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/recall.h"

/* ---- what is in force ---- */

static int take_decision(void *to, const struct journal_decision *decision)
{
    struct in_force *found = to;
    bool proposed = text_is(decision->state, "proposed");
    if (!proposed && !text_is(decision->state, "withdrawn"))
        found->appealed = text_is(decision->state, "appealed");
    if (!proposed && !text_is(decision->state, "standing"))
        return 0;
    free(found->actor);
    free(found->relied);
    *found = (struct in_force){.decision_id = decision->decision_id,
                               .proposed = proposed,
                               .appealed = found->appealed,
                               .declined = text_is(decision->disposition, "declined"),
                               .review_by_ms = decision->review_by_ms,
                               .known = decision->known,
                               .actor = strndup(decision->actor.data, decision->actor.length),
                               .relied = strndup(decision->relied.data, decision->relied.length)};
    return found->actor && found->relied ? 0 : PW_ERROR_MEMORY;
}

int in_force_find(const struct dossier *dossier, struct in_force *found)
{
    return journal_decisions_of_case(journal_writer_view(dossier->writer), dossier->case_id, take_decision,
                                     found);
}

void in_force_release(struct in_force *found)
{
    free(found->actor);
    free(found->relied);
}

int decision_audit(struct journal_writer *writer, const char *kind, uint64_t case_id, uint64_t decision_id,
                   struct pw_text disposition, struct pw_text actor)
{
    struct buffer detail = {0};
    json_write_begin(&detail, '{');
    json_member_unsigned(&detail, "case", case_id);
    json_member_unsigned(&detail, "decision", decision_id);
    if (disposition.length)
        json_member_text(&detail, "disposition", disposition);
    if (actor.length)
        json_member_text(&detail, "actor", actor);
    json_write_end(&detail, '}');
    int status = detail.failed ? PW_ERROR_MEMORY : journal_audit(writer, kind, buffer_view(&detail));
    buffer_release(&detail);
    return status;
}

int decision_end(struct journal_writer *writer, uint64_t case_id, uint64_t decision_id, const char *state,
                 struct pw_text changes)
{
    char kind[32];
    snprintf(kind, sizeof(kind), "decision.%s", state);
    int status = journal_decision_end(writer, decision_id, state, journal_writer_now(writer), changes,
                                      (struct pw_text){0});
    return status < 0
               ? status
               : decision_audit(writer, kind, case_id, decision_id, (struct pw_text){0}, (struct pw_text){0});
}

int decision_spare(struct journal_writer *writer, uint64_t decision_id, uint64_t sequence)
{
    uint64_t spared = 0;
    int status = journal_decision_spared(writer, decision_id, sequence);
    if (status == 0)
        status = journal_mark_get(journal_writer_view(writer), ALERTS_SPARED_MARK, &spared);
    return status < 0 ? status : journal_mark_set(writer, ALERTS_SPARED_MARK, spared + 1);
}

/* ---- what it relies on ---- */

static int gather_finding(void *to, const struct journal_finding *finding)
{
    struct gathering *gathering = to;
    if (!finding_counts(finding))
        return 0;
    clearance_add_finding(gathering->clearance, finding);
    if (finding->sequence > gathering->newest)
        gathering->newest = finding->sequence;
    bool known = gathering->count && gathering->sequences[gathering->count - 1] == finding->sequence;
    if (!known && gathering->count < GATHERED_EVENTS)
        gathering->sequences[gathering->count++] = finding->sequence;
    return 0;
}

static int take_event(void *to, const struct journal_event *event)
{
    struct work **work = to;
    *work = work_new(WORK_LOOK, event);
    return *work ? 0 : PW_ERROR_MEMORY;
}

/* An event counts as it stands by now, corrected. */
static int gather_event(const struct dossier *dossier, struct gathering *gathering, uint64_t sequence,
                        bool itself)
{
    struct journal_view *view = journal_writer_view(dossier->writer);
    struct recall recall = {.config = dossier->config, .view = view, .corrections = true};
    struct work *work = NULL;
    int status = journal_event_read(view, sequence, take_event, &work);
    if (status == 0 && work)
        status = recall_event(&recall, work);
    if (status == 0 && work)
        clearance_add_event(gathering->clearance, &recall.document, itself);
    recall_release(&recall);
    work_free(work);
    return status;
}

int gathering_fill(const struct dossier *dossier, bool declined, struct gathering *gathering)
{
    gathering->clearance = clearance_new();
    if (!gathering->clearance)
        return PW_ERROR_MEMORY;
    int status = journal_findings_of_case(journal_writer_view(dossier->writer), dossier->case_id,
                                          gather_finding, gathering);
    for (uint32_t i = 0; i < gathering->count && status == 0; i++)
        status = gather_event(dossier, gathering, gathering->sequences[i], declined);
    return status == 0 && gathering->clearance->failed ? PW_ERROR_MEMORY : status;
}

int decision_weigh(const struct dossier *dossier, uint64_t sequence, const struct pw_document *event,
                   struct decision_weighing *ret_weighing)
{
    struct in_force found = {0};
    struct gathering gathering = {0};
    int status = in_force_find(dossier, &found);
    if (status == 0 && found.decision_id) {
        ret_weighing->decision_id = found.decision_id;
        ret_weighing->proposed = found.proposed;
        ret_weighing->appealed = found.appealed;
        ret_weighing->known = found.known;
        gathering.clearance = clearance_new();
        status = gathering.clearance ? journal_findings_of_event(journal_writer_view(dossier->writer),
                                                                 sequence, gather_finding, &gathering)
                                     : PW_ERROR_MEMORY;
        ret_weighing->concerns = gathering.count > 0;
    }
    if (status == 0 && gathering.count) {
        clearance_add_event(gathering.clearance, event, found.declined && !found.proposed);
        status = clearance_compare(gathering.clearance, (struct pw_text){found.relied, strlen(found.relied)},
                                   &ret_weighing->changes, &ret_weighing->change_count);
    }
    clearance_free(gathering.clearance);
    in_force_release(&found);
    return status;
}
