/* SPDX-License-Identifier: Apache-2.0
 *
 * What people decide, on a real journal: every state and every thing that can happen in it (cases/cases.h), what a
 * decision has to say, and what it relies on.
 */
#include "journal_scratch.h"

#include <pathwayd/plugin.h>
#include "cases/clearance.h"
#include "cases/decision.h"

#define DAY DAY_MS

struct fixture {
    struct scratch scratch;
    struct config config;
    struct act_answer answer;
    const char *code; /* of what was asked last; "" done */
    uint32_t told;    /* notices before the last step */
};

static int64_t now_ms; /* the journal's thread reads it between two steps only */

static int64_t moving_clock(void *context)
{
    (void)context;
    return now_ms;
}

static char *channels[] = {"stream", NULL};
static struct config_plugin plugins[] = {{.name = "stream", .stage = PW_STAGE_NOTIFY, .paced = true}};
static struct config_route routes[] = {
    {.min_level = PW_LEVEL_SUGGESTED, .asking = true, .channels = channels}};

static const struct actor alice = {.name = {"alice", 5}, .person = true, .roles = ROLE_ALL},
                          bob = {.name = {"bob", 3}, .person = true, .roles = ROLE_ALL},
                          root = {.name = {"root", 4}, .roles = ROLE_ALL};

static void open_fixture(struct fixture *fixture)
{
    char *error = NULL;
    memset(fixture, 0, sizeof(*fixture));
    now_ms = 1767225600000; /* 2026-01-01 */
    scratch_folder(&fixture->scratch);
    struct journal_options options = {
        .path = fixture->scratch.path, .min_free_bytes = 1, .clock_ms = moving_clock};
    assert_int_equal(journal_open(&options, &fixture->scratch.journal, &error), 0);
    fixture->config = (struct config){.review_days = 365,
                                      .type_prefix = "org.pathwayd.",
                                      .routes = routes,
                                      .route_count = 1,
                                      .plugins = plugins,
                                      .plugin_count = 1};
}

/* ---- what happens ---- */

struct said {
    const char *id, *rule, *partner, *operand, *content;
    uint32_t level;
};
static const struct said ordinary = {"t-1", "r.one", "Example Institute", "ai", "c1", PW_LEVEL_RECOMMENDED};

struct step {
    struct fixture *fixture;
    struct said said;
    uint64_t sequence;
    char body[512];
    const struct actor *actor;
    const char *disposition;
    struct decision_request request;
};

static void tell(struct step *step)
{
    snprintf(
        step->body, sizeof(step->body),
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"https://a.example/"
        "\",\"time\":\"2026-01-01T00:00:00Z\","
        "\"type\":\"org.pathwayd.agreement.proposed.v1\",\"data\":{\"engagement_id\":\"E-1\",\"title\":\"T\","
        "\"partner\":[{\"name\":\"%s\"}]}}",
        step->said.id, step->said.partner);
    struct journal_event event = event_of("https://a.example/", step->said.id, step->body);
    event.engagement_id = text("E-1");
    append_events(step->fixture->scratch.journal, &event, 1);
    step->sequence = event.sequence;
}

static int judge(struct journal_writer *writer, void *context)
{
    struct step *step = context;
    const struct said *said = &step->said;
    char json[1024];
    snprintf(json, sizeof(json),
             "{\"rule\":\"%s\",\"regime\":\"paper\",\"version\":\"2.0.0+%s\",\"costs\":[\"C1.x\"],"
             "\"benefits\":[\"B1.y\"],"
             "\"evidence\":[{\"source\":\"list\",\"list\":\"L\",\"entry\":\"7\",\"entry_name\":\"Example\","
             "\"snapshot\":\"2026-01-01\",\"content\":\"%s\"}],"
             "\"trace\":[[\"applications\",\"%s\",\"yes\"],[\"engagement\",\"%s\",\"no\"],[\"+3\"]],"
             "\"unknowns\":[]}",
             said->rule, said->rule, said->content, said->operand, said->id);
    struct journal_finding finding = {.sequence = step->sequence,
                                      .instance = text("research"),
                                      .pathway = text("research"),
                                      .rule = text(said->rule),
                                      .level = said->level,
                                      .body = text(json)};
    int status =
        journal_findings_put(writer, step->sequence, "research", "research", &finding, said->level ? 1 : 0);
    return status ? status : cases_apply(writer, &step->fixture->config, step->sequence, text(step->body));
}

