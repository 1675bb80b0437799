/* SPDX-License-Identifier: Apache-2.0
 *
 * act_form.c: the forms of a case, from the table.
 */
#include <stdio.h>
#include <string.h>
#include "cases/act.h"
#include "json/json.h"
#include "page/act.h"

static bool is_box(const struct answer *answer, const struct act_field *field, struct pw_text value)
{
    struct pw_text words[CASE_WORDS];
    uint32_t count = case_words(answer, field->name, words);
    for (uint32_t i = 0; i < count; i++)
        if (text_equal(act_box_value(field, words[i]), value))
            return true;
    return false;
}

/* What was sent for a list and has no box: the lines, which come last, and boxes that are no longer there. */
static void typed(const struct visit *visit, const struct answer *answer, const struct act_field *field,
                  struct buffer *out)
{
    struct pw_text value;
    for (uint32_t at = 0; form_next(&visit->form, field->name, &at, &value);) {
        if (!value.length || is_box(answer, field, value))
            continue;
        buffer_string(out, out->length ? "\n" : "");
        buffer_text(out, value);
    }
}

static void put_hint(struct visit *visit, const struct act_form *form, const struct act_field *field)
{
    if (field->hint)
        html(visit->out, "<span class=\"hint\" id=\"%s-%s-hint\">%s</span>", form->act, field->name,
             field->hint);
}

static void put_attributes(struct visit *visit, const struct act_form *form, const struct act_field *field)
{
    html(visit->out, " id=\"%s-%s\" name=\"%s\"%r", form->act, field->name, field->name,
         field->required ? " required" : "");
    if (field->hint)
        html(visit->out, " aria-describedby=\"%s-%s-hint\"", form->act, field->name);
}

static void put_area(struct visit *visit, const struct act_form *form, const struct act_field *field,
                     struct pw_text value)
{
    html(visit->out, "<textarea rows=\"%s\" maxlength=\"8192\"", field->kind == ACT_ITEMS ? "2" : "3");
    put_attributes(visit, form, field);
    html(visit->out, ">\n%v</textarea>", value); /* the first line break is not the text's (HTML, 13.1.2.5) */
}

/* Several controls have one name together. */
static void put_group(struct visit *visit, const struct answer *answer, const struct act_form *form,
                      const struct act_field *field, bool draft)
{
    struct buffer lines = {0};
    html(visit->out, "<fieldset");
    if (field->hint)
        html(visit->out, " aria-describedby=\"%s-%s-hint\"", form->act, field->name);
    html(visit->out, "><legend>%s</legend>", field->label);
    put_hint(visit, form, field);
    field->offer(visit, answer, field);
    if (field->kind == ACT_ITEMS) {
        if (draft)
            typed(visit, answer, field, &lines);
        html(visit->out, "<label class=\"others\" for=\"%s-%s\">Others, one a line</label>", form->act,
             field->name);
        put_area(visit, form, field, buffer_view(&lines));
    }
    html(visit->out, "</fieldset>\n");
    buffer_release(&lines);
}

static void put_select(struct visit *visit, const struct answer *answer, const struct act_form *form,
                       const struct act_field *field)
{
    html(visit->out, "<select");
    put_attributes(visit, form, field);
    html(visit->out, ">%r", field->required ? "<option value=\"\">choose</option>" : "");
    field->offer(visit, answer, field);
    html(visit->out, "</select>");
}

static void put_field(struct visit *visit, const struct answer *answer, const struct act_form *form,
                      const struct act_field *field, bool draft)
{
    struct pw_text value = draft ? form_value(&visit->form, field->name) : (struct pw_text){0};
    if (field->kind == ACT_ITEMS || field->kind == ACT_RADIO) {
        put_group(visit, answer, form, field, draft);
        return;
    }
    html(visit->out, "<p><label for=\"%s-%s\">%s</label>", form->act, field->name, field->label);
    put_hint(visit, form, field);
    if (field->kind == ACT_AREA) {
        put_area(visit, form, field, value);
    } else if (field->offer) {
        put_select(visit, answer, form, field);
    } else {
        html(visit->out,
             field->kind == ACT_DAY ? "<input type=\"date\" value=\"%v\""
                                    : "<input maxlength=\"512\" value=\"%v\"",
             value);
        put_attributes(visit, form, field);
        html(visit->out, ">");
    }
    html(visit->out, "</p>\n");
}

/* ---- what stands above a form's fields ----------------------------------------------------------------- */

/* A legal duty is no matter of judgement (R10, R30). */
static void put_duty(struct visit *visit, const struct answer *answer)
{
    for (uint32_t finding = answer_first(answer, answer->result, "findings"); finding != PW_NODE_NONE;
         finding = answer_next(answer, finding)) {
        struct pw_text level = answer_text(answer, finding, "level");
        if (!case_stands(answer, finding) || !answer_is(answer, finding, "kind", "legal") ||
            !(text_is(level, "required") || text_is(level, "prohibited")))
            continue;
        html(visit->out,
             "<p class=\"alert\">A legal duty stands (<code>%t</code>), which is not a matter of judgement: "
             "whoever goes on "
             "says in the reason how it is met, and who said so.</p>\n",
             answer_text(answer, finding, "rule"));
        return;
    }
}

