/* SPDX-License-Identifier: Apache-2.0
 *
 * engagement.c: conditions on earlier events of the same engagement: what no single event shows. Earlier is by the
 * events' own time, so that the order in which they arrive changes nothing.
 */
#include "rules/assessment.h"
#include "rules/date.h"
#include "rules/reader.h"

/* What the facts and the engagement of the event at hand say cannot be asked of another event. */
static bool is_of_this_event(enum condition_op op)
{
    return op == CONDITION_MATCH || op == CONDITION_QUESTION || op == CONDITION_FUNDING ||
           op == CONDITION_ENGAGEMENT;
}

static bool reads_this_event(const struct pack *pack, uint32_t condition)
{
    for (uint32_t i = condition; i != PACK_NONE; i = pack->conditions[i].next)
        if (is_of_this_event(pack->conditions[i].op) || reads_this_event(pack, pack->conditions[i].child))
            return true;
    return false;
}

int32_t reader_engagement(struct reader *reader, const uint32_t *operator_nodes, uint32_t depth,
                          uint32_t condition)
{
    static const char *const names[] = {"types", "within", "when", NULL};
    uint32_t nodes[3], child = PACK_NONE;
    struct pack *pack = reader->pack;
    struct earlier earlier = {.types = UINT64_MAX};
    if (reader->question < QUESTION_COUNT)
        return reader_fail(reader, operator_nodes[0], "an earlier event answers no question of this one");
    int32_t status = reader_members(reader, operator_nodes[0], "\"engagement\"", names, nodes);
    if (status == PW_OK && nodes[0] != PW_NODE_NONE)
        status = reader_types(reader, nodes[0], &earlier.types);
    if (status == PW_OK)
        status = reader_months(reader, nodes[1], &earlier.months);
    if (status == PW_OK && nodes[2] != PW_NODE_NONE)
        status = reader_condition_within(reader, nodes[2], depth + 1, &child);
    if (status == PW_OK && reads_this_event(pack, child))
        return reader_fail(
            reader, nodes[2],
            "of an earlier event its fields, type, partners and answers can be asked; not match, "
            "question, funding or engagement");
    if (status < 0)
        return status;
    struct earlier *slot =
        pack_append(&pack->earliers, &pack->earlier_count, &pack->earlier_room, sizeof earlier);
    if (!slot)
        return reader_memory(reader);
    *slot = earlier;
    pack->conditions[condition].op = CONDITION_ENGAGEMENT;
    pack->conditions[condition].subject = pack->earlier_count - 1;
    pack->conditions[condition].child = child;
    return PW_OK;
}

static bool lies_within(const struct assessment *assessment, const struct earlier *asked, uint32_t event)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *facts = assessment->facts;
    struct pw_text time = api->text(facts, api->find(facts, event, PW_TEXT("/time")));
    int64_t day;
    time.length = time.length > DATE_SIZE - 1 ? DATE_SIZE - 1 : time.length;
    return asked->months == 0 ||
           (date_parse(time, &day) && day >= date_months_before(assessment->day, asked->months));
}

enum truth assessment_engagement(struct assessment *assessment, const struct condition *condition,
                                 uint32_t *ret_event)
{
    const struct earlier *asked = &assessment->pack->earliers[condition->subject];
    const struct scene here = assessment->scene;
    enum truth value = TRUTH_NO;
    for (uint32_t i = 0; i < assessment->earlier_count && value != TRUTH_YES; i++) {
        struct scene there = assessment_scene(assessment, assessment->facts, assessment->earlier[i]);
        if (!(asked->types >> there.type & 1) || !lies_within(assessment, asked, assessment->earlier[i]))
            continue;
        assessment->scene = there;
        enum truth one = assessment_value(assessment, condition->child);
        assessment->scene = here;
        if (one > value && ret_event)
            *ret_event = i;
        value = truth_or(value, one);
    }
    return value == TRUTH_NO && assessment->earlier_left_out ? TRUTH_UNKNOWN : value;
}