static void happens(struct fixture *fixture, const struct said *said)
{
    struct step step = {.fixture = fixture, .said = *said};
    tell(&step);
    assert_int_equal(run_errand(fixture->scratch.journal, judge, &step), 0);
}

static int decide(struct journal_writer *writer, void *context)
{
    struct step *step = context;
    return decision_make(writer, &step->fixture->config, &step->request, &step->fixture->answer);
}

static int second(struct journal_writer *writer, void *context)
{
    struct step *step = context;
    const struct act_request request = {.case_id = 1, .actor = *step->actor};
    return decision_second(writer, &step->fixture->config, &request, &step->fixture->answer);
}

static int reopen(struct journal_writer *writer, void *context)
{
    struct step *step = context;
    const struct act_request request = {.case_id = 1, .actor = *step->actor};
    return decision_reopen(writer, &step->fixture->config, &request, text("Looked at again."),
                           &step->fixture->answer);
}

static int fall_due(struct journal_writer *writer, void *context)
{
    uint32_t count = 0;
    struct step *step = context;
    return decisions_due(writer, &step->fixture->config, 10, &count);
}

/* A refusal undoes what was written, and only a refusal has a code. */
static void asks(struct fixture *fixture, int (*run)(struct journal_writer *, void *), struct step *step)
{
    fixture->answer = (struct act_answer){0};
    step->fixture = fixture;
    int status = run_errand(fixture->scratch.journal, run, step);
    assert_int_equal(status, fixture->answer.refusal.code ? PW_ERROR_INVALID : 0);
    assert_true(!fixture->answer.refusal.code == !fixture->answer.refusal.sentence[0]);
    fixture->code = fixture->answer.refusal.code ? fixture->answer.refusal.code : "";
}

static struct decision_request request_of(const struct actor *actor, const char *disposition)
{
    bool declined = strcmp(disposition, "declined") == 0;
    return (struct decision_request){.case_id = 1,
                                     .actor = *actor,
                                     .disposition = text(disposition),
                                     .reason = text("Because."),
                                     .displacement = text(declined ? "It goes elsewhere." : ""),
                                     .benefits = text(declined ? "[\"B\"]" : ""),
                                     .benefit_count = declined};
}

static void decides(struct fixture *fixture, const struct actor *actor, const char *disposition)
{
    struct step step = {.request = request_of(actor, disposition)};
    asks(fixture, decide, &step);
}

static void seconds(struct fixture *fixture, const struct actor *actor)
{
    struct step step = {.actor = actor};
    asks(fixture, second, &step);
}

/* ---- what is seen ---- */

struct seen {
    uint32_t count;
    char state[32], word[32], changed[1024], decision[32], why[1024], relied[8192], costs[64], second[32];
    uint64_t spared;
    int64_t review_by_ms;
};

static int see_case(void *to, const struct journal_case *item)
{
    struct seen *seen = to;
    snprintf(seen->state, sizeof(seen->state), "%.*s", TEXT_FMT(item->state));
    return 0;
}

static int see_notice(void *to, const struct journal_notice *notice)
{
    struct seen *seen = to;
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(
        json_parse(&document, notice->body.data, notice->body.length, &json_limits_frame, &error), 0);
    seen->count++;
    snprintf(seen->word, sizeof(seen->word), "%.*s",
             TEXT_FMT(json_text(&document, json_member(&document, PW_NODE_ROOT, "change"))));
    snprintf(seen->changed, sizeof(seen->changed), "%.*s",
             TEXT_FMT(json_raw(&document, json_member(&document, PW_NODE_ROOT, "changed"))));
    json_release(&document);
    return 0;
}

static int see_decision(void *to, const struct journal_decision *decision)
{
    struct seen *seen = to;
    snprintf(seen->decision, sizeof(seen->decision), "%.*s", TEXT_FMT(decision->state));
    snprintf(seen->why, sizeof(seen->why), "%.*s", TEXT_FMT(decision->why));
    snprintf(seen->relied, sizeof(seen->relied), "%.*s", TEXT_FMT(decision->relied));
    snprintf(seen->costs, sizeof(seen->costs), "%.*s %.*s", TEXT_FMT(decision->costs),
             TEXT_FMT(decision->benefits));
    snprintf(seen->second, sizeof(seen->second), "%.*s", TEXT_FMT(decision->second));
    seen->spared += decision->spared;
    seen->review_by_ms = decision->review_by_ms;
    return 0;
}

