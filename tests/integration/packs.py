# SPDX-License-Identifier: Apache-2.0
"""pathwayctl pack: list, check, show, diff, test and schema, over the shipped packs and broken ones."""

import copy
import glob
import json
import os
import re
import shutil
import subprocess

from harness import BIN, SOURCE, Daemon, check, finish, policies, skip
from harness import event as collaboration

CTL = os.path.join(BIN, "pathwayctl")
PACKS = os.path.join(SOURCE, "conf", "packs")
PAPER = os.path.join(PACKS, "paper.json")
SHIPPED = sorted(set(glob.glob(os.path.join(PACKS, "*.json"))) - {os.path.join(PACKS, "active.json")})
idle = Daemon()  # only its configuration is used


def ctl(*arguments, stdin="", config=None):
    return subprocess.run([CTL, "--config", config or idle.ctl_file, *arguments], input=stdin, capture_output=True,
                          text=True, timeout=300)


def read(path):
    with open(path) as file:
        return json.loads(re.sub(r"(^|\s)//.*$", "", file.read(), flags=re.M))


def write(name, value):
    path = os.path.join(idle.home, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(value if isinstance(value, str) else json.dumps(value, indent=1))
    return path


def rules(pack):
    return [rule for section in pack["pathways"].values() for rule in section["rules"]]


def rule(identifier, **changes):
    return {"id": identifier, "kind": "judgement", "requirements": ["R00"], "level": "note", "costs": ["c"],
            "benefits": ["b"], "explanation": "It fired.", **changes}


def pack(*own, pathway="research", **head):
    return {"pack": "own", "version": "1", "regime": "own", "effective_from": "2022-01-01", "as_of": "2026-01-01",
            "source": "a test", "verified": True, "pathways": {pathway: {"rules": list(own)}}, **head}


# ---- check -----------------------------------------------------------------------------------------------------

run = ctl("pack", "check", *SHIPPED)
check(run.returncode == 0 and run.stderr == "" and run.stdout.count(" is good: ") == len(SHIPPED),
      f"every shipped pack is good {run.stdout[:300]!r}{run.stderr[:300]!r}")
counted = dict(re.findall(r"(\S+) is good: (.*)", run.stdout))
check(all(sum(map(int, re.findall(r"(\d+) rule", counted.get(path, "")))) == len(rules(read(path))) for path in SHIPPED),
      "with as many rules as it has")
answer = json.loads(ctl("pack", "check", PAPER, "--json").stdout)
check(answer["good"] and answer["rules"]["research"] == len(read(PAPER)["pathways"]["research"]["rules"]) and
      answer["errors"] == [] and answer["hints"] == [], "--json has the counts")

ROLE = {"field": "/data/role", "is": "pi"}
BROKEN = [  # a pack, what is said of it, whether a schema can know
    (pack(rule("own.rule"), nonsense=1), 'unknown key "nonsense" in a pack', True),
    (pack(rule("own.rule", when={"field": "/data/nationality", "is": "XX"})), "is not a field that rules may read", True),
    (pack(rule("own.rule", when={"alll": [ROLE]})), "a condition is an object with one of all, any", True),
    (pack(rule("own.rule", level=3)), '"level" must be a string', True),
    (pack(rule("own.rule", types="agreement.*")), "event types must be an array", True),
    (pack(rule("own.rule", types=["agreement.sigend"])), "names no event type", True),
    (pack(rule("own.rule", level="grave")), "is not a level", True),
    (pack(rule("own.rule", kind="opinion")), "is not a kind", True),
    (pack(rule("rule")), "a rule's id is dotted", True),
    (pack(), '"rules" must be an array with at least one rule', True),
    (pack(rule("own.rule"), effective_from="soon"), '"effective_from" must be a date', True),
    (pack(rule("own.rule", due={"days_after": -1})), '"days_after" is 0 to 3660 days', True),
    (pack(rule("own.rule", when={"match": {"category": ["martial"]}})), "is not a word for category", True),
    (pack(rule("own.rule", when={"funding": {"at_least": 250000, "currency": "USD"}})), '"at_least" must be', True),
    (pack(rule("own.rule", when={"field": "/data/resources", "has_any": ["unknown"]})), '"unknown" is a value of its own', True),
    (pack(*[rule(f"own.r{n}") for n in range(10000)]), "10000 rules; a pack holds at most 1024", True),
    (pack(rule("own.rule"), rule("own.rule")), 'the id "own.rule" is used by an earlier rule', False),
    (pack(rule("own.rule", when={"use": "nowhere"})), '"nowhere" is not defined above this place', False),
    (pack(rule("own.rule"), define={"a": {"use": "a"}}), '"a" is not defined above this place', False),
    (pack(rule("own.rule", level="suggested"), pathway="publication"), "above what this rule can ever say", False),
    (pack(rule("own.rule", when={"all": [ROLE, {"not": ROLE}]})), "this rule can never fire", False),
    (pack(rule("own.rule", level=[{"level": "note"}, {"when": ROLE, "level": "suggested"}])),
     "this level can never be reached", False),
]
paths = [write(f"broken-{n}.json", value) for n, (value, _, _) in enumerate(BROKEN)]
run = ctl("pack", "check", *paths, "--json")
answers = [json.loads(line) for line in run.stdout.splitlines()]
check(run.returncode == 1 and len(answers) == len(BROKEN) and not any(a["good"] for a in answers),
      "broken packs are refused, with exit status 1")
for path, (_, says, _), answer in zip(paths, BROKEN, answers):
    check(len(answer["errors"]) == 1 and says in answer["errors"][0] and
          re.match(re.escape(path) + r":\d+:\d+: ", answer["errors"][0]), f"{says}: {answer['errors'][:1]}")
deep = '{"not": ' * 1000 + json.dumps(ROLE) + "}" * 1000
path = write("deep.json", json.dumps(pack(rule("own.rule", when="HERE"))).replace('"HERE"', deep))
run = ctl("pack", "check", path, write("torn.json", '{\n"pack": }'), "/nowhere.json")
lines = run.stdout.splitlines()
check(run.returncode == 1 and len(lines) == 3 and ":1:" in lines[0] and "nesting" in lines[0] and
      re.search(r"torn\.json:2:\d+: ", lines[1]) and "No such file" in lines[2], f"so is what is hardly a file {lines}")
both = pack(rule("own.a", level="grave"))
both["pathways"]["lab"] = {"rules": [rule("own.b", level="grave")]}
run = ctl("pack", "check", write("both.json", both))
check(run.stdout.count('"grave" is not a level') == 2, "each pathway says its own mistake")
check("unknown key" in ctl("pack", "check", write("astray.json", pack(rule("own.a"), pathway="reserach"))).stdout,
      "a pathway that there is not is a mistake")
after = read(PAPER)
after["verified"] = False
run = ctl("pack", "check", write("after.json", after))
check(run.returncode == 0 and 'hint: nobody has checked it' in run.stdout and "paper.json is active for regime" in run.stdout,
      "an overlap with an active pack is a hint")
after["effective_to"] = after["effective_from"].replace("2022", "2023")
after["effective_from"], before = after["effective_from"].replace("2022", "2019"), after["effective_from"]
after["effective_to"] = before
run = ctl("pack", "check", write("before.json", after))
check(run.returncode == 0 and "is active for regime" not in run.stdout, "what ends when it begins is no overlap")
run = subprocess.run([CTL, "pack", "check", PAPER], capture_output=True, text=True, cwd="/")
check(run.returncode == 0, "a pack can be checked from anywhere")

# ---- list ------------------------------------------------------------------------------------------------------

shelf = os.path.join(idle.home, "shelf")
os.makedirs(os.path.join(shelf, "examples"))
shutil.copy(PAPER, shelf)
write("shelf/own.json", pack(rule("own.rule"), effective_to="2030-01-01"))
write("shelf/spare.json", pack(rule("own.rule"), regime="spare", verified=False))
write("shelf/bad.json", pack(rule("own.rule", level="grave"), regime="bad"))
write("shelf/other.scenarios.json", [])
write("shelf/examples/x.json", "no pack")
write("shelf/active.json", '// a comment\n{"active": ["paper.json"], "shadow": ["own.json"]}')
plugins = policies()
for plugin in plugins[1:]:
    plugin["config"]["packs"] = f"{shelf}/active.json"
    plugin["readable"] = [shelf]
shelved = write("shelf.conf", {**idle.config, "plugins": plugins})
run = ctl("pack", "list", "--json", config=shelved)
rows = [json.loads(line) for line in run.stdout.splitlines()]
check(run.returncode == 0 and [(r["file"], r["state"]) for r in rows] ==
      [("paper.json", "active"), ("own.json", "on trial"), ("bad.json", "broken"), ("spare.json", "off")],
      f"list: what is active, on trial, off and broken {run.stdout!r} {run.stderr!r}")
check([r["verified"] for r in rows] == [True, True, True, False] and rows[1]["effective_to"] == "2030-01-01" and
      "bad.json:" in rows[2]["reason"] and '"grave" is not a level' in rows[2]["reason"], "with head and reason")
run = ctl("pack", "list", config=shelved)
check(run.returncode == 0 and run.stdout.splitlines()[0].split() ==
      ["file", "pack", "version", "regime", "from", "to", "verified", "state", "reason"], "as a table")
write("shelf/active.json", {"active": ["paper.json", "bad.json", "gone.json"]})
run = ctl("pack", "list", "--json", config=shelved)
rows = {r["file"]: r for r in map(json.loads, run.stdout.splitlines())}
check(run.returncode == 1 and rows["bad.json"]["chosen"] == "active" and rows["gone.json"]["state"] == "broken" and
      "cannot be read" in rows["gone.json"]["reason"], "a broken active pack makes the exit status 1")
write("shelf/active.json", "{")
run = ctl("pack", "list", config=shelved)
check(run.returncode == 2 and "active.json:1:" in run.stderr, "a broken active.json is named by line")

# ---- schema ----------------------------------------------------------------------------------------------------

run = ctl("pack", "schema", config="/nowhere.conf")
with open(os.path.join(SOURCE, "conf", "schemas", "pack.schema.json")) as file:
    check(run.returncode == 0 and run.stdout == file.read(), "schema prints the file of the tree, wherever it runs")
schema = json.loads(run.stdout)
try:
    import jsonschema
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in SHIPPED:
        errors = [e.message[:120] for e in validator.iter_errors(read(path))]
        check(errors == [], f"{os.path.basename(path)} is valid by the schema {errors[:2]}")
    for value, says, known in BROKEN:
        check(validator.is_valid(value) != known, f"the schema {'knows' if known else 'cannot know'}: {says}")
except ImportError:
    skip("packs are valid by the schema", "python3-jsonschema is not installed")


def known_keys(value):
    """What the reader says it knows, where a key is put that it does not."""
    error = json.loads(ctl("pack", "check", write("keys.json", value), "--json").stdout)["errors"][0]
    return sorted(re.findall(r'"([a-z0-9_]+)"', error.split("known are ")[1])) if "known are" in error else error


def schema_keys(*path):
    node = schema
    for step in path:
        node = node[step]
    return sorted(node["properties"])


def at_operator(**condition):
    return pack(rule("own.rule", kind="duty", when=condition), pathway="legal")


def operator(name):
    return next(n for n, o in enumerate(schema["$defs"]["condition"]["oneOf"]) if o["required"][0] == name)


section = pack(rule("own.rule"))
section["pathways"]["research"]["zzz"] = 1
questions = pack(rule("own.rule"))
questions["pathways"]["research"]["questions"] = {"zzz": 1}
away = pack(rule("own.rule"))
away["pathways"]["zzz"] = {}
for what, value, keys in [
        ("a pack", pack(rule("own.rule"), zzz=1), schema_keys()),
        ("the pathways", away, schema_keys("properties", "pathways")),
        ("a pathway", section, schema_keys("$defs", "pathway")),
        ("the questions", questions, schema_keys("$defs", "pathway", "properties", "questions")),
        ("a rule", pack(rule("own.rule", zzz=1)), schema_keys("$defs", "rule")),
        ("a level", pack(rule("own.rule", level=[{"zzz": 1}])), schema_keys("$defs", "entry")),
        ("what is said in doubt", pack(rule("own.rule", if_unknown={"zzz": 1})), schema_keys("$defs", "entry")),
        ("an unknown", pack(rule("own.rule", unknowns=[{"zzz": 1}])),
         schema_keys("$defs", "unknowns", "items")),
        ("a date", pack(rule("own.rule", due={"zzz": 1})), schema_keys("$defs", "due", "oneOf", 0)),
        ("a term", pack(rule("own.rule", due=[{"zzz": 1}])), schema_keys("$defs", "due", "oneOf", 1, "items")),
        ("a match", at_operator(match={"zzz": 1}), schema_keys("$defs", "match")),
        ("a partner", at_operator(partner={"zzz": 1}), schema_keys("$defs", "partner")),
        ("funding", at_operator(funding={"zzz": 1}), schema_keys("$defs", "funding")),
        ("its year", at_operator(funding={"at_least": "1", "currency": "USD", "total_of": {"zzz": 1}}),
         schema_keys("$defs", "funding", "properties", "total_of", "oneOf", 1)),
        ("an engagement", at_operator(engagement={"zzz": 1}), schema_keys("$defs", "engagement")),
        ("a field", at_operator(field="/data/role", zzz=1),
         schema_keys("$defs", "condition", "oneOf", operator("field"))),
        ("a switch", at_operator(switch="seven_sons", zzz=1),
         schema_keys("$defs", "condition", "oneOf", operator("switch")))]:
    reader = known_keys(value)
    check(reader == keys, f"reader and schema know the same keys of {what}: {reader} {keys}")
error = json.loads(ctl("pack", "check", write("operator.json", at_operator(zzz=1)), "--json").stdout)["errors"][0]
check(error.split("one of ")[1].split(", ") == [o["required"][0] for o in schema["$defs"]["condition"]["oneOf"]],
      "and the same operators")
many = [rule(f"own.r{n}", when={"field": field, "present": True})
        for n, field in enumerate(schema["$defs"]["condition"]["oneOf"][operator("field")]["properties"]["field"]["enum"])]
many.append(rule("own.types", types=schema["$defs"]["types"]["items"]["enum"]))
check(ctl("pack", "check", write("fields.json", pack(*many))).returncode == 0, "the reader knows every field and type")

# ---- show ------------------------------------------------------------------------------------------------------

for path in SHIPPED:
    run = ctl("pack", "show", path)
    text = " ".join(run.stdout.split())
    check(run.returncode == 0 and all(f"{r['id']} " in text for r in rules(read(path))), f"{os.path.basename(path)} in words")
    check('{"' not in run.stdout and "null" not in run.stdout, "without notation")
run = ctl("pack", "show", PAPER, "research.q2_seven_sons")
text = " ".join(run.stdout.split())
check(run.returncode == 0 and "research, judgement; R09, R21, R22, R23" in text and
      'when "seven_sons" holds: prohibited (banned) when the switch seven sons stands at ban; required when Q1 is yes; '
      "else recommended." in text and "research.q2_tie" not in text, f"one rule in words {text[:200]}")
check(ctl("pack", "show", PAPER, "nothing").returncode == 2, "a rule that there is not")
check(json.loads(ctl("pack", "show", PAPER, "--json").stdout) == read(PAPER), "--json is the pack without comments")
words = pack(rule("own.rule", when={"any": [
    {"all": [{"funding": {"at_least": "250000", "currency": "USD", "total_of": "calendar_year"}},
             {"not": {"unknown": {"answer": "q1"}}}]},
    {"engagement": {"types": ["funding.*"], "within": "P1Y6M", "when": {"not": ROLE}}}]}, due={"days_after": 14}))
text = " ".join(ctl("pack", "show", write("words.json", words)).stdout.split())
check("(the source gave at least 250000 USD in all in the calendar year, and it is known whether the answer given to Q1 is "
      "yes), or there is an earlier event of the engagement, funding.*, of the last 1 year and 6 months, of which role is "
      "not pi: note." in text and "Due 14 days after the event." in text, f"sums, earlier events and dates {text}")

# ---- diff ------------------------------------------------------------------------------------------------------

old = read(PAPER)
shuffled = copy.deepcopy(old)
for part in shuffled["pathways"].values():
    part["rules"].reverse()
    for one in part["rules"]:
        one["requirements"].reverse()
run = ctl("pack", "diff", PAPER, write("shuffled.json", shuffled))
check(run.returncode == 0 and "say the same" in run.stdout, f"order is no difference {run.stdout[:300]!r}")
new = copy.deepcopy(old)
research = {r["id"]: r for r in new["pathways"]["research"]["rules"]}
new["version"] = "9"
research["research.q2_civilian_listing"]["level"] = "suggested"
research["research.q3_applications"]["explanation"] += " So."
research["research.q2_tie"]["when"] = {"use": "listed_tie"}
research["research.q2_seven_sons"]["requirements"].append("R99")
new["pathways"]["research"]["rules"] = [r for r in new["pathways"]["research"]["rules"]
                                        if r["id"] != "research.unknown"] + [rule("research.new")]
run = ctl("pack", "diff", PAPER, write("new.json", new), "--json")
changes = {(r["pathway"], r["name"], r["change"]) for r in map(json.loads, run.stdout.splitlines())}
check(run.returncode == 1 and changes == {
    ("", "version", "head"), ("research", "research.q2_civilian_listing", "level"),
    ("research", "research.q3_applications", "text"), ("research", "research.q2_tie", "condition"),
    ("research", "research.q2_seven_sons", "requirements"), ("research", "research.unknown", "rule removed"),
    ("research", "research.new", "rule added")}, f"what changes, rule by rule {changes}")
run = ctl("pack", "diff", PAPER, os.path.join(idle.home, "new.json"))
check(run.returncode == 1 and "research research.q2_civilian_listing: level\n    - note\n    + suggested\n" in run.stdout,
      "in words")
limit = pack(rule("own.rule", when={"funding": {"at_least": "250000", "currency": "USD"}}))
more = json.loads(json.dumps(limit).replace("250000", "250000.01"))
run = ctl("pack", "diff", write("limit.json", limit), write("more.json", more), "--json")
check([(r["change"], r["after"]) for r in map(json.loads, run.stdout.splitlines())] ==
      [("threshold", "the source gave at least 250000.01 USD")], f"a threshold is told apart {run.stdout!r}")
check(ctl("pack", "diff", PAPER, "/nowhere.json").returncode == 2, "a file that there is not")

# ---- test ------------------------------------------------------------------------------------------------------

EXAMPLE = os.path.join(PACKS, "examples", "example.scenarios.json")
run = ctl("pack", "test", PAPER, EXAMPLE)
check(run.returncode == 0 and "not ok" not in run.stdout and run.stdout.endswith("1..4\n# 4 of 4 as expected\n"),
      f"the shipped example passes {run.stdout!r} {run.stderr!r}")
scenarios = read(EXAMPLE)
for one in scenarios:
    one["expect"]["level"] = "note"
run = ctl("pack", "test", PAPER, stdin="".join(json.dumps(s) + "\n" for s in scenarios))
check(run.returncode == 1 and run.stdout.count("not ok") == 4 and "#   the level is required, not note" in run.stdout,
      f"a wrong expectation fails, from a scenario a line {run.stdout[:400]!r}")
rows = [json.loads(line) for line in ctl("pack", "test", PAPER, "--json", stdin=json.dumps(scenarios)).stdout.splitlines()]
check([r["good"] for r in rows] == [False] * 4 and [r["number"] for r in rows] == [1, 2, 3, 4] and
      all(r["reasons"] for r in rows), "--json has a row a scenario")


def reasons(scenario, file=PAPER):
    return json.loads(ctl("pack", "test", file, "--json", stdin=json.dumps([scenario])).stdout)["reasons"]


event = {"type": "agreement.signed", "data": {"partner": [{"name": "Institute of Things", "relation": "funder"}]}}
for what, scenario, says in [
        ("a type that there is not", {"event": {**event, "type": "agreement.sigend"}}, "no pathway judges"),
        ("an event without data", {"event": {"type": "agreement.signed"}}, '"event" is an object'),
        ("a word that feeds may not send", {"event": {**event, "data": {"role": "boss"}}}, "the event is refused"),
        ("an expectation of nothing", {"event": event, "expect": {}}, '"expect" says nothing'),
        ("a key nobody knows", {"event": event, "expct": {}}, 'unknown key "expct"'),
        ("a match of nobody", {"event": event, "matches": [{"partner": 3}]}, "a match is about a partner"),
        ("a match nobody knows", {"event": event, "matches": [{"categroy": "military"}]}, 'unknown key "categroy"'),
        ("a rule that is silent", {"event": event, "matches": [], "expect": {"rules": {"a.b": "note"}}}, "a.b says nothing"),
        ("a rule that speaks", {"event": event, "matches": [], "expect": {"silent": True}},
         "research.unknown says suggested, which is not expected"),
        ("who is asked", {"event": event, "matches": [], "expect": {"needs_information": False}}, "somebody is asked")]:
    found = reasons({"expect": {"level": "none"}, "name": what, **scenario})
    check(any(says in r for r in found), f"{what}: {found}")
timed = write("timed.json", pack(
    rule("own.sum", when={"funding": {"at_least": "1000", "currency": "USD", "total_of": "calendar_year", "types": ["*"]}}),
    rule("own.again", when={"engagement": {"types": ["funding.*"], "when": ROLE}})))
gift = {"type": "funding.gift.received", "data": {**event["data"], "funding": {"amount": "600", "currency": "USD"}}}
check(reasons({"name": "sums", "event": gift, "gave": [
    {"type": "funding.gift.received", "time": "2026-01-01T00:00:00Z", "funding": {"amount": "400", "currency": "USD"}}],
    "earlier": [{"type": "funding.gift.received", "time": "2025-06-01T00:00:00Z", "data": {"role": "pi"}}],
    "expect": {"rules": {"own.sum": "note", "own.again": "note"}}}, timed) == [], "what came before can be given")
check(reasons({"name": "no sums", "event": gift, "matches": [], "expect": {"silent": True}}, timed) == [],
      "and is nothing when it is not")
run = ctl("pack", "test", os.path.join(idle.home, "broken-3.json"), EXAMPLE)
check(run.returncode != 0 and '"level" must be a string' in run.stderr and run.stdout == "", "a broken pack is named first")
for arguments in [(PAPER, "/nowhere.json"), ("/nowhere.json", EXAMPLE), (PAPER, write("none.json", [])),
                  (PAPER, write("half.json", "[{"))]:
    run = ctl("pack", "test", *arguments)
    check(run.returncode == 2 and run.stderr.startswith("pathwayctl: "), f"usage, with a sentence: {run.stderr.strip()}")

# ---- editions --------------------------------------------------------------------------------------------------

AMOUNT = {"funding": {"at_least": "1000.00", "currency": "USD", "types": ["*"]}}


def versions(value):
    """Of the findings on an event that any of the rules below is about."""
    one = collaboration(1, funding={"kind": "gift", "amount": "9000.00", "currency": "USD"},
                        partner=[{"name": "ETH Zurich", "country": "CH", "kind": "university", "relation": "funder"}])
    run = ctl("assess", "--json", "--pack", write("edition.json", value), stdin=json.dumps(one) + "\n")
    return {f["rule"]: f["version"] for f in json.loads(run.stdout)["findings"] if f["regime"] == "own"}


def edited(*own, **head):
    return versions(pack(*own, **head))


first = edited(rule("own.sum", when=AMOUNT), rule("own.other"))
check(set(first) == {"own.sum", "own.other"} and all(re.fullmatch(r"1\+[0-9a-f]{8}", v) for v in first.values()),
      f"a finding names its pack's version and its rule's edition {first}")
check(first["own.sum"] != first["own.other"], "each rule has its own")
AMOUNT["funding"]["at_least"] = "1000.01"
now = edited(rule("own.sum", when=AMOUNT), rule("own.other"))
check(now["own.sum"] != first["own.sum"] and now["own.other"] == first["own.other"],
      "another threshold is another edition of that rule alone, though the version is the same")
AMOUNT["funding"]["at_least"] = "1000.00"
check(edited(rule("own.sum", when=AMOUNT, explanation="Better words.", label="other", benefits=["d"]),
             rule("own.other")) == first, "better words are none")
check(edited(rule("own.sum", when=AMOUNT, level="suggested"), rule("own.other"))["own.sum"] != first["own.sum"],
      "another level is one")
text = json.dumps(pack(rule("own.sum", when=AMOUNT), rule("own.other")), indent=7)
check(versions("// a comment\n" + text) == first, "comments and white space are none")
used = [edited(rule("own.sum", when={"use": "outer"}), rule("own.other"),
               define={"inner": {"field": "/data/transfer_mode", "has_any": words}, "outer": {"not": {"not": {"use": "inner"}}}})
        for words in (["read_only_output"], ["read_only_output", "data"])]
check(used[0]["own.sum"] != used[1]["own.sum"] and used[0]["own.other"] == used[1]["own.other"],
      "another definition is another edition of the rules that use it, and of no other")

# ---- several packs at once -------------------------------------------------------------------------------------

tried = [write(f"tried-{name}.json", pack(rule(f"{name}.rule"), regime=name)) for name in ("first", "second", "third")]
arguments = [word for path in tried for word in ("--pack", path)]
run = ctl("assess", "--json", *arguments, stdin=json.dumps(collaboration(1)) + "\n")
found = {f["rule"] for f in json.loads(run.stdout)["findings"]}
check({"first.rule", "second.rule", "third.rule"} <= found, f"--pack given three times tries three packs {sorted(found)}")
run = ctl("assess", *arguments[:4], "--pack", write("tried-bad.json", "{"), stdin="")
check(run.returncode == 2 and "tried-bad.json:1" in run.stderr, f"a bad one among them is named {run.stderr!r}")
run = ctl("assess", *["--pack", tried[0]] * 66, stdin="")
check(run.returncode == 2 and "more often than 64 times" in run.stderr, f"there is an end to it {run.stderr!r}")

finish()
