# SPDX-License-Identifier: Apache-2.0
"""Invariant 1: kill -9 of the daemon at random instants under load. Every acknowledged event is there with its
findings, none twice; so is every case, once, with one notice for each of its revisions."""

import json
import os
import re
import subprocess
import threading
import time

from harness import BIN, SLOW, Daemon, SEVEN_SONS, check, event, finish, policies, seed

ROUNDS = int(os.environ.get("PATHWAYD_CRASHES", "100" if SLOW == 1 else "8"))
random = seed()
# Everybody who listens is told of every case; that nobody does is no matter here, the notices are the journal's.
STREAM = {"name": "stream", "plugin": "stream", "stage": "notify",
          "config": {"listen": f"abstract://pathwayd-crash-{os.getpid()}"}}
daemon = Daemon(policies() + [STREAM], routes=[{"min_level": "recommended", "asking": True, "channels": ["stream"]}])
acknowledged = {}
number = 0


def nth(n):
    """One of ten events opens a case, and another raises it."""
    if n % 10 == 5:
        return event(n, engagement_id=f"E-{n - 5}", partner=SEVEN_SONS, transfer_mode=["hands_on"])
    return event(n, partner=SEVEN_SONS) if n % 10 == 0 else event(n)


def feed(first, count):
    """Sends until the daemon dies; every answer that arrived is a promise."""
    lines = ""
    for n in range(first, first + count):
        lines += json.dumps(nth(n)) + "\n"
    run = subprocess.Popen([f"{BIN}/pathwayctl", "--config", daemon.ctl_file, "send", "--acks", "--window", "32",
                            "--endpoint", daemon.feed], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True)
    writer = threading.Thread(target=write, args=(run, lines), daemon=True)
    reader = threading.Thread(target=lambda: answers(run), daemon=True)
    writer.start()
    reader.start()
    return run, reader


def write(run, lines):
    try:
        run.stdin.write(lines)
        run.stdin.close()
    except BrokenPipeError:  # killed with the daemon before it had read all
        pass


def answers(run):
    for line in run.stdout:
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if answer.get("status") in ("accepted", "duplicate"):
            acknowledged.setdefault(answer["id"], answer["sequence"])
            if acknowledged[answer["id"]] != answer["sequence"]:
                acknowledged[answer["id"]] = -1


for turn in range(ROUNDS):
    daemon.start()
    run, reader = feed(number, 400)
    number += 400
    time.sleep(random.uniform(0.0, 0.25))
    daemon.kill()
    run.kill()
    run.wait()
    reader.join(5)

daemon.start()
check(daemon.drain(), f"after {ROUNDS} kills the daemon drains")
events = daemon.rows("event", "list", "--limit", "1000000")
stored = {row["id"]: row["sequence"] for row in events}
check(len(acknowledged) > ROUNDS, f"{len(acknowledged)} events were acknowledged in {ROUNDS} rounds")
check(len(stored) == len(events), "no event is stored twice")
lost = [i for i, sequence in acknowledged.items() if stored.get(i) != sequence]
check(not lost, f"every acknowledged event is there under its number {lost[:5]}")
judged = daemon.findings("research.q2_seven_sons")
wanted = {i for i in stored if int(i[2:]) % 5 == 0}
got = [f["event"]["id"] for f in judged]
check(wanted == set(got), "every event about a listed partner has its finding")
check(len(got) == len(set(got)), "no finding twice")
cases = daemon.rows("case", "list", "--limit", "1000000")
engagements = sorted({nth(int(i[2:]))["data"]["engagement_id"] for i in wanted})
check(sorted(c["engagement_id"] for c in cases) == engagements, f"one case an engagement ({len(cases)})")


def notices_wrong(case):
    """Whether they are other than they should be: each revision told once, under the id that was made for it."""
    notices = daemon.json("case", "show", case["case"])["notices"]
    heads = {n["notice_id"].removesuffix(f"-{n['revision']}+stream+*") for n in notices}
    return not (sorted(n["revision"] for n in notices) == list(range(1, case["revision"] + 1))
                and all(n["state"] == "delivered" and n["channel"] == "stream" for n in notices)
                and len(heads) == 1 and re.fullmatch(case["case"] + "-[0-9a-f]+", heads.pop()))


raised = [c for c in cases if c["revision"] > 1]
check(len(raised) > ROUNDS // 10, f"{len(raised)} of {len(cases)} cases were raised after they were told")
wrong = [c["case"] for c in cases if notices_wrong(c)]
check(not wrong, f"every revision of every case has its notice, once, delivered {wrong[:5]}")
counts = daemon.json("status")["journal"]
check(counts["notices_delivered"] == sum(c["revision"] for c in cases) and counts["notices_waiting"] == 0,
      f"and there are no others ({counts['notices_delivered']})")
verify = daemon.ctl("audit", "verify")
check(verify.returncode == 0, f"the audit chain is intact {verify.stderr.strip()}")
check(daemon.stop() == 0, "the daemon stops cleanly")
finish()
