/* SPDX-License-Identifier: Apache-2.0
 *
 * wording.c: one sentence an operator, in a form for yes and one for its opposite, so that `not` reads as a person would
 * say it. The words are the format's own (conf/packs/README.md).
 */
#include "ctl/wording.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/table.h"

static void say(struct buffer *out, const cJSON *condition, bool opposite, bool inner);

static void plain(struct buffer *out, const char *word)
{
    for (; *word; word++)
        buffer_append(out, *word == '_' ? " " : word, 1);
}

void wording_value(struct buffer *out, const cJSON *value)
{
    const cJSON *item = NULL;
    bool texts = cJSON_IsArray(value);
    cJSON_ArrayForEach(item, value)
    {
        texts = texts && cJSON_IsString(item);
    }
    if (cJSON_IsString(value)) {
        buffer_string(out, value->valuestring);
    } else if (texts) {
        cJSON_ArrayForEach(item, value)
        {
            buffer_format(out, "%s%s", item == value->child ? "" : ", ", item->valuestring);
        }
    } else if (cJSON_IsBool(value)) {
        buffer_string(out, cJSON_IsTrue(value) ? "true" : "false");
    } else if (value) {
        char *json = cJSON_PrintUnformatted(value);
        buffer_string(out, json ? json : "");
        free(json);
    }
}

void wording_words(struct buffer *out, const cJSON *words, const char *last)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, words)
    {
        if (item != words->child)
            buffer_format(out, "%s", item->next ? ", " : last);
        if (cJSON_IsString(item))
            plain(out, item->valuestring);
        else
            wording_value(out, item);
    }
}

void wording_duration(struct buffer *out, const char *duration)
{
    const char *at = duration + (*duration == 'P');
    bool first = true;
    while (isdigit((unsigned char)*at)) {
        long number = strtol(at, (char **)&at, 10);
        const char *unit = *at == 'Y' ? "year" : *at == 'M' ? "month" : NULL;
        if (!unit)
            break;
        buffer_format(out, "%s%ld %s%s", first ? "" : " and ", number, unit, number == 1 ? "" : "s");
        first = false;
        at++;
    }
    if (*at)
        buffer_string(out, at);
}

/* ---- single conditions --------------------------------------------------------------------------------- */

/* "/data/determination/atas/value" → "determination atas". */
static void field_name(struct buffer *out, const char *pointer)
{
    size_t length = strlen(pointer);
    if (strncmp(pointer, "/data/", 6) == 0) {
        pointer += 6;
        length -= 6;
    }
    if (length > 6 && strcmp(pointer + length - 6, "/value") == 0)
        length -= 6;
    for (size_t i = 0; i < length; i++)
        buffer_append(out, pointer[i] == '/' || pointer[i] == '_' ? " " : &pointer[i], 1);
}

static void say_field(struct buffer *out, const cJSON *condition, const cJSON *pointer, bool opposite)
{
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(condition, "has_any");
    const cJSON *word = cJSON_GetObjectItemCaseSensitive(condition, "is");
    field_name(out, cJSON_IsString(pointer) ? pointer->valuestring : "");
    if (words) {
        bool one = cJSON_GetArraySize(words) == 1;
        buffer_string(out, opposite ? (one ? " has not " : " has none of ") : one ? " has " : " has one of ");
        wording_words(out, words, ", ");
    } else if (word) {
        buffer_string(out, opposite ? " is not " : " is ");
        if (cJSON_IsString(word))
            plain(out, word->valuestring);
        else
            wording_value(out, word);
    } else {
        buffer_string(out, opposite ? " is not given" : " is given");
    }
}

static void part(struct buffer *out, const cJSON *filter, const char *key, const char *before,
                 const char *last)
{
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(filter, key);
    if (!words)
        return;
    buffer_string(out, before);
    wording_words(out, words, last);
}

/* The tie between partner and work: what a match and a partner filter share. */
static void say_tie(struct buffer *out, const cJSON *filter)
{
    const cJSON *current = cJSON_GetObjectItemCaseSensitive(filter, "current");
    const char *within = table_word(filter, "within");
    part(out, filter, "relation", " as ", " or ");
    part(out, filter, "relation_not", " other than as ", " or ");
    if (current)
        buffer_string(out, cJSON_IsTrue(current) ? ", still current" : ", now over");
    if (*within) {
        buffer_string(out, ", ended no longer than ");
        wording_duration(out, within);
        buffer_string(out, " ago if at all");
    }
}

