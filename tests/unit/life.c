/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a case: every state, every act, every role, against a drawing of its own; and what roles may ask for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cases/life.h"
#include "control/access.h"
#include "control/request.h"
#include "json/json.h"

/* The state after it, by act and state; "-": it is refused. */
static const char *const expected[ACT_COUNT][CASE_STATES] = {
    /*                     new          triage       in_review    needs_inf.   proposed    decided    appealed    closed     withdrawn */
    [ACT_ASSIGN] = {"triage", "triage", "in_review", "needs_information", "proposed", "-", "appealed", "-",
                    "-"},
    [ACT_TAKE] = {"in_review", "in_review", "in_review", "in_review", "proposed", "-", "appealed", "-", "-"},
    [ACT_ASK] = {"needs_information", "needs_information", "needs_information", "needs_information", "-", "-",
                 "appealed", "-", "-"},
    [ACT_ANSWER] = {"new", "triage", "in_review", "in_review", "proposed", "-", "appealed", "-", "-"},
    [ACT_COMMENT] = {"new", "triage", "in_review", "needs_information", "proposed", "decided", "appealed",
                     "closed", "withdrawn"},
    [ACT_ATTACH] = {"new", "triage", "in_review", "needs_information", "proposed", "decided", "appealed",
                    "closed", "withdrawn"},
    [ACT_STATEMENT] = {"new", "triage", "in_review", "needs_information", "proposed", "decided", "appealed",
                       "closed", "withdrawn"},
    [ACT_HOLD] = {"new", "triage", "in_review", "needs_information", "proposed", "-", "appealed", "-", "-"},
    [ACT_DECIDE] = {"decided", "decided", "decided", "decided", "-", "-", "decided", "-", "-"},
    [ACT_SECOND] = {"-", "-", "-", "-", "decided", "-", "-", "-", "-"},
    [ACT_REOPEN] = {"-", "-", "-", "-", "new", "new", "-", "new", "-"},
    [ACT_APPEAL] = {"-", "-", "-", "-", "-", "appealed", "-", "appealed", "-"},
    [ACT_CLOSE] = {"-", "-", "-", "-", "-", "closed", "-", "-", "-"},
    [ACT_DISSENT] = {"new", "triage", "in_review", "needs_information", "proposed", "decided", "appealed",
                     "closed", "withdrawn"},
    [ACT_MITIGATION] = {"-", "-", "-", "-", "-", "decided", "-", "-", "-"},
    [ACT_REFER] = {"new", "triage", "in_review", "needs_information", "proposed", "decided", "appealed",
                   "closed", "-"},
    [ACT_REFER_SECOND] = {"new", "triage", "in_review", "needs_information", "proposed", "decided",
                          "appealed", "closed", "-"},
};

/* Who may: r reviewer, l lead, R reviewer whose case it is. Auditors and administrators act on no case. */
static const char *const who_may[ACT_COUNT] = {
    [ACT_ASSIGN] = "lR",      [ACT_TAKE] = "rl",    [ACT_ASK] = "rl",        [ACT_ANSWER] = "rl",
    [ACT_COMMENT] = "rl",     [ACT_ATTACH] = "rl",  [ACT_STATEMENT] = "rl",  [ACT_HOLD] = "rl",
    [ACT_DECIDE] = "rl",      [ACT_SECOND] = "l",   [ACT_REOPEN] = "rl",     [ACT_APPEAL] = "rl",
    [ACT_CLOSE] = "rl",       [ACT_DISSENT] = "rl", [ACT_MITIGATION] = "rl", [ACT_REFER] = "rl",
    [ACT_REFER_SECOND] = "l",
};

static bool may(enum case_act act, uint32_t roles, bool own)
{
    const char *who = who_may[act];
    return ((roles & ROLE_REVIEWER) && (strchr(who, 'r') || (own && strchr(who, 'R')))) ||
           ((roles & ROLE_LEAD) && strchr(who, 'l'));
}

/* What there is to do instead is a command, or that there is nothing. */
static void assert_helps(const char *sentence)
{
    static const char *const words[] = {"case reopen",    "case decide", "case comment", "case show",
                                        "case statement", "case close",  "second what"};
    size_t length = strlen(sentence);
    assert_true(length > 20 && sentence[length - 1] == '.');
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(sentence, words[i]))
            return;
    fail_msg("\"%s\" does not say what to do instead", sentence);
}

