/* SPDX-License-Identifier: Apache-2.0
 *
 * rates.c: see rates.h.
 */
#include "rules/rates.h"

#include <stdlib.h>
#include <string.h>
#include "rules/date.h"
#include "rules/reader.h"

#define MILLION      1000000u
#define WORTH_DIGITS 8u /* before the point: with more, an amount of 18 digits would leave 128 bits */

static int32_t read_currency(struct reader *reader, uint32_t node, const char *what, struct pw_text *ret_text)
{
    if (reader_text(reader, node, what, ret_text) < 0)
        return PW_ERROR_INVALID;
    for (size_t i = 0; i < ret_text->length; i++)
        if (ret_text->data[i] < 'A' || ret_text->data[i] > 'Z')
            ret_text->length = 0;
    return ret_text->length == 3
               ? PW_OK
               : reader_fail(reader, node, "%s is three letters (ISO 4217), e.g. \"USD\"", what);
}

static int32_t read_worth(struct reader *reader, uint32_t node, money *ret_worth)
{
    struct pw_text text;
    money most = MILLION;
    for (uint32_t i = 0; i < WORTH_DIGITS; i++)
        most *= 10;
    if (reader_text(reader, node, "\"rate\"", &text) < 0)
        return PW_ERROR_INVALID;
    if (!money_parse(text, ret_worth) || *ret_worth == 0 || *ret_worth >= most)
        return reader_fail(reader, node,
                           "\"rate\" is an exact decimal in quotes, above 0 and of at most %u digits "
                           "before the point, e.g. \"1.0812\"",
                           WORTH_DIGITS);
    return PW_OK;
}

static int32_t read_rate(struct rates *rates, struct reader *reader, uint32_t node)
{
    static const char *const names[] = {"from", "to", "rate", "since", NULL};
    uint32_t nodes[4];
    struct rate rate = {0};
    struct pw_text since;
    int32_t status = reader_members(reader, node, "a rate", names, nodes);
    for (size_t i = 0; i < 4 && status == PW_OK; i++)
        if (nodes[i] == PW_NODE_NONE)
            status = reader_fail(reader, node, "a rate has \"from\", \"to\", \"rate\" and \"since\"");
    if (status == PW_OK)
        status = read_currency(reader, nodes[0], "\"from\"", &rate.from);
    if (status == PW_OK)
        status = read_currency(reader, nodes[1], "\"to\"", &rate.to);
    if (status == PW_OK)
        status = read_worth(reader, nodes[2], &rate.worth);
    if (status == PW_OK)
        status = reader_text(reader, nodes[3], "\"since\"", &since);
    if (status == PW_OK && !date_parse(since, &rate.since))
        status = reader_fail(reader, nodes[3], "\"since\" is a day, e.g. \"2026-01-31\"");
    if (status == PW_OK && rates->count == RATES_MAX)
        status = reader_fail(reader, node, "there are more than %u rates", RATES_MAX);
    if (status < 0)
        return status;
    struct rate *slot = pack_append(&rates->items, &rates->count, &rates->room, sizeof rate);
    if (!slot)
        return reader_memory(reader);
    *slot = rate;
    return PW_OK;
}

static int32_t read_table(struct rates *rates, struct reader *reader)
{
    static const char *const names[] = {"source", "as_of", "rates", NULL};
    const struct pw_document_api *api = reader->documents;
    uint32_t nodes[3];
    int64_t day;
    int32_t status = reader_members(reader, PW_NODE_ROOT, "a table of rates", names, nodes);
    for (size_t i = 0; i < 3 && status == PW_OK; i++)
        if (nodes[i] == PW_NODE_NONE)
            status =
                reader_fail(reader, PW_NODE_ROOT, "a table of rates has \"source\", \"as_of\" and \"rates\"");
    if (status == PW_OK)
        status = reader_text(reader, nodes[0], "\"source\"", &rates->source);
    if (status == PW_OK)
        status = reader_text(reader, nodes[1], "\"as_of\"", &rates->as_of);
    if (status == PW_OK && !date_parse(rates->as_of, &day))
        status = reader_fail(reader, nodes[1], "\"as_of\" is a day, e.g. \"2026-01-31\"");
    if (status == PW_OK && api->type(reader->document, nodes[2]) != PW_JSON_ARRAY)
        status = reader_fail(reader, nodes[2], "\"rates\" is an array");
    for (uint32_t node = status == PW_OK ? api->first(reader->document, nodes[2]) : PW_NODE_NONE;
         node != PW_NODE_NONE && status == PW_OK; node = api->next(reader->document, node))
        status = read_rate(rates, reader, node);
    return status;
}

static int compare_pair(const struct rate *a, struct pw_text from, struct pw_text to)
{
    int order = memcmp(a->from.data, from.data, 3);
    return order ? order : memcmp(a->to.data, to.data, 3);
}

static int compare(const void *left, const void *right)
{
    const struct rate *a = left, *b = right;
    int order = compare_pair(a, b->from, b->to);
    return order ? order : (a->since > b->since) - (a->since < b->since);
}

/* Two rates of one day would make an amount two amounts. */
static int32_t check_days(const struct rates *rates, struct reader *reader)
{
    for (uint32_t i = 1; i < rates->count; i++)
        if (compare(&rates->items[i - 1], &rates->items[i]) == 0)
            return reader_fail(reader, PW_NODE_ROOT, "%.3s has two rates in %.3s from one day on",
                               rates->items[i].from.data, rates->items[i].to.data);
    return PW_OK;
}

int32_t rates_read(struct rates *rates, const struct pw_host *host, const struct pw_document *config,
                   char error[PACK_ERROR_SIZE])
{
    struct reader reader = {.question = QUESTION_COUNT};
    struct pw_text setting =
        host->documents->text(config, host->documents->find(config, PW_NODE_ROOT, PW_TEXT("/rates")));
    if (!setting.length)
        return PW_OK;
    char *file = strndup(setting.data, setting.length);
    int32_t status = file ? pack_file_open(host, file, &rates->file, error) : PW_ERROR_MEMORY;
    if (status == PW_OK) {
        reader_begin(&reader, host, &rates->file, file, error);
        status = read_table(rates, &reader);
    }
    if (status == PW_OK && rates->count)
        qsort(rates->items, rates->count, sizeof *rates->items, compare);
    if (status == PW_OK)
        status = check_days(rates, &reader);
    free(file);
    return status;
}

void rates_release(struct rates *rates)
{
    free(rates->items);
    if (rates->file.documents)
        pack_file_close(&rates->file);
    *rates = (struct rates){0};
}

bool rates_convert(const struct rates *rates, struct pw_text from, struct pw_text to, int64_t day,
                   money *amount)
{
    uint32_t low = 0, high = rates ? rates->count : 0; /* the first that is past the day */
    if (from.length != 3 || to.length != 3)
        return false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_pair(&rates->items[middle], from, to);
        if (order < 0 || (order == 0 && rates->items[middle].since <= day))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || compare_pair(&rates->items[low - 1], from, to) != 0)
        return false;
    *amount = (*amount * rates->items[low - 1].worth + MILLION / 2) / MILLION;
    return true;
}
