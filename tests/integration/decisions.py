# SPDX-License-Identifier: Apache-2.0
"""Cases are decided by people under their own accounts, two where it takes two; what is decided is left alone until
something that it relied on is otherwise, or its review is due; and all of it is in the record."""

import json
import os
import shutil
import time

from harness import SEVEN_SONS, SLOW, SOURCE, Daemon, Others, Raw, check, event, finish, policies, skip

ALICE, BOB = 65001, 65002  # no accounts of this machine: known by their numbers

if os.geteuid() != 0:
    skip("people decide under their own accounts", "only root can be other accounts")
    finish()

others = Others()
runtime = others.folder("run")
STREAM = {"name": "stream", "plugin": "stream", "stage": "notify",
          "config": {"listen": f"abstract://pathwayd-decisions-{os.getpid()}"}}
daemon = Daemon(policies(("research",)) + [STREAM], runtime_dir=runtime, control={"uids": [ALICE, BOB]},
                routes=[{"min_level": "suggested", "asking": True, "channels": ["stream"]}])
sons = os.path.join(daemon.home, "seven-sons.json")
shutil.copy(os.path.join(SOURCE, "conf", "lists", "seven-sons.json"), sons)
daemon.config["plugins"][0]["config"]["lists"] = [sons]
daemon.config["plugins"][0]["readable"].append(daemon.home)
daemon.config["feeds"][0]["listen"] = daemon.feed = f"ipc://{runtime}/feed.sock"
daemon.write_config()


def run(uid, *arguments):
    return others.run(uid, daemon, *arguments)


def send(*events):
    answers = daemon.send(list(events))
    daemon.drain()
    return all(a["status"] == "accepted" for a in answers)


def case(name):
    return daemon.json("case", "show", name)


def told(name):
    return len(case(name)["notices"])


def until(true, seconds=20):
    end = time.monotonic() + seconds * SLOW
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    return true()


daemon.start()
check(send(event(1, partner=SEVEN_SONS), event(2, questions={})), "two engagements that want a look")
one = case("E-1")["case"]

# ---- two people ----------------------------------------------------------------------------------------------------

words = ["declined", "--reason", "Too close to a weapons school.", "--benefit", "Access to their crop data",
         "--displacement", "The group will go on with ETH."]
ran = run(0, "case", "decide", "E-1", *words)
check(ran.returncode == 1 and "root" in ran.stderr and "two people" in ran.stderr, f"root is nobody in particular {ran.stderr}")
for blank in (["proceed", "--reason", "  "], ["proceed_with_mitigation", "--reason", "r", "--mitigation", " "],
              ["declined", "--reason", "r", "--benefit", "\t", "--displacement", "d"]):
    check(run(ALICE, "case", "decide", "E-1", *blank).returncode == 2, f"blanks are no words {blank}")
ran = run(ALICE, "case", "decide", "E-1", "declined", "--reason", "r")
check("benefit" in ran.stderr and "displacement" in ran.stderr, "all that is missing is named at once")
ran = run(ALICE, "case", "decide", "E-1", *words)
check(ran.returncode == 0 and "proposed by uid 65001" in ran.stdout and f"case second {one}" in ran.stdout, ran.stdout)
shown = case("E-1")
check(shown["state"] == "proposed" and shown["decisions"][0]["state"] == "proposed", "one person proposes")
check(shown["notices"][-1]["revision"] == 2, "and that is told")
for uid in ALICE, 0:
    ran = run(uid, "case", "second", "E-1")
    check(ran.returncode == 1 and case("E-1")["state"] == "proposed", f"{uid} is no second person: {ran.stderr}")
ran = run(BOB, "case", "second", one)
shown = case("E-1")
decision = shown["decisions"][0]
check(ran.returncode == 0 and shown["state"] == "decided" and (decision["actor"], decision["second"]) == ("uid 65001", "uid 65002"),
      f"another is {ran.stdout} {ran.stderr}")
ran = daemon.ctl("case", "show", "E-1")
check(all(w in ran.stdout for w in ["declined, by uid 65001 and uid 65002", "Too close", "crop data", "go on with ETH", "Review by",
                                    "paper 2", "seven-sons 2022-04-21"]), "the case shows who decided what, and on what")
listed = daemon.ctl("case", "list", "--state", "decided")
check(one in listed.stdout, f"and is found among those decided {listed.stdout} {listed.stderr}")

ran = run(BOB, "case", "dissent", "E-1", "--text", "On reflection, the crop data matters more.")
check(ran.returncode == 0 and "uid 65002" in ran.stdout, f"dissent is written down {ran.stdout} {ran.stderr}")
run(ALICE, "case", "dissent", "E-1", "--text", "I stand by it.")
dissent = [(d["actor"], d["text"][:9]) for d in case("E-1")["decisions"][0]["dissent"]]
check(dissent == [("uid 65002", "On reflec"), ("uid 65001", "I stand b")] and case("E-1")["state"] == "decided", "beside it, and it stands")
check("On reflection" in daemon.ctl("case", "show", "E-1").stdout, "and is shown")
ran = run(BOB, "case", "dissent", "E-2", "--text", "x")
check(ran.returncode == 1 and "Nothing is decided" in ran.stderr, "where nothing is decided there is nothing to be against")
check(run(BOB, "case", "dissent", "E-1").returncode == 2, "dissent has words")
ran = run(65003, "case", "list")
check(ran.returncode == 1 and "control.uids" in ran.stderr, f"who may not ask is told who may {ran.stderr}")

# ---- left alone ----------------------------------------------------------------------------------------------------