static void walk_one(enum case_act act, enum case_state state, uint32_t roles, bool own)
{
    const struct actor actor = {.name = PW_TEXT("uid 7"), .person = true, .roles = roles};
    const char *wanted = expected[act][state];
    enum case_state to = CASE_STATES;
    struct refusal refusal = {0};
    int status = life_check(state, act, &actor, own, "C-000001", &to, &refusal);
    const char *code = refusal.code ? refusal.code : "";
    if (!may(act, roles, own)) {
        assert_string_equal(code, "role");
        assert_non_null(
            strstr(refusal.sentence, act == ACT_SECOND || act == ACT_REFER_SECOND || act == ACT_ASSIGN
                                         ? "for a lead"
                                         : "for a reviewer or lead"));
    } else if (strcmp(wanted, "-") == 0) {
        assert_string_equal(code, "state");
        assert_non_null(strstr(refusal.sentence, case_states[state]));
        assert_helps(refusal.sentence);
    } else if (status != 0 || to == CASE_STATES || strcmp(case_states[to], wanted) != 0) {
        fail_msg("%s in %s: %s, not %s", lives[act].word, case_states[state],
                 to == CASE_STATES ? code : case_states[to], wanted);
    }
    assert_int_equal(status != 0, *code != '\0');
    assert_int_equal(to == CASE_STATES, *code != '\0');
}

static void every_state_every_act_every_role(void **state)
{
    (void)state;
    for (enum case_act act = 0; act < ACT_COUNT; act++)
        for (enum case_state in = 0; in < CASE_STATES; in++)
            for (uint32_t roles = 0; roles <= ROLE_ALL; roles++)
                for (int own = 0; own < 2; own++)
                    walk_one(act, in, roles, own);
}

static void states_have_names(void **state)
{
    (void)state;
    for (enum case_state in = 0; in < CASE_STATES; in++)
        assert_int_equal(case_state_of(case_states[in]), in);
    assert_int_equal(case_state_of("elsewhere"), CASE_STATES);
    struct refusal refusal = {0};
    enum case_state to;
    const struct actor actor = {.roles = ROLE_ALL};
    assert_int_not_equal(life_check(CASE_STATES, ACT_COMMENT, &actor, false, "C", &to, &refusal), 0);
    assert_string_equal(refusal.code, "state");
}

/* ---- what roles may ask for ---- */

/* In the order of role_names, who may: "rlaA" is everybody. */
static const struct {
    const char *operation, *who;
} asked[] = {
    {"status", "rlaA."},
    {"metrics", "rlaA."},
    {"drained", "rlaA."},
    {"event.list", "rla"},
    {"event.show", "rla"},
    {"finding.list", "rla"},
    {"report", "rla"},
    {"why", "rla"},
    {"case.list", "rla"},
    {"case.show", "rla"},
    {"case.assign", "rl"},
    {"case.take", "rl"},
    {"case.ask", "rl"},
    {"case.answer", "rl"},
    {"case.comment", "rl"},
    {"case.attach", "rl"},
    {"case.statement", "rl"},
    {"case.hold", "rl"},
    {"case.decide", "rl"},
    {"case.second", "l"},
    {"case.reopen", "rl"},
    {"case.appeal", "rl"},
    {"case.close", "rl"},
    {"case.dissent", "rl"},
    {"case.mitigation", "rl"},
    {"case.refer", "rl"},
    {"case.refer_second", "l"},
    {"silence.add", "l"},
    {"silence.end", "l"},
    {"silence.list", "rla"},
    {"pack.propose", "A"},
    {"pack.second", "A"},
    {"pack.withdraw", "A"},
    {"pack.history", "laA"},
    {"pack.change", "laA"},
    {"plugin.list", "aA"},
    {"pending.list", "aA"},
    {"pause", "A"},
    {"resume", "A"},
    {"reload", "A"},
};

static const char *who_asks(const char *operation)
{
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
        if (strcmp(asked[i].operation, operation) == 0)
            return asked[i].who;
    fail_msg("nobody said who may ask for %s", operation);
    return "";
}

