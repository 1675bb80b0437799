/* SPDX-License-Identifier: Apache-2.0
 *
 * What people do to cases, on a real journal: what is written where, questions and what answers them, appeals, and the
 * bounds of each.
 */
#include "journal_scratch.h"

#include <pathwayd/plugin.h>
#include "cases/appeal.h"
#include "cases/decision.h"
#include "cases/handling.h"
#include "cases/question.h"
#include "json/time.h"

static char *channels[] = {"stream", NULL};
static struct config_plugin plugins[] = {{.name = "stream", .stage = PW_STAGE_NOTIFY, .paced = true}};
static struct config_route routes[] = {
    {.min_level = PW_LEVEL_SUGGESTED, .asking = true, .channels = channels}};
static struct config_unit units[] = {{.code = "LAB", .contact = "lab@example.test"}, {.code = "EE"}};
static struct config_reviewer reviewers[] = {{.name = "ann"}, {.name = "ben"}, {.name = "guest"}};
static struct config_person people[] = {
    {.account = "alice", .reviewer = "ann", .roles = ROLE_LEAD},
    {.account = "bob", .reviewer = "ben", .roles = ROLE_REVIEWER | ROLE_LEAD},
};

static const struct actor
    alice = {.name = {"alice", 5}, .person = true, .roles = ROLE_LEAD, .reviewer = {"ann", 3}},
    bob = {.name = {"bob", 3}, .person = true, .roles = ROLE_REVIEWER | ROLE_LEAD, .reviewer = {"ben", 3}},
    carol = {.name = {"carol", 5}, .person = true, .roles = ROLE_REVIEWER | ROLE_LEAD},
    dora = {.name = {"dora", 4}, .person = true, .roles = ROLE_REVIEWER | ROLE_LEAD};

struct fixture {
    struct scratch scratch;
    struct config config;
    struct act_answer answer;
    uint64_t event;      /* the case's */
    char sentence[1024]; /* of the last refusal, "" when there was none */
};

/* ---- a case ---- */

static const char event_body[] = "{\"specversion\":\"1.0\",\"id\":\"t-1\",\"source\":\"https://a.example/"
                                 "\",\"time\":\"2026-01-01T00:00:00Z\","
                                 "\"type\":\"org.pathwayd.agreement.proposed.v1\",\"data\":{\"engagement_"
                                 "id\":\"E-1\",\"title\":\"Joint work\","
                                 "\"unit\":\"LAB\"}}";

static uint32_t level = PW_LEVEL_RECOMMENDED;

static int judge(struct journal_writer *writer, void *context)
{
    struct fixture *fixture = context;
    struct journal_finding finding = {.sequence = fixture->event,
                                      .instance = text("research"),
                                      .pathway = text("research"),
                                      .rule = text("r.one"),
                                      .level = level,
                                      .body =
                                          text("{\"rule\":\"r.one\",\"regime\":\"paper\",\"costs\":[\"C\"],"
                                               "\"benefits\":[\"B\"]}")};
    int status =
        journal_findings_put(writer, fixture->event, "research", "research", &finding, level ? 1 : 0);
    return status ? status : cases_apply(writer, &fixture->config, fixture->event, text(event_body));
}

static void judged(struct fixture *fixture)
{
    assert_int_equal(run_errand(fixture->scratch.journal, judge, fixture), 0);
}

static void begin(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    scratch_new(&fixture->scratch);
    fixture->config = (struct config){.review_days = 365,
                                      .type_prefix = "org.pathwayd.",
                                      .plugins = plugins,
                                      .plugin_count = 1,
                                      .routes = routes,
                                      .route_count = 1,
                                      .units = units,
                                      .unit_count = 2,
                                      .reviewers = reviewers,
                                      .reviewer_count = 3,
                                      .people = people,
                                      .person_count = 2,
                                      .questions_channel = "mail"};
    struct journal_event event = event_of("https://a.example/", "t-1", event_body);
    event.engagement_id = text("E-1");
    append_events(fixture->scratch.journal, &event, 1);
    fixture->event = event.sequence;
    level = PW_LEVEL_RECOMMENDED;
    judged(fixture);
}

static void end(struct fixture *fixture)
{
    uint64_t records = 0;
    char *error = NULL;
    assert_int_equal(scratch_verify(&fixture->scratch, &records, &error), 0);
    scratch_remove(&fixture->scratch);
}

/* ---- acting ---- */

