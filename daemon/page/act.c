/* SPDX-License-Identifier: Apache-2.0
 *
 * act.c: somebody does something with a case: the form becomes the operation's request, and the daemon decides whether it is
 * done. What it refuses comes back with all that was written, on the case as it is by now.
 */
#include "page/act.h"

#include <stdio.h>
#include <string.h>
#include "json/json.h"

static struct pw_text part(struct pw_text path, uint32_t number)
{
    size_t from = 0, to = 0;
    for (uint32_t i = 0; i <= number; i++) {
        from = i ? to + 1 : 0;
        const char *slash = from < path.length ? memchr(path.data + from, '/', path.length - from) : NULL;
        to = slash ? (size_t)(slash - path.data) : path.length;
    }
    return from < path.length ? (struct pw_text){path.data + from, to - from} : (struct pw_text){0};
}

/* "case/C-000001/decide" */
const struct act_form *act_of(const struct visit *visit)
{
    return part(visit->path, 3).length ? NULL : act_find(part(visit->path, 2));
}

/* ---- the request --------------------------------------------------------------------------------------- */

/* Every line of every value that says something, without the blanks around it. */
static void put_items(const struct visit *visit, struct buffer *request, const char *name)
{
    struct pw_text value;
    json_write_key(request, name);
    json_write_begin(request, '[');
    for (uint32_t at = 0; form_next(&visit->form, name, &at, &value);)
        while (value.length > 0) {
            const char *end = memchr(value.data, '\n', value.length);
            struct pw_text line = {value.data, end ? (size_t)(end - value.data) : value.length};
            value.data += line.length + (end ? 1 : 0);
            value.length -= line.length + (end ? 1 : 0);
            while (line.length && (line.data[0] == ' ' || line.data[0] == '\t'))
                line = (struct pw_text){line.data + 1, line.length - 1};
            while (line.length && (line.data[line.length - 1] == ' ' || line.data[line.length - 1] == '\t'))
                line.length--;
            if (!text_blank(line))
                json_write_text(request, line);
        }
    json_write_end(request, ']');
}

static void put_number(struct buffer *request, const char *name, struct pw_text value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.length && i < 9 && value.data[i] >= '0' && value.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(value.data[i] - '0');
    json_member_unsigned(request, name, number);
}

static void put_field(const struct visit *visit, struct buffer *request, const struct act_field *field)
{
    struct pw_text value = form_value(&visit->form, field->name);
    if (field->kind == ACT_ITEMS)
        put_items(visit, request, field->name);
    else if (field->kind == ACT_NUMBERED)
        put_number(request, field->name, value);
    else if (value.length)
        json_member_text(request, field->name, value);
}

static void ask(struct visit *visit, const struct act_form *form, struct pw_text name, struct answer *answer)
{
    struct buffer request = {0}, op = {0};
    buffer_format(&op, "case.%s", form->act);
    visit_request(visit, &request, op.failed ? "" : op.data);
    buffer_release(&op);
    json_member_text(&request, "case", name);
    json_member_unsigned(&request, "revision", visit_form_revision(visit));
    for (uint32_t i = 0; i < ACT_FIELDS && form->fields[i].name; i++)
        put_field(visit, &request, &form->fields[i]);
    visit_ask(visit, &request, answer);
}

/* ---- what became of it --------------------------------------------------------------------------------- */

bool act_was_sent(const struct visit *visit, const struct act_form *form)
{
    return visit->ask->post && act_of(visit) == form;
}

void act_keep(struct visit *visit)
{
    const struct act_form *form = visit->ask->post ? act_of(visit) : NULL;
    struct pw_text value;
    uint64_t number = 0;
    for (uint32_t i = 0; form && i < ACT_FIELDS && form->fields[i].name; i++)
        for (uint32_t at = 0; form_next(&visit->form, form->fields[i].name, &at, &value);)
            if (value.length) {
                html(visit->out, "%r<p><label for=\"kept-%u\">%s</label>",
                     number ? "" : "<h2>What you wrote</h2>\n", number, form->fields[i].label);
                html(visit->out, "<textarea id=\"kept-%u\" rows=\"3\" readonly>\n%v</textarea></p>\n",
                     number++, value);
            }
}

