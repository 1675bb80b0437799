/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_maker.h: makes conditions, an event and facts by the choices that some bytes are. Included by the fuzzer of packs
 * only.
 */
#ifndef PATHWAYD_TESTS_PACK_MAKER_H
#define PATHWAYD_TESTS_PACK_MAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/buffer.h"
#include "rules/field.h"

#define MOST_DEPTH   5
#define MOST_CHOICES 400 /* of one piece; past them only the first choice is left */

static void require(int condition)
{
    if (!condition)
        abort();
}

struct maker {
    const uint8_t *data;
    size_t size;
    uint64_t more; /* goes on where the bytes end, so that short inputs make whole packs as well */
    uint32_t made;
    bool asking; /* no condition may ask for the word "unknown" */
    struct buffer out;
};

static uint32_t choose(struct maker *maker, uint32_t count)
{
    if (++maker->made > MOST_CHOICES)
        return 0;
    if (maker->size == 0) { /* xorshift64* */
        maker->more ^= maker->more >> 12;
        maker->more ^= maker->more << 25;
        maker->more ^= maker->more >> 27;
        return (uint32_t)((maker->more * UINT64_C(2685821657736338717)) >> 33) % count;
    }
    maker->size--;
    maker->more = (maker->more ^ *maker->data) * 1099511628211u;
    return *maker->data++ % count;
}

static void say(struct maker *maker, const char *text)
{
    buffer_string(&maker->out, text);
}

/* One word of "a|b|c"; without a vocabulary, one of two. */
static void word(struct maker *maker, const char *choices)
{
    uint32_t count = 1;
    const char *first = choices = choices ? choices : "ai|ai.large_model";
    for (const char *at = choices; *at; at++)
        count += *at == '|';
    for (uint32_t skip = choose(maker, count); skip > 0; skip--)
        choices = strchr(choices, '|') + 1;
    if (maker->asking && strncmp(choices, "unknown", 7) == 0)
        choices = first;
    size_t length = strcspn(choices, "|");
    bool bare = strncmp(choices, "true", length) == 0 || strncmp(choices, "false", length) == 0;
    buffer_format(&maker->out, bare ? "%.*s" : "\"%.*s\"", (int)length, choices);
}

static void words(struct maker *maker, const char *choices)
{
    say(maker, "[");
    for (uint32_t more = choose(maker, 3) + 1; more > 0; more--) {
        word(maker, choices);
        say(maker, more > 1 ? "," : "]");
    }
}

static void filter(struct maker *maker, bool match)
{
    static const char *const windows[] = {"", ",\"within\":\"P1Y\"", ",\"within\":\"P10Y\"",
                                          ",\"current\":true", ",\"current\":false"};
    say(maker, "\"relation\":");
    words(maker, partner_relations);
    if (match && choose(maker, 2)) {
        say(maker, ",\"relation_not\":");
        words(maker, partner_relations);
    }
    if (match && choose(maker, 2)) {
        say(maker, ",\"category\":");
        words(maker, match_categories);
    }
    say(maker, windows[choose(maker, 5)]);
}

static void types(struct maker *maker)
{
    static const char *const patterns[] = {"*", "agreement.*", "funding.*", "agreement.signed",
                                           "visa.petition.filed"};
    buffer_format(&maker->out, "[\"%s\"]", patterns[choose(maker, 5)]);
}

/* ---- conditions ---- */

/* Where a condition stands decides what it may ask. */
enum where { IN_RULE, IN_DEFINITION, IN_EARLIER };

static void condition(struct maker *maker, enum where where, uint32_t depth);

static void field(struct maker *maker, enum where where)
{
    uint32_t number = choose(maker, field_count);
    while (fields[number].kind == FIELD_TEXT ||
           (where == IN_DEFINITION && fields[number].ground == GROUND_ACCESS))
        number = (number + 1) % field_count;
    buffer_format(&maker->out, "\"field\":\"%s\",", fields[number].pointer);
    switch (choose(maker, 3)) {
    case 0:
        say(maker, "\"is\":");
        word(maker, fields[number].choices);
        break;
    case 1:
        say(maker, "\"has_any\":");
        words(maker, fields[number].choices);
        break;
    default:
        say(maker, "\"present\":true");
    }
}

static void several(struct maker *maker, const char *op, enum where where, uint32_t depth)
{
    buffer_format(&maker->out, "\"%s\":[", op);
    for (uint32_t more = choose(maker, 3) + 1; more > 0; more--) {
        condition(maker, where, depth + 1);
        say(maker, more > 1 ? "," : "]");
    }
}

