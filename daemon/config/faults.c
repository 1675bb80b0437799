/* SPDX-License-Identifier: Apache-2.0
 *
 * faults.c: collects configuration errors with their places, and finds the word that was probably meant.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/faults.h"
#include "config/setting.h"

#define MAX_SENTENCE 1024u /* a sentence may quote a name of the operator's */
#define MAX_WORD     64u   /* no known key is longer; a longer one is no slip of the finger */

static void add(struct faults *faults, const char *file, uint32_t line, uint32_t column, const char *format,
                va_list arguments) __attribute__((format(printf, 5, 0)));

static void add(struct faults *faults, const char *file, uint32_t line, uint32_t column, const char *format,
                va_list arguments)
{
    char sentence[MAX_SENTENCE];
    if (faults->count++ >= CONFIG_MAX_FAULTS)
        return;
    vsnprintf(sentence, sizeof sentence, format, arguments);
    /* Quoted input must not be able to fake a second line. */
    for (char *c = sentence; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    buffer_string(&faults->text, file);
    if (line > 0)
        buffer_format(&faults->text, ":%u:%u", line, column);
    buffer_string(&faults->text, ": ");
    buffer_string(&faults->text, sentence);
    buffer_string(&faults->text, "\n");
}

void faults_add(struct faults *faults, const struct setting *at, const char *format, ...)
{
    va_list arguments;
    uint32_t line, column;
    setting_place(at, false, &line, &column);
    va_start(arguments, format);
    add(faults, at->source->file, line, column, format, arguments);
    va_end(arguments);
}

void faults_add_key(struct faults *faults, const struct setting *at, const char *format, ...)
{
    va_list arguments;
    uint32_t line, column;
    setting_place(at, true, &line, &column);
    va_start(arguments, format);
    add(faults, at->source->file, line, column, format, arguments);
    va_end(arguments);
}

void faults_add_file(struct faults *faults, const char *file, uint32_t line, uint32_t column,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(faults, file, line, column, format, arguments);
    va_end(arguments);
}

int faults_take(struct faults *faults, char **ret_text)
{
    int status = 0;
    if (faults->count > CONFIG_MAX_FAULTS)
        buffer_format(&faults->text, "… and %u more errors\n", faults->count - CONFIG_MAX_FAULTS);
    if (faults->memory || faults->text.failed)
        status = PW_ERROR_MEMORY;
    else if (faults->count > 0)
        status = PW_ERROR_INVALID;
    if (status == PW_ERROR_MEMORY && faults->count == 0)
        buffer_string(&faults->text, "out of memory while reading the configuration\n");
    if (status < 0)
        *ret_text = buffer_take(&faults->text, NULL);
    buffer_release(&faults->text);
    *faults = (struct faults){0};
    return status;
}

/* Levenshtein's distance; both words are at most MAX_WORD bytes. */
static size_t distance_of(struct pw_text a, struct pw_text b)
{
    size_t row[MAX_WORD + 1];
    for (size_t j = 0; j <= b.length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t best = diagonal + (a.data[i - 1] != b.data[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.length];
}

void nearest_begin(struct nearest *nearest, struct pw_text wanted)
{
    *nearest = (struct nearest){.wanted = wanted};
    /* A third of the word wrong still reads as the word; one slip is always forgiven. */
    nearest->distance = wanted.length / 3 + 2;
}

void nearest_offer(struct nearest *nearest, const char *word)
{
    struct pw_text text = {word, strlen(word)};
    if (text.length > MAX_WORD || nearest->wanted.length > MAX_WORD || nearest->wanted.length == 0)
        return;
    size_t distance = distance_of(nearest->wanted, text);
    if (distance < nearest->distance && distance < text.length) {
        nearest->distance = distance;
        nearest->best = word;
    }
}

const char *nearest_clause(struct nearest *nearest)
{
    if (nearest->best)
        snprintf(nearest->clause, sizeof nearest->clause, "; did you mean \"%s\"?", nearest->best);
    return nearest->clause;
}
