/* SPDX-License-Identifier: Apache-2.0
 *
 * finding.c: why it exists: the contract puts `event` and `engagement_id` first in every finding, and the
 * journal does not store them a second time.
 */
#include "control/finding.h"

/* What stands between the braces of a JSON object. */
static struct pw_text members_of(struct pw_text body)
{
    size_t from = 0, to = body.length;
    while (from < to && body.data[from] != '{')
        from++;
    while (to > from && body.data[to - 1] != '}')
        to--;
    if (to - from < 2)
        return (struct pw_text){NULL, 0};
    from++;
    to--;
    while (from < to && (body.data[from] == ' ' || body.data[from] == '\n' || body.data[from] == '\t'))
        from++;
    return (struct pw_text){body.data + from, to - from};
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
        buffer_text(out, members);
    }
}