static void say_match(struct buffer *out, const cJSON *condition, const cJSON *filter, bool opposite)
{
    (void)condition;
    buffer_string(out, opposite ? "no partner is listed" : "a partner is listed");
    part(out, filter, "category", " as ", " or ");
    part(out, filter, "effect", " with the effect ", " or ");
    part(out, filter, "list", " on the list ", " or ");
    part(out, filter, "source", " by ", " or ");
    part(out, filter, "basis", " by way of ", " or ");
    if (cJSON_GetObjectItemCaseSensitive(filter, "relation") ||
        cJSON_GetObjectItemCaseSensitive(filter, "relation_not"))
        buffer_string(out, " and takes part");
    say_tie(out, filter);
}

static void say_partner_filter(struct buffer *out, const cJSON *filter)
{
    part(out, filter, "kind", " that is a ", " or ");
    part(out, filter, "country", " from ", " or ");
    part(out, filter, "country_not", " from elsewhere than ", " or ");
    if (cJSON_GetObjectItemCaseSensitive(filter, "relation"))
        buffer_string(out, " takes part");
    say_tie(out, filter);
}

static void say_partner(struct buffer *out, const cJSON *condition, const cJSON *filter, bool opposite)
{
    (void)condition;
    buffer_string(out, opposite ? "there is no partner" : "there is a partner");
    say_partner_filter(out, filter);
}

static void say_question(struct buffer *out, const cJSON *condition, const cJSON *name, bool opposite)
{
    (void)condition;
    buffer_format(out, "Q%s is %s", cJSON_IsString(name) && name->valuestring[0] ? name->valuestring + 1 : "",
                  opposite ? "no" : "yes");
}

static void say_answer(struct buffer *out, const cJSON *condition, const cJSON *name, bool opposite)
{
    (void)condition;
    buffer_format(out, "the answer given to Q%s is %s",
                  cJSON_IsString(name) && name->valuestring[0] ? name->valuestring + 1 : "",
                  opposite ? "no" : "yes");
}

static void say_type(struct buffer *out, const cJSON *condition, const cJSON *types, bool opposite)
{
    (void)condition;
    buffer_string(out, opposite ? "the event is not " : "the event is ");
    wording_words(out, types, " or ");
}

static void say_switch(struct buffer *out, const cJSON *condition, const cJSON *name, bool opposite)
{
    buffer_string(out, "the switch ");
    plain(out, cJSON_IsString(name) ? name->valuestring : "");
    buffer_format(out, " stands at %s%s", opposite ? "something other than " : "",
                  table_word(condition, "is"));
}

static void say_use(struct buffer *out, const cJSON *condition, const cJSON *name, bool opposite)
{
    (void)condition;
    buffer_format(out, "\"%s\" %s", cJSON_IsString(name) ? name->valuestring : "",
                  opposite ? "does not hold" : "holds");
}

static void say_funding(struct buffer *out, const cJSON *condition, const cJSON *asked, bool opposite)
{
    const cJSON *period = cJSON_GetObjectItemCaseSensitive(asked, "total_of");
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(asked, "from");
    (void)condition;
    buffer_format(out, "the source gave %s %s %s", opposite ? "less than" : "at least",
                  table_word(asked, "at_least"), table_word(asked, "currency"));
    if (cJSON_IsString(period)) {
        buffer_string(out, " in all in the ");
        plain(out, period->valuestring);
    } else if (period) {
        buffer_format(out, " in all in the year from %s", table_word(period, "year_from"));
    }
    part(out, asked, "types", " (counting ", " and ");
    buffer_string(out, cJSON_GetObjectItemCaseSensitive(asked, "types") ? ")" : "");
    if (from) {
        buffer_string(out, ", the source being one");
        say_partner_filter(out, from);
    }
}

static void say_engagement(struct buffer *out, const cJSON *condition, const cJSON *asked, bool opposite)
{
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(asked, "when");
    const char *within = table_word(asked, "within");
    (void)condition;
    buffer_string(out, opposite ? "there is no earlier event of the engagement"
                                : "there is an earlier event of the engagement");
    part(out, asked, "types", ", ", " or ");
    if (*within) {
        buffer_string(out, ", of the last ");
        wording_duration(out, within);
    }
    if (when) {
        buffer_string(out, ", of which ");
        say(out, when, false, true);
    }
}

/* ---- composed conditions ------------------------------------------------------------------------------- */

