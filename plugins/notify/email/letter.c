/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what a reviewer reads. Every letter answers, in this order: what happened, which
 * pathway, why, what is not known and who can say, costs and benefits, what would mitigate, where to act.
 */
#include "letter.h"

#include <inttypes.h>
#include <string.h>

#include "header.h"
#include "words/phrase.h"

/* The notice being read and the body being written. */
struct desk {
    const struct pw_document_api *documents;
    const struct pw_document *notice;
    struct page body;
    bool brief; /* what a rule says would make the letter too long: it only points to the case */
};

static struct pw_text literal(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

static uint32_t find(const struct desk *desk, uint32_t node, const char *pointer)
{
    return desk->documents->find(desk->notice, node, literal(pointer));
}

static struct pw_text text_of(const struct desk *desk, uint32_t node, const char *pointer)
{
    return desk->documents->text(desk->notice, find(desk, node, pointer));
}

static bool is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static bool true_at(const struct desk *desk, uint32_t node, const char *pointer)
{
    return desk->documents->type(desk->notice, find(desk, node, pointer)) == PW_JSON_TRUE;
}

/* ---- paragraphs ---------------------------------------------------------------------------------------- */

static void heading(struct desk *desk, const char *words)
{
    page_format(&desk->body, "\n%s\n", words);
}

static void close_paragraph(struct desk *desk, const char *first, struct page *paragraph)
{
    page_paragraph(&desk->body, first, paragraph);
    page_release(paragraph);
}

static void say(struct desk *desk, const char *first, const char *words)
{
    struct page paragraph = {0};
    page_string(&paragraph, words);
    close_paragraph(desk, first, &paragraph);
}

/* "Label: text" when there is a text. */
static void say_text(struct desk *desk, const char *first, const char *label, struct pw_text text)
{
    struct page paragraph = {0};
    if (text.length == 0)
        return;
    page_string(&paragraph, label);
    page_text(&paragraph, text);
    close_paragraph(desk, first, &paragraph);
}

static void say_rest(struct desk *desk, const char *first, uint32_t left, const char *of_what)
{
    struct page paragraph = {0};
    if (left == 0)
        return;
    page_format(&paragraph, "and %" PRIu32 " more %s, to be seen in the case.", left, of_what);
    close_paragraph(desk, first, &paragraph);
}

/* ---- what happened ------------------------------------------------------------------------------------- */

static void say_change(struct desk *desk)
{
    struct page paragraph = {0};
    const char *change = phrase_find(phrase_changes, text_of(desk, PW_NODE_ROOT, "/change"));
    struct pw_text before = text_of(desk, PW_NODE_ROOT, "/previous_level");
    struct pw_text level = text_of(desk, PW_NODE_ROOT, "/level");
    page_string(&paragraph, change != NULL ? change : "The case changed.");
    page_string(&paragraph, " Its level is ");
    page_text(&paragraph, level);
    if (before.length > 0 &&
        !(before.length == level.length && memcmp(before.data, level.data, level.length) == 0)) {
        page_string(&paragraph, ", before it was ");
        page_text(&paragraph, before);
    }
    page_string(&paragraph, ".");
    close_paragraph(desk, "  ", &paragraph);
}

static void say_event(struct desk *desk)
{
    struct page paragraph = {0};
    struct pw_text type = text_of(desk, PW_NODE_ROOT, "/event/type");
    if (type.length == 0)
        return;
    page_string(&paragraph, "It was caused by the event ");
    page_text(&paragraph, type);
    page_string(&paragraph, " with id ");
    page_text(&paragraph, text_of(desk, PW_NODE_ROOT, "/event/id"));
    page_string(&paragraph, " from ");
    page_text(&paragraph, text_of(desk, PW_NODE_ROOT, "/event/source"));
    page_string(&paragraph, ".");
    close_paragraph(desk, "  ", &paragraph);
}

static void put_list(struct desk *desk, struct page *page, uint32_t list)
{
    const struct pw_document_api *documents = desk->documents;
    uint32_t count = 0;
    for (uint32_t node = documents->first(desk->notice, list);
         node != PW_NODE_NONE && count < LETTER_MAX_ITEMS; node = documents->next(desk->notice, node)) {
        page_string(page, count++ > 0 ? ", " : "");
        page_text(page, documents->text(desk->notice, node));
    }
}

static void say_what_happened(struct desk *desk)
{
    struct page pathways = {0};
    heading(desk, "WHAT HAPPENED");
    say_change(desk);
    say_event(desk);
    page_string(&pathways, "Pathways concerned: ");
    put_list(desk, &pathways, find(desk, PW_NODE_ROOT, "/pathways"));
    close_paragraph(desk, "  ", &pathways);
    say_text(desk, "  ", "The record in the source system: ", text_of(desk, PW_NODE_ROOT, "/link"));
}

/* ---- why ----------------------------------------------------------------------------------------------- */

static void say_rule(struct desk *desk, uint32_t finding, uint32_t number)
{
    struct page paragraph = {0};
    char first[16] = "";
    struct page numbering = {0};
    const char *kind = phrase_find(phrase_kinds, text_of(desk, finding, "/kind"));
    struct pw_text pathway = text_of(desk, finding, "/pathway"), regime = text_of(desk, finding, "/regime");
    page_format(&numbering, "  %" PRIu32 ". ", number);
    if (!numbering.failed && numbering.length < sizeof first)
        memcpy(first, numbering.data, numbering.length + 1u);
    page_release(&numbering);
    page_text(&paragraph, text_of(desk, finding, "/rule"));
    page_string(&paragraph, ", level ");
    page_text(&paragraph, text_of(desk, finding, "/level"));
    if (pathway.length > 0) {
        page_string(&paragraph, ", pathway ");
        page_text(&paragraph, pathway);
    }
    if (kind != NULL)
        page_format(&paragraph, " (%s)", kind);
    if (regime.length > 0) {
        page_string(&paragraph, ", regime ");
        page_text(&paragraph, regime);
    }
    page_string(&paragraph, ".");
    close_paragraph(desk, first, &paragraph);
    say_text(desk, "     ", "", text_of(desk, finding, "/explanation"));
    say_text(desk, "     ", "Due: ", text_of(desk, finding, "/due"));
}

static void put_quoted(struct page *page, struct pw_text text)
{
    page_string(page, "\"");
    page_text(page, text);
    page_string(page, "\"");
}

static void say_match(struct desk *desk, uint32_t evidence)
{
    struct page paragraph = {0};
    const char *basis = phrase_find(phrase_bases, text_of(desk, evidence, "/basis"));
    struct pw_text list = text_of(desk, evidence, "/list");
    struct pw_text source = text_of(desk, evidence, "/source");
    struct pw_text entry = text_of(desk, evidence, "/entry");
    struct pw_text snapshot = text_of(desk, evidence, "/snapshot");
    page_string(&paragraph, "Evidence: ");
    put_quoted(&paragraph, text_of(desk, evidence, "/text"));
    page_string(&paragraph, " at ");
    page_text(&paragraph, text_of(desk, evidence, "/pointer"));
    if (list.length > 0 || source.length > 0) {
        page_string(&paragraph, " is ");
        put_quoted(&paragraph, text_of(desk, evidence, "/entry_name"));
        page_string(&paragraph, entry.length > 0 ? " (entry " : "");
        page_text(&paragraph, entry);
        page_string(&paragraph, entry.length > 0 ? ")" : "");
        page_string(&paragraph, " on the list ");
        page_text(&paragraph, list.length > 0 ? list : source);
        page_string(&paragraph, snapshot.length > 0 ? " as of " : ", date not known");
        page_text(&paragraph, snapshot);
        page_format(&paragraph, ", matched %s", basis != NULL ? basis : "in a way that is not stated");
    }
    page_string(&paragraph, ".");
    close_paragraph(desk, "     - ", &paragraph);
}

/* Calls `each` for the first elements of the list, and counts the rest. */
static void say_each(struct desk *desk, uint32_t list, void (*each)(struct desk *desk, uint32_t node),
                     const char *what)
{
    uint32_t count = 0;
    for (uint32_t node = desk->documents->first(desk->notice, list); node != PW_NODE_NONE;
         node = desk->documents->next(desk->notice, node))
        if (count++ < LETTER_MAX_ITEMS)
            each(desk, node);
    say_rest(desk, "     - ", count > LETTER_MAX_ITEMS ? count - LETTER_MAX_ITEMS : 0, what);
}

static void say_why(struct desk *desk)
{
    uint32_t findings = find(desk, PW_NODE_ROOT, "/findings");
    uint32_t count = 0;
    heading(desk, "WHY");
    for (uint32_t node = desk->documents->first(desk->notice, findings); node != PW_NODE_NONE;
         node = desk->documents->next(desk->notice, node)) {
        struct page rules = {0};
        if (count++ >= LETTER_MAX_FINDINGS)
            continue;
        say_rule(desk, node, count);
        say_each(desk, find(desk, node, "/evidence"), say_match, "matches");
        page_string(&rules, "Requirements: ");
        put_list(desk, &rules, find(desk, node, "/requirements"));
        if (desk->documents->count(desk->notice, find(desk, node, "/requirements")) > 0)
            page_paragraph(&desk->body, "     ", &rules);
        page_release(&rules);
    }
    if (count == 0)
        say(desk, "  ", "No finding stands.");
    int64_t left_out = 0; /* of the notice itself already */
    (void)desk->documents->integer(desk->notice, find(desk, PW_NODE_ROOT, "/findings_left_out"), &left_out);
    left_out = left_out < 0 || left_out > INT32_MAX ? 0 : left_out;
    say_rest(desk, "  ", (count > LETTER_MAX_FINDINGS ? count - LETTER_MAX_FINDINGS : 0) + (uint32_t)left_out,
             "findings");
}

static void say_line(struct desk *desk, uint32_t line)
{
    struct page paragraph = {0};
    page_text(&paragraph, desk->documents->text(desk->notice, line));
    close_paragraph(desk, "     - ", &paragraph);
}

/* Of a case that was decided: what is not as it was. */
static void say_what_changed(struct desk *desk)
{
    uint32_t changed = find(desk, PW_NODE_ROOT, "/changed");
    if (desk->documents->count(desk->notice, changed) == 0)
        return;
    heading(desk, "WHAT HAS CHANGED SINCE IT WAS DECIDED");
    say_each(desk, changed, say_line, "changes");
}

/* ---- what is not known, costs and benefits, mitigations ------------------------------------------------ */

static void say_unknown(struct desk *desk, uint32_t unknown)
{
    struct page paragraph = {0};
    struct pw_text who = text_of(desk, unknown, "/who");
    page_text(&paragraph, text_of(desk, unknown, "/what"));
    if (who.length > 0) {
        page_string(&paragraph, " Who can say: ");
        page_text(&paragraph, who);
        page_string(&paragraph, ".");
    }
    close_paragraph(desk, "  - ", &paragraph);
}

static void say_code(struct desk *desk, uint32_t code)
{
    struct page paragraph = {0};
    phrase_put(&paragraph, phrase_weighings, desk->documents->text(desk->notice, code));
    close_paragraph(desk, "  - ", &paragraph);
}

static bool same_raw(const struct desk *desk, uint32_t a, uint32_t b)
{
    struct pw_text x = desk->documents->raw(desk->notice, a);
    struct pw_text y = desk->documents->raw(desk->notice, b);
    return x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
}

/* Whether the element was already said under this or an earlier finding: five rules share their costs. */
static bool said_before(const struct desk *desk, uint32_t findings, const char *member, uint32_t element)
{
    const struct pw_document_api *documents = desk->documents;
    for (uint32_t finding = documents->first(desk->notice, findings); finding != PW_NODE_NONE;
         finding = documents->next(desk->notice, finding))
        for (uint32_t node = documents->first(desk->notice, find(desk, finding, member));
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
    uint32_t findings = find(desk, PW_NODE_ROOT, "/findings");
    uint32_t said = 0;
    for (uint32_t finding = documents->first(desk->notice, findings); finding != PW_NODE_NONE;
         finding = documents->next(desk->notice, finding))
        for (uint32_t node = documents->first(desk->notice, find(desk, finding, member));
             node != PW_NODE_NONE && said < LETTER_MAX_ITEMS; node = documents->next(desk->notice, node)) {
            if (said_before(desk, findings, member, node))
                continue;
            each(desk, node);
            said++;
        }
    if (said == LETTER_MAX_ITEMS)
        say(desk, "  ", "There may be more; the case shows all.");
    return said;
}

static void say_weighing(struct desk *desk)
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
        heading(desk, sections[i].heading);
        if (say_joined(desk, sections[i].member, sections[i].each) == 0)
            say(desk, "  ", sections[i].none);
    }
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void write_body(struct desk *desk)
{
    struct pw_text level = text_of(desk, PW_NODE_ROOT, "/level");
    bool withdrawn = is(text_of(desk, PW_NODE_ROOT, "/change"), "withdrawn");
    struct page engagement = {0};
    const char *sentence = phrase_find(phrase_levels, withdrawn ? literal("none") : level);
    say(desk, "", sentence != NULL ? sentence : "A case wants your attention.");
    if (true_at(desk, PW_NODE_ROOT, "/needs_information"))
        say(desk, "", "Information is missing: the questions and who can answer them stand below.");
    page_string(&engagement, "Case ");
    page_text(&engagement, text_of(desk, PW_NODE_ROOT, "/case_id"));
    page_string(&engagement, ", engagement ");
    page_text(&engagement, text_of(desk, PW_NODE_ROOT, "/engagement_id"));
    page_string(&engagement, ": ");
    put_quoted(&engagement, text_of(desk, PW_NODE_ROOT, "/title"));
    close_paragraph(desk, "", &engagement);
    say_what_happened(desk);
    if (desk->brief) {
        heading(desk, "WHY");
        say(desk, "  ", "The findings are too many for a letter; the case shows all of them.");
    } else {
        say_what_changed(desk);
        say_why(desk);
        say_weighing(desk);
    }
    heading(desk, "WHERE TO ACT");
    say_text(desk, "  ", "", text_of(desk, PW_NODE_ROOT, "/act"));
    page_string(&desk->body, "\n");
    say(desk, "",
        "pathwayd recommends and people decide. Findings are about institutions and activities, never about "
        "a "
        "person.");
}

static void write_ids(struct desk *desk, const struct letter_style *style, struct page *letter)
{
    struct page root = {0};
    page_string(&root, "<");
    header_id(&root, text_of(desk, PW_NODE_ROOT, "/case_id"));
    page_string(&root, ".");
    header_id(&root, text_of(desk, PW_NODE_ROOT, "/engagement_id"));
    page_string(&root, "@");
    page_bytes(&root, style->domain.data, style->domain.length);
    page_string(&root, ">");
    page_string(letter, "Message-ID: <");
    header_id(letter, text_of(desk, PW_NODE_ROOT, "/notice_id"));
    page_string(letter, "@");
    page_bytes(letter, style->domain.data, style->domain.length);
    page_string(letter, ">\r\nIn-Reply-To: ");
    page_bytes(letter, root.data, root.length);
    page_string(letter, "\r\nReferences: ");
    page_bytes(letter, root.data, root.length);
    page_string(letter, "\r\n");
    letter->failed |= root.failed;
    page_release(&root);
}

static void write_header(struct desk *desk, const struct letter_style *style, int64_t as_of,
                         const struct page *to, struct page *letter)
{
    struct page subject = {0};
    int64_t instant = as_of;
    (void)header_instant(text_of(desk, PW_NODE_ROOT, "/time"), &instant);
    struct page name = {0};
    page_text(&name, style->from_name);
    header_mailbox(letter, "From", &name, style->from_address);
    page_release(&name);
    header_mailbox(letter, "To", &name, (struct pw_text){to->data, to->length});
    page_text(&subject, style->subject_prefix);
    page_string(&subject, subject.length > 0 ? " " : "");
    page_text(&subject, text_of(desk, PW_NODE_ROOT, "/case_id"));
    page_string(&subject, ": ");
    page_text(&subject, text_of(desk, PW_NODE_ROOT, "/title"));
    header_text(letter, "Subject", &subject);
    page_release(&subject);
    page_string(letter, "Date: ");
    header_date(letter, instant);
    page_string(letter, "\r\n");
    write_ids(desk, style, letter);
    page_string(letter, "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "\r\n");
}

int letter_write(const struct pw_document_api *documents, const struct pw_document *notice, int64_t as_of,
                 const struct letter_style *style, struct page *ret_letter, struct page *ret_to)
{
    struct desk desk = {.documents = documents, .notice = notice};
    struct pw_text address = text_of(&desk, PW_NODE_ROOT, "/recipient/address");
    if (!header_address_valid(address))
        return PW_ERROR_INVALID;
    struct page to = {0};
    struct page letter = {0};
    page_bytes(&to, address.data, address.length);
    write_body(&desk);
    if (desk.body.failed || desk.body.length > LETTER_BODY_BYTES) {
        page_release(&desk.body);
        desk.brief = true;
        write_body(&desk);
    }
    if (!to.failed && !desk.body.failed) {
        write_header(&desk, style, as_of, &to, &letter);
        header_quoted_printable(&letter, &desk.body);
    }
    bool failed = to.failed || desk.body.failed || letter.failed;
    page_release(&desk.body);
    if (failed) {
        page_release(&letter);
        page_release(&to);
        return PW_ERROR_MEMORY;
    }
    *ret_letter = letter;
    *ret_to = to;
    return PW_OK;
}
