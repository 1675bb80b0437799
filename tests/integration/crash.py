# SPDX-License-Identifier: Apache-2.0
"""Invariant 1: kill -9 of the daemon at random instants under load. Every acknowledged event is there with its
findings, none twice; so is every case, once."""

import json
import os
import subprocess
import threading
import time

from harness import BIN, SLOW, Daemon, SEVEN_SONS, check, event, finish, seed

ROUNDS = int(os.environ.get("PATHWAYD_CRASHES", "100" if SLOW == 1 else "20"))
random = seed()
daemon = Daemon()
acknowledged = {}
number = 0


def feed(first, count):
    """Sends until the daemon dies; every answer that arrived is a promise."""
    lines = ""
    for n in range(first, first + count):
        lines += json.dumps(event(n, partner=SEVEN_SONS) if n % 10 == 0 else event(n)) + "\n"
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
wanted = {i for i in stored if int(i.split("-")[1]) % 10 == 0}
got = [f["event"]["id"] for f in judged]
check(wanted == set(got), "every event about a listed partner has its finding")
check(len(got) == len(set(got)), "no finding twice")
cases = daemon.rows("case", "list", "--limit", "1000000")
check(len(cases) == len(wanted) and len({c["engagement_id"] for c in cases}) == len(cases), "one case an engagement")
verify = daemon.ctl("audit", "verify")
check(verify.returncode == 0, f"the audit chain is intact {verify.stderr.strip()}")
check(daemon.stop() == 0, "the daemon stops cleanly")
finish()
