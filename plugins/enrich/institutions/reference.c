/* SPDX-License-Identifier: Apache-2.0
 *
 * reference.c: see reference.h.
 */
#include "reference.h"

#include <string.h>
#include <unicode/uchar.h>

/* A numeric reference from its '#' on; 0: none. What is no character, or none that may be in a text, is U+FFFD. */
static UChar32 read_number(struct pw_text text, size_t at, size_t *ret_end)
{
    if (at + 1 >= text.length || text.data[at] != '#')
        return 0;
    bool hex = (text.data[at + 1] | 0x20) == 'x';
    size_t first = at + (hex ? 2 : 1), end = first;
    UChar32 c = 0;
    for (; end < text.length && text.data[end] != ';'; end++) {
        int digit = u_digit((UChar32)(unsigned char)text.data[end], hex ? 16 : 10);
        if (digit < 0)
            return 0;
        c = c > 0x10FFFF ? c : c * (hex ? 16 : 10) + digit;
    }
    if (end == text.length || end == first)
        return 0;
    *ret_end = end + 1;
    return c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c;
}

int32_t reference_read(struct pw_text text, uint32_t *ret_length)
{
    static const struct {
        const char *name;
        UChar32 c;
    } names[] = {{"apos;", '\''}, {"quot;", '"'}, {"nbsp;", ' '}, {"lt;", '<'}, {"gt;", '>'}};
    size_t at = 1, end = 0;
    if (text.length < 4 || text.data[0] != '&')
        return 0;
    while (text.length - at >= 4 && memcmp(text.data + at, "amp;", 4) == 0) /* escaped more than once */
        at += 4;
    UChar32 c = read_number(text, at, &end);
    for (size_t i = 0; i < sizeof names / sizeof *names && !c; i++) {
        size_t length = strlen(names[i].name);
        if (text.length - at >= length && memcmp(text.data + at, names[i].name, length) == 0) {
            c = names[i].c;
            end = at + length;
        }
    }
    if (!c && at == 1)
        return 0;
    *ret_length = (uint32_t)(c ? end : at);
    return c ? c : '&';
}
