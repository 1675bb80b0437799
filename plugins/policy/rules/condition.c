/* SPDX-License-Identifier: Apache-2.0
 *
 * condition.c: reads the conditions of a pack into the flat tree that assessment.c values.
 *
 * A condition is an object with one operator, e.g. {"all": […]}, {"field": "/data/applications", "has_any":
 * […]}. Only what field.c lists can be read.
 */
#include "rules/reader.h"

#include <string.h>

/* One operator: its name, further keys it takes, and how it is read. */
struct operator_entry {
    const char *const *keys; /* the operator first */
    int32_t (*read)(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition);
};

static int32_t read_at(struct reader *reader, uint32_t node, uint32_t depth, uint32_t *ret_condition);

static struct condition *at(struct reader *reader, uint32_t condition)
{
    return &reader->pack->conditions[condition];
}

static int32_t read_children(struct reader *reader, uint32_t node, uint32_t depth, uint32_t condition)
{
    const struct pw_document_api *api = reader->documents;
    if (api->type(reader->document, node) != PW_JSON_ARRAY || api->count(reader->document, node) == 0)
        return reader_fail(reader, node, "\"all\" and \"any\" take an array with at least one condition");
    uint32_t last = PACK_NONE;
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        uint32_t read;
        int32_t status = read_at(reader, child, depth + 1, &read);
        if (status < 0)
            return status;
        if (last == PACK_NONE)
            at(reader, condition)->child = read;
        else
            at(reader, last)->next = read;
        last = read;
    }
    return PW_OK;
}

static int32_t read_all(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    at(reader, condition)->op = CONDITION_ALL;
    return read_children(reader, nodes[0], depth, condition);
}

static int32_t read_any(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    at(reader, condition)->op = CONDITION_ANY;
    return read_children(reader, nodes[0], depth, condition);
}

static int32_t read_one(struct reader *reader, uint32_t node, uint32_t depth, uint32_t condition,
                        enum condition_op op)
{
    uint32_t child;
    int32_t status = read_at(reader, node, depth + 1, &child);
    if (status < 0)
        return status;
    at(reader, condition)->op = op;
    at(reader, condition)->child = child;
    return PW_OK;
}

static int32_t read_not(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    return read_one(reader, nodes[0], depth, condition, CONDITION_NOT);
}

static int32_t read_yes(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    return read_one(reader, nodes[0], depth, condition, CONDITION_KNOWN_YES);
}

static int32_t read_unknown(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    return read_one(reader, nodes[0], depth, condition, CONDITION_UNKNOWN);
}

static int32_t read_use(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    struct pw_text name;
    if (reader_text(reader, nodes[0], "\"use\"", &name) != PW_OK)
        return PW_ERROR_INVALID;
    for (uint32_t i = 0; i < reader->definition_count; i++)
        if (text_same_text(reader->definitions[i].name, name)) {
            at(reader, condition)->op = CONDITION_USE;
            at(reader, condition)->child = reader->definitions[i].condition;
            return PW_OK;
        }
    return reader_fail(reader, nodes[0], "\"%.*s\" is not defined above this place in \"define\"",
                       READER_FMT(name));
}

/* Q2 and Q3 must not be answered by what answers Q1, or Q1 alone could hold after all (R15). */
static int32_t check_ground(struct reader *reader, uint32_t node, const struct field *field)
{
    if (reader->question >= 1 && reader->question < QUESTION_COUNT && field->ground == GROUND_ACCESS)
        return reader_fail(reader, node, "\"%s\" answers q1; q%u must not rest on it", field->pointer,
                           reader->question + 1);
    return PW_OK;
}

static int32_t read_field_words(struct reader *reader, const uint32_t *nodes, const struct field *field,
                                uint32_t condition)
{
    bool several = nodes[1] != PW_NODE_NONE; /* "has_any", else "is" */
    uint32_t node = several ? nodes[1] : nodes[2];
    struct span words = {reader->pack->word_count, 1};
    if (field->kind == FIELD_TEXT)
        return reader_fail(reader, node, "of \"%s\" only \"present\" can be asked", field->pointer);
    int32_t status = several ? reader_words(reader, node, field->pointer, field->choices, &words)
                             : reader_word(reader, node, field->pointer, field->choices);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < words.count; i++)
        if (text_same(reader->pack->words[words.first + i], "unknown"))
            return reader_fail(reader, node,
                               "\"unknown\" is a value of its own: ask {\"unknown\": {…}} instead");
    at(reader, condition)->op = CONDITION_WORDS;
    at(reader, condition)->words = words;
    return PW_OK;
}

