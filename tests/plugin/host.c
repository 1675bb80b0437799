/* SPDX-License-Identifier: Apache-2.0
 *
 * The plugin host over a real socket: what good plugins get and give, byte for byte; what goes wrong on the
 * wire; and answers that are refused, which are errors and never a silent pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pathwayd/plugin.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

/* ---- good plugins ---- */

static void test_ready_tells_everything(void **state)
{
    (void)state;
    struct driver driver;
    driver_start(&driver, &(struct load){.file = "good_assess", .stage = 2, .landlock_max = 2});
    struct pw_text ready = driver_expect(&driver, FRAME_READY);
    assert_contains(ready, "{\"name\":\"good\",\"version\":\"1\",\"summary\":\"Does what it should\","
                           "\"licence\":\"Apache-2.0\",\"stage\":2,\"pathways\":[\"research\",\"lab\"],"
                           "\"config\":[{\"name\":\"word\",\"type\":\"text\",\"required\":false,"
                           "\"default\":\"hello\",");
    assert_contains(
        ready, "\"sandbox\":{\"no_new_privs\":true,\"landlock\":2,\"landlock_net\":false,\"seccomp\":true");
    assert_contains(ready, "\"missing\":[\"");
    assert_contains(ready, "\"extensions\":[],\"earlier\":0}");
    driver_stop_well(&driver);
}

static void test_facts_byte_for_byte(void **state)
{
    (void)state;
    struct driver driver;
    struct frame_item item = one_event;
    item.affiliation = PW_TEXT("Dept.");
    driver_start_ready(&driver, &(struct load){.file = "good_enrich", .stage = 1, .landlock_max = -1});
    driver_work(&driver, &item, 1);
    struct frame_result result = driver_expect_result(&driver);
    assert_int_equal(result.sequence, 41);
    assert_int_equal(result.status, 0);
    static const char expected[] =
        "[{\"by\":\"tested\",\"fact\":\"good.id\",\"pointer\":\"/id\",\"value\":\"e-1\"},"
        "{\"by\":\"tested\",\"fact\":\"good.empty\",\"pointer\":\"\",\"value\":null}]";
    assert_int_equal(result.body.length, sizeof expected - 1);
    assert_memory_equal(result.body.data, expected, sizeof expected - 1);
    driver_stop_well(&driver);
}

static void test_findings_byte_for_byte(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(&driver, &(struct load){.file = "good_assess",
                                               .stage = 2,
                                               .landlock_max = -1,
                                               .config = "{\"word\": \"Ask \\u00fc.\"}"});
    driver_work(&driver, &one_event, 1);
    struct frame_result result = driver_expect_result(&driver);
    static const char expected[] =
        "[{\"pathway\":\"research\",\"policy\":\"tested\",\"kind\":\"judgement\",\"rule\":\"good.finding\","
        "\"requirements\":[\"R21\",\"R23\"],\"regime\":\"paper\",\"version\":\"\",\"label\":\"\",\"level\":"
        "\"recommended\","
        "\"needs_information\":false,\"evidence\":[{\"source\":\"seven-sons\",\"list\":\"SEVEN-SONS\","
        "\"entry\":\"beihang\",\"entry_name\":\"Beihang University\",\"snapshot\":\"2022-04-21\","
        "\"basis\":\"name_exact\",\"text\":\"Beihang \\\"U\\\"\\n\",\"pointer\":\"/data/partner/0/name\"}],"
        "\"unknowns\":[{\"what\":\"What "
        "for?\",\"who\":\"researcher\"}],\"costs\":[\"C1.knowhow_beyond_paper\"],"
        "\"benefits\":[\"B1.access_knowledge\"],\"mitigations\":[],\"explanation\":\"Ask \xc3\xbc.\","
        "\"answerable_by\":\"department\",\"trace\":{\"q1\":\"yes\"}}]";
    assert_int_equal(result.status, 0);
    assert_int_equal(result.body.length, sizeof expected - 1);
    assert_memory_equal(result.body.data, expected, sizeof expected - 1);
    struct frame_item no_facts = one_event;
    no_facts.facts = PW_TEXT("[]");
    driver_work(&driver, &no_facts, 1);
    result = driver_expect_result(&driver);
    assert_int_equal(result.status, 0);
    assert_int_equal(result.body.length, 2);
    assert_memory_equal(result.body.data, "[]", 2);
    driver_stop_well(&driver);
}

static void test_a_delivery(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(
        &driver,
        &(struct load){.file = "good_notify", .stage = 3, .landlock_max = -1, .config = "{\"number\": 9}"});
    driver_work(&driver, &one_notice, 1);
    struct frame_result result = driver_expect_result(&driver);
    assert_int_equal(result.status, 0);
    assert_contains(result.body, "{\"outcome\":2,\"retry_after\":9,\"message\":\"n-1\"}");
    driver_stop_well(&driver);
}

