/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of an assessment and what their answers may say. The limits of a pathway are checked here once
 * more, behind the plugin host's own check: the host is the plugin's process, so what it says of itself
 * proves nothing.
 */
#include "dispatch/assessment.h"

#include <stdlib.h>

void assessment_free(struct assessment *assessment)
{
    if (!assessment)
        return;
    for (uint32_t i = 0; i < assessment->part_count; i++)
        free(assessment->parts[i].result);
    free(assessment->parts);
    buffer_release(&assessment->facts);
    free(assessment);
}

bool assessment_open(const struct assessment *assessment, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (assessment->parts[i].state == PART_WAITING || assessment->parts[i].state == PART_SENT)
            return true;
    return false;
}

bool assessment_lacking(const struct assessment *assessment, uint32_t to)
{
    for (uint32_t i = 0; i < to; i++)
        if (assessment->parts[i].state == PART_MISSING || assessment->parts[i].state == PART_POISON)
            return true;
    return false;
}

bool assessment_has_part(const struct assessment *assessment, uint32_t instance, enum pathway pathway)
{
    for (uint32_t i = 0; i < assessment->part_count; i++)
        if (assessment->parts[i].instance == instance && assessment->parts[i].pathway == pathway)
            return true;
    return false;
}

void assessment_join_facts(struct assessment *assessment, uint32_t enrichers)
{
    buffer_string(&assessment->facts, "[");
    for (uint32_t i = 0; i < enrichers; i++) {
        const struct part *part = &assessment->parts[i];
        if (part->result_length <= 2) /* "[]" */
            continue;
        if (assessment->facts.length > 1)
            buffer_string(&assessment->facts, ",");
        buffer_append(&assessment->facts, part->result + 1, part->result_length - 2);
    }
    if (assessment->past.length && assessment->facts.length > 1)
        buffer_string(&assessment->facts, ",");
    buffer_text(&assessment->facts, assessment->past);
    buffer_string(&assessment->facts, "]");
}

/* What a plugin host may say of a finding is limited in the code (R42, R43, R46), whoever wrote the plugin.
 */
static const char *finding_fault(const struct pw_document *document, uint32_t finding, enum pathway pathway)
{
    uint32_t level = level_by_name(json_text(document, json_member(document, finding, "level")));
    if (json_type(document, finding) != PW_JSON_OBJECT || level == PW_LEVEL_COUNT)
        return "the plugin host sent a finding without a known level";
    if (!frame_rule_valid(json_text(document, json_member(document, finding, "rule"))))
        return "the plugin host sent a finding without a rule, or with a name that no rule may have";
    if (!json_text_is(document, json_member(document, finding, "pathway"), pathways[pathway].name))
        return "the plugin host sent a finding for another pathway";
    if (level > pathways[pathway].max_level)
        return "the plugin host sent a finding above what its pathway can ever say";
    if (!pathways[pathway].may_ask &&
        json_true(document, json_member(document, finding, "needs_information")))
        return "the plugin host sent a request for information on a pathway that never asks";
    return NULL;
}

const char *assessment_answer_fault(struct pw_document *document, struct pw_text answer, enum pathway pathway)
{
    struct json_error error;
    const char *fault = NULL;
    uint32_t count = 0;
    if (json_parse(document, answer.data, answer.length, &json_limits_frame, &error) < 0 ||
        json_type(document, PW_NODE_ROOT) != PW_JSON_ARRAY)
        return "the plugin host answered with something that is not a JSON array";
    if (pathway == PATHWAY_COUNT)
        return NULL;
    for (uint32_t node = json_first(document, PW_NODE_ROOT); node != PW_NODE_NONE && !fault;
         node = json_next(document, node))
        fault = ++count > FRAME_MAX_FINDINGS ? "the plugin host sent more findings than one event may have"
                                             : finding_fault(document, node, pathway);
    return fault;
}
