# SPDX-License-Identifier: Apache-2.0
"""answer: what was asked is answered over a feed, one question at a time, and what depended on it is judged again."""

import json

from harness import Daemon, check, event, finish, policies

daemon = Daemon(policies())
daemon.start()
daemon.send([event(1, questions={}), event(2, questions={}, engagement_id="E-1"), event(3)])
visa = dict(event(4, visa_class="work"), type="org.pathwayd.visa.petition.filed.v1")
daemon.send([visa])
check(daemon.drain(), "two events of one engagement leave the questions open")


def case(name):
    rows = [c for c in daemon.rows("case", "list") if c["engagement_id"] == name]
    return rows[0] if rows else None


def answer(*words):
    run = daemon.ctl("answer", *words)
    daemon.drain()
    return run


run = answer("E-1")
check(run.returncode == 0 and all(w in run.stdout for w in ["Q1:", "Q2:", "Q3:", "researcher", "2026-03-16", "t-1", "t-2"]),
      "what is asked, of whom, and by when")
run = answer("E-1", "q1=no", "--dry-run")
check(run.returncode == 0 and {json.loads(line)["causationid"] for line in run.stdout.splitlines()} == {"t-1", "t-2"},
      "a dry run prints a correction for each event")
check(case("E-1")["revision"] == 1, "and sends nothing")
run = answer("E-1", "q1=no", "--by", "researcher", "--text", "Nothing beyond the paper.")
check(run.returncode == 0 and run.stdout.count("accepted") == 2, f"an answer is accepted {run.stdout} {run.stderr}")
run = answer("E-1")
check("Q1:" not in run.stdout and "Q2:" in run.stdout and "Q3:" in run.stdout, "it leaves the others open")
stored = [e for e in daemon.rows("event", "list", "--limit", "100") if e["type"].endswith("correction.v1")]
check(len(stored) == 2, "and is stored as corrections")
shown = daemon.json("event", "show", str(stored[0]["sequence"]))["event"]["data"]["questions"]["q1"]
check((shown["answer"], shown["by"], shown["text"]) == ("no", "researcher", "Nothing beyond the paper."), "with who said it, and why")
run = answer("E-1", "q2=no", "q3=no")
check(run.returncode == 0 and case("E-1")["state"] == "withdrawn", "with all three the case is settled")
check("Nothing is asked any more" in answer("E-1").stdout, "and nothing is asked any more")
check(answer("E-1", "q1=no").returncode == 1, "so there is nothing to answer")

check("Were EAR" not in answer("E-4").stdout and case("E-4")["needs_information"], "a petition asks for its determination")
run = answer("E-4", "/data/determination/deemed_export/value=no")
check(run.returncode == 0 and case("E-4")["state"] == "withdrawn", f"any field that is asked for can be given {run.stderr}")
check(answer("E-nowhere", "q1=no").returncode == 1, "a case that is not there")
for word in ["q4=no", "q1=maybe", "q1", "/data", "/other/field=1", "data/x=1"]:
    run = answer("E-1", word)
    check(run.returncode == 2 and word.split("=")[0] in run.stderr, f"{word}: what is wrong with it")

daemon.send([event(5, questions={})])
daemon.drain()
run = answer("E-5", "/data/decide_by=tomorrow")
check(run.returncode == 1 and "/data/decide_by" in run.stdout, "a value that no feed may send is refused, with its place")
daemon.config["feeds"][0]["types"] = ["*"]
daemon.process, process = None, daemon.process
daemon.write_config()  # pathwayctl reads it; the daemon goes on as it is
daemon.process = process
run = answer("E-5", "q1=no")
check(run.returncode == 2 and "correction" in run.stderr, "a configuration without a feed for it says what is missing")
check(answer("E-5", "q1=no", "--endpoint", daemon.feed).returncode == 0, "which --endpoint can name")
check(daemon.stop() == 0 and daemon.ctl("audit", "verify").returncode == 0, "the daemon stops, and the audit chain holds")
finish()
