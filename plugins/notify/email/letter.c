/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: from a notice to a letter: which kind it is, the header fields that people and
 * machines go by, and the two parts put together. What the body says is in a file for each kind.
 */
#include "letter.h"

#include <string.h>

#include "desk.h"
#include "header.h"

struct kind {
    const char *name;
    void (*write)(struct desk *desk);
    void (*put_subject)(const struct desk *desk, struct page *subject);
    bool of_a_case; /* belongs to the thread of its case */
};

static const struct kind kinds[] = {
    {"case", case_write, case_put_subject, true},
    {"digest", digest_write, digest_put_subject, false},
    {"question", question_write, question_put_subject, true},
    {"alarm", alarm_write, alarm_put_subject, false},
};

/* A notice that names no kind is of a case: so they were before there were others. */
static const struct kind *kind_of(const struct desk *desk)
{
    struct pw_text name = desk_text(desk, PW_NODE_ROOT, "/kind");
    if (name.length == 0)
        return &kinds[0];
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (desk_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

/* ---- the header ---------------------------------------------------------------------------------------- */

static void write_ids(const struct desk *desk, const struct kind *kind, struct page *letter)
{
    struct page root = {0};
    struct pw_text domain = desk->style->domain;
    page_string(letter, "Message-ID: <");
    header_id(letter, desk_text(desk, PW_NODE_ROOT, "/notice_id"));
    page_string(letter, "@");
    page_bytes(letter, domain.data, domain.length);
    page_string(letter, ">\r\n");
    if (!kind->of_a_case)
        return;
    page_string(&root, "<");
    header_id(&root, desk_text(desk, PW_NODE_ROOT, "/case_id"));
    page_string(&root, ".");
    header_id(&root, desk_text(desk, PW_NODE_ROOT, "/engagement_id"));
    page_string(&root, "@");
    page_bytes(&root, domain.data, domain.length);
    page_string(&root, ">");
    page_string(letter, "In-Reply-To: ");
    page_bytes(letter, root.data, root.length);
    page_string(letter, "\r\nReferences: ");
    page_bytes(letter, root.data, root.length);
    page_string(letter, "\r\n");
    letter->failed |= root.failed;
    page_release(&root);
}

/* RFC 2919: so that who works for a queue can sort its letters by it. */
static void write_list(const struct desk *desk, struct page *letter)
{
    struct pw_text queue = desk_text(desk, PW_NODE_ROOT, "/queue");
    if (queue.length == 0)
        return;
    page_string(letter, "List-Id: <");
    header_id(letter, queue);
    page_string(letter, ".queue.");
    page_bytes(letter, desk->style->domain.data, desk->style->domain.length);
    page_string(letter, ">\r\n");
}

static void write_mailbox(struct page *letter, const char *field, struct pw_text words,
                          struct pw_text address)
{
    struct page name = {0};
    if (address.length == 0)
        return;
    page_text(&name, words);
    header_mailbox(letter, field, &name, address);
    page_release(&name);
}

static void write_subject(const struct desk *desk, const struct kind *kind, struct page *letter)
{
    struct desk title = *desk;
    struct page subject = {0};
    title.full = desk->style->full;
    title.brief = true; /* a subject is one line, whatever a title is */
    page_text(&subject, desk->style->subject_prefix);
    page_string(&subject, subject.length > 0 ? " " : "");
    kind->put_subject(&title, &subject);
    header_text(letter, "Subject", &subject);
    page_release(&subject);
}

static void write_header(const struct desk *desk, const struct kind *kind, int64_t as_of, struct pw_text to,
                         struct page *letter)
{
    const struct letter_style *style = desk->style;
    int64_t instant = as_of;
    (void)header_instant(desk_text(desk, PW_NODE_ROOT, "/time"), &instant);
    write_mailbox(letter, "From", style->from_name, style->from_address);
    write_mailbox(letter, "Reply-To", style->reply_name, style->reply_address);
    write_mailbox(letter, "To", (struct pw_text){0}, to);
    write_subject(desk, kind, letter);
    page_string(letter, "Date: ");
    header_date(letter, instant);
    page_string(letter, "\r\n");
    write_ids(desk, kind, letter);
    write_list(desk, letter);
    page_string(letter, "Auto-Submitted: auto-generated\r\n"
                        "X-Auto-Response-Suppress: All\r\n"
                        "MIME-Version: 1.0\r\n");
}

/* ---- the body ------------------------------------------------------------------------------------------ */

/* Both parts, plain first: whoever can show HTML takes the last (RFC 2046, 5.1.4). */
static void write_parts(const struct desk *desk, struct page *letter)
{
    const struct {
        const char *type;
        const struct page *body;
    } parts[] = {{"text/plain", &desk->sheet.text}, {"text/html", &desk->sheet.html}};
    struct page boundary = {0};
    header_boundary(&boundary, desk_text(desk, PW_NODE_ROOT, "/notice_id"));
    letter->failed |= boundary.failed;
    if (letter->failed)
        return;
    page_format(letter, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", boundary.data);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        page_format(letter,
                    "--%s\r\n"
                    "Content-Type: %s; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n"
                    "\r\n",
                    boundary.data, parts[i].type);
        header_quoted_printable(letter, parts[i].body);
    }
    page_format(letter, "--%s--\r\n", boundary.data);
    page_release(&boundary);
}

static void write_sheet(struct desk *desk, const struct kind *kind)
{
    sheet_release(&desk->sheet);
    sheet_begin(&desk->sheet);
    kind->write(desk);
    sheet_end(&desk->sheet);
}

static void write_body(struct desk *desk, const struct kind *kind)
{
    desk->full = desk->style->full;
    desk->brief = false;
    write_sheet(desk, kind);
    if (!sheet_failed(&desk->sheet) && desk->sheet.text.length + desk->sheet.html.length <= LETTER_BODY_BYTES)
        return;
    desk->full = false;
    desk->brief = true;
    write_sheet(desk, kind);
}

int letter_write(const struct pw_document_api *documents, const struct pw_document *notice, int64_t as_of,
                 const struct letter_style *style, struct page *ret_letter, struct page *ret_to)
{
    struct desk desk = {.documents = documents, .notice = notice, .style = style};
    struct pw_text address = desk_text(&desk, PW_NODE_ROOT, "/recipient/address");
    const struct kind *kind = kind_of(&desk);
    struct page to = {0};
    struct page letter = {0};
    if (kind == NULL)
        return PW_ERROR_UNSUPPORTED;
    if (!header_address_valid(address))
        return PW_ERROR_INVALID;
    page_bytes(&to, address.data, address.length);
    write_body(&desk, kind);
    if (!sheet_failed(&desk.sheet)) {
        write_header(&desk, kind, as_of, address, &letter);
        write_parts(&desk, &letter);
    }
    bool failed = to.failed || sheet_failed(&desk.sheet) || letter.failed;
    sheet_release(&desk.sheet);
    if (failed) {
        page_release(&letter);
        page_release(&to);
        return PW_ERROR_MEMORY;
    }
    *ret_letter = letter;
    *ret_to = to;
    return PW_OK;
}