static int32_t read_field(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    struct pw_text pointer;
    if (reader_text(reader, nodes[0], "\"field\"", &pointer) != PW_OK)
        return PW_ERROR_INVALID;
    uint32_t field = field_by_pointer(pointer);
    if (field == field_count)
        return reader_fail(reader, nodes[0], "\"%.*s\" is not a field that rules may read",
                           READER_FMT(pointer));
    if (check_ground(reader, nodes[0], &fields[field]) < 0)
        return PW_ERROR_INVALID;
    uint32_t given = 0;
    for (uint32_t i = 1; i < 4; i++)
        given += nodes[i] != PW_NODE_NONE;
    if (given != 1)
        return reader_fail(reader, nodes[0],
                           "a \"field\" takes exactly one of \"has_any\", \"is\", \"present\"");
    at(reader, condition)->subject = field;
    if (nodes[3] == PW_NODE_NONE)
        return read_field_words(reader, nodes, &fields[field], condition);
    if (reader->documents->type(reader->document, nodes[3]) != PW_JSON_TRUE)
        return reader_fail(reader, nodes[3], "\"present\" takes true; for the opposite use \"not\"");
    at(reader, condition)->op = CONDITION_PRESENT;
    return PW_OK;
}

static int32_t read_filter(struct reader *reader, uint32_t node, struct filter *ret_filter)
{
    static const char *const names[] = {"category", "effect",       "basis",   "list",   "source",
                                        "relation", "relation_not", "current", "within", NULL};
    uint32_t nodes[9];
    struct filter filter = {0};
    int32_t status = reader_members(reader, node, "\"match\"", names, nodes);
    struct {
        const char *choices;
        struct span *words;
    } parts[] = {{match_categories, &filter.category},
                 {match_effects, &filter.effect},
                 {match_bases, &filter.basis},
                 {NULL, &filter.list},
                 {NULL, &filter.source},
                 {partner_relations, &filter.relation},
                 {partner_relations, &filter.relation_not}};
    for (uint32_t i = 0; status == PW_OK && i < sizeof parts / sizeof *parts; i++)
        status = reader_words(reader, nodes[i], names[i], parts[i].choices, parts[i].words);
    if (status == PW_OK)
        status = reader_current(reader, nodes[7], &filter.current);
    if (status == PW_OK)
        status = reader_months(reader, nodes[8], &filter.months);
    if (status < 0)
        return status;
    *ret_filter = filter;
    return PW_OK;
}

static int32_t read_match(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    struct pack *pack = reader->pack;
    struct filter filter;
    int32_t status = read_filter(reader, nodes[0], &filter);
    if (status < 0)
        return status;
    struct filter *slot = pack_append(&pack->filters, &pack->filter_count, &pack->filter_room, sizeof filter);
    if (!slot)
        return reader_memory(reader);
    *slot = filter;
    at(reader, condition)->op = CONDITION_MATCH;
    at(reader, condition)->subject = pack->filter_count - 1;
    return PW_OK;
}

static int32_t read_question_name(struct reader *reader, uint32_t node, uint32_t condition,
                                  enum condition_op op)
{
    struct pw_text name;
    if (reader_text(reader, node, "a question", &name) != PW_OK)
        return PW_ERROR_INVALID;
    if (name.length != 2 || name.data[0] != 'q' || name.data[1] < '1' || name.data[1] > '3')
        return reader_fail(reader, node, "\"%.*s\" is not a question; those are q1, q2, q3",
                           READER_FMT(name));
    uint32_t question = (uint32_t)(name.data[1] - '1');
    if (reader->question < QUESTION_COUNT)
        return reader_fail(reader, node, "a question is defined by facts, not by questions");
    if (op == CONDITION_QUESTION && !reader->pack->asked[question])
        return reader_fail(reader, node, "%.*s is not defined in \"questions\"", READER_FMT(name));
    at(reader, condition)->op = op;
    at(reader, condition)->subject = question;
    return PW_OK;
}

static int32_t read_question(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    return read_question_name(reader, nodes[0], condition, CONDITION_QUESTION);
}

static int32_t read_answer(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    return read_question_name(reader, nodes[0], condition, CONDITION_ANSWER);
}

int32_t reader_types(struct reader *reader, uint32_t node, uint64_t *ret_types)
{
    struct span words;
    uint64_t types = 0;
    int32_t status = reader_words(reader, node, "event types", NULL, &words);
    for (uint32_t i = 0; status == PW_OK && i < words.count; i++) {
        uint64_t bits = event_type_bits(reader->pack->words[words.first + i]);
        if (!bits)
            return reader_fail(reader, node,
                               "\"%.*s\" names no event type; write e.g. \"agreement.signed\" or "
                               "\"agreement.*\"",
                               READER_FMT(reader->pack->words[words.first + i]));
        types |= bits;
    }
    if (status == PW_OK)
        *ret_types = types;
    return status;
}

