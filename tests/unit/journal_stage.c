/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_stage.c: what stage tasks write and read back, that a failing task undoes itself alone, and that
 * the counters keep step.
 */
#include "journal_scratch.h"

#include <sqlite3.h>

#include "journal/statement.h"

static struct scratch scratch;

static int set_up(void **state)
{
    (void)state;
    scratch_new(&scratch);
    append_one(scratch.journal, "urn:hr", "a", "{}");
    append_one(scratch.journal, "urn:hr", "b", "{}");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

/* ---- findings ------------------------------------------------------------------------------------------ */

struct puts {
    const char *bodies[64];
    uint32_t count;
    uint64_t sequence;
    const char *pathway;
};

static int put_findings(struct journal_writer *writer, void *context)
{
    const struct puts *puts = context;
    struct journal_finding findings[65] = {0};
    for (uint32_t i = 0; i < puts->count && i < 65; i++) {
        findings[i].rule = text("research.q1_access");
        findings[i].level = 2;
        findings[i].body = i < 64 && puts->bodies[i] ? text(puts->bodies[i]) : text("{}");
    }
    return journal_findings_put(writer, puts->sequence, "policy", puts->pathway, findings, puts->count);
}

struct listing {
    char text[4096];
};

static int list_finding(void *to, const struct journal_finding *finding)
{
    struct listing *listing = to;
    size_t length = strlen(listing->text);
    assert_true(text_same(finding->instance, "policy"));
    snprintf(listing->text + length, sizeof(listing->text) - length, "%d:%.*s%s%s ",
             (int)(finding->finding_id % (1 << 20)), (int)finding->body.length, finding->body.data,
             finding->withdrawn ? "-" : "", finding->case_id ? "*" : "");
    return 0;
}

static const char *findings_of(uint64_t sequence, struct listing *listing)
{
    struct journal_view *view = scratch_view(&scratch);
    listing->text[0] = '\0';
    assert_int_equal(journal_findings_of_event(view, sequence, list_finding, listing), 0);
    journal_view_close(view);
    return listing->text;
}

static int attach(struct journal_writer *writer, void *context)
{
    return journal_findings_attach(writer, 1, *(uint64_t *)context);
}

static void findings_are_replaced(void **state)
{
    struct puts puts = {.bodies = {"A", "B"}, .count = 2, .sequence = 1, .pathway = "research"};
    struct listing listing;
    uint64_t case_id = 5;
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(1, &listing), "0:A 1:B ");
    assert_int_equal(run_errand(scratch.journal, attach, &case_id), 0);
    puts.bodies[0] = "B";
    puts.bodies[1] = "C";
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(1, &listing), "0:A-* 1:B* 2:C* ");
    puts.count = 0;
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(1, &listing), "0:A-* 1:B-* 2:C-* ");
    puts.bodies[0] = "A";
    puts.count = 1;
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(1, &listing), "0:A* 1:B-* 2:C-* ");
    puts.pathway = "lab";
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(1, &listing), "0:A* 1:B-* 2:C-* 3:A* ");
    puts.sequence = 2;
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(2, &listing), "0:A ");
    struct journal_counts counts = scratch_counts(&scratch);
    assert_int_equal(counts.findings, 5);
    assert_int_equal(counts.withdrawn, 2);
    struct journal_view *view = scratch_view(&scratch);
    listing.text[0] = '\0';
    assert_int_equal(journal_findings_of_case(view, 5, list_finding, &listing), 0);
    assert_string_equal(listing.text, "0:A* 3:A* ");
    listing.text[0] = '\0';
    assert_int_equal(journal_findings_newest(view, 5, true, 1, list_finding, &listing), 0);
    assert_int_equal(journal_findings_newest(view, 5, false, 9, list_finding, &listing), 0);
    assert_string_equal(listing.text, "2:C-* 3:A* 0:A* ");
    struct journal_tally tally;
    assert_int_equal(journal_findings_tally(view, 5, &tally), 0);
    assert_int_equal(tally.standing, 2);
    assert_int_equal(tally.withdrawn, 2);
    assert_int_equal(tally.newest_sequence, 1);
    assert_int_equal(journal_findings_tally(view, 6, &tally), 0);
    assert_int_equal(tally.standing + tally.withdrawn + tally.newest_sequence, 0);
    listing.text[0] = '\0';
    assert_int_equal(journal_findings_read(view, (1 << 20) + 2, 2, list_finding, &listing), 0);
    assert_string_equal(listing.text, "3:A* 0:A ");
    journal_view_close(view);
}

