# SPDX-License-Identifier: Apache-2.0
"""Cases that people work on: with roles, from hand to hand, two at once, asking and answering, appealing, holding and
closing; and all of it in the record."""

import json
import os
import pty
import re
import select
import sqlite3
import subprocess
import time

from harness import SEVEN_SONS, SLOW, Daemon, Others, check, event, finish, policies, skip, until

LEAD, REVIEWER, OTHER, SECOND_LEAD, AUDITOR, ADMINISTRATOR, NOBODY, STRANGER = range(65001, 65009)

if os.geteuid() != 0:
    skip("people work on cases under their own accounts", "only root can be other accounts")
    finish()

others = Others()
runtime = others.folder("run")
STREAM = {"name": "stream", "plugin": "stream", "stage": "notify",
          "config": {"listen": f"abstract://pathwayd-casework-{os.getpid()}"}}
MAIL = {"name": "mail", "plugin": "email", "stage": "notify",
        "config": {"server": "smtp://127.0.0.1:1", "from": "Research security <reviews@example.edu>"}}
REVIEWERS = ["lea", "rob", "ola", "sue"]
PEOPLE = [{"account": LEAD, "reviewer": "lea", "roles": ["lead"]},
          {"account": REVIEWER, "reviewer": "rob", "roles": ["reviewer"]},
          {"account": OTHER, "reviewer": "ola", "roles": ["reviewer"]},
          {"account": SECOND_LEAD, "reviewer": "sue", "roles": ["reviewer", "lead"]},
          {"account": AUDITOR, "roles": ["auditor"]},
          {"account": ADMINISTRATOR, "roles": ["administrator"]}]
QUEUES = [{"name": "labs", "reviewers": ["rob", "sue"], "channels": ["stream"]},
          {"name": "elsewhere", "reviewers": ["ola"], "channels": ["stream"]}]
UNITS = [{"code": "AI-LAB", "lab": True, "contact": "lab@example.test", "name": "AI laboratory"}, {"code": "EE"}]
daemon = Daemon(policies(("research", "lab")) + [STREAM, MAIL], runtime_dir=runtime, control={"uids": [NOBODY]},
                reviewers=[{"name": name, "addresses": {}} for name in REVIEWERS], people=PEOPLE, units=UNITS, queues=QUEUES,
                routes=[{"min_level": "suggested", "asking": True, "channels": ["stream"]}])
daemon.config["feeds"][0]["listen"] = daemon.feed = f"ipc://{runtime}/feed.sock"
daemon.config["feeds"][0]["peer_uids"] = [REVIEWER]
daemon.write_config()


def run(uid, *arguments, stdin=None):
    return others.run(uid, daemon, *arguments, stdin=stdin)


def said(ran):
    return " ".join((ran.stdout[:200] + ran.stderr).split())


def does(uid, *arguments, stdin=None):
    ran = run(uid, "case", *arguments, stdin=stdin)
    check(ran.returncode == 0, f"{uid}: case {' '.join(arguments)[:60]} {said(ran)}")
    return ran.stdout


def refused(uid, words, *arguments, status=1):
    ran = run(uid, *arguments)
    check(ran.returncode == status and all(w in ran.stderr for w in words), f"{uid} may not: {' '.join(arguments)[:60]}: {said(ran)}")


def case(name, uid=AUDITOR):
    ran = run(uid, "case", "show", name, "--json")
    return json.loads(ran.stdout) if ran.returncode == 0 else {}


def state(name):
    return case(name)["state"]


def kinds(name):
    return [entry["kind"] for entry in case(name)["timeline"]]


def send(*events):
    answers = daemon.send(list(events))
    daemon.drain()
    return all(a["status"] == "accepted" for a in answers)


def journal(question, *values):
    connection = sqlite3.connect(os.path.join(daemon.state, "journal.db"), timeout=10)
    rows = connection.execute(question, values).fetchall()
    connection.close()
    return rows


def audit(kind):
    return [json.loads(detail) for (detail,) in journal("SELECT detail FROM audit WHERE kind = ? ORDER BY n", kind)]


def day(days):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))


daemon.start()
check(send(*[event(n, partner=SEVEN_SONS, unit="AI-LAB") for n in range(1, 9)]), "eight engagements that want a look")
one = case("E-1")["case"]

