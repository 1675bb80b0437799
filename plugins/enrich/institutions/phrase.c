/* SPDX-License-Identifier: Apache-2.0
 *
 * phrase.c: see phrase.h.
 */
#include "phrase.h"
#include "reference.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(struct phrase *phrase, size_t bytes)
{
    if (phrase->length + bytes > phrase->capacity) {
        uint32_t capacity = 2 * phrase->capacity + (uint32_t)bytes + 64;
        char *grown = realloc(phrase->bytes, capacity);
        if (!grown)
            return false;
        phrase->bytes = grown;
        phrase->capacity = capacity;
    }
    if (phrase->count == phrase->word_capacity) {
        uint32_t capacity = 2 * phrase->word_capacity + 32;
        struct phrase_word *grown = realloc(phrase->words, capacity * sizeof *grown);
        if (!grown)
            return false;
        phrase->words = grown;
        phrase->word_capacity = capacity;
    }
    return true;
}

static uint32_t marks_between(struct pw_text text, uint32_t from, uint32_t to)
{
    uint32_t marks = 0;
    for (uint32_t i = from, length; i < to; i += length) {
        length = 1;
        int32_t meant = reference_read((struct pw_text){text.data + i, to - i}, &length);
        int32_t c = meant ? meant : text.data[i];
        if (c == ',')
            marks |= PHRASE_COMMA;
        else if (c == ';' || c == '|' || c == '\n')
            marks |= PHRASE_STOP;
        else if (c == '(' || c == ')' || c == '[' || c == ']')
            marks |= PHRASE_BRACKET;
    }
    return marks;
}

static bool add(struct phrase *phrase, const struct folded_token *token, uint32_t number,
                const struct word *word, uint32_t before)
{
    if (!reserve(phrase, word->form.length))
        return false;
    memcpy(phrase->bytes + phrase->length, word->form.data, word->form.length);
    phrase->words[phrase->count++] = (struct phrase_word){.start = phrase->length,
                                                          .end = phrase->length + (uint32_t)word->form.length,
                                                          .from = token->from,
                                                          .to = token->to,
                                                          .folded = number,
                                                          .before = before,
                                                          .general = word->kind == WORD_CLASS,
                                                          .ideograph = token->ideograph};
    phrase->length += (uint32_t)word->form.length;
    return true;
}

/* A token, or both parts of one: "beihanguniversity". */
static bool add_parts(struct phrase *phrase, const struct folded_token *token, uint32_t number,
                      const struct word *word, uint32_t before)
{
    size_t split = word->kind == WORD_PLAIN ? word_inside(word->form) : 0;
    if (split == 0)
        return add(phrase, token, number, word, before);
    const struct word first = {WORD_PLAIN, {word->form.data, split}};
    const struct word second = word_of((struct pw_text){word->form.data + split, word->form.length - split});
    return add(phrase, token, number, &first, before) && add(phrase, token, number, &second, 0);
}

/* One pass; `all` keeps what is usually left out. */
static int read_words(struct pw_text text, struct phrase *phrase, bool all)
{
    const struct folded *folded = &phrase->folded;
    uint32_t before = 0, last = 0;
    phrase->length = phrase->count = 0;
    for (uint32_t i = 0; i < folded->count; i++) {
        const struct folded_token *token = &folded->tokens[i];
        struct pw_text bytes = {folded->bytes + token->start, token->end - token->start};
        struct word word = word_recall(phrase->memo, bytes);
        /* "iFLYTEK": its i joins nothing */
        bool glued = (i > 0 && token->from == last) ||
                     (i + 1 < folded->count && folded->tokens[i + 1].from == token->to && !token->ideograph);
        before |= i > 0 ? marks_between(text, last, token->from) : 0;
        last = token->to;
        if (word.kind == WORD_JOINER && !all && !glued) {
            before |= word_goes_on(bytes) ? PHRASE_GOES_ON : PHRASE_JOINED;
            continue;
        }
        if (word.kind == WORD_LEGAL && !all && i > 0 && !glued) {
            before |= PHRASE_LEGAL;
            continue;
        }
        if (!add_parts(phrase, token, i, &word, before))
            return PW_ERROR_MEMORY;
        before = 0;
    }
    phrase->after = before | marks_between(text, last, (uint32_t)text.length);
    return PW_OK;
}

int phrase_read(const struct folding *folding, struct pw_text text, struct phrase *ret_phrase)
{
    ret_phrase->length = ret_phrase->count = 0;
    if (!ret_phrase->memo)
        ret_phrase->memo = calloc(1, sizeof *ret_phrase->memo);
    if (!ret_phrase->memo)
        return PW_ERROR_MEMORY;
    int error = folding_fold(folding, text, &ret_phrase->folded);
    if (!error)
        error = read_words(text, ret_phrase, false);
    if (!error && ret_phrase->count == 0 && ret_phrase->folded.count > 0)
        error = read_words(text, ret_phrase, true);
    return error;
}

struct pw_text phrase_key(const struct phrase *phrase, uint32_t first, uint32_t last)
{
    uint32_t start = phrase->words[first].start;
    return (struct pw_text){phrase->bytes + start, phrase->words[last].end - start};
}

static bool stands_before(struct pw_text a, struct pw_text b)
{
    size_t length = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.data, b.data, length);
    return order ? order < 0 : a.length < b.length;
}

size_t phrase_set(const struct phrase *phrase, uint32_t first, uint32_t last, char to[PHRASE_SET_BYTES])
{
    struct pw_text words[PHRASE_SET_MOST];
    uint32_t count = last - first + 1;
    size_t length = 0;
    if (count < PHRASE_SET_LEAST || count > PHRASE_SET_MOST)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        struct pw_text word = phrase_key(phrase, first + i, first + i);
        uint32_t at = i;
        for (; at > 0 && stands_before(word, words[at - 1]); at--)
            words[at] = words[at - 1];
        words[at] = word;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (length + words[i].length + 1 > PHRASE_SET_BYTES)
            return 0;
        memcpy(to + length, words[i].data, words[i].length);
        length += words[i].length;
        to[length++] = ' ';
    }
    return length;
}

void phrase_release(struct phrase *phrase)
{
    folded_release(&phrase->folded);
    free(phrase->bytes);
    free(phrase->words);
    free(phrase->memo);
    *phrase = (struct phrase){0};
}
