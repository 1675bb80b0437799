/* SPDX-License-Identifier: Apache-2.0
 *
 * The finding that pathwayd itself makes when a plugin cannot be asked: in the shape of every other finding,
 * so that it joins, is told and is withdrawn like them (rule system.plugin_unavailable).
 */
#include "dispatch/pipeline.h"

#include <string.h>

void pipeline_unavailable_finding(struct buffer *out, const char *instance, enum pathway pathway, bool poison,
                                  const char *why)
{
    bool asks = pathways[pathway].may_ask;
    json_write_begin(out, '{');
    json_member_string(out, "pathway", pathways[pathway].name);
    json_member_string(out, "policy", instance);
    json_member_string(out, "kind", "system");
    json_member_string(out, "rule", "system.plugin_unavailable");
    json_member_raw(out, "requirements", PW_TEXT("[\"R04\",\"R62\"]"));
    json_member_string(out, "regime", "paper");
    json_member_string(out, "label", "");
    json_member_string(out, "level", level_names[asks ? PW_LEVEL_SUGGESTED : PW_LEVEL_NOTE]);
    json_member_boolean(out, "needs_information", asks);
    json_member_raw(out, "evidence", PW_TEXT("[]"));
    json_member_raw(
        out, "unknowns",
        asks ? PW_TEXT("[{\"what\":\"What would this policy have said?\",\"who\":\"operator of pathwayd\"}]")
             : PW_TEXT("[]"));
    json_member_raw(out, "costs", (struct pw_text){pathways[pathway].costs, strlen(pathways[pathway].costs)});
    json_member_raw(out, "benefits",
                    (struct pw_text){pathways[pathway].benefits, strlen(pathways[pathway].benefits)});
    json_member_raw(out, "mitigations", PW_TEXT("[]"));
    json_write_key(out, "explanation");
    struct buffer text = {0};
    buffer_format(&text, "The plugin \"%s\" %s, so its judgement is missing (%s). ", instance,
                  poison ? "fails on this very event, which was set aside" : "could not be asked", why);
    buffer_string(
        &text, asks ? "Do not take this as a pass: wait until the operator has mended it, or look yourself."
                    : "The operator was told.");
    json_write_text(out, buffer_view(&text));
    buffer_release(&text);
    json_member_string(out, "answerable_by", "operator of pathwayd");
    json_member_raw(out, "trace", PW_TEXT("null"));
    json_write_end(out, '}');
}
