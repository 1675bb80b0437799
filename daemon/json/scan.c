/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.c: what a single JSON token may look like. The strictness of the whole daemon towards bytes it did not
 * write is decided here, so each rule stands in one place and carries its own sentence.
 */
#include "json/scan.h"

#include <stdint.h>
#include <string.h>

static const char *fail(struct scan_fault *ret_fault, const char *at, const char *code, const char *message)
{
    *ret_fault = (struct scan_fault){at, code, message};
    return NULL;
}

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static bool is_continuation(const char *at, const char *end, unsigned char low, unsigned char high)
{
    return at < end && (unsigned char)*at >= low && (unsigned char)*at <= high;
}

/* Unicode 15, table 3-7: overlong forms, surrogates and everything past U+10FFFF are ill-formed. */
size_t scan_utf8(const char *at, const char *end)
{
    if (at >= end)
        return 0;
    unsigned char lead = (unsigned char)*at;
    unsigned char low = 0x80, high = 0xBF;
    size_t length;
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        low = lead == 0xE0 ? 0xA0 : 0x80;
        high = lead == 0xED ? 0x9F : 0xBF;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        low = lead == 0xF0 ? 0x90 : 0x80;
        high = lead == 0xF4 ? 0x8F : 0xBF;
    } else {
        return 0;
    }
    if (!is_continuation(at + 1, end, low, high))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_continuation(at + i, end, 0x80, 0xBF))
            return 0;
    return length;
}

static const char *scan_comment(const char *at, const char *end, struct scan_fault *ret_fault)
{
    const char *begin = at;
    if (end - at < 2 || (at[1] != '/' && at[1] != '*'))
        return fail(ret_fault, at, "syntax", "a '/' that begins no comment");
    bool block = at[1] == '*';
    at += 2;
    while (at < end) {
        if (!block && *at == '\n')
            return at + 1;
        if (block && *at == '*' && end - at >= 2 && at[1] == '/')
            return at + 2;
        size_t length = scan_utf8(at, end);
        if (length == 0)
            return fail(ret_fault, at, "utf8", "bytes that are not UTF-8 in a comment");
        at += length;
    }
    if (block)
        return fail(ret_fault, begin, "syntax", "a comment that is not closed");
    return at;
}

const char *scan_blank(const char *at, const char *end, bool comments, struct scan_fault *ret_fault)
{
    while (at < end) {
        char byte = *at;
        if (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r') {
            at++;
        } else if (byte == '/' && comments) {
            at = scan_comment(at, end, ret_fault);
            if (!at)
                return NULL;
        } else {
            break;
        }
    }
    return at;
}