enum doing { TAKE, ASSIGN, ASK, ANSWER, COMMENT, APPEAL, CLOSE, HOLD, DECIDE, SECOND, REOPEN };

struct step {
    struct fixture *fixture;
    enum doing doing;
    struct act_request who;
    const char *words, *word;
    int64_t ms;
    uint32_t number;
};

static int decide(struct journal_writer *writer, const struct step *step)
{
    bool declined = strcmp(step->word, "declined") == 0;
    const struct decision_request request = {.case_id = 1,
                                             .actor = step->who.actor,
                                             .revision = step->who.revision,
                                             .disposition = text(step->word),
                                             .reason = text("Because."),
                                             .displacement = text(declined ? "Elsewhere." : ""),
                                             .benefits = text("[\"B\"]"),
                                             .benefit_count = 1,
                                             .mitigations = text("[\"Escort.\"]"),
                                             .mitigation_count = 1};
    return decision_make(writer, &step->fixture->config, &request, &step->fixture->answer);
}

static int perform(struct journal_writer *writer, void *context)
{
    struct step *step = context;
    const struct config *config = &step->fixture->config;
    struct act_answer *answer = &step->fixture->answer;
    const struct act_request *who = &step->who;
    struct question_request question = {*who, text(step->word), text(step->words), step->ms};
    *answer = (struct act_answer){0};
    switch (step->doing) {
    case TAKE:
        return handling_take(writer, config, who, answer);
    case ASSIGN:
        return handling_assign(writer, config, who, text(step->word), text(step->words), answer);
    case ASK:
        return question_ask(writer, config, &question, answer);
    case ANSWER:
        return question_answer(writer, config, who, step->number, text(step->words), answer);
    case COMMENT:
        return handling_comment(writer, config, who, text(step->words), answer);
    case APPEAL:
        return appeal_make(writer, config, who, text("person"), text(step->words), answer);
    case CLOSE:
        return handling_close(writer, config, who, text(step->words), answer);
    case HOLD:
        return handling_hold(writer, config, who, step->ms, text(step->words), answer);
    case DECIDE:
        return decide(writer, step);
    case SECOND:
        return decision_second(writer, config, who, answer);
    case REOPEN:
        return decision_reopen(writer, config, who, text(step->words), answer);
    }
    return PW_ERROR_INVALID;
}

static void does_with(struct fixture *fixture, struct step step)
{
    step.fixture = fixture;
    step.who.case_id = step.who.case_id ? step.who.case_id : 1;
    step.words = step.words ? step.words : "";
    step.word = step.word ? step.word : "";
    int status = run_errand(fixture->scratch.journal, perform, &step);
    const struct refusal *refusal = &fixture->answer.refusal;
    assert_int_equal(status, refusal->code ? PW_ERROR_INVALID : 0);
    snprintf(fixture->sentence, sizeof(fixture->sentence), "%s", refusal->code ? refusal->sentence : "");
}

static void does(struct fixture *fixture, const struct actor *actor, enum doing doing, const char *words)
{
    struct step step = {
        .doing = doing, .who = {.actor = *actor}, .words = words, .word = doing == DECIDE ? words : ""};
    does_with(fixture, step);
    if (fixture->sentence[0])
        fail_msg("%s", fixture->sentence);
}

static void refused(struct fixture *fixture, struct step step, const char *code, const char *words)
{
    does_with(fixture, step);
    if (!fixture->answer.refusal.code || strcmp(fixture->answer.refusal.code, code) != 0 ||
        !strstr(fixture->sentence, words))
        fail_msg("not refused with %s and \"%s\", but \"%s\"", code, words, fixture->sentence);
}

/* ---- what is seen ---- */

struct seen {
    char state[32], assignee[32], body[4096], kind[32], actor[32], words[512], detail[512], decision[32];
    uint64_t revision;
    uint32_t entries, notices;
};

static int see_case(void *to, const struct journal_case *item)
{
    struct seen *seen = to;
    snprintf(seen->state, sizeof(seen->state), "%.*s", TEXT_FMT(item->state));
    snprintf(seen->assignee, sizeof(seen->assignee), "%.*s", TEXT_FMT(item->assignee));
    seen->revision = item->revision;
    return 0;
}

static int see_notice(void *to, const struct journal_notice *notice)
{
    struct seen *seen = to;
    snprintf(seen->body, sizeof(seen->body), "%.*s", TEXT_FMT(notice->body));
    seen->notices++;
    return 0;
}

