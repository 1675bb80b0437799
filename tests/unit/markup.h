/* SPDX-License-Identifier: Apache-2.0
 *
 * markup.h: whether bytes are HTML as the page may send it: UTF-8, of elements that it uses and none else, each closed where
 * it stands, with attributes in quotes, and every character that could be markup by its name.
 */
#ifndef PATHWAYD_TESTS_MARKUP_H
#define PATHWAYD_TESTS_MARKUP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <pathwayd/text.h>
#include "json/scan.h"

#define MARKUP_DEPTH 32

/* Where it is not, as a pointer into it, with what is wrong; NULL: it is. */
struct markup {
    const char *at, *end;
    const char *wrong;
    char open[MARKUP_DEPTH][12];
    int depth;
};

static inline bool markup_is_utf8(struct pw_text text)
{
    for (size_t i = 0; i < text.length;) {
        size_t length =
            (unsigned char)text.data[i] < 0x80 ? 1 : scan_utf8(text.data + i, text.data + text.length);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

static inline bool markup_takes(struct markup *markup, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(markup->end - markup->at) < length || memcmp(markup->at, word, length) != 0)
        return false;
    markup->at += length;
    return true;
}

/* A character of text: "&" begins one of five names, and < > " ' are never there by themselves in `value`. */
static inline bool markup_character(struct markup *markup, bool value)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    char c = *markup->at;
    if (c == '&') {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (markup_takes(markup, names[i]))
                return true;
        markup->wrong = "a bare &";
        return false;
    }
    if (c == '<' || c == '>' || (value && c == '"')) {
        markup->wrong = "a bare character";
        return false;
    }
    markup->at++;
    return true;
}

static inline size_t markup_name(struct markup *markup, char name[12])
{
    size_t length = 0;
    while (markup->at < markup->end && length < 11 &&
           strchr("abcdefghijklmnopqrstuvwxyz0123456789", *markup->at) && *markup->at)
        name[length++] = *markup->at++;
    name[length] = '\0';
    return length;
}

static inline bool markup_known(const char *name)
{
    static const char known[] =
        " html head meta title link body a header nav ul li form label input button div span main footer h1 "
        "h2 h3 p dl dt dd ol section article details summary strong code mark bdi time fieldset legend "
        "textarea select option figure figcaption svg text rect table thead tbody tr td th ";
    char wanted[16];
    snprintf(wanted, sizeof(wanted), " %s ", name);
    return strstr(known, wanted) != NULL;
}

static inline bool markup_attributes(struct markup *markup)
{
    while (markup_takes(markup, " ")) {
        const char *from = markup->at;
        while (markup->at < markup->end && *markup->at && strchr("abcdefghijklmnopqrstuvwxyzB-", *markup->at))
            markup->at++;
        if (markup->at == from || markup->at - from > 20 || memcmp(from, "on", 2) == 0 ||
            memcmp(from, "style", 5) == 0) {
            markup->wrong = "an odd attribute";
            return false;
        }
        if (!markup_takes(markup, "="))
            continue;
        if (!markup_takes(markup, "\"")) {
            markup->wrong = "an attribute without quotes";
            return false;
        }
        while (markup->at < markup->end && *markup->at != '"')
            if (!markup_character(markup, true))
                return false;
        if (!markup_takes(markup, "\"")) {
            markup->wrong = "an attribute without an end";
            return false;
        }
    }
    return true;
}

static inline bool markup_tag(struct markup *markup)
{
    char name[12];
    bool closes = markup_takes(markup, "</");
    if (!closes)
        markup_takes(markup, "<");
    const char *from = markup->at;
    markup->wrong = "an odd element";
    if (!markup_name(markup, name) || !markup_known(name) || (!closes && !markup_attributes(markup)))
        return false;
    bool empty = markup_takes(markup, "/>");
    if (!empty && !markup_takes(markup, ">"))
        return false;
    if (closes) {
        markup->wrong = "an element ends that did not begin";
        markup->at = from;
        if (markup->depth == 0 || strcmp(markup->open[--markup->depth], name) != 0)
            return false;
        markup->at = strchr(from, '>') + 1;
    } else if (!empty && strcmp(name, "meta") != 0 && strcmp(name, "link") != 0 &&
               strcmp(name, "input") != 0) {
        if (markup->depth == MARKUP_DEPTH)
            return false;
        strcpy(markup->open[markup->depth++], name);
    }
    markup->wrong = NULL;
    return true;
}

/* NULL: sound; else what is wrong, *ret_at: where. */
static inline const char *markup_wrong(struct pw_text text, const char **ret_at)
{
    *ret_at = text.data;
    if (text.length == 0)
        return NULL;
    struct markup markup = {.at = text.data, .end = text.data + text.length};
    if (!markup_is_utf8(text))
        return "no UTF-8";
    (void)markup_takes(&markup, "<!DOCTYPE html>");
    bool good = true;
    while (good && markup.at < markup.end)
        good = *markup.at == '<' ? markup_tag(&markup) : markup_character(&markup, false);
    *ret_at = markup.at;
    return !good ? markup.wrong : markup.depth ? "an element without an end" : NULL;
}

#endif
