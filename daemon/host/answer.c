/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c: the one place where a plugin's structs become JSON. The members come in a fixed order and empty
 * arrays stay, so that the same event gives the same bytes.
 */
#include "host/answer.h"

#include "host/caps.h"
#include "host/frame.h"
#include "json/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const level_words[PW_LEVEL_COUNT] = {"none",        "note",     "suggested",
                                                        "recommended", "required", "prohibited"};
static const char *const kind_words[] = {NULL, "judgement", "legal", "duty", "verify", "system"};

#define KIND_COUNT (sizeof kind_words / sizeof kind_words[0])

void answer_begin(struct answer *answer)
{
    buffer_clear(&answer->json);
    answer->count = 0;
    answer->refused = 0;
    answer->why[0] = '\0';
}

void answer_release(struct answer *answer)
{
    buffer_release(&answer->json);
    json_release(&answer->scratch);
}

int answer_refuse(struct answer *answer, int32_t code, const char *format, ...)
{
    if (answer->refused)
        return code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(answer->why, sizeof answer->why, format, arguments);
    va_end(arguments);
    answer->refused = code;
    return code;
}

static bool sound(struct pw_text text)
{
    return text.length <= ANSWER_MAX_BYTES && (text.data != NULL || text.length == 0);
}

static bool is_json(struct answer *answer, struct pw_text text)
{
    struct json_error error;
    return json_parse(&answer->scratch, text.data ? text.data : "", text.length, &json_limits_frame,
                      &error) == 0;
}

/* Takes back what was written since `mark` when it leads over the bound. */
static int settle(struct answer *answer, size_t mark, const char *what)
{
    struct buffer *json = &answer->json;
    if (json->failed)
        return answer_refuse(answer, PW_ERROR_MEMORY, "There is no memory for another %s.", what);
    if (json->length > ANSWER_MAX_BYTES) {
        json->length = mark;
        json->data[mark] = '\0';
        return answer_refuse(answer, PW_ERROR_LIMIT, "The answer exceeds %u KiB with another %s.",
                             ANSWER_MAX_BYTES >> 10, what);
    }
    answer->count++;
    return 0;
}

static size_t begin_element(struct answer *answer)
{
    if (answer->count == 0)
        json_write_begin(&answer->json, '[');
    return answer->json.length;
}

int answer_add_fact(struct answer *answer, struct pw_text instance, const struct pw_fact *fact)
{
    if (!fact || fact->struct_size < sizeof *fact || !sound(fact->fact) || !sound(fact->pointer) ||
        fact->fact.length == 0)
        return answer_refuse(answer, PW_ERROR_INVALID, "A fact was refused: it has no name or a wrong size.");
    if (answer->count == ANSWER_MAX_FACTS)
        return answer_refuse(answer, PW_ERROR_LIMIT, "A fact was refused: there are %u already.",
                             ANSWER_MAX_FACTS);
    if (!sound(fact->value))
        return answer_refuse(answer, PW_ERROR_LIMIT,
                             "The fact \"%.*s\" was refused: its value is over %u KiB.", TEXT_FMT(fact->fact),
                             ANSWER_MAX_BYTES >> 10);
    if (!is_json(answer, fact->value))
        return answer_refuse(answer, PW_ERROR_INVALID,
                             "The fact \"%.*s\" was refused: its value is not JSON.", TEXT_FMT(fact->fact));
    size_t mark = begin_element(answer);
    struct buffer *json = &answer->json;
    json_write_begin(json, '{');
    json_member_text(json, "by", instance);
    json_member_text(json, "fact", fact->fact);
    json_member_text(json, "pointer", fact->pointer);
    json_member_raw(json, "value", fact->value);
    json_write_end(json, '}');
    return settle(answer, mark, "fact");
}