static void every_operation_every_role(void **state)
{
    static const char letters[ROLE_COUNT + 1] = "rlaA";
    uint32_t count = 0;
    (void)state;
    for (const char *operation; (operation = request_operation(count)); count++)
        for (uint32_t roles = 0; roles <= ROLE_ALL; roles++) {
            const struct actor actor = {.name = PW_TEXT("uid 7"), .roles = roles};
            struct refusal refusal = {0};
            bool expects = strchr(who_asks(operation), '.') != NULL;
            for (uint32_t role = 0; role < ROLE_COUNT; role++)
                expects = expects || ((roles & 1u << role) && strchr(who_asks(operation), letters[role]));
            assert_int_equal(access_check(operation, &actor, &refusal) == 0, expects);
            assert_int_equal(refusal.code != NULL, !expects);
            for (uint32_t role = 0; !expects && role < ROLE_COUNT; role++)
                if (strchr(who_asks(operation), letters[role]))
                    assert_non_null(strstr(refusal.sentence, role_names[role]));
        }
    assert_int_equal(count, access_count); /* no row without an operation */
    assert_int_equal(count, sizeof(asked) / sizeof(asked[0]));
}

/* Where an act is refused to a role whatever the state, the operation is. */
static void acts_and_operations_agree(void **state)
{
    (void)state;
    for (enum case_act act = 0; act < ACT_COUNT; act++) {
        char name[64];
        snprintf(name, sizeof(name), "case.%s",
                 act == ACT_ANSWER         ? "answer"
                 : act == ACT_REFER_SECOND ? "refer_second"
                                           : lives[act].word);
        for (uint32_t i = 0; i <= access_count; i++) {
            if (i == access_count)
                fail_msg("no operation %s", name);
            if (strcmp(access_table[i].operation, name) != 0)
                continue;
            assert_int_equal(access_table[i].roles, lives[act].roles | lives[act].own);
            break;
        }
    }
}

static void what_shows_all_is_not_for_a_part(void **state)
{
    static char *queues[] = {"labs", NULL};
    struct actor actor = {.name = PW_TEXT("uid 7"), .roles = ROLE_REVIEWER, .queues = queues};
    struct refusal refusal = {0};
    (void)state;
    assert_int_not_equal(access_check("finding.list", &actor, &refusal), 0);
    assert_non_null(strstr(refusal.sentence, "case list"));
    assert_int_equal(access_check("case.list", &actor, &refusal), 0);
    assert_true(actor_sees_queue(&actor, PW_TEXT("labs")) && actor_sees_queue(&actor, PW_TEXT("")));
    assert_false(actor_sees_queue(&actor, PW_TEXT("lab")));
    actor.roles |= ROLE_AUDITOR;
    assert_int_equal(access_check("finding.list", &actor, &refusal), 0);
    assert_true(actor_sees_queue(&actor, PW_TEXT("visas")));
    assert_int_not_equal(access_check("no.such", &actor, &refusal), 0);
}

static void a_look_is_noted_once_a_minute(void **state)
{
    static struct views views;
    const struct pw_text alice = PW_TEXT("alice"), bob = PW_TEXT("bob");
    (void)state;
    assert_false(views_fresh(&views, alice, 1, 1000));
    views_note(&views, alice, 1, 1000);
    assert_true(views_fresh(&views, alice, 1, 1000 + VIEW_MS - 1));
    assert_false(views_fresh(&views, alice, 1, 1000 + VIEW_MS));
    assert_false(views_fresh(&views, alice, 1, 999)); /* the clock was set back */
    assert_false(views_fresh(&views, alice, 2, 1000));
    assert_false(views_fresh(&views, bob, 1, 1000));
    for (uint32_t i = 0; i < VIEWS_KEPT; i++)
        views_note(&views, bob, 100 + i, 1000);
    assert_false(views_fresh(&views, alice, 1, 1001)); /* forgotten, and recorded once more */
    assert_true(views_fresh(&views, bob, 100 + VIEWS_KEPT - 1, 1001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_every_act_every_role), cmocka_unit_test(states_have_names),
        cmocka_unit_test(every_operation_every_role),       cmocka_unit_test(acts_and_operations_agree),
        cmocka_unit_test(what_shows_all_is_not_for_a_part), cmocka_unit_test(a_look_is_noted_once_a_minute),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
