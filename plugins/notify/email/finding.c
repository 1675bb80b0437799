/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: why a case was raised, finding by finding: the rule, how serious, what was matched
 * against which list of which day, and by when the law wants something done.
 */
#include "desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "words/phrase.h"

#define NUMBERING_BYTES 16u /* "  25. " */

/* ---- the rule ------------------------------------------------------------------------------------------ */

static void say_rule(struct desk *desk, uint32_t finding, uint32_t number)
{
    struct page paragraph = {0};
    char first[NUMBERING_BYTES];
    const char *kind = phrase_find(phrase_kinds, desk_text(desk, finding, "/kind"));
    struct pw_text pathway = desk_text(desk, finding, "/pathway");
    struct pw_text regime = desk_text(desk, finding, "/regime");
    snprintf(first, sizeof first, "  %" PRIu32 ". ", number);
    desk_put(desk, &paragraph, desk_text(desk, finding, "/rule"));
    page_string(&paragraph, ", level ");
    desk_put(desk, &paragraph, desk_text(desk, finding, "/level"));
    if (pathway.length > 0) {
        page_string(&paragraph, ", pathway ");
        desk_put(desk, &paragraph, pathway);
    }
    if (kind != NULL)
        page_format(&paragraph, " (%s)", kind);
    if (regime.length > 0) {
        page_string(&paragraph, ", regime ");
        desk_put(desk, &paragraph, regime);
    }
    page_string(&paragraph, ".");
    sheet_paragraph(&desk->sheet, first, &paragraph);
}

/* ---- the evidence -------------------------------------------------------------------------------------- */

static void put_entry(struct desk *desk, struct page *paragraph, uint32_t evidence)
{
    const char *basis = phrase_find(phrase_bases, desk_text(desk, evidence, "/basis"));
    struct pw_text list = desk_text(desk, evidence, "/list");
    struct pw_text entry = desk_text(desk, evidence, "/entry");
    struct pw_text snapshot = desk_text(desk, evidence, "/snapshot");
    page_string(paragraph, " is ");
    desk_put_quoted(desk, paragraph, desk_text(desk, evidence, "/entry_name"));
    page_string(paragraph, entry.length > 0 ? " (entry " : "");
    desk_put(desk, paragraph, entry);
    page_string(paragraph, entry.length > 0 ? ")" : "");
    page_string(paragraph, " on the list ");
    desk_put(desk, paragraph, list.length > 0 ? list : desk_text(desk, evidence, "/source"));
    page_string(paragraph, snapshot.length > 0 ? " as of " : ", date not known");
    desk_put(desk, paragraph, snapshot);
    page_format(paragraph, ", matched %s", basis != NULL ? basis : "in a way that is not stated");
}

static void say_match(struct desk *desk, uint32_t evidence)
{
    struct page paragraph = {0};
    page_string(&paragraph, "Evidence: ");
    desk_put_quoted(desk, &paragraph, desk_text(desk, evidence, "/text"));
    page_string(&paragraph, " at ");
    desk_put(desk, &paragraph, desk_text(desk, evidence, "/pointer"));
    if (desk_text(desk, evidence, "/list").length + desk_text(desk, evidence, "/source").length > 0)
        put_entry(desk, &paragraph, evidence);
    page_string(&paragraph, ".");
    sheet_paragraph(&desk->sheet, "     - ", &paragraph);
}

static void say_evidence(struct desk *desk, uint32_t list)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t count = 0;
    for (uint32_t node = documents->first(desk->notice, list); node != PW_NODE_NONE;
         node = documents->next(desk->notice, node))
        if (count++ < LETTER_MAX_ITEMS)
            say_match(desk, node);
    desk_say_rest(desk, "     - ", count > LETTER_MAX_ITEMS ? count - LETTER_MAX_ITEMS : 0, "matches");
}

/* ---- each of them -------------------------------------------------------------------------------------- */

static void say_finding(struct desk *desk, uint32_t finding, uint32_t number)
{
    say_rule(desk, finding, number);
    if (desk->full)
        desk_say_text(desk, "     ", "", desk_text(desk, finding, "/explanation"));
    desk_say_text(desk, "     ", "Due: ", desk_text(desk, finding, "/due"));
    if (!desk->full)
        return;
    desk_say_text(desk, "     ", "Who can say more: ", desk_text(desk, finding, "/answerable_by"));
    say_evidence(desk, desk_find(desk, finding, "/evidence"));
    desk_say_list(desk, "     ", "Requirements: ", desk_find(desk, finding, "/requirements"));
}

static void say_muted(struct desk *desk)
{
    struct page paragraph = {0};
    uint32_t muted = desk_number(desk, PW_NODE_ROOT, "/muted");
    if (!desk->full || muted == 0)
        return;
    page_format(&paragraph, "Beside what is prohibited, %" PRIu32 " lesser finding%s not told here.", muted,
                muted == 1 ? " is" : "s are");
    sheet_paragraph(&desk->sheet, "  ", &paragraph);
}

void finding_write_each(struct desk *desk)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t findings = desk_find(desk, PW_NODE_ROOT, "/findings");
    uint32_t count = 0;
    sheet_heading(&desk->sheet, desk->full ? "WHY IT WAS RAISED" : "WHICH RULES");
    if (desk->brief)
        desk_say(desk, "  ", "What there is to say is too long for a letter; the case shows all of it.");
    for (uint32_t node = documents->first(desk->notice, findings); node != PW_NODE_NONE;
         node = documents->next(desk->notice, node))
        if (count++ < LETTER_MAX_FINDINGS)
            say_finding(desk, node, count);
    if (count == 0)
        desk_say(desk, "  ", "No finding stands.");
    count = count > LETTER_MAX_FINDINGS ? count - LETTER_MAX_FINDINGS : 0;
    desk_say_rest(desk, "  ", count + desk_number(desk, PW_NODE_ROOT, "/findings_left_out"), "findings");
    say_muted(desk);
}
