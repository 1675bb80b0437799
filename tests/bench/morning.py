# SPDX-License-Identifier: Apache-2.0
"""A morning at the office: one nightly feed of 20,000 events, 600 of which raise findings over 200 engagements, for a queue of
12 reviewers. How many notices each gets, when the last is out; then, with 100,000 cases, how long `case list` of a queue and
`case show` take the daemon to answer.

    python3 tests/bench/morning.py [--cases N]
"""

import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from harness import SEVEN_SONS, Daemon, event, policies, until  # noqa: E402

EVENTS, RAISING, ENGAGEMENTS, REVIEWERS, PORT = 20000, 600, 200, 12, 27397
CASES = int(sys.argv[2]) if sys.argv[1:2] == ["--cases"] else 100000
PEOPLE = [f"reviewer-{n}" for n in range(REVIEWERS)]


def new_daemon():
    stream = {"name": "stream", "plugin": "stream", "stage": "notify", "config": {"listen": f"tcp://127.0.0.1:{PORT}"}}
    return Daemon(policies(("research", "conference", "enrolment", "publication", "lab", "legal")) + [stream],
                  reviewers=[{"name": name, "addresses": {"stream": name}} for name in PEOPLE],
                  queues=[{"name": "desk", "reviewers": PEOPLE, "channels": ["stream"]}],
                  routes=[{"queue": "desk", "min_level": "suggested", "asking": True}],
                  notices={"wait_s": 30, "wait_most_s": 300, "pace": {"daily_cap": 0}})


def nightly():
    """Every 33rd event is of one of 200 engagements with a Seven Sons university, the rest is ordinary."""
    randomness = random.Random(1)
    events = [event(n) for n in range(EVENTS)]
    for place, n in enumerate(randomness.sample(range(EVENTS), RAISING)):
        events[n] = event(n, partner=SEVEN_SONS, engagement_id=f"E-raise-{place % ENGAGEMENTS}")
    return events


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def morning():
    daemon = new_daemon()
    daemon.start()
    path = os.path.join(daemon.home, "nightly.ndjson")
    with open(path, "w") as out:
        out.writelines(json.dumps(e) + "\n" for e in nightly())
    begun = time.monotonic()
    daemon.ctl("send", "--batch", "64", "--endpoint", daemon.feed, path, timeout=600)
    sent = time.monotonic()
    counts = {}

    def out():
        counts.update(daemon.json("status")["journal"])
        return counts["notices_delivered"] >= ENGAGEMENTS * REVIEWERS and not counts["notices_waiting"] and not counts["notices_held"]

    until(out, 300)
    done = time.monotonic()
    daemon.stop()
    database = sqlite3.connect(daemon.state + "/journal.db")
    most = database.execute("SELECT max(n) FROM (SELECT count(*) n FROM notice WHERE state = 'delivered' GROUP BY case_id, reviewer)").fetchone()[0]
    states = dict(database.execute("SELECT state, count(*) FROM notice GROUP BY state").fetchall())
    cases = database.execute("SELECT count(*) FROM review_case").fetchone()[0]
    database.close()
    print(f"{EVENTS} events in {sent - begun:.1f} s, {cases} cases, notices {states}")
    print(f"most of one engagement to one reviewer: {most}")
    print(f"last notice out {done - sent:.1f} s after the last event (goal 60 s, of which it waits 30 s on purpose)")


def many_cases():
    daemon = new_daemon()
    daemon.start()
    seed = [event(n, partner=SEVEN_SONS, engagement_id=f"E-{n}") for n in range(10)]
    daemon.send(seed)
    daemon.drain()
    daemon.stop()
    database = sqlite3.connect(daemon.state + "/journal.db")
    columns = [row[1] for row in database.execute("PRAGMA table_info(review_case)")]
    copied = ["'C-many-' || n" if c == "engagement" else "n" if c == "id" else
              "CASE WHEN n % 10 = 0 THEN 'desk' ELSE 'desk-' || (n % 10) END" if c == "queue" else
              "n % 3 = 0" if c == "open" else "CASE WHEN n % 3 = 0 THEN 'new' ELSE 'decided' END" if c == "state" else
              "0" if c in ("wake", "decide_by") else c for c in columns]
    with database:
        database.execute(f"INSERT INTO review_case({', '.join(columns)}) WITH RECURSIVE c(n) AS (SELECT 11 UNION ALL SELECT n + 1 "
                         f"FROM c WHERE n < {CASES}) SELECT {', '.join(copied)} FROM c, review_case WHERE id = 1")
    database.close()
    daemon.start()
    socket = "ipc://" + daemon.control
    for what, requests in (("case list of a queue", [{"op": "case.list", "queue": f"desk-{1 + n % 9}", "limit": 100} for n in range(60)]),
                           ("case show", [{"op": "case.show", "case": f"C-{1 + n % 10:06}"} for n in range(60)])):
        times, answer = [], ""
        for request in requests:
            path = os.path.join(daemon.home, "request")
            with open(path, "w") as out:
                json.dump(request, out)
            begun = time.monotonic()
            answer = subprocess.run(["nngcat", "--req", "--dial", socket, "--file", path, "--raw"], capture_output=True, text=True).stdout
            times.append((time.monotonic() - begun) * 1000)
        good = json.loads(answer).get("ok")
        print(f"{what} with {CASES} cases, nngcat's start and connection included: median {statistics.median(times):.1f} ms, "
              f"p95 {percentile(times, 0.95):.1f} ms (goal 20 ms){'' if good else ' NOT OK: ' + answer[:200]}")
    daemon.stop()


morning()
many_cases()
