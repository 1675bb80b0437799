/* SPDX-License-Identifier: Apache-2.0
 *
 * act_form.c: the forms of a case, from the table.
 */
#include <stdio.h>
#include <string.h>
#include "cases/act.h"
#include "json/json.h"
#include "page/act.h"

/* Where a list's lines and its boxes have one name, what was typed is what is no box's value: it comes last. */
static struct pw_text typed(const struct visit *visit, const char *name)
{
    struct pw_text value = {0}, last = {0};
    for (uint32_t at = 0; form_next(&visit->form, name, &at, &value);)
        last = value;
    return last;
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
                      const struct act_field *field, struct pw_text value)
{
    html(visit->out, "<fieldset><legend>%s</legend>", field->label);
    put_hint(visit, form, field);
    field->offer(visit, answer, field);
    if (field->kind == ACT_ITEMS) {
        html(visit->out, "<label class=\"hidden\" for=\"%s-%s\">%s, one a line</label>", form->act,
             field->name, field->label);
        put_area(visit, form, field, value);
    }
    html(visit->out, "</fieldset>\n");
}

static void put_field(struct visit *visit, const struct answer *answer, const struct act_form *form,
                      const struct act_field *field, bool draft)
{
    struct pw_text value = !draft                     ? (struct pw_text){0}
                           : field->kind == ACT_ITEMS ? typed(visit, field->name)
                                                      : form_value(&visit->form, field->name);
    bool radio = strcmp(field->name, "disposition") == 0;
    if (field->kind == ACT_ITEMS || radio) {
        put_group(visit, answer, form, field, value);
        return;
    }
    html(visit->out, "<p><label for=\"%s-%s\">%s</label>", form->act, field->name, field->label);
    put_hint(visit, form, field);
    if (field->kind == ACT_AREA) {
        put_area(visit, form, field, value);
    } else if (field->offer) {
        html(visit->out, "<select");
        put_attributes(visit, form, field);
        html(visit->out, ">");
        field->offer(visit, answer, field);
        html(visit->out, "</select>");
    } else {
        html(visit->out, "<input type=\"%s\" maxlength=\"512\" value=\"%v\"",
             field->kind == ACT_DAY ? "date" : "text", value);
        put_attributes(visit, form, field);
        html(visit->out, ">");
    }
    html(visit->out, "</p>\n");
}

void act_put_form(struct visit *visit, const struct answer *answer, const struct act_form *form, bool draft)
{
    char action[96];
    struct pw_text name = answer_text(answer, answer->result, "case");
    uint32_t known = form->fields[0].name ? ACT_FIELDS : 0;
    snprintf(action, sizeof(action), "case/%.*s/%s", TEXT_FMT(text_cut(name, 40)), form->act);
    visit_form(visit, action, answer_number(answer, answer->result, "revision"));
    bool folded = false;
    for (uint32_t i = 0; i < known && form->fields[i].name; i++) {
        if (form->fields[i].more)
            html(visit->out,
                 "<details class=\"more\"%r><summary>Benefits, costs, and when to look again</summary>\n",
                 draft ? " open" : "");
        folded = folded || form->fields[i].more;
        put_field(visit, answer, form, &form->fields[i], draft);
    }
    html(visit->out, "%r<p><button>%s</button></p></form>\n", folded ? "</details>" : "", form->button);
}

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

void act_forms(struct visit *visit, const struct answer *answer)
{
    const struct act_form *sent = visit->ask->post ? act_of(visit) : NULL;
    html(visit->out, "<section class=\"acts\" aria-labelledby=\"do\"><h2 id=\"do\">What to do</h2>\n");
    uint32_t shown = 0;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < act_table_count; i++) {
            const struct act_form *form = &act_table[i];
            if (form->first != (round == 0) || !may(answer, form->act) || idle(visit, answer, form))
                continue;
            html(visit->out, "<details%r><summary>%s</summary>\n", form->first || form == sent ? " open" : "",
                 form->title);
            act_put_form(visit, answer, form, form == sent);
            html(visit->out, "</details>\n");
            shown++;
        }
    html(visit->out, shown ? "</section>\n" : "<p>Nothing: you may read this case.</p></section>\n");
}