static void test_batches_keep_their_order(void **state)
{
    (void)state;
    struct driver driver;
    struct frame_item items[FRAME_MAX_BATCH];
    uint64_t next = 0;
    driver_start_ready(&driver, &(struct load){.file = "good_assess", .stage = 2, .landlock_max = -1});
    for (int batch = 0; batch < 3; batch++) { /* pipelined: all are sent before one is read */
        for (uint32_t i = 0; i < FRAME_MAX_BATCH; i++) {
            items[i] = one_event;
            items[i].sequence = (uint64_t)batch * FRAME_MAX_BATCH + i;
        }
        driver_work(&driver, items, FRAME_MAX_BATCH);
    }
    while (next < 3 * FRAME_MAX_BATCH) {
        struct frame_cursor cursor = {driver_expect(&driver, FRAME_RESULT)};
        struct frame_result result;
        uint32_t count;
        assert_int_equal(frame_get_count(&cursor, &count), 0);
        for (uint32_t i = 0; i < count; i++, next++) {
            assert_int_equal(frame_get_result(&cursor, &result), 0);
            assert_int_equal(result.sequence, next);
            assert_int_equal(result.status, 0);
        }
    }
    driver_stop_well(&driver);
}

static void test_bad_items_fail_alone(void **state)
{
    (void)state;
    struct driver driver;
    struct frame_item broken = one_event, elsewhere = one_event;
    broken.event = PW_TEXT("{\"id\":");
    elsewhere.pathway = PW_TEXT("telepathy");
    driver_start_ready(&driver, &(struct load){.file = "good_assess", .stage = 2, .landlock_max = -1});
    driver_work(&driver, &broken, 1);
    struct frame_result result = driver_expect_result(&driver);
    assert_int_equal(result.status, PW_ERROR_INVALID);
    assert_contains(result.body, "The event cannot be read");
    driver_work(&driver, &elsewhere, 1);
    result = driver_expect_result(&driver);
    assert_int_equal(result.status, PW_ERROR_INVALID);
    assert_contains(result.body, "There is no pathway \"telepathy\".");
    driver_work(&driver, &one_event, 1);
    assert_int_equal(driver_expect_result(&driver).status, 0);
    driver_stop_well(&driver);
}

static void test_calls_that_nobody_answers(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(&driver, &(struct load){.file = "good_enrich", .stage = 1, .landlock_max = -1});
    driver_say(&driver, FRAME_CALL, "{\"call\":\"screen\",\"query\":\"x\"}");
    assert_contains(driver_expect(&driver, FRAME_CALLED),
                    "{\"status\":-7,\"error\":\"This plugin does not offer");
    driver_say(&driver, FRAME_CALL, "{\"call\":\"dance\"}");
    assert_contains(driver_expect(&driver, FRAME_CALLED), "{\"status\":-7,\"error\":\"There is no such call");
    driver_say(&driver, FRAME_CALL, "{");
    assert_contains(driver_expect(&driver, FRAME_CALLED), "{\"status\":-1,");
    driver_stop_well(&driver);
}

static void test_describing_runs_nothing(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(&driver,
                       &(struct load){.file = "crash_in_create", .landlock_max = -1, .describe_only = true});
    driver_stop_well(&driver);
    driver_start_ready(
        &driver, &(struct load){.file = "crash_in_start", .stage = 1, .landlock_max = -1, .no_start = true});
    driver_stop_well(&driver);
}

/* The daemon's end is the host's end, and so is a frame that makes no sense. */
static void test_the_end_of_the_stream_ends_the_host(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(&driver, &(struct load){.file = "good_enrich", .stage = 1, .landlock_max = -1});
    shutdown(driver.fd, 1);
    int status = driver_end(&driver, false);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    driver_start_ready(&driver, &(struct load){.file = "good_enrich", .stage = 1, .landlock_max = -1});
    driver_say(&driver, FRAME_WORK, "this is not an item");
    status = driver_end(&driver, false);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void test_started_by_hand(void **state)
{
    (void)state;
    int status = system(PATHWAYD_BUILD "/bin/pathwayd-host 2>/dev/null");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    FILE *said = popen(PATHWAYD_BUILD "/bin/pathwayd-host --fd 3 3>&- 2>&1", "r");
    char line[256] = "";
    assert_non_null(fgets(line, sizeof line, said));
    pclose(said);
    assert_non_null(strstr(line, "pathwayctl plugin check"));
}

/* ---- what goes over the wire ---- */

static void test_garbage_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        int status;
    } cases[] = {{"garbage", PW_ERROR_INVALID}, {"oversized_frame", PW_ERROR_LIMIT}};
    for (size_t i = 0; i < 2; i++) {
        struct driver driver;
        enum frame_type type;
        struct pw_text body;
        int status = 0;
        driver_start_ready(&driver, &(struct load){.file = cases[i].file, .stage = 1, .landlock_max = -1});
        driver_work(&driver, &one_event, 1);
        assert_int_equal(driver_hear(&driver, DRIVER_ANSWER_MS, &type, &body, &status), HEARD_GARBAGE);
        assert_int_equal(status, cases[i].status);
        driver_end(&driver, true);
    }
}

