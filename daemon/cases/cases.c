/* SPDX-License-Identifier: Apache-2.0
 *
 * What new findings of an event mean for its engagement's case. Runs inside the transaction that stores the findings,
 * so a case, its notices and its audit record exist together or not at all.
 */
#include "cases/cases.h"

#include <stdlib.h>
#include <string.h>

#include "cases/act.h"
#include "cases/question.h"

/* The number behind the names: "a.b,c.d,+3". No name holds a '+'. */
static uint32_t left_out_of(const char *rules)
{
    const char *plus = strrchr(rules, '+');
    return plus ? (uint32_t)strtoul(plus + 1, NULL, 10) : 0;
}

static bool rules_added(const struct dossier *dossier)
{
    if (dossier->left_out > left_out_of(dossier->rules))
        return true;
    for (uint32_t i = 0; i < dossier->name_count; i++)
        if (!name_listed(dossier->rules, dossier->names[i]))
            return true;
    return false;
}

/* The word for the change, or NULL when nobody needs to be told. In order: the first that holds. */
static const char *change_word(const struct dossier *dossier)
{
    const struct case_join *join = &dossier->join;
    if (!dossier->exists)
        return "opened";
    if (!case_opens(join->level, join->needs_information))
        return case_opens(dossier->level, dossier->needs_information) ? "withdrawn" : NULL;
    if (strcmp(dossier->state, "withdrawn") == 0)
        return "reopened";
    if (join->level > dossier->level)
        return "raised";
    if (join->needs_information && !dossier->needs_information)
        return "asked";
    return rules_added(dossier) ? "added" : NULL;
}

static bool unchanged(const struct dossier *dossier)
{
    return dossier->exists && dossier->level == dossier->join.level &&
           dossier->needs_information == dossier->join.needs_information &&
           text_is(buffer_view(&dossier->now_rules), dossier->rules);
}

/* What is decided stands until something that it rests on is otherwise; what is proposed, until there is nothing left
 * to decide as well. */
static int apply_decided(struct dossier *dossier, const struct decision_weighing *weighing,
                         const struct questions_settled *settled, struct dossier_change *change)
{
    bool gone = change->word && strcmp(change->word, "withdrawn") == 0;
    bool ends = weighing->change_count || (weighing->proposed && gone);
    if (!ends) {
        /* What is judged again, and would have been no news, is no alert spared. */
        bool news = change->word || change->sequence > weighing->known;
        change->word = NULL;
        int status = weighing->concerns && news && !weighing->proposed
                         ? decision_spare(dossier->writer, weighing->decision_id, change->sequence)
                         : 0;
        return status < 0 || (unchanged(dossier) && !settled->any) ? status : dossier_store(dossier, change);
    }
    change->word = change->word ? change->word : "changed";
    change->state = gone ? "withdrawn" : act_open_state(weighing->appealed);
    change->changed = gone ? (struct pw_text){0} : buffer_view(&weighing->changes);
    int status = decision_end(dossier->writer, dossier->case_id, weighing->decision_id,
                              weighing->proposed ? "withdrawn" : "changed", change->changed);
    return status < 0 ? status : dossier_store(dossier, change);
}

static int apply_open(struct dossier *dossier, const struct questions_settled *settled,
                      struct dossier_change *change)
{
    bool opens = case_opens(dossier->join.level, dossier->join.needs_information);
    if ((!dossier->exists && !opens) || (unchanged(dossier) && !settled->any))
        return 0;
    if (settled->all && case_state_of(change->state) == CASE_NEEDS_INFORMATION) {
        change->state = case_states[CASE_IN_REVIEW];
        change->word = change->word ? change->word : "answered";
    }
    if (change->word && strcmp(change->word, "withdrawn") == 0)
        change->state = "withdrawn";
    if (change->word && strcmp(change->word, "reopened") == 0)
        change->state = "new";
    return dossier_store(dossier, change);
}

static int apply(struct dossier *dossier, uint64_t sequence, const struct pw_document *event)
{
    struct decision_weighing weighing = {0};
    struct questions_settled settled = {0};
    struct pw_text engagement = json_text(event, json_find(event, PW_NODE_ROOT, "/data/engagement_id"));
    int status = dossier_of_engagement(dossier, engagement, sequence);
    if (status < 0)
        return status;
    struct dossier_change change = {.word = change_word(dossier),
                                    .state = dossier->exists ? dossier->state : "new",
                                    .event = event,
                                    .sequence = sequence,
                                    .title = json_text(event, json_find(event, PW_NODE_ROOT, "/data/title"))};
    enum case_state state = case_state_of(change.state);
    bool decided = state == CASE_DECIDED || state == CASE_PROPOSED || state == CASE_CLOSED;
    if (decided)
        status = decision_weigh(dossier, sequence, event, &weighing);
    if (status == 0 && dossier->exists && state != CASE_DECIDED && state != CASE_CLOSED &&
        state != CASE_WITHDRAWN)
        status = questions_settle(dossier, event, &settled);
    if (status == 0)
        status = weighing.decision_id ? apply_decided(dossier, &weighing, &settled, &change)
                                      : apply_open(dossier, &settled, &change);
    buffer_release(&weighing.changes);
    return status;
}

int cases_apply(struct journal_writer *writer, const struct config *config, uint64_t sequence,
                struct pw_text body)
{
    struct pw_document event = {0};
    struct json_error error;
    struct dossier dossier = {.writer = writer, .config = config};
    int status = json_parse(&event, body.data, body.length, &json_limits_frame, &error);
    if (status == 0)
        status = apply(&dossier, sequence, &event);
    dossier_close(&dossier);
    json_release(&event);
    return status;
}
