/* SPDX-License-Identifier: Apache-2.0
 *
 * ground.c: walks a valued condition along the branches that decided it.
 */
#include "rules/ground.h"

#include <stdio.h>
#include <string.h>

#define OPERAND_SIZE 64u /* words of vocabularies are shorter */
#define TRACE_TAIL   16u /* room kept for how much was left out, and the closing bracket */

static const char *const truth_names[] = {"no", "unknown", "yes"};

void ground_begin(struct ground *ground, struct assessment *assessment)
{
    ground->assessment = assessment;
    ground->grounds = ground->depth = ground->left_out = ground->gifts = 0;
    ground->converted = false;
    ground->total_length = 0;
    ground->lead = PACK_NONE;
    ground->length = 1;
    ground->trace[0] = '[';
    memset(ground->matched, 0, sizeof ground->matched);
}

/* Operands are words of packs and lists; what JSON would have to escape is replaced, not carried. */
static char *put_string(char *to, const char *from, size_t length)
{
    *to++ = '"';
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)from[i];
        *to++ = byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\' ? '?' : (char)byte;
    }
    *to++ = '"';
    return to;
}

void ground_note(struct ground *ground, const char *name, struct pw_text operand, const char *value)
{
    size_t name_length = strlen(name), value_length = strlen(value);
    size_t length = operand.length < OPERAND_SIZE ? operand.length : OPERAND_SIZE;
    size_t most = name_length + length + value_length + sizeof ",[\"\",\"\",\"\"]";
    if (ground->left_out || ground->length + most > sizeof ground->trace - TRACE_TAIL) {
        ground->left_out++;
        return;
    }
    char *to = ground->trace + ground->length;
    if (ground->length > 1)
        *to++ = ',';
    *to++ = '[';
    to = put_string(to, name, name_length);
    *to++ = ',';
    if (length) {
        to = put_string(to, operand.data, length);
        *to++ = ',';
    }
    to = put_string(to, value, value_length);
    *to++ = ']';
    ground->length = (size_t)(to - ground->trace);
}

struct pw_text ground_trace(struct ground *ground)
{
    size_t length = ground->length;
    if (ground->left_out)
        length += (size_t)snprintf(ground->trace + length, TRACE_TAIL, "%s[\"+%u\"]", length > 1 ? "," : "",
                                   ground->left_out < 99999 ? ground->left_out : 99999);
    ground->trace[length++] = ']';
    return (struct pw_text){ground->trace, length};
}

static void add(struct ground *ground, uint32_t index, enum truth value, bool positive);

static void rest_on(struct ground *ground, uint32_t kind, enum truth value, bool positive)
{
    if (positive && value == TRUTH_YES && ground->depth == 0)
        ground->grounds |= kind;
}

static void add_match(struct ground *ground, const struct condition *condition, enum truth value,
                      bool positive)
{
    struct assessment *assessment = ground->assessment;
    const struct filter *filter = &assessment->pack->filters[condition->subject];
    struct pw_text operand = {0};
    bool first = true;
    for (uint32_t i = 0; i < assessment->match_count; i++) {
        if (assessment_passes(assessment, &assessment->matches[i], filter) != TRUTH_YES)
            continue;
        if (positive && first)
            ground->lead = i;
        first = false;
        if (!operand.length)
            operand = filter->effect.count ? assessment->matches[i].effect : assessment->matches[i].category;
        if (positive)
            ground_set(ground, i, true);
    }
    rest_on(ground, GROUND_PARTNER, value, positive);
    ground_note(ground, "match", operand, truth_names[value]);
}

static void add_question(struct ground *ground, const struct condition *condition, enum truth value,
                         bool positive)
{
    static const char *const names[QUESTION_COUNT] = {"q1", "q2", "q3"};
    static const uint32_t kinds[QUESTION_COUNT] = {GROUND_ACCESS, GROUND_PARTNER, GROUND_USE};
    struct assessment *assessment = ground->assessment;
    uint32_t question = condition->subject;
    rest_on(ground, kinds[question], value, positive);
    uint32_t facts =
        condition->op == CONDITION_QUESTION ? assessment->pack->questions[question].facts : PACK_NONE;
    bool by_facts =
        facts != PACK_NONE && value == TRUTH_YES && assessment_value(assessment, facts) == TRUTH_YES;
    ground_note(ground, names[question], by_facts ? PW_TEXT("facts") : PW_TEXT("answer"), truth_names[value]);
    if (!by_facts)
        return;
    ground->depth++;
    add(ground, facts, TRUTH_YES, positive);
    ground->depth--;
}