ran = run(ALICE, "case", "decide", "E-2", "proceed", "--reason", "Known for years.", "--revision", "7")
check(ran.returncode == 1 and "revision 7" in ran.stderr, "what somebody has not seen is not decided")
ran = run(ALICE, "case", "decide", "E-2", "proceed", "--reason", "Known for years.", "--revision", "1")
check(ran.returncode == 0 and case("E-2")["state"] == "decided", f"one person is enough otherwise {ran.stderr}")
before = told("E-2")
check(send(event(12, questions={}, engagement_id="E-2"), event(13, questions={}, engagement_id="E-2")), "the same again, twice")
shown = case("E-2")
check(shown["state"] == "decided" and told("E-2") == before and shown["decisions"][0]["alerts_spared"] == 2, "tells nobody, and is counted")
check(daemon.json("status")["journal"]["alerts_spared"] == 2, "in the status as well")
check(send(event(14, questions={}, engagement_id="E-2", partner=[{"name": "EPFL", "country": "CH", "relation": "party"}])),
      "somebody else comes in")
shown = case("E-2")
check(shown["state"] == "new" and told("E-2") == before + 1 and "partner epfl" in shown["decisions"][0]["changed"],
      f"and it is open again {shown['decisions'][0].get('changed')}")
check("partner epfl" in daemon.ctl("case", "show", "E-2").stdout, "with what changed")
check(send(event(15, partner=SEVEN_SONS, engagement_id="E-1")), "what was declined goes on")
check(case("E-1")["state"] == "new" and any("t-15" in line for line in case("E-1")["decisions"][0]["changed"]), "and is told")

# ---- the day of review ---------------------------------------------------------------------------------------------

soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
ran = run(BOB, "case", "decide", "E-2", "proceed_with_mitigation", "--reason", "For now.", "--mitigation", "No code is shared.",
          "--mitigation", "Look again.", "--review-by", soon)
check(ran.returncode == 0 and case("E-2")["decisions"][-1]["mitigations"] == ["No code is shared.", "Look again."], ran.stderr)
check(daemon.stop() == 0, "it is stopped meanwhile")
time.sleep(3)
daemon.start()
check(until(lambda: case("E-2")["state"] == "new"), "when its day has come")
shown = case("E-2")
check(shown["decisions"][-1]["state"] == "due", "the case is open again")
ran = run(ALICE, "case", "reopen", "E-2", "--reason", "x")
check(ran.returncode == 1 and "open" in ran.stderr, "what is open is not opened")

# ---- a list's entry -------------------------------------------------------------------------------------------------


def rewrite(**changes):
    """Another edition of the list, in which the first entry's members are others."""
    with open(sons) as file:
        document = json.loads("".join(line for line in file if not line.startswith("//")))
    document["snapshot"] = changes.pop("snapshot", document["snapshot"])
    document["entries"][[e["name"] for e in document["entries"]].index("Beihang University")].update(changes)
    with open(sons, "w") as file:
        json.dump(document, file)
    before = daemon.read_log().count("info reloaded ")
    check(daemon.ctl("reload").returncode == 0 and until(lambda: daemon.read_log().count("info reloaded ") > before) and
          daemon.drain(), f"the list is renewed {changes}")


check(send(event(7, partner=SEVEN_SONS)), "an engagement with one of a list")
ran = run(ALICE, "case", "decide", "E-7", "proceed", "--reason", "Theory alone.")
lines = case("E-7")["decisions"][0]["relied"]["lines"]
check(any(line.startswith("entry SEVEN-SONS beihang university [seven_sons") for line in lines), f"relies on what the list says {lines}")
rewrite(id="another-number", snapshot="2026-03-01")
check(send(event(71, partner=SEVEN_SONS, engagement_id="E-7")) and case("E-7")["state"] == "decided", "a new date and number are no news")
rewrite(effect="forbids_dealing", snapshot="2026-04-01")
check(until(lambda: case("E-7")["state"] == "new"), "the entry says something else")
changed = case("E-7")["decisions"][0].get("changed", [])
check("entry SEVEN-SONS beihang university [seven_sons, forbids_dealing]" in changed, f"and that is named {changed}")

# ---- gone -----------------------------------------------------------------------------------------------------------

check(send(*[event(100 + n, partner=SEVEN_SONS) for n in range(40)]), "forty more")
for n in range(40):
    client, busy = Raw(daemon), Raw(daemon)
    busy.send({"op": "finding.list", "limit": 1000})  # keeps the daemon for a while
    client.send({"op": "case.decide", "engagement": f"E-{100 + n}", "disposition": "proceed", "reason": "And gone."})
    client.socket.close()
    busy.answer()
daemon.drain()
actors = {d["actor"] for n in range(40) for d in case(f"E-{100 + n}")["decisions"]}
check(actors <= {"root"}, f"what a client asked for that has hung up is done for somebody or not at all {actors}")

# ---- the record ----------------------------------------------------------------------------------------------------

check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain holds")
spared = daemon.json("status")["journal"]["alerts_spared"]
check(spared >= 3 and daemon.json("report")["alerts_spared"] == spared and f"so far: {spared}." in daemon.ctl("report").stdout,
      "and the report counts")
for words in (["decide"], ["decide", "E-1"], ["decide", "E-1", "maybe", "--reason", "x"], ["decide", "E-1", "proceed"], ["second"],
              ["reopen", "E-1"]):
    check(daemon.ctl("case", *words).returncode == 2, f"case {' '.join(words)}: a usage error")
ran = daemon.ctl("case", "decide", "C-000099", "proceed", "--reason", "x")
check(ran.returncode == 1 and "no such case" in ran.stderr, "a case that is not there")
ran = daemon.ctl("case", "decide", "E-1", "proceed", "--reason", "x", "--review-by", "someday")
check(ran.returncode == 2 and "review_by" in ran.stderr, f"a day that is none {ran.stderr}")
check(daemon.stop() == 0, "and it stops")
finish()
