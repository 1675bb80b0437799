/* SPDX-License-Identifier: Apache-2.0
 *
 * value.c: which strings are links, identifiers, amounts and codes. Shape and checksum are asked apart, so
 * that a feed learns whether it sent the wrong thing or the right thing mistyped.
 */
#include "event/reading.h"

#include <string.h>

size_t value_characters(struct pw_text text)
{
    size_t characters = 0;
    for (size_t i = 0; i < text.length; i++)
        characters += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return characters;
}

/* One character of text known to be UTF-8. */
static uint32_t next_character(const unsigned char **at)
{
    const unsigned char *byte = *at;
    if (byte[0] < 0x80) {
        *at += 1;
        return byte[0];
    }
    if (byte[0] < 0xE0) {
        *at += 2;
        return (uint32_t)(byte[0] & 0x1F) << 6 | (byte[1] & 0x3F);
    }
    if (byte[0] < 0xF0) {
        *at += 3;
        return (uint32_t)(byte[0] & 0x0F) << 12 | (uint32_t)(byte[1] & 0x3F) << 6 | (byte[2] & 0x3F);
    }
    *at += 4;
    return (uint32_t)(byte[0] & 0x07) << 18 | (uint32_t)(byte[1] & 0x3F) << 12 |
           (uint32_t)(byte[2] & 0x3F) << 6 | (byte[3] & 0x3F);
}

/* CloudEvents 1.0.2, type system, String. */
bool value_has_control(struct pw_text text)
{
    if (text.length == 0)
        return false;
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.length;
    while (at < end) {
        if (*at >= 0x20 && *at < 0x7F) {
            at++;
            continue;
        }
        uint32_t point = next_character(&at);
        if (point < 0x20 || (point >= 0x7F && point <= 0x9F))
            return true;
        if ((point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE)
            return true;
    }
    return false;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/* RFC 3986 section 2: unreserved and reserved characters; '%' is looked at closer. */
static const unsigned char uri_characters[256] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1,
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0,
    /* clang-format on */
};

static bool is_uri_character(struct pw_text text, size_t i)
{
    if (text.data[i] == '%')
        return i + 2 < text.length && is_hex(text.data[i + 1]) && is_hex(text.data[i + 2]);
    return uri_characters[(unsigned char)text.data[i]];
}

/* Where the first of these characters stands, or the end. */
static size_t find_any(struct pw_text text, size_t at, const char *characters)
{
    while (at < text.length && !strchr(characters, text.data[at]))
        at++;
    return at;
}

/* What stands before a ':' in the first segment is a scheme; *ret_behind is where the rest begins. */
static bool scheme_is_good(struct pw_text text, size_t *ret_behind)
{
    size_t length = find_any(text, 0, ":/?#");
    *ret_behind = 0;
    if (length == text.length || text.data[length] != ':')
        return true;
    *ret_behind = length + 1;
    if (length == 0 || !is_letter(text.data[0]))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!is_letter(text.data[i]) && !is_digit(text.data[i]) && !strchr("+-.", text.data[i]))
            return false;
    return true;
}

/* Brackets only stand around an IPv6 host. */
static bool brackets_are_good(struct pw_text text, size_t at)
{
    if (at + 1 < text.length && text.data[at] == '/' && text.data[at + 1] == '/')
        at = find_any(text, at + 2, "/?#");
    return find_any(text, at, "[]") == text.length;
}

bool value_is_reference(struct pw_text text)
{
    uint32_t fragments = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_uri_character(text, i))
            return false;
        fragments += text.data[i] == '#';
    }
    size_t behind;
    return fragments <= 1 && scheme_is_good(text, &behind) && brackets_are_good(text, behind);
}

/* A reviewer clicks on it, so a host is needed and a user part, which can look like a host, is not taken. */
bool value_is_link(struct pw_text text)
{
    const struct pw_text scheme = PW_TEXT("https://");
    if (text.length <= scheme.length || memcmp(text.data, scheme.data, scheme.length) != 0 ||
        !value_is_reference(text))
        return false;
    size_t at = scheme.length;
    if (!is_letter(text.data[at]) && !is_digit(text.data[at]) && text.data[at] != '[')
        return false;
    size_t host_end = find_any(text, at, "/?#");
    return find_any(text, at, "@") >= host_end;
}

