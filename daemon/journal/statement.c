/* SPDX-License-Identifier: Apache-2.0
 *
 * statement.c: every SQL statement the journal runs, in SQLite's dialect, so that nothing of it is scattered
 * over the code. The tables stand in schema.c.
 */
#include "journal/statement.h"

#define EVENT_COLUMNS                                                                                        \
    "e.seq, e.received, f.name, e.source, e.id, e.type, e.engagement, e.body, e.affiliation "
#define FINDING_COLUMNS                                                                                      \
    "SELECT d.id, d.case_id, i.name, p.name, d.rule, d.level, d.needs_information, d.withdrawn, d.body "     \
    "FROM finding d LEFT JOIN name i ON i.id = d.instance LEFT JOIN name p ON p.id = d.pathway "
#define CASE_COLUMNS                                                                                         \
    "SELECT id, engagement, level, needs_information, state, pathways, title, rules, opened, updated, "      \
    "revision, seq, queue, assignee, unit, decide_by, wake, reminders, escalated FROM review_case "
#define NOTICE_COLUMNS                                                                                       \
    "SELECT n.number, n.case_id, n.revision, n.notice_id, c.name, n.reviewer, n.address, n.state, n.body, "  \
    "n.error, n.attempts, n.created, n.next, n.change, n.level, n.previous, n.seq, n.because, n.reason, "    \
    "n.told "                                                                                                \
    "FROM notice n LEFT JOIN name c ON c.id = n.channel "
#define PENDING_COLUMNS                                                                                      \
    "SELECT q.seq, i.name, p.name, q.reason, q.since, q.reported FROM pending q "                            \
    "LEFT JOIN name i ON i.id = q.instance LEFT JOIN name p ON p.id = q.pathway "
#define DECISION_COLUMNS                                                                                     \
    "SELECT id, case_id, revision, state, disposition, actor, ifnull(second, ''), reason, costs, benefits, " \
    "mitigations, displacement, relied, at, second_at, review_by, spared, ended, why, ended_by, known, "     \
    "code FROM "                                                                                             \
    "decision "

#define PACK_COLUMNS                                                                                         \
    "SELECT id, state, choice, pack, version, regime, actor, second, reason, body, said, at, second_at, "    \
    "settled FROM pack_change "

#define SILENCE_COLUMNS                                                                                      \
    "SELECT id, author, reason, case_id, rule, pathway, unit, at, until, ended, ended_by FROM silence "