/* Five instances with a full answer each, all of them worded anew at every assessment. */
static int assess_anew(struct journal_writer *writer, void *context)
{
    static const char *const instances[] = {"i1", "i2", "i3", "i4", "i5"};
    int status = 0;
    for (int i = 0; i < 5 && !status; i++) {
        char bodies[64][32];
        struct journal_finding findings[64] = {0};
        for (int n = 0; n < 64; n++) {
            snprintf(bodies[n], sizeof(bodies[n]), "{\"n\":%d,\"round\":%d}", n, *(int *)context);
            findings[n].rule = text("research.q1_access");
            findings[n].level = 2;
            findings[n].body = text(bodies[n]);
        }
        status = journal_findings_put(writer, 1, instances[i], "research", findings, 64);
    }
    return status;
}

static int count_standing(void *to, const struct journal_finding *finding)
{
    assert_int_equal(finding->sequence, 1);
    *(int *)to += !finding->withdrawn;
    return 0;
}

static void an_event_is_assessed_again_and_again(void **state)
{
    struct puts puts = {.count = 65, .sequence = 1, .pathway = "research"};
    enum { ROUNDS = 40, EACH = 5 * 64 };
    int standing = 0;
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), PW_ERROR_LIMIT);
    for (int round = 0; round < ROUNDS; round++)
        assert_int_equal(run_errand(scratch.journal, assess_anew, &round), 0);
    assert_int_equal(run_errand(scratch.journal, assess_anew, &(int){0}), 0); /* the first wording again */
    assert_int_equal(scratch_counts(&scratch).findings, ROUNDS * EACH);
    assert_int_equal(scratch_counts(&scratch).withdrawn, (ROUNDS - 1) * EACH);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_findings_of_event(view, 1, count_standing, &standing), 0);
    assert_int_equal(standing, EACH);
    assert_int_equal(journal_findings_of_event(view, 2, count_standing, &standing), 0);
    assert_int_equal(standing, EACH);
    journal_view_close(view);
}

/* ---- facts, cursors, undo ------------------------------------------------------------------------------ */

static int put_facts(struct journal_writer *writer, void *context)
{
    const char *facts = context;
    int status = journal_facts_put(writer, 1, "institutions", text(facts));
    if (!status)
        status = journal_facts_put(writer, 1, "registry", text("[2]"));
    return status ? status : journal_cursor_set(writer, "assess", 1);
}

static int list_facts(void *to, struct pw_text instance, struct pw_text facts)
{
    struct listing *listing = to;
    size_t length = strlen(listing->text);
    snprintf(listing->text + length, sizeof(listing->text) - length, "%.*s=%.*s ", (int)instance.length,
             instance.data, (int)facts.length, facts.data);
    return 0;
}

static void facts_and_cursors(void **state)
{
    struct listing listing = {""};
    uint64_t cursor = 9;
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_facts, "[1]"), 0);
    assert_int_equal(run_errand(scratch.journal, put_facts, "[3]"), 0);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_facts_read(view, 1, list_facts, &listing), 0);
    assert_string_equal(listing.text, "institutions=[3] registry=[2] ");
    assert_int_equal(journal_cursor_get(view, "never", &cursor), 0);
    assert_int_equal(cursor, 0);
    assert_int_equal(journal_cursor_get(view, "assess", &cursor), 0);
    assert_int_equal(cursor, 1);
    journal_view_close(view);
}

