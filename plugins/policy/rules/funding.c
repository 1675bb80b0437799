/* SPDX-License-Identifier: Apache-2.0
 *
 * funding.c: conditions on how much a source gave, in this event or in the period it falls into. Sums are exact, and
 * of one currency: an amount in another, unless the office's rates (rates.h) say what it is worth, makes a sum that stays
 * below its threshold unknown, never smaller.
 *
 * What the source gave before comes as facts (fact.h, "funding.earlier"), of events that are earlier by their own
 * time, so that the order in which events arrive changes nothing.
 */
#include "rules/assessment.h"
#include "rules/date.h"
#include "rules/reader.h"

/* ---- reading ---- */

static int32_t read_period(struct reader *reader, uint32_t node, struct funding *funding)
{
    struct pw_text text;
    uint32_t from;
    const char *what = "\"total_of\"";
    if (node == PW_NODE_NONE)
        return PW_OK;
    funding->from_month = funding->from_day = 1;
    if (reader->documents->type(reader->document, node) == PW_JSON_OBJECT) {
        static const char *const names[] = {"year_from", NULL};
        if (reader_members(reader, node, what, names, &from) < 0 ||
            reader_text(reader, from == PW_NODE_NONE ? node : from, "\"year_from\"", &text) < 0)
            return PW_ERROR_INVALID;
        if (!date_parse_yearly(text, &funding->from_month, &funding->from_day))
            return reader_fail(reader, from, "\"year_from\" is a day of every year, \"MM-DD\"");
        funding->period = FUNDING_YEAR;
        return PW_OK;
    }
    if (reader_text(reader, node, what, &text) < 0)
        return PW_ERROR_INVALID;
    if (text_same(text, "calendar_year"))
        funding->period = FUNDING_YEAR;
    else if (text_same(text, "half_year"))
        funding->period = FUNDING_HALF_YEAR;
    else if (text_same(text, "twelve_months"))
        funding->period = FUNDING_TWELVE_MONTHS;
    else
        return reader_fail(
            reader, node,
            "%s is \"calendar_year\", \"half_year\", \"twelve_months\" or {\"year_from\": \"MM-DD\"}", what);
    return PW_OK;
}

static bool is_currency(struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return text.length == 3;
}

static int32_t read_threshold(struct reader *reader, const uint32_t *nodes, struct funding *funding)
{
    struct pw_text amount;
    if (nodes[0] == PW_NODE_NONE || nodes[1] == PW_NODE_NONE)
        return reader_fail(reader, nodes[0] == PW_NODE_NONE ? nodes[1] : nodes[0],
                           "\"funding\" takes \"at_least\" and \"currency\"");
    if (reader_text(reader, nodes[0], "\"at_least\"", &amount) < 0 ||
        reader_text(reader, nodes[1], "\"currency\"", &funding->currency) < 0)
        return PW_ERROR_INVALID;
    if (!money_parse(amount, &funding->at_least))
        return reader_fail(reader, nodes[0], "\"at_least\" is an exact decimal in quotes, e.g. \"250000\"");
    if (!is_currency(funding->currency))
        return reader_fail(reader, nodes[1], "\"currency\" is three letters (ISO 4217), e.g. \"USD\"");
    return PW_OK;
}

int32_t reader_funding(struct reader *reader, const uint32_t *operator_nodes, uint32_t depth,
                       uint32_t condition)
{
    (void)depth;
    static const char *const names[] = {"at_least", "currency", "total_of", "types", "from", NULL};
    uint32_t nodes[5];
    struct pack *pack = reader->pack;
    struct funding funding = {.types = event_type_bits(PW_TEXT("funding.*"))};
    if (reader->question < QUESTION_COUNT)
        return reader_fail(reader, operator_nodes[0], "a sum answers no question");
    int32_t status = reader_members(reader, operator_nodes[0], "\"funding\"", names, nodes);
    if (status == PW_OK)
        status =
            nodes[0] == PW_NODE_NONE && nodes[1] == PW_NODE_NONE
                ? reader_fail(reader, operator_nodes[0], "\"funding\" takes \"at_least\" and \"currency\"")
                : read_threshold(reader, nodes, &funding);
    if (status == PW_OK)
        status = read_period(reader, nodes[2], &funding);
    if (status == PW_OK && nodes[3] != PW_NODE_NONE)
        status = reader_types(reader, nodes[3], &funding.types);
    if (status == PW_OK && nodes[4] != PW_NODE_NONE)
        status = reader_partner_filter(reader, nodes[4], &funding.from);
    if (status < 0)
        return status;
    struct funding *slot =
        pack_append(&pack->fundings, &pack->funding_count, &pack->funding_room, sizeof funding);
    if (!slot)
        return reader_memory(reader);
    *slot = funding;
    pack->conditions[condition].op = CONDITION_FUNDING;
    pack->conditions[condition].subject = pack->funding_count - 1;
    return PW_OK;
}

/* ---- valuing ---- */