static void test_a_forged_answer_has_the_wrong_number(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(&driver, &(struct load){.file = "forged_answer", .stage = 1, .landlock_max = -1});
    driver_work(&driver, &one_event, 1);
    assert_int_equal(driver_expect_result(&driver).sequence, 1041); /* the daemon kills it here */
    driver_end(&driver, true);
}

static void test_a_flood_of_lines_is_counted(void **state)
{
    (void)state;
    struct driver driver;
    driver_start_ready(&driver, &(struct load){.file = "log_flood", .stage = 1, .landlock_max = -1});
    driver_work(&driver, &one_event, 1);
    assert_int_equal(driver_expect_result(&driver).status, 0);
    assert_in_range(driver.logs, 50, 52 * 20); /* fifty in each of the few seconds that this may take */
    enum frame_type type;
    struct pw_text body;
    int status;
    driver_say(&driver, FRAME_STOP, NULL);
    assert_int_equal(driver_hear(&driver, DRIVER_ANSWER_MS, &type, &body, &status), HEARD_END);
    assert_contains(buffer_view(&driver.log), "The plugin logged too fast: ");
    driver_end(&driver, false);
}

/* ---- answers that are refused: an error, never a silent pass ---- */

static const struct failing {
    const char *file;
    uint32_t stage;
    uint64_t sequence;
    const char *pathway;
    int32_t status;
    const char *sentence; /* NULL with status 0 */
} failing[] = {
    {"handle_fails", 1, 1, "", PW_ERROR_BUSY, "The well ran dry."},
    {"oversized_findings", 2, 1, "research", PW_ERROR_LIMIT, "The answer exceeds 256 KiB"},
    {"no_json", 2, 1, "research", PW_ERROR_INVALID, "its trace is not JSON"},
    {"two_deliveries", 3, 1, "", PW_ERROR_STATE, "two deliveries"},
    {"no_delivery", 3, 1, "", PW_ERROR_STATE, "without a delivery"},
    {"level_above", 2, 0, "publication", PW_ERROR_INVALID, "on publication was refused: its level is above"},
    {"level_above", 2, 0, "conference", 0, NULL},
    {"level_above", 2, 1, "conference", PW_ERROR_INVALID, "on conference was refused: its level is above"},
    {"level_above", 2, 1, "research", 0, NULL},
    {"level_above", 2, 2, "publication", PW_ERROR_INVALID, "this pathway never asks"},
    {"level_above", 2, 2, "conference", PW_ERROR_INVALID, "this pathway never asks"},
    {"level_above", 2, 2, "research", 0, NULL},
    {"level_above", 2, 3, "conference", PW_ERROR_INVALID, "this pathway never verifies"},
    {"level_above", 2, 3, "research", PW_ERROR_INVALID, "a verification needs information"},
    {"level_above", 2, 4, "research", PW_ERROR_INVALID, "a duty is at most suggested"},
    {"level_above", 2, 5, "research", PW_ERROR_INVALID, "a verification is at most suggested"},
    {"level_above", 2, 6, "research", PW_ERROR_INVALID, "its kind is unknown"},
    {"level_above", 2, 7, "research", PW_ERROR_INVALID, "its level is unknown"},
};

static void assert_failing(const struct failing *expected)
{
    struct driver driver;
    struct frame_item item = expected->stage == 3 ? one_notice : one_event;
    item.sequence = expected->sequence;
    item.pathway = (struct pw_text){expected->pathway, strlen(expected->pathway)};
    driver_start_ready(&driver,
                       &(struct load){.file = expected->file, .stage = expected->stage, .landlock_max = -1});
    driver_work(&driver, &item, 1);
    struct frame_result result = driver_expect_result(&driver);
    assert_int_equal(result.sequence, expected->sequence);
    assert_int_equal(result.status, expected->status);
    if (expected->sentence)
        assert_contains(result.body, expected->sentence);
    driver_stop_well(&driver);
}

static void test_refused_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++)
        assert_failing(&failing[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ready_tells_everything),
        cmocka_unit_test(test_facts_byte_for_byte),
        cmocka_unit_test(test_findings_byte_for_byte),
        cmocka_unit_test(test_a_delivery),
        cmocka_unit_test(test_batches_keep_their_order),
        cmocka_unit_test(test_bad_items_fail_alone),
        cmocka_unit_test(test_calls_that_nobody_answers),
        cmocka_unit_test(test_describing_runs_nothing),
        cmocka_unit_test(test_the_end_of_the_stream_ends_the_host),
        cmocka_unit_test(test_started_by_hand),
        cmocka_unit_test(test_garbage_is_seen),
        cmocka_unit_test(test_a_forged_answer_has_the_wrong_number),
        cmocka_unit_test(test_a_flood_of_lines_is_counted),
        cmocka_unit_test(test_refused_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