# ---- roles ---------------------------------------------------------------------------------------------------------

for uid, words in ((AUDITOR, ["reviewer or lead", "auditor"]), (ADMINISTRATOR, ["reviewer or lead", "administrator"]),
                   (0, ["reviewer or lead", "root"]), (NOBODY, ["reviewer or lead", "none"])):
    for act in (["take", "E-1"], ["comment", "E-1", "--text", "x"], ["decide", "E-1", "proceed", "--reason", "x"],
                ["ask", "E-1", "--question", "x"], ["close", "E-1"], ["reopen", "E-1", "--reason", "x"],
                ["appeal", "E-1", "--by", "unit", "--reason", "x"], ["hold", "E-1", "--until", day(2), "--reason", "x"],
                ["attach", "E-1", "RD-1"], ["statement", "E-1", "--text", "x"], ["dissent", "E-1", "--text", "x"],
                ["mitigation", "E-1", "1", "done"], ["refer", "E-1", "--to", "x", "--reason", "y"]):
        refused(uid, words, "case", *act)
refused(REVIEWER, ["lead", "reviewer"], "case", "second", "E-1")
refused(REVIEWER, ["lead"], "case", "assign", "E-1", "rob")
refused(REVIEWER, ["lead"], "silence", "add", "--unit", "AI-LAB", "--until", day(2), "--reason", "x")
for uid in ADMINISTRATOR, 0, NOBODY:
    refused(uid, ["reviewer, lead or auditor"], "case", "show", "E-1")
    refused(uid, ["reviewer, lead or auditor"], "event", "list")
for uid in LEAD, REVIEWER, AUDITOR, NOBODY:
    refused(uid, ["administrator"], "pause")
    refused(uid, ["administrator"], "reload")
    check(run(uid, "status", "--json").returncode == 0, f"{uid}: everybody who may ask sees the status")
check(run(ADMINISTRATOR, "pause").returncode == 0 and run(0, "resume").returncode == 0, "administrators run the daemon")
refused(STRANGER, ["people", "control.uids"], "status")
check(run(AUDITOR, "case", "list").returncode == 0 and run(AUDITOR, "findings").returncode == 0, "an auditor reads")
refused(OTHER, ["all queues"], "findings")

# ---- views ---------------------------------------------------------------------------------------------------------

number = int(one[2:])
looks = [v["actor"] for v in audit("case.viewed") if v["case"] == number]
check(looks == ["uid 65005"], f"a look at a case is recorded, with who looked {looks}")
for uid in REVIEWER, REVIEWER, LEAD, AUDITOR:
    case("E-1", uid)
with sqlite3.connect(f"file:{daemon.state}/journal.db?mode=ro", uri=True) as database:
    looks = [(at, json.loads(detail)["actor"]) for at, detail in
             database.execute("SELECT at, detail FROM audit WHERE kind = 'case.viewed' ORDER BY n") if json.loads(detail)["case"] == number]
database.close()
again = [(a, b) for a in looks for b in looks if a[1] == b[1] and 0 < b[0] - a[0] < 60000]
check({who for _, who in looks} == {"uid 65005", "uid 65002", "uid 65001"} and not again, f"once a minute for each person and case {looks}")
run(AUDITOR, "case", "show", "E-404")
check(all(v["case"] for v in audit("case.viewed")), "what is not there was not looked at")

# ---- from hand to hand ----------------------------------------------------------------------------------------------

