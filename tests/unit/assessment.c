/* SPDX-License-Identifier: Apache-2.0
 *
 * What the daemon accepts as a plugin host's answer: the pathways' limits, looked at once more on the side that no
 * plugin can reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pathwayd/plugin.h>

#include <stdio.h>
#include <string.h>

#include "dispatch/assessment.h"

#define NO_ARRAY "the plugin host answered with something that is not a JSON array"
#define NO_LEVEL "the plugin host sent a finding without a known level"
#define NO_RULE  "the plugin host sent a finding without a rule, or with a name that no rule may have"
#define STRAYED  "the plugin host sent a finding for another pathway"
#define ABOVE    "the plugin host sent a finding above what its pathway can ever say"
#define ASKS     "the plugin host sent a request for information on a pathway that never asks"

static void expect(const char *answer, enum pathway pathway, const char *fault)
{
    struct pw_document document = {0};
    const char *said = assessment_answer_fault(&document, (struct pw_text){answer, strlen(answer)}, pathway);
    if ((said == NULL) != (fault == NULL) || (said && strcmp(said, fault) != 0))
        fail_msg("%s: \"%s\", expected \"%s\"", answer, said ? said : "no fault", fault ? fault : "no fault");
    json_release(&document);
}

static void write_finding(char *text, size_t size, enum pathway pathway, uint32_t level, bool asks)
{
    snprintf(text, size, "[{\"rule\":\"a.b\",\"pathway\":\"%s\",\"level\":\"%s\",\"needs_information\":%s}]",
             pathways[pathway].name, level_names[level], asks ? "true" : "false");
}

/* Written out, so that a limit that is lifted in the table of pathways is missed here. */
static void test_every_level_of_every_pathway(void **state)
{
    (void)state;
    static const struct {
        uint32_t most;
        bool asks;
    } limits[PATHWAY_COUNT] = {
        [PATHWAY_RESEARCH] = {PW_LEVEL_PROHIBITED, true},
        [PATHWAY_CONFERENCE] = {PW_LEVEL_RECOMMENDED, false},
        [PATHWAY_ENROLMENT] = {PW_LEVEL_PROHIBITED, true},
        [PATHWAY_PUBLICATION] = {PW_LEVEL_NOTE, false},
        [PATHWAY_LAB] = {PW_LEVEL_PROHIBITED, true},
        [PATHWAY_LEGAL] = {PW_LEVEL_PROHIBITED, true},
    };
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        for (uint32_t level = 0; level < PW_LEVEL_COUNT; level++)
            for (int asks = 0; asks < 2; asks++) {
                char text[256];
                write_finding(text, sizeof text, pathway, level, asks);
                expect(text, pathway,
                       level > limits[pathway].most    ? ABOVE
                       : asks && !limits[pathway].asks ? ASKS
                                                       : NULL);
            }
}

static void test_every_finding_is_looked_at(void **state)
{
    (void)state;
    static const char good[] = "{\"rule\":\"a\",\"pathway\":\"publication\",\"level\":\"note\"}";
    static const char bad[] = "{\"rule\":\"a\",\"pathway\":\"publication\",\"level\":\"suggested\"}";
    char text[512];
    snprintf(text, sizeof text, "[%s,%s]", good, good);
    expect(text, PATHWAY_PUBLICATION, NULL);
    snprintf(text, sizeof text, "[%s,%s,%s]", good, good, bad);
    expect(text, PATHWAY_PUBLICATION, ABOVE);
    snprintf(text, sizeof text, "[%s,%s]", bad, good);
    expect(text, PATHWAY_PUBLICATION, ABOVE);
}

static void test_what_is_no_finding(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *fault;
    } cases[] = {
        {"[]", NULL},
        {"", NO_ARRAY},
        {"{}", NO_ARRAY},
        {"null", NO_ARRAY},
        {"[", NO_ARRAY},
        {"[] []", NO_ARRAY},
        {"[null]", NO_LEVEL},
        {"[\"required\"]", NO_LEVEL},
        {"[[]]", NO_LEVEL},
        {"[{}]", NO_LEVEL},
        {"[{\"rule\":\"a\",\"pathway\":\"lab\"}]", NO_LEVEL},
        {"[{\"rule\":\"a\",\"pathway\":\"lab\",\"level\":\"Note\"}]", NO_LEVEL},
        {"[{\"rule\":\"a\",\"pathway\":\"lab\",\"level\":\"notes\"}]", NO_LEVEL},
        {"[{\"rule\":\"a\",\"pathway\":\"lab\",\"level\":1}]", NO_LEVEL},
        {"[{\"rule\":\"a\",\"pathway\":\"lab\",\"level\":\"\"}]", NO_LEVEL},
        {"[{\"pathway\":\"lab\",\"level\":\"note\"}]", NO_RULE},
        {"[{\"rule\":\"\",\"pathway\":\"lab\",\"level\":\"note\"}]", NO_RULE},
        {"[{\"rule\":7,\"pathway\":\"lab\",\"level\":\"note\"}]", NO_RULE},
        {"[{\"rule\":\"a\",\"level\":\"note\"}]", STRAYED},
        {"[{\"rule\":\"a\",\"pathway\":\"legal\",\"level\":\"note\"}]", STRAYED},
        {"[{\"rule\":\"a\",\"pathway\":\"la\",\"level\":\"note\"}]", STRAYED},
        {"[{\"rule\":\"a\",\"pathway\":\"labs\",\"level\":\"note\"}]", STRAYED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i].answer, PATHWAY_LAB, cases[i].fault);
}

/* Facts are the enricher's own matter; an array they must be. */
static void test_an_enricher_answers_with_an_array(void **state)
{
    (void)state;
    expect("[{\"by\":\"a\",\"fact\":\"b\",\"value\":1}]", PATHWAY_COUNT, NULL);
    expect("{}", PATHWAY_COUNT, NO_ARRAY);
    expect("[1", PATHWAY_COUNT, NO_ARRAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_level_of_every_pathway),
        cmocka_unit_test(test_every_finding_is_looked_at),
        cmocka_unit_test(test_what_is_no_finding),
        cmocka_unit_test(test_an_enricher_answers_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
