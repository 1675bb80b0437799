# SPDX-License-Identifier: Apache-2.0
"""Invariant 2: plugin hosts killed at random instants, a plugin that is missing, and its outage said and withdrawn."""

import os
import shutil
import signal

from harness import BUILD, SLOW, Daemon, SEVEN_SONS, check, event, finish, policies, seed, until

random = seed()

# Hosts killed at random while events flow: nothing lost, nothing twice, nothing reported unavailable.
daemon = Daemon().start()
sent = 0
for turn in range(int(os.environ.get("PATHWAYD_HOST_CRASHES", "100" if SLOW == 1 else "20"))):
    acks = daemon.send([event(sent + i, partner=SEVEN_SONS) for i in range(20)], "--batch", "20")
    sent += 20
    pids = daemon.host_pids()
    if pids:
        try:
            os.kill(random.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            pass
check(until(lambda: daemon.drain(120), 150), "the daemon drains after its hosts were killed")
findings = daemon.findings("research.q2_seven_sons")
ids = [f["event"]["id"] for f in findings]
check(len(ids) == sent and len(set(ids)) == sent, f"each of {sent} events has its finding, once ({len(ids)})")
gone = daemon.findings("system.plugin_unavailable")
check(not gone, "a host that was killed from outside and came back is nobody's fault")
daemon.stop()

# A plugin file that is missing: its share waits, the others' goes on; past the limit it is said; then withdrawn.
plugins = policies()
for plugin in plugins:
    if plugin["name"] == "research":
        plugin["plugin"] = "./late.so"
daemon = Daemon(plugins, outage_limit_s=3)
daemon.start()
daemon.send([event(1, partner=SEVEN_SONS), event(2)])
check(until(lambda: daemon.json("status")["journal"]["pending"] == 2, 15), "the missing plugin's share is owed")
check(until(lambda: len(daemon.findings("system.plugin_unavailable")) == 2, 20),
      "past the outage limit each waiting event gets system.plugin_unavailable")
cases = daemon.rows("case", "list")
stood_in = daemon.findings("system.plugin_unavailable")
check(all(f["costs"] and f["benefits"] and f["requirements"] for f in stood_in),
      "which carries costs and benefits like every finding")
check(len(cases) == 2 and all(c["needs_information"] and c["level"] == "suggested" for c in cases),
      "through the normal join: two cases that ask")
shutil.copy(f"{BUILD}/plugins/research.so", f"{daemon.home}/late.so")
check(until(lambda: not daemon.findings("system.plugin_unavailable"), 60),
      "withdrawn when the plugin is back")
check(until(lambda: daemon.findings("research.q2_seven_sons"), 10),
      "and the event is judged")
states = {c["engagement_id"]: (c["level"], c["state"]) for c in daemon.rows("case", "list")}
check(states == {"E-1": ("recommended", "new"), "E-2": ("none", "withdrawn")}, f"the cases follow: {states}")
check(daemon.json("status")["journal"]["pending"] == 0, "nothing is owed any more")
daemon.stop()

# The enricher and a policy are both missing; the enricher comes back first. What its return could not ask is owed on.
plugins = policies()
for plugin in plugins:
    if plugin["name"] in ("institutions", "research"):
        plugin["plugin"] = f"./late-{plugin['name']}.so"
daemon = Daemon(plugins)
daemon.start()
daemon.send([event(1, partner=SEVEN_SONS)])
owed = lambda: sorted(row["instance"] for row in daemon.rows("pending", "list"))  # noqa: E731
check(until(lambda: owed() == ["institutions"], 15), "an event that cannot be enriched is not shown to the policies")
shutil.copy(f"{BUILD}/plugins/institutions.so", f"{daemon.home}/late-institutions.so")
check(until(lambda: owed() == ["research"], 40), f"the enricher is back: the missing policy's judgement is owed {owed()}")
shutil.copy(f"{BUILD}/plugins/research.so", f"{daemon.home}/late-research.so")
check(until(lambda: daemon.findings("research.q2_seven_sons"), 60), "and made when it is back too")
check(owed() == [], "nothing is owed any more")
daemon.stop()
finish()