static void add_field(struct ground *ground, const struct condition *condition, enum truth value,
                      bool positive)
{
    const struct field *field = &fields[condition->subject];
    struct pw_text operand = PW_TEXT("present");
    if (condition->op == CONDITION_WORDS) {
        uint32_t word = assessment_word(ground->assessment, condition);
        operand = word == PACK_NONE ? (struct pw_text){0} : ground->assessment->pack->words[word];
    }
    rest_on(ground, field->ground, value, positive);
    ground_note(ground, field->name, operand, truth_names[value]);
}

static void add_funding(struct ground *ground, const struct condition *condition, enum truth value)
{
    const struct funding *funding = &ground->assessment->pack->fundings[condition->subject];
    char buffer[MONEY_SIZE];
    struct sum sum = {0};
    (void)assessment_funding(ground->assessment, funding, &sum);
    ground->gifts = sum.gifts;
    ground->converted = sum.converted;
    struct pw_text text = money_text(sum.total, buffer);
    memcpy(ground->total, text.data, text.length);
    ground->total_length = text.length;
    ground_note(ground, "funding", text, truth_names[value]);
    if (sum.converted)
        ground_note(ground, "rates", ground->assessment->rates->as_of, truth_names[TRUTH_YES]);
}

/* What decided about the earlier event is a ground as if it stood in this one. */
static void add_engagement(struct ground *ground, const struct condition *condition, enum truth value,
                           bool positive)
{
    struct assessment *assessment = ground->assessment;
    const struct scene here = assessment->scene;
    uint32_t event = PACK_NONE;
    (void)assessment_engagement(assessment, condition, &event);
    const struct pw_document_api *api = assessment->documents;
    uint32_t node = event == PACK_NONE ? PW_NODE_NONE : assessment->earlier[event];
    ground_note(ground, "engagement",
                api->text(assessment->facts, api->find(assessment->facts, node, PW_TEXT("/id"))),
                truth_names[value]);
    if (event == PACK_NONE || condition->child == PACK_NONE)
        return;
    assessment->scene = assessment_scene(assessment, assessment->facts, node);
    add(ground, condition->child, assessment_value(assessment, condition->child), positive);
    assessment->scene = here;
}

/* Of "all" that is yes every child decided; of one that is no or unknown, the children that are so; of "any"
 * the mirror image. */
static void add_children(struct ground *ground, const struct condition *condition, enum truth value,
                         bool positive)
{
    struct assessment *assessment = ground->assessment;
    for (uint32_t child = condition->child; child != PACK_NONE;
         child = assessment->pack->conditions[child].next) {
        enum truth one = assessment_value(assessment, child);
        if (one == value)
            add(ground, child, one, positive);
    }
}

static void add(struct ground *ground, uint32_t index, enum truth value, bool positive)
{
    struct assessment *assessment = ground->assessment;
    const struct condition *condition = &assessment->pack->conditions[index];
    switch (condition->op) {
    case CONDITION_ALL:
    case CONDITION_ANY:
        add_children(ground, condition, value, positive);
        break;
    case CONDITION_NOT:
        add(ground, condition->child, assessment_value(assessment, condition->child), false);
        break;
    case CONDITION_KNOWN_YES:
    case CONDITION_UNKNOWN:
        add(ground, condition->child, assessment_value(assessment, condition->child),
            positive && condition->op == CONDITION_KNOWN_YES);
        break;
    case CONDITION_USE:
        add(ground, condition->child, value, positive);
        break;
    case CONDITION_WORDS:
    case CONDITION_PRESENT:
        add_field(ground, condition, value, positive);
        break;
    case CONDITION_MATCH:
        add_match(ground, condition, value, positive);
        break;
    case CONDITION_QUESTION:
    case CONDITION_ANSWER:
        add_question(ground, condition, value, positive);
        break;
    case CONDITION_SWITCH:
        ground_note(ground, "seven_sons",
                    assessment->pack->seven_sons == SWITCH_BAN ? PW_TEXT("ban") : (struct pw_text){0},
                    truth_names[value]);
        break;
    case CONDITION_PARTNER:
        ground_note(ground, "partner", (struct pw_text){0}, truth_names[value]);
        break;
    case CONDITION_FUNDING:
        add_funding(ground, condition, value);
        break;
    case CONDITION_ENGAGEMENT:
        add_engagement(ground, condition, value, positive);
        break;
    case CONDITION_TYPE: /* the finding's event says so already */
        break;
    }
}

void ground_add(struct ground *ground, uint32_t condition)
{
    if (condition != PACK_NONE)
        add(ground, condition, assessment_value(ground->assessment, condition), true);
}
