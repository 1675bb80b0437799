# SPDX-License-Identifier: Apache-2.0
"""pathwayctl without a daemon: the command line itself, assess, screen, plugin check."""

import json
import os
import re
import socket
import subprocess
import tempfile

from harness import BIN, BUILD, SEVEN_SONS, SOURCE, Daemon, check, event, finish

idle = Daemon()  # only its configuration is used
CTL = os.path.join(BIN, "pathwayctl")


def ctl(*arguments, stdin="", env=None):
    return subprocess.run([CTL, "--config", idle.ctl_file, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=120, env=env)


def lines(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


def ndjson(events):
    return "".join((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in events)


# ---- the command line ----------------------------------------------------------------------------------------

for words, hint in [(["sedn"], "send"), (["send", "--bacth", "3"], "--batch"), (["case", "shw", "1"], "show"),
                    (["event", "lsit"], "list"), (["status", "--jsn"], "--json")]:
    run = ctl(*words)
    check(run.returncode == 2 and f'did you mean "{hint}"' in run.stderr, f"{' '.join(words)} suggests {hint}")
for words in [["send", "--batch"], ["send", "--batch", "0"], ["send", "--batch", "x"], ["send", "--acks=yes"],
              ["status", "more"], ["case", "show"], ["case"], ["wait"], ["assess", "--as-of", "yesterday"],
              ["assess", "/nowhere/at/all"], ["plugin", "check", "/nowhere/at.so"], ["event", "show", "abc"],
              ["send", "--map", "/nowhere.json"]]:
    run = ctl(*words)
    check(run.returncode == 2 and run.stderr.startswith("pathwayctl: "), f"{' '.join(words)}: usage, with a sentence")
check(subprocess.run([CTL], capture_output=True).returncode == 2, "no command is a usage error")
run = subprocess.run([CTL, "help"], capture_output=True, text=True)
commands = [line.split() for line in run.stdout.splitlines() if line.startswith("  ")]
check(run.returncode == 0 and len(commands) > 15, "help lists the commands")
for words in commands:
    name = words[:2] if words[0] in ("event", "case", "silence", "plugin", "pending", "audit", "list", "pack") else words[:1]
    one, other = ctl("help", *name), ctl(*name, "--help")
    check(one.returncode == 0 and one.stdout == other.stdout and "Options:" in one.stdout, f"help on {' '.join(name)}")
for words, known in [(["case", "list", "--state", "foo"], "new, triage, in_review, needs_information, proposed, decided, appealed, closed or withdrawn"),
                     (["case", "list", "--min-level", "high"], "none, note, suggested, recommended, required or prohibited"),
                     (["findings", "--pathway", "foo"], "research, conference, enrolment, publication, lab or legal"),
                     (["findings", "--min-level", ""], "none, note")]:
    run = ctl(*words)
    check(run.returncode == 2 and known in run.stderr and run.stdout == "", f"{' '.join(words)}: refused, with the known words")
for words in [["case", "list"], ["findings"], ["event", "list"], ["pending", "list"]]:
    run = ctl(*words)
    check(run.returncode == 1 and run.stdout == "", f"{' '.join(words)}: nothing on standard output without a daemon")
for words in [["case", "foo"], ["send", "foo"], ["nothing"]]:
    run = ctl("help", *words)
    check(run.returncode == 2 and run.stdout == "" and run.stderr.count("\n") == 1, f"help {' '.join(words)}: a sentence")
check(ctl("help", "case").stdout.count("Options:") == 18, "help on a noun is help on its verbs")
empty = os.path.join(idle.home, "empty.csv")
open(empty, "w").close()
run = ctl("send", "--print", "--map", os.path.join(SOURCE, "conf", "feeds", "hr-export.json"), empty)
check(run.returncode == 2 and "is empty" in run.stderr, "--print says that a file is empty")
run = ctl("event", "show", "", "x")
check(run.returncode == 2 and '"' not in run.stderr, "event show without a source: usage, in a person's words")


def manual(name):
    with open(os.path.join(SOURCE, "daemon", "ctl", "man", name)) as file:
        return file.read().replace("\\-", "-")


entries = manual("pathwayctl.1").replace(".TQ\n", ".TP\n").split(".TP\n")
undocumented = []
for words in commands:
    name = words[:2] if words[0] in ("event", "case", "silence", "plugin", "pending", "audit", "pack") else words[:1]
    about = ctl("help", *name).stdout.split("Options:")[1].split("  --config")[0]
    where = " ".join(e for e in entries if e.startswith(f'.B {" ".join(name)}') or e.startswith('.BR') and
                     " ".join(name) in e.splitlines()[0]) if name != ["send"] else manual("pathwayctl.1")
    undocumented += [(name, o) for o in ["", *re.findall(r"^  (--[a-z-]+)", about, re.M)] if not where or o not in where]
check([u for u in undocumented if u[0] != ["help"]] == [], f"the manual has every command and option: {undocumented}")
usage = subprocess.run([os.path.join(BIN, "pathwayd"), "--help"], capture_output=True, text=True).stdout
check(all(option in manual("pathwayd.8") for option in re.findall(r"(?:^| )(--?[a-z]+)\b", usage)), "so has the daemon's")
run = ctl("status")
check(run.returncode == 1 and "pathwayd" in run.stderr, "status without a daemon says so")
with open(os.path.join(idle.home, "bad.conf"), "w") as out:
    out.write('{"feedz": []}')
run = subprocess.run([CTL, "--config", out.name, "assess"], input="", capture_output=True, text=True)
check(run.returncode == 2 and "bad.conf:1:" in run.stderr, "a bad configuration is named by line")

# ---- assess ----------------------------------------------------------------------------------------------------

events = [event(1), '{"broken', "", "[]", event(2, partner=SEVEN_SONS), '{"specversion":"1.0"}',
          event(3, nationality="XX", unknown_field=1), event(1, partner=SEVEN_SONS), event(1)]
run = ctl("assess", "-", stdin=ndjson(events)[:-1])  # no newline at the end
answers = lines(run)
check(run.returncode == 1, "a bad line makes the exit status 1")
check(len(answers) == len(events), "one line out per line in")
check(["error" in a for a in answers] == [False, True, True, True, False, True, False, False, False],
      "bad lines are answered in their places")
check(all(isinstance(a["error"], str) and a["error"] for a in answers if "error" in a), "an error is a sentence")
check(len(answers[5]["errors"]) >= 3, "every reason is given")
good = [a for a in answers if "error" not in a]
check(all(list(a) == ["event", "engagement_id", "level", "needs_information", "findings"] for a in good),
      "the members of an answer are the contract's, in order")
check(all(list(a["event"]) == ["source", "id"] for a in good), "an event is named by source and id")
check(good[0]["findings"] == [] and good[0]["level"] == "none", "an ordinary collaboration passes")
check(good[1]["level"] == "recommended" and "research.q2_seven_sons" in [f["rule"] for f in good[1]["findings"]],
      "a Seven Sons partner is a review")
check("XX" not in run.stdout, "a refused field shows nowhere")
check(good[4]["level"] == "none", "each line stands alone")
members = ["event", "engagement_id", "pathway", "policy", "kind", "rule", "requirements", "regime", "label", "level",
           "needs_information", "evidence", "unknowns", "costs", "benefits", "mitigations", "explanation",
           "answerable_by", "trace"]
check(all(set(members) <= set(f) and list(f)[:2] == members[:2] for a in good for f in a["findings"]),
      "a finding has every member of the contract")
evidence = [e for a in good for f in a["findings"] for e in f["evidence"]]
check(evidence and all(set(e) >= {"source", "list", "entry", "entry_name", "snapshot", "basis", "text", "pointer"}
                       for e in evidence), "so has its evidence")

run = ctl("assess", "--together", stdin=ndjson([event(1), event(3, engagement_id="E-1", partner=SEVEN_SONS),
                                                event(4, engagement_id="E-1"), event(2)]))
check([a["level"] for a in lines(run)] == ["none", "recommended", "recommended", "none"] and run.returncode == 0,
      "--together joins an engagement's level over the lines so far")
check(lines(run)[2]["findings"] == [], "and keeps each line's own findings")
run = ctl("assess", "--together", stdin=ndjson([event(1), event(1, partner=SEVEN_SONS)]))
check([a["level"] for a in lines(run)] == ["none", "none"], "a second copy of an event changes nothing")


def correction(number, target, **data):
    return {**event(number), "type": "org.pathwayd.correction.v1", "causationid": f"t-{target}", "data": data}


run = ctl("assess", "--together", stdin=ndjson([
    event(1), correction(11, 1, partner=SEVEN_SONS), correction(12, 2, partner=SEVEN_SONS), event(2),
    correction(13, 1, partner=None)]))
check([(a["engagement_id"], a["level"]) for a in lines(run)] ==
      [("E-1", "none"), ("E-1", "recommended"), ("", "none"), ("E-2", "recommended"), ("E-1", "none")],
      f"a correction changes what its event said, before or after {run.stdout[:300]}")
about = lines(run)[1]
check(about["event"]["id"] == "t-11" and [f["event"]["id"] for f in about["findings"]] == ["t-1"],
      "its line names the correction, its findings the corrected event")

many = [event(n, partner=SEVEN_SONS if n % 7 == 0 else []) for n in range(3000)]
run = ctl("assess", stdin=ndjson(many))
check([a["engagement_id"] for a in lines(run)] == [f"E-{n}" for n in range(3000)], "3,000 lines come back in order")
check(run.stdout == ctl("assess", stdin=ndjson(many)).stdout, "the same bytes each time")

order = ["research", "conference", "enrolment", "publication", "lab", "legal"]
demo = os.path.join(SOURCE, "conf", "demo", "events.ndjson")
demo_run = ctl("assess", demo)
for answer in lines(demo_run):
    found = [order.index(f["pathway"]) for f in answer["findings"]]
    if found != sorted(found):
        check(False, f"{answer['event']['id']}: findings in the order of the pathways")
check(demo_run.returncode == 0, "the demo's events are all good")

pack = os.path.join(SOURCE, "conf", "packs", "paper.json")
check(ctl("assess", "--pack", pack, demo).stdout == demo_run.stdout, "--pack with the configured pack changes nothing")
with open(pack) as file:
    text = file.read()
with open(os.path.join(idle.home, "pack.json"), "w") as out:
    out.write(text.replace('"level"', '"levle"', 1))
run = ctl("assess", "--pack", out.name, stdin=ndjson([event(1)]))
check(run.returncode == 2 and run.stdout == "" and "levle" in run.stderr, "a pack with a mistake ends the run, named")
check(ctl("assess", "--pack", idle.file, stdin="").returncode == 2, "a file that is no pack is refused")
run = ctl("assess", "--snapshot", CTL, stdin="")
check(run.returncode == 2 and "simple" in run.stderr, "a snapshot that is no list is refused with a sentence")
extra = {"format": "pathwayd-list/1", "source": "mine", "list": "MINE", "snapshot": "2026-01-02", "title": "Our own",
         "licence": "CC0-1.0", "entries": [{"id": "eth", "name": "ETH Zurich", "category": "other", "effect": "informs"}]}
with open(os.path.join(idle.home, "list.json"), "w") as out:
    json.dump(extra, out)
run = ctl("screen", "--snapshot", out.name, "ETH Zurich")
check([m["source"] for m in lines(run)[0]["matches"]] == ["mine"], "--snapshot adds a list")

# ---- a plugin that cannot be asked ----------------------------------------------------------------------------

broken = json.loads(json.dumps(idle.config))
broken["plugins"][1]["plugin"] = "/nowhere/at/all.so"
with open(os.path.join(idle.home, "broken.conf"), "w") as out:
    json.dump(broken, out)
run = subprocess.run([CTL, "--config", out.name, "assess"], input=ndjson([event(1)]), capture_output=True, text=True)
answer = lines(run)[0]
check(run.returncode == 1 and [f["rule"] for f in answer["findings"]] == ["system.plugin_unavailable"],
      "a missing policy is a finding, never a silent pass")
check(answer["needs_information"] and answer["level"] == "suggested", "and asks")
broken["plugins"][1]["plugin"], broken["plugins"][0]["plugin"] = "research", "/nowhere/at/all.so"
with open(os.path.join(idle.home, "broken.conf"), "w") as out:
    json.dump(broken, out)
run = subprocess.run([CTL, "--config", out.name, "assess"], input=ndjson([event(1)]), capture_output=True, text=True)
check([(f["rule"], f["pathway"]) for f in lines(run)[0]["findings"]] ==
      [("system.plugin_unavailable", "research"), ("system.plugin_unavailable", "legal")],
      "a missing enricher is one on every pathway of the event")

# ---- screen ----------------------------------------------------------------------------------------------------

queries = ["Beihang University", '{"query":"北京航空航天大学","country":"CN"}', "", "{bad", '{"x":1}', "ETH Zurich",
           '{"ror":"00wk2mp56"}', '{"country":"CN"}']
run = ctl("screen", stdin="\n".join(queries) + "\n")
answers = lines(run)
check(len(answers) == len(queries) and run.returncode == 1, "screen: one line out per line in, 1 for a bad one")
check(["error" in a for a in answers] == [False, False, True, True, True, False, False, True], "errors in their places")
check(all({"query", "organisations", "matches", "rejected"} <= set(a) for a in answers if "error" not in a),
      "an answer's members are the contract's")
check(answers[0]["matches"][0]["span"] == [0, 18] and answers[5]["matches"] == [], "spans are bytes of the query")
check(len(answers[6]["matches"]) >= 1, "a ROR id alone is enough")
check(len(lines(ctl("screen", "Beihang University"))) == 1, "a name on the command line")
raw = subprocess.run([CTL, "--config", idle.ctl_file, "screen"], input=b"\xff\xfe\nETH Zurich\n", capture_output=True)
check(len(raw.stdout.splitlines()) == 2 and b"error" in raw.stdout.splitlines()[0], "bytes that are no UTF-8 are an error")

huge = ["x" * (1 << 20), "Beihang University, " * 50000, "," * 10000, "B" + "\u0301" * 10000 + "eihang University",
        "B" + "\u0301" * 5000 + "eihang University", "x" * (5 << 20), "Beihang University"]
run = ctl("screen", stdin="\n".join(huge) + "\n")
answers = lines(run)
check(["error" in a for a in answers] == [True, True, False, True, False, True, False] and run.returncode == 1,
      "what is too long to be screened is an error in its place")
check(all("too long" in a["error"] or "16,384 bytes" in a["error"] for a in answers if "error" in a), "which says so")
check(len(answers[4]["matches"]) == 1 and len(answers[6]["matches"]) == 1, "and nothing else suffers")
for length, hint in [(513, "raw_affiliation"), (1 << 20, "262144 bytes")]:
    run = ctl("assess", stdin=ndjson([event(1, raw_affiliation="x" * length)]))
    check(run.returncode == 1 and hint in lines(run)[0]["error"], "nor is an event's affiliation cut in silence")

# ---- a co-process: an answer comes before the next line is written ---------------------------------------------

for command, line in [("assess", json.dumps(event(1))), ("screen", "ETH Zurich")]:
    process = subprocess.Popen([CTL, "--config", idle.ctl_file, command, "-"] if command == "assess" else
                               [CTL, "--config", idle.ctl_file, command], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    answered = 0
    for _ in range(3):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        answered += process.stdout.readline().startswith("{")
    process.stdin.close()
    check(answered == 3 and process.wait(30) == 0, f"{command} answers each line as it comes")
    process.stdout.close()

# ---- plugins ---------------------------------------------------------------------------------------------------

for name in ["institutions", "research", "conference", "enrolment", "publication", "lab", "legal"]:
    run = ctl("plugin", "check", os.path.join(BUILD, "plugins", f"{name}.so"), "--json")
    check(run.returncode == 0 and lines(run)[0]["samples"] >= 30, f"plugin check {name}")
run = ctl("plugin", "describe", "institutions")
check(run.returncode == 0 and "max_age_days" in run.stdout, "plugin describe prints the configuration table")
for words in [["describe", "institutions"], ["check", os.path.join(BUILD, "plugins", "research.so")]]:
    for conf in ["/nowhere.conf", os.path.join(idle.home, "bad.conf")]:
        run = subprocess.run([CTL, "plugin", *words, "--config", conf], capture_output=True, text=True)
        check(run.returncode == 2 and conf in run.stderr and run.stdout == "", f"plugin {words[0]} --config {conf}: refused")
run = ctl("plugin", "describe", "instituions")
check(run.returncode == 2, "a plugin that does not exist")
run = ctl("plugin", "check", os.path.join(BUILD, "plugins", "institutions.so"), "--with", "{}")
check(run.returncode == 1 and '"lists"' in run.stdout, "configuration that a plugin needs is asked for")
run = ctl("plugin", "check", os.path.join(BUILD, "plugins", "institutions.so"), "--with", "{bad")
check(run.returncode == 2, "configuration that is no JSON is refused")

run = ctl("plugin", "check", os.path.join(BUILD, "plugins", "institutions.so"), "--with", '{"lists":7}')
check(run.returncode == 1 and "--with:1:" in run.stdout and "/conf:" not in run.stdout,
      "a mistake in --with is one of --with")
taken = socket.create_server(("127.0.0.1", 0))
stream = os.path.join(BUILD, "plugins", "stream.so")
run = ctl("plugin", "check", stream, "--with", json.dumps({"listen": "tcp://127.0.0.1:%d" % taken.getsockname()[1]}))
check(run.returncode == 0 and "tcp://127.0.0.1:0" in run.stderr, "an address that a daemon has is no defect of the plugin")
named = socket.socket(socket.AF_UNIX)
named.bind("\0pathwayd-test-%d" % os.getpid())
named.listen()
run = ctl("plugin", "check", stream, "--with", json.dumps({"listen": "abstract://pathwayd-test-%d" % os.getpid()}))
check(run.returncode == 0, "nor is a name that is taken")
run = ctl("plugin", "check", stream, "--with", '{"listen":"tcp://127.0.0.1:99999"}')
check(run.returncode == 1 and "99999" in run.stdout, "but an address that is none is one")

# Defects, compiled here: each must be found and said in a sentence.
SOURCE_CODE = r"""
#include <pathwayd/plugin.h>
#include <stdlib.h>
#include <unistd.h>
static const struct pw_host *services;
static int32_t create(const struct pw_host *host, void **ret) { services = host; *ret = NULL; return 0; }
static int32_t start(void *i, const struct pw_document *c) { (void)i; (void)c; START; return 0; }
static int32_t handle(void *i, const struct pw_message *m) { (void)i; (void)m; HANDLE; return 0; }
static void stop(void *i) { (void)i; STOP; }
static void destroy(void *i) { (void)i; DESTROY; }
PW_EXPORT const struct pw_plugin pw_plugin = {.magic = MAGIC, .abi_major = PW_ABI_MAJOR, .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin), .stage = PW_STAGE_ENRICH,
    .config_field_size = sizeof(struct pw_config_field), .name = "defect", .version = "1", .summary = "A defect.",
    .licence = "Apache-2.0", .create = create, .start = start, .handle = handle, .stop = stop, .destroy = destroy};
"""
NONE = {"START": "", "HANDLE": "", "STOP": "", "DESTROY": "", "MAGIC": "PW_PLUGIN_MAGIC"}
DEFECTS = {"none": ({}, 0, ""), "magic": ({"MAGIC": "7"}, 1, "magic"), "start": ({"START": "return -1"}, 1, "start"),
           "abort": ({"HANDLE": "abort()"}, 1, "On \"an appointment\""), "exit": ({"HANDLE": "exit(0)"}, 1, "exited with status 0"), "hang": ({"STOP": "for (;;) sleep(1)"}, 1, "did not stop"),
           "negative": ({"HANDLE": "return -5"}, 1, "-5"), "stop": ({"STOP": "abort()"}, 1, "While it stopped"),
           "destroy": ({"DESTROY": "_exit(9)"}, 1, "While it stopped"),
           "partners": ({"HANDLE": "if (services->documents->count(m->event, services->documents->find(m->event, 0, "
                                   "PW_TEXT(\"/data/partner\"))) > 60) abort()"}, 1, "64 partners"),
           "fickle": ({"HANDLE": "static int n; struct pw_fact f = {sizeof f, 0, PW_TEXT(\"x.y\"), PW_TEXT(\"\"), "
                                 "n++ < 5 ? PW_TEXT(\"1\") : PW_TEXT(\"2\")}; "
                                 "services->emit_fact(services, &f)"}, 1, "the second time")}
folder = tempfile.mkdtemp(dir=idle.home)
with open(os.path.join(folder, "defect.c"), "w") as out:
    out.write(SOURCE_CODE)
for name, (defines, status, words) in DEFECTS.items():
    path = os.path.join(folder, f"{name}.so")
    macros = [f"-D{key}={value}" for key, value in {**NONE, **defines}.items()]
    build = subprocess.run(["cc", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{SOURCE}/include", *macros, "-o",
                            path, out.name], capture_output=True, text=True)
    if build.returncode != 0:
        check(False, f"plugin check: {name} compiles: {build.stderr}")
        continue
    run = ctl("plugin", "check", "--json", path)
    said = " ".join(lines(run)[0]["defects"]) if run.stdout else run.stderr
    check(run.returncode == status and words in said, f"plugin check: {name}: {said}")

finish()
