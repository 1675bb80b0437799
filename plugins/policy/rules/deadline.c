/* SPDX-License-Identifier: Apache-2.0
 *
 * deadline.c: the date by which a statute wants something done: so many days after the event, or the day that goes
 * with the part of the year it falls into ("due": [{"from": "01-01", "to": "06-30", "by": "07-31"}, …]).
 */
#include "rules/deadline.h"

#include "rules/reader.h"

#define DAYS_AFTER_MAX 3660

static int32_t read_day(struct reader *reader, uint32_t term, uint32_t node, uint32_t *month, uint32_t *day)
{
    struct pw_text text;
    if (reader_text(reader, node == PW_NODE_NONE ? term : node, "\"from\", \"to\" and \"by\" of a term",
                    &text) < 0)
        return PW_ERROR_INVALID;
    if (!date_parse_yearly(text, month, day))
        return reader_fail(reader, node, "\"%.*s\" is not a day of every year, \"MM-DD\"", READER_FMT(text));
    return PW_OK;
}

static int32_t read_term(struct reader *reader, uint32_t node)
{
    static const char *const names[] = {"from", "to", "by", NULL};
    uint32_t nodes[3];
    struct pack *pack = reader->pack;
    struct term term;
    int32_t status = reader_members(reader, node, "a term", names, nodes);
    if (status == PW_OK)
        status = read_day(reader, node, nodes[0], &term.from_month, &term.from_day);
    if (status == PW_OK)
        status = read_day(reader, node, nodes[1], &term.to_month, &term.to_day);
    if (status == PW_OK)
        status = read_day(reader, node, nodes[2], &term.by_month, &term.by_day);
    if (status < 0)
        return status;
    if (term.from_month > term.to_month || (term.from_month == term.to_month && term.from_day > term.to_day))
        return reader_fail(reader, node, "a term begins before it ends, within one year");
    struct term *slot = pack_append(&pack->terms, &pack->term_count, &pack->term_room, sizeof term);
    if (!slot)
        return reader_memory(reader);
    *slot = term;
    return PW_OK;
}

int32_t reader_deadline(struct reader *reader, uint32_t node, struct deadline *ret_deadline)
{
    static const char *const names[] = {"days_after", NULL};
    const struct pw_document_api *api = reader->documents;
    struct deadline deadline = {.given = true, .terms = {reader->pack->term_count, 0}};
    int64_t days = 0;
    if (api->type(reader->document, node) == PW_JSON_OBJECT) {
        uint32_t after;
        if (reader_members(reader, node, "\"due\"", names, &after) < 0)
            return PW_ERROR_INVALID;
        if (api->integer(reader->document, after, &days) < 0 || days < 0 || days > DAYS_AFTER_MAX)
            return reader_fail(reader, after == PW_NODE_NONE ? node : after, "\"days_after\" is 0 to %d days",
                               DAYS_AFTER_MAX);
        deadline.days_after = (uint32_t)days;
    } else if (api->type(reader->document, node) != PW_JSON_ARRAY ||
               api->count(reader->document, node) == 0) {
        return reader_fail(reader, node,
                           "\"due\" is {\"days_after\": n} or an array of {\"from\", \"to\", \"by\"}");
    }
    for (uint32_t child = api->type(reader->document, node) == PW_JSON_ARRAY
                              ? api->first(reader->document, node)
                              : PW_NODE_NONE;
         child != PW_NODE_NONE; child = api->next(reader->document, child)) {
        int32_t status = read_term(reader, child);
        if (status < 0)
            return status;
        deadline.terms.count++;
    }
    *ret_deadline = deadline;
    return PW_OK;
}

struct pw_text deadline_text(const struct pack *pack, const struct deadline *deadline, int64_t day,
                             char buffer[DATE_SIZE])
{
    struct civil civil = date_civil(day);
    if (!deadline->given)
        return (struct pw_text){0};
    if (deadline->terms.count == 0)
        return date_text(day + deadline->days_after, buffer);
    for (uint32_t i = 0; i < deadline->terms.count; i++) {
        const struct term *term = &pack->terms[deadline->terms.first + i];
        int64_t from = date_day((struct civil){civil.year, term->from_month, term->from_day});
        int64_t to = date_day((struct civil){civil.year, term->to_month, term->to_day});
        int64_t by = date_day((struct civil){civil.year, term->by_month, term->by_day});
        if (day < from || day > to)
            continue;
        if (by <= to)
            by = date_day((struct civil){civil.year + 1, term->by_month, term->by_day});
        return date_text(by, buffer);
    }
    return (struct pw_text){0};
}
