/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: everything here is bytes laid down by an RFC, testable against its examples, and
 * apart from what a letter says.
 */
#include "header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORD_BYTES  45u /* of text in one encoded word: 60 in base64, 75 with "=?UTF-8?B?" and "?=" */
#define PLAIN_BYTES 60u /* short enough for one header line of 78 whatever the field's name */
#define QP_COLUMNS  75u /* RFC 2045: 76 with the soft break's "=" */

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits[] = "0123456789ABCDEF";

static bool alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* ---- free text ----------------------------------------------------------------------------------------- */

static bool plain_ascii(const struct page *text)
{
    if (text->length > PLAIN_BYTES ||
        (text->length > 0 && (text->data[0] == ' ' || text->data[text->length - 1u] == ' ')))
        return false;
    for (size_t i = 0; i < text->length; i++)
        if (text->data[i] < ' ' || text->data[i] > '~' || (text->data[i] == '=' && text->data[i + 1u] == '?'))
            return false;
    return true;
}

static void encode_word(struct page *page, const char *bytes, size_t length)
{
    page_string(page, "=?UTF-8?B?");
    for (size_t i = 0; i < length; i += 3u) {
        uint32_t group = (uint32_t)(unsigned char)bytes[i] << 16;
        if (i + 1u < length)
            group |= (uint32_t)(unsigned char)bytes[i + 1u] << 8;
        if (i + 2u < length)
            group |= (unsigned char)bytes[i + 2u];
        char quad[4] = {base64[group >> 18], base64[group >> 12 & 63u],
                        i + 1u < length ? base64[group >> 6 & 63u] : '=',
                        i + 2u < length ? base64[group & 63u] : '='};
        page_bytes(page, quad, sizeof quad);
    }
    page_string(page, "?=");
}

static void encode_words(struct page *page, const struct page *text)
{
    /* An encoded word holds whole characters only (RFC 2047, 5). */
    const struct pw_text whole = {text->data, text->length};
    size_t begun = 0;
    size_t bytes = 1;
    for (size_t at = 0; at < whole.length; at += bytes) {
        page_character(whole, at, &bytes);
        if (at + bytes - begun <= WORD_BYTES)
            continue;
        encode_word(page, whole.data + begun, at - begun);
        page_string(page, "\r\n ");
        begun = at;
    }
    encode_word(page, whole.data + begun, whole.length - begun);
}

void header_text(struct page *page, const char *name, const struct page *text)
{
    page_format(page, "%s: ", name);
    page->failed |= text->failed;
    if (text->length == 0 || plain_ascii(text))
        page_bytes(page, text->data, text->length);
    else
        encode_words(page, text);
    page_string(page, "\r\n");
}

/* Before an address only atoms may stand bare (RFC 5322, phrase). */
static bool atoms_only(const struct page *words)
{
    for (size_t i = 0; i < words->length; i++)
        if (!alphanumeric(words->data[i]) && words->data[i] != ' ' && words->data[i] != '-')
            return false;
    return plain_ascii(words);
}

void header_mailbox(struct page *page, const char *name, const struct page *words, struct pw_text address)
{
    page_format(page, "%s: ", name);
    page->failed |= words->failed;
    if (words->length > 0) {
        if (atoms_only(words))
            page_bytes(page, words->data, words->length);
        else
            encode_words(page, words);
        page_string(page, "\r\n ");
    }
    page_string(page, "<");
    page_bytes(page, address.data, address.length);
    page_string(page, ">\r\n");
}

/* ---- addresses and ids --------------------------------------------------------------------------------- */

bool header_domain_valid(struct pw_text domain)
{
    if (domain.length == 0 || domain.length > HEADER_DOMAIN_BYTES)
        return false;
    for (size_t i = 0; i < domain.length; i++) {
        char c = domain.data[i];
        bool edge =
            i == 0 || i + 1u == domain.length || domain.data[i - 1u] == '.' || domain.data[i + 1u] == '.';
        if (!alphanumeric(c) && (edge || (c != '-' && c != '.')))
            return false;
    }
    return true;
}

bool header_address_valid(struct pw_text address)
{
    static const char specials[] = "!#$%&'*+-/=?^_`{|}~.";
    const char *at = address.length > 0 ? memchr(address.data, '@', address.length) : NULL;
    if (at == NULL || at == address.data || address.length > HEADER_ADDRESS_BYTES)
        return false;
    size_t local = (size_t)(at - address.data);
    for (size_t i = 0; i < local; i++)
        if (!alphanumeric(address.data[i]) &&
            (address.data[i] == '\0' || strchr(specials, address.data[i]) == NULL))
            return false;
    return header_domain_valid((struct pw_text){at + 1, address.length - local - 1u});
}

static uint64_t fnv1a(struct pw_text text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3u;
    return hash;
}

void header_id(struct page *page, struct pw_text id)
{
    const size_t begun = page->length;
    for (size_t i = 0; i < id.length; i++) {
        char c = id.data[i];
        bool inner_dot = c == '.' && i > 0 && i + 1u < id.length && id.data[i - 1u] != '.';
        if (alphanumeric(c) || c == '_' || c == '-' || c == '+' || inner_dot)
            page_bytes(page, &c, 1);
        else
            page_bytes(page, (char[]){'=', digits[(unsigned char)c >> 4], digits[(unsigned char)c & 15u]}, 3);
        if (page->length - begun >= HEADER_ID_BYTES) {
            page_format(page, "~%016" PRIx64, fnv1a(id)); /* "~" stands in no id that was not cut */
            return;
        }
    }
}

