# SPDX-License-Identifier: Apache-2.0
"""A feed that should speak and does not: said once, shown, and taken back when it speaks, whatever restarts come between."""

import json
import os
import sqlite3
import subprocess
import time

from harness import BIN, Daemon, check, event, finish, until

HOUR = 3600 * 1000
PORT = 27411
STREAM = {"name": "stream", "plugin": "stream", "stage": "notify", "config": {"listen": f"tcp://127.0.0.1:{PORT}"}}
daemon = Daemon(plugins=[STREAM], operators={"reviewers": ["ida"], "channels": ["stream"]},
                reviewers=[{"name": "ida", "addresses": {"stream": "ida"}}, {"name": "kim", "addresses": {"stream": "kim"}}],
                lists=[{"name": "sdn", "format": "csl-csv", "url": "https://lists.example.edu/sdn.csv", "keeper": "kim"}])
daemon.config["feeds"][0]["expected_within_h"] = 24
daemon.config["feeds"].append({"name": "quiet", "listen": f"ipc://{daemon.state}/quiet.sock", "sources": ["https://quiet.example.edu/"],
                               "types": ["*"]})
daemon.write_config()


def feed(name="test"):
    return next(f for f in daemon.json("status")["feeds"] if f["feed"] == name)


def figure(name):
    lines = daemon.ctl("metrics").stdout.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(f'{name}{{feed="test"}}')), None)


def said(what):
    return daemon.read_log().count(what)


def alarms():
    with sqlite3.connect(f"file:{daemon.state}/journal.db?mode=ro", uri=True) as database:
        found = [json.loads(body) for body, in database.execute("SELECT body FROM notice WHERE change = 'alarm' ORDER BY number")]
    database.close()
    return [(a["recipient"]["reviewer"], a["subject"]) for a in found]


def long_ago(hours):
    """The feed's last event came so long ago, as the journal has it."""
    daemon.stop()
    with sqlite3.connect(os.path.join(daemon.state, "journal.db")) as database:
        database.execute("UPDATE heard SET received = ?", [int(time.time() * 1000) - hours * HOUR])
    database.close()
    daemon.start()


daemon.start()
check("last_accepted" not in feed() and "silent_since" not in feed(), "a feed that is new is not silent yet")
daemon.send([event(1)])
check(feed()["last_accepted"].startswith("20") and feed()["expected_within_h"] == 24, "status says when it was heard last")
check("expected_within_h" not in feed("quiet"), "of another nothing is expected")

long_ago(20)
check(until(lambda: figure("pathwayd_feed_since_accepted_seconds") >= 20 * 3600, 5), "20 hours of silence")
long_ago(30)
check(said("is silent") == 0, "30 hours are too many, but it was away itself")
check(until(lambda: "silent_since" in feed(), 30), "once it had a moment to be heard")
check(until(lambda: said('feed "test" is silent: nothing was accepted since') == 1), "it is said")
FEED, LIST = ("ida", "The feed test is silent"), "The list sdn is too old"
check(until(lambda: FEED in alarms()), f"the operator is told {alarms()}")
check(until(lambda: {("ida", LIST), ("kim", LIST)} <= set(alarms())), f"of a list that was never fetched as well, and its keeper {alarms()}")
check(until(lambda: daemon.json("status")["journal"]["notices_delivered"] == 3), "the alarms are delivered")
check(figure("pathwayd_feed_silent") == 1 and figure("pathwayd_feed_expected_within_seconds") == 86400, "and shown to monitors")
check("test: silent since 20" in daemon.ctl("status").stdout, "and to people")
check("warning" in next(line for line in daemon.read_log().splitlines() if "is silent" in line).lower() or
      "<4>" in next(line for line in daemon.read_log().splitlines() if "is silent" in line), "as a warning")
daemon.stop()
daemon.start()
check("silent_since" in feed(), "a restart knows")
check(daemon.send([event(1)])[0]["status"] == "duplicate", "what is sent again is nothing new")
check(not until(lambda: said("is silent") > 1 or said("speaks again"), 3), "and says nothing again")
check(daemon.send([event(2)])[0]["status"] == "accepted", "until an event comes")
check(until(lambda: said('feed "test" speaks again, after 30 h') == 1), "then it speaks again")
check(until(lambda: "silent_since" not in feed()) and figure("pathwayd_feed_silent") == 0, "and is not silent any more")
check(sorted(alarms()) == sorted([FEED, ("ida", LIST), ("kim", LIST)]), f"nobody is told twice {alarms()}")
check(said("is silent") == 1 and said('feed "quiet"') == 0, "each once, and nothing of the other")
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain holds")
check(daemon.stop() == 0, "the daemon stops cleanly")

for value in (0, 9000, -1, "soon", 1.5):
    daemon.config["feeds"][0]["expected_within_h"] = value
    daemon.write_config()
    run = subprocess.run([os.path.join(BIN, "pathwayd"), "--check", "--config", daemon.file], capture_output=True, text=True)
    check(run.returncode == 2 and "expected_within_h" in run.stderr, f"{value!r} hours are a mistake {run.stderr.strip()}")
finish()