refused(LEAD, ["no reviewer"], "case", "assign", "E-1", "nobody", status=2)
does(LEAD, "assign", "E-1", "rob", "--note", "You know the group.")
shown = case("E-1")
check((shown["state"], shown["assignee"], shown["revision"]) == ("triage", "rob", 2), f"a lead gives it {shown['state']}")
check(shown["notices"][-1]["revision"] == 2, "and that is told")
refused(LEAD, ["rob's already"], "case", "assign", "E-1", "rob")
does(REVIEWER, "take", one)
check(state("E-1") == "in_review", "whoever has it begins")
refused(REVIEWER, ["yours already"], "case", "take", "E-1")
does(REVIEWER, "assign", "E-1", "lea", "--note", "I was at school with the host.")
shown = case("E-1")
check((shown["state"], shown["assignee"]) == ("in_review", "lea"), "whoever has it hands it over")
refused(REVIEWER, ["lead"], "case", "assign", "E-1", "rob")
check([e["words"] for e in shown["timeline"]][-1] == "I was at school with the host.", "with a word")
check(kinds("E-1") == ["assign", "take", "assign"], "all of it stands in the timeline")
listed = json.loads(run(LEAD, "case", "list", "--mine", "--json").stdout)
check(listed["case"] == one, "and is found among their own")
check(run(REVIEWER, "case", "list", "--mine").stdout.startswith("There are no such"), "and no longer among the others'")
check(one in run(AUDITOR, "case", "list", "--assignee", "lea").stdout, "by whose it is")
check(one in run(AUDITOR, "case", "list", "--state", "in_review").stdout, "or by its state")
found = [json.loads(line)["engagement_id"] for line in run(AUDITOR, "case", "list", "--text", "CROP ai-lab e-1", "--json").stdout.splitlines()]
check(found == ["E-1"], f"or by words of its title, unit and engagement {found}")

# ---- what is written ------------------------------------------------------------------------------------------------

text = "Line one.\nIt's \"odd\".\u202e"
does(REVIEWER, "comment", "E-1", "--text", "-", stdin=text + "\n")
does(REVIEWER, "attach", "E-1", "https://records.example.edu/117", "--note", "The contract.")
does(REVIEWER, "attach", "E-1", "RD-2026/117")
does(REVIEWER, "statement", "E-1", "--text", "The work is theory.")
does(REVIEWER, "statement", "E-1", "--reference", "RD-2026/118")
shown = case("E-1")
check(shown["timeline"][3]["words"] == text, "words are kept as they were written")
check([e["detail"].get("reference") for e in shown["timeline"][4:8]] ==
      ["https://records.example.edu/117", "RD-2026/117", None, "RD-2026/118"], "documents by where they are")
check(shown["timeline"][6]["detail"]["of"] == "person concerned", "a statement says whose it is, and not who that is")
for bad in ("/etc/passwd", "file:///etc/passwd", "http://x.example/", "a b", "https://x y", "", "../x", "https://" + "x" * 600):
    refused(REVIEWER, ["reference"], "case", "attach", "E-1", bad, status=2)
refused(REVIEWER, ["reference"], "case", "statement", "E-1", status=2)
refused(REVIEWER, ["says something"], "case", "comment", "E-1", "--text", "  ", status=2)
refused(REVIEWER, ["--text"], "case", "comment", "E-1", status=2)
refused(REVIEWER, ["8192"], "case", "comment", "E-1", "--text", "x" * 9000, status=2)
refused(REVIEWER, ["no such case"], "case", "comment", "E-404", "--text", "x")
ran = run(REVIEWER, "case", "show", "E-1")
check("\u202e" not in ran.stdout and "It's \"odd\"" in ran.stdout and "Timeline" in ran.stdout, "the case shows them, made harmless")

# ---- two at once ----------------------------------------------------------------------------------------------------

revision = case("E-2")["revision"]
does(LEAD, "take", "E-2", "--revision", str(revision))
ran = run(REVIEWER, "case", "comment", "E-2", "--text", "-", "--revision", str(revision), stdin="Two hours of work, it's \"done\".\n")
check(ran.returncode == 1 and "take by uid 65001" in ran.stderr and f"now {revision + 1}" in ran.stderr, f"the second is told who was first {said(ran)}")
kept = re.search(r"What you wrote is in (\S+)\.\n", ran.stderr)
again = re.search(r"To do it all the same:\n  (pathwayctl .*)\n", ran.stderr)
check(kept and again and f"--text @{kept.group(1)}" in again.group(1) and f"--revision {revision + 1}" in again.group(1), "with the command for it")
with open(kept.group(1)) as file:
    check(file.read() == "Two hours of work, it's \"done\".", "and the text is kept")
