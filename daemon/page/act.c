/* SPDX-License-Identifier: Apache-2.0
 *
 * act.c: somebody does something with a case: the form becomes the operation's request, and the daemon decides whether it is
 * done. What it refuses comes back with all that was written, on the case as it is by now.
 */
#include "page/act.h"

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

/* The case cannot be shown either, but what somebody wrote is not lost. */
static void give_back(struct visit *visit, const struct answer *answer)
{
    const struct act_form *form = act_of(visit);
    struct pw_text value;
    visit->reply->code = visit_status(answer);
    visit->reply->retry_s = 5;
    visit_begin(visit, "Not now", NULL);
    html(visit->out,
         "<h1>Not now</h1><div class=\"alert\" role=\"alert\"><p>%t</p></div><p>What you wrote:</p>\n",
         answer->error);
    for (uint32_t i = 0; i < ACT_FIELDS && form->fields[i].name; i++)
        for (uint32_t at = 0; form_next(&visit->form, form->fields[i].name, &at, &value);)
            if (value.length)
                html(visit->out,
                     "<p><label for=\"kept-%u-%u\">%s</label><textarea id=\"kept-%u-%u\" rows=\"3\" "
                     "readonly>\n%v</textarea></p>\n",
                     (uint64_t)i, (uint64_t)at, form->fields[i].label, (uint64_t)i, (uint64_t)at, value);
    visit_end(visit);
}

static void refused(struct visit *visit, struct pw_text name, const struct answer *answer)
{
    bool changed = text_is(answer->code, "changed");
    struct case_trouble trouble = {
        .sentence = answer->error,
        .more = changed ? "<p>Nothing was done. The case below is as it is now, and what you "
                          "wrote is still in the form: read, and send it again.</p>"
                        : "<p>Nothing was done. What you wrote is still in the form.</p>"};
    if (text_is(answer->code, "away")) {
        give_back(visit, answer);
        return;
    }
    case_show(visit, name, &trouble);
    if (visit->reply->code == 200)
        visit->reply->code = visit_status(answer);
}

void view_act(struct visit *visit)
{
    const struct act_form *form = act_of(visit);
    struct pw_text name = part(visit->path, 1);
    struct answer answer;
    if (!form) {
        visit_fail(visit, 404, "Not found", PW_TEXT("There is no such thing to do."));
        return;
    }
    ask(visit, form, name, &answer);
    if (answer.good)
        visit_go(visit, "case/%.*s?done=%s", TEXT_FMT(text_cut(name, 40)), form->act);
    else
        refused(visit, name, &answer);
    inquiry_release(&answer);
}

void act_done(struct visit *visit)
{
    const struct act_form *form = act_find(form_value(&visit->query, "done"));
    if (form)
        html(visit->out, "<p class=\"done\" role=\"status\">%s</p>\n", form->done);
}
