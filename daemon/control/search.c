/* SPDX-License-Identifier: Apache-2.0
 *
 * search.c: see search.h.
 */
#include "control/search.h"

#include <string.h>
#include "json/json.h"

/* Its length; 0: it could not be folded. */
static size_t fold(const UCaseMap *map, struct pw_text text, char *to, size_t room)
{
    UErrorCode error = U_ZERO_ERROR;
    int32_t length = ucasemap_utf8FoldCase(map, to, (int32_t)room, text.data, (int32_t)text.length, &error);
    return U_FAILURE(error) ? 0 : (size_t)length;
}

int search_begin(struct search *search, struct pw_text words)
{
    UErrorCode error = U_ZERO_ERROR;
    *search = (struct search){0};
    if (text_blank(words))
        return 0;
    if (words.length > SEARCH_BYTES)
        return -1;
    search->map = ucasemap_open("", U_FOLD_CASE_DEFAULT, &error);
    if (U_FAILURE(error))
        return -1;
    search->words[fold(search->map, words, search->words, sizeof(search->words) - 1)] = '\0';
    return 0;
}

void search_end(struct search *search)
{
    ucasemap_close(search->map);
    search->map = NULL;
}

static bool each_is_there(const char *words, const char *text, size_t length)
{
    for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
        size_t word = strcspn(words, " ");
        if (!memmem(text, length, words, word))
            return false;
        words += word;
    }
    return true;
}

bool search_fits(struct search *search, const struct pw_text *texts, uint32_t count)
{
    char folded[SEARCH_TEXT];
    size_t length = 0;
    for (uint32_t i = 0; search->map && i < count && length < sizeof(folded) - 1; i++) {
        struct pw_text text = text_cut(texts[i], (sizeof(folded) - length) / 4);
        length += fold(search->map, text, folded + length, sizeof(folded) - 1 - length);
        folded[length++] = '\n'; /* no word goes on from one text into the next */
    }
    return !search->map || each_is_there(search->words, folded, length);
}