/* ---- time ---------------------------------------------------------------------------------------------- */

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* "Fri, 02 Jan 2026 03:04" */
static void put_minute(struct page *page, int64_t ms, struct tm *ret_parts)
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    struct tm parts = {0};
    if (gmtime_r(&seconds, &parts) == NULL)
        page->failed = true;
    else
        page_format(page, "%s, %02d %s %04d %02d:%02d", days[parts.tm_wday], parts.tm_mday,
                    months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min);
    *ret_parts = parts;
}

void header_date(struct page *page, int64_t ms)
{
    struct tm parts;
    put_minute(page, ms, &parts);
    page_format(page, ":%02d +0000", parts.tm_sec);
}

void header_moment(struct page *page, int64_t ms)
{
    struct tm parts;
    put_minute(page, ms, &parts);
    page_string(page, " UTC");
}

/* `count` digits at `at` as a number within least..most, or -1. */
static int number(struct pw_text text, size_t at, size_t count, int least, int most)
{
    int value = 0;
    if (at + count > text.length)
        return -1;
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        value = value * 10 + (text.data[i] - '0');
    }
    return value >= least && value <= most ? value : -1;
}

/* Minutes east of UTC that the text after the seconds states. */
static int offset_minutes(struct pw_text text, size_t at, int *ret_minutes)
{
    if (at < text.length && text.data[at] == '.')
        for (at++; at < text.length && text.data[at] >= '0' && text.data[at] <= '9';)
            at++;
    if (at + 1u == text.length && (text.data[at] == 'Z' || text.data[at] == 'z')) {
        *ret_minutes = 0;
        return 0;
    }
    int hours = number(text, at + 1u, 2, 0, 23);
    int minutes = number(text, at + 4u, 2, 0, 59);
    if (at + 6u != text.length || hours < 0 || minutes < 0 || text.data[at + 3u] != ':')
        return PW_ERROR_INVALID;
    if (text.data[at] != '+' && text.data[at] != '-')
        return PW_ERROR_INVALID;
    *ret_minutes = (hours * 60 + minutes) * (text.data[at] == '-' ? -1 : 1);
    return 0;
}

int header_instant(struct pw_text text, int64_t *ret_ms)
{
    static const struct {
        size_t at, count;
        int least, most;
    } places[6] = {{0, 4, 1970, 9999}, {5, 2, 1, 12},  {8, 2, 1, 31},
                   {11, 2, 0, 23},     {14, 2, 0, 59}, {17, 2, 0, 60}};
    int parts[6];
    int east = 0;
    if (text.length < sizeof "2026-01-02T03:04:05Z" - 1u)
        return PW_ERROR_INVALID;
    for (size_t i = 0; i < 6; i++) {
        parts[i] = number(text, places[i].at, places[i].count, places[i].least, places[i].most);
        if (parts[i] < 0)
            return PW_ERROR_INVALID;
    }
    if (offset_minutes(text, 19, &east) != 0)
        return PW_ERROR_INVALID;
    struct tm tm = {.tm_year = parts[0] - 1900,
                    .tm_mon = parts[1] - 1,
                    .tm_mday = parts[2],
                    .tm_hour = parts[3],
                    .tm_min = parts[4],
                    .tm_sec = parts[5]};
    *ret_ms = ((int64_t)timegm(&tm) - 60 * (int64_t)east) * 1000;
    return 0;
}

/* ---- the body ------------------------------------------------------------------------------------------ */

void header_boundary(struct page *page, struct pw_text id)
{
    page_format(page, "=_pathwayd_%016" PRIx64, fnv1a(id));
}

/* The bytes [at, end) are one line of the body. */
static void quote_line(struct page *page, const char *line, size_t length)
{
    size_t column = 0;
    for (size_t i = 0; i < length; i++) {
        char c = line[i];
        bool plain = c >= ' ' && c <= '~' && c != '=';
        if (i == 0 && (c == '.' || (length >= 5u && memcmp(line, "From ", 5) == 0)))
            plain = false;
        if (i + 1u == length && c == ' ')
            plain = false;
        size_t width = plain ? 1u : 3u;
        if (column + width > QP_COLUMNS) {
            page_string(page, "=\r\n");
            column = 0;
            if (c == '.') { /* the wire's line starts here, whatever the body's does */
                plain = false;
                width = 3;
            }
        }
        if (plain)
            page_bytes(page, &c, 1);
        else
            page_bytes(page, (char[]){'=', digits[(unsigned char)c >> 4], digits[(unsigned char)c & 15u]}, 3);
        column += width;
    }
    page_string(page, "\r\n");
}

void header_quoted_printable(struct page *page, const struct page *body)
{
    page->failed |= body->failed;
    for (size_t at = 0; at < body->length;) {
        const char *line = body->data + at;
        const char *end = memchr(line, '\n', body->length - at);
        size_t length = end != NULL ? (size_t)(end - line) : body->length - at;
        quote_line(page, line, length);
        at += length + 1u;
    }
}
