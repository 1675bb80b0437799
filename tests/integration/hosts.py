# SPDX-License-Identifier: Apache-2.0
"""Invariant 2: plugin hosts killed at random instants, a plugin that is missing, and its outage said and withdrawn."""

import collections
import json
import os
import shutil
import signal
import tempfile
import threading

from harness import BUILD, SLOW, SOURCE, Daemon, SEVEN_SONS, check, event, finish, policies, seed, until

random = seed()

# A list that forbids dealing, which is all that a conference's policy looks at.
BLOCKED = {"format": "pathwayd-list/1", "source": "blocked", "list": "TEST", "snapshot": "2026-01-01", "title": "A test's",
           "licence": "CC0", "entries": [{"id": "b1", "name": "Blocked Works of Nowhere", "aliases": [],
                                          "abbreviations": [], "ids": {}, "country": "AA", "category": "other",
                                          "effect": "forbids_dealing"}]}


def kinds():
    """Events that between them get a finding from every policy: the demo's, and one for the conference."""
    with open(os.path.join(SOURCE, "conf", "demo", "events.ndjson")) as file:
        demo = {e["id"]: e for e in map(json.loads, file)}
    chosen = [demo["demo-" + name] for name in ("iflytek-2018", "megvii-lab", "resnet-2015", "visa-study-peking",
                                                "conference-hosting", "seven-sons-theory")]
    chosen[4]["data"]["partner"] = [{"name": "Blocked Works of Nowhere", "kind": "company", "relation": "host"}]
    return chosen


def numbered(kind, number):
    made = json.loads(json.dumps(kind))
    made.update(id=f"t-{number}", source="https://test.example.edu/")
    made["data"]["engagement_id"] = f"E-{number}"
    return made


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def hosts_of(daemon):
    return {row["instance"]: row for row in daemon.rows("plugin", "list")}

# Hosts killed at random while events flow: nothing lost, nothing twice, nothing reported unavailable. In two of three turns
# the host is stopped first and killed when it has work that it has not answered (policies get none while the enricher is
# away).
lists = tempfile.mkdtemp(prefix="pathwayd-hosts-")
with open(os.path.join(lists, "blocked.json"), "w") as out:
    json.dump(BLOCKED, out)
plugins = policies()
plugins[0]["config"]["lists"].append(os.path.join(lists, "blocked.json"))
daemon = Daemon(plugins).start()
KINDS = kinds()
told = daemon.ctl("assess", stdin="".join(json.dumps(numbered(kind, i)) + "\n" for i, kind in enumerate(KINDS)))
expected = [sorted((f["policy"], f["rule"], f["level"]) for f in json.loads(line)["findings"])
            for line in told.stdout.splitlines()]
judging = {policy for findings in expected for policy, _, _ in findings}
check(judging == {plugin["name"] for plugin in plugins[1:]}, f"every policy has something to say of the events {judging}")

TURNS = int(os.environ.get("PATHWAYD_HOST_CRASHES", "100" if SLOW == 1 else "20"))
sent, wanted, at_work, killed = 0, {}, collections.Counter(), collections.Counter()


def send_some():
    global sent
    batch = [numbered(KINDS[n % len(KINDS)], n) for n in range(sent, sent + 24)]
    wanted.update({e["id"]: expected[int(e["id"][2:]) % len(KINDS)] for e in batch})
    sent += len(batch)
    return daemon.send(batch, "--batch", "24")


for turn in range(TURNS):
    up = {name: row for name, row in hosts_of(daemon).items() if row["state"] == "up"}
    if not up:
        send_some()
        continue
    name = random.choice(sorted(up))
    if turn % 3 == 2 or "institutions" not in up:
        killer = threading.Timer(random.uniform(0, 0.05), kill, (up[name]["pid"],))
        killer.start()
        send_some()
        killer.join()
    elif kill(up[name]["pid"], signal.SIGSTOP):
        send_some()
        until(lambda: hosts_of(daemon)[name]["outstanding"] > 0, 2)
        row = hosts_of(daemon)[name]
        kill(up[name]["pid"])
        at_work[name] += row["outstanding"] > 0 and row["pid"] == up[name]["pid"]
    killed[name] += 1
check(until(lambda: daemon.drain(120), 150), "the daemon drains after its hosts were killed")
restarts = {name: row["restarts"] for name, row in hosts_of(daemon).items()}
check(sum(restarts.values()) >= TURNS // 8 and all(restarts[name] > 0 for name in killed),
      f"the kills took effect: restarts {restarts}")
check(sum(at_work.values()) >= max(1, TURNS // 33), f"some of them while work was outstanding {dict(at_work)}")
found = collections.defaultdict(list)
for f in daemon.findings():
    found[f["event"]["id"]].append((f["policy"], f["rule"], f["level"]))
wrong = [i for i in wanted if sorted(found[i]) != wanted[i]]
check(not wrong, f"each of {sent} events has every policy's findings, once {[(i, found[i], wanted[i]) for i in wrong[:2]]}")
gone = daemon.findings("system.plugin_unavailable")
check(not gone, "a host that was killed from outside and came back is nobody's fault")
check(daemon.stop() == 0, "the daemon stops cleanly")
shutil.rmtree(lists)

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
