/* SPDX-License-Identifier: Apache-2.0
 *
 * assessment.c: reads an event once and values conditions on it.
 */
#include "rules/assessment.h"

#include <string.h>
#include "rules/date.h"

uint32_t assessment_field(const struct assessment *assessment, uint32_t field)
{
    uint32_t node = assessment->scene.home[fields[field].home];
    if (node == PW_NODE_NONE || fields[field].below[0] == '\0')
        return node;
    struct pw_text below = {fields[field].below, strlen(fields[field].below)};
    return assessment->documents->find(assessment->scene.event, node, below);
}

struct pw_text assessment_text(const struct assessment *assessment, const char *field_name)
{
    uint32_t field = field_by_name((struct pw_text){field_name, strlen(field_name)});
    return assessment->documents->text(assessment->scene.event, assessment_field(assessment, field));
}

uint32_t assessment_partner_of(const struct assessment *assessment, struct pw_text pointer)
{
    static const char prefix[] = "/data/partner/";
    size_t length = sizeof prefix - 1;
    if (pointer.length <= length || memcmp(pointer.data, prefix, length) != 0)
        return PW_NODE_NONE;
    size_t end = length;
    while (end < pointer.length && pointer.data[end] != '/')
        end++;
    struct pw_text element = {pointer.data + length - 1, end - length + 1};
    return assessment->documents->find(assessment->scene.event, assessment->scene.home[HOME_PARTNER],
                                       element);
}

struct member {
    const char *name;
    size_t offset;
};

static const struct member match_members[] = {
    {"source", offsetof(struct match, source)},     {"list", offsetof(struct match, list)},
    {"entry", offsetof(struct match, entry)},       {"entry_name", offsetof(struct match, entry_name)},
    {"category", offsetof(struct match, category)}, {"effect", offsetof(struct match, effect)},
    {"basis", offsetof(struct match, basis)},       {"snapshot", offsetof(struct match, snapshot)},
    {"text", offsetof(struct match, text)},         {"pointer", offsetof(struct match, pointer)},
    {"note", offsetof(struct match, note)},
};

static void read_value(const struct pw_document_api *api, const struct pw_document *facts, uint32_t value,
                       struct match *match)
{
    for (uint32_t child = api->first(facts, value); child != PW_NODE_NONE; child = api->next(facts, child)) {
        struct pw_text key = api->key(facts, child), text = api->text(facts, child);
        if (text_same(key, "reportable"))
            match->weak |= api->type(facts, child) == PW_JSON_FALSE;
        if (text_same(key, "stale"))
            match->stale = api->type(facts, child) == PW_JSON_TRUE;
        for (size_t i = 0; i < sizeof match_members / sizeof *match_members; i++)
            if (text_same(key, match_members[i].name))
                memcpy((char *)match + match_members[i].offset, &text, sizeof text);
    }
}

struct tie assessment_tie(const struct assessment *assessment, uint32_t partner)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *event = assessment->scene.event;
    struct tie tie = {0};
    bool stands = false;
    int64_t to;
    for (uint32_t child = api->first(event, partner); child != PW_NODE_NONE;
         child = api->next(event, child)) {
        struct pw_text key = api->key(event, child);
        if (text_same(key, "relation"))
            tie.relation = api->text(event, child);
        else if (text_same(key, "to"))
            tie.to = api->text(event, child);
        else if (text_same(key, "current")) {
            tie.over = api->type(event, child) == PW_JSON_FALSE;
            stands = api->type(event, child) == PW_JSON_TRUE;
        }
    }
    if (!stands && date_parse(tie.to, &to) && to < assessment->day)
        tie.over = true;
    return tie;
}

/* A tie that is over, and nobody said since when, may or may not lie within a window. */
enum truth assessment_tie_stands(const struct assessment *assessment, const struct tie *tie, uint32_t current,
                                 uint32_t months)
{
    int64_t to;
    if (current != FILTER_CURRENT_ANY && tie->over != (current == FILTER_CURRENT_NO))
        return TRUTH_NO;
    if (months == 0 || !tie->over)
        return TRUTH_YES;
    if (!date_parse(tie->to, &to))
        return TRUTH_UNKNOWN;
    return truth_of(to >= date_months_before(assessment->day, months));
}

