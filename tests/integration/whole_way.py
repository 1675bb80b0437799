# SPDX-License-Identifier: Apache-2.0
"""The demo's events the whole way, against conf/demo/expected.ndjson: over NNG, judged, joined, told on the stream."""

import json
import os
import subprocess

from harness import BIN, SOURCE, Daemon, check, finish, policies, until

DEMO = os.path.join(SOURCE, "conf", "demo")
LEVELS = ["none", "note", "suggested", "recommended", "required", "prohibited"]
REFUSED = ("nationality", "birth", "ethnic", "religion", "passport")


def rows(name):
    with open(os.path.join(DEMO, name)) as lines:
        return [json.loads(line) for line in lines if line.strip()]


events = rows("events.ndjson")
expected = {row["id"]: row for row in rows("expected.ndjson")}
plugins = policies() + [{"name": "stream", "plugin": "stream", "stage": "notify",
                         "config": {"listen": "tcp://127.0.0.1:27391"}}]
daemon = Daemon(plugins, lab_units=["AI-LAB", "VISION-LAB", "ROBOT-LAB", "OCEAN-LAB"],
                routes=[{"min_level": "recommended", "asking": True, "channels": ["stream"]}])
daemon.config["feeds"][0]["sources"] = ["https://demo.example.edu/"]
daemon.write_config()
daemon.start()
listener = subprocess.Popen(["nngcat", "--sub", "--dial", "tcp://127.0.0.1:27391", "--subscribe", "", "--quoted"],
                            stdout=subprocess.PIPE, text=True)
acks = daemon.send(events)
check(len(acks) == len(events) and all(a["status"] == "accepted" for a in acks), "every event is accepted, in order")
check([a["id"] for a in acks] == [e["id"] for e in events], "the answers are in the order of the events")
check(any(a.get("refused") for a in acks), "a refused field is named in its acknowledgement")
check(daemon.drain(), "the daemon drains")

found = {}
for finding in daemon.findings():
    found.setdefault(finding["event"]["id"], []).append(finding)
for event in events:
    want = expected[event["id"]]
    got = found.get(event["id"], [])
    level = LEVELS[max((LEVELS.index(f["level"]) for f in got), default=0)]
    asks = any(f["needs_information"] for f in got)
    rules = {f["rule"] for f in got}
    check(level == want["level"] and asks == want["needs_information"] and set(want["rules"]) <= rules,
          f"{event['id']}: {level}{' asks' if asks else ''} {sorted(rules)}; wanted {want['level']}"
          f"{' asks' if want['needs_information'] else ''} {want['rules']}")
for finding in daemon.findings():
    if finding["level"] != "none" and not (finding["costs"] or finding["benefits"]):
        check(finding["kind"] in ("system", "legal", "verify", "duty"),
              f"{finding['rule']} carries costs and benefits (R04)")
    if finding["pathway"] == "publication":
        check(finding["level"] == "note", "P4 never exceeds note")

passing = [i for i, want in expected.items() if LEVELS.index(want["level"]) < 2 and not want["needs_information"]]
check(len(passing) >= 12, f"{len(passing)} of {len(expected)} events pass")
cases = {c["engagement_id"]: c for c in daemon.rows("case", "list", "--limit", "1000")}
quiet = {e["data"]["engagement_id"] for e in events if e["id"] in passing}
check(not quiet & set(cases), "an event that passes opens no case and tells nobody")
told = [c for c in cases.values() if LEVELS.index(c["level"]) >= 3 or c["needs_information"]]
status = daemon.json("status")
check(until(lambda: daemon.json("status")["journal"]["notices_delivered"] == len(told), 20),
      f"one notice for each of {len(told)} cases that somebody must look at: "
      f"{daemon.json('status')['journal']['notices_delivered']}")
listener.terminate()
published = listener.communicate()[0]
check(all(c["case"] in published for c in told), "and the stream carried every one of them")

state = b""
for folder, _, names in os.walk(daemon.home):
    for name in names:
        if name != "pathwayd.conf" and os.path.isfile(os.path.join(folder, name)):
            with open(os.path.join(folder, name), "rb") as data:
                state += data.read().lower()
check(not any(f'"{word}'.encode() in state for word in REFUSED), "no refused field is on disk or in the log")
again = daemon.send(events)
check([a["status"] for a in again] == ["duplicate"] * len(events) and
      [a["sequence"] for a in again] == [a["sequence"] for a in acks], "sent again: duplicates, same numbers")
check(daemon.stop() == 0, "the daemon stops cleanly")
daemon.start()
again = daemon.send(events)
check([a["sequence"] for a in again if a["status"] == "duplicate"] == [a["sequence"] for a in acks],
      "and so after a restart")
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain is intact")
daemon.stop()
finish()