words = again.group(1).split()
ran = run(REVIEWER, *words[words.index("case"):])
check(ran.returncode == 0 and case("E-2")["timeline"][-1]["words"].startswith("Two hours"), f"so that it can be repeated {said(ran)}")
os.unlink(kept.group(1))
ran = run(REVIEWER, "case", "decide", "E-2", "proceed", "--reason", "It's fine; $(x)", "--cost", "a b", "--cost", "c", "--revision", str(revision))
check("case decide E-2 proceed --reason 'It'\\''s fine; $(x)' --cost 'a b' --cost c --revision" in ran.stderr, f"as a shell reads it {said(ran)}")
check("comment by uid 65002" in ran.stderr and "take by uid 65001" in ran.stderr, "all that was done meanwhile is named")
send(event(20, partner=SEVEN_SONS, engagement_id="E-2", transfer_mode=["hands_on"], unit="AI-LAB"))
shown = case("E-2")
check(shown["state"] == "in_review" and shown["assignee"] == "lea" and shown["revision"] == revision + 3, f"a new finding leaves it where it is {shown['state']} {shown['revision']}")
ran = run(REVIEWER, "case", "take", "E-2", "--revision", str(revision + 2))
check(ran.returncode == 1 and "policies" in ran.stderr, f"what the policies found is told as such {said(ran)}")

# ---- a question -----------------------------------------------------------------------------------------------------

ran = does(REVIEWER, "ask", "E-3", "--question", "Who owns the cluster?", "--by", day(7))
check("is written to" in ran, "a question goes out")
shown = case("E-3")
question = shown["questions"][0]
check(shown["state"] == "needs_information" and question["open"] and question["unit"] == "AI-LAB", "and the case waits")
notice = shown["notices"][-1]
check((notice["channel"], notice["address"], notice["reviewer"]) == ("mail", "lab@example.test", "unit:AI-LAB"), f"to the unit's contact {notice}")
body = json.loads(journal("SELECT body FROM notice WHERE notice_id = ?", notice["notice_id"])[0][0])
check(body["kind"] == "question" and body["question"] == "Who owns the cluster?" and body["answer_by"] == day(7) and
      body["asked_by"] == "rob" and body["event"]["id"] == "t-3", "with the question")
words = json.dumps(body).lower()
check(not any(w in words for w in ("finding", "level", "research.", "beihang", "seven", "recommended", "list")), f"and nothing of what was found {words}")
refused(REVIEWER, ["no unit"], "case", "ask", "E-3", "--question", "x", "--of", "NOWHERE", status=2)
refused(REVIEWER, ["from today"], "case", "ask", "E-3", "--question", "x", "--by", day(-3), status=2)
refused(REVIEWER, ["like 2027"], "case", "ask", "E-3", "--question", "x", "--by", "soon", status=2)
ran = does(REVIEWER, "ask", "E-3", "--question", "And who pays?", "--of", "EE")
check("Nobody is written to" in ran and case("E-3")["questions"][1]["unit"] == "EE", "a unit without a contact is nobody to write to")
ran = run(REVIEWER, "answer", "E-3")
check("Who owns the cluster?" in ran.stdout and "And who pays?" in ran.stdout, "what is asked is listed")
refused(REVIEWER, ["--question"], "answer", "E-3", "q1=no", status=2)
ran = run(REVIEWER, "answer", "E-3", "/data/precautions=[\"segregated_network\"]", "--question", "1")
check(ran.returncode == 0 and "accepted" in ran.stdout, f"an answer goes over a feed {ran.stdout} {said(ran)}")
daemon.drain()
check(until(lambda: not case("E-3")["questions"][0]["open"]), "and counts when it is judged")
shown = case("E-3")
check(shown["state"] == "needs_information" and "segregated_network" in shown["questions"][0]["answer"], "while the other is open the case waits")
ran = run(REVIEWER, "answer", "E-3", "--text", "The agency does.")
check(ran.returncode == 0 and "in_review" in ran.stdout, f"what was heard is written down {said(ran)}")
shown = case("E-3")
check(shown["state"] == "in_review" and shown["questions"][1]["answered_by"] == "uid 65002", "and the case is in review again")
refused(REVIEWER, ["No question is open"], "answer", "E-3", "--text", "x")
does(REVIEWER, "ask", "E-3", "--question", "Once more?")
run(REVIEWER, "answer", "E-3", "/data/precautions=[\"visitor_escort\"]")
daemon.drain()
check(until(lambda: state("E-3") == "in_review"), "with the last answer the case is in review by itself")
check(kinds("E-3")[-2:] == ["ask", "answered"] and case("E-3")["timeline"][-1]["actor"] == "", "and nobody did that")
does(REVIEWER, "ask", "E-3", "--question", "Never answered?")
does(REVIEWER, "take", "E-3")
check(state("E-3") == "in_review", "nobody has to wait for ever")

