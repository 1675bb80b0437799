# SPDX-License-Identifier: Apache-2.0
"""What no single event shows: sums over a source's gifts and earlier events of an engagement come out the same in
whatever order events, late ones and corrections arrive; a journal from before links were noted is gone through once."""

import json
import os
import sqlite3
import subprocess

from harness import BIN, Daemon, check, event, finish, policies, seed

random = seed()
PACK = {"pack": "sums", "version": "1", "effective_from": "2020-01-01", "as_of": "2026-01-01", "source": "a test",
        "verified": False, "regime": "sums", "pathways": {
            "legal": {"rules": [
                {"id": "sums.year", "requirements": ["R46"], "kind": "duty", "level": "suggested", "costs": ["c"], "benefits": ["b"],
                 "when": {"funding": {"at_least": "250000", "currency": "USD", "total_of": "calendar_year"}},
                 "due": [{"from": "01-01", "to": "06-30", "by": "07-31"}, {"from": "07-01", "to": "12-31", "by": "01-31"}],
                 "explanation": "{institution} gave {total} in {gifts}."}]},
            "research": {"rules": [
                {"id": "sums.together", "requirements": ["R54"], "kind": "judgement", "level": "recommended", "costs": ["c"],
                 "benefits": ["b"], "types": ["hr.appointment.*"], "explanation": "There is an agreement with military use.",
                 "when": {"engagement": {"types": ["agreement.*"],
                                         "when": {"field": "/data/applications", "has_any": ["military"]}}}}]}}}


def funder(name, **more):
    return [dict({"name": name, "country": "CH", "relation": "funder"}, **more)]


def gift(number, day, amount, partner, currency="USD"):
    return dict(event(number, partner=partner, funding={"kind": "gift", "amount": amount, "currency": currency}),
                type="org.pathwayd.funding.gift.received.v1", time=f"{day}T10:00:00Z")


def correction(number, target, data):
    return {"specversion": "1.0", "id": f"c-{number}", "source": "https://test.example.edu/",
            "type": "org.pathwayd.correction.v1", "time": "2026-12-01T00:00:00Z", "causationid": f"t-{target}", "data": data}


def appointment(number, engagement, day):
    return dict(event(number, engagement_id=engagement), type="org.pathwayd.hr.appointment.proposed.v1", time=f"{day}T10:00:00Z")


def agreement(number, engagement, day, use):
    return dict(event(number, engagement_id=engagement, applications=[use]), type="org.pathwayd.agreement.signed.v1",
                time=f"{day}T10:00:00Z")


ROR = {"ror": "05a28rw58"}
EVENTS = [
    gift(1, "2026-01-10", "100000", funder("Example  Foundation")), gift(2, "2026-03-10", "149999.99", funder("example foundation")),
    gift(3, "2026-05-10", "0.01", funder("Example Foundation")), gift(4, "2026-07-10", "5", funder("Example Foundation")),
    gift(5, "2027-01-01", "249999.99", funder("Example Foundation")), gift(6, "2026-07-01", "200000", funder("A", **ROR)),
    gift(7, "2026-08-01", "50000", funder("B", **ROR)), gift(8, "2026-08-02", "249999", funder("C")),
    gift(9, "2026-08-02", "1", funder("C")),  # of one instant with the one before, whose id is smaller
    correction(1, 8, {"funding": {"kind": "gift", "amount": "249998", "currency": "USD"}}),
    gift(10, "2026-02-01", "200000", funder("D")), gift(11, "2026-02-02", "100000", funder("D")),
    correction(2, 10, {"partner": funder("E")}), gift(12, "2026-03-01", "60000", funder("E")),
    agreement(20, "E-x", "2026-01-01", "military"), appointment(21, "E-x", "2026-02-01"), appointment(22, "E-x", "2025-12-31"),
    agreement(30, "E-y", "2026-01-01", "general"), appointment(31, "E-y", "2026-02-01"),
    correction(3, 30, {"applications": ["military"]}),
]
WANTED = {"sums.year": {"t-3": "gave 250000 in 3.", "t-4": "gave 250005 in 4.", "t-7": "gave 250000 in 2.",
                        "t-12": "gave 260000 in 2."},
          "sums.together": {"t-21": "There is an agreement", "t-31": "There is an agreement"}}