const char *const statement_texts[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_TASK_BEGIN] = "SAVEPOINT task",
    [STATEMENT_TASK_UNDO] = "ROLLBACK TO task",
    [STATEMENT_TASK_END] = "RELEASE task",

    [STATEMENT_HEAD_READ] =
        "SELECT last_seq, audit_n, audit_hash, events, findings, withdrawn, cases, open_cases, pending, "
        "poison, waiting, digest, delivered, failed, held, muted, folded FROM head WHERE id = 1",
    [STATEMENT_HEAD_WRITE] =
        "INSERT OR REPLACE INTO head(id, last_seq, audit_n, audit_hash, events, findings, withdrawn, cases, "
        "open_cases, pending, poison, waiting, digest, delivered, failed, held, muted, folded) "
        "VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    [STATEMENT_KEY_READ] = "SELECT value FROM meta WHERE key = 'hash_key'",
    [STATEMENT_KEY_WRITE] = "INSERT INTO meta(key, value) VALUES('hash_key', ?1)",
    [STATEMENT_MARK_GET] = "SELECT value FROM meta WHERE key = ?1",
    [STATEMENT_MARK_SET] = "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)",
    [STATEMENT_NAMES] = "SELECT id, name FROM name ORDER BY id",
    [STATEMENT_NAME_INSERT] = "INSERT INTO name(id, name) VALUES(?1, ?2)",

    [STATEMENT_AUDIT_INSERT] =
        "INSERT INTO audit(n, at, kind, detail, prev, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STATEMENT_AUDIT_READ] = "SELECT n, at, kind, detail, prev, hash FROM audit WHERE n > ?1 AND n <= ?2 "
                             "ORDER BY n LIMIT ?3",

    [STATEMENT_EVENT_INSERT] =
        "INSERT INTO event(seq, received, feed, source, id, type, engagement, body, affiliation, digest) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [STATEMENT_EVENT_KEY_INSERT] = "INSERT INTO event_key(seq, key) VALUES(?1, ?2)",
    [STATEMENT_EVENT_KEYS] = "SELECT seq, key FROM event_key ORDER BY seq",
    [STATEMENT_EVENT_KEY_FIND] =
        "SELECT seq FROM event_key WHERE key = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq DESC",
    [STATEMENT_EVENT_IDENTITY] = "SELECT source, id, digest, affiliation FROM event WHERE seq = ?1",
    [STATEMENT_EVENT_LAST] = "SELECT seq, body, digest FROM event ORDER BY seq DESC LIMIT ?1",
    [STATEMENT_EVENT_KEY_LAST] = "SELECT max(seq) FROM event_key",
    [STATEMENT_EVENT] =
        "SELECT " EVENT_COLUMNS "FROM event e LEFT JOIN name f ON f.id = e.feed WHERE e.seq = ?1",
    [STATEMENT_EVENTS] = "SELECT " EVENT_COLUMNS "FROM event e LEFT JOIN name f ON f.id = e.feed "
                         "WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2",
    [STATEMENT_EVENTS_AUDIT] =
        "SELECT " EVENT_COLUMNS ", e.digest FROM event e LEFT JOIN name f ON f.id = e.feed "
        "WHERE e.seq BETWEEN ?1 AND ?2 ORDER BY e.seq",

    [STATEMENT_CORRECTION_INSERT] = "INSERT OR REPLACE INTO correction(seq, target) VALUES(?1, ?2)",
    [STATEMENT_CORRECTIONS] =
        "SELECT " EVENT_COLUMNS
        "FROM correction c JOIN event e ON e.seq = c.seq LEFT JOIN name f ON f.id = e.feed "
        "WHERE c.target = ?1 ORDER BY c.seq",

    [STATEMENT_LINK_INSERT] = "INSERT INTO link(id, key, at, tie) VALUES(?1, ?2, ?3, ?4)",
    [STATEMENT_LINKS_OF_EVENT] = "SELECT key FROM link WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    [STATEMENT_LINKED_BEFORE] =
        "SELECT id, at FROM link WHERE key = ?1 AND at >= ?2 AND (at, tie) < (?3, ?4) "
        "ORDER BY at DESC, tie DESC LIMIT ?5",
    [STATEMENT_LINKED_AFTER] =
        "SELECT id, at FROM link WHERE key = ?1 AND (at, tie) > (?2, ?3) ORDER BY at, tie LIMIT ?4",
    [STATEMENT_LINKED_LATER] =
        "SELECT other.id, other.at FROM link own JOIN link other ON other.key = own.key AND other.at >= ?3 "
        "WHERE own.id BETWEEN ?1 AND ?2 AND other.id NOT BETWEEN ?1 AND ?2",

    [STATEMENT_CURSOR_SET] = "INSERT OR REPLACE INTO cursor(stage, seq) VALUES(?1, ?2)",
    [STATEMENT_CURSOR_GET] = "SELECT seq FROM cursor WHERE stage = ?1",
    [STATEMENT_CURSOR_SLOWEST] = "SELECT min(seq) FROM cursor",

    [STATEMENT_FACT_OF_INSTANCE] = "SELECT id FROM fact WHERE id BETWEEN ?1 AND ?2 AND instance = ?3",
    [STATEMENT_FACT_NEXT] = "SELECT max(id) FROM fact WHERE id BETWEEN ?1 AND ?2",
    [STATEMENT_FACT_INSERT] = "INSERT INTO fact(id, instance, body) VALUES(?1, ?2, ?3)",
    [STATEMENT_FACT_UPDATE] = "UPDATE fact SET body = ?2 WHERE id = ?1",
    [STATEMENT_FACTS] = "SELECT i.name, t.body FROM fact t LEFT JOIN name i ON i.id = t.instance "
                        "WHERE t.id BETWEEN ?1 AND ?2 ORDER BY t.id",

    [STATEMENT_FINDING_INSERT] = "INSERT INTO finding(id, case_id, instance, pathway, rule, level, "
                                 "needs_information, withdrawn, body) "
                                 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
    [STATEMENT_FINDING_MARK] = "UPDATE finding SET withdrawn = ?2 WHERE id = ?1",
    [STATEMENT_FINDINGS_ATTACH] = "UPDATE finding SET case_id = ?3 WHERE id BETWEEN ?1 AND ?2 "
                                  "AND case_id IS NOT ?3",
    [STATEMENT_FINDINGS_OF_INSTANCE] =
        "SELECT id, rule, level, needs_information, withdrawn, body FROM finding "
        "WHERE id BETWEEN ?1 AND ?2 AND instance = ?3 AND pathway = ?4 ORDER BY withdrawn, id",
    [STATEMENT_FINDING_NEXT] = "SELECT max(id), max(case_id) FROM finding WHERE id BETWEEN ?1 AND ?2",
    [STATEMENT_FINDINGS_OF_EVENT] = FINDING_COLUMNS "WHERE d.id BETWEEN ?1 AND ?2 ORDER BY d.id",
    [STATEMENT_FINDINGS_OF_CASE] = FINDING_COLUMNS "WHERE d.case_id = ?1 AND d.withdrawn = 0 ORDER BY d.id",
    [STATEMENT_FINDINGS_NEWEST] =
        FINDING_COLUMNS "WHERE d.case_id = ?1 AND d.withdrawn = ?2 ORDER BY d.id DESC LIMIT ?3",
    [STATEMENT_FINDINGS_TALLY] =
        "SELECT withdrawn, count(*), max(id) FROM finding WHERE case_id = ?1 GROUP BY withdrawn",
    [STATEMENT_FINDINGS] = FINDING_COLUMNS "WHERE d.id > ?1 ORDER BY d.id LIMIT ?2",

    [STATEMENT_PENDING_REASON] = "SELECT reason FROM pending WHERE instance = ?1 AND seq = ?2 AND pathway = "
                                 "?3 AND (?4 = 0 OR since = ?4)",
    /* A correction may send an event other ways than before, so a lesser reason does not take its place. What is owed
     * anew within one millisecond is later all the same: `since` tells it from what is being asked. */
    [STATEMENT_PENDING_PUT] =
        "INSERT INTO pending(instance, seq, pathway, reason, since, reported) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
        "since = CASE WHEN excluded.reported THEN excluded.since ELSE max(excluded.since, pending.since + 1) "
        "END, "
        "reported = excluded.reported, reason = CASE WHEN pending.reason = 'correction' AND excluded.reason "
        "IN ('earlier', 'list', 'unavailable') THEN pending.reason ELSE excluded.reason END",
    [STATEMENT_PENDING_REMOVE] = "DELETE FROM pending WHERE instance = ?1 AND seq = ?2 AND pathway = ?3",
    /* Up to the event of the ?3rd row, so that no event's rows are parted. */
    [STATEMENT_PENDING] = PENDING_COLUMNS
    "WHERE q.instance = (SELECT id FROM name WHERE name = ?1) AND q.seq > ?2 AND q.seq <= "
    "(SELECT max(seq) FROM (SELECT seq FROM pending WHERE instance = (SELECT id FROM name WHERE name = ?1) "
    "AND seq > ?2 ORDER BY seq LIMIT ?3)) ORDER BY q.seq, q.pathway",

    [STATEMENT_PENDING_LATE] = PENDING_COLUMNS
    "WHERE q.instance = (SELECT id FROM name WHERE name = ?1) AND q.reported = 0 AND q.since < ?2 "
    "ORDER BY q.since, q.seq, q.pathway LIMIT ?3",

    [STATEMENT_CASE_STATE] = "SELECT state FROM review_case WHERE id = ?1",
    [STATEMENT_CASE_INSERT] =
        "INSERT INTO review_case(engagement, level, needs_information, state, "
        "pathways, title, rules, opened, "
        "updated, revision, seq, queue, assignee, unit, decide_by, wake, reminders, "
        "escalated, open) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
        "?14, ?15, ?16, ?17, ?18, ?19)",
    [STATEMENT_CASE_UPDATE] =
        "UPDATE review_case SET engagement = ?1, level = ?2, needs_information = ?3, state = ?4, pathways = "
        "?5, "
        "title = ?6, rules = ?7, opened = ?8, updated = ?9, revision = ?10, seq = ?11, queue = ?12, "
        "assignee = ?13, unit = ?14, decide_by = ?15, wake = ?16, reminders = ?17, escalated = ?18, open = "
        "?19 "
        "WHERE id = ?20",
    [STATEMENT_CASE] = CASE_COLUMNS "WHERE id = ?1",
    [STATEMENT_CASE_OF_ENGAGEMENT] = CASE_COLUMNS "WHERE engagement = ?1",
    [STATEMENT_CASES] = CASE_COLUMNS "WHERE id > ?1 ORDER BY id LIMIT ?2",
    [STATEMENT_CASES_OF_QUEUE] =
        CASE_COLUMNS "WHERE queue = ?1 AND open = 1 AND id > ?2 ORDER BY id LIMIT ?3",
    [STATEMENT_CASES_URGENT] = CASE_COLUMNS "WHERE queue = ?1 AND open = 1 AND level <= ?2 AND (level < ?2 "
                                            "OR id > ?3) ORDER BY level DESC, id LIMIT ?4",
    [STATEMENT_CASES_OF_ASSIGNEE] =
        CASE_COLUMNS "WHERE assignee = ?1 AND open = 1 AND id > ?2 ORDER BY id LIMIT ?3",
    [STATEMENT_CASES_WAKING] = CASE_COLUMNS "WHERE wake > 0 AND wake <= ?1 ORDER BY wake LIMIT ?2",

    [STATEMENT_DECISION_INSERT] =
        "INSERT INTO decision(case_id, revision, state, disposition, actor, second, reason, costs, benefits, "
        "mitigations, displacement, relied, at, second_at, review_by, known, spared, code) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, ?17)",
    [STATEMENT_DECISION_SECOND] =
        "UPDATE decision SET state = 'standing', second = ?2, second_at = ?3, relied = ?4 WHERE id = ?1",
    [STATEMENT_DECISION_END] =
        "UPDATE decision SET state = ?2, ended = ?3, why = ?4, ended_by = ?5 WHERE id = ?1",
    [STATEMENT_DECISION_SPARED] =
        "UPDATE decision SET spared = spared + 1, known = max(known, ?2) WHERE id = ?1",
    [STATEMENT_DECISIONS_OF_CASE] = DECISION_COLUMNS "WHERE case_id = ?1 ORDER BY id",
    [STATEMENT_DECISIONS_DUE] =
        DECISION_COLUMNS "WHERE state = 'standing' AND review_by <= ?1 ORDER BY review_by, id LIMIT ?2",
    [STATEMENT_DISSENT_INSERT] =
        "INSERT INTO dissent(case_id, decision, actor, words, at) VALUES(?1, ?2, ?3, ?4, ?5)",
    [STATEMENT_DISSENTS_OF_CASE] =
        "SELECT decision, actor, words, at FROM dissent WHERE case_id = ?1 ORDER BY id",
    /* What was proposed and never became a decision is none. */
    [STATEMENT_DISPOSITIONS] =
        "SELECT d.case_id, d.disposition, c.opened, CASE WHEN d.second_at > 0 THEN d.second_at ELSE d.at END "
        "AS final, d.spared FROM decision d JOIN review_case c ON c.id = d.case_id "
        "WHERE d.state NOT IN ('proposed', 'withdrawn') ORDER BY d.case_id, final, d.id",

    [STATEMENT_PACK_INSERT] =
        "INSERT INTO pack_change(state, choice, pack, version, regime, actor, second, reason, body, said, "
        "at, "
        "second_at, settled) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [STATEMENT_PACK_UPDATE] = "UPDATE pack_change SET state = ?2, second = ?3, said = ?4, second_at = ?5, "
                              "settled = ?6 WHERE id = ?1",
    [STATEMENT_PACKS] = PACK_COLUMNS "WHERE id > ?1 ORDER BY id LIMIT ?2",
    [STATEMENT_PACK_IN_STATE] = PACK_COLUMNS "WHERE state = ?1 ORDER BY id DESC LIMIT 1",

    [STATEMENT_NOTICE_STATE] = "SELECT state FROM notice WHERE number = ?1",
    [STATEMENT_NOTICE_INSERT] =
        "INSERT INTO notice(case_id, revision, notice_id, channel, reviewer, address, state, body, error, "
        "attempts, created, next, change, level, previous, seq, because, reason, told) VALUES(?1, ?2, ?3, "
        "?4, "
        "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    [STATEMENT_NOTICE_UPDATE] =
        "UPDATE notice SET revision = ?2, reviewer = ?3, address = ?4, state = ?5, body = ?6, next = ?7, "
        "change = ?8, level = ?9, previous = ?10, seq = ?11, because = ?12, reason = ?13, told = ?14 WHERE "
        "number = ?1",
    [STATEMENT_NOTICE_SETTLE] =
        "UPDATE notice SET state = ?2, attempts = ?3, next = ?4, error = ?5 WHERE number = ?1",
    [STATEMENT_NOTICES_OF_CASE] = NOTICE_COLUMNS "WHERE n.case_id = ?1 ORDER BY n.number",
    [STATEMENT_NOTICES_DUE] = NOTICE_COLUMNS "WHERE n.channel = (SELECT id FROM name WHERE name = ?1) "
                                             "AND n.state = 'waiting' AND n.next <= ?2 "
                                             "ORDER BY n.next, n.number LIMIT ?3",
    [STATEMENT_NOTICES_NEXT] =
        "SELECT next FROM notice WHERE channel = (SELECT id FROM name WHERE name = ?1) "
        "AND state = 'waiting' ORDER BY next LIMIT 1",
    [STATEMENT_NOTICES_HELD] = NOTICE_COLUMNS
    "WHERE n.state IN ('held', 'digest') AND n.next <= ?1 ORDER BY n.next, n.number LIMIT ?2",
    /* The state is named twice for the index's sake. */
    [STATEMENT_NOTICES_OF_DIGEST] =
        NOTICE_COLUMNS "WHERE n.state IN ('held', 'digest') AND n.state = 'digest' AND n.next <= ?3 AND "
                       "n.reviewer = ?2 AND n.channel = (SELECT "
                       "id FROM name WHERE name = ?1) ORDER BY n.next, n.number LIMIT ?4",
    [STATEMENT_NOTICES_BACKLOG] =
        "SELECT reviewer FROM notice WHERE state = 'waiting' AND case_id > 0 AND told > 0 AND told <= ?2 AND "
        "channel = "
        "(SELECT id FROM name WHERE name = ?1) GROUP BY reviewer HAVING count(*) >= ?3",
    [STATEMENT_NOTICES_BACKLOG_OF] = NOTICE_COLUMNS
    "WHERE n.state = 'waiting' AND n.case_id > 0 AND n.told > 0 AND n.told <= ?3 AND n.reviewer = ?2 AND "
    "n.channel = (SELECT id FROM name WHERE name = ?1) ORDER BY n.number LIMIT ?4",
    [STATEMENT_NOTICES_TOLD] =
        "SELECT count(*) FROM notice WHERE reviewer = ?1 AND told >= ?2 AND told > 0 AND state <> 'folded'",

    [STATEMENT_ENTRY_INSERT] =
        "INSERT INTO entry(case_id, kind, actor, words, detail, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STATEMENT_ENTRIES_OF_CASE] =
        "SELECT id, case_id, kind, actor, words, detail, at FROM entry WHERE case_id = ?1 ORDER BY id",
    [STATEMENT_SILENCE_INSERT] =
        "INSERT INTO silence(author, reason, case_id, rule, pathway, unit, at, until, ended, ended_by) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, '')",
    [STATEMENT_SILENCE_END] = "UPDATE silence SET ended = ?2, ended_by = ?3 WHERE id = ?1",
    [STATEMENT_SILENCES] = SILENCE_COLUMNS "WHERE id > ?1 ORDER BY id LIMIT ?2",
    [STATEMENT_SILENCES_ACTIVE] = SILENCE_COLUMNS "WHERE ended = 0 AND until > ?1 ORDER BY id",

    [STATEMENT_STANDING] =
        "SELECT rule, '', level, count FROM standing WHERE count > 0 ORDER BY count DESC, rule, level",
    [STATEMENT_OWING] = "SELECT i.name, '', o.poison, o.count FROM owing o JOIN name i ON i.id = o.instance "
                        "ORDER BY i.name, o.poison",
    [STATEMENT_TELLING] = "SELECT c.name, t.state, 0, t.count FROM telling t JOIN name c ON c.id = t.channel "
                          "ORDER BY c.name, t.state",
    [STATEMENT_NOTICE_OLDEST] =
        "SELECT created FROM notice WHERE channel = (SELECT id FROM name WHERE name = "
        "?1) AND state = 'waiting' ORDER BY number LIMIT 1",
    [STATEMENT_HEARD_SET] = "INSERT INTO heard(feed, received) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET "
                            "received = excluded.received",
    [STATEMENT_HEARD] = "SELECT received FROM heard WHERE feed = (SELECT id FROM name WHERE name = ?1)",
};
