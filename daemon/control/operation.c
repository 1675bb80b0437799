/* SPDX-License-Identifier: Apache-2.0
 *
 * operation.c: see operation.h. Who may ask for which is in access.c.
 */
#include "control/operation.h"

#define CASE_FIELDS                                                                                          \
    {"case", FIELD_TEXT_OR_NUMBER},                                                                          \
    {                                                                                                        \
        "engagement", FIELD_TEXT                                                                             \
    }
#define ACT_FIELDS                                                                                           \
    CASE_FIELDS,                                                                                             \
    {                                                                                                        \
        "revision", FIELD_NUMBER                                                                             \
    }

static const struct operation operations[] = {
    {"status", request_status, NULL, {{0}}},
    {"metrics", request_metrics, NULL, {{0}}},
    {"drained", request_drained, NULL, {{0}}},
    {"event.list",
     request_event_list,
     NULL,
     {{"after", FIELD_NUMBER}, {"limit", FIELD_NUMBER}, {"type", FIELD_TEXT}, {"engagement", FIELD_TEXT}}},
    {"event.show",
     request_event_show,
     NULL,
     {{"source", FIELD_TEXT}, {"id", FIELD_TEXT}, {"before", FIELD_NUMBER}, {"sequence", FIELD_NUMBER}}},
    {"why",
     request_why,
     NULL,
     {{"source", FIELD_TEXT}, {"id", FIELD_TEXT}, {"before", FIELD_NUMBER}, {"sequence", FIELD_NUMBER}}},
    {"finding.list",
     request_finding_list,
     NULL,
     {{"after", FIELD_NUMBER},
      {"limit", FIELD_NUMBER},
      {"pathway", FIELD_TEXT},
      {"rule", FIELD_TEXT},
      {"min_level", FIELD_TEXT},
      {"engagement", FIELD_TEXT}}},
    {"case.list",
     request_case_list,
     NULL,
     {{"after", FIELD_NUMBER},
      {"limit", FIELD_NUMBER},
      {"state", FIELD_TEXT},
      {"min_level", FIELD_TEXT},
      {"queue", FIELD_TEXT},
      {"assignee", FIELD_TEXT},
      {"mine", FIELD_TEXT},
      {"overdue", FIELD_TEXT},
      {"open", FIELD_TEXT},
      {"urgent", FIELD_TEXT},
      {"text", FIELD_TEXT}}},
    {"case.show", request_case_show, request_case_viewed, {CASE_FIELDS}},
    {"case.assign",
     request_act_check,
     request_case_assign,
     {ACT_FIELDS, {"reviewer", FIELD_TEXT}, {"note", FIELD_TEXT}}},
    {"case.take", request_act_check, request_case_take, {ACT_FIELDS}},
    {"case.ask",
     request_act_check,
     request_case_ask,
     {ACT_FIELDS, {"unit", FIELD_TEXT}, {"question", FIELD_TEXT}, {"answer_by", FIELD_TEXT}}},
    {"case.answer",
     request_act_check,
     request_case_answer,
     {ACT_FIELDS, {"question", FIELD_NUMBER}, {"text", FIELD_TEXT}}},
    {"case.comment", request_act_check, request_case_comment, {ACT_FIELDS, {"text", FIELD_TEXT}}},
    {"case.attach",
     request_act_check,
     request_case_attach,
     {ACT_FIELDS, {"reference", FIELD_TEXT}, {"note", FIELD_TEXT}}},
    {"case.statement",
     request_act_check,
     request_case_statement,
     {ACT_FIELDS, {"reference", FIELD_TEXT}, {"text", FIELD_TEXT}}},
    {"case.hold",
     request_act_check,
     request_case_hold,
     {ACT_FIELDS, {"until", FIELD_TEXT}, {"reason", FIELD_TEXT}}},
    {"case.appeal",
     request_act_check,
     request_case_appeal,
     {ACT_FIELDS, {"party", FIELD_TEXT}, {"reason", FIELD_TEXT}}},
    {"case.close", request_act_check, request_case_close, {ACT_FIELDS, {"note", FIELD_TEXT}}},
    {"case.mitigation",
     request_act_check,
     request_case_mitigation,
     {ACT_FIELDS, {"mitigation", FIELD_NUMBER}, {"what", FIELD_TEXT}, {"value", FIELD_TEXT}}},
    {"case.refer",
     request_act_check,
     request_case_refer,
     {ACT_FIELDS, {"to", FIELD_TEXT}, {"reason", FIELD_TEXT}}},
    {"case.refer_second", request_act_check, request_case_refer_second, {ACT_FIELDS}},
    {"case.decide",
     request_act_check,
     request_case_decide,
     {ACT_FIELDS,
      {"disposition", FIELD_TEXT},
      {"reason", FIELD_TEXT},
      {"costs", FIELD_TEXTS},
      {"benefits", FIELD_TEXTS},
      {"mitigations", FIELD_TEXTS},
      {"displacement", FIELD_TEXT},
      {"code", FIELD_TEXT},
      {"review_by", FIELD_TEXT}}},
    {"case.second", request_act_check, request_case_second, {ACT_FIELDS}},
    {"case.reopen", request_act_check, request_case_reopen, {ACT_FIELDS, {"reason", FIELD_TEXT}}},
    {"case.dissent", request_act_check, request_case_dissent, {ACT_FIELDS, {"text", FIELD_TEXT}}},
    {"silence.add",
     request_silence_check,
     request_silence_add,
     {{"case", FIELD_TEXT_OR_NUMBER},
      {"rule", FIELD_TEXT},
      {"pathway", FIELD_TEXT},
      {"unit", FIELD_TEXT},
      {"until", FIELD_TEXT},
      {"reason", FIELD_TEXT}}},
    {"silence.end", request_silence_check, request_silence_end, {{"silence", FIELD_NUMBER}}},
    {"silence.list", request_silence_list, NULL, {{"after", FIELD_NUMBER}, {"limit", FIELD_NUMBER}}},
    {"pack.propose",
     request_pack_check,
     request_pack_propose,
     {{"choice", FIELD_TEXT}, {"body", FIELD_TEXT}, {"pack", FIELD_TEXT}, {"reason", FIELD_TEXT}}},
    {"pack.second", request_pack_check, request_pack_second, {{"change", FIELD_NUMBER}}},
    {"pack.withdraw", request_pack_check, request_pack_withdraw, {{"change", FIELD_NUMBER}}},
    {"pack.history",
     request_pack_history,
     NULL,
     {{"after", FIELD_NUMBER}, {"limit", FIELD_NUMBER}, {"pack", FIELD_TEXT}}},
    {"pack.change", request_pack_change, NULL, {{"change", FIELD_NUMBER}}},
    {"plugin.list", request_plugin_list, NULL, {{0}}},
    {"pending.list",
     request_pending_list,
     NULL,
     {{"instance", FIELD_TEXT}, {"after", FIELD_NUMBER}, {"limit", FIELD_NUMBER}}},
    {"pause", request_pause, NULL, {{"what", FIELD_TEXT}}},
    {"resume", request_resume, NULL, {{"what", FIELD_TEXT}}},
    {"reload", request_reload, NULL, {{0}}},
};

const struct operation *operation_find(struct pw_text name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (text_is(name, operations[i].name))
            return &operations[i];
    return NULL;
}

const char *request_operation(uint32_t index)
{
    return index < sizeof(operations) / sizeof(operations[0]) ? operations[index].name : NULL;
}
