# SPDX-License-Identifier: Apache-2.0
"""Prints what became of each of the demo's events: acknowledgement, level, reason, and who was told by which channel; and
then, what a new list changed about them."""

import json
import os
import sys


LEVELS = ["none", "note", "suggested", "recommended", "required", "prohibited"]


def rows(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines if line.strip()]


def events(demo, home):
    sent = rows(os.path.join(demo, "events.ndjson"))
    acks = rows(os.path.join(home, "acks.ndjson"))
    findings = {}
    for finding in rows(os.path.join(home, "findings.ndjson")):
        if not finding.get("withdrawn"):
            findings.setdefault(finding["event"]["id"], []).append(finding)
    told = {}
    for case in rows(os.path.join(home, "cases.ndjson")):
        told[case["engagement_id"]] = case
    quiet = 0
    for event, ack in zip(sent, acks):
        found = findings.get(event["id"], [])
        level = max((LEVELS.index(f["level"]) for f in found), default=0)
        asks = any(f["needs_information"] for f in found)
        print(f"\n{event['id']}  {event['type'].split('.', 2)[2]}: {event['data'].get('title', '')}")
        extra = "".join(f"; {word} {', '.join(ack[word])}" for word in ("dropped", "refused") if ack.get(word))
        print(f"  {ack.get('status', 'no answer')} #{ack.get('sequence', '-')}{extra}")
        print(f"  level {LEVELS[level]}{', needs information' if asks else ''}")
        worst = [f for f in found if LEVELS.index(f["level"]) == level or (asks and f["needs_information"])]
        if worst and (level > 1 or asks):
            why = worst[0]
            print(f"  because ({why['rule']}): {why['explanation'].split('. ')[0].rstrip('.')}.")
        case = told.get(event["data"]["engagement_id"])
        notices = case.get("notices", []) if case else []
        if not notices:
            quiet += 1
            print("  nobody is told" if level < 2 and not asks else "  kept for the digest")
        for notice in notices:
            who = notice["address"] or "everybody who listens"
            print(f"  {notice['state']}: {who} by {notice['channel']} ({case['case']})")
    print(f"\n{len(sent)} events, {quiet} of them without a word to anybody.")


def changes(home):
    before = {case["case"]: case["revision"] for case in rows(os.path.join(home, "cases.ndjson"))}
    changed = 0
    for case in rows(os.path.join(home, "cases-after.ndjson")):
        if case["revision"] == before.get(case["case"]):
            continue
        changed += 1
        why = max((f for f in case["findings"] if not f.get("withdrawn")), key=lambda f: LEVELS.index(f["level"]))
        print(f"\n{case['engagement_id']}  {case['title']}: level {case['level']}")
        print(f"  because ({why['rule']}): {why['explanation'].split('. ')[0].rstrip('.')}.")
        for notice in case.get("notices", []):
            print(f"  {notice['state']}: {notice['address'] or 'everybody who listens'} by {notice['channel']} ({case['case']})")
    print(f"\n{changed} of the engagements is another one with the new list; the others were not touched.")


def page(home, password):
    """The worst case that alice was told of and that one person can decide."""
    waiting = [case for case in rows(os.path.join(home, "cases-after.ndjson"))
               if case["state"] == "new" and LEVELS.index(case["level"]) < LEVELS.index("prohibited") and
               any("alice" in notice["address"] for notice in case["notices"])]
    case = max(waiting, key=lambda case: LEVELS.index(case["level"]))
    print(f"""
Alice has a letter: {case['title']} ({case['level']}). It leads to
  http://127.0.0.1:27380/case/{case['case']}
where she signs in as "alice", password "{password}", and decides. (Declining takes bob as well, with the same password.)""")


{"events": events, "changes": changes, "page": page}[sys.argv[1]](*sys.argv[2:])
