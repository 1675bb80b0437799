/* SPDX-License-Identifier: Apache-2.0
 *
 * Which acknowledgement belongs to which event of a request, whatever the daemon answers; and the state file
 * of a sending.
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

#include "ctl/group.h"
#include "ctl/resume.h"

static void add(struct group *group, const char *bytes)
{
    struct item item = {.outcome = bytes ? ITEM_OPEN : ITEM_BAD, .line = group->count + 1};
    if (bytes) {
        item.bytes = strdup(bytes);
        item.length = strlen(bytes);
    } else {
        item.answer = strdup("{\"error\":\"bad\"}");
    }
    group_add(group, item);
}

static int answer(struct group *group, const char *text, uint32_t *retry)
{
    const char *why = NULL;
    int status = group_answer(group, (struct pw_text){text, strlen(text)}, retry, &why);
    assert_true(status == 0 || why != NULL);
    return status;
}

static void messages_hold_the_exact_bytes_of_what_is_open(void **state)
{
    struct group group;
    struct buffer out = {0};
    uint32_t retry = 0;
    (void)state;
    assert_int_equal(group_init(&group, 4), 0);
    add(&group, "{\"a\": 1e2}");
    add(&group, NULL);
    add(&group, "{\"b\":9007199254740993}");
    group_message(&group, true, &out);
    assert_string_equal(out.data, "[{\"a\": 1e2},{\"b\":9007199254740993}]");
    assert_int_equal(
        answer(&group, "[{\"status\":\"accepted\",\"sequence\":1},{\"status\":\"busy\",\"retry_after\":5}]",
               &retry),
        0);
    assert_int_equal(retry, 5);
    assert_int_equal(group.items[0].outcome, ITEM_ACCEPTED);
    assert_string_equal(group.items[0].answer, "{\"status\":\"accepted\",\"sequence\":1}");
    assert_int_equal(group_open_count(&group), 1);
    group_message(&group, true, &out); /* only the busy one is sent again */
    assert_string_equal(out.data, "[{\"b\":9007199254740993}]");
    assert_int_equal(answer(&group, "[{\"status\":\"duplicate\"}]", &retry), 0);
    assert_int_equal(group_open_count(&group), 0);
    assert_int_equal(group.items[2].outcome, ITEM_DUPLICATE);
    group_release(&group);
    buffer_release(&out);
}

static void answers_that_are_none_settle_nothing(void **state)
{
    static const char *const bad[] = {
        "", "x", "7", "[]", "[{\"status\":\"accepted\"}]", "{\"status\":\"yes\"}", "[{},{}]"};
    struct group group;
    uint32_t retry = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(group_init(&group, 4), 0);
        add(&group, "{}");
        add(&group, "{}");
        assert_int_equal(answer(&group, bad[i], &retry), PW_ERROR_INVALID);
        assert_int_equal(group_open_count(&group), 2);
        group_release(&group);
    }
}

static void an_answer_about_the_whole_message_is_every_events(void **state)
{
    struct group group;
    uint32_t retry = 0;
    (void)state;
    assert_int_equal(group_init(&group, 4), 0);
    add(&group, "{}");
    add(&group, "{}");
    assert_int_equal(answer(&group, "{\"status\":\"rejected\",\"errors\":[]}", &retry), 0);
    assert_int_equal(group.items[0].outcome, ITEM_REJECTED);
    assert_int_equal(group.items[1].outcome, ITEM_REJECTED);
    group_release(&group);
}

static void absurd_waits_are_bounded(void **state)
{
    struct group group;
    uint32_t retry = 0;
    (void)state;
    assert_int_equal(group_init(&group, 1), 0);
    add(&group, "{}");
    assert_int_equal(answer(&group, "{\"status\":\"busy\",\"retry_after\":999999999}", &retry), 0);
    assert_in_range(retry, 1, 60);
    assert_int_equal(answer(&group, "{\"status\":\"busy\",\"retry_after\":-4}", &retry), 0);
    assert_int_equal(retry, 1);
    group_give_up(&group, "nobody \"there\"");
    assert_int_equal(group.items[0].outcome, ITEM_UNANSWERED);
    assert_string_equal(group.items[0].answer, "{\"error\":\"nobody \\\"there\\\"\",\"line\":1}");
    group_release(&group);
}

static void a_state_file_knows_its_input(void **state)
{
    struct resume resume;
    char path[64] = "/tmp/pathwayd-resume-XXXXXX";
    (void)state;
    int descriptor = mkstemp(path);
    close(descriptor);
    unlink(path);
    assert_int_equal(resume_open(&resume, path), 0); /* none yet */
    assert_int_equal(resume_note(&resume, PW_TEXT("one"), false), 0);
    assert_int_equal(resume_note(&resume, PW_TEXT("two"), true), 0);
    assert_int_equal(resume_save(&resume, true), 0);

    assert_int_equal(resume_open(&resume, path), 0);
    assert_int_equal(resume.before, 2);
    assert_int_equal(resume.refused, 1);
    assert_int_equal(resume_note(&resume, PW_TEXT("one"), false), 0);
    assert_int_equal(resume_note(&resume, PW_TEXT("two"), false), 0);
    assert_int_equal(resume_note(&resume, PW_TEXT("three"), false), 0);

    assert_int_equal(resume_open(&resume, path), 0);
    assert_int_equal(resume_note(&resume, PW_TEXT("onet"), false), 0);
    assert_int_equal(resume_note(&resume, PW_TEXT("wo"), false),
                     PW_ERROR_INVALID); /* the same bytes, cut elsewhere */
    assert_int_equal(resume_save(&resume, true), 0);
    assert_int_equal(resume_open(&resume, path), 0);
    assert_int_equal(resume.before, 2);

    assert_int_equal(resume_note(&resume, PW_TEXT("one"), false), 0);
    assert_int_equal(resume_end(&resume), PW_ERROR_INVALID); /* it ended before what was settled did */
    assert_int_equal(resume_note(&resume, PW_TEXT("two"), false), 0);
    assert_int_equal(resume_end(&resume), 0);

    FILE *stream = fopen(path, "w");
    fputs("{\"settled\":2,\"digest\":\"zz\"}", stream);
    fclose(stream);
    assert_int_equal(resume_open(&resume, path), PW_ERROR_INVALID);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_hold_the_exact_bytes_of_what_is_open),
        cmocka_unit_test(answers_that_are_none_settle_nothing),
        cmocka_unit_test(an_answer_about_the_whole_message_is_every_events),
        cmocka_unit_test(absurd_waits_are_bounded),
        cmocka_unit_test(a_state_file_knows_its_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
