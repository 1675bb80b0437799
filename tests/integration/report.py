# SPDX-License-Identifier: Apache-2.0
"""pathwayctl report beside a running daemon: what is counted, what is hidden, what is left out."""

import json
import os
import sqlite3
import time

from harness import SEVEN_SONS, SLOW, Daemon, Raw, check, event, finish, policies, skip, until

NO = {q: {"answer": "no"} for q in ("q1", "q2", "q3")}
YES = {"q1": {"answer": "yes"}, "q2": {"answer": "no"}, "q3": {"answer": "no"}}
GERMAN = [{"name": "TU Dresden", "country": "DE", "relation": "party"}]

# A pack on trial: the same rules, under another regime.
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "conf", "packs")
daemon = Daemon(lab_units=["CHEM-LAB"])
packs = os.path.join(daemon.home, "packs")
os.makedirs(packs)
with open(os.path.join(folder, "paper.json")) as file:
    paper = file.read()
with open(os.path.join(packs, "paper.json"), "w") as file:
    file.write(paper)
with open(os.path.join(packs, "draft.json"), "w") as file:
    file.write(paper.replace('"pack": "paper"', '"pack": "draft"').replace('"regime": "paper"', '"regime": "draft"'))
with open(os.path.join(packs, "active.json"), "w") as file:
    json.dump({"active": ["paper.json"], "shadow": ["draft.json"]}, file)
daemon.config["plugins"] = policies()
for plugin in daemon.config["plugins"][1:]:
    plugin["readable"] = [packs]
    plugin["config"] = {"packs": os.path.join(packs, "active.json")}
daemon.write_config()
daemon.start()


def report(*words):
    return daemon.json("report", *words)


def rows(table):
    return {row["name"]: row for row in table["rows"]}


def visible(table, column):
    return {row["name"]: row[column] for row in table["rows"]}


empty = report()
check(all(table["rows"] == [] for table in empty["tables"].values()) and empty["noisy_rules"] == [], "an empty journal")
check(daemon.ctl("report").returncode == 0, "which is a report as well")

# 10 engagements held, 24 reviewed, 7 that ask, 8 that pass, 2 held in a unit of their own; two events each of the last 8.
events = [event(n, unit="CS", partner=SEVEN_SONS, questions=YES) for n in range(10)]
events += [event(n, unit="CHEM", partner=SEVEN_SONS) for n in range(100, 124)]
events += [event(n, unit="PHYS", partner=GERMAN, questions={}, applications=[]) for n in range(200, 207)]
events += [event(n, unit="BIO", engagement_id=f"E-{300 + n % 8}") for n in range(300, 316)]
events += [event(n, unit="MATH", partner=SEVEN_SONS + GERMAN, questions=YES) for n in range(400, 402)]
daemon.send(events)
check(daemon.drain(), "events")

found = report()
check(set(found["tables"]) == {"pathway", "rule", "unit", "country"}, "four tables by default")
unit, rule, country = (found["tables"][t] for t in ("unit", "rule", "country"))
check(unit["total"]["events"] == 59, f"every event counts {unit['total']}")
check(visible(unit, "events") == {"BIO": 16, "CHEM": 24, "CS": 10, "MATH": "<5", "PHYS": "*"},
      f"few engagements are not shown, nor what would give them away {visible(unit, 'events')}")
check(visible(unit, "holds") == {"BIO": 0, "CHEM": 0, "CS": "*", "MATH": "<5", "PHYS": 0} and
      unit["total"]["holds"] == 12, f"holds {visible(unit, 'holds')}")
check(visible(unit, "asks")["BIO"] == 0 and unit["total"]["asks"] == 7 and
      rows(rule)["research.unknown"]["asks"] == 7, "asks")
check(visible(country, "events") == {"CH": 16, "CN": 36, "DE": 9}, f"countries {visible(country, 'events')}")
check(visible(country, "holds") == {"CH": 0, "CN": "*", "DE": "<5"}, f"an event counts for each of its partners' countries {visible(country, 'holds')}")
seven = rows(rule)["research.q2_seven_sons"]
check(seven["events"] == seven["hits"] == 36 and seven["holds"] == 12 and seven["withdrawn"] == 0, f"by rule {seven}")
check(rows(found["tables"]["pathway"])["research"]["events"] == 59 and
      rows(found["tables"]["pathway"])["legal"]["events"] == 59, "a pathway has the events that go to it")
for table in found["tables"].values():
    for row in table["rows"] + [table["total"]]:
        check(row["declines"] == 0 and row["reversals"] == 0 and row["median_hours"] is None and row["no_action"] == 0,
              f"{row['name']}: nobody decided yet")
check(found["noisy_rules"] == [], "and no rule is noisy yet")
check("no rule decides by it" in found["note"], "what country is shown for")
check(not any("draft" in name for name in rows(rule)), "packs on trial are not in the report")
check(seven["findings"] == 36, "and count for nothing in it")

