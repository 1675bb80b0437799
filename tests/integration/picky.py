# SPDX-License-Identifier: Apache-2.0
"""Invariant 2 with a plugin that is bad now and then only: what it says too much of, dies of or dawdles over is set
aside, event by event; everything else of its own and of every other plugin's is judged."""

import os
import shutil

from harness import BUILD, SLOW, Daemon, SEVEN_SONS, check, event, finish, policies, until

FILE = os.path.join(BUILD, "tests", "plugins", "picky.so")


def picky(mode, name="picky", **more):
    return {"name": name, "plugin": FILE, "stage": "assess", "pathways": ["research"], "deadline_ms": 1000 * SLOW,
            "config": {"mode": mode}, **more}


def said(daemon, rule, policy="picky"):
    return sorted(int(f["event"]["id"].split("-")[1]) for f in daemon.findings(rule) if f["policy"] == policy)


def events(count, bad):
    return [event(n, title=("BAD " if n in bad else "") + "Joint work", partner=SEVEN_SONS) for n in range(count)]


def judged_all_others(daemon, count):
    check(until(lambda: len(daemon.findings("research.q2_seven_sons")) == count, 30), "the other policies judge all")


# Eight of thirteen events kill it: the eight are set aside, the five judged, however long it stays away in between.
bad = set(range(13)) - {0, 3, 6, 9, 12}
daemon = Daemon(policies() + [picky("abort")], outage_limit_s=600).start()
daemon.send(events(13, bad), "--batch", "13")
judged_all_others(daemon, 13)
check(until(lambda: said(daemon, "picky.seen") == [0, 3, 6, 9, 12], 120), "what does not kill it is judged")
check(until(lambda: said(daemon, "system.plugin_unavailable") == sorted(bad), 240),
      f"what kills it is set aside and said {said(daemon, 'system.plugin_unavailable')}")
check(daemon.json("status")["journal"]["poison"] == len(bad), "as poison")
daemon.stop()

# One that does nothing but come up and die is as good as missing: past the limit that is said of each event.
daemon = Daemon(policies() + [picky("abort")], outage_limit_s=4).start()
daemon.send(events(40, set(range(40))), "--batch", "40")
judged_all_others(daemon, 40)
check(until(lambda: said(daemon, "system.plugin_unavailable") == list(range(40)), 30),
      "past the outage limit every event is reported, though the plugin comes up again and again")
daemon.stop()

# More findings than an event may have; answers that answer nothing: set aside like a crash.
for mode in ("too_many", "empty_frames"):
    daemon = Daemon(policies() + [picky(mode)]).start()
    daemon.send(events(4, {2}))
    judged_all_others(daemon, 4)
    check(until(lambda: said(daemon, "picky.seen") == [0, 1, 3], 30), f"{mode}: the others are judged")
    check(until(lambda: said(daemon, "system.plugin_unavailable") == [2], 30), f"{mode}: the event is set aside")
    daemon.stop()

# Five policies with as many findings as each may have, asked again and again: none is lost, none is in the way.
many = [picky("many", f"picky-{n}") for n in range(5)]
daemon = Daemon(policies() + many).start()
daemon.send(events(3, set()))
judged_all_others(daemon, 3)
check(daemon.drain(), "320 findings an event are stored")
check(all(len(said(daemon, f"picky.rule_{n}", f"picky-{k}")) == 3 for n in (0, 63) for k in range(5)), "all of them")
daemon.stop()

# Answers of 200 KiB for 400 events: the daemon's memory does not follow.
daemon = Daemon(policies() + [picky("large")]).start()
daemon.send([event(n) for n in range(400)], "--batch", "100")
check(daemon.drain(240), "large answers are stored")
check(len(said(daemon, "picky.large")) == 400, "each of them, once")
with open(f"/proc/{daemon.process.pid}/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
check(SLOW > 1 or peak < 128, f"in {peak} MiB")
daemon.stop()

# 30 ms an event with a limit of 1 s an event: a batch of 64 takes two seconds, and nobody is killed for it.
daemon = Daemon(policies() + [picky("slow")]).start()
daemon.send(events(128, set()), "--batch", "128")
check(until(lambda: len(said(daemon, "picky.seen")) == 128, 30), "the deadline is one event's, not a batch's")
check(next(p for p in daemon.rows("plugin", "list") if p["instance"] == "picky")["restarts"] == 0, "nobody was killed")
daemon.stop()

# Missing at first and told of no pathways, it is owed on all of them; back, it says it judges one: nothing is left over.
late = picky("slow")
late["plugin"] = "./late.so"
del late["pathways"]
daemon = Daemon(policies() + [late], outage_limit_s=2).start()
daemon.send(events(2, set()))
check(until(lambda: len(daemon.findings("system.plugin_unavailable")) == 4, 30),
      "an unknown plugin's absence is said on every pathway of the event")
shutil.copy(FILE, f"{daemon.home}/late.so")
check(until(lambda: not daemon.findings("system.plugin_unavailable"), 60), "and withdrawn on every one")
check(until(lambda: said(daemon, "picky.seen") == [0, 1], 10), "once it judges what it does judge")
check(daemon.json("status")["journal"]["pending"] == 0, "nothing is owed any more")
daemon.stop()
finish()
