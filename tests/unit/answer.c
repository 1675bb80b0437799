/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers: the bounds on what a plugin emits, and that a refusal spoils the answer for good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "host/answer.h"
#include "host/frame.h"

static const struct pw_text instance = {"i", 1};

static struct pw_fact small_fact(void)
{
    return (struct pw_fact){
        .struct_size = sizeof(struct pw_fact), .fact = PW_TEXT("f"), .value = PW_TEXT("1")};
}

static struct pw_finding small_finding(void)
{
    return (struct pw_finding){.struct_size = sizeof(struct pw_finding),
                               .kind = PW_KIND_LEGAL,
                               .level = PW_LEVEL_REQUIRED,
                               .rule = PW_TEXT("r"),
                               .explanation = PW_TEXT("e")};
}

static void test_facts_end_at_their_number(void **state)
{
    (void)state;
    struct answer answer = {0};
    struct pw_fact fact = small_fact();
    answer_begin(&answer);
    for (uint32_t i = 0; i < ANSWER_MAX_FACTS; i++)
        assert_int_equal(answer_add_fact(&answer, instance, &fact), 0);
    size_t length = answer.json.length;
    assert_int_equal(answer_add_fact(&answer, instance, &fact), PW_ERROR_LIMIT);
    assert_int_equal(answer.json.length, length);
    assert_int_equal(answer.refused, PW_ERROR_LIMIT);
    answer_begin(&answer); /* the next message starts anew */
    assert_int_equal(answer.refused, 0);
    assert_int_equal(answer_add_fact(&answer, instance, &fact), 0);
    answer_release(&answer);
}

static void test_findings_end_at_their_number(void **state)
{
    (void)state;
    struct answer answer = {0};
    struct pw_finding finding = small_finding();
    answer_begin(&answer);
    for (uint32_t i = 0; i < ANSWER_MAX_FINDINGS; i++)
        assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), 0);
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    answer_release(&answer);
}

/* Rule names are listed, many at once, in cases, notices and audit records. */
static void test_rule_names_are_plain_and_short(void **state)
{
    (void)state;
    struct answer answer = {0};
    struct pw_finding finding = small_finding();
    char name[FRAME_MAX_RULE + 1];
    static const char *const bad[] = {"Research.q1", "a,b", "a b", "a\nb", "\xc3\xa9", "a\"b"};
    memset(name, 'x', sizeof name);
    answer_begin(&answer);
    finding.rule = (struct pw_text){name, FRAME_MAX_RULE};
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), 0);
    finding.rule.length++;
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    assert_string_equal(
        answer.why, "A finding was refused: a rule's name is at most 128 of a-z, 0-9, '.', '_' and '-', not "
                    "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\".");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        answer_begin(&answer);
        finding.rule = (struct pw_text){bad[i], strlen(bad[i])};
        assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_INVALID);
        assert_int_equal(answer.count, 0);
    }
    answer_release(&answer);
}

static void test_bytes_end_at_their_number(void **state)
{
    (void)state;
    struct answer answer = {0};
    struct pw_finding finding = small_finding();
    char *large = malloc(ANSWER_MAX_BYTES + 1);
    memset(large, 'x', ANSWER_MAX_BYTES + 1);
    answer_begin(&answer);
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), 0);
    size_t length = answer.json.length;
    finding.label = (struct pw_text){large, ANSWER_MAX_BYTES - 200};
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    assert_int_equal(answer.json.length, length); /* what was written is taken back */
    assert_int_equal(answer.count, 1);
    answer_begin(&answer);
    finding.label.length = ANSWER_MAX_BYTES + 1;
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    assert_int_equal(answer.json.length, 0);
    free(large);
    answer_release(&answer);
}

static void test_structs_that_lie(void **state)
{
    (void)state;
    struct answer answer = {0};
    struct pw_fact fact = small_fact();
    struct pw_finding finding = small_finding();
    struct pw_delivery delivery = {.struct_size = sizeof delivery, .outcome = PW_DELIVERY_DONE};
    answer_begin(&answer);
    fact.struct_size--;
    assert_int_equal(answer_add_fact(&answer, instance, &fact), PW_ERROR_INVALID);
    fact = small_fact();
    fact.value = PW_TEXT("[1,]");
    assert_int_equal(answer_add_fact(&answer, instance, &fact), PW_ERROR_INVALID);
    fact.value = (struct pw_text){NULL, 5};
    assert_true(answer_add_fact(&answer, instance, &fact) < 0);
    finding.struct_size = 0;
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_INVALID);
    finding = small_finding();
    finding.evidence_count = UINT32_MAX;
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    finding.evidence_count = 1; /* and no array */
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    const struct pw_evidence evidence = {.source = PW_TEXT("list")};
    const struct pw_text content = {NULL, 3};
    finding.evidence = &evidence;
    finding.contents = &content; /* and no text */
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_LIMIT);
    finding = small_finding();
    finding.explanation.length = 0;
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("legal"), &finding), PW_ERROR_INVALID);
    delivery.outcome = 4;
    assert_int_equal(answer_set_delivery(&answer, &delivery), PW_ERROR_INVALID);
    assert_int_equal(answer_add_fact(&answer, instance, NULL), PW_ERROR_INVALID);
    assert_int_equal(answer.count, 0);
    answer_release(&answer);
}

static void test_the_first_refusal_explains(void **state)
{
    (void)state;
    struct answer answer = {0};
    struct pw_finding finding = small_finding();
    answer_begin(&answer);
    assert_int_equal(answer_add_finding(&answer, instance, PW_TEXT("publication"), &finding),
                     PW_ERROR_INVALID);
    assert_int_equal(answer_refuse(&answer, PW_ERROR_IO, "later"), PW_ERROR_IO);
    assert_int_equal(answer.refused, PW_ERROR_INVALID);
    assert_string_equal(answer.why,
                        "The finding \"r\" on publication was refused: its level is above what this "
                        "pathway can ever say.");
    answer_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts_end_at_their_number),
        cmocka_unit_test(test_findings_end_at_their_number),
        cmocka_unit_test(test_rule_names_are_plain_and_short),
        cmocka_unit_test(test_bytes_end_at_their_number),
        cmocka_unit_test(test_structs_that_lie),
        cmocka_unit_test(test_the_first_refusal_explains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