shadow = report("--shadow", "--by", "rule")
check(set(shadow["tables"]) == {"rule", "shadow"} and shadow["tables"]["rule"] == rule, "--shadow adds, --by chooses")
trial = rows(shadow["tables"]["shadow"])
check(trial["research.q2_seven_sons (draft)"]["holds"] == 12 and trial["research.unknown (draft)"]["asks"] == 7 and
      "declines" not in trial["research.unknown (draft)"], f"what packs on trial would have said {trial}")

# ---- decisions ---------------------------------------------------------------------------------------------------

HOUR = 3600 * 1000
cases = {c["engagement_id"]: (int(c["case"][2:]), c) for c in daemon.rows("case", "list", "--limit", "0")}
journal = daemon.json("audit", "verify")["journal"]


def decide(engagement, *decisions):
    """Each is a disposition and the hours after the opening."""
    number = cases[engagement][0]
    with sqlite3.connect(journal, timeout=20) as database:
        opened = database.execute("SELECT opened FROM review_case WHERE id = ?", [number]).fetchone()[0]
        for disposition, hours in decisions:
            database.execute("INSERT INTO decision(case_id, revision, actor, disposition, reason, costs, benefits, "
                             "displacement, at) VALUES(?, 1, 'reviewer', ?, '', '[]', '[]', '', ?)",
                             [number, disposition, opened + int(hours * HOUR)])
    database.close()


for n in range(100, 120):
    decide(f"E-{n}", ("proceed", n - 99))
for n in range(6):
    decide(f"E-{n}", ("declined", 10 * (n + 1)))
decide("E-6", ("declined", 1), ("proceed_with_mitigation", 300))
found = report()
unit, rule = found["tables"]["unit"], found["tables"]["rule"]
seven = rows(rule)["research.q2_seven_sons"]
check(seven["declines"] == 6 and seven["no_action"] == 20 and seven["no_action_percent"] == 56, f"decisions count {seven}")
check(seven["reversals"] == "<5", "a decision that was undone is a reversal, and one alone is not shown")
check(seven["median_hours"] == 12, f"the median of 27 cases, from opening to the first decision {seven['median_hours']}")
check(rows(unit)["CHEM"]["median_hours"] == 10.5 and rows(unit)["PHYS"]["median_hours"] is None, "by unit as well")
check(found["noisy_rules"] == [{"rule": "research.q2_seven_sons", "hits": 36, "came_to_nothing": 20}],
      f"a rule most of whose hits came to nothing is named {found['noisy_rules']}")
daemon.send([event(5000, engagement_id="E-100", unit="CHEM", partner=SEVEN_SONS, title="Anew")])
daemon.drain()
with sqlite3.connect(journal, timeout=20) as database:
    database.execute("UPDATE decision SET at = (SELECT max(received) FROM event) - 1 WHERE case_id = ?", [cases["E-100"][0]])
database.close()
seven = rows(report()["tables"]["rule"])["research.q2_seven_sons"]
check(seven["hits"] == 37 and seven["no_action"] == 20, "a hit that came after the decision has not ended")

# ---- corrections: what no longer stands ----------------------------------------------------------------------------

daemon.send([{"specversion": "1.0", "id": f"c-{n}", "source": "https://test.example.edu/", "type":
              "org.pathwayd.correction.v1", "causationid": f"t-{n}", "data": {"questions": NO, "unit": "GEO"}}
             for n in range(200, 206)])
check(daemon.drain(), "six questions are answered")
found = report()
unknown = rows(found["tables"]["rule"])["research.unknown"]
check(unknown["withdrawn"] == 6 and unknown["asks"] == 7, f"what was withdrawn was asked all the same {unknown}")
check(visible(found["tables"]["unit"], "events") == {"BIO": 16, "CHEM": 25, "CS": 10, "GEO": "*", "MATH": "<5", "PHYS": "<5"},
      "and events count as they stand corrected")
check(found["tables"]["unit"]["total"]["events"] == 60, "corrections are no events of their own")

# ---- periods, and the command line ---------------------------------------------------------------------------------

check(report("--from", "2000-01-01", "--to", "2100-01-01")["tables"] == found["tables"], "a period that holds everything")
check(report("--to", "2000-01-01")["tables"]["unit"]["rows"] == [], "one that holds nothing")
today = time.strftime("%Y-%m-%d", time.gmtime())
check(report("--from", today, "--to", today)["tables"]["unit"]["total"]["events"] == 60 or
      time.strftime("%Y-%m-%d", time.gmtime()) != today, "the last day counts")
text = daemon.ctl("report", "--shadow").stdout
check(all(word in text for word in ["By pathway", "By rule", "By unit", "By the partner's country", "Packs on trial",
                                    "Noisy rules", "none", "<5", "no rule decides by it", "cannot be worked out"]),
      "the tables for people")
check("By unit" not in daemon.ctl("report", "--by", "rule").stdout, "--by")
for words, sentence in [(["--by", "person"], "pathway, rule"), (["--from", "yesterday"], "a day"),
                        (["--from", "2026-02-01", "--to", "2026-01-01"], "after"), (["--journal", "/nowhere/j.db"], "opened")]:
    run = daemon.ctl("report", *words)
    check(run.returncode == 2 and sentence in run.stderr, f"report {' '.join(words)}: usage")