static int32_t read_type(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    uint64_t types;
    int32_t status = reader_types(reader, nodes[0], &types);
    if (status < 0)
        return status;
    at(reader, condition)->op = CONDITION_TYPE;
    at(reader, condition)->types = types;
    return PW_OK;
}

static int32_t read_switch(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    struct pw_text name, position;
    if (reader_text(reader, nodes[0], "\"switch\"", &name) != PW_OK ||
        reader_text(reader, nodes[1], "\"is\" of a switch", &position) != PW_OK)
        return PW_ERROR_INVALID;
    if (!text_same(name, "seven_sons"))
        return reader_fail(reader, nodes[0], "the only switch is \"seven_sons\"");
    if (!field_choice("ban|extra-scrutiny", position))
        return reader_fail(reader, nodes[1], "\"seven_sons\" is \"ban\" or \"extra-scrutiny\"");
    at(reader, condition)->op = CONDITION_SWITCH;
    at(reader, condition)->subject = text_same(position, "ban") ? SWITCH_BAN : SWITCH_EXTRA_SCRUTINY;
    return PW_OK;
}

static const struct operator_entry operators[] = {
    {(const char *const[]){"all", NULL}, read_all},
    {(const char *const[]){"any", NULL}, read_any},
    {(const char *const[]){"not", NULL}, read_not},
    {(const char *const[]){"yes", NULL}, read_yes},
    {(const char *const[]){"unknown", NULL}, read_unknown},
    {(const char *const[]){"use", NULL}, read_use},
    {(const char *const[]){"field", "has_any", "is", "present", NULL}, read_field},
    {(const char *const[]){"match", NULL}, read_match},
    {(const char *const[]){"question", NULL}, read_question},
    {(const char *const[]){"answer", NULL}, read_answer},
    {(const char *const[]){"type", NULL}, read_type},
    {(const char *const[]){"switch", "is", NULL}, read_switch},
    {(const char *const[]){"partner", NULL}, reader_partner},
    {(const char *const[]){"funding", NULL}, reader_funding},
    {(const char *const[]){"engagement", NULL}, reader_engagement},
};

static const struct operator_entry *operator_of(struct reader *reader, uint32_t node)
{
    const struct pw_document_api *api = reader->documents;
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child))
        for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
            if (text_same(api->key(reader->document, child), operators[i].keys[0]))
                return &operators[i];
    return NULL;
}

/* Remembers where the condition stands and what it costs. */
static int32_t place(struct reader *reader, uint32_t node, uint32_t index)
{
    const struct condition *condition = at(reader, index);
    uint32_t steps = 1;
    for (uint32_t child = condition->child; child != PACK_NONE && steps <= READER_MAX_STEPS;
         child = at(reader, child)->next)
        steps += reader->places[child].steps;
    reader->places[index] = (struct place){node, steps};
    if (steps > READER_MAX_STEPS)
        return reader_fail(reader, node, "with all that it uses this condition takes more than %u steps",
                           READER_MAX_STEPS);
    return PW_OK;
}

static int32_t read_at(struct reader *reader, uint32_t node, uint32_t depth, uint32_t *ret_condition)
{
    struct pack *pack = reader->pack;
    if (depth > PACK_MAX_DEPTH)
        return reader_fail(reader, node, "conditions are nested more than %u deep", PACK_MAX_DEPTH);
    if (pack->condition_count >= PACK_MAX_CONDITIONS)
        return reader_fail(reader, node, "more than %u conditions", PACK_MAX_CONDITIONS);
    const struct operator_entry *entry = operator_of(reader, node);
    if (!entry)
        return reader_fail(reader, node,
                           "a condition is an object with one of all, any, not, yes, unknown, use, "
                           "field, match, question, answer, type, switch, partner, funding, engagement");
    uint32_t nodes[4];
    int32_t status = reader_members(reader, node, "a condition", entry->keys, nodes);
    if (status < 0)
        return status;
    struct condition *condition =
        pack_append(&pack->conditions, &pack->condition_count, &pack->condition_room, sizeof *condition);
    if (!condition ||
        !pack_append(&reader->places, &reader->place_count, &reader->place_room, sizeof *reader->places))
        return reader_memory(reader);
    condition->child = condition->next = PACK_NONE;
    uint32_t index = pack->condition_count - 1;
    status = entry->read(reader, nodes, depth, index);
    if (status == PW_OK)
        status = place(reader, node, index);
    if (status == PW_OK)
        *ret_condition = index;
    return status;
}

int32_t reader_condition_within(struct reader *reader, uint32_t node, uint32_t depth, uint32_t *ret_condition)
{
    return read_at(reader, node, depth, ret_condition);
}

int32_t reader_condition(struct reader *reader, uint32_t node, uint32_t *ret_condition)
{
    if (node == PW_NODE_NONE) {
        *ret_condition = PACK_NONE;
        return PW_OK;
    }
    return read_at(reader, node, 0, ret_condition);
}
