/* SPDX-License-Identifier: Apache-2.0
 *
 * rule.c: reads the rules of a pack and holds each against what its policy can never say.
 */
#include "rules/reader.h"

#include <string.h>
#include "rules/edition.h"

static const char *const level_names[PW_LEVEL_COUNT] = {"none",        "note",     "suggested",
                                                        "recommended", "required", "prohibited"};

static const struct {
    const char *name;
    uint32_t kind;
} kinds[] = {{"judgement", PW_KIND_JUDGEMENT},
             {"legal", PW_KIND_LEGAL},
             {"duty", PW_KIND_DUTY},
             {"verify", PW_KIND_VERIFY}};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

uint32_t pack_level(struct pw_text name)
{
    uint32_t level = 0;
    while (level < PW_LEVEL_COUNT && !text_same(name, level_names[level]))
        level++;
    return level;
}

static int32_t read_level(struct reader *reader, uint32_t node, uint32_t most, uint32_t *ret_level)
{
    struct pw_text name;
    if (reader_text(reader, node, "\"level\"", &name) != PW_OK)
        return PW_ERROR_INVALID;
    uint32_t level = pack_level(name);
    if (level == PW_LEVEL_COUNT || level == PW_LEVEL_NONE)
        return reader_fail(reader, node,
                           "\"%.*s\" is not a level; those are note, suggested, recommended, required, "
                           "prohibited",
                           READER_FMT(name));
    if (level > most)
        return reader_fail(reader, node, "\"%.*s\" is above what this rule can ever say, which is \"%s\"",
                           READER_FMT(name), level_names[most]);
    *ret_level = level;
    return PW_OK;
}

/* The highest level a rule of this kind may declare in this pathway. */
static uint32_t most_for(const struct reader *reader, uint32_t kind, bool asks)
{
    uint32_t most = reader->policy->max_level;
    if ((asks || kind == PW_KIND_DUTY || kind == PW_KIND_VERIFY) && most > PW_LEVEL_SUGGESTED)
        most = PW_LEVEL_SUGGESTED;
    return most;
}

static int32_t read_requests(struct reader *reader, uint32_t node, struct span *ret_requests)
{
    static const char *const names[] = {"what", "who", "when", NULL};
    const struct pw_document_api *api = reader->documents;
    struct pack *pack = reader->pack;
    struct span requests = {pack->request_count, 0};
    if (node != PW_NODE_NONE && api->type(reader->document, node) != PW_JSON_ARRAY)
        return reader_fail(reader, node, "\"unknowns\" must be an array of {\"what\", \"who\"}");
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        uint32_t nodes[3];
        struct request request;
        int32_t status = reader_members(reader, child, "an unknown", names, nodes);
        if (status == PW_OK)
            status = reader_explanation(reader, nodes[0] == PW_NODE_NONE ? child : nodes[0], &request.what);
        if (status == PW_OK)
            status =
                reader_text(reader, nodes[1] == PW_NODE_NONE ? child : nodes[1], "\"who\"", &request.who);
        if (status == PW_OK)
            status = reader_condition(reader, nodes[2], &request.when);
        if (status < 0)
            return status;
        struct request *slot =
            pack_append(&pack->requests, &pack->request_count, &pack->request_room, sizeof request);
        if (!slot)
            return reader_memory(reader);
        *slot = request;
        requests.count++;
    }
    *ret_requests = requests;
    return PW_OK;
}

static const char *const outcome_names[] = {
    "when", "level", "needs_information", "label", "explanation", "answerable_by", "unknowns", "due", NULL};
#define OUTCOME_KEY_COUNT (sizeof outcome_names / sizeof *outcome_names - 1)