static void join(struct buffer *out, const cJSON *children, const char *between, bool opposite)
{
    const cJSON *child = NULL;
    cJSON_ArrayForEach(child, children)
    {
        if (child != children->child)
            buffer_string(out, between);
        say(out, child, opposite, true);
    }
}

static void say_group(struct buffer *out, const cJSON *children, bool all, bool opposite, bool inner)
{
    bool one = cJSON_GetArraySize(children) == 1;
    /* Not all: one is not. Not any: none is. */
    buffer_string(out, inner && !one ? "(" : "");
    join(out, children, all != opposite ? ", and " : ", or ", opposite);
    buffer_string(out, inner && !one ? ")" : "");
}

static void say_known(struct buffer *out, const cJSON *child, bool opposite)
{
    buffer_string(out, opposite ? "it is not certain that " : "it is certain that ");
    say(out, child, false, true);
}

static void say_unknown(struct buffer *out, const cJSON *child, bool opposite)
{
    buffer_string(out, opposite ? "it is known whether " : "it is not known whether ");
    say(out, child, false, true);
}

static const struct {
    const char *key;
    void (*say)(struct buffer *out, const cJSON *condition, const cJSON *value, bool opposite);
} leaves[] = {{"field", say_field},          {"match", say_match},   {"partner", say_partner},
              {"question", say_question},    {"answer", say_answer}, {"type", say_type},
              {"switch", say_switch},        {"use", say_use},       {"funding", say_funding},
              {"engagement", say_engagement}};

static void say(struct buffer *out, const cJSON *condition, bool opposite, bool inner)
{
    const cJSON *child = NULL;
    if ((child = cJSON_GetObjectItemCaseSensitive(condition, "all")))
        say_group(out, child, true, opposite, inner);
    else if ((child = cJSON_GetObjectItemCaseSensitive(condition, "any")))
        say_group(out, child, false, opposite, inner);
    else if ((child = cJSON_GetObjectItemCaseSensitive(condition, "not")))
        say(out, child, !opposite, inner);
    else if ((child = cJSON_GetObjectItemCaseSensitive(condition, "yes")))
        say_known(out, child, opposite);
    else if ((child = cJSON_GetObjectItemCaseSensitive(condition, "unknown")))
        say_unknown(out, child, opposite);
    for (size_t i = 0; !child && i < sizeof(leaves) / sizeof(leaves[0]); i++)
        if ((child = cJSON_GetObjectItemCaseSensitive(condition, leaves[i].key)))
            leaves[i].say(out, condition, child, opposite);
    if (!child)
        wording_value(out, condition);
}

void wording_condition(struct buffer *out, const cJSON *condition)
{
    say(out, condition, false, false);
}

/* ---- levels and dates ---------------------------------------------------------------------------------- */

static void say_level(struct buffer *out, const cJSON *level)
{
    const char *label = table_word(level, "label");
    buffer_string(out, table_word(level, "level"));
    if (*label)
        buffer_format(out, " (%s)", label);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(level, "needs_information")))
        buffer_string(out, ", and it asks");
}

static void say_level_when(struct buffer *out, const cJSON *level, bool otherwise)
{
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(level, "when");
    buffer_string(out, otherwise && !when ? "else " : "");
    say_level(out, level);
    if (!when)
        return;
    buffer_string(out, " when ");
    say(out, when, false, false);
}

void wording_levels(struct buffer *out, const cJSON *rule)
{
    const cJSON *levels = cJSON_GetObjectItemCaseSensitive(rule, "level"), *level = NULL;
    if (!cJSON_IsArray(levels)) {
        say_level(out, rule);
        return;
    }
    bool every = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "every"));
    buffer_string(out, every ? "each of: " : "");
    cJSON_ArrayForEach(level, levels)
    {
        buffer_string(out, level == levels->child ? "" : "; ");
        say_level_when(out, level, !every && level != levels->child);
    }
}

void wording_due(struct buffer *out, const cJSON *due)
{
    const cJSON *term = NULL, *days = cJSON_GetObjectItemCaseSensitive(due, "days_after");
    if (days) {
        wording_value(out, days);
        buffer_string(out, " days after the event");
        return;
    }
    cJSON_ArrayForEach(term, due)
    {
        buffer_format(out, "%sby %s for what falls between %s and %s", term == due->child ? "" : ", ",
                      table_word(term, "by"), table_word(term, "from"), table_word(term, "to"));
    }
}
