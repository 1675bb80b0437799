/* SPDX-License-Identifier: Apache-2.0
 *
 * What currencies are worth in one another: which rate holds on which day, exactly; and what is no table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pathwayd/plugin.h>
#include "json/json.h"
#include "rules/date.h"
#include "rules/rates.h"

static const struct pw_host host = {.struct_size = sizeof host, .documents = &json_document_api};

/* What is wrong with the table, "" when nothing is; the caller releases it. */
static const char *read_table(struct rates *rates, const char *text)
{
    static char error[PACK_ERROR_SIZE];
    char path[] = "/tmp/pathwayd-rates-XXXXXX", config[128];
    struct pw_document document = {0};
    struct json_error wrong;
    int file = mkstemp(path);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    snprintf(config, sizeof config, "{\"rates\": \"%s\"}", path);
    assert_int_equal(json_parse(&document, config, strlen(config), &json_limits_frame, &wrong), 0);
    error[0] = '\0';
    *rates = (struct rates){0};
    int32_t status = rates_read(rates, &host, &document, error);
    assert_int_equal(status < 0, error[0] != '\0');
    unlink(path);
    json_release(&document);
    return error;
}

static const char *converted(const struct rates *rates, const char *amount, const char *from, const char *to,
                             const char *on)
{
    static char text[MONEY_SIZE];
    char buffer[MONEY_SIZE];
    money value;
    int64_t day;
    assert_true(money_parse((struct pw_text){amount, strlen(amount)}, &value));
    assert_true(date_parse((struct pw_text){on, strlen(on)}, &day));
    if (!rates_convert(rates, (struct pw_text){from, strlen(from)}, (struct pw_text){to, strlen(to)}, day,
                       &value))
        return "unknown";
    struct pw_text shown = money_text(value, buffer);
    snprintf(text, sizeof text, "%.*s", (int)shown.length, shown.data);
    return text;
}

#define TABLE(rates)                                                                                         \
    "// the office's\n{\"source\": \"ECB\", \"as_of\": \"2026-03-01\", \"rates\": [" rates "]}"

static void the_rate_of_the_day_counts(void **state)
{
    struct rates rates;
    (void)state;
    assert_string_equal(
        read_table(&rates,
                   TABLE("{\"from\":\"GBP\",\"to\":\"USD\",\"rate\":\"1.3\",\"since\":\"2026-01-01\"},"
                         "{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"1.2\",\"since\":\"2026-02-01\"},"
                         "{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"1.1\",\"since\":\"2026-01-01\"},"
                         "{\"from\":\"EUR\",\"to\":\"GBP\",\"rate\":\"0.8\",\"since\":\"2026-01-01\"}")),
        "");
    assert_string_equal(converted(&rates, "100", "EUR", "USD", "2025-12-31"), "unknown");
    assert_string_equal(converted(&rates, "100", "EUR", "USD", "2026-01-01"), "110");
    assert_string_equal(converted(&rates, "100", "EUR", "USD", "2026-01-31"), "110");
    assert_string_equal(converted(&rates, "100", "EUR", "USD", "2026-02-01"), "120");
    assert_string_equal(converted(&rates, "100", "EUR", "USD", "2030-01-01"), "120");
    assert_string_equal(converted(&rates, "100", "GBP", "USD", "2026-01-01"), "130");
    assert_string_equal(converted(&rates, "100", "EUR", "GBP", "2026-01-01"), "80");
    assert_string_equal(converted(&rates, "100", "USD", "EUR", "2026-01-01"), "unknown"); /* nobody said so */
    assert_string_equal(converted(&rates, "100", "AAA", "USD", "2026-01-01"), "unknown");
    assert_string_equal(converted(&rates, "100", "ZZZ", "USD", "2026-01-01"), "unknown");
    assert_string_equal(converted(&rates, "100", "", "USD", "2026-01-01"), "unknown");
    rates_release(&rates);
    assert_string_equal(converted(&rates, "100", "EUR", "USD", "2026-01-01"),
                        "unknown"); /* no table at all */
    assert_string_equal(converted(NULL, "100", "EUR", "USD", "2026-01-01"), "unknown");
}

static void amounts_are_exact_to_the_millionth(void **state)
{
    struct rates rates;
    (void)state;
    assert_string_equal(
        read_table(&rates,
                   TABLE("{\"from\":\"JPY\",\"to\":\"USD\",\"rate\":\"0.000001\",\"since\":\"2026-01-01\"},"
                         "{\"from\":\"BIG\",\"to\":\"USD\",\"rate\":\"99999999.999999\",\"since\":\"2026-"
                         "01-01\"}")),
        "");
    assert_string_equal(converted(&rates, "0.5", "JPY", "USD", "2026-01-01"), "0.000001"); /* half is up */
    assert_string_equal(converted(&rates, "0.499999", "JPY", "USD", "2026-01-01"), "0");
    assert_string_equal(converted(&rates, "1499999.5", "JPY", "USD", "2026-01-01"), "1.5");
    assert_string_equal(converted(&rates, "999999999999999999", "BIG", "USD", "2026-01-01"),
                        "99999999999998999900000000.000001");
    rates_release(&rates);
}

static void what_is_no_table_is_refused_at_its_place(void **state)
{
    static const struct {
        const char *text, *says;
    } tables[] = {
        {"", ":1:1: "},
        {"[]", ":1:1: "},
        {"{\"source\": \"x\", \"as_of\": \"2026-01-01\"}", ":1:1: a table of rates has"},
        {"{\"source\": \"x\", \"as_of\": \"soon\", \"rates\": []}", ":1:26: \"as_of\" is a day"},
        {"{\"source\": \"x\", \"as_of\": \"2026-01-01\", \"rates\": {}}", ":1:49: \"rates\" is an array"},
        {"{\"source\": \"x\", \"as_of\": \"2026-01-01\", \"rates\": [], \"more\": 1}",
         "unknown key \"more\""},
        {TABLE("1"), ":2:"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"1\"}"), "a rate has"},
        {TABLE("{\"from\":\"eur\",\"to\":\"USD\",\"rate\":\"1\",\"since\":\"2026-01-01\"}"),
         "\"from\" is three letters"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"DOLLAR\",\"rate\":\"1\",\"since\":\"2026-01-01\"}"),
         "\"to\" is three letters"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":1.1,\"since\":\"2026-01-01\"}"), ":2:"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"0\",\"since\":\"2026-01-01\"}"),
         "\"rate\" is an exact decimal"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"-1\",\"since\":\"2026-01-01\"}"),
         "\"rate\" is an exact decimal"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"100000000\",\"since\":\"2026-01-01\"}"),
         "\"rate\" is an exact decimal"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"1\",\"since\":\"2026-02-30\"}"),
         "\"since\" is a day"},
        {TABLE("{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"1\",\"since\":\"2026-01-01\"},"
               "{\"from\":\"EUR\",\"to\":\"USD\",\"rate\":\"2\",\"since\":\"2026-01-01\"}"),
         "EUR has two rates in USD from one day on"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct rates rates;
        const char *error = read_table(&rates, tables[i].text);
        if (!strstr(error, tables[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", tables[i].text, error, tables[i].says);
        rates_release(&rates);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_of_the_day_counts),
        cmocka_unit_test(amounts_are_exact_to_the_millionth),
        cmocka_unit_test(what_is_no_table_is_refused_at_its_place),
    };
    return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