# ---- a hold ---------------------------------------------------------------------------------------------------------

refused(REVIEWER, ["30 days"], "case", "hold", "E-4", "--until", day(40), "--reason", "x", status=2)
refused(REVIEWER, ["30 days"], "case", "hold", "E-4", "--until", day(-1), "--reason", "x", status=2)
refused(REVIEWER, ["30 days"], "case", "hold", "E-4", "--reason", "x", status=2)
soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * SLOW))
does(REVIEWER, "hold", "E-4", "--until", soon, "--reason", "The key is not to be handed out.")
held = case("E-4")
check(held["hold"]["in_force"] and held["state"] == "new", "it is held, and nothing else changes")
check("in force" in run(REVIEWER, "case", "show", "E-4").stdout, "which is shown")
check(until(lambda: not case("E-4")["hold"]["in_force"]), "it lapses by itself")
check("lapsed" in run(REVIEWER, "case", "show", "E-4").stdout and audit("act.hold")[0]["words"].startswith("The key"), "and stays in the record")
does(REVIEWER, "hold", "E-4", "--until", day(20), "--reason", "Once more.")

# ---- decided, appealed, closed --------------------------------------------------------------------------------------

refused(REVIEWER, ["decide it first"], "case", "close", "E-4")
refused(REVIEWER, ["nothing is decided"], "case", "appeal", "E-4", "--by", "unit", "--reason", "x")
declined = ["declined", "--reason", "Too close.", "--benefit", "Data", "--displacement", "Elsewhere."]
does(REVIEWER, "decide", "E-4", *declined)
refused(REVIEWER, ["lead"], "case", "second", "E-4")
does(LEAD, "second", "E-4")
shown = case("E-4")
check(shown["state"] == "decided" and "hold" not in shown, "a decision ends the hold")
refused(REVIEWER, ["person, unit, partner or office"], "case", "appeal", "E-4", "--by", "Ms X", "--reason", "x", status=2)
does(REVIEWER, "appeal", "E-4", "--by", "person", "--reason", "It is theory alone.")
shown = case("E-4")
check(shown["state"] == "appealed" and shown["decisions"][0]["state"] == "appealed", "what is decided is appealed")
for uid in REVIEWER, LEAD:
    refused(uid, ["appealed", "somebody else"], "case", "decide", "E-4", "proceed", "--reason", "x")
refused(REVIEWER, ["open as it is"], "case", "reopen", "E-4", "--reason", "x")
does(SECOND_LEAD, "decide", "E-4", *declined)
refused(LEAD, ["appealed", "somebody else"], "case", "second", "E-4")
refused(SECOND_LEAD, ["somebody else"], "case", "second", "E-4")
does(REVIEWER, "reopen", "E-4", "--reason", "Nobody is left to second it.")
check(state("E-4") == "appealed", "a proposal that is withdrawn leaves the appeal open")
for uid in REVIEWER, LEAD:
    refused(uid, ["appealed"], "case", "decide", "E-4", "proceed", "--reason", "x")
does(SECOND_LEAD, "decide", "E-4", "proceed", "--reason", "On reflection it is theory.")
check(state("E-4") == "decided", "somebody else decides it anew")
report = daemon.json("report")
check(report["tables"]["pathway"]["total"]["reversals"] in (1, "<5"), "and the report counts a reversal")
does(LEAD, "close", "E-4", "--note", "All said.")
refused(LEAD, ["nothing left to close"], "case", "close", "E-4")
refused(LEAD, ["case reopen"], "case", "decide", "E-4", "proceed", "--reason", "x")
check(send(event(40, partner=SEVEN_SONS, engagement_id="E-4", unit="AI-LAB")) and state("E-4") == "closed", "the same again leaves it closed")
check(send(event(41, partner=[{"name": "EPFL", "country": "CH", "relation": "party"}] + SEVEN_SONS, engagement_id="E-4", unit="AI-LAB")) and
      state("E-4") == "new", "what is otherwise opens it")

# ---- mitigations ----------------------------------------------------------------------------------------------------