/* Everything of a finding that is text must be within reach before anything is written. */
static bool finding_sound(const struct pw_finding *finding)
{
    const struct pw_text texts[] = {
        finding->rule,          finding->regime, finding->label,   finding->explanation,
        finding->answerable_by, finding->trace,  finding->version, finding->due};
    const struct {
        const void *at;
        uint32_t count;
    } lists[] = {{finding->requirements, finding->requirement_count},
                 {finding->evidence, finding->evidence_count},
                 {finding->unknowns, finding->unknown_count},
                 {finding->costs, finding->cost_count},
                 {finding->benefits, finding->benefit_count},
                 {finding->mitigations, finding->mitigation_count}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!sound(texts[i]))
            return false;
    for (uint32_t i = 0; finding->contents && i < finding->evidence_count && i < ANSWER_MAX_ENTRIES; i++)
        if (!sound(finding->contents[i]))
            return false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (lists[i].count > ANSWER_MAX_ENTRIES || (lists[i].count > 0 && lists[i].at == NULL))
            return false;
    return true;
}

static int check_finding(struct answer *answer, struct pw_text pathway, const struct pw_finding *finding)
{
    if (!finding_sound(finding))
        return answer_refuse(
            answer, PW_ERROR_LIMIT,
            "A finding was refused: a text is over %u KiB, or a list over %u entries or NULL.",
            ANSWER_MAX_BYTES >> 10, ANSWER_MAX_ENTRIES);
    if (finding->rule.length > 0 && !frame_rule_valid(finding->rule))
        return answer_refuse(
            answer, finding->rule.length > FRAME_MAX_RULE ? PW_ERROR_LIMIT : PW_ERROR_INVALID,
            "A finding was refused: a rule's name is at most %u of a-z, 0-9, '.', '_' and '-', "
            "not \"%.*s\".",
            FRAME_MAX_RULE, (int)(finding->rule.length < 64 ? finding->rule.length : 64), finding->rule.data);
    const struct cap *cap = cap_of(pathway);
    const char *why = NULL;
    int64_t due;
    if (answer->count == ANSWER_MAX_FINDINGS)
        return answer_refuse(answer, PW_ERROR_LIMIT,
                             "The finding \"%.*s\" was refused: there are %u already.",
                             TEXT_FMT(finding->rule), ANSWER_MAX_FINDINGS);
    if (finding->rule.length == 0)
        why = "it has no rule";
    else if (finding->explanation.length == 0)
        why = "it has no explanation";
    else if (finding->kind == 0 || finding->kind >= KIND_COUNT)
        why = "its kind is unknown";
    else if (finding->level >= PW_LEVEL_COUNT)
        why = "its level is unknown";
    else if (finding->needs_information > 1)
        why = "needs_information is neither 0 nor 1";
    else if (finding->shadow > 1)
        why = "shadow is neither 0 nor 1";
    else if (finding->due.length > 0 && time_parse_date(finding->due, &due) < 0)
        why = "its due date is not YYYY-MM-DD";
    else if (!cap)
        why = "its pathway is unknown";
    else if (finding->trace.length > 0 && !is_json(answer, finding->trace))
        why = "its trace is not JSON";
    else
        why = cap_refusal(cap, finding);
    return why ? answer_refuse(answer, PW_ERROR_INVALID, "The finding \"%.*s\" on %.*s was refused: %s.",
                               TEXT_FMT(finding->rule), TEXT_FMT(pathway), why)
               : 0;
}

static void put_texts(struct buffer *json, const char *key, const struct pw_text *texts, uint32_t count)
{
    json_write_key(json, key);
    json_write_begin(json, '[');
    for (uint32_t i = 0; i < count && json->length <= ANSWER_MAX_BYTES; i++)
        json_write_text(json, texts[i]);
    json_write_end(json, ']');
}

static void put_evidence(struct buffer *json, const struct pw_finding *finding)
{
    json_write_key(json, "evidence");
    json_write_begin(json, '[');
    for (uint32_t i = 0; i < finding->evidence_count && json->length <= ANSWER_MAX_BYTES; i++) {
        const struct pw_evidence *evidence = &finding->evidence[i];
        json_write_begin(json, '{');
        json_member_text(json, "source", evidence->source);
        json_member_text(json, "list", evidence->list);
        json_member_text(json, "entry", evidence->entry);
        json_member_text(json, "entry_name", evidence->entry_name);
        json_member_text(json, "snapshot", evidence->snapshot);
        json_member_text(json, "basis", evidence->basis);
        json_member_text(json, "text", evidence->text);
        json_member_text(json, "pointer", evidence->pointer);
        if (finding->contents && finding->contents[i].length)
            json_member_text(json, "content", finding->contents[i]);
        json_write_end(json, '}');
    }
    json_write_end(json, ']');
}

