# SPDX-License-Identifier: Apache-2.0
"""A compliance officer changes a threshold, sees what it would have changed, and brings the pack into force with a
colleague: in five commands. Packs that the policies refuse, people who are one, and interruptions change nothing."""

import json
import os
import signal
import subprocess
import time

from harness import SLOW, Daemon, Others, Raw, check, event, finish, policies, skip

ALICE, BOB = 65001, 65002  # no accounts of this machine: known by their numbers

if os.geteuid() != 0:
    skip("packs come into force by two people", "only root can be other accounts")
    finish()

others = Others()
packs = others.folder("packs")
daemon = Daemon(policies(("research", "legal")), control={"uids": [ALICE, BOB]})
OFFICE = {"pack": "office", "version": "1", "effective_from": "2020-01-01", "as_of": "2026-01-01", "source": "the office",
          "verified": False, "regime": "office", "pathways": {"legal": {"rules": [
              {"id": "office.gift", "requirements": ["R46"], "kind": "duty", "level": "suggested", "costs": ["c"], "benefits": ["b"],
               "when": {"funding": {"at_least": "250000", "currency": "USD"}},
               "explanation": "{institution} gave much."}]}}}


def write(name, **changes):
    path = os.path.join(packs, name)
    with open(path, "w") as out:
        json.dump(dict(OFFICE, **changes), out, indent=1)
    os.chmod(path, 0o644)
    return path


write("office.json")
with open(os.path.join(packs, "active.json"), "w") as out:
    out.write('// chosen by the office\n{"active": ["office.json"], "shadow": []}\n')
for plugin in daemon.config["plugins"][1:]:
    plugin["config"]["packs"] = os.path.join(packs, "active.json")
    plugin["readable"] = [packs]
daemon.write_config()
os.chmod(daemon.home, 0o755)  # root's folders stay open to the others, as they are to a group of auditors


def run(uid, *arguments):
    return others.run(uid, daemon, *arguments)


NUMBER = 0


def gift(amount):
    global NUMBER
    NUMBER += 1
    one = dict(event(NUMBER, funding={"kind": "gift", "amount": amount, "currency": "USD"}), type="org.pathwayd.funding.gift.received.v1")
    daemon.send([one])
    daemon.drain()
    return {f["version"].split("+")[0] for f in daemon.findings("office.gift") if f["event"]["id"] == one["id"]}


def history():
    return daemon.rows("pack", "history")


daemon.start()
os.chmod(daemon.state, 0o755)  # the accounts of this test stand in for a group
check(gift("300000") == {"1"} and gift("150000") == set(), "the office's pack is in force, and its threshold 250,000")
check("configuration" in daemon.ctl("pack", "history").stdout, "nobody has changed anything yet")

# ---- five commands -------------------------------------------------------------------------------------------------

rules = json.loads(json.dumps(OFFICE["pathways"]))
rules["legal"]["rules"][0]["when"]["funding"]["at_least"] = "100000"
mine = write("mine.json", version="2", pathways=rules)
ran = daemon.ctl("pack", "check", mine)
check(ran.returncode == 0 and "is good" in ran.stdout, f"1: it is good {ran.stdout} {ran.stderr}")
ran = daemon.ctl("pack", "diff", os.path.join(packs, "office.json"), mine)
check("250000" in ran.stdout and "100000" in ran.stdout, "2: what changes")
ran = daemon.ctl("backtest", "--pack", mine, "--json")
check(ran.returncode == 0 and '"office.gift"' in ran.stdout, f"3: what it would have changed {ran.stderr}")
ran = run(ALICE, "pack", "activate", mine, "--reason", "The board wants to hear of smaller gifts.")
check(ran.returncode == 0 and "office 2 proposed by uid 65001" in ran.stdout and "pack second 1" in ran.stdout,
      f"4: proposed {ran.stdout} {ran.stderr}")