plans = os.path.join(others.place, "mitigations.json")
with open(plans, "w") as out:
    json.dump({"visitor": ["The visitor is escorted.", "{unit} reports to {partner} on {engagement}."], "bad": [1],
               "typo": ["For {partnr}."], "unclosed": ["For {partner"]}, out)
os.chmod(plans, 0o644)
for name, words in (("visitors", ["did you mean \"visitor\""]), ("bad", ["list of 1 to 16 texts"]), ("typo", ['no placeholder "{partnr}"', "{partner}"]),
                    ("unclosed", ["no placeholder"])):
    refused(REVIEWER, words, "case", "decide", "E-5", "proceed_with_mitigation", "--reason", "r", "--plan", name, status=2)
does(REVIEWER, "decide", "E-5", "proceed_with_mitigation", "--reason", "With care.", "--plan", "visitor", "--mitigation", "No code is shared.",
     "--code", "mitigated")
check(case("E-5")["decisions"][-1]["code"] == "mitigated", "a reason has its kind, to be counted")
measures = case("E-5")["mitigations"]
names = ", ".join(p["name"] for p in case("E-5")["latest_event"]["data"]["partner"])
reports = f'{case("E-5")["unit"]} reports to {names} on E-5.'
check([m["text"] for m in measures] == ["The visitor is escorted.", reports, "No code is shared."], f"a plan is a list of mitigations {measures}")
refused(REVIEWER, ["no number 4"], "case", "mitigation", "E-5", "4", "done", status=2)
refused(REVIEWER, ["done, open, owner"], "case", "mitigation", "E-5", "1", "maybe", status=2)
refused(REVIEWER, ["takes a value"], "case", "mitigation", "E-5", "1", "owner", status=2)
refused(REVIEWER, ["takes no value"], "case", "mitigation", "E-5", "1", "done", "now", status=2)
refused(REVIEWER, ["a day"], "case", "mitigation", "E-5", "1", "due", "soon", status=2)
refused(REVIEWER, ["reference"], "case", "mitigation", "E-5", "1", "evidence", "/etc/passwd", status=2)
refused(REVIEWER, ["has a number"], "case", "mitigation", "E-5", "one", "done", status=2)
does(REVIEWER, "mitigation", "E-5", "1", "owner", "Head of laboratory")
does(REVIEWER, "mitigation", "E-5", "1", "due", "2026-01-31")
does(REVIEWER, "mitigation", "E-5", "1", "evidence", "RD-2026/9")
first = case("E-5")["mitigations"][0]
check((first["owner"], first["due"][:10], first["evidence"], first["state"], first["overdue"]) ==
      ("Head of laboratory", "2026-01-31", "RD-2026/9", "open", True), f"with owner, day and evidence {first}")
listed = run(AUDITOR, "case", "list", "--overdue")
check(case("E-5")["case"] in listed.stdout and one not in listed.stdout, "what is overdue is listed")
refused(REVIEWER, ["Mitigation 1", "not done"], "case", "close", "E-5")
does(REVIEWER, "mitigation", "E-5", "1", "done")
check(run(AUDITOR, "case", "list", "--overdue").stdout.startswith("There are no such"), "until it is done")
refused(REVIEWER, ["Mitigation 2"], "case", "close", "E-5")
for n in "2", "3":
    does(REVIEWER, "mitigation", "E-5", n, "done")
does(REVIEWER, "close", "E-5")
refused(REVIEWER, ["case reopen"], "case", "mitigation", "E-5", "1", "open")
does(REVIEWER, "reopen", "E-5", "--reason", "A new group.")
check(state("E-5") == "new", "what is closed can be taken up again")

# ---- silences, and a referral ----------------------------------------------------------------------------------------

for words, arguments in ((["a case, a rule"], ["--until", day(3)]), (["180 days"], ["--unit", "EE", "--until", day(200)]),
                         (["180 days"], ["--unit", "EE", "--until", day(-1)]), (["--until"], ["--unit", "EE"]),
                         (["no pathway"], ["--pathway", "labs", "--until", day(3)]), (["name of a rule"], ["--rule", "a,b", "--until", day(3)])):
    refused(LEAD, words, "silence", "add", "--reason", "x", *arguments, status=2)