static int fail_after_writing(struct journal_writer *writer, void *context)
{
    struct puts puts = {.bodies = {"X"}, .count = 1, .sequence = 1, .pathway = "a-new-name"};
    uint64_t cursor = 0;
    (void)context;
    assert_int_equal(put_findings(writer, &puts), 0);
    assert_int_equal(journal_cursor_set(writer, "assess", 77), 0);
    assert_int_equal(journal_cursor_get(journal_writer_view(writer), "assess", &cursor), 0);
    assert_int_equal(cursor, 77); /* a task sees its own writes */
    return PW_ERROR_INVALID;
}

static void a_failing_task_undoes_itself_alone(void **state)
{
    struct puts puts = {.bodies = {"A"}, .count = 1, .sequence = 2, .pathway = "research"};
    struct listing listing;
    uint64_t cursor = 9, records;
    (void)state;
    assert_int_equal(run_errand(scratch.journal, fail_after_writing, NULL), PW_ERROR_INVALID);
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
    assert_string_equal(findings_of(1, &listing), "");
    assert_string_equal(findings_of(2, &listing), "0:A ");
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_cursor_get(view, "assess", &cursor), 0);
    assert_int_equal(cursor, 0);
    journal_view_close(view);
    assert_int_equal(scratch_counts(&scratch).findings, 1);
    assert_int_equal(scratch_verify(&scratch, &records, NULL), 0);
    scratch_close(&scratch);
    scratch_open(&scratch); /* the name that was undone did not stay behind in memory only */
    puts.pathway = "a-new-name";
    assert_int_equal(run_errand(scratch.journal, put_findings, &puts), 0);
}

/* ---- pending ------------------------------------------------------------------------------------------- */

static int put_pending(struct journal_writer *writer, void *context)
{
    static const char *const pathways[] = {"lab", "research", "publication"};
    int status = 0;
    (void)context;
    for (uint64_t sequence = 1; sequence <= 3; sequence++)
        for (int i = 0; i < 3 && !status; i++) {
            struct journal_pending pending = {.sequence = sequence,
                                              .instance = text("policy"),
                                              .pathway = text(pathways[i]),
                                              .reason = text(sequence == 3 ? "poison" : "unavailable"),
                                              .since_ms = 5};
            status = journal_pending_put(writer, &pending);
        }
    return status;
}

static int remove_pending(struct journal_writer *writer, void *context)
{
    (void)context;
    int status = journal_pending_remove(writer, 3, "policy", "lab", 0);
    return status ? status : journal_pending_remove(writer, 3, "policy", "never there", 0);
}

struct seen {
    uint32_t rows;
    uint64_t last;
};

static int see_pending(void *to, const struct journal_pending *pending)
{
    struct seen *seen = to;
    seen->rows++;
    seen->last = pending->sequence;
    assert_true(text_same(pending->instance, "policy"));
    return 0;
}

static void pending_rows_of_an_event_stay_together(void **state)
{
    struct seen seen = {0};
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_pending, NULL), 0);
    assert_int_equal(run_errand(scratch.journal, put_pending, NULL), 0);
    assert_int_equal(scratch_counts(&scratch).pending, 9);
    assert_int_equal(scratch_counts(&scratch).poison, 3);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_pending_read(view, text("policy"), 0, 4, see_pending, &seen), 0);
    assert_int_equal(seen.rows, 6);
    assert_int_equal(seen.last, 2);
    assert_int_equal(journal_pending_read(view, text("policy"), 3, 4, see_pending, &seen), 0);
    assert_int_equal(journal_pending_read(view, text("other"), 0, 4, see_pending, &seen), 0);
    assert_int_equal(seen.rows, 6);
    journal_view_close(view);
    assert_int_equal(run_errand(scratch.journal, remove_pending, NULL), 0);
    assert_int_equal(scratch_counts(&scratch).pending, 8);
    assert_int_equal(scratch_counts(&scratch).poison, 2);
}