static int see_entry(void *to, const struct journal_entry *entry)
{
    struct seen *seen = to;
    snprintf(seen->kind, sizeof(seen->kind), "%.*s", TEXT_FMT(entry->kind));
    snprintf(seen->actor, sizeof(seen->actor), "%.*s", TEXT_FMT(entry->actor));
    snprintf(seen->words, sizeof(seen->words), "%.*s", TEXT_FMT(entry->words));
    snprintf(seen->detail, sizeof(seen->detail), "%.*s", TEXT_FMT(entry->detail));
    seen->entries++;
    return 0;
}

static int see_decision(void *to, const struct journal_decision *decision)
{
    struct seen *seen = to;
    snprintf(seen->decision, sizeof(seen->decision), "%.*s", TEXT_FMT(decision->state));
    return 0;
}

static struct seen look(struct fixture *fixture)
{
    struct seen seen = {0};
    struct journal_view *view = scratch_view(&fixture->scratch);
    assert_int_equal(journal_case_read(view, 1, see_case, &seen), 0);
    assert_int_equal(journal_notices_of_case(view, 1, see_notice, &seen), 0);
    assert_int_equal(journal_entries_of_case(view, 1, see_entry, &seen), 0);
    assert_int_equal(journal_decisions_of_case(view, 1, see_decision, &seen), 0);
    journal_view_close(view);
    return seen;
}

static struct timeline timeline_of(struct fixture *fixture)
{
    struct timeline timeline = {0};
    struct journal_view *view = scratch_view(&fixture->scratch);
    assert_int_equal(timeline_read(view, 1, &timeline), 0);
    journal_view_close(view);
    return timeline;
}

/* ---- tests ---- */

static void an_act_has_a_revision_an_entry_and_a_record(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    uint64_t before = scratch_counts(&fixture.scratch).audit_records;
    does(&fixture, &bob, COMMENT, "A word.");
    struct seen seen = look(&fixture);
    assert_int_equal(seen.revision, 2);
    assert_int_equal(fixture.answer.revision, 2);
    assert_string_equal(seen.kind, "comment");
    assert_string_equal(seen.actor, "bob");
    assert_string_equal(seen.words, "A word.");
    assert_string_equal(seen.detail, "{\"revision\":2}");
    assert_true(scratch_counts(&fixture.scratch).audit_records >= before + 2);
    refused(&fixture, (struct step){.doing = COMMENT, .who = {.actor = bob}, .words = " \n"}, "bad_request",
            "something");
    assert_int_equal(look(&fixture).entries, 1); /* and a refusal leaves nothing */
    refused(&fixture, (struct step){.doing = COMMENT, .who = {.case_id = 9, .actor = bob}, .words = "x"},
            "not_found", "no such");
    end(&fixture);
}

static void who_comes_late_is_told_who_was_first(void **state)
{
    struct fixture fixture;
    struct step step = {.doing = COMMENT, .who = {.actor = bob, .revision = 1}, .words = "Mine."};
    (void)state;
    begin(&fixture);
    does(&fixture, &alice, TAKE, "");
    refused(&fixture, step, "changed", "take by alice at 2026-01-01T00:00:00Z");
    assert_int_equal(fixture.answer.refusal.revision, 2);
    for (int i = 0; i < 4; i++)
        does(&fixture, &carol, COMMENT, "More.");
    refused(&fixture, step, "changed", "comment by carol at 2026-01-01T00:00:00Z, comment by carol");
    assert_non_null(strstr(fixture.sentence, "and 2 more before"));
    assert_null(strstr(fixture.sentence, "policies"));
    level = PW_LEVEL_REQUIRED;
    judged(&fixture);
    refused(&fixture, step, "changed", "what the policies find");
    step.who.revision = 99;
    refused(&fixture, step, "changed", "now 7");
    step.who.revision = 7;
    does_with(&fixture, step);
    assert_string_equal(fixture.sentence, "");
    end(&fixture);
}

