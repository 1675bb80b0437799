/* SPDX-License-Identifier: Apache-2.0
 *
 * defect.c: collects sentences, so that an author mends a plugin in one round instead of one defect a round.
 */
#include "host/defect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(struct defects *defects, struct pw_text sentence)
{
    if (defects->count++ >= DEFECT_MAX)
        return;
    if (defects->count == 1)
        json_write_begin(&defects->json, '[');
    json_write_text(&defects->json, sentence);
}

void defect_add(struct defects *defects, const char *format, ...)
{
    char sentence[DEFECT_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t kept = (size_t)length < sizeof sentence ? (size_t)length : sizeof sentence - 1;
    add(defects, (struct pw_text){sentence, kept});
}

void defect_add_lines(struct defects *defects, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        if (length)
            add(defects, (struct pw_text){lines, length});
        lines += length + (lines[length] == '\n');
    }
}

void defect_write(const struct defects *defects, const char *phase, struct buffer *out)
{
    json_write_begin(out, '{');
    json_write_key(out, "defects");
    if (defects->count)
        json_write_raw(out, buffer_view(&defects->json));
    else
        json_write_begin(out, '[');
    json_write_end(out, ']');
    json_member_string(out, "phase", phase);
    json_write_end(out, '}');
}

void defect_release(struct defects *defects)
{
    buffer_release(&defects->json);
    *defects = (struct defects){0};
}
