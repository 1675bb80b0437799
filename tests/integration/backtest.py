# SPDX-License-Identifier: Apache-2.0
"""backtest: what another pack would have said of stored history, beside the running daemon and without a trace."""

import json
import os
import re

from harness import SEVEN_SONS, SOURCE, Daemon, check, event, finish, policies

daemon = Daemon(policies())
daemon.start()


def dated(number, day, **changes):
    return dict(event(number, **changes), time=f"{day}T09:00:00Z")


with open(os.path.join(SOURCE, "conf", "packs", "paper.json")) as file:
    paper = json.loads(re.sub(r"^\s*//.*$", "", file.read(), flags=re.M))


def tried(name, change):
    """The paper's pack with something else in it."""
    pack = json.loads(json.dumps(paper))
    change(pack["pathways"]["research"]["rules"], pack)
    path = os.path.join(daemon.home, name)
    with open(path, "w") as out:
        json.dump(pack, out)
    return path


def rule(rules, name):
    return next(r for r in rules if r["id"] == name)


def backtest(pack, *more):
    return daemon.json("backtest", "--pack", pack, *more)


def without(name):
    return lambda rules, pack: rules.remove(rule(rules, name))


def softer(rules, pack):
    rule(rules, "research.q2_seven_sons")["level"] = "suggested"


def fresh(rules, pack):
    rules.append({"id": "office.crops", "requirements": ["R00"], "kind": "judgement", "level": "suggested", "costs": ["c"],
                  "benefits": ["b"], "explanation": "Crop models.", "when": {"field": "/data/applications", "has_any": ["climate"]}})


daemon.send([dated(n, "2025-06-01", unit="PHYS") for n in range(1, 6)] +
            [dated(n, "2025-06-30", partner=SEVEN_SONS, unit="CHEM") for n in range(6, 9)] +
            [dated(9, "2025-07-01", partner=SEVEN_SONS, unit="PHYS", transfer_mode=["hands_on"])])
daemon.send([{"specversion": "1.0", "id": "c-1", "source": "https://test.example.edu/", "type": "org.pathwayd.correction.v1",
              "time": "2025-08-01T00:00:00Z", "causationid": "t-8", "data": {"partner": [{"name": "ETH Zurich", "country": "CH"}]}}])
check(daemon.drain(), "history is stored")


def stored():
    counts = daemon.json("status")["journal"]
    return ({key: counts[key] for key in ("events", "findings", "withdrawn", "cases", "pending", "audit_records")},
            daemon.rows("case", "list"), daemon.json("audit", "verify")["head"])


before = stored()

same = backtest(os.path.join(SOURCE, "conf", "packs", "paper.json"))
check((same["events"], same["events_change"], same["engagements_change"]) == (9, 0, 0), "the same pack changes nothing")
check(same["rules"] == [] and same["levels"] == [], "in no rule and no level")

less = tried("less.json", softer)
found = backtest(less, "--engagements")
check((found["events_change"], found["engagements"]) == (3, 9), "a lower level concerns those that stand, as corrected")
check(found["rules"] == [{"rule": "research.q2_seven_sons", "pathway": "research", "before": 3, "after": 3, "appears": 0,
                          "goes": 0, "raised": 0, "lowered": 3, "asking_changes": 0}], "counted by rule")
check(sorted((u["unit"], u["change"]) for u in found["units"]) == [("CHEM", 2), ("PHYS", 1)], "by unit")
check(sorted((x["before"], x["after"], x["engagements"]) for x in found["levels"]) ==
      [("recommended", "suggested", 2), ("required", "suggested", 1)], "and by level")
check(sorted(c["engagement"] for c in found["changes"]) == ["E-6", "E-7", "E-9"], "each engagement on request")
one = backtest(less, "--engagement", "E-9")
check([c["rules"] for c in one["changes"]] == [["research.q2_seven_sons: required to suggested"]], "or one of them")
check(backtest(less, "--from", "2025-07-01")["events_change"] == 1, "--from that day")
check(backtest(less, "--to", "2025-07-01")["events_change"] == 2, "--to before that day")
check(backtest(less, "--from", "2025-06-30", "--to", "2025-07-01")["events"] == 3, "and both")

gone = backtest(tried("gone.json", without("research.q2_seven_sons")))
check((gone["cases_fewer"], gone["rules"][0]["goes"]) == (3, 3), f"a rule that is taken away {gone['cases_fewer']}")
new = backtest(tried("new.json", fresh))
check(new["cases_more"] == 6 and {r["rule"]: r["appears"] for r in new["rules"]} == {"office.crops": 9}, "one that is new")

text = daemon.ctl("backtest", "--pack", less, "--engagements")
check(text.returncode == 0 and all(word in text.stdout for word in ["9 events", "research.q2_seven_sons", "CHEM", "E-9"]),
      "tables for people")
check("\r" not in text.stderr, "and no progress where nobody looks")
run = daemon.ctl("backtest", "--pack", tried("bad.json", lambda rules, pack: rules[0].pop("costs")))
check(run.returncode == 2 and "bad.json:1:" in run.stderr and "costs" in run.stderr and not run.stdout, "a bad pack ends it, named")
check(daemon.ctl("backtest").returncode == 2, "something must be tried")
check(daemon.ctl("backtest", "--pack", less, "--from", "yesterday").returncode == 2, "a date is a date")
check(daemon.ctl("backtest", "--pack", less, "--journal", "/nowhere").returncode == 2, "a journal is there")
run = daemon.ctl("backtest", "--pack", less, "--from", "2030-01-01")
check(run.returncode == 0 and "no such events" in run.stdout, "nothing in that time")

daemon.ctl("pause")
daemon.send([dated(99, "2025-07-02", partner=SEVEN_SONS)])
run = daemon.ctl("backtest", "--pack", less, "--json")
check(json.loads(run.stdout)["events"] == 9 and "1 events are left out" in run.stderr, "what was not screened yet is left out, and said")
daemon.ctl("resume")
check(daemon.drain() and backtest(less)["events"] == 10, "and looked at once it was")
before = stored()

office = {"format": "pathwayd-list/1", "source": "office", "list": "OFFICE", "snapshot": "2026-01-02", "title": "Our own",
          "licence": "CC0-1.0", "entries": [{"id": "1", "name": "ETH Zurich", "category": "military", "effect": "informs"}]}
with open(os.path.join(daemon.home, "office.json"), "w") as out:
    json.dump(office, out)
listed = daemon.ctl("backtest", "--snapshot", out.name, "--json")
rules = {r["rule"]: r["appears"] for r in json.loads(listed.stdout)["rules"]} if listed.stdout else listed.stderr
check(isinstance(rules, dict) and rules.get("research.q2_tie") == 6, f"another list, screened anew {rules}")

check(stored() == before,
      "and the journal is as it was")
check(daemon.stop() == 0, "the daemon stops")
daemon.process = None
daemon.config["plugins"][-1]["config"]["packs"] = "/nowhere/packs.json"
daemon.write_config()
run = daemon.ctl("backtest", "--pack", less)
check(run.returncode != 0 and run.stderr.count("/nowhere/packs.json: cannot be read") == 1, f"what a plugin of both sides refuses is said once {run.stderr}")
finish()
