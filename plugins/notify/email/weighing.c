/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what a decision weighs: what is not known and who can say, costs and benefits, what
 * would mitigate. Rules share much of it, so each thing is said once for the whole case.
 */
#include "desk.h"

#include <string.h>

#include "words/phrase.h"

static void say_unknown(struct desk *desk, uint32_t unknown)
{
    struct page paragraph = {0};
    struct pw_text who = desk_text(desk, unknown, "/who");
    desk_put(desk, &paragraph, desk_text(desk, unknown, "/what"));
    if (who.length > 0) {
        page_string(&paragraph, " Who can say: ");
        desk_put(desk, &paragraph, who);
        page_string(&paragraph, ".");
    }
    sheet_paragraph(&desk->sheet, "  - ", &paragraph);
}

static void say_code(struct desk *desk, uint32_t code)
{
    struct page paragraph = {0};
    phrase_put(&paragraph, phrase_weighings, desk->documents->text(desk->notice, code));
    sheet_paragraph(&desk->sheet, "  - ", &paragraph);
}

static bool same_raw(const struct desk *desk, uint32_t a, uint32_t b)
{
    struct pw_text x = desk->documents->raw(desk->notice, a);
    struct pw_text y = desk->documents->raw(desk->notice, b);
    return x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
}

/* Whether the element was already said under this or an earlier finding. */
static bool said_before(const struct desk *desk, uint32_t findings, const char *member, uint32_t element)
{
    const struct pw_document_api *documents = desk->documents;
    for (uint32_t finding = documents->first(desk->notice, findings); finding != PW_NODE_NONE;
         finding = documents->next(desk->notice, finding))
        for (uint32_t node = documents->first(desk->notice, desk_find(desk, finding, member));
             node != PW_NODE_NONE; node = documents->next(desk->notice, node)) {
            if (node == element)
                return false;
            if (same_raw(desk, node, element))
                return true;
        }
    return false;
}

/* Says a member of all findings, each thing once; returns how many there were. */
static uint32_t say_joined(struct desk *desk, const char *member,
                           void (*each)(struct desk *desk, uint32_t node))
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t findings = desk_find(desk, PW_NODE_ROOT, "/findings");
    uint32_t said = 0;
    for (uint32_t finding = documents->first(desk->notice, findings); finding != PW_NODE_NONE;
         finding = documents->next(desk->notice, finding))
        for (uint32_t node = documents->first(desk->notice, desk_find(desk, finding, member));
             node != PW_NODE_NONE && said < LETTER_MAX_ITEMS; node = documents->next(desk->notice, node)) {
            if (said_before(desk, findings, member, node))
                continue;
            each(desk, node);
            said++;
        }
    if (said == LETTER_MAX_ITEMS)
        desk_say(desk, "  ", "There may be more; the case shows all.");
    return said;
}

void weighing_write(struct desk *desk)
{
    static const struct {
        const char *heading, *member, *none;
        void (*each)(struct desk *desk, uint32_t node);
    } sections[] = {
        {"WHAT IS NOT KNOWN, AND WHO CAN SAY", "/unknowns", "Nothing is missing for these findings.",
         say_unknown},
        {"COSTS OF GOING AHEAD", "/costs", "None is named.", say_code},
        {"BENEFITS OF GOING AHEAD", "/benefits", "None is named.", say_code},
        {"WHAT WOULD MITIGATE", "/mitigations", "Nothing is suggested.", say_code},
    };
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        sheet_heading(&desk->sheet, sections[i].heading);
        if (say_joined(desk, sections[i].member, sections[i].each) == 0)
            desk_say(desk, "  ", sections[i].none);
    }
}