static void a_case_is_given_to_who_can_do_something(void **state)
{
    struct fixture fixture;
    struct step step = {.doing = ASSIGN, .who = {.actor = alice}, .word = "guest"};
    (void)state;
    begin(&fixture);
    refused(&fixture, step, "bad_request", "could do nothing");
    step.word = "zoe";
    refused(&fixture, step, "bad_request", "no reviewer");
    step.word = "ben";
    does_with(&fixture, step);
    struct seen seen = look(&fixture);
    assert_string_equal(seen.state, "triage");
    assert_string_equal(seen.assignee, "ben");
    assert_int_equal(seen.notices, 2); /* opened, assigned */
    does(&fixture, &bob, TAKE, "");
    assert_string_equal(look(&fixture).state, "in_review");
    level = PW_LEVEL_REQUIRED;
    judged(&fixture);
    seen = look(&fixture);
    assert_string_equal(seen.state, "in_review"); /* more of the same kind of trouble */
    assert_string_equal(seen.assignee, "ben");
    level = PW_LEVEL_NONE;
    judged(&fixture);
    assert_string_equal(look(&fixture).state, "withdrawn");
    level = PW_LEVEL_REQUIRED;
    judged(&fixture);
    seen = look(&fixture);
    assert_string_equal(seen.state, "new");
    assert_string_equal(seen.assignee, "ben");
    end(&fixture);
}

/* ---- questions ---- */

static void a_question_has_nothing_of_what_was_found(void **state)
{
    struct fixture fixture;
    struct step step = {
        .doing = ASK, .who = {.actor = bob}, .words = "Who owns it?", .ms = 1767744000000}; /* 01-07 */
    (void)state;
    begin(&fixture);
    does_with(&fixture, step);
    assert_string_equal(fixture.sentence, "");
    assert_true(fixture.answer.told);
    struct seen seen = look(&fixture);
    assert_string_equal(seen.state, "needs_information");
    assert_string_equal(
        seen.body,
        "{\"notice_id\":\"C-000001-19b76daa800-2+mail+?q1\",\"kind\":\"question\",\"case_id\":\"C-000001\","
        "\"engagement_id\":\"E-1\",\"recipient\":{\"reviewer\":\"\",\"address\":\"lab@example.test\"},"
        "\"time\":\"2026-01-01T00:00:00Z\",\"because\":\"You are the contact of the unit LAB.\","
        "\"title\":\"Joint work\",\"question\":\"Who owns "
        "it?\",\"asked_by\":\"ben\",\"answer_by\":\"2026-01-07\","
        "\"event\":{\"source\":\"https://a.example/"
        "\",\"id\":\"t-1\",\"type\":\"org.pathwayd.agreement.proposed.v1\"},"
        "\"act\":\"pathwayctl answer C-000001 --question 1 --text TEXT\"}");
    level = PW_LEVEL_NONE; /* whoever was asked is told of nothing else */
    judged(&fixture);
    assert_null(strstr(look(&fixture).body, "lab@example.test"));
    end(&fixture);
}

static void where_nobody_can_be_written_to_the_case_waits(void **state)
{
    struct fixture fixture;
    struct step step = {.doing = ASK, .who = {.actor = bob}, .words = "Who?", .word = "EE"};
    (void)state;
    begin(&fixture);
    does_with(&fixture, step);
    assert_false(fixture.answer.told);
    assert_string_equal(look(&fixture).state, "needs_information");
    fixture.config.questions_channel = NULL;
    step.word = "";
    does_with(&fixture, step);
    assert_string_equal(fixture.sentence, "");
    assert_false(fixture.answer.told);
    assert_int_equal(look(&fixture).notices, 1);
    step.word = "NONE";
    refused(&fixture, step, "bad_request", "no unit");
    end(&fixture);
}

/* An event with that key, about that event. */
static int note_correction(struct journal_writer *writer, void *context)
{
    const uint64_t *sequence = context;
    return journal_correction_put(writer, *sequence, text("https://a.example/"), text("t-1"));
}

static void corrects(struct fixture *fixture, const char *id, const char *source, const char *target,
                     const char *key)
{
    char body[512];
    snprintf(
        body, sizeof(body),
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\",\"type\":\"org.pathwayd.correction.v1\","
        "\"causationid\":\"%s\",\"correlationid\":\"%s\",\"data\":{\"precautions\":[\"visitor_escort\"]}}",
        id, source, target, key);
    struct journal_event event = event_of(source, id, body);
    append_events(fixture->scratch.journal, &event, 1);
    assert_int_equal(run_errand(fixture->scratch.journal, note_correction, &event.sequence), 0);
    judged(fixture);
}