/* Reads an outcome from its members; what it leaves out is taken from `inherit`. */
static int32_t read_outcome(struct reader *reader, uint32_t node, const uint32_t *nodes, uint32_t kind,
                            const struct outcome *inherit)
{
    struct pack *pack = reader->pack;
    struct outcome outcome = *inherit;
    int32_t status = reader_condition(reader, nodes[0], &outcome.when);
    if (status == PW_OK && nodes[2] != PW_NODE_NONE) {
        uint32_t type = reader->documents->type(reader->document, nodes[2]);
        if (type != PW_JSON_TRUE && type != PW_JSON_FALSE)
            return reader_fail(reader, nodes[2], "\"needs_information\" must be true or false");
        outcome.asks = type == PW_JSON_TRUE;
    }
    if (outcome.asks && !reader->policy->may_ask)
        return reader_fail(reader, nodes[2] == PW_NODE_NONE ? node : nodes[2], "this pathway never asks");
    if (status == PW_OK && nodes[1] == PW_NODE_NONE)
        return reader_fail(reader, node, "\"level\" is missing");
    if (status == PW_OK)
        status = read_level(reader, nodes[1], most_for(reader, kind, outcome.asks), &outcome.level);
    if (status == PW_OK && nodes[3] != PW_NODE_NONE)
        status = reader_text(reader, nodes[3], "\"label\"", &outcome.label);
    if (status == PW_OK && nodes[4] != PW_NODE_NONE)
        status = reader_explanation(reader, nodes[4], &outcome.explanation);
    if (status == PW_OK && nodes[5] != PW_NODE_NONE)
        status = reader_text(reader, nodes[5], "\"answerable_by\"", &outcome.answerable_by);
    if (status == PW_OK && nodes[6] != PW_NODE_NONE)
        status = read_requests(reader, nodes[6], &outcome.requests);
    if (status == PW_OK && nodes[7] != PW_NODE_NONE)
        status = reader_deadline(reader, nodes[7], &outcome.due);
    if (status < 0)
        return status;
    if (outcome.explanation.count == 0)
        return reader_fail(reader, node, "\"explanation\" is missing");
    if (outcome.asks && (outcome.requests.count == 0 || outcome.answerable_by.length == 0))
        return reader_fail(reader, node,
                           "who asks must say what and whom: \"unknowns\" and \"answerable_by\"");
    struct outcome *slot =
        pack_append(&pack->outcomes, &pack->outcome_count, &pack->outcome_room, sizeof outcome);
    uint32_t *entry =
        pack_append(&reader->entries, &reader->entry_count, &reader->entry_room, sizeof *reader->entries);
    if (!slot || !entry)
        return reader_memory(reader);
    *slot = outcome;
    *entry = node;
    return PW_OK;
}

enum rule_key {
    RULE_ID,
    RULE_KIND,
    RULE_REQUIREMENTS,
    RULE_TYPES,
    RULE_WHEN,
    RULE_LEVEL,
    RULE_EVERY,
    RULE_NEEDS_INFORMATION,
    RULE_IF_UNKNOWN,
    RULE_EVIDENCE,
    RULE_LABEL,
    RULE_COSTS,
    RULE_BENEFITS,
    RULE_MITIGATIONS,
    RULE_ANSWERABLE_BY,
    RULE_UNKNOWNS,
    RULE_EXPLANATION,
    RULE_DUE,
    RULE_KEY_COUNT
};

static const char *const rule_names[RULE_KEY_COUNT + 1] = {"id",
                                                           "kind",
                                                           "requirements",
                                                           "types",
                                                           "when",
                                                           "level",
                                                           "every",
                                                           "needs_information",
                                                           "if_unknown",
                                                           "evidence",
                                                           "label",
                                                           "costs",
                                                           "benefits",
                                                           "mitigations",
                                                           "answerable_by",
                                                           "unknowns",
                                                           "explanation",
                                                           "due",
                                                           NULL};

/* What all outcomes of a rule share, unless one says otherwise. */
static int32_t read_shared(struct reader *reader, const uint32_t *nodes, struct outcome *ret_outcome)
{
    struct outcome outcome = {.when = PACK_NONE};
    int32_t status = PW_OK;
    if (nodes[RULE_LABEL] != PW_NODE_NONE)
        status = reader_text(reader, nodes[RULE_LABEL], "\"label\"", &outcome.label);
    if (status == PW_OK && nodes[RULE_EXPLANATION] != PW_NODE_NONE)
        status = reader_explanation(reader, nodes[RULE_EXPLANATION], &outcome.explanation);
    if (status == PW_OK && nodes[RULE_ANSWERABLE_BY] != PW_NODE_NONE)
        status = reader_text(reader, nodes[RULE_ANSWERABLE_BY], "\"answerable_by\"", &outcome.answerable_by);
    if (status == PW_OK)
        status = read_requests(reader, nodes[RULE_UNKNOWNS], &outcome.requests);
    if (status == PW_OK && nodes[RULE_DUE] != PW_NODE_NONE)
        status = reader_deadline(reader, nodes[RULE_DUE], &outcome.due);
    if (status == PW_OK)
        *ret_outcome = outcome;
    return status;
}