check(gift("150000") == set(), "which changes nothing yet")
ran = run(BOB, "pack", "history", "--change", "1", "--text")
check(ran.stdout == open(mine).read(), "a colleague reads what is proposed")
ran = run(BOB, "pack", "second", "1")
check(ran.returncode == 0 and "office 2 is in force" in ran.stdout, f"5: seconded, and in force {ran.stdout} {ran.stderr}")
check(gift("150000") == {"2"}, "from then on the threshold is 100,000")
row = history()[0]
check((row["state"], row["actor"], row["second"], row["one_person"]) == ("done", "uid 65001", "uid 65002", False), "who did it is on record")
ran = daemon.ctl("pack", "list")
check("office" in ran.stdout and " 2 " in ran.stdout, f"the list of packs knows {ran.stdout}")
check(daemon.stop() == 0 and daemon.start() and gift("150000") == {"2"}, "and it outlives a restart")

# ---- not one person, not the system --------------------------------------------------------------------------------

three = write("three.json", version="3")
ran = run(ALICE, "pack", "activate", three)
check(ran.returncode == 2 and "reason" in ran.stderr, "without a reason it is not proposed")
ran = daemon.ctl("pack", "activate", three, "--reason", "x")
check(ran.returncode == 1 and "nobody in particular" in ran.stderr, "root is nobody in particular")
check(run(ALICE, "pack", "activate", three, "--reason", "Back to what it was.").returncode == 0, "proposed by one")
for uid, words in ((ALICE, "somebody else"), (0, "nobody in particular")):
    ran = run(uid, "pack", "second", "2")
    check(ran.returncode == 1 and words in ran.stderr, f"{uid} is no second person {ran.stderr}")
check(run(ALICE, "pack", "withdraw", "2").returncode == 0 and history()[1]["state"] == "withdrawn", "it can be withdrawn")
ran = run(BOB, "pack", "second", "2")
check(ran.returncode == 1 and "withdrawn" in ran.stderr, "and is not seconded then")
for words, code in (("99", 1), ("0", 2), ("x", 2)):
    check(run(BOB, "pack", "second", words).returncode == code, f"second {words}")

check(run(ALICE, "pack", "activate", three, "--reason", " ").returncode == 2, "a blank is no reason")

# ---- what the policies refuse --------------------------------------------------------------------------------------

rules["legal"]["rules"][0]["when"] = {"field": "/data/nationality", "present": True}
bad = write("bad.json", version="4", pathways=rules)
ran = run(ALICE, "pack", "activate", bad, "--reason", "x")
check(ran.returncode != 0 and "nationality" in ran.stderr and len(history()) == 2, f"a bad pack is not even proposed {ran.stderr}")
text = open(bad).read()
request = json.dumps({"op": "pack.propose", "choice": "active", "reason": "past the check", "body": text})


def ask(uid, request):
    ran = subprocess.run(["nngcat", "--req", "--dial", f"ipc://{daemon.state}/control.sock", "--data", request, "--raw",
                           "--recv-timeout", str(10 * SLOW)], capture_output=True, text=True, user=uid, group=uid, extra_groups=[])
    return json.loads(ran.stdout)


number = ask(ALICE, request)["result"]["change"]
ran = run(BOB, "pack", "second", str(number))
check(ran.returncode == 1 and "refused" in ran.stderr and "nationality" in ran.stderr, f"nor seconded into force {ran.stderr}")
check(history()[-1]["state"] == "refused" and gift("150000") == {"2"}, "what was in force stays")
opened = os.path.join(daemon.state, "packs")
for folder, folders, files in os.walk(opened):
    for name in [folder] + [os.path.join(folder, f) for f in files]:
        os.chmod(name, 0o755)