refused(LEAD, ["no such case"], "silence", "add", "--reason", "x", "--case", "C-000999", "--until", day(3))
ran = run(LEAD, "silence", "add", "--unit", "EE", "--pathway", "lab", "--rule", "lab.ip", "--case", one, "--until", day(100), "--reason", "They move.")
check(ran.returncode == 0 and "Silence 1" in ran.stdout, f"a lead silences {said(ran)}")
row = json.loads(run(AUDITOR, "silence", "list", "--json").stdout)
check((row["unit"], row["pathway"], row["rule"], row["case"], row["author"], row["state"]) == ("EE", "lab", "lab.ip", one, "uid 65001", "in force"), f"{row}")
refused(REVIEWER, ["lead"], "silence", "end", "1")
check(run(SECOND_LEAD, "silence", "end", "1").returncode == 0, "and ends it")
row = json.loads(run(AUDITOR, "silence", "list", "--json").stdout)
check((row["state"], row["ended_by"]) == ("ended", "uid 65004"), "which is recorded")
refused(LEAD, ["over already"], "silence", "end", "1")
refused(LEAD, ["no such silence"], "silence", "end", "7")
check(len(audit("silence.added")) == 1 and len(audit("silence.ended")) == 1, "in the audit log as well")

refused(REVIEWER, ["off here", "cases.referral"], "case", "refer", "E-6", "--to", "the export authority", "--reason", "x")
check("refer" not in kinds("E-6"), "nothing is referred where that is off")
daemon.config["cases"] = {"referral": True}
daemon.write_config()
before = daemon.read_log().count("info reloaded ")
check(run(ADMINISTRATOR, "reload").returncode == 0 and until(lambda: daemon.read_log().count("info reloaded ") > before), "an administrator turns it on")
refused(LEAD, ["Nobody proposed"], "case", "refer", "E-6", "--second")
does(LEAD, "refer", "E-6", "--to", "the export authority", "--reason", "A licence is missing.")
refused(LEAD, ["somebody else"], "case", "refer", "E-6", "--second")
refused(REVIEWER, ["lead"], "case", "refer", "E-6", "--second")
refused(REVIEWER, ["already"], "case", "refer", "E-6", "--to", "y", "--reason", "x")
does(SECOND_LEAD, "refer", "E-6", "--second")
shown = case("E-6")
check((shown["referral"]["by"], shown["referral"]["second"], shown["state"]) == ("uid 65001", "uid 65004", "new") and len(shown["notices"]) == 1,
      "two people refer it, and nothing happens but the record")

# ---- a queue --------------------------------------------------------------------------------------------------------

check(daemon.stop() == 0, "it is stopped meanwhile")
connection = sqlite3.connect(os.path.join(daemon.state, "journal.db"))
connection.execute("UPDATE review_case SET queue = 'labs' WHERE engagement = 'E-7'")
connection.execute("UPDATE review_case SET queue = 'elsewhere' WHERE engagement = 'E-8'")
connection.commit()
connection.close()
daemon.start()
check(not case("E-7", OTHER) and case("E-8", OTHER)["queue"] == "elsewhere" and case("E-7", REVIEWER), "a part in some queues is a part in those")
refused(OTHER, ["queue", "no part"], "case", "show", "E-7")
refused(OTHER, ["queue labs", "no part"], "case", "comment", "E-7", "--text", "x")
listed = run(OTHER, "case", "list", "--json").stdout
check("E-8" in listed and "E-7" not in listed and "E-1" in listed, "what is in no queue everybody sees")
check([json.loads(line)["engagement_id"] for line in run(AUDITOR, "case", "list", "--queue", "labs", "--json").stdout.splitlines()] == ["E-7"], "a queue is listed")
refused(LEAD, ["no part in the queue"], "case", "assign", "E-7", "ola", status=2)
does(LEAD, "assign", "E-8", "ola")
does(OTHER, "take", "E-8")

# ---- the live view --------------------------------------------------------------------------------------------------

send(event(60, partner=SEVEN_SONS, title="Sly \u202e title"))
ran = run(AUDITOR, "watch")
check(ran.returncode == 0 and "\x1b" not in ran.stdout and all(w in ran.stdout for w in ("labs", "(none)", "Coming in", "of nobody", "Sly")),
      f"where there is no terminal it is shown once {said(ran)}")