static int put_late(struct journal_writer *writer, void *context)
{
    static const struct {
        const char *instance;
        uint64_t sequence;
        int64_t since_ms;
        bool reported;
    } rows[] = {{"policy", 1, 300, false}, {"policy", 2, 100, false}, {"policy", 3, 50, true},
                {"policy", 4, 200, false}, {"policy", 5, 100, false}, {"other", 6, 10, false}};
    int status = 0;
    (void)context;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !status; i++) {
        struct journal_pending pending = {.sequence = rows[i].sequence,
                                          .instance = text(rows[i].instance),
                                          .pathway = text("lab"),
                                          .reason = text("unavailable"),
                                          .since_ms = rows[i].since_ms,
                                          .reported = rows[i].reported};
        status = journal_pending_put(writer, &pending);
    }
    return status;
}

static int list_late(void *to, const struct journal_pending *pending)
{
    struct listing *listing = to;
    size_t length = strlen(listing->text);
    assert_true(text_same(pending->instance, "policy"));
    assert_true(text_same(pending->pathway, "lab"));
    assert_false(pending->reported);
    snprintf(listing->text + length, sizeof(listing->text) - length, "%d@%d ", (int)pending->sequence,
             (int)pending->since_ms);
    return 0;
}

static void what_is_owed_for_long_comes_oldest_first(void **state)
{
    struct listing listing = {""};
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_late, NULL), 0);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_pending_late(view, text("policy"), 300, 10, list_late, &listing), 0);
    assert_string_equal(listing.text, "2@100 5@100 4@200 ");
    listing.text[0] = '\0';
    assert_int_equal(journal_pending_late(view, text("policy"), 301, 2, list_late, &listing), 0);
    assert_string_equal(listing.text, "2@100 5@100 ");
    assert_int_equal(journal_pending_late(view, text("policy"), 100, 2, list_late, &listing), 0);
    assert_int_equal(journal_pending_late(view, text("nobody"), 999, 2, list_late, &listing), 0);
    assert_string_equal(listing.text, "2@100 5@100 ");
    journal_view_close(view);
}

