/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the one place that knows HTML, so that what must never stand in it is checked once.
 */
#include "sheet.h"

#include <string.h>

#define SCHEME "https://"

/* Both parts grow by their own rules; only here are they written side by side. */
static void escape(struct page *html, const char *bytes, size_t length)
{
    static const struct {
        char character;
        const char *name;
    } names[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    size_t begun = 0;
    for (size_t at = 0; at < length; at++)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (bytes[at] != names[i].character)
                continue;
            page_bytes(html, bytes + begun, at - begun);
            page_string(html, names[i].name);
            begun = at + 1u;
        }
    page_bytes(html, bytes + begun, length - begun);
}

static void end_list(struct sheet *sheet)
{
    if (sheet->listing)
        page_string(&sheet->html, "</ul>\n");
    sheet->listing = false;
}

/* ---- beginning and end --------------------------------------------------------------------------------- */

void sheet_begin(struct sheet *sheet)
{
    page_string(&sheet->html,
                "<!DOCTYPE html>\n"
                "<html lang=\"en\" dir=\"ltr\">\n"
                "<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<title>pathwayd</title>\n"
                "</head>\n"
                "<body style=\"font-family: sans-serif; line-height: 1.4; max-width: 44em\">\n");
}

void sheet_end(struct sheet *sheet)
{
    end_list(sheet);
    page_string(&sheet->html, "</body>\n</html>\n");
}

void sheet_release(struct sheet *sheet)
{
    page_release(&sheet->text);
    page_release(&sheet->html);
    *sheet = (struct sheet){0};
}

bool sheet_failed(const struct sheet *sheet)
{
    return sheet->text.failed || sheet->html.failed;
}

/* ---- blocks -------------------------------------------------------------------------------------------- */

void sheet_heading(struct sheet *sheet, const char *words)
{
    end_list(sheet);
    page_format(&sheet->text, "\n%s\n", words);
    page_string(&sheet->html, "<h2 style=\"font-size: 1em\">");
    escape(&sheet->html, words, strlen(words));
    page_string(&sheet->html, "</h2>\n");
}

void sheet_paragraph(struct sheet *sheet, const char *first, struct page *words)
{
    const char *mark = first + strspn(first, " ");
    bool item = strcmp(mark, "- ") == 0;
    page_paragraph(&sheet->text, first, words);
    if (!item)
        end_list(sheet);
    else if (!sheet->listing)
        page_string(&sheet->html, "<ul>\n");
    sheet->listing = item;
    page_string(&sheet->html, item ? "<li>" : "<p>");
    if (!item)
        page_string(&sheet->html, mark);
    escape(&sheet->html, words->data, words->length);
    page_string(&sheet->html, item ? "</li>\n" : "</p>\n");
    page_release(words);
}

void sheet_command(struct sheet *sheet, struct page *words)
{
    end_list(sheet);
    page_string(&sheet->text, "      ");
    page_bytes(&sheet->text, words->data, words->length);
    page_string(&sheet->text, "\n");
    page_string(&sheet->html, "<pre style=\"white-space: pre-wrap\">");
    escape(&sheet->html, words->data, words->length);
    page_string(&sheet->html, "</pre>\n");
    sheet->text.failed |= words->failed;
    page_release(words);
}

void sheet_link(struct sheet *sheet, const char *first, const char *label, struct pw_text url)
{
    end_list(sheet);
    page_format(&sheet->text, "%s%s ", first, label);
    page_bytes(&sheet->text, url.data, url.length);
    page_string(&sheet->text, "\n");
    page_string(&sheet->html, "<p>");
    escape(&sheet->html, label, strlen(label));
    page_string(&sheet->html, " <a href=\"");
    escape(&sheet->html, url.data, url.length);
    page_string(&sheet->html, "\">");
    escape(&sheet->html, url.data, url.length);
    page_string(&sheet->html, "</a></p>\n");
}

bool sheet_is_link(struct pw_text url)
{
    static const size_t scheme = sizeof SCHEME - 1u;
    if (url.length <= scheme || url.length > SHEET_LINK_BYTES || memcmp(url.data, SCHEME, scheme) != 0)
        return false;
    bool host = true;
    for (size_t at = scheme; at < url.length; at++) {
        char c = url.data[at];
        if (c <= ' ' || c > '~' || strchr("\"'<>\\`{}|^", c) != NULL)
            return false;
        host = host && strchr("/?#", c) == NULL;
        if (host && c == '@')
            return false;
    }
    return strchr("/?#", url.data[scheme]) == NULL;
}