static void inner(struct maker *maker, const char *op, enum where where, uint32_t depth)
{
    buffer_format(&maker->out, "\"%s\":", op);
    condition(maker, where, depth + 1);
}

static void of_other_events(struct maker *maker, enum where where, uint32_t depth, bool funding)
{
    static const char *const periods[] = {"", ",\"total_of\":\"calendar_year\"",
                                          ",\"total_of\":\"half_year\"", ",\"total_of\":\"twelve_months\""};
    if (where != IN_RULE) {
        say(maker, "\"type\":");
        types(maker);
    } else if (funding) {
        say(maker, "\"funding\":{\"at_least\":\"1000.50\",\"currency\":\"USD\",\"types\":");
        types(maker);
        say(maker, periods[choose(maker, 4)]);
        say(maker, ",\"from\":{");
        filter(maker, false);
        say(maker, "}}");
    } else {
        say(maker, "\"engagement\":{\"within\":\"P3Y\",\"types\":");
        types(maker);
        say(maker, ",\"when\":");
        condition(maker, IN_EARLIER, depth + 1);
        say(maker, "}");
    }
}

static void leaf(struct maker *maker, enum where where, uint32_t depth)
{
    switch (choose(maker, 9)) {
    case 0:
    case 1:
        field(maker, where);
        break;
    case 2:
        say(maker, where == IN_EARLIER ? "\"partner\":{" : "\"match\":{");
        filter(maker, where != IN_EARLIER);
        say(maker, "}");
        break;
    case 3:
        buffer_format(&maker->out,
                      where == IN_RULE      ? "\"question\":\"q%u\""
                      : where == IN_EARLIER ? "\"answer\":\"q%u\""
                                            : "\"field\":\"/data/role\",\"is\":\"pi\"",
                      choose(maker, 3) + 1);
        break;
    case 4:
        buffer_format(&maker->out,
                      where == IN_DEFINITION ? "\"field\":\"/data/role\",\"is\":\"staff\""
                                             : "\"answer\":\"q%u\"",
                      choose(maker, 3) + 1);
        break;
    case 5:
        say(maker, choose(maker, 2) ? "\"switch\":\"seven_sons\",\"is\":\"ban\""
                                    : "\"switch\":\"seven_sons\",\"is\":\"extra-scrutiny\"");
        break;
    case 6:
        say(maker, "\"partner\":{");
        filter(maker, false);
        say(maker, "}");
        break;
    default:
        of_other_events(maker, where, depth, choose(maker, 2));
    }
}

static void condition(struct maker *maker, enum where where, uint32_t depth)
{
    maker->asking = true;
    uint32_t op = depth >= MOST_DEPTH ? 9 : choose(maker, 12);
    say(maker, "{");
    if (op < 3)
        several(maker, "all", where, depth);
    else if (op < 4)
        several(maker, "any", where, depth);
    else if (op < 6)
        inner(maker, "not", where, depth);
    else if (op < 7)
        inner(maker, "yes", where, depth);
    else if (op < 8)
        inner(maker, "unknown", where, depth);
    else if (op < 9 && where == IN_RULE)
        buffer_format(&maker->out, "\"use\":\"d%u\"", choose(maker, 2));
    else
        leaf(maker, where, depth);
    say(maker, "}");
}

/* ---- packs, events and facts ---- */

#define RULE_TEXT                                                                                            \
    "\"requirements\":[\"R00\"],\"costs\":[\"c\"],\"benefits\":[\"b\"],\"explanation\":\"[{institution}, "   \
    "]{total}[{role}]it fired.\""
#define HEAD_TEXT                                                                                            \
    "{\"pack\":\"made\",\"version\":\"1\",\"effective_from\":\"2022-01-01\",\"as_of\":\"2026-01-01\","       \
    "\"source\":\"a fuzzer\",\"verified\":false,\"regime\":\"made\",\"pathways\":{\"research\":{\"define\":"
#define VERIFY_TEXT                                                                                          \
    "{\"id\":\"verify.affiliation\",\"kind\":\"verify\",\"level\":\"suggested\",\"needs_information\":true," \
    "\"answerable_by\":\"x\",\"unknowns\":[{\"what\":\"?\",\"who\":\"x\"}]," RULE_TEXT "}"

struct made {
    char *define, *when, *own, *types; /* JSON */
    char *event, *facts;
};

static char *made_by(struct maker *maker)
{
    char *text = buffer_take(&maker->out, NULL);
    require(text != NULL);
    maker->asking = false;
    maker->made = 0; /* each piece has choices of its own */
    return text;
}