# ---- the operation -------------------------------------------------------------------------------------------------


def asked(**fields):
    client = Raw(daemon)
    client.send({"op": "report", **fields})
    return client.answer()


def as_printed(*words):
    return {key: value for key, value in report(*words).items() if key != "journal"}


week = ("--from", "2020-01-01", "--to", "2099-12-31")
check(asked()["result"] == as_printed(), "the endpoint answers what the command prints")
check(asked(**{"from": week[1], "to": week[3]})["result"] == as_printed(*week), "of a period")
check(asked(by="unit")["result"] == as_printed("--by", "unit"), "and of one table")
check(asked(by="shadow")["result"]["tables"] == {"shadow": report("--shadow")["tables"]["shadow"]}, "or of packs on trial")
for fields in [{"from": "yesterday"}, {"to": "2026-02-30"}, {"from": "2026-02-01", "to": "2026-01-01"}, {"by": "person"}]:
    refused = asked(**fields)
    check(refused["code"] == "bad_request" and len(refused["error"]) > 10, f"report {fields}: a sentence")
first = asked(by="country")
daemon.send([event(6000, unit="CS")])
check(daemon.drain() and asked(by="country") == first, "who asks for the same again is given the same")
check(asked(by="pathway")["result"]["tables"]["pathway"]["total"]["events"] == 61, "who asks for something else is told anew")
found = report()
check(daemon.stop() == 0, "the daemon stops cleanly")
check(daemon.json("report", "--journal", journal)["tables"] == found["tables"], "the same of a journal nobody has open")

# ---- a large journal -----------------------------------------------------------------------------------------------

# Beside the daemon, which would not start with rows it has not written, nor is to judge them.
MANY = 100000 if SLOW == 1 else 20000
daemon.start()
check(daemon.ctl("pause").returncode == 0, "nothing is judged")
with sqlite3.connect(journal, timeout=20 * SLOW) as database:
    last = 1000000  # far beyond what comes in meanwhile
    event_row = database.execute("SELECT received, feed, source, type, body, affiliation, digest FROM event "
                                 "WHERE id = 't-0'").fetchone()
    said = database.execute("SELECT instance, pathway, rule, level, needs_information, withdrawn, body FROM finding "
                            "WHERE level > 0").fetchone()
    received, feed, source, kind, body, affiliation, digest = event_row
    database.executemany("INSERT INTO event(seq, received, feed, source, id, type, engagement, body, affiliation, digest) "
                         "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         ((last + n, received, feed, source, f"many-{n}", kind, f"M-{n}",
                           body.replace('"CS"', f'"U{n % 3000}"'), affiliation, digest) for n in range(1, MANY + 1)))
    database.executemany("INSERT INTO finding(id, case_id, instance, pathway, rule, level, needs_information, withdrawn, "
                         "body) VALUES(?, NULL, ?, ?, ?, ?, ?, ?, ?)",
                         (((last + n) * (1 << 20) + k, *said) for n in range(1, MANY + 1) for k in range(2)))
database.close()
begun = time.monotonic()
run = daemon.ctl("report", "--json")
seconds = time.monotonic() - begun
big = json.loads(run.stdout)
check(big["tables"]["unit"]["total"]["events"] == MANY + 61 and len(big["tables"]["unit"]["rows"]) == 2001,
      f"{MANY} events more, in more units than are kept apart")
if SLOW > 1:
    skip("in a few seconds", "a sanitizer is not what is measured")
else:
    check(seconds < 15, f"in a few seconds: {seconds:.1f}")

# ---- while a report is made ----------------------------------------------------------------------------------------


def begin(client, **fields):
    """Asks for one, and for another to see that it is in work, for nothing says which of two clients is heard first."""
    for day in range(1, 29):
        client.send({"op": "report", **fields})
        second = asked(**{"from": f"2001-01-{day:02}"})
        if second.get("code") == "busy":
            break
        client.answer()  # refused, as the second
    return second


client = Raw(daemon)
refused = begin(client)
check(refused.get("code") == "busy" and "ask again" in refused["error"], "a second report has to wait")
acks = daemon.send([event(n, unit="CS") for n in range(7000, 7010)])
check([ack["status"] for ack in acks] == ["accepted"] * 10, "events are acknowledged")
check(daemon.ctl("status").returncode == 0, "and others are answered")
answer = client.answer()
check(answer["ok"] and MANY + 61 <= answer["result"]["tables"]["unit"]["total"]["events"] <= MANY + 71, "it ends")
check(asked()["result"] == answer["result"], "and many may read it")
begin(client, to="2098-12-31")
check(daemon.ctl("reload").returncode == 0 and until(lambda: "reloaded " in daemon.read_log()), "a reload in the midst of one")
daemon.wait_ready()
client = Raw(daemon)
check(begin(client, to="2099-12-31").get("code") == "busy", "another is being made")
check(daemon.stop() == 0, "when the daemon stops")
finish()