static bool made_by_machine(const struct assessment *assessment, uint32_t partner)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *event = assessment->scene.event;
    return text_same(api->text(event, api->find(event, partner, PW_TEXT("/assertion"))), "machine");
}

static void read_match(struct assessment *assessment, const struct pw_document *facts, uint32_t fact)
{
    const struct pw_document_api *api = assessment->documents;
    struct match *match = &assessment->matches[assessment->match_count];
    *match = (struct match){.partner = PW_NODE_NONE};
    struct pw_text pointer = api->text(facts, api->find(facts, fact, PW_TEXT("/pointer")));
    read_value(api, facts, api->find(facts, fact, PW_TEXT("/value")), match);
    if (match->pointer.length == 0)
        match->pointer = pointer;
    match->partner = assessment_partner_of(assessment, pointer.length ? pointer : match->pointer);
    match->tie = assessment_tie(assessment, match->partner);
    match->machine = made_by_machine(assessment, match->partner);
    match->weak |= match->machine || !field_choice("id_exact|name_exact|alias_exact", match->basis);
    assessment->weak_count += match->weak;
    assessment->match_count++;
}

static bool same_entry(const struct match *a, const struct match *b)
{
    return text_same_text(a->source, b->source) && text_same_text(a->entry, b->entry);
}

bool assessment_same_partner(const struct match *a, const struct match *b)
{
    return a->partner == b->partner && (a->partner != PW_NODE_NONE || same_entry(a, b));
}

/* The affiliation as printed says who, not how: where a partner is the same entry, the partner's relation is
 * meant. */
static void relate_printed(struct assessment *assessment)
{
    for (uint32_t i = 0; i < assessment->match_count; i++) {
        struct match *printed = &assessment->matches[i];
        for (uint32_t k = 0; printed->partner == PW_NODE_NONE && k < assessment->match_count; k++) {
            const struct match *stated = &assessment->matches[k];
            if (stated->partner == PW_NODE_NONE || !same_entry(printed, stated))
                continue;
            printed->tie = stated->tie;
            break;
        }
    }
}

static void read_earlier(struct assessment *assessment, uint32_t fact)
{
    const struct pw_document_api *api = assessment->documents;
    if (assessment->earlier_count < ASSESSMENT_MAX_EARLIER)
        assessment->earlier[assessment->earlier_count++] =
            api->find(assessment->facts, fact, PW_TEXT("/value"));
    else
        assessment->earlier_left_out = true;
}

static void read_facts(struct assessment *assessment)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *facts = assessment->facts;
    for (uint32_t fact = facts ? api->first(facts, PW_NODE_ROOT) : PW_NODE_NONE; fact != PW_NODE_NONE;
         fact = api->next(facts, fact)) {
        struct pw_text name = api->text(facts, api->find(facts, fact, PW_TEXT("/fact")));
        if (text_same(name, "list.match") && assessment->match_count < ASSESSMENT_MAX_MATCHES)
            read_match(assessment, facts, fact);
        else if (text_same(name, "engagement.event"))
            read_earlier(assessment, fact);
        else if (text_same(name, "engagement.left_out"))
            assessment->earlier_left_out = true;
    }
    relate_printed(assessment);
}

struct scene assessment_scene(const struct assessment *assessment, const struct pw_document *document,
                              uint32_t event)
{
    const struct pw_document_api *api = assessment->documents;
    struct scene scene = {.event = document};
    for (uint32_t i = 0; i < HOME_COUNT; i++)
        scene.home[i] = PW_NODE_NONE;
    scene.type = event_type_index(api->text(document, api->find(document, event, PW_TEXT("/type"))));
    uint32_t data = api->find(document, event, PW_TEXT("/data"));
    for (uint32_t child = api->first(document, data); child != PW_NODE_NONE;
         child = api->next(document, child)) {
        enum field_home home = field_home_of(api->key(document, child));
        if (home < HOME_COUNT)
            scene.home[home] = child;
    }
    return scene;
}