static void an_event_answers_what_it_names(void **state)
{
    static const char here[] = "https://a.example/";
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    does(&fixture, &bob, ASK, "One?");
    does(&fixture, &bob, ASK, "Two?");
    uint64_t revision = look(&fixture).revision;
    corrects(&fixture, "c-1", here, "t-1", "");
    corrects(&fixture, "c-2", here, "t-1", "C-000002/q1");
    corrects(&fixture, "c-3", here, "t-1", "C-000001/q3");
    corrects(&fixture, "c-4", here, "t-2", "C-000001/q1");                 /* whose hash is the same */
    corrects(&fixture, "c-5", "https://b.example/", "t-1", "C-000001/q1"); /* another source's */
    assert_int_equal(look(&fixture).revision, revision);
    corrects(&fixture, "c-6", here, "t-1", "C-000001/q2");
    struct seen seen = look(&fixture);
    assert_string_equal(seen.kind, "answered");
    assert_string_equal(seen.actor, "");
    assert_string_equal(seen.words, "{\"precautions\":[\"visitor_escort\"]}");
    assert_string_equal(seen.state, "needs_information");
    assert_int_equal(seen.revision, revision + 1);
    judged(&fixture); /* once */
    assert_int_equal(look(&fixture).revision, revision + 1);
    corrects(&fixture, "c-7", here, "t-1", "C-000001/q1");
    assert_string_equal(look(&fixture).state, "in_review");
    struct timeline timeline = timeline_of(&fixture);
    assert_int_equal(timeline.question_count, 2);
    assert_int_equal(timeline.open_count, 0);
    timeline_release(&timeline);
    end(&fixture);
}

static void an_answer_that_was_heard_is_for_an_open_question(void **state)
{
    struct fixture fixture;
    struct step step = {.doing = ANSWER, .who = {.actor = carol}, .words = "They do."};
    (void)state;
    begin(&fixture);
    refused(&fixture, step, "state", "No question is open");
    does(&fixture, &bob, ASK, "One?");
    does(&fixture, &bob, ASK, "Two?");
    refused(&fixture, step, "bad_request", "say which");
    step.number = 3;
    refused(&fixture, step, "bad_request", "Question 3");
    step.number = 2;
    does_with(&fixture, step);
    refused(&fixture, step, "bad_request", "Question 2 is not open");
    assert_string_equal(look(&fixture).state, "needs_information");
    step.number = 0;
    does_with(&fixture, step);
    assert_string_equal(look(&fixture).state, "in_review");
    end(&fixture);
}

static void questions_have_a_bound(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    for (uint32_t i = 0; i < TIMELINE_QUESTIONS; i++)
        does(&fixture, &bob, ASK, "And?");
    refused(&fixture, (struct step){.doing = ASK, .who = {.actor = bob}, .words = "x"}, "state",
            "64 questions");
    end(&fixture);
}

/* ---- appeals ---- */

static void an_appeal_is_decided_by_others_to_the_end(void **state)
{
    struct fixture fixture;
    struct step step = {.doing = DECIDE, .who = {.actor = bob}, .word = "proceed"};
    (void)state;
    begin(&fixture);
    does(&fixture, &bob, DECIDE, "declined");
    does(&fixture, &alice, SECOND, "");
    does(&fixture, &carol, APPEAL, "It is theory.");
    struct seen seen = look(&fixture);
    assert_string_equal(seen.state, "appealed");
    assert_string_equal(seen.decision, "appealed");
    refused(&fixture, step, "two_people", "appealed");
    step.who.actor = alice;
    refused(&fixture, step, "two_people", "appealed");
    level = PW_LEVEL_REQUIRED; /* whatever happens in between */
    judged(&fixture);
    assert_string_equal(look(&fixture).state, "appealed");
    refused(&fixture, step, "two_people", "appealed");
    does(&fixture, &carol, DECIDE, "declined");
    refused(&fixture, (struct step){.doing = SECOND, .who = {.actor = alice}}, "two_people", "appealed");
    level = PW_LEVEL_PROHIBITED; /* what is proposed is no longer what it was */
    judged(&fixture);
    assert_string_equal(look(&fixture).state, "appealed");
    level = PW_LEVEL_REQUIRED;
    judged(&fixture);
    does(&fixture, &carol, DECIDE, "proceed");
    seen = look(&fixture);
    assert_string_equal(seen.state, "decided");
    does(&fixture, &carol, APPEAL, "And yet.");
    step.who.actor = bob; /* also not after the second appeal */
    refused(&fixture, step, "two_people", "appealed");
    does(&fixture, &dora, DECIDE, "proceed");
    does(&fixture, &dora, REOPEN, "Something else.");
    does(&fixture, &bob, DECIDE, "proceed"); /* an appeal that is decided is over */
    end(&fixture);
}

