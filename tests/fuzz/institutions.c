/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes what the institutions plugin reads from outside: a list file (first byte odd), or a name and
 * sentence screened against a small list (first byte even). An answer must be JSON whatever came in.
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char list[] =
    "{\"format\":\"pathwayd-list/"
    "1\",\"source\":\"fuzz\",\"list\":\"F\",\"snapshot\":\"2022-04-21\",\"title\":\"t\","
    "\"licence\":\"l\",\"entries\":[{\"id\":\"1\",\"name\":\"Beihang "
    "University\",\"aliases\":[\"北京航空航天大学\",\"A b\"],"
    "\"abbreviations\":[\"BUAA\",\"A\"],\"ids\":{\"ror\":[\"00wk2mp56\"]},\"country\":\"CN\",\"category\":"
    "\"seven_sons\","
    "\"effect\":\"informs\"},{\"id\":\"2\",\"name\":\"The A "
    "B\",\"category\":\"other\",\"effect\":\"forbids_dealing\"}]}";

/* One screener for the whole run: making one costs a thousand times what an input costs. */
static struct screener *shared_screener(void)
{
    static struct screener screener;
    char why[LISTING_ERROR_BYTES];
    struct listing *listing = NULL;
    if (!screener.folding &&
        (screener_open(&screener, &json_document_api) ||
         listing_read(&json_document_api, PW_TEXT("fuzz"), PW_TEXT(list), &listing, why) ||
         screener_add(&screener, listing, why) || screener_seal(&screener, why)))
        abort();
    return &screener;
}

static void read_list(struct pw_text bytes)
{
    char why[LISTING_ERROR_BYTES] = "";
    struct listing *listing = NULL;
    int error = listing_read(&json_document_api, PW_TEXT("fuzz"), bytes, &listing, why);
    if (error && why[0] == 0)
        abort();
    listing_free(listing);
}

static void check_json(const struct answer *answer)
{
    struct pw_document document = {0};
    struct json_error error;
    if (answer->failed || json_parse(&document, answer->data, answer->length, &json_limits_frame, &error))
        abort();
    json_release(&document);
}

static void screen(struct pw_text bytes)
{
    struct screener *screener = shared_screener();
    struct screening screening;
    struct screener_query query = {.name = bytes, .sentence = bytes, .as_of = 0};
    if (bytes.length >= ROR_LENGTH + 2) {
        query.ror = (struct pw_text){bytes.data, ROR_LENGTH};
        query.country = (struct pw_text){bytes.data + ROR_LENGTH, 2};
    }
    int error = screener_screen(screener, &query, &screening);
    if (error && (error != PW_ERROR_LIMIT || bytes.length <= FOLDING_MAX_BYTES))
        abort();
    if (error)
        return;
    for (uint32_t i = 0; i < screening.count; i++) {
        const struct match *match = &screening.matches[i];
        size_t length = match->field == FIELD_ROR ? query.ror.length : bytes.length;
        if (match->from > match->to || match->to > length)
            abort();
    }
    struct answer answer = {0};
    answer_screening(&answer, screener, bytes, &screening);
    check_json(&answer);
    answer_release(&answer);
    for (uint32_t i = 0; i < screening.count; i++) {
        const struct answer_terms terms = {.as_of = INT64_MAX, .max_age_ms = 1, .full = screening.full};
        answer_fact(&answer, screener, &screening.matches[i], &terms,
                    screening.matches[i].field == FIELD_ROR ? query.ror : bytes, bytes);
        check_json(&answer);
        answer_release(&answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct pw_text bytes = {(const char *)data + 1, size - 1};
    if (data[0] & 1)
        read_list(bytes);
    else
        screen(bytes);
    return 0;
}