static void put_unknowns(struct buffer *json, const struct pw_finding *finding)
{
    json_write_key(json, "unknowns");
    json_write_begin(json, '[');
    for (uint32_t i = 0; i < finding->unknown_count && json->length <= ANSWER_MAX_BYTES; i++) {
        json_write_begin(json, '{');
        json_member_text(json, "what", finding->unknowns[i].what);
        json_member_text(json, "who", finding->unknowns[i].who);
        json_write_end(json, '}');
    }
    json_write_end(json, ']');
}

static void put_finding(struct buffer *json, struct pw_text instance, struct pw_text pathway,
                        const struct pw_finding *finding)
{
    json_write_begin(json, '{');
    json_member_text(json, "pathway", pathway);
    json_member_text(json, "policy", instance);
    json_member_string(json, "kind", kind_words[finding->kind]);
    json_member_text(json, "rule", finding->rule);
    put_texts(json, "requirements", finding->requirements, finding->requirement_count);
    json_member_text(json, "regime", finding->regime);
    json_member_text(json, "version", finding->version);
    json_member_text(json, "label", finding->label);
    json_member_string(json, "level", level_words[finding->level]);
    json_member_boolean(json, "needs_information", finding->needs_information != 0);
    put_evidence(json, finding);
    put_unknowns(json, finding);
    put_texts(json, "costs", finding->costs, finding->cost_count);
    put_texts(json, "benefits", finding->benefits, finding->benefit_count);
    put_texts(json, "mitigations", finding->mitigations, finding->mitigation_count);
    json_member_text(json, "explanation", finding->explanation);
    json_member_text(json, "answerable_by", finding->answerable_by);
    if (finding->due.length)
        json_member_text(json, "due", finding->due);
    if (finding->shadow)
        json_member_boolean(json, "shadow", true);
    json_member_raw(json, "trace", finding->trace.length ? finding->trace : PW_TEXT("null"));
    json_write_end(json, '}');
}

int answer_add_finding(struct answer *answer, struct pw_text instance, struct pw_text pathway,
                       const struct pw_finding *finding)
{
    struct pw_finding whole = {0}; /* a build of an earlier version has less to say */
    if (!finding || finding->struct_size < PW_FINDING_SIZE_1_0)
        return answer_refuse(answer, PW_ERROR_INVALID,
                             "A finding was refused: its struct_size is too small.");
    memcpy(&whole, finding, finding->struct_size < sizeof whole ? finding->struct_size : sizeof whole);
    int status = check_finding(answer, pathway, &whole);
    if (status < 0)
        return status;
    size_t mark = begin_element(answer);
    put_finding(&answer->json, instance, pathway, &whole);
    return settle(answer, mark, "finding");
}

int answer_set_delivery(struct answer *answer, const struct pw_delivery *delivery)
{
    if (answer->count > 0)
        return answer_refuse(answer, PW_ERROR_STATE, "The plugin emitted two deliveries for one notice.");
    if (!delivery || delivery->struct_size < sizeof *delivery || delivery->outcome < PW_DELIVERY_DONE ||
        delivery->outcome > PW_DELIVERY_FAIL || !sound(delivery->message))
        return answer_refuse(answer, PW_ERROR_INVALID,
                             "A delivery was refused: its size, outcome or message is wrong.");
    struct buffer *json = &answer->json;
    json_write_begin(json, '{');
    json_member_unsigned(json, "outcome", delivery->outcome);
    json_member_unsigned(json, "retry_after", delivery->retry_after);
    json_member_text(json, "message", delivery->message);
    json_write_end(json, '}');
    return settle(answer, 0, "delivery");
}