static void what_is_prohibited_takes_two_on_appeal_as_well(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    level = PW_LEVEL_PROHIBITED;
    judged(&fixture);
    does(&fixture, &bob, DECIDE, "proceed");
    does(&fixture, &alice, SECOND, "");
    does(&fixture, &carol, APPEAL, "No.");
    does(&fixture, &carol, DECIDE, "proceed");
    assert_string_equal(look(&fixture).state, "proposed");
    refused(&fixture, (struct step){.doing = SECOND, .who = {.actor = carol}}, "two_people", "somebody else");
    does(&fixture, &dora, SECOND, "");
    assert_string_equal(look(&fixture).state, "decided");
    end(&fixture);
}

static void what_is_closed_waits_for_its_review(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    struct step step = {.doing = CLOSE, .who = {.actor = bob}};
    does(&fixture, &bob, DECIDE, "proceed_with_mitigation");
    refused(&fixture, step, "state", "Mitigation 1");
    does(&fixture, &bob, REOPEN, "x");
    fixture.config.review_days = 1;
    struct step decision = {.doing = DECIDE, .who = {.actor = bob}, .word = "declined"};
    does_with(&fixture, decision);
    assert_string_equal(look(&fixture).state, "proposed");
    refused(&fixture, step, "state", "second what is proposed");
    end(&fixture);
}

static void a_hold_is_for_a_while(void **state)
{
    struct fixture fixture;
    const int64_t now = 1767225600000;
    struct step step = {.doing = HOLD, .who = {.actor = bob}, .words = "The key."};
    (void)state;
    begin(&fixture);
    for (int i = 0; i < 3; i++) {
        step.ms = i == 0 ? 0 : i == 1 ? now : now + (int64_t)HOLD_DAYS * DAY_MS + 1;
        refused(&fixture, step, "bad_request", "30 days");
    }
    step.ms = now + (int64_t)HOLD_DAYS * DAY_MS;
    does_with(&fixture, step);
    struct timeline timeline = timeline_of(&fixture);
    assert_true(timeline_is_held(&timeline, step.ms - 1));
    assert_false(timeline_is_held(&timeline, step.ms));
    timeline_release(&timeline);
    does(&fixture, &bob, DECIDE, "proceed_with_mitigation");
    timeline = timeline_of(&fixture);
    assert_false(timeline_is_held(&timeline, now));
    assert_int_equal(timeline.measure_count, 1);
    timeline_release(&timeline);
    end(&fixture);
}

static void references_are_places_and_not_files(void **state)
{
    static const char *const good[] = {"https://records.example.edu/a?b=c%20d#e", "RD-2026/117", "117",
                                       "A:12", "urn:isbn:1"};
    static const char *const bad[] = {"",          "/etc/passwd", "./x",  "~/x",         "http://x.example/",
                                      "file:///x", "a b",         "a\nb", "https://x y", "https://",
                                      "a\"b",      "Grüße",       "a?b",  "x:/y",        "https://x/<y>"};
    char longest[ACT_WORD + 2];
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!reference_is_good(text(good[i])))
            fail_msg("%s is none", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (reference_is_good(text(bad[i])))
            fail_msg("%s is one", bad[i]);
    memset(longest, 'x', sizeof(longest));
    memcpy(longest, "https://", 8);
    assert_true(reference_is_good((struct pw_text){longest, ACT_WORD}));
    assert_false(reference_is_good((struct pw_text){longest, ACT_WORD + 1}));
    assert_false(reference_is_good((struct pw_text){longest + 8, 129}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_has_a_revision_an_entry_and_a_record),
        cmocka_unit_test(who_comes_late_is_told_who_was_first),
        cmocka_unit_test(a_case_is_given_to_who_can_do_something),
        cmocka_unit_test(a_question_has_nothing_of_what_was_found),
        cmocka_unit_test(where_nobody_can_be_written_to_the_case_waits),
        cmocka_unit_test(an_event_answers_what_it_names),
        cmocka_unit_test(an_answer_that_was_heard_is_for_an_open_question),
        cmocka_unit_test(questions_have_a_bound),
        cmocka_unit_test(an_appeal_is_decided_by_others_to_the_end),
        cmocka_unit_test(what_is_prohibited_takes_two_on_appeal_as_well),
        cmocka_unit_test(what_is_closed_waits_for_its_review),
        cmocka_unit_test(a_hold_is_for_a_while),
        cmocka_unit_test(references_are_places_and_not_files),
    };
    return cmocka_run_group_tests_name("casework", tests, NULL, NULL);
}