static int32_t read_outcomes(struct reader *reader, uint32_t rule_node, const uint32_t *nodes,
                             struct rule *rule)
{
    const struct pw_document_api *api = reader->documents;
    struct outcome shared;
    int32_t status = read_shared(reader, nodes, &shared);
    rule->when_unknown = PACK_NONE;
    if (status == PW_OK && nodes[RULE_IF_UNKNOWN] != PW_NODE_NONE) {
        uint32_t own[OUTCOME_KEY_COUNT];
        struct outcome asking = shared;
        asking.asks = true;
        status = reader_members(reader, nodes[RULE_IF_UNKNOWN], "\"if_unknown\"", outcome_names, own);
        if (status == PW_OK)
            status = read_outcome(reader, nodes[RULE_IF_UNKNOWN], own, rule->kind, &asking);
        rule->when_unknown = reader->pack->outcome_count - 1;
    }
    rule->outcomes.first = reader->pack->outcome_count;
    if (status == PW_OK && api->type(reader->document, nodes[RULE_LEVEL]) != PW_JSON_ARRAY) {
        uint32_t own[OUTCOME_KEY_COUNT];
        for (uint32_t i = 0; i < OUTCOME_KEY_COUNT; i++)
            own[i] = PW_NODE_NONE;
        own[1] = nodes[RULE_LEVEL];
        own[2] = nodes[RULE_NEEDS_INFORMATION];
        status = read_outcome(reader, rule_node, own, rule->kind, &shared);
    } else if (status == PW_OK && nodes[RULE_NEEDS_INFORMATION] != PW_NODE_NONE) {
        status = reader_fail(reader, nodes[RULE_NEEDS_INFORMATION],
                             "with a list of levels, \"needs_information\" belongs to each level");
    }
    if (api->type(reader->document, nodes[RULE_LEVEL]) == PW_JSON_ARRAY)
        for (uint32_t child = api->first(reader->document, nodes[RULE_LEVEL]);
             status == PW_OK && child != PW_NODE_NONE; child = api->next(reader->document, child)) {
            uint32_t own[OUTCOME_KEY_COUNT];
            status = reader_members(reader, child, "a level", outcome_names, own);
            if (status == PW_OK)
                status = read_outcome(reader, child, own, rule->kind, &shared);
        }
    rule->outcomes.count = reader->pack->outcome_count - rule->outcomes.first;
    if (status == PW_OK && rule->outcomes.count == 0)
        return reader_fail(reader, nodes[RULE_LEVEL], "a list of levels needs at least one");
    return status;
}

static int32_t read_kind(struct reader *reader, uint32_t node, uint32_t *ret_kind)
{
    struct pw_text name;
    if (reader_text(reader, node, "\"kind\"", &name) != PW_OK)
        return PW_ERROR_INVALID;
    size_t i = 0;
    while (i < KIND_COUNT && !text_same(name, kinds[i].name))
        i++;
    if (i == KIND_COUNT)
        return reader_fail(reader, node, "\"%.*s\" is not a kind; those are judgement, legal, duty, verify",
                           READER_FMT(name));
    if (reader->policy->legal_only && kinds[i].kind == PW_KIND_JUDGEMENT)
        return reader_fail(reader, node,
                           "law is kept apart from judgement: this pathway's rules are legal or duty");
    if (kinds[i].kind == PW_KIND_VERIFY && !reader->policy->may_ask)
        return reader_fail(reader, node, "this pathway never verifies");
    *ret_kind = kinds[i].kind;
    return PW_OK;
}

/* Other names the plugin host would refuse when the rule fires, which is late. */
static bool plain(struct pw_text id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    for (size_t i = 0; i < id.length; i++)
        if (!memchr(letters, id.data[i], sizeof letters - 1))
            return false;
    return true;
}

static int32_t check_id(struct reader *reader, uint32_t node, struct pw_text id)
{
    const struct pack *pack = reader->pack;
    if (id.length > 64 || !memchr(id.data, '.', id.length) || !plain(id))
        return reader_fail(reader, node,
                           "a rule's id is dotted and at most 64 of a-z, 0-9, '.', '_' and '-', e.g. "
                           "\"research.q1_access\"");
    for (uint32_t i = 0; i < pack->rule_count; i++)
        if (text_same_text(pack->rules[i].id, id))
            return reader_fail(reader, node, "the id \"%.*s\" is used by an earlier rule", READER_FMT(id));
    return PW_OK;
}

static int32_t read_every(struct reader *reader, const uint32_t *nodes, bool *ret_every)
{
    if (nodes[RULE_EVERY] == PW_NODE_NONE)
        return PW_OK;
    if (reader->documents->type(reader->document, nodes[RULE_EVERY]) != PW_JSON_TRUE)
        return reader_fail(reader, nodes[RULE_EVERY], "\"every\" takes true, or is left out");
    if (reader->documents->type(reader->document, nodes[RULE_LEVEL]) != PW_JSON_ARRAY)
        return reader_fail(reader, nodes[RULE_EVERY], "\"every\" needs a list of levels");
    *ret_every = true;
    return PW_OK;
}

static int32_t read_evidence(struct reader *reader, uint32_t node, bool *ret_whole_partner)
{
    struct pw_text word = {0};
    if (node != PW_NODE_NONE && reader_text(reader, node, "\"evidence\"", &word) != PW_OK)
        return PW_ERROR_INVALID;
    if (word.length && !field_choice("match|partner", word))
        return reader_fail(reader, node,
                           "\"evidence\" is \"match\" (what fired) or \"partner\" (all of its matches)");
    *ret_whole_partner = text_same(word, "partner");
    return PW_OK;
}

