/* SPDX-License-Identifier: Apache-2.0
 *
 * partner.c: conditions on partners as the event names them, whether a list knows them or not. A country is read by
 * reporting duties alone, which are deadlines and hold nothing (R24, R46).
 */
#include "rules/assessment.h"
#include "rules/date.h"
#include "rules/reader.h"

static const char partner_kinds[] = "university|company|government|military|nonprofit";

int32_t reader_current(struct reader *reader, uint32_t node, uint32_t *ret_current)
{
    uint32_t type = reader->documents->type(reader->document, node);
    if (node == PW_NODE_NONE)
        return PW_OK;
    if (type != PW_JSON_TRUE && type != PW_JSON_FALSE)
        return reader_fail(reader, node, "\"current\" must be true or false");
    *ret_current = type == PW_JSON_TRUE ? FILTER_CURRENT_YES : FILTER_CURRENT_NO;
    return PW_OK;
}

int32_t reader_months(struct reader *reader, uint32_t node, uint32_t *ret_months)
{
    struct pw_text text;
    if (node == PW_NODE_NONE)
        return PW_OK;
    if (reader_text(reader, node, "\"within\"", &text) != PW_OK)
        return PW_ERROR_INVALID;
    if (!date_parse_months(text, ret_months))
        return reader_fail(
            reader, node,
            "\"within\" is a duration of years and months, at most a hundred years, e.g. \"P5Y\"");
    return PW_OK;
}

static int32_t read_countries(struct reader *reader, uint32_t node, const char *what, struct span *ret_words)
{
    int32_t status = reader_words(reader, node, what, NULL, ret_words);
    if (status == PW_OK && node != PW_NODE_NONE && !reader->duty)
        return reader_fail(reader, node,
                           "only a rule of kind \"duty\" may read a country, and in its own conditions: a "
                           "country alone decides nothing");
    for (uint32_t i = 0; status == PW_OK && i < ret_words->count; i++) {
        struct pw_text word = reader->pack->words[ret_words->first + i];
        if (word.length != 2 || word.data[0] < 'A' || word.data[0] > 'Z' || word.data[1] < 'A' ||
            word.data[1] > 'Z')
            return reader_fail(reader, node, "\"%.*s\" is not a country's two letters (ISO 3166-1)",
                               READER_FMT(word));
    }
    return status;
}

int32_t reader_partner_filter(struct reader *reader, uint32_t node, struct partner_filter *ret_filter)
{
    static const char *const names[] = {"relation", "kind",   "country", "country_not",
                                        "current",  "within", NULL};
    uint32_t nodes[6];
    struct partner_filter filter = {0};
    int32_t status = reader_members(reader, node, "a partner", names, nodes);
    if (status == PW_OK)
        status = reader_words(reader, nodes[0], "\"relation\"", partner_relations, &filter.relation);
    if (status == PW_OK)
        status = reader_words(reader, nodes[1], "\"kind\"", partner_kinds, &filter.kind);
    if (status == PW_OK)
        status = read_countries(reader, nodes[2], "\"country\"", &filter.country);
    if (status == PW_OK)
        status = read_countries(reader, nodes[3], "\"country_not\"", &filter.country_not);
    if (status == PW_OK)
        status = reader_current(reader, nodes[4], &filter.current);
    if (status == PW_OK)
        status = reader_months(reader, nodes[5], &filter.months);
    if (status == PW_OK)
        *ret_filter = filter;
    return status;
}

int32_t reader_partner(struct reader *reader, const uint32_t *nodes, uint32_t depth, uint32_t condition)
{
    (void)depth;
    struct pack *pack = reader->pack;
    struct partner_filter filter;
    int32_t status = reader_partner_filter(reader, nodes[0], &filter);
    if (status < 0)
        return status;
    struct partner_filter *slot =
        pack_append(&pack->partners, &pack->partner_count, &pack->partner_room, sizeof filter);
    if (!slot)
        return reader_memory(reader);
    *slot = filter;
    pack->conditions[condition].op = CONDITION_PARTNER;
    pack->conditions[condition].subject = pack->partner_count - 1;
    return PW_OK;
}

/* What nobody said of a partner is unknown. */
static enum truth is_among(const struct assessment *assessment, struct span words, struct pw_text word)
{
    if (words.count == 0)
        return TRUTH_YES;
    if (word.length == 0 || text_same(word, "unknown"))
        return TRUTH_UNKNOWN;
    return truth_of(assessment_among(assessment, words, word));
}

enum truth assessment_partner_is(const struct assessment *assessment, uint32_t partner,
                                 const struct partner_filter *filter)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *event = assessment->scene.event;
    struct tie tie = assessment_tie(assessment, partner);
    struct pw_text country = api->text(event, api->find(event, partner, PW_TEXT("/country")));
    struct pw_text kind = api->text(event, api->find(event, partner, PW_TEXT("/kind")));
    enum truth value = is_among(assessment, filter->relation, tie.relation);
    value = truth_and(value, is_among(assessment, filter->kind, kind));
    value = truth_and(value, is_among(assessment, filter->country, country));
    if (filter->country_not.count)
        value = truth_and(value, truth_not(is_among(assessment, filter->country_not, country)));
    return truth_and(value, assessment_tie_stands(assessment, &tie, filter->current, filter->months));
}

enum truth assessment_partner(const struct assessment *assessment, const struct partner_filter *filter)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *event = assessment->scene.event;
    enum truth value = TRUTH_NO;
    for (uint32_t partner = api->first(event, assessment->scene.home[HOME_PARTNER]);
         partner != PW_NODE_NONE && value != TRUTH_YES; partner = api->next(event, partner))
        value = truth_or(value, assessment_partner_is(assessment, partner, filter));
    return value;
}