static void field_value(struct maker *maker, const struct field *one)
{
    bool several_words = one->kind == FIELD_WORDS;
    say(maker, several_words ? "[" : "");
    word(maker, one->kind == FIELD_TEXT ? " |something" : one->choices);
    if (several_words && choose(maker, 2)) {
        say(maker, ",");
        word(maker, one->choices);
    }
    say(maker, several_words ? "]" : "");
}

/* Fields of one home stand together in the table. */
static void event_fields(struct maker *maker)
{
    for (uint32_t i = 0; i < field_count; i++) {
        const char *home = field_homes[fields[i].home], *below = fields[i].below;
        bool first = i == 0 || fields[i - 1].home != fields[i].home;
        bool last = i + 1 == field_count || fields[i + 1].home != fields[i].home,
             given = choose(maker, 3) > 0;
        if (*below && first)
            buffer_format(&maker->out, ",\"%s\":{\"amount\":\"200\",\"currency\":\"USD\"", home);
        if (given) {
            size_t length = strcspn(*below ? below + 1 : below, "/");
            bool value = *below && below[1 + length] == '/';
            buffer_format(&maker->out, ",\"%.*s\":%s", (int)(*below ? length : strlen(home)),
                          *below ? below + 1 : home, value ? "{\"value\":" : "");
            field_value(maker, &fields[i]);
            say(maker, value ? "}" : "");
        }
        say(maker, *below && last ? "}" : "");
    }
}

static void event(struct maker *maker)
{
    static const char *const answers[] = {"yes", "no", "unknown"};
    static const char *const ends[] = {"", ",\"current\":false", ",\"current\":false,\"to\":\"2024-06-30\"",
                                       ",\"current\":true"};
    static const char *const kinds[] = {"agreement.signed", "funding.gift.received", "visa.petition.filed",
                                        "publication.published", "something.else"};
    buffer_format(&maker->out,
                  "{\"time\":\"2024-03-02T09:00:00Z\",\"type\":\"org.pathwayd.%s.v1\",\"data\":{",
                  kinds[choose(maker, 5)]);
    say(maker, "\"partner\":[{\"name\":\"Institute\",\"kind\":\"company\",\"relation\":");
    word(maker, partner_relations);
    buffer_format(&maker->out, "%s}],\"questions\":{\"q0\":{}", ends[choose(maker, 4)]);
    for (uint32_t i = 1; i <= 3; i++)
        buffer_format(&maker->out, ",\"q%u\":{\"answer\":\"%s\"}", i, answers[choose(maker, 3)]);
    say(maker, "}");
    event_fields(maker);
    say(maker, "}}");
}

static void facts(struct maker *maker)
{
    say(maker, "[{\"fact\":\"list.match\",\"pointer\":\"/data/partner/"
               "0\",\"value\":{\"source\":\"s\",\"category\":");
    word(maker, match_categories);
    say(maker, ",\"effect\":");
    word(maker, match_effects);
    say(maker, ",\"basis\":");
    word(maker, match_bases);
    say(maker, "}},{\"fact\":\"engagement.event\",\"pointer\":\"\",\"value\":");
    event(maker);
    say(maker, choose(maker, 2) ? "},{\"fact\":\"engagement.left_out\",\"pointer\":\"\",\"value\":{}" : "");
    say(maker,
        "},{\"fact\":\"funding.earlier\",\"pointer\":\"/data/partner/0\",\"value\":{\"type\":\"funding.gift."
        "received\",\"time\":\"2026-01-10T00:00:00Z\",\"funding\":{\"amount\":\"900\",\"currency\":\"USD\"}}}"
        "]");
}

static struct made make(struct maker *maker)
{
    struct made made;
    condition(maker, IN_RULE, 0);
    made.when = made_by(maker);
    condition(maker, IN_RULE, 0);
    made.own = made_by(maker);
    types(maker);
    made.types = made_by(maker);
    event(maker);
    made.event = made_by(maker);
    facts(maker);
    made.facts = made_by(maker);
    say(maker, "{\"d0\":");
    condition(maker, IN_DEFINITION, 1);
    say(maker, ",\"d1\":{\"not\":{\"use\":\"d0\"}}},\"questions\":{\"q1\":{\"field\":\"/data/"
               "resources\",\"has_any\":"
               "[\"compute\"]},\"q2\":{\"use\":\"d1\"},\"q3\":{\"use\":\"d0\"}},\"rules\":[");
    made.define = made_by(maker);
    return made;
}

static void unmake(struct made *made)
{
    free(made->define);
    free(made->when);
    free(made->own);
    free(made->types);
    free(made->event);
    free(made->facts);
}

#endif