/* Costs and benefits are both there or the rule is not (R04). */
static int32_t read_lists(struct reader *reader, uint32_t node, const uint32_t *nodes, struct rule *rule)
{
    if (nodes[RULE_REQUIREMENTS] == PW_NODE_NONE || nodes[RULE_COSTS] == PW_NODE_NONE ||
        nodes[RULE_BENEFITS] == PW_NODE_NONE)
        return reader_fail(reader, node, "\"requirements\", \"costs\" and \"benefits\" must be given");
    int32_t status =
        reader_words(reader, nodes[RULE_REQUIREMENTS], "\"requirements\"", NULL, &rule->requirements);
    if (status == PW_OK)
        status = reader_words(reader, nodes[RULE_COSTS], "\"costs\"", NULL, &rule->costs);
    if (status == PW_OK)
        status = reader_words(reader, nodes[RULE_BENEFITS], "\"benefits\"", NULL, &rule->benefits);
    if (status == PW_OK)
        status = reader_words(reader, nodes[RULE_MITIGATIONS], "\"mitigations\"", NULL, &rule->mitigations);
    return status;
}

static int32_t read_rule(struct reader *reader, uint32_t node)
{
    uint32_t nodes[RULE_KEY_COUNT];
    struct pack *pack = reader->pack;
    struct rule rule = {.types = UINT64_MAX, .when = PACK_NONE};
    reader->rule = reader->documents->text(reader->document,
                                           reader->documents->find(reader->document, node, PW_TEXT("/id")));
    int32_t status = reader_members(reader, node, "a rule", rule_names, nodes);
    if (status == PW_OK)
        status =
            reader_text(reader, nodes[RULE_ID] == PW_NODE_NONE ? node : nodes[RULE_ID], "\"id\"", &rule.id);
    if (status == PW_OK)
        status = check_id(reader, nodes[RULE_ID], rule.id);
    if (status == PW_OK)
        status = read_kind(reader, nodes[RULE_KIND] == PW_NODE_NONE ? node : nodes[RULE_KIND], &rule.kind);
    reader->duty = rule.kind == PW_KIND_DUTY;
    if (status == PW_OK && nodes[RULE_TYPES] != PW_NODE_NONE)
        status = reader_types(reader, nodes[RULE_TYPES], &rule.types);
    if (status == PW_OK)
        status = reader_condition(reader, nodes[RULE_WHEN], &rule.when);
    if (status == PW_OK)
        status = read_lists(reader, node, nodes, &rule);
    if (status == PW_OK)
        status = read_evidence(reader, nodes[RULE_EVIDENCE], &rule.whole_partner);
    if (status == PW_OK)
        status = read_every(reader, nodes, &rule.every);
    if (status == PW_OK && nodes[RULE_LEVEL] == PW_NODE_NONE)
        status = reader_fail(reader, node, "\"level\" is missing");
    if (status == PW_OK)
        status = read_outcomes(reader, node, nodes, &rule);
    if (status < 0)
        return status;
    if (rule.kind == PW_KIND_VERIFY && (pack->verify != PACK_NONE || rule.when != PACK_NONE))
        return reader_fail(reader, node,
                           "one rule of kind verify, without \"when\": it stands for what rests on weak "
                           "matches alone");
    if (rule.kind == PW_KIND_VERIFY)
        pack->verify = pack->rule_count;
    struct rule *slot = pack_append(&pack->rules, &pack->rule_count, &pack->rule_room, sizeof rule);
    if (!slot)
        return reader_memory(reader);
    *slot = rule;
    slot->version = edition_version(reader, node);
    return slot->version ? PW_OK : reader_memory(reader);
}

int32_t reader_rules(struct reader *reader, uint32_t node)
{
    const struct pw_document_api *api = reader->documents;
    if (api->type(reader->document, node) != PW_JSON_ARRAY || api->count(reader->document, node) == 0)
        return reader_fail(reader, node, "\"rules\" must be an array with at least one rule");
    if (api->count(reader->document, node) > PACK_MAX_RULES)
        return reader_fail(reader, node, "%u rules; a pack holds at most %u",
                           api->count(reader->document, node), PACK_MAX_RULES);
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        int32_t status = read_rule(reader, child);
        if (status < 0)
            return status;
    }
    reader->rule = (struct pw_text){0};
    reader->duty = false;
    if (reader->policy->may_ask && reader->pack->verify == PACK_NONE && reader->pack->filter_count > 0)
        return reader_fail(reader, node,
                           "a rule of kind \"verify\" is missing: weak matches must lead somewhere");
    return reader_never(reader);
}
