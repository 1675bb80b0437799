/* SPDX-License-Identifier: Apache-2.0
 *
 * act_table.c: see act.h.
 */
#include <stdio.h>
#include <string.h>
#include "cases/appeal.h"
#include "cases/decision.h"
#include "json/json.h"
#include "page/act.h"
#include "page/phrases.h"
#include "page/shared.h"

/* ---- what is offered ----------------------------------------------------------------------------------- */

static void begin_option(struct visit *visit, const struct act_field *field, struct pw_text value)
{
    bool chosen = text_equal(form_value(&visit->form, field->name), value);
    html(visit->out, "<option value=\"%v\"%r>", value, chosen ? " selected" : "");
}

static void put_option(struct visit *visit, const struct act_field *field, struct pw_text value,
                       struct pw_text words)
{
    begin_option(visit, field, value);
    html_words(visit->out, words);
    html(visit->out, "</option>");
}

/* Names are no words of a vocabulary: "j.smith" stays what it is. */
static void offer_reviewers(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    const struct config *config = visit->page->config;
    (void)answer;
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        begin_option(visit, field, text_of(config->reviewers[i].name));
        html(visit->out, "%s</option>", config->reviewers[i].name);
    }
}

static void offer_units(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    const struct config *config = visit->page->config;
    (void)answer;
    begin_option(visit, field, (struct pw_text){0});
    html(visit->out, "the case's own</option>");
    for (uint32_t i = 0; i < config->unit_count; i++) {
        begin_option(visit, field, text_of(config->units[i].code));
        html(visit->out, "%s</option>",
             config->units[i].name ? config->units[i].name : config->units[i].code);
    }
}

static void offer_codes(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    (void)answer;
    put_option(visit, field, (struct pw_text){0}, PW_TEXT("as the reason says"));
    for (const struct decision_code *code = decision_codes; code->word; code++)
        if (strcmp(code->word, "other") != 0)
            put_option(visit, field, text_of(code->word), text_of(code->meaning));
}

static void offer_parties(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    (void)answer;
    for (const char *const *party = appeal_parties; *party; party++)
        put_option(visit, field, text_of(*party), text_of(*party));
}

static void offer_changes(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    static const char *const changes[][2] = {{"done", "it is done"},
                                             {"open", "it is open again"},
                                             {"owner", "who sees to it"},
                                             {"due", "by when"},
                                             {"evidence", "where the evidence is"}};
    (void)answer;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        put_option(visit, field, text_of(changes[i][0]), text_of(changes[i][1]));
}

/* Things of the case by their number. */
static void offer_numbered(struct visit *visit, const struct answer *answer, const struct act_field *field,
                           const char *list, bool open_only)
{
    char said[24];
    for (uint32_t item = answer_first(answer, answer->result, list); item != PW_NODE_NONE;
         item = answer_next(answer, item)) {
        bool question = answer_number(answer, item, "question") > 0;
        uint64_t number = answer_number(answer, item, question ? "question" : "mitigation");
        snprintf(said, sizeof(said), "%llu", (unsigned long long)number);
        if (!open_only || answer_true(answer, item, "open"))
            html(visit->out, "<option value=\"%u\"%r>%u. %t</option>", number,
                 text_is(form_value(&visit->form, field->name), said) ? " selected" : "", number,
                 text_cut(answer_text(answer, item, "text"), 80));
    }
}

static void offer_questions(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    offer_numbered(visit, answer, field, "questions", true);
}

static void offer_measures(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    offer_numbered(visit, answer, field, "mitigations", false);
}

static bool was_ticked(const struct visit *visit, const char *name, struct pw_text value)
{
    struct pw_text sent;
    for (uint32_t at = 0; form_next(&visit->form, name, &at, &sent);)
        if (text_equal(sent, value))
            return true;
    return false;
}

/* A mitigation becomes a sentence of the decision; costs and benefits stay words of the vocabulary, which can be counted. */
struct pw_text act_box_value(const struct act_field *field, struct pw_text word)
{
    const char *sentence =
        strcmp(field->name, "mitigations") == 0 ? phrases_find(PHRASES_WEIGHING, word) : NULL;
    return sentence ? text_of(sentence) : word;
}

/* What the findings name. Costs and benefits are ticked to begin with: a decision carries them (R04), and what is recorded is
 * what was seen. */
static void offer_words(struct visit *visit, const struct answer *answer, const struct act_field *field)
{
    struct pw_text words[CASE_WORDS];
    uint32_t count = case_words(answer, field->name, words);
    bool fresh = !act_was_sent(visit, act_find(PW_TEXT("decide")));
    for (uint32_t i = 0; i < count; i++) {
        struct pw_text value = act_box_value(field, words[i]);
        bool ticked =
            fresh ? field->more || strcmp(field->name, "costs") == 0 : was_ticked(visit, field->name, value);
        html(visit->out, "<label class=\"box\"><input type=\"checkbox\" name=\"%s\" value=\"%v\"%r><span>",
             field->name, value, ticked ? " checked" : "");
        shared_weighing(visit->out, words[i]);
        html(visit->out, "</span></label>\n");
    }
}

static void offer_dispositions(struct visit *visit, const struct answer *answer,
                               const struct act_field *field)
{
    static const char *const dispositions[][2] = {
        {"proceed", "Proceed"},
        {"proceed_with_mitigation", "Proceed, with mitigation"},
        {"declined", "Decline (takes two people, a benefit considered, and where the work goes instead)"}};
    (void)answer;
    for (size_t i = 0; i < sizeof(dispositions) / sizeof(dispositions[0]); i++)
        html(visit->out,
             "<label class=\"box\"><input type=\"radio\" name=\"%s\" value=\"%s\" "
             "required%r><span>%s</span></label>\n",
             field->name, dispositions[i][0],
             text_is(form_value(&visit->form, field->name), dispositions[i][0]) ? " checked" : "",
             dispositions[i][1]);
}

