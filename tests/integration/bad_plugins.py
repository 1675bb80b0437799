# SPDX-License-Identifier: Apache-2.0
"""Invariant 2 with every bad plugin at once in one daemon: ingest goes on, every other policy judges every event, and
what a bad plugin owes is said, never silently passed."""

import os
import time

from harness import BUILD, SLOW, Daemon, SEVEN_SONS, check, event, finish, policies, until

FOLDER = os.path.join(BUILD, "tests", "plugins")
FAILING = ["crash_in_handle", "hang_in_handle", "exit_in_handle", "abort_in_handle", "garbage", "oversized_frame",
           "forged_answer", "handle_fails", "crash_in_constructor", "crash_in_create", "crash_in_start",
           "hang_in_start", "wrong_magic", "wrong_major", "short_struct", "missing_slot", "no_symbol", "start_fails"]
# The defects of handling must get as far as handling: those plugins are built a second time as policies.
HOGS = ["memory_hog", "descriptor_hog", "fork_bomb", "kills_parent", "log_flood"]



def file_of(name):
    policy = os.path.join(FOLDER, name + "_policy.so")
    return policy if os.path.exists(policy) else os.path.join(FOLDER, name + ".so")


check(all(os.path.exists(file_of(name)) for name in FAILING + HOGS), "the bad plugins are built")
plugins = policies() + [
    {"name": name.replace("_", "-"), "plugin": file_of(name), "stage": "assess",
     "pathways": ["research"], "deadline_ms": 500 * SLOW, "memory_mb": 128} for name in FAILING + HOGS]
daemon = Daemon(plugins, outage_limit_s=5, routes=[])
daemon.start()
events = [event(n, partner=SEVEN_SONS if n == 1 else event(n)["data"]["partner"]) for n in range(4)]
acks = daemon.send(events)
check([a["status"] for a in acks] == ["accepted"] * 4, "ingest accepts")
check(until(lambda: daemon.findings("research.q2_seven_sons"), 30), "the real policies judge")


def missing():
    said = {(f["policy"], f["event"]["id"]) for f in daemon.findings("system.plugin_unavailable")}
    return sorted({(name, e["id"]) for name in FAILING for e in events
                   if (name.replace("_", "-"), e["id"]) not in said})


until(lambda: not missing(), 60)
left = missing()
for name in FAILING:
    check(not [row for row in left if row[0] == name], f"{name}: each event it owes is said to be unavailable")
check(daemon.process.poll() is None, "the daemon lives")
begun = time.monotonic()
more = daemon.send([event(n) for n in range(100, 200)], "--batch", "10")
check(len(more) == 100 and all(a["status"] == "accepted" for a in more), "and accepts all the while")
hosts = {p["instance"]: p for p in daemon.rows("plugin", "list")}
check(all(hosts[p["name"]]["state"] == "up" and hosts[p["name"]]["restarts"] == 0 for p in policies()),
      "no real plugin's host was disturbed")
check(all("uses it as" not in hosts[name.replace("_", "-")]["last_error"] for name in FAILING[:8]),
      "those that fail in handling got that far")
check(all(hosts[name.replace("_", "-")]["last_error"] for name in FAILING[:4] + FAILING[8:]), "each bad plugin's error is shown")
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain is intact")
check(daemon.stop() == 0, "the daemon stops cleanly")
finish()