void assessment_read(struct assessment *assessment, const struct pw_message *message)
{
    assessment->facts = message->facts;
    assessment->day = date_of_instant(message->as_of);
    assessment->scene = assessment_scene(assessment, message->event, PW_NODE_ROOT);
    assessment->with_weak = assessment->earlier_left_out = false;
    assessment->match_count = assessment->weak_count = assessment->earlier_count = 0;
    read_facts(assessment);
}

void assessment_use(struct assessment *assessment, const struct pack *pack)
{
    assessment->pack = pack;
    assessment->with_weak = false;
    memset(assessment->question, -1, sizeof assessment->question);
}

static bool holds(const struct pack *pack, struct span words, struct pw_text word, bool dotted)
{
    for (uint32_t i = 0; i < words.count; i++) {
        struct pw_text asked = pack->words[words.first + i];
        if (text_same_text(asked, word))
            return true;
        if (dotted && word.length > asked.length && word.data[asked.length] == '.' &&
            memcmp(word.data, asked.data, asked.length) == 0)
            return true;
    }
    return false;
}

bool assessment_among(const struct assessment *assessment, struct span words, struct pw_text word)
{
    return words.count == 0 || holds(assessment->pack, words, word, false);
}

enum truth assessment_passes(const struct assessment *assessment, const struct match *match,
                             const struct filter *filter)
{
    if (match->weak && !assessment->with_weak)
        return TRUTH_NO;
    bool passes = assessment_among(assessment, filter->category, match->category) &&
                  assessment_among(assessment, filter->effect, match->effect) &&
                  assessment_among(assessment, filter->basis, match->basis) &&
                  assessment_among(assessment, filter->list, match->list) &&
                  assessment_among(assessment, filter->source, match->source) &&
                  assessment_among(assessment, filter->relation, match->tie.relation) &&
                  !holds(assessment->pack, filter->relation_not, match->tie.relation, false);
    return passes ? assessment_tie_stands(assessment, &match->tie, filter->current, filter->months)
                  : TRUTH_NO;
}

static enum truth value_of_match(const struct assessment *assessment, const struct filter *filter)
{
    enum truth value = TRUTH_NO;
    for (uint32_t i = 0; i < assessment->match_count && value != TRUTH_YES; i++)
        value = truth_or(value, assessment_passes(assessment, &assessment->matches[i], filter));
    return value;
}

/* One value against the words: what is absent, null or "unknown" is unknown. */
static enum truth value_of_word(const struct assessment *assessment, const struct condition *condition,
                                uint32_t node)
{
    const struct pw_document_api *api = assessment->documents;
    uint32_t type = api->type(assessment->scene.event, node);
    struct pw_text word = api->text(assessment->scene.event, node);
    if (type == PW_JSON_TRUE)
        word = PW_TEXT("true");
    else if (type == PW_JSON_FALSE)
        word = PW_TEXT("false");
    if (word.length == 0 || text_same(word, "unknown"))
        return TRUTH_UNKNOWN;
    return truth_of(holds(assessment->pack, condition->words, word, fields[condition->subject].dotted));
}

static enum truth value_of_words(const struct assessment *assessment, const struct condition *condition)
{
    const struct pw_document_api *api = assessment->documents;
    uint32_t node = assessment_field(assessment, condition->subject);
    if (api->type(assessment->scene.event, node) != PW_JSON_ARRAY)
        return value_of_word(assessment, condition, node);
    if (api->count(assessment->scene.event, node) == 0)
        return TRUTH_UNKNOWN; /* an empty list says nothing; "none" says none */
    enum truth value = TRUTH_NO;
    for (uint32_t child = api->first(assessment->scene.event, node);
         child != PW_NODE_NONE && value != TRUTH_YES; child = api->next(assessment->scene.event, child))
        value = truth_or(value, value_of_word(assessment, condition, child));
    return value;
}

uint32_t assessment_word(const struct assessment *assessment, const struct condition *condition)
{
    for (uint32_t i = 0; i < condition->words.count; i++) {
        struct condition one = *condition;
        one.words = (struct span){condition->words.first + i, 1};
        if (value_of_words(assessment, &one) == TRUTH_YES)
            return condition->words.first + i;
    }
    return PACK_NONE;
}

