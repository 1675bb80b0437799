/* SPDX-License-Identifier: Apache-2.0
 *
 * finding.c: why it exists: the contract puts `event` and `engagement_id` first in every finding, and the
 * journal does not store them a second time.
 */
#include "control/finding.h"

/* The body comes from a plugin host, which may write its JSON with white space wherever JSON takes it. */
static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static struct pw_text trimmed(struct pw_text text)
{
    while (text.length > 0 && is_space(text.data[text.length - 1]))
        text.length--;
    while (text.length > 0 && is_space(text.data[0])) {
        text.data++;
        text.length--;
    }
    return text;
}

/* What stands between the braces of a JSON object. */
static struct pw_text members_of(struct pw_text body)
{
    body = trimmed(body);
    if (body.length < 2 || body.data[0] != '{' || body.data[body.length - 1] != '}')
        return (struct pw_text){NULL, 0};
    return trimmed((struct pw_text){body.data + 1, body.length - 2});
}

/* A line break would end the line that `pathwayctl assess` answers with; in a string it stands escaped. */
static void put_on_one_line(struct buffer *out, struct pw_text members)
{
    while (members.length > 0) {
        size_t run = 0;
        while (run < members.length && !is_space(members.data[run]))
            run++;
        buffer_append(out, members.data, run);
        if (run == members.length)
            return;
        buffer_append(out, " ", 1);
        members.data += run + 1;
        members.length -= run + 1;
    }
}

void finding_begin(struct buffer *out, struct pw_text body, struct pw_text source, struct pw_text id,
                   struct pw_text engagement_id)
{
    json_write_begin(out, '{');
    json_write_key(out, "event");
    json_write_begin(out, '{');
    json_member_text(out, "source", source);
    json_member_text(out, "id", id);
    json_write_end(out, '}');
    json_member_text(out, "engagement_id", engagement_id);
    struct pw_text members = members_of(body);
    if (members.length > 0) {
        buffer_string(out, ",");
        put_on_one_line(out, members);
    }
}