/* Rows by the million are found without a walk or a sort. */
static void assert_by_index(enum statement statement, const char *index)
{
    char sql[1024], plan[1024] = "";
    sqlite3_stmt *row;
    sqlite3 *db;
    snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", statement_texts[statement]);
    assert_int_equal(sqlite3_open(scratch.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        size_t length = strlen(plan);
        snprintf(plan + length, sizeof(plan) - length, "%s\n", (const char *)sqlite3_column_text(row, 3));
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
    if (!strstr(plan, index) || strstr(plan, "TEMP B-TREE"))
        fail_msg("not by %s alone: %s", index, plan);
}

static void what_is_asked_often_has_an_index(void **state)
{
    (void)state;
    scratch_close(&scratch);
    assert_by_index(STATEMENT_PENDING_LATE, "INDEX pending_unreported (instance=? AND since<?)");
    assert_by_index(STATEMENT_FINDINGS_OF_CASE, "INDEX finding_case (case_id=? AND withdrawn=?)");
    assert_by_index(STATEMENT_FINDINGS_NEWEST, "INDEX finding_case (case_id=? AND withdrawn=?)");
    assert_by_index(STATEMENT_LINKED_BEFORE, "COVERING INDEX link_key (key=? AND at>? AND (at,tie)<(?,?))");
    assert_by_index(STATEMENT_LINKED_AFTER, "COVERING INDEX link_key (key=? AND (at,tie)>(?,?))");
    assert_by_index(STATEMENT_DECISIONS_OF_CASE, "INDEX decision_case (case_id=?)");
    assert_by_index(STATEMENT_DECISIONS_DUE, "INDEX decision_review (review_by<?)");
    assert_by_index(STATEMENT_FINDINGS_TALLY, "COVERING INDEX finding_case (case_id=?)");
}

/* ---- cases, notices ------------------------------------------------------------------------------------ */

static int put_case(struct journal_writer *writer, void *context)
{
    struct journal_case *item = context;
    return journal_case_put(writer, item, &item->case_id);
}

static int see_case(void *to, const struct journal_case *item)
{
    const struct journal_case *expected = to;
    assert_int_equal(item->case_id, expected->case_id);
    assert_int_equal(item->level, expected->level);
    assert_int_equal(item->revision, expected->revision);
    assert_int_equal(item->updated_ms, expected->updated_ms);
    assert_true(text_same(item->engagement_id, "e-1"));
    assert_true(text_same(item->rules, "a,b"));
    return 1;
}

static void cases_are_one_an_engagement(void **state)
{
    struct journal_case item = {.engagement_id = text("e-1"),
                                .level = 3,
                                .state = text("new"),
                                .rules = text("a,b"),
                                .opened_ms = 1,
                                .updated_ms = 2,
                                .revision = 1,
                                .sequence = 1};
    struct journal_case twin = item, stranger = item;
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_case, &item), 0);
    assert_int_equal(item.case_id, 1);
    assert_int_equal(run_errand(scratch.journal, put_case, &twin), PW_ERROR_INVALID);
    stranger.case_id = 99;
    assert_int_equal(run_errand(scratch.journal, put_case, &stranger), PW_ERROR_NOT_FOUND);
    assert_int_equal(scratch_counts(&scratch).open_cases, 1);
    item.level = 4;
    item.revision = 2;
    item.state = text("withdrawn");
    assert_int_equal(run_errand(scratch.journal, put_case, &item), 0);
    assert_int_equal(scratch_counts(&scratch).open_cases, 0);
    assert_int_equal(scratch_counts(&scratch).cases, 1);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_case_of_engagement(view, text("e-1"), see_case, &item), 1);
    assert_int_equal(journal_case_of_engagement(view, text("e-2"), see_case, &item), 0);
    assert_int_equal(journal_case_read(view, 1, see_case, &item), 1);
    assert_int_equal(journal_cases_read(view, 0, 5, see_case, &item), 1);
    assert_int_equal(journal_cases_read(view, 1, 5, see_case, &item), 0);
    journal_view_close(view);
}

static int put_notices(struct journal_writer *writer, void *context)
{
    static const int64_t due[] = {300, 100, 200, 900};
    char id[16];
    int status = 0;
    (void)context;
    for (int i = 0; i < 4 && !status; i++) {
        snprintf(id, sizeof(id), "n-%d", i);
        struct journal_notice notice = {.case_id = 1,
                                        .revision = 1,
                                        .notice_id = text(id),
                                        .channel = text("mail"),
                                        .reviewer = text("dean"),
                                        .address = text("dean@example.edu"),
                                        .state = text(i == 3 ? "digest" : "waiting"),
                                        .body = text("{}"),
                                        .next_ms = due[i]};
        status = journal_notice_add(writer, &notice);
    }
    return status;
}

static int settle(struct journal_writer *writer, void *context)
{
    return journal_notice_settle(writer, *(uint64_t *)context, "delivered", 1, 0, text("250 ok"));
}

static int settle_badly(struct journal_writer *writer, void *context)
{
    return journal_notice_settle(writer, *(uint64_t *)context, "lost", 1, 0, text(""));
}

static int list_notice(void *to, const struct journal_notice *notice)
{
    struct listing *listing = to;
    size_t length = strlen(listing->text);
    assert_true(text_same(notice->channel, "mail"));
    snprintf(listing->text + length, sizeof(listing->text) - length, "%.*s=%.*s/%.*s ",
             (int)notice->notice_id.length, notice->notice_id.data, (int)notice->state.length,
             notice->state.data, (int)notice->error.length, notice->error.data);
    return 0;
}