/* ---- the acts ------------------------------------------------------------------------------------------ */

const struct act_form act_table[] = {
    {"second",
     "Second what is proposed",
     "Second it",
     "It is decided, by two people.",
     true,
     {{.name = NULL}}},
    {"take",
     "Take it, so that others see who is at it",
     "Take this case",
     "It is yours now.",
     true,
     {{.name = NULL}}},
    {"decide",
     "Decide",
     "Decide",
     "The decision is recorded.",
     true,
     {{"disposition", ACT_RADIO, "Decision", NULL, true, offer_dispositions, false},
      {"reason", ACT_AREA, "Reason", "In a sentence or two, for whoever reads it in a year.", true, NULL,
       false},
      {"code", ACT_CHOICE, "Kind of reason", NULL, false, offer_codes, false},
      {"mitigations", ACT_ITEMS, "Mitigations", "At least one, to proceed with mitigation.", false,
       offer_words, false},
      {"benefits", ACT_ITEMS, "Benefits considered",
       "At least one, to decline. Untick what does not weigh; left without any, all are recorded.", false,
       offer_words, true},
      {"costs", ACT_ITEMS, "Costs considered",
       "Untick what does not weigh; left without any, all are recorded.", false, offer_words, false},
      {"displacement", ACT_AREA, "Displacement: where does the work go instead?", "Needed to decline.", false,
       NULL, false},
      {"review_by", ACT_DAY, "Look at it again by", "A year from now when left empty.", false, NULL, false}}},
    {"ask",
     "Ask for information",
     "Ask",
     "The question is on its way.",
     false,
     {{"question", ACT_AREA, "Question", NULL, true, NULL, false},
      {"unit", ACT_CHOICE, "Of which unit", NULL, false, offer_units, false},
      {"answer_by", ACT_DAY, "Wanted by", NULL, false, NULL, false}}},
    {"answer",
     "Enter an answer",
     "Enter it",
     "The answer is recorded.",
     false,
     {{"question", ACT_NUMBERED, "Which question", NULL, true, offer_questions, false},
      {"text", ACT_AREA, "Answer", NULL, true, NULL, false}}},
    {"assign",
     "Give it to somebody",
     "Give",
     "It was given to somebody.",
     false,
     {{"reviewer", ACT_CHOICE, "To whom", NULL, true, offer_reviewers, false},
      {"note", ACT_AREA, "A word for them", NULL, false, NULL, false}}},
    {"comment",
     "Comment",
     "Leave it there",
     "The comment stands in the timeline.",
     false,
     {{"text", ACT_AREA, "Comment", NULL, true, NULL, false}}},
    {"attach",
     "Name a document",
     "Name it",
     "The document is named in the timeline.",
     false,
     {{"reference", ACT_LINE, "Where it is", "An https:// address, or its number in the records.", true, NULL,
       false},
      {"note", ACT_AREA, "What it is", NULL, false, NULL, false}}},
    {"statement",
     "Record a statement of the person concerned",
     "Record it",
     "The statement stands in the timeline.",
     false,
     {{"text", ACT_AREA, "Statement", NULL, false, NULL, false},
      {"reference", ACT_LINE, "Or where it is", NULL, false, NULL, false}}},
    {"hold",
     "Hold it for a while",
     "Hold",
     "It is held.",
     false,
     {{"until", ACT_DAY, "Until", NULL, true, NULL, false},
      {"reason", ACT_AREA, "Why", NULL, true, NULL, false}}},
    {"mitigation",
     "Follow a mitigation",
     "Record it",
     "That is recorded.",
     false,
     {{"mitigation", ACT_NUMBERED, "Which mitigation", NULL, true, offer_measures, false},
      {"what", ACT_CHOICE, "What of it", NULL, true, offer_changes, false},
      {"value", ACT_LINE, "Who, which day, or which document", "For the last three; a day as 2027-06-30.",
       false, NULL, false}}},
    {"dissent",
     "Dissent",
     "Write it beside the decision",
     "The dissent stands beside the decision.",
     false,
     {{"text", ACT_AREA, "What speaks against the decision", NULL, true, NULL, false}}},
    {"appeal",
     "Record an appeal",
     "Record it",
     "It is to be decided anew, by somebody else.",
     false,
     {{"party", ACT_CHOICE, "Whose", NULL, true, offer_parties, false},
      {"reason", ACT_AREA, "What speaks against the decision", NULL, true, NULL, false}}},
    {"reopen",
     "Take it up again",
     "Take it up again",
     "It is open again.",
     false,
     {{"reason", ACT_AREA, "Why", NULL, true, NULL, false}}},
    {"close",
     "Close",
     "Close",
     "It is closed.",
     false,
     {{"note", ACT_AREA, "A last word", NULL, false, NULL, false}}},
    {"refer",
     "Record a referral outside",
     "Propose it",
     "The referral is proposed; somebody else has to second it.",
     false,
     {{"to", ACT_LINE, "To whom", NULL, true, NULL, false},
      {"reason", ACT_AREA, "Why", NULL, true, NULL, false}}},
    {"refer_second",
     "Second the referral",
     "Second it",
     "The referral is recorded.",
     false,
     {{.name = NULL}}},
};
const uint32_t act_table_count = sizeof(act_table) / sizeof(act_table[0]);

const struct act_form *act_find(struct pw_text act)
{
    for (uint32_t i = 0; i < act_table_count; i++)
        if (text_is(act, act_table[i].act))
            return &act_table[i];
    return NULL;
}