bool value_is_code(struct pw_text text)
{
    bool may_end = false;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        bool part = (byte >= 'a' && byte <= 'z') || is_digit(byte) || byte == '_';
        if (!part && (byte != '.' || !may_end))
            return false;
        may_end = part;
    }
    return may_end && text.length <= 64; /* no list's code is longer than a name */
}

/* Whatever holds a blank or an '@' is a name or an address. */
bool value_is_pseudonym(struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == ' ' || text.data[i] == '@')
            return false;
    return true;
}

/* At most 18 digits before and 6 behind the point: fits 128-bit arithmetic with room, and every currency. */
bool value_is_decimal(struct pw_text text)
{
    size_t at = 0, whole = 0, fraction = 0;
    while (at < text.length && is_digit(text.data[at])) {
        at++;
        whole++;
    }
    if (whole == 0 || whole > 18 || (whole > 1 && text.data[0] == '0'))
        return false;
    if (at == text.length)
        return true;
    if (text.data[at++] != '.')
        return false;
    while (at < text.length && is_digit(text.data[at])) {
        at++;
        fraction++;
    }
    return at == text.length && fraction > 0 && fraction <= 6;
}

bool value_is_upper(struct pw_text text, size_t letters)
{
    if (text.length != letters)
        return false;
    for (size_t i = 0; i < letters; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return true;
}

static struct pw_text without(struct pw_text text, struct pw_text prefix)
{
    if (text.length < prefix.length || memcmp(text.data, prefix.data, prefix.length) != 0)
        return text;
    return (struct pw_text){text.data + prefix.length, text.length - prefix.length};
}

enum {
    ROR_LENGTH = 9,   /* 0, six digits in base 32, two of checksum */
    ROR_CHECKED = 7,  /* so many come before the checksum */
    ORCID_LENGTH = 19 /* four groups of four with dashes between */
};

static int base32_digit(char byte)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford's: no i, l, o, u */
    char lower = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    const char *digit = lower ? strchr(digits, lower) : NULL;
    return digit ? (int)(digit - digits) : -1;
}

static struct pw_text bare_ror(struct pw_text text)
{
    return without(text, PW_TEXT("https://ror.org/"));
}

bool value_is_ror(struct pw_text text)
{
    text = bare_ror(text);
    if (text.length != ROR_LENGTH || text.data[0] != '0')
        return false;
    for (size_t i = 1; i < ROR_CHECKED; i++)
        if (base32_digit(text.data[i]) < 0)
            return false;
    return is_digit(text.data[ROR_CHECKED]) && is_digit(text.data[ROR_CHECKED + 1]);
}

/* ISO/IEC 7064 MOD 97-10. */
bool value_ror_checks(struct pw_text text)
{
    text = bare_ror(text);
    int64_t number = 0;
    for (size_t i = 0; i < ROR_CHECKED; i++)
        number = number * 32 + base32_digit(text.data[i]);
    int64_t sum = (text.data[ROR_CHECKED] - '0') * 10 + (text.data[ROR_CHECKED + 1] - '0');
    return sum == 98 - number * 100 % 97;
}

static struct pw_text bare_orcid(struct pw_text text)
{
    return without(text, PW_TEXT("https://orcid.org/"));
}

bool value_is_orcid(struct pw_text text)
{
    text = bare_orcid(text);
    if (text.length != ORCID_LENGTH)
        return false;
    for (size_t i = 0; i < ORCID_LENGTH; i++) {
        bool dash = i % 5 == 4, last = i == ORCID_LENGTH - 1;
        if (dash ? text.data[i] != '-' : !is_digit(text.data[i]) && !(last && text.data[i] == 'X'))
            return false;
    }
    return true;
}

/* ISO 7064 MOD 11-2. */
bool value_orcid_checks(struct pw_text text)
{
    text = bare_orcid(text);
    int total = 0;
    for (size_t i = 0; i < ORCID_LENGTH - 1; i++)
        if (text.data[i] != '-')
            total = (total + (text.data[i] - '0')) * 2 % 11;
    int sum = (12 - total) % 11;
    return text.data[ORCID_LENGTH - 1] == (sum == 10 ? 'X' : (char)('0' + sum));
}