def new_daemon(state=None, rates=None):
    daemon = Daemon(policies(("research", "legal")), state=state)
    path = os.path.join(daemon.home, "sums.json")
    with open(path, "w") as out:
        json.dump(PACK, out)
    for plugin in daemon.config["plugins"][1:]:
        plugin["config"]["packs"] = path
        plugin["readable"].append(daemon.home)
    if rates:
        table = os.path.join(daemon.home, "rates.json")
        with open(table, "w") as out:
            json.dump(rates, out)
        daemon.config["plugins"][2]["config"]["rates"] = table
    daemon.write_config()
    return daemon


def said(daemon):
    return {rule: {f["event"]["id"]: f for f in daemon.findings(rule)} for rule in WANTED}


def right(daemon, what):
    found = said(daemon)
    good = all(set(found[rule]) == set(wanted) and all(text in found[rule][i]["explanation"] for i, text in wanted.items())
               for rule, wanted in WANTED.items())
    check(good, f"{what} {'' if good else {r: {i: f['explanation'] for i, f in e.items()} for r, e in found.items()}}")


daemon = new_daemon()
daemon.start()
for each in EVENTS:
    daemon.send([each])
check(daemon.drain(), "one after another")
right(daemon, "what was given and agreed before counts")
dates = {i: f["due"] for i, f in said(daemon)["sums.year"].items()}
check(dates == {"t-3": "2026-07-31", "t-4": "2027-01-31", "t-7": "2027-01-31", "t-12": "2026-07-31"}, f"by the statutory date {dates}")
check(daemon.stop() == 0 and daemon.ctl("audit", "verify").returncode == 0, "and the audit chain holds")

# ---- as if written by a version that noted no links ----------------------------------------------------------------

with sqlite3.connect(daemon.state + "/journal.db") as database:
    database.execute("DELETE FROM link")
    database.execute("DELETE FROM meta WHERE key = 'links'")
database.close()
daemon.start()
late = gift(40, "2026-02-15", "7", funder("Example Foundation"))
daemon.send([late])
check(daemon.drain(), "a journal without links")
found = said(daemon)["sums.year"]
check("gave 250006.99 in 3." in found["t-2"]["explanation"] if "t-2" in found else False, "a late event changes what comes after it")
check("gave 250012 in 5." in found["t-4"]["explanation"], "to the last")
check(daemon.stop() == 0, "and it stops")

# ---- more of one instant than is told -------------------------------------------------------------------------------

CROWD = [agreement(n, "E-crowd", "2026-01-01", "military") if n in (135, 172) else appointment(n, "E-crowd", "2026-01-01")
         for n in range(100, 240)]
outcomes = []
for turn in range(3):
    daemon = new_daemon()
    daemon.start()
    daemon.send(random.sample(CROWD, len(CROWD)), "--batch", random.choice(["1", "7", "64"]))
    check(daemon.drain(), "a crowd of one instant")
    outcomes.append(sorted(said(daemon)["sums.together"]))
    check(daemon.stop() == 0, "and it stops")
check(outcomes[0] == outcomes[1] == outcomes[2] and 0 < len(outcomes[0]) < 140, f"judges alike in any order {[len(o) for o in outcomes]}")

# ---- corrected while what it concerns is under way ----------------------------------------------------------------