same = write("same.json", version="2")
ran = run(ALICE, "pack", "activate", same, "--reason", "x")
check(ran.returncode == 1 and 'another "version"' in ran.stderr, f"other words under the same version are not proposed {ran.stderr}")
ran = run(ALICE, "pack", "activate", mine, "--reason", "x")
check(ran.returncode == 1 and "already" in ran.stderr, f"nor what is in force {ran.stderr}")
ask(ALICE, json.dumps({"op": "pack.propose", "choice": "active", "reason": "past the check", "body": open(same).read()}))
ran = run(BOB, "pack", "second", str(history()[-1]["change"]))
check(ran.returncode == 1 and 'another "version"' in ran.stderr, f"other words under the same version {ran.stderr}")
check(ask(ALICE, json.dumps({"op": "pack.propose", "choice": "active", "reason": "x", "body": "{]"}))["code"] == "bad_request", "no JSON")
check(ask(ALICE, json.dumps({"op": "pack.propose", "choice": "active", "reason": "x", "body": "{}"}))["code"] == "bad_request", "no pack")
check(ask(ALICE, json.dumps({"op": "pack.propose", "choice": "maybe", "reason": "x", "body": text}))["code"] == "bad_request", "no choice")
check(ask(ALICE, json.dumps({"op": "pack.propose", "choice": "off", "reason": "x" * 9000, "pack": "office"}))["code"] == "bad_request",
      "a reason that is a book")

# ---- on trial, and out ---------------------------------------------------------------------------------------------

rules["legal"]["rules"][0]["when"] = {"funding": {"at_least": "1", "currency": "USD"}}
draft = write("draft.json", pack="draft", version="1", pathways=rules)
run(ALICE, "pack", "activate", draft, "--shadow", "--reason", "What would it say?")
ran = run(BOB, "pack", "second", str(history()[-1]["change"]))
check(ran.returncode == 0 and "on trial" in ran.stdout, f"a pack on trial {ran.stdout} {ran.stderr}")
gift("5")
found = [f for f in daemon.findings("office.gift") if f.get("shadow")]
check(found and found[-1]["version"].startswith("1+"), "what it says is marked")
run(ALICE, "pack", "off", "draft", "--reason", "It says too much.")
ran = run(BOB, "pack", "second", str(history()[-1]["change"]))
check(ran.returncode == 0 and "taken out" in ran.stdout, f"and is taken out {ran.stderr}")
ran = daemon.ctl("pack", "off", "nothing", "--reason", "x")
check(ran.returncode == 1 and 'named "nothing"' in ran.stderr, f"what is not there is not proposed to go {ran.stderr}")
ask(ALICE, json.dumps({"op": "pack.propose", "choice": "off", "reason": "past the check", "pack": "nothing"}))
ran = run(BOB, "pack", "second", str(history()[-1]["change"]))
check(ran.returncode == 1 and "nothing" in ran.stderr, "what is not there is not taken out")

# ---- in another order than proposed ------------------------------------------------------------------------------

for name in "alpha", "beta":
    path = write(f"{name}.json", pack=name, regime=name, version="1")
    run(ALICE, "pack", "activate", path, "--reason", f"{name} as well.")
first, second = history()[-2]["change"], history()[-1]["change"]
check(run(BOB, "pack", "second", str(second)).returncode == 0 and run(BOB, "pack", "second", str(first)).returncode == 0, "second, then first")
run(ALICE, "pack", "activate", write("gamma.json", pack="gamma", regime="gamma", version="1"), "--reason", "And gamma.")
run(BOB, "pack", "second", str(history()[-1]["change"]))
listed = daemon.ctl("pack", "list").stdout
check(all(name in listed for name in ("alpha", "beta", "gamma", "office")), f"nothing is lost {listed}")
run(ALICE, "pack", "off", "alpha", "--reason", "Not needed.")
stale = history()[-1]["change"]
run(ALICE, "pack", "activate", write("alpha2.json", pack="alpha", regime="alpha", version="2"), "--reason", "Needed after all.")
run(BOB, "pack", "second", str(history()[-1]["change"]))
ran = run(BOB, "pack", "second", str(stale))
check(ran.returncode == 1 and "changed since" in ran.stderr, f"what was proposed about something that is no more {ran.stderr}")
for name in "alpha", "beta", "gamma":
    run(ALICE, "pack", "off", name, "--reason", "Enough.")
    run(BOB, "pack", "second", str(history()[-1]["change"]))