static uint32_t proposed(const struct answer *answer)
{
    uint32_t found = PW_NODE_NONE;
    for (uint32_t item = answer_first(answer, answer->result, "decisions"); item != PW_NODE_NONE;
         item = answer_next(answer, item))
        if (answer_is(answer, item, "state", "proposed"))
            found = item;
    return found;
}

static bool is_own(const struct visit *visit, const struct answer *answer)
{
    return text_equal(answer_text(answer, proposed(answer), "actor"), visit_actor(visit));
}

static void put_proposal(struct visit *visit, const struct answer *answer)
{
    uint32_t decision = proposed(answer);
    struct pw_text displacement = answer_text(answer, decision, "displacement");
    html(visit->out, "<p>%t proposed: <strong>",
         is_own(visit, answer) ? PW_TEXT("You") : answer_text(answer, decision, "actor"));
    html_words(visit->out, answer_text(answer, decision, "disposition"));
    html(visit->out, "</strong></p><p class=\"said\">%t</p>\n", answer_text(answer, decision, "reason"));
    if (displacement.length)
        html(visit->out, "<p class=\"said\">Where the work goes instead: %t</p>\n", displacement);
    html(visit->out, is_own(visit, answer)
                         ? "<p>It waits for somebody else to second it.</p>\n"
                         : "<p>Whoever does not agree takes the case up again, or writes a dissent.</p>\n");
}

/* false: that is all. */
static bool put_above(struct visit *visit, const struct answer *answer, const struct act_form *form)
{
    bool second = strcmp(form->act, "second") == 0;
    if (strcmp(form->act, "decide") == 0)
        put_duty(visit, answer);
    if (second)
        put_proposal(visit, answer);
    return !second || !is_own(visit, answer);
}

void act_put_form(struct visit *visit, const struct answer *answer, const struct act_form *form)
{
    char action[96];
    struct pw_text name = answer_text(answer, answer->result, "case");
    bool draft = act_was_sent(visit, form), folded = false;
    if (!put_above(visit, answer, form))
        return;
    snprintf(action, sizeof(action), "case/%.*s/%s", TEXT_FMT(text_cut(name, 40)), form->act);
    visit_form(visit, action, answer_number(answer, answer->result, "revision"));
    for (uint32_t i = 0; i < ACT_FIELDS && form->fields[i].name; i++) {
        if (form->fields[i].more)
            html(visit->out,
                 "<details class=\"more\"%r><summary>Benefits, costs, where the work goes, when to look "
                 "again</summary>\n",
                 draft ? " open" : "");
        folded = folded || form->fields[i].more;
        put_field(visit, answer, form, &form->fields[i], draft);
    }
    html(visit->out, "%r<p><button>%s</button></p></form>\n", folded ? "</details>" : "", form->button);
}

/* ---- all of them --------------------------------------------------------------------------------------- */

static bool may(const struct answer *answer, const char *act)
{
    for (uint32_t item = answer_first(answer, answer->result, "may"); item != PW_NODE_NONE;
         item = answer_next(answer, item))
        if (json_text_is(&answer->document, item, act))
            return true;
    return false;
}

/* That something could be done, but there is nothing to do it to, or it is as it would be then. */
static bool idle(const struct visit *visit, const struct answer *answer, const struct act_form *form)
{
    bool none = strcmp(form->act, "answer") == 0;
    for (uint32_t item = answer_first(answer, answer->result, "questions"); item != PW_NODE_NONE && none;
         item = answer_next(answer, item))
        none = !answer_true(answer, item, "open");
    if (strcmp(form->act, "mitigation") == 0)
        none = answer_first(answer, answer->result, "mitigations") == PW_NODE_NONE;
    if (strcmp(form->act, "refer_second") == 0)
        none = answer_node(answer, answer->result, "referral") == PW_NODE_NONE;
    if (strcmp(form->act, "dissent") == 0)
        none = answer_first(answer, answer->result, "decisions") == PW_NODE_NONE;
    if (strcmp(form->act, "take") == 0)
        none = text_equal(answer_text(answer, answer->result, "assignee"), visit_name(visit)) &&
               !answer_is(answer, answer->result, "state", "triage");
    return none;
}

bool act_is_offered(const struct visit *visit, const struct answer *answer, const struct act_form *form)
{
    return may(answer, form->act) && !idle(visit, answer, form);
}

void act_forms(struct visit *visit, const struct answer *answer)
{
    uint32_t shown = 0;
    html(visit->out, "<section class=\"acts\" aria-labelledby=\"do\"><h2 id=\"do\">What to do</h2>\n");
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < act_table_count; i++) {
            const struct act_form *form = &act_table[i];
            if (form->first != (round == 0) || !act_is_offered(visit, answer, form))
                continue;
            html(visit->out, "<details id=\"act-%s\"%r><summary>%s</summary>\n", form->act,
                 form->first || act_was_sent(visit, form) ? " open" : "", form->title);
            act_put_form(visit, answer, form);
            html(visit->out, "</details>\n");
            shown++;
        }
    html(visit->out, shown ? "</section>\n" : "<p>Nothing: you may read this case.</p></section>\n");
}