check("\u202e" not in ran.stdout, "and nothing in it is obeyed")
ran = run(ADMINISTRATOR, "watch")
check(ran.returncode == 1 and "auditor" in ran.stderr, "who may not see cases is told so")


def watch(uid, *keys):
    """What a terminal gets until the keys are typed, and how it ends."""
    master, slave = pty.openpty()
    process = subprocess.Popen([others.program, "--config", others.readable(daemon.ctl_file), "watch"], stdin=slave, stdout=slave,
                               stderr=slave, cwd="/", user=uid, group=uid, extra_groups=[], env=others.environment)
    os.close(slave)
    got, end = b"", time.monotonic() + 20 * SLOW
    while time.monotonic() < end and got.count(b"q ends.") < len(keys):
        if select.select([master], [], [], 0.2)[0]:
            got += os.read(master, 65536)
    for key in keys:
        os.write(master, key)
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:
            more = b""
        if not more:
            break
        got += more
    os.close(master)
    return got, process.wait(20 * SLOW)


editor = os.path.join(others.place, "editor")
with open(editor, "w") as out:
    out.write("#!/bin/sh\necho 'From an editor.' >> \"$2\"\ntest \"$1\" = good\n")
os.chmod(editor, 0o755)


def edit(word, *arguments):
    """pathwayctl at a terminal, with an editor that takes a word of its own."""
    master, slave = pty.openpty()
    ran = subprocess.run([others.program, "--config", others.readable(daemon.ctl_file), "case", *arguments], stdin=slave, stdout=slave,
                         stderr=subprocess.PIPE, text=True, cwd="/", user=REVIEWER, group=REVIEWER, extra_groups=[],
                         env={**others.environment, "VISUAL": f"{editor} {word}"}, timeout=60 * SLOW)
    os.close(slave)
    os.close(master)
    return ran


ran = edit("good", "comment", "E-1")
check(ran.returncode == 0 and case("E-1")["timeline"][-1]["words"] == "From an editor.", f"at a terminal an editor asks for the words {ran.stderr}")
ran = edit("bad", "comment", "E-1")
check(ran.returncode == 1 and "nothing was done" in ran.stderr, "an editor that fails does nothing")
ran = edit("good", "comment", "E-1", "--revision", "1")
kept = re.search(r"What you wrote is in (\S+)\.\n", ran.stderr)
check(ran.returncode == 1 and kept and f"--text @{kept.group(1)}" in ran.stderr, f"and what was written there is kept {ran.stderr}")
os.unlink(kept.group(1))

for key in b"q", b"\x03":
    got, status = watch(AUDITOR, key)
    check(status == 0 and got.startswith(b"\x1b[?1049h") and got.rstrip().endswith(b"\x1b[?1049l") and b"Coming in" in got, f"{key}: it ends")
got, status = watch(AUDITOR, b"x", b"q")
check(status == 0 and got.count(b"\x1b[H\x1b[2J") >= 2, "it is drawn anew")
got, status = watch(ADMINISTRATOR)
check(status == 1 and b"auditor" in got, "who may not see it is not kept waiting")

# ---- the page for the file ------------------------------------------------------------------------------------------

printed = [run(AUDITOR, "case", "print", "E-4").stdout for _ in range(2)]
check(printed[0] == printed[1] and "\x1b" not in printed[0], "a page for the file is the same twice")
for words in ("Revision", "Decisions", "Timeline", "appeal by uid 65002", "It is theory alone.", "declined, by uid 65002 and uid 65001", "appealed"):
    check(words in printed[0], f"and has it all: {words}")
check("The system recommends" not in printed[0] and f"--revision {case('E-1')['revision']}" in run(LEAD, "case", "show", "E-1").stdout,
      "what there is to do is for the screen")

acts = {kind for (kind,) in journal("SELECT DISTINCT kind FROM audit WHERE kind LIKE 'act.%'")}
check(acts == {"act." + word for word in ("assign", "take", "ask", "answered", "comment", "attach", "statement", "hold", "appeal", "close",
                                          "mitigation", "refer")}, f"every act is in the audit log {acts}")
check(all(entry["actor"] and entry["case"] for kind in acts for entry in audit(kind)), "with who and which case")
check(daemon.ctl("audit", "verify").returncode == 0, "and the chain holds")
check(daemon.stop() == 0, "and it stops")
finish()