static void notices_come_when_due(void **state)
{
    struct listing listing = {""};
    uint64_t number = 2;
    int64_t next = 0;
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_notices, NULL), 0);
    assert_int_equal(run_errand(scratch.journal, put_notices, NULL), PW_ERROR_INVALID); /* ids are unique */
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_notices_due(view, text("mail"), 250, 10, list_notice, &listing), 0);
    assert_string_equal(listing.text, "n-1=waiting/ n-2=waiting/ ");
    assert_int_equal(journal_notices_next(view, text("mail"), &next), 0);
    assert_int_equal(next, 100);
    assert_int_equal(run_errand(scratch.journal, settle, &number), 0);
    assert_int_equal(run_errand(scratch.journal, settle_badly, &number), PW_ERROR_INVALID);
    assert_int_equal(journal_notices_next(view, text("mail"), &next), 0);
    assert_int_equal(next, 200);
    assert_int_equal(journal_notices_next(view, text("chat"), &next), 0);
    assert_int_equal(next, INT64_MAX);
    listing.text[0] = '\0';
    assert_int_equal(journal_notices_of_case(view, 1, list_notice, &listing), 0);
    assert_string_equal(listing.text, "n-0=waiting/ n-1=delivered/250 ok n-2=waiting/ n-3=digest/ ");
    journal_view_close(view);
    struct journal_counts counts = scratch_counts(&scratch);
    assert_int_equal(counts.notices_waiting, 2);
    assert_int_equal(counts.notices_delivered, 1);
    assert_int_equal(counts.notices_digest, 1);
}

static void counters_outlive_a_restart(void **state)
{
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_pending, NULL), 0);
    struct journal_counts before = scratch_counts(&scratch), after;
    scratch_close(&scratch);
    after = scratch_counts(&scratch); /* a file that nobody has open */
    scratch_open(&scratch);
    assert_int_equal(after.events, 2);
    assert_int_equal(after.pending, before.pending);
    assert_int_equal(after.audit_records, before.audit_records);
    assert_int_equal(scratch_counts(&scratch).pending, 9);
}

/* What was owed anew while it was being asked is not settled by the answer; a correction outranks what is less. */
static int owe_anew(struct journal_writer *writer, void *context)
{
    struct journal_pending pending = {.sequence = 1,
                                      .instance = text("policy"),
                                      .pathway = text("lab"),
                                      .reason = text("correction"),
                                      .since_ms = 7};
    (void)context;
    int status = journal_pending_put(writer, &pending);
    pending.reason = text("earlier"); /* within the same millisecond */
    status = status ? status : journal_pending_put(writer, &pending);
    pending.reason = text("unavailable"); /* its plugin was away for too long, and that has been said */
    pending.since_ms = 8;
    pending.reported = true;
    status = status ? status : journal_pending_put(writer, &pending);
    return status ? status : journal_pending_remove(writer, 1, "policy", "lab", 7);
}

static int settle_anew(struct journal_writer *writer, void *context)
{
    (void)context;
    return journal_pending_remove(writer, 1, "policy", "lab", 8);
}

static int see_reason(void *to, const struct journal_pending *pending)
{
    struct seen *seen = to;
    seen->rows++;
    assert_true(text_same(pending->reason, "correction"));
    assert_int_equal(pending->since_ms, 8);
    return 0;
}

static void what_is_owed_anew_stays_owed(void **state)
{
    struct seen seen = {0};
    (void)state;
    assert_int_equal(run_errand(scratch.journal, owe_anew, NULL), 0);
    assert_int_equal(scratch_counts(&scratch).pending, 1);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_pending_read(view, text("policy"), 0, 4, see_reason, &seen), 0);
    assert_int_equal(seen.rows, 1);
    journal_view_close(view);
    assert_int_equal(run_errand(scratch.journal, settle_anew, NULL), 0);
    assert_int_equal(scratch_counts(&scratch).pending, 0);
}