/* Four hexadecimal digits, or -1. */
static int32_t read_hex(const char *at, const char *end)
{
    if (end - at < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char byte = at[i];
        int32_t digit;
        if (byte >= '0' && byte <= '9')
            digit = byte - '0';
        else if (byte >= 'a' && byte <= 'f')
            digit = byte - 'a' + 10;
        else if (byte >= 'A' && byte <= 'F')
            digit = byte - 'A' + 10;
        else
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_high_surrogate(int32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(int32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* From the backslash to behind the escape. */
static const char *scan_escape(const char *at, const char *end, struct scan_fault *ret_fault)
{
    if (end - at < 2)
        return fail(ret_fault, end, "syntax", "the text ends inside a string");
    if (at[1] != 'u') {
        if (at[1] == '\0' || !strchr("\"\\/bfnrt", at[1]))
            return fail(ret_fault, at, "syntax", "an unknown escape in a string");
        return at + 2;
    }
    int32_t unit = read_hex(at + 2, end);
    if (unit < 0)
        return fail(ret_fault, at, "syntax", "\\u must be followed by four hexadecimal digits");
    if (unit == 0)
        return fail(ret_fault, at, "nul", "U+0000 in a string is not accepted");
    if (is_low_surrogate(unit))
        return fail(ret_fault, at, "surrogate", "a low surrogate without the high one before it");
    if (!is_high_surrogate(unit))
        return at + 6;
    if (end - at < 12 || at[6] != '\\' || at[7] != 'u' || !is_low_surrogate(read_hex(at + 8, end)))
        return fail(ret_fault, at, "surrogate", "a high surrogate without the low one behind it");
    return at + 12;
}

/* Bytes that need no look inside a string: printable ASCII but quote and backslash. */
static const unsigned char plain[256] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    /* clang-format on */
};

#define EIGHT(byte) (0x0101010101010101u * (byte))

/* Eight bytes at once: none is below 0x20, above 0x7F, a quote or a backslash. Some that are may be missed
 * only in the safe direction: a borrow can make a plain byte look special, never the other way round. */
static bool eight_plain(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t special =
        word | (word - EIGHT(0x20)) | ((word ^ EIGHT('"')) - EIGHT(1)) | ((word ^ EIGHT('\\')) - EIGHT(1));
    return (special & EIGHT(0x80)) == 0;
}

static const char *skip_plain(const char *at, const char *end)
{
    while (end - at >= 8 && eight_plain(at))
        at += 8;
    while (at < end && plain[(unsigned char)*at])
        at++;
    return at;
}

const char *scan_string(const char *at, const char *end, bool *ret_escapes, struct scan_fault *ret_fault)
{
    bool escapes = false;
    at++;
    for (;;) {
        at = skip_plain(at, end);
        if (at == end)
            return fail(ret_fault, end, "syntax", "the text ends inside a string");
        if (*at == '"') {
            *ret_escapes = escapes;
            return at + 1;
        }
        if (*at == '\\') {
            escapes = true;
            at = scan_escape(at, end, ret_fault);
            if (!at)
                return NULL;
        } else if ((unsigned char)*at < 0x20) {
            return fail(ret_fault, at, "control", "a raw control character in a string");
        } else {
            size_t length = scan_utf8(at, end);
            if (length == 0)
                return fail(ret_fault, at, "utf8", "bytes that are not UTF-8");
            at += length;
        }
    }
}

/* The smallest magnitude that rounds to infinity as a binary64: 2^1024 - 2^970, all 309 digits. */
static const char infinity_digits[] =
    "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775872070963"
    "3028641669288791094655554785194040263065748867150582068190890200070838367627385484581771153176447573027"
    "0069855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";

enum {
    LARGEST_EXPONENT = 308,     /* decimal exponent of the largest binary64 */
    EXPONENT_CEILING = 1 << 30, /* beyond any input's length, so saturating there loses nothing */
};

/* Whether the digits from `at` to `end` (one '.' among them does not count), the first of which is not 0 and
 * stands for 10^308, reach infinity_digits. */
static bool reach_infinity(const char *at, const char *end)
{
    size_t i = 0;
    for (; at < end && i < sizeof infinity_digits - 1; at++) {
        if (*at == '.')
            continue;
        if (*at != infinity_digits[i])
            return *at > infinity_digits[i];
        i++;
    }
    while (i < sizeof infinity_digits - 1)
        if (infinity_digits[i++] != '0')
            return false;
    return true;
}

/* Decided on the digits: strtod would depend on the locale. */
static bool overflows(const char *digits, const char *digits_end, int64_t exponent)
{
    const char *point = memchr(digits, '.', (size_t)(digits_end - digits));
    const char *first = digits;
    while (first < digits_end && (*first == '0' || *first == '.'))
        first++;
    if (first == digits_end)
        return false; /* zero, whatever the exponent */
    const char *units = point ? point : digits_end;
    int64_t magnitude = exponent + (first < units ? units - first - 1 : units - first);
    if (magnitude != LARGEST_EXPONENT)
        return magnitude > LARGEST_EXPONENT;
    return reach_infinity(first, digits_end);
}

/* From behind the 'e'. */
static const char *scan_exponent(const char *at, const char *end, int64_t *ret_exponent,
                                 struct scan_fault *ret_fault)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (!is_digit(at, end))
        return fail(ret_fault, at, "number", "a number whose exponent has no digits");
    int64_t exponent = 0;
    for (; is_digit(at, end); at++)
        if (exponent < EXPONENT_CEILING)
            exponent = exponent * 10 + (*at - '0');
    *ret_exponent = negative ? -exponent : exponent;
    return at;
}

const char *scan_number(const char *at, const char *end, struct scan_fault *ret_fault)
{
    const char *begin = at;
    if (*at == '-')
        at++;
    const char *digits = at;
    if (!is_digit(at, end))
        return fail(ret_fault, at, "number", "a minus sign without a digit behind it");
    if (*at == '0' && is_digit(at + 1, end))
        return fail(ret_fault, begin, "number", "a number with a leading zero");
    while (is_digit(at, end))
        at++;
    if (at < end && *at == '.') {
        at++;
        if (!is_digit(at, end))
            return fail(ret_fault, at, "number", "a decimal point without a digit behind it");
        while (is_digit(at, end))
            at++;
    }
    const char *digits_end = at;
    int64_t exponent = 0;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = scan_exponent(at + 1, end, &exponent, ret_fault);
        if (!at)
            return NULL;
    }
    /* Without an exponent, only a very long number can overflow. */
    if ((exponent > 0 || digits_end - digits > LARGEST_EXPONENT) && overflows(digits, digits_end, exponent))
        return fail(ret_fault, begin, "number", "a number too large for a double");
    return at;
}

static size_t encode(uint32_t point, char *to)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char)(0xC0 | point >> 6);
        to[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (char)(0xE0 | point >> 12);
        to[1] = (char)(0x80 | (point >> 6 & 0x3F));
        to[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | point >> 18);
    to[1] = (char)(0x80 | (point >> 12 & 0x3F));
    to[2] = (char)(0x80 | (point >> 6 & 0x3F));
    to[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

static char unescape(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter; /* the quote, the backslash and the slash stand for themselves */
    }
}

size_t scan_decode(const char *raw, size_t length, char *to)
{
    const char *end = raw + length;
    char *begin = to;
    while (raw < end) {
        if (*raw != '\\') {
            *to++ = *raw++;
        } else if (raw[1] != 'u') {
            *to++ = unescape(raw[1]);
            raw += 2;
        } else {
            int32_t unit = read_hex(raw + 2, end);
            raw += 6;
            if (is_high_surrogate(unit)) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (read_hex(raw + 2, end) - 0xDC00);
                raw += 6;
            }
            to += encode((uint32_t)unit, to);
        }
    }
    return (size_t)(to - begin);
}
