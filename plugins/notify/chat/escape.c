/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: which characters a chat platform obeys, in one table a platform.
 */
#include "escape.h"

#include <string.h>

const struct escape escape_nothing[] = {{NULL, NULL}};

/* Slack decodes these three and nothing else; "<!here>", "<@U123>" and "<https://…|…>" need the "<". */
const struct escape escape_slack[] = {
    {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"@", "@ "}, {"://", ": //"}, {NULL, NULL},
};

/* Web client, server and phones each read the text in another way. "@", "#" and "~" are looked for when
 * backslashes and entities are gone, so a space stands after them. "<" and ">": the server turns Slack's
 * links and mentions into its own before anybody reads Markdown. ":" begins emoji and follows the scheme of
 * an address, and no backslash takes that away in the web client, nor from "$", LaTeX; "." is for "www.".
 * What only counts at the start of a line ("-", "+", "=") is left alone. */
const struct escape escape_mattermost[] = {
    {"@", "@ "},  {"#", "\\# "}, {"~", "\\~ "},  {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\\", "\\\\"},
    {"`", "\\`"}, {"*", "\\*"},  {"_", "\\_"},   {"[", "\\["},   {"]", "\\]"},  {"(", "\\("},  {")", "\\)"},
    {"|", "\\|"}, {": ", ": "},  {":", "&#58;"}, {"$", "&#36;"}, {".", "\\."},  {NULL, NULL},
};

/* "{": "{{DATE(…)}}" is replaced by the card's reader, "${…}" and "@{…}" by templates and flows. */
const struct escape escape_teams[] = {
    {"@", "@ "},  {"&", "&amp;"}, {"<", "&lt;"},   {">", "&gt;"}, {"\\", "\\\\"}, {"*", "\\*"},
    {"_", "\\_"}, {"[", "\\["},   {"]", "\\]"},    {"(", "\\("},  {")", "\\)"},   {"`", "\\`"},
    {"~", "\\~"}, {"{", " { "},   {"://", ": //"}, {NULL, NULL},
};

static size_t units_of(const char *bytes, size_t length)
{
    size_t units = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        units += (byte & 0xc0u) != 0x80u; /* where a character begins */
        units += byte >= 0xf0u;           /* beyond the basic plane: a pair */
    }
    return units;
}

size_t escape_units(struct pw_text text)
{
    return units_of(text.data, text.length);
}

static const struct escape *entry_at(const struct escape *table, struct pw_text text, size_t at)
{
    for (; table->plain != NULL; table++) {
        size_t length = strlen(table->plain);
        if (length <= text.length - at && memcmp(text.data + at, table->plain, length) == 0)
            return table;
    }
    return NULL;
}

void escape_text(struct page *page, const struct escape *table, struct pw_text text, size_t most)
{
    const size_t mark = sizeof ESCAPE_CUT - 1u;
    size_t units = 0, bytes = 1, last_good = page->length;
    for (size_t at = 0; at < text.length; at += bytes) {
        const struct escape *entry = entry_at(table, text, at);
        const char *written = entry != NULL ? entry->written : text.data + at;
        (void)page_character(text, at, &bytes);
        size_t length = entry != NULL ? strlen(entry->written) : bytes;
        bytes = entry != NULL ? strlen(entry->plain) : bytes;
        units += units_of(written, length);
        if (units > most) {
            if (!page->failed && page->data != NULL)
                page->length = last_good;
            page_string(page, ESCAPE_CUT);
            return;
        }
        page_bytes(page, written, length);
        if (units + mark <= most)
            last_good = page->length;
    }
}