void act_give_back(struct visit *visit, unsigned code, const char *title, struct pw_text sentence)
{
    buffer_clear(visit->out);
    visit->reply->code = code;
    visit->reply->retry_s = code == 503 ? 5 : 0;
    visit_begin(visit, title, NULL);
    html(visit->out, "<h1>%s</h1><div class=\"alert\" role=\"alert\"><p>%t</p></div>\n", title, sentence);
    act_keep(visit);
    html(visit->out, "<p><a href=\"%s\">To the queue</a></p>\n", visit->page->base);
    visit_end(visit);
}

void act_refused(struct visit *visit, const struct answer *answer, const struct answer *refusal)
{
    const struct act_form *form = act_of(visit);
    bool changed = text_is(refusal->code, "changed"), offered = form && act_is_offered(visit, answer, form);
    html(visit->out,
         "<div class=\"alert\" role=\"alert\" tabindex=\"-1\" autofocus><p>%t</p><p>Nothing was done. ",
         refusal->error);
    if (changed)
        html(visit->out, "The case is shown as it is now. ");
    if (offered && form->fields[0].name)
        html(visit->out, "<a href=\"#act-%s\">What you wrote is still in the form</a>%r", form->act,
             changed ? ": read, and send it again.</p></div>\n" : ".</p></div>\n");
    else
        html(visit->out, "</p></div>\n");
    if (!offered)
        act_keep(visit);
}

/* What tells the visitor of this act on the case at this revision; nobody else can make a link that does. */
static void done_token(const struct visit *visit, struct pw_text name, const struct act_form *form,
                       uint64_t revision, char ret_token[VISIT_TOKEN])
{
    char what[128];
    int length = snprintf(what, sizeof(what), "done %.*s %s", TEXT_FMT(text_cut(name, 40)), form->act);
    visit_token(visit, (struct pw_text){what, (size_t)length}, revision, ret_token);
}

void view_act(struct visit *visit)
{
    const struct act_form *form = act_of(visit);
    struct pw_text name = part(visit->path, 1);
    struct answer answer;
    char token[VISIT_TOKEN];
    if (!form) {
        visit_fail(visit, 404, "Not found", PW_TEXT("There is no such thing to do."));
        return;
    }
    ask(visit, form, name, &answer);
    if (answer.good) {
        if (answer_text(&answer, answer.result, "case").length)
            name = answer_text(&answer, answer.result, "case");
        done_token(visit, name, form, answer_number(&answer, answer.result, "revision"), token);
        visit_go(visit, "case/%.*s?done=%s", TEXT_FMT(text_cut(name, 40)), token);
    } else if (text_is(answer.code, "away")) {
        act_give_back(visit, visit_status(&answer), "Not now", answer.error);
    } else {
        case_show(visit, name, &answer);
    }
    inquiry_release(&answer);
}

void act_done(struct visit *visit, const struct answer *answer)
{
    struct pw_text sent = form_value(&visit->query, "done"),
                   name = answer_text(answer, answer->result, "case");
    char token[VISIT_TOKEN];
    for (uint32_t i = 0; sent.length && i < act_table_count; i++) {
        const struct act_form *form = &act_table[i];
        done_token(visit, name, form, answer_number(answer, answer->result, "revision"), token);
        if (!text_is(sent, token))
            continue;
        bool proposed =
            strcmp(form->act, "decide") == 0 && answer_is(answer, answer->result, "state", "proposed");
        html(visit->out, "<p class=\"done\" role=\"status\">%s</p>\n",
             proposed ? "Your proposal is recorded. It counts when somebody else seconds it." : form->done);
    }
}