/* ---- links --------------------------------------------------------------------------------------------- */

/* Events 1 to 3 belong to "a" and are dated 30, 20, 10; 3 belongs to "b" as well, and 4 to "b" alone, dated 20. 5 and 6 are
 * of one instant with 2, before and after it. */
static int put_links(struct journal_writer *writer, void *context)
{
    const struct pw_text a = text("a"), b = text("b"), both[] = {a, b};
    (void)context;
    int status = journal_links_put(writer, 1, 30, 0, &a, 1);
    status = status ? status : journal_links_put(writer, 2, 20, 0, &a, 1);
    status = status ? status : journal_links_put(writer, 3, 10, 0, both, 2);
    status = status ? status : journal_links_put(writer, 4, 20, 0, &b, 1);
    status = status ? status : journal_links_put(writer, 5, 20, -7, &a, 1);
    status = status ? status : journal_links_put(writer, 6, 20, INT64_MAX, &a, 1);
    return status ? status : journal_links_put(writer, 3, 10, 0, both, 2); /* once more changes nothing */
}

static int too_many_links(struct journal_writer *writer, void *context)
{
    int status = 0;
    (void)context;
    for (uint32_t i = 0; i <= JOURNAL_MAX_LINKS && !status; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        const struct pw_text link = text(name);
        status = journal_links_put(writer, 7, 1, 0, &link, 1);
    }
    return status;
}

static int see_linked(void *to, uint64_t sequence, int64_t at_ms)
{
    size_t length = strlen(to);
    sprintf((char *)to + length, "%llu@%lld ", (unsigned long long)sequence, (long long)at_ms);
    return 0;
}

static void links_find_what_belongs_together(void **state)
{
    char found[64] = "";
    (void)state;
    assert_int_equal(run_errand(scratch.journal, put_links, NULL), 0);
    struct journal_view *view = scratch_view(&scratch);
    assert_int_equal(journal_linked_before(view, text("a"), INT64_MIN, 30, 0, 10, see_linked, found), 0);
    assert_string_equal(found, "6@20 2@20 5@20 3@10 "); /* the newest first, up to there */
    found[0] = '\0';
    assert_int_equal(journal_linked_before(view, text("a"), 11, 20, 0, 10, see_linked, found), 0);
    assert_string_equal(found, "5@20 ");
    found[0] = '\0';
    assert_int_equal(journal_linked_before(view, text("a"), 0, 99, 0, 1, see_linked, found), 0);
    assert_string_equal(found, "1@30 ");
    found[0] = '\0';
    assert_int_equal(journal_linked_after(view, text("a"), 20, 0, 10, see_linked, found), 0);
    assert_string_equal(found, "6@20 1@30 ");
    found[0] = '\0';
    assert_int_equal(journal_linked_after(view, text("a"), INT64_MIN, 0, 2, see_linked, found), 0);
    assert_string_equal(found, "3@10 5@20 ");
    found[0] = '\0';
    assert_int_equal(journal_linked_after(view, text("c"), 0, 0, 10, see_linked, found), 0);
    assert_string_equal(found, "");
    assert_int_equal(journal_linked_later(view, 3, 20, see_linked, found), 0);
    assert_true(strstr(found, "1@30 ") && strstr(found, "2@20 ") && strstr(found, "4@20 ") &&
                !strstr(found, "3@"));
    journal_view_close(view);
    assert_int_equal(run_errand(scratch.journal, too_many_links, NULL), PW_ERROR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(findings_are_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_is_assessed_again_and_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(facts_and_cursors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_task_undoes_itself_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pending_rows_of_an_event_stay_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_owed_anew_stays_owed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_find_what_belongs_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_owed_for_long_comes_oldest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_often_has_an_index, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cases_are_one_an_engagement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notices_come_when_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counters_outlive_a_restart, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("journal_stage", tests, NULL, NULL);
}