/* The case, the last notice of the step, and the newest decision. */
static struct seen look(struct fixture *fixture)
{
    struct seen seen = {0};
    struct journal_view *view = scratch_view(&fixture->scratch);
    assert_int_equal(journal_case_read(view, 1, see_case, &seen), 0);
    assert_int_equal(journal_notices_of_case(view, 1, see_notice, &seen), 0);
    assert_int_equal(journal_decisions_of_case(view, 1, see_decision, &seen), 0);
    journal_view_close(view);
    if (seen.count == fixture->told)
        seen.word[0] = '\0';
    fixture->told = seen.count;
    return seen;
}

/* ---- every state, everything that can happen ---- */

enum start { NEW, WITHDRAWN, PROPOSED, DECIDED, DECLINED, START_COUNT };
enum deed {
    REPEAT,
    RULE,
    RAISE,
    FACT,
    ENTRY,
    PARTNER,
    NOTE,
    WITHDRAW,
    DECIDE,
    DECLINE,
    SECOND_SAME,
    SECOND_OTHER,
    SECOND_ROOT,
    REOPEN,
    DUE,
    DEED_COUNT
};

static void begin(struct fixture *fixture, enum start start)
{
    struct said gone = ordinary;
    gone.level = PW_LEVEL_NONE;
    open_fixture(fixture);
    happens(fixture, &ordinary);
    if (start == WITHDRAWN)
        happens(fixture, &gone);
    if (start == PROPOSED || start == DECLINED)
        decides(fixture, &alice, "declined");
    if (start == DECLINED)
        seconds(fixture, &bob);
    if (start == DECIDED)
        decides(fixture, &alice, "proceed");
    (void)look(fixture);
    fixture->code = "";
}

static void happens_other(struct fixture *fixture, enum deed deed)
{
    struct said said = ordinary;
    said.id = deed == WITHDRAW || deed == ENTRY ? "t-1" : "t-2";
    said.rule = deed == RULE ? "r.two" : said.rule;
    said.level = deed == RAISE      ? PW_LEVEL_REQUIRED
                 : deed == NOTE     ? PW_LEVEL_NOTE
                 : deed == WITHDRAW ? PW_LEVEL_NONE
                                    : said.level;
    said.operand = deed == FACT ? "biotech" : said.operand;
    said.content = deed == ENTRY ? "c2" : said.content;
    said.partner = deed == PARTNER ? "Another Institute" : said.partner;
    happens(fixture, &said);
}

static void act(struct fixture *fixture, enum deed deed)
{
    struct step step = {.actor = &bob};
    if (deed <= WITHDRAW)
        happens_other(fixture, deed);
    else if (deed == DECIDE || deed == DECLINE)
        decides(fixture, &bob, deed == DECIDE ? "proceed" : "declined");
    else if (deed <= SECOND_ROOT)
        seconds(fixture, deed == SECOND_SAME ? &alice : deed == SECOND_OTHER ? &bob : &root);
    else if (deed == DUE)
        now_ms += 400 * DAY;
    if (deed == REOPEN || deed == DUE)
        asks(fixture, deed == REOPEN ? reopen : fall_due, &step);
}

/* The state after it, the word that is told, the code of a refusal. */
static const char *const expected[DEED_COUNT][START_COUNT] = {
    /*               new                  withdrawn            proposed              decided            declined */
    [REPEAT] = {"new", "new reopened", "proposed", "decided", "new changed"},
    [RULE] = {"new added", "new reopened", "new added", "new added", "new added"},
    [RAISE] = {"new raised", "new reopened", "new raised", "new raised", "new raised"},
    [FACT] = {"new", "new reopened", "new changed", "new changed", "new changed"},
    [ENTRY] = {"new", "new reopened", "new changed", "new changed", "new changed"},
    [PARTNER] = {"new", "new reopened", "new changed", "new changed", "new changed"},
    [NOTE] = {"new", "withdrawn", "proposed", "decided", "decided"},
    [WITHDRAW] = {"withdrawn withdrawn", "withdrawn", "withdrawn withdrawn", "decided", "decided"},
    [DECIDE] = {"decided decided", "withdrawn !state", "proposed !state", "decided !state", "decided !state"},
    [DECLINE] = {"proposed proposed", "withdrawn !state", "proposed !state", "decided !state",
                 "decided !state"},
    [SECOND_SAME] = {"new !state", "withdrawn !state", "proposed !two_people", "decided !state",
                     "decided !state"},
    [SECOND_OTHER] = {"new !state", "withdrawn !state", "decided decided", "decided !state",
                      "decided !state"},
    [SECOND_ROOT] = {"new !state", "withdrawn !state", "proposed !two_people", "decided !state",
                     "decided !state"},
    [REOPEN] = {"new !state", "withdrawn !state", "new reopened", "new reopened", "new reopened"},
    [DUE] = {"new", "withdrawn", "proposed", "new due", "new due"},
};