static bool is_blank(struct pw_text text)
{
    while (text.length > 0 && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    return text.length == 0;
}

static enum truth value_of_presence(const struct assessment *assessment, uint32_t field)
{
    const struct pw_document_api *api = assessment->documents;
    uint32_t node = assessment_field(assessment, field);
    switch (api->type(assessment->scene.event, node)) {
    case PW_JSON_ABSENT:
    case PW_JSON_NULL:
        return TRUTH_NO;
    case PW_JSON_STRING:
        return truth_of(!is_blank(api->text(assessment->scene.event, node)));
    case PW_JSON_ARRAY:
    case PW_JSON_OBJECT:
        return truth_of(api->count(assessment->scene.event, node) > 0);
    default:
        return TRUTH_YES;
    }
}

enum truth assessment_answer(const struct assessment *assessment, uint32_t question)
{
    static const struct pw_text pointers[QUESTION_COUNT] = {
        {"/q1/answer", 10}, {"/q2/answer", 10}, {"/q3/answer", 10}};
    const struct pw_document_api *api = assessment->documents;
    uint32_t questions = assessment->scene.home[HOME_QUESTIONS];
    struct pw_text answer =
        api->text(assessment->scene.event, api->find(assessment->scene.event, questions, pointers[question]));
    if (text_same(answer, "yes"))
        return TRUTH_YES;
    return text_same(answer, "no") ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* Facts can say yes and override an answer; that they do not say it is no answer (requirements: the
 * questions). */
enum truth assessment_question(struct assessment *assessment, uint32_t question)
{
    int8_t *known = &assessment->question[assessment->with_weak][question];
    if (*known < 0) {
        bool yes = assessment->pack->asked[question] &&
                   assessment_value(assessment, assessment->pack->questions[question].facts) == TRUTH_YES;
        *known = (int8_t)(yes ? TRUTH_YES : assessment_answer(assessment, question));
    }
    return (enum truth) * known;
}

static enum truth value_of_children(struct assessment *assessment, const struct condition *condition)
{
    bool all = condition->op == CONDITION_ALL;
    enum truth value = all ? TRUTH_YES : TRUTH_NO, settled = all ? TRUTH_NO : TRUTH_YES;
    for (uint32_t child = condition->child; child != PACK_NONE && value != settled;
         child = assessment->pack->conditions[child].next) {
        enum truth one = assessment_value(assessment, child);
        value = all ? truth_and(value, one) : truth_or(value, one);
    }
    return value;
}

enum truth assessment_value(struct assessment *assessment, uint32_t index)
{
    if (index == PACK_NONE)
        return TRUTH_YES;
    const struct condition *condition = &assessment->pack->conditions[index];
    switch (condition->op) {
    case CONDITION_ALL:
    case CONDITION_ANY:
        return value_of_children(assessment, condition);
    case CONDITION_NOT:
        return truth_not(assessment_value(assessment, condition->child));
    case CONDITION_KNOWN_YES:
        return truth_of(assessment_value(assessment, condition->child) == TRUTH_YES);
    case CONDITION_UNKNOWN:
        return truth_of(assessment_value(assessment, condition->child) == TRUTH_UNKNOWN);
    case CONDITION_USE:
        return assessment_value(assessment, condition->child);
    case CONDITION_WORDS:
        return value_of_words(assessment, condition);
    case CONDITION_PRESENT:
        return value_of_presence(assessment, condition->subject);
    case CONDITION_MATCH:
        return value_of_match(assessment, &assessment->pack->filters[condition->subject]);
    case CONDITION_QUESTION:
        return assessment_question(assessment, condition->subject);
    case CONDITION_ANSWER:
        return assessment_answer(assessment, condition->subject);
    case CONDITION_TYPE:
        return truth_of(condition->types >> assessment->scene.type & 1);
    case CONDITION_SWITCH:
        return truth_of(condition->subject == assessment->pack->seven_sons);
    case CONDITION_PARTNER:
        return assessment_partner(assessment, &assessment->pack->partners[condition->subject]);
    case CONDITION_FUNDING:
        return assessment_funding(assessment, &assessment->pack->fundings[condition->subject], NULL);
    case CONDITION_ENGAGEMENT:
        return assessment_engagement(assessment, condition, NULL);
    }
    return TRUTH_UNKNOWN;
}
