/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: of a stored entry two values are needed; a parser of iCalendar would be more than that, and the
 * bytes are a stranger's.
 */
#include "calendar/stored.h"

#include <string.h>
#include <strings.h>

#define NUMBER_DIGITS 10u /* of an INTEGER of RFC 5545 */

/* The value of a line "NAME:value" or "NAME;PARAMETER=…:value", or an empty text. */
static struct pw_text value_of(struct pw_text line, const char *name)
{
    size_t length = strlen(name);
    if (line.length <= length || strncasecmp(line.data, name, length) != 0 ||
        (line.data[length] != ':' && line.data[length] != ';'))
        return (struct pw_text){0};
    const char *colon = memchr(line.data + length, ':', line.length - length);
    size_t before = colon ? (size_t)(colon - line.data) + 1u : line.length;
    return (struct pw_text){line.data + before, line.length - before};
}

static bool digits(struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length > 0;
}

static int64_t number(struct pw_text text)
{
    int64_t value = 0;
    if (!digits(text) || text.length > NUMBER_DIGITS)
        return 0;
    for (size_t i = 0; i < text.length; i++)
        value = value * 10 + (text.data[i] - '0');
    return value;
}

/* The next line without its end. Lines that go on from the one before begin with white space, and so match no name; none
 * of the values looked for is long enough to be folded. */
static struct pw_text next_line(struct pw_text *bytes)
{
    const char *end = memchr(bytes->data, '\n', bytes->length);
    size_t length = end ? (size_t)(end - bytes->data) : bytes->length;
    struct pw_text line = {bytes->data, length};
    size_t taken = length + (end != NULL);
    *bytes = (struct pw_text){bytes->data + taken, bytes->length - taken};
    if (line.length > 0 && line.data[line.length - 1u] == '\r')
        line.length--;
    return line;
}

void stored_read(struct pw_text bytes, struct stored *ret_stored)
{
    struct stored stored = {0};
    int64_t sequence = 0;
    while (bytes.length > 0) {
        struct pw_text line = next_line(&bytes);
        struct pw_text revision = value_of(line, "X-PATHWAYD-REVISION"), day = value_of(line, "DTSTART");
        if (stored.revision == 0)
            stored.revision = number(revision);
        if (sequence == 0)
            sequence = number(value_of(line, "SEQUENCE"));
        if (stored.day[0] == '\0' && day.length == ENTRY_DAY_BYTES - 1u && digits(day))
            memcpy(stored.day, day.data, day.length);
    }
    if (stored.revision == 0)
        stored.revision = sequence;
    *ret_stored = stored;
}