static void every_state_and_everything_that_can_happen(void **state)
{
    (void)state;
    for (int start = 0; start < START_COUNT; start++)
        for (int deed = 0; deed < DEED_COUNT; deed++) {
            struct fixture fixture;
            char came[128];
            begin(&fixture, (enum start)start);
            act(&fixture, (enum deed)deed);
            struct seen seen = look(&fixture);
            snprintf(came, sizeof(came), "%s%s%s%s%s", seen.state, seen.word[0] ? " " : "", seen.word,
                     fixture.code[0] ? " !" : "", fixture.code);
            if (strcmp(came, expected[deed][start]) != 0)
                fail_msg("start %d, deed %d: %s, not %s (%s)", start, deed, came, expected[deed][start],
                         fixture.answer.refusal.sentence);
            uint64_t records = 0;
            char *error = NULL;
            assert_int_equal(scratch_verify(&fixture.scratch, &records, &error), 0);
            scratch_remove(&fixture.scratch);
        }
}

/* ---- what a decision has to say ---- */

static void refuses(struct fixture *fixture, const struct decision_request *request, const char *code,
                    const char *words)
{
    struct step step = {.request = *request};
    asks(fixture, decide, &step);
    assert_string_equal(fixture->code, code);
    if (!strstr(fixture->answer.refusal.sentence, words))
        fail_msg("\"%s\" does not say \"%s\"", fixture->answer.refusal.sentence, words);
    assert_string_equal(look(fixture).state, "new");
}

static void a_decision_says_what_it_has_to(void **state)
{
    struct fixture fixture;
    struct decision_request good = request_of(&alice, "declined"), bad;
    (void)state;
    begin(&fixture, NEW);
    refuses(&fixture, (bad = good, bad.reason = text(""), &bad), "bad_request", "reason");
    refuses(&fixture, (bad = good, bad.benefit_count = 0, &bad), "bad_request", "benefit");
    refuses(&fixture, (bad = good, bad.displacement = text(""), &bad), "bad_request", "displacement");
    refuses(&fixture, (bad = good, bad.disposition = text("maybe"), &bad), "bad_request", "maybe");
    refuses(&fixture, (bad = good, bad.code = text("because"), &bad), "bad_request", "no_tie, weak_match");
    refuses(&fixture, (bad = good, bad.disposition = text("proceed_with_mitigation"), &bad), "bad_request",
            "mitigation");
    refuses(&fixture, (bad = good, bad.actor = root, &bad), "two_people", "root");
    refuses(&fixture, (bad = good, bad.case_id = 9, &bad), "not_found", "no such case");
    refuses(&fixture, (bad = good, bad.revision = 7, &bad), "changed", "revision 7, now 1");
    refuses(&fixture, (bad = good, bad.review_by_ms = now_ms, &bad), "bad_request", "passed");
    refuses(&fixture, (bad = good, bad.review_by_ms = now_ms + 6 * 366 * DAY, &bad), "bad_request",
            "5 years");
    good.revision = 1;
    struct step step = {.request = good};
    asks(&fixture, decide, &step);
    assert_string_equal(fixture.code, "");
    assert_string_equal(look(&fixture).state, "proposed");
    scratch_remove(&fixture.scratch);
}

static void a_prohibited_case_takes_two(void **state)
{
    struct fixture fixture;
    struct said said = ordinary;
    (void)state;
    open_fixture(&fixture);
    said.level = PW_LEVEL_PROHIBITED;
    happens(&fixture, &said);
    decides(&fixture, &root, "proceed");
    assert_string_equal(fixture.code, "two_people");
    decides(&fixture, &alice, "proceed");
    assert_string_equal(look(&fixture).state, "proposed");
    seconds(&fixture, &bob);
    struct seen seen = look(&fixture);
    assert_string_equal(seen.state, "decided");
    assert_string_equal(seen.second, "bob");
    scratch_remove(&fixture.scratch);
}

