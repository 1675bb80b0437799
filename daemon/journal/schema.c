/* SPDX-License-Identifier: Apache-2.0
 *
 * schema.c: see schema.h. To change a table, add a step; steps that were released never change.
 *
 * Rows of an event are clustered by its sequence number: facts and findings have rowid sequence × 2^20 + n, so
 * neither needs an index on the event. event_key repeats the hash of source + id in a narrow table, so that
 * the duplicate index is rebuilt at start from some 15 bytes an event. correction holds the same hash of what a
 * correction is about, since it may come before its event.
 */
#include "journal/schema.h"

#define APPLICATION_ID 1886874220u /* "pwjl" */

static const char version_1[] =
    "PRAGMA application_id = 1886874220;"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE head(id INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, audit_n INTEGER NOT NULL,"
    " audit_hash BLOB NOT NULL, events INTEGER NOT NULL, findings INTEGER NOT NULL, withdrawn INTEGER NOT "
    "NULL,"
    " cases INTEGER NOT NULL, open_cases INTEGER NOT NULL, pending INTEGER NOT NULL, poison INTEGER NOT NULL,"
    " waiting INTEGER NOT NULL, digest INTEGER NOT NULL, delivered INTEGER NOT NULL, failed INTEGER NOT "
    "NULL);"
    "CREATE TABLE name(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY, received INTEGER NOT NULL, feed INTEGER NOT NULL,"
    " source TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, engagement TEXT NOT NULL, body TEXT NOT "
    "NULL,"
    " affiliation TEXT NOT NULL, digest BLOB NOT NULL);"
    "CREATE TABLE event_key(seq INTEGER PRIMARY KEY, key INTEGER NOT NULL);"
    "CREATE TABLE correction(seq INTEGER PRIMARY KEY, target INTEGER NOT NULL);"
    "CREATE INDEX correction_target ON correction(target);"
    "CREATE TABLE cursor(stage TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE fact(id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE TABLE finding(id INTEGER PRIMARY KEY, case_id INTEGER, instance INTEGER NOT NULL,"
    " pathway INTEGER NOT NULL, rule TEXT NOT NULL, level INTEGER NOT NULL, needs_information INTEGER NOT "
    "NULL,"
    " withdrawn INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX finding_case ON finding(case_id, withdrawn) WHERE case_id IS NOT NULL;"
    "CREATE TABLE pending(instance INTEGER NOT NULL, seq INTEGER NOT NULL, pathway INTEGER NOT NULL,"
    " reason TEXT NOT NULL, since INTEGER NOT NULL, reported INTEGER NOT NULL,"
    " PRIMARY KEY(instance, seq, pathway)) WITHOUT ROWID;"
    "CREATE INDEX pending_unreported ON pending(instance, since) WHERE reported = 0;"
    "CREATE TABLE review_case(id INTEGER PRIMARY KEY, engagement TEXT NOT NULL UNIQUE, level INTEGER NOT "
    "NULL,"
    " needs_information INTEGER NOT NULL, state TEXT NOT NULL, pathways TEXT NOT NULL, title TEXT NOT NULL,"
    " rules TEXT NOT NULL, opened INTEGER NOT NULL, updated INTEGER NOT NULL, revision INTEGER NOT NULL,"
    " seq INTEGER NOT NULL);"
    "CREATE TABLE decision(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, revision INTEGER NOT NULL,"
    " actor TEXT NOT NULL, second TEXT, disposition TEXT NOT NULL, reason TEXT NOT NULL, costs TEXT NOT NULL,"
    " benefits TEXT NOT NULL, displacement TEXT NOT NULL, at INTEGER NOT NULL);"
    "CREATE INDEX decision_case ON decision(case_id);"
    "CREATE TABLE notice(number INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, revision INTEGER NOT NULL,"
    " notice_id TEXT NOT NULL UNIQUE, channel INTEGER NOT NULL, reviewer TEXT NOT NULL, address TEXT NOT "
    "NULL,"
    " state TEXT NOT NULL, body TEXT NOT NULL, error TEXT NOT NULL, attempts INTEGER NOT NULL,"
    " created INTEGER NOT NULL, next INTEGER NOT NULL);"
    "CREATE INDEX notice_due ON notice(channel, next) WHERE state = 'waiting';"
    "CREATE INDEX notice_case ON notice(case_id);"
    "CREATE TABLE audit(n INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,"
    " prev BLOB NOT NULL, hash BLOB NOT NULL);";

/* What belongs together across events (an engagement, a source of funding): the hash of its name with the instant that
 * each event of it is dated. As facts do, an event's rows have the rowids sequence × 2^20 + n. */
static const char version_2[] =
    "CREATE TABLE link(id INTEGER PRIMARY KEY, key INTEGER NOT NULL, at INTEGER NOT NULL);"
    "CREATE INDEX link_key ON link(key, at);";

/* Of one instant, rows are in the order of `tie`. What was noted without is noted again. What people decide stands until something ends it (`state`, see cases/decision.h); `relied` is what it rests on. A change
 * of packs is kept with all the pack's text: the record outlives the file. */
static const char version_3[] =
    "DROP TABLE link;"
    "DELETE FROM meta WHERE key = 'links';"
    "CREATE TABLE link(id INTEGER PRIMARY KEY, key INTEGER NOT NULL, at INTEGER NOT NULL, tie INTEGER NOT "
    "NULL);"
    "CREATE INDEX link_key ON link(key, at, tie);"
    "ALTER TABLE decision ADD COLUMN state TEXT NOT NULL DEFAULT 'standing';"
    "ALTER TABLE decision ADD COLUMN mitigations TEXT NOT NULL DEFAULT '[]';"
    "ALTER TABLE decision ADD COLUMN second_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE decision ADD COLUMN review_by INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE decision ADD COLUMN relied TEXT NOT NULL DEFAULT '{}';"
    "ALTER TABLE decision ADD COLUMN spared INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE decision ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE decision ADD COLUMN why TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE decision ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE decision ADD COLUMN known INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX decision_review ON decision(review_by) WHERE state = 'standing';"
    "CREATE TABLE dissent(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, decision INTEGER NOT NULL, actor "
    "TEXT "
    "NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL);"
    "CREATE INDEX dissent_case ON dissent(case_id);"
    "CREATE TABLE pack_change(id INTEGER PRIMARY KEY, state TEXT NOT NULL, choice TEXT NOT NULL, pack TEXT "
    "NOT "
    "NULL, version TEXT NOT NULL, regime TEXT NOT NULL, actor TEXT NOT NULL, second TEXT NOT NULL, reason "
    "TEXT "
    "NOT NULL, body TEXT NOT NULL, said TEXT NOT NULL, at INTEGER NOT NULL, second_at INTEGER NOT NULL, "
    "settled INTEGER NOT NULL);";

/* Whose case it is, by when it is to be decided and when it next asks for attention (`wake`); `open` has the queues' lists
 * read open cases alone. A notice is written when there is something to tell, and worded when it is let go (cases/pace.h):
 * until then it is `held`. `entry` is what people write on a case. */
static const char version_4[] =
    "ALTER TABLE head ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE head ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE head ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE review_case ADD COLUMN queue TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE review_case ADD COLUMN assignee TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE review_case ADD COLUMN unit TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE review_case ADD COLUMN decide_by INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE review_case ADD COLUMN wake INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE review_case ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE review_case ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE review_case ADD COLUMN open INTEGER NOT NULL DEFAULT 0;"
    "UPDATE review_case SET open = state NOT IN ('withdrawn', 'decided', 'closed');"
    "CREATE INDEX case_queue ON review_case(queue, id) WHERE open = 1;"
    "CREATE INDEX case_assignee ON review_case(assignee, id) WHERE open = 1;"
    "CREATE INDEX case_wake ON review_case(wake) WHERE wake > 0;"
    "ALTER TABLE notice ADD COLUMN change TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE notice ADD COLUMN level INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE notice ADD COLUMN previous INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE notice ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE notice ADD COLUMN because TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE notice ADD COLUMN reason TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE notice ADD COLUMN told INTEGER NOT NULL DEFAULT 0;"
    "UPDATE notice SET change = ifnull(json_extract(body, '$.change'), 'opened'), told = CASE WHEN state IN "
    "('delivered', 'waiting') THEN created ELSE 0 END, level = CASE json_extract(body, '$.level') WHEN "
    "'note' THEN 1 "
    "WHEN 'suggested' THEN 2 WHEN 'recommended' THEN 3 WHEN 'required' THEN 4 WHEN 'prohibited' THEN 5 ELSE "
    "0 END "
    "WHERE json_valid(body);"
    "UPDATE review_case SET wake = CAST(strftime('%s', 'now') AS INTEGER) * 1000 + 172800000 WHERE open = 1;"
    "CREATE INDEX notice_held ON notice(next) WHERE state IN ('held', 'digest');"
    "CREATE INDEX notice_told ON notice(reviewer, told) WHERE told > 0;"
    "ALTER TABLE decision ADD COLUMN code TEXT NOT NULL DEFAULT 'other';"
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT "
    "NULL, "
    "words TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL);"
    "CREATE INDEX entry_case ON entry(case_id);"
    "CREATE TABLE silence(id INTEGER PRIMARY KEY, author TEXT NOT NULL, reason TEXT NOT NULL, case_id "
    "INTEGER NOT NULL, "
    "rule TEXT NOT NULL, pathway TEXT NOT NULL, unit TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT "
    "NULL, "
    "ended INTEGER NOT NULL, ended_by TEXT NOT NULL);"
    "CREATE INDEX silence_until ON silence(until) WHERE ended = 0;";

/* What is looked at often must cost the same however much there is: counters of what stands, waits or is owed, kept by
 * triggers, so that no statement can leave one behind; when each feed was heard last; the oldest notice that waits. All of
 * it follows from other tables, so the audit chain does not cover it. */
static const char version_5[] =
    "CREATE TABLE standing(rule TEXT NOT NULL, level INTEGER NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY(rule, level)) WITHOUT ROWID;"
    "INSERT INTO standing SELECT rule, level, count(*) FROM finding WHERE withdrawn = 0 GROUP BY rule, level;"
    "CREATE TRIGGER standing_said AFTER INSERT ON finding WHEN NOT new.withdrawn BEGIN"
    " INSERT INTO standing VALUES(new.rule, new.level, 1) ON CONFLICT DO UPDATE SET count = count + 1; END;"
    "CREATE TRIGGER standing_marked AFTER UPDATE OF withdrawn ON finding WHEN new.withdrawn <> old.withdrawn "
    "BEGIN"
    " INSERT INTO standing VALUES(new.rule, new.level, CASE WHEN new.withdrawn THEN -1 ELSE 1 END)"
    " ON CONFLICT DO UPDATE SET count = count + excluded.count; END;"
    "CREATE TABLE owing(instance INTEGER NOT NULL, poison INTEGER NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY(instance, poison)) WITHOUT ROWID;"
    "INSERT INTO owing SELECT instance, reason = 'poison', count(*) FROM pending GROUP BY 1, 2;"
    "CREATE TRIGGER owing_more AFTER INSERT ON pending BEGIN"
    " INSERT INTO owing VALUES(new.instance, new.reason = 'poison', 1)"
    " ON CONFLICT DO UPDATE SET count = count + 1; END;"
    "CREATE TRIGGER owing_less AFTER DELETE ON pending BEGIN"
    " UPDATE owing SET count = count - 1 WHERE instance = old.instance AND poison = (old.reason = 'poison'); "
    "END;"
    "CREATE TRIGGER owing_otherwise AFTER UPDATE OF reason ON pending"
    " WHEN (new.reason = 'poison') <> (old.reason = 'poison') BEGIN"
    " UPDATE owing SET count = count - 1 WHERE instance = old.instance AND poison = (old.reason = 'poison');"
    " INSERT INTO owing VALUES(new.instance, new.reason = 'poison', 1)"
    " ON CONFLICT DO UPDATE SET count = count + 1; END;"
    "CREATE TABLE telling(channel INTEGER NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY(channel, state)) WITHOUT ROWID;"
    "INSERT INTO telling SELECT channel, state, count(*) FROM notice GROUP BY channel, state;"
    "CREATE TRIGGER telling_more AFTER INSERT ON notice BEGIN"
    " INSERT INTO telling VALUES(new.channel, new.state, 1) ON CONFLICT DO UPDATE SET count = count + 1; END;"
    "CREATE TRIGGER telling_less AFTER DELETE ON notice BEGIN"
    " UPDATE telling SET count = count - 1 WHERE channel = old.channel AND state = old.state; END;"
    "CREATE TRIGGER telling_otherwise AFTER UPDATE OF channel, state ON notice"
    " WHEN new.state <> old.state OR new.channel <> old.channel BEGIN"
    " UPDATE telling SET count = count - 1 WHERE channel = old.channel AND state = old.state;"
    " INSERT INTO telling VALUES(new.channel, new.state, 1) ON CONFLICT DO UPDATE SET count = count + 1; END;"
    "CREATE INDEX notice_oldest ON notice(channel) WHERE state = 'waiting';"
    "CREATE TABLE heard(feed INTEGER PRIMARY KEY, received INTEGER NOT NULL);"
    "INSERT INTO heard SELECT feed, received FROM event WHERE seq IN (SELECT max(seq) FROM event GROUP BY "
    "feed);";

/* A queue's open cases by urgency: the worst level first, and of one level the oldest. */
static const char version_6[] =
    "CREATE INDEX case_urgent ON review_case(queue, level DESC, id) WHERE open = 1;";

const struct schema_step schema_steps[] = {
    {1, version_1}, {2, version_2}, {3, version_3}, {4, version_4}, {5, version_5}, {6, version_6},
};
const uint32_t schema_step_count = sizeof(schema_steps) / sizeof(schema_steps[0]);

int schema_corrupt(const char *path, const char *what, char **ret_error)
{
    return store_fail(
        ret_error, PW_ERROR_CORRUPT,
        "The journal %s is damaged (%s). Keep the file, then restore a backup, or save what can be "
        "read with: sqlite3 '%s' .recover | sqlite3 recovered.journal",
        path, what, path);
}

int schema_version(struct store *store, const char *path, uint32_t newest, uint32_t *ret_version,
                   char **ret_error)
{
    uint64_t version = 0, application = 0, tables = 0;
    int status = store_number(store, "SELECT count(*) FROM sqlite_schema", &tables);

    if (!status)
        status = store_number(store, "PRAGMA user_version", &version);
    if (!status)
        status = store_number(store, "PRAGMA application_id", &application);
    if (status == PW_ERROR_CORRUPT)
        return schema_corrupt(path, sqlite3_errmsg(store->db), ret_error);
    if (status)
        return store_fail(ret_error, status, "The journal %s cannot be read: %s.", path,
                          sqlite3_errmsg(store->db));
    if (application != APPLICATION_ID && (application || tables || version))
        return store_fail(
            ret_error, PW_ERROR_CORRUPT,
            "%s is a database, but not a journal of pathwayd. Name another file, or restore a backup.", path);
    if (version > newest)
        return store_fail(
            ret_error, PW_ERROR_UNSUPPORTED,
            "The journal %s has schema version %llu; this pathwayd knows up to %u. Run the newer "
            "pathwayd that wrote it.",
            path, (unsigned long long)version, newest);
    *ret_version = (uint32_t)version;
    return 0;
}

int schema_upgrade(struct store *store, const struct schema_step *steps, uint32_t count, uint32_t version,
                   char **ret_error)
{
    char pragma[64];
    int status = 0;

    for (uint32_t i = 0; i < count && !status; i++) {
        if (steps[i].version <= version)
            continue;
        status = store_execute(store, steps[i].sql);
        sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA user_version = %u", steps[i].version);
        if (!status)
            status = store_execute(store, pragma);
        if (status)
            return store_fail(ret_error, status, "The journal's schema cannot be brought to version %u: %s.",
                              steps[i].version, sqlite3_errmsg(store->db));
    }
    return 0;
}