FLIGHT, TOLD = [], {}
for n in range(1000, 1640, 10):
    old, new, other = funder(f"Old {n}"), funder(f"New {n}"), funder(f"Other {n}")
    shapes = ([correction(n, n, {"partner": new}), gift(n, "2026-02-01", "200000", old), gift(n + 1, "2026-03-01", "60000", new)],
              [gift(n, "2026-02-01", "200000", old), correction(n, n, {"partner": new}), gift(n + 1, "2026-03-01", "60000", old)],
              [gift(n, "2026-02-01", "200000", old), gift(n + 1, "2026-03-01", "60000", other),
               correction(n, n, {"partner": new}), correction(n + 1, n + 1, {"partner": new})],
              [gift(n, "2026-02-01", "200000", old), correction(n, n, {"partner": new}),
               gift(n + 2, "2026-01-01", "1", old), gift(n + 1, "2026-03-01", "60000", new)])
    shape = n // 10 % 4
    FLIGHT += shapes[shape]
    if shape != 1:
        TOLD[f"t-{n + 1}"] = f"New {n} gave 260000 in 2."
for batch in ("64", "5"):
    daemon = new_daemon()
    daemon.start()
    daemon.send(FLIGHT, "--batch", batch)
    check(daemon.drain(), f"corrections among what they concern, {batch} at a time")
    told = {i: f["explanation"] for i, f in said(daemon)["sums.year"].items()}
    wrong = {i: (told.get(i), TOLD.get(i)) for i in told.keys() | TOLD.keys() if told.get(i) != TOLD.get(i)}
    check(not wrong, f"come to what they would have come to one by one {wrong}")
    check(daemon.json("status")["journal"]["pending"] == 0, "and nothing is owed")
    check(daemon.stop() == 0, "and it stops")

# ---- currencies ----------------------------------------------------------------------------------------------------

MIXED = [gift(50, "2026-01-10", "200000", funder("M")), gift(51, "2026-02-10", "45000", funder("M"), "EUR"),
         gift(52, "2026-03-10", "1", funder("M"), "CHF")]
daemon = new_daemon()
daemon.start()
daemon.send(MIXED)
check(daemon.drain() and not said(daemon)["sums.year"], "currencies are kept apart")
check(daemon.stop() == 0, "and it stops")
RATES = {"source": "the office's bank", "as_of": "2026-03-01", "rates": [
    {"from": "EUR", "to": "USD", "rate": "1.111111", "since": "2026-01-01"},
    {"from": "EUR", "to": "USD", "rate": "1.111112", "since": "2026-02-10"},
    {"from": "EUR", "to": "USD", "rate": "9", "since": "2026-02-11"}]}
daemon = new_daemon(rates=RATES)
daemon.start()
daemon.send(MIXED[::-1])
check(daemon.drain(), "unless a table says what they are worth")
found = said(daemon)["sums.year"]
check(set(found) == {"t-51", "t-52"} and "gave 250000.04 in 2." in found["t-51"]["explanation"] and
      "at the rates of the office's bank as of 2026-03-01" in found["t-51"]["explanation"], f"on the day of the gift {found}")
check(["rates", "2026-03-01", "yes"] in found["t-51"]["trace"], "which the trace shows")
check(daemon.stop() == 0, "and it stops")
daemon = new_daemon(rates=dict(RATES, as_of="today"))
run = subprocess.run([os.path.join(BIN, "pathwayd"), "--check", "--config", daemon.file], capture_output=True, text=True)
check(run.returncode != 0 and 'rates.json:1:' in run.stderr + run.stdout and '"as_of" is a day' in run.stderr + run.stdout,
      f"a bad table is refused at its place {run.stderr}")

# ---- in any order --------------------------------------------------------------------------------------------------

for turn in range(4):
    daemon = new_daemon()
    daemon.start()
    shuffled = EVENTS if turn == 0 else EVENTS[::-1] if turn == 1 else random.sample(EVENTS, len(EVENTS))
    daemon.send(shuffled, "--batch", "1" if turn < 3 else "5")
    check(daemon.drain(), f"order {turn}: " + " ".join(e["id"] for e in shuffled))
    right(daemon, "the same comes out")
    check(daemon.json("status")["journal"]["pending"] == 0, "and nothing is owed")
    check(daemon.stop() == 0, "and it stops")
finish()