/* What is seconded is what was proposed. */
static void what_changed_is_not_seconded(void **state)
{
    struct fixture fixture;
    struct said said = ordinary;
    (void)state;
    begin(&fixture, PROPOSED);
    fixture.config.route_count = 0;
    said.id = "t-2";
    happens(&fixture, &said); /* known by all that counts */
    seconds(&fixture, &bob);
    assert_string_equal(look(&fixture).state, "decided");
    said.id = "t-2"; /* and known from now on */
    happens(&fixture, &said);
    assert_string_equal(look(&fixture).state, "decided");
    said.id = "t-3"; /* it goes on, though it was declined */
    happens(&fixture, &said);
    assert_string_equal(look(&fixture).state, "new");
    scratch_remove(&fixture.scratch);
}

/* ---- what it relies on ---- */

static void a_decision_names_what_it_relies_on(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, DECLINED);
    struct seen seen = look(&fixture);
    assert_string_equal(
        seen.relied,
        "{\"packs\":[\"paper 2.0.0\"],\"snapshots\":[\"list 2026-01-01\"],\"lines\":["
        "\"entry L example [c1]\",\"event https://a.example/ t-1\",\"fact applications ai: yes\","
        "\"fact engagement: no\",\"partner example institute\","
        "\"rule r.one (paper, r.one): recommended\"],\"left_out\":0}");
    assert_string_equal(seen.costs, "[\"C1.x\"] [\"B\"]");
    scratch_remove(&fixture.scratch);
    begin(&fixture, DECIDED);
    seen = look(&fixture);
    assert_null(strstr(seen.relied, "event "));
    assert_string_equal(seen.costs, "[\"C1.x\"] [\"B1.y\"]"); /* no one named any */
    assert_int_equal(seen.review_by_ms, 1767225600000 + 365 * DAY);
    scratch_remove(&fixture.scratch);
}

static void a_change_is_named(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, DECIDED);
    act(&fixture, ENTRY);
    struct seen seen = look(&fixture);
    assert_string_equal(seen.changed, "[\"entry L example [c2]\"]");
    assert_string_equal(seen.decision, "changed");
    assert_string_equal(seen.why, seen.changed);
    scratch_remove(&fixture.scratch);
}

static void alerts_that_were_spared_are_counted(void **state)
{
    struct fixture fixture;
    uint64_t all = 0;
    (void)state;
    begin(&fixture, DECIDED);
    act(&fixture, REPEAT);
    act(&fixture, REPEAT); /* judged again: a list was renewed, and says the same */
    act(&fixture, NOTE);   /* withdraws what stood; nobody would have been told */
    struct said said = ordinary;
    said.id = "t-3";
    happens(&fixture, &said);
    happens(&fixture, &ordinary); /* known when it was decided */
    assert_int_equal(look(&fixture).spared, 2);
    struct journal_view *view = scratch_view(&fixture.scratch);
    assert_int_equal(journal_mark_get(view, "alerts_spared", &all), 0);
    journal_view_close(view);
    assert_int_equal(all, 2);
    scratch_remove(&fixture.scratch);
}

/* More than is kept is more than can be known to be the same. */
static void what_is_left_out_counts_as_changed(void **state)
{
    struct clearance *clearance = clearance_new();
    struct buffer relied = {0}, changes = {0};
    uint32_t count = 0;
    char json[512];
    (void)state;
    for (uint32_t i = 0; i < CLEARANCE_LINES + 10; i++) {
        snprintf(json, sizeof(json), "{\"regime\":\"r\",\"trace\":[[\"f%u\",\"yes\"]]}", i);
        struct journal_finding finding = {
            .rule = text("a"), .level = PW_LEVEL_REQUIRED, .body = {json, strlen(json)}};
        clearance_add_finding(clearance, &finding);
    }
    clearance_write(clearance, &relied);
    assert_int_equal(clearance_compare(clearance, buffer_view(&relied), &changes, &count), 0);
    assert_int_equal(count, 0); /* as many are beyond what is kept as there were */
    buffer_clear(&changes);
    assert_int_equal(clearance_compare(clearance, text("no JSON"), &changes, &count), 0);
    assert_int_equal(count, CLEARANCE_LINES + 11);
    assert_string_equal(changes.data + changes.length - 2, "\"]");
    buffer_release(&relied);
    buffer_release(&changes);
    clearance_free(clearance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_everything_that_can_happen),
        cmocka_unit_test(a_decision_says_what_it_has_to),
        cmocka_unit_test(a_prohibited_case_takes_two),
        cmocka_unit_test(what_changed_is_not_seconded),
        cmocka_unit_test(a_decision_names_what_it_relies_on),
        cmocka_unit_test(a_change_is_named),
        cmocka_unit_test(alerts_that_were_spared_are_counted),
        cmocka_unit_test(what_is_left_out_counts_as_changed),
    };
    return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