/* The first day that counts together with `day`. */
static int64_t period_begin(const struct funding *funding, int64_t day)
{
    struct civil civil = date_civil(day);
    if (funding->period == FUNDING_TWELVE_MONTHS)
        return date_months_before(day, 12) + 1;
    if (funding->period == FUNDING_HALF_YEAR)
        return date_day((struct civil){civil.year, civil.month <= 6 ? 1 : 7, 1});
    int64_t begin = date_day((struct civil){civil.year, funding->from_month, funding->from_day});
    return begin <= day ? begin
                        : date_day((struct civil){civil.year - 1, funding->from_month, funding->from_day});
}

/* Adds the `funding` object of an event of that day. */
static void add(const struct assessment *assessment, const struct funding *asked,
                const struct pw_document *document, uint32_t node, int64_t day, struct sum *sum)
{
    const struct pw_document_api *api = assessment->documents;
    struct pw_text text = api->text(document, api->find(document, node, PW_TEXT("/amount")));
    struct pw_text currency = api->text(document, api->find(document, node, PW_TEXT("/currency")));
    money amount;
    sum->gifts++;
    bool known = money_parse(text, &amount), same = text_same_text(currency, asked->currency);
    if (known && !same)
        known = rates_convert(assessment->rates, currency, asked->currency, day, &amount);
    if (!known) {
        sum->vague = true;
        return;
    }
    sum->total += amount;
    sum->converted |= !same;
}

static bool counts(const struct assessment *assessment, const struct funding *asked, uint32_t value,
                   int64_t *ret_day)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *facts = assessment->facts;
    struct pw_text time = api->text(facts, api->find(facts, value, PW_TEXT("/time")));
    struct pw_text type = api->text(facts, api->find(facts, value, PW_TEXT("/type")));
    time.length = time.length > DATE_SIZE - 1 ? DATE_SIZE - 1 : time.length;
    return asked->types >> event_type_index(type) & 1 && date_parse(time, ret_day) &&
           *ret_day >= period_begin(asked, assessment->day);
}

/* What the partner gave before, in the period. */
static void add_earlier(const struct assessment *assessment, const struct funding *asked, uint32_t partner,
                        struct sum *sum)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *facts = assessment->facts;
    for (uint32_t fact = facts ? api->first(facts, PW_NODE_ROOT) : PW_NODE_NONE; fact != PW_NODE_NONE;
         fact = api->next(facts, fact)) {
        struct pw_text name = api->text(facts, api->find(facts, fact, PW_TEXT("/fact")));
        bool left_out = text_same(name, "funding.left_out");
        if ((!left_out && !text_same(name, "funding.earlier")) ||
            assessment_partner_of(assessment,
                                  api->text(facts, api->find(facts, fact, PW_TEXT("/pointer")))) != partner)
            continue;
        int64_t day;
        uint32_t value = api->find(facts, fact, PW_TEXT("/value"));
        if (left_out)
            sum->vague = true;
        else if (counts(assessment, asked, value, &day))
            add(assessment, asked, facts, api->find(facts, value, PW_TEXT("/funding")), day, sum);
    }
}

static enum truth reaches(const struct sum *sum, const struct funding *asked)
{
    if (sum->total >= asked->at_least)
        return TRUTH_YES;
    return sum->vague ? TRUTH_UNKNOWN : TRUTH_NO;
}

/* Who gave is the partner that is said to be the funder, or the only one there is. */
static bool is_source(const struct assessment *assessment, uint32_t partner)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *event = assessment->scene.event;
    struct pw_text relation = api->text(event, api->find(event, partner, PW_TEXT("/relation")));
    return text_same(relation, "funder") || api->count(event, assessment->scene.home[HOME_PARTNER]) == 1;
}

static void keep_greatest(const struct sum *sum, struct sum *ret_sum)
{
    if (ret_sum && (!ret_sum->gifts || sum->total > ret_sum->total))
        *ret_sum = *sum;
}

enum truth assessment_funding(const struct assessment *assessment, const struct funding *asked,
                              struct sum *ret_sum)
{
    const struct pw_document_api *api = assessment->documents;
    const struct pw_document *event = assessment->scene.event;
    enum truth value = TRUTH_NO;
    struct sum own = {0};
    bool sourced = false;
    if (!(asked->types >> assessment->scene.type & 1))
        return TRUTH_NO;
    add(assessment, asked, event, assessment->scene.home[HOME_FUNDING], assessment->day, &own);
    for (uint32_t partner = api->first(event, assessment->scene.home[HOME_PARTNER]); partner != PW_NODE_NONE;
         partner = api->next(event, partner)) {
        struct sum sum = own;
        if (!is_source(assessment, partner))
            continue;
        sourced = true;
        if (asked->period != FUNDING_ALONE)
            add_earlier(assessment, asked, partner, &sum);
        value = truth_or(
            value, truth_and(reaches(&sum, asked), assessment_partner_is(assessment, partner, &asked->from)));
        keep_greatest(&sum, ret_sum);
    }
    if (sourced)
        return value;
    /* Nobody said who gave, so what they gave before and who they are is unknown. */
    keep_greatest(&own, ret_sum);
    enum truth reached = reaches(&own, asked);
    return truth_and(TRUTH_UNKNOWN, asked->period == FUNDING_ALONE ? reached : TRUTH_UNKNOWN);
}