# ---- interrupted ---------------------------------------------------------------------------------------------------

five = write("five.json", version="5")
run(ALICE, "pack", "activate", five, "--reason", "Back to 250,000.")
number = history()[-1]["change"]
answer = ask(BOB, json.dumps({"op": "pack.second", "change": number}))
daemon.process.send_signal(signal.SIGKILL)
daemon.process.wait()
check(answer["result"]["state"] == "trying", "killed while the policies try it")
daemon.start()
ran = daemon.ctl("wait", "--drained", "--timeout", str(30 * SLOW))


def settled():
    end = time.monotonic() + 30 * SLOW
    while time.monotonic() < end:
        try:
            if history()[-1]["state"] != "trying":
                break
        except RuntimeError:
            pass
        time.sleep(0.2)
    return history()[-1]["state"]


check(settled() == "done" and gift("150000") == set() and gift("300000") == {"5"}, "it is carried on after the start")
over = write("over.json", version="5.0.1")
run(ALICE, "pack", "activate", over, "--reason", "The same, while another configuration takes over.")
number, changes = history()[-1]["change"], daemon.read_log().count("changing over")
os.chmod(daemon.state, 0o755)
client = Raw(daemon, BOB)
daemon.process.send_signal(signal.SIGHUP)
while daemon.read_log().count("changing over") == changes:
    pass
try:
    client.send({"op": "pack.second", "change": number})
    client.answer()
except (EOFError, OSError):
    pass  # it has closed already: nothing was agreed on
if settled() == "proposed":
    run(BOB, "pack", "second", str(number))
check(settled() == "done" and gift("300000") == {"5.0.1"}, f"what is agreed on while the stages change over does not wait {settled()}")
stopped = write("stopped.json", version="5.1")
run(ALICE, "pack", "activate", stopped, "--reason", "The same, stopped in an orderly way.")
answer = ask(BOB, json.dumps({"op": "pack.second", "change": history()[-1]["change"]}))
check(daemon.stop() == 0 and answer["result"]["state"] == "trying", "stopped while the policies try it")
daemon.start()
check(settled() == "done" and gift("300000") == {"5.1"}, "it is carried on as well")
os.chmod(daemon.state, 0o700)
ran = run(ALICE, "pack", "list")
check(ran.returncode == 1 and "closed to this account" in ran.stderr and not ran.stdout, f"who may not see what is in force is told so {ran.stderr}")
os.chmod(daemon.state, 0o755)
large = write("large.json", version="9", source="x" * (1 << 20))
ran = run(ALICE, "pack", "activate", large, "--reason", "x")
check(ran.returncode != 0 and ("too much" in ran.stderr or "large" in ran.stderr), f"a pack that is too large is refused at once {ran.stderr[:200]}")
check(run(ALICE, "pack", "activate", "-", "--reason", "x").returncode == 2, "standard input is no file")
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain holds")

# ---- a small office ------------------------------------------------------------------------------------------------

daemon.config["packs"] = {"two_people": False}
daemon.write_config()
check(daemon.stop() == 0, "a small office")
daemon.process = None
daemon.write_config()
daemon.start()
six = write("six.json", version="6")
ran = daemon.ctl("pack", "activate", six, "--reason", "Alone here.")
check(ran.returncode == 0 and "One person" in ran.stdout, f"may do without a second person {ran.stdout} {ran.stderr}")
row = history()[-1]
check(row["one_person"] and "one person" in row["said"] and row["state"] == "done", "and the record says so")
check(daemon.stop() == 0, "and it stops")
finish()
