# SPDX-License-Identifier: Apache-2.0
"""How long the policies take: on the shipped packs, on ten times as many rules that apply and that do not, and beside the
same rules of `paper` in json-rules-engine (npm), all in one run. The events are those of the scenarios.

usage: python3 tests/bench/policies.py [BUILD]      (json-rules-engine is installed into a folder of its own)"""

import copy
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(SOURCE, "build"))
PACKS = os.path.join(SOURCE, "conf", "packs")
RUNS = 5


def without_comments(text):
    return re.sub(r"^\s*//.*$", "", text, flags=re.M)


def scenarios():
    folder = os.path.join(SOURCE, "tests", "plugin", "scenarios")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            yield from (s for s in json.load(file) if "pack" not in s and "regimes" not in s)


def answers(scenario):
    words = {"y": "yes", "n": "no", "?": "unknown"}
    given = {f"q{i + 1}": {"answer": words[a]} for i, a in enumerate(scenario.get("answers", "")) if a in words}
    return {"questions": given} if given else {}


def cases():
    for scenario in scenarios():
        event = {"specversion": "1.0", "id": "1", "source": "/t", "type": f"org.pathwayd.{scenario['type']}.v1",
                 "data": {**scenario["data"], **answers(scenario)}}
        facts = []
        for match in scenario.get("matches", []):
            place = f"/data/partner/{match.get('partner', 0)}" if match.get("partner", 0) >= 0 else "/data/raw_affiliation"
            value = {"source": "test", "list": "EL", "entry": "e-1", "entry_name": "Listed Institute", "category": "other",
                     "effect": "informs", "basis": "name_exact", "snapshot": "2026-02-01", "reportable": True,
                     "text": "Listed Institute", "pointer": place + "/name"}
            facts.append({"by": "institutions", "fact": "list.match", "pointer": place,
                          "value": {**value, **{k: v for k, v in match.items() if k != "partner"}}})
        for pathway in scenario["pathways"]:
            yield {"pathway": pathway, "event": event, "facts": facts}


def measure(packs, file):
    runs = [json.loads(subprocess.run([os.path.join(BUILD, "tests", "bench_policies"), packs, file], check=True,
                                      capture_output=True, text=True).stdout) for _ in range(RUNS)]
    return sorted(runs, key=lambda run: run["median_us"])[RUNS // 2]


def say(what, figures):
    print(f"{what:44} median {figures['median_us']:8.2f} us   p99 {figures['p99_us']:8.2f} us   {figures['per_second']:9,.0f}/s",
          flush=True)


def ten_times(pack, apply):
    """Each rule ten times; nine of them for every event, or for a type that none of the events has. What asks for a type
    itself could never fire for another, and would be refused."""
    more = copy.deepcopy(pack)
    for pathway in more["pathways"].values():
        for rule in list(pathway["rules"]):
            asks_type = '"type"' in json.dumps(rule.get("when", {}))
            for n in range(0 if rule["kind"] == "verify" or (asks_type and not apply) else 9):
                other = copy.deepcopy(rule)
                other["id"] += f".copy{n}"
                if not apply:
                    other["types"] = ["student.enrolment.withdrawn"]
                pathway["rules"].append(other)
    return more


def rival(pack_file, file):
    folder = os.path.join(BUILD, "json-rules-engine")
    if not os.path.isdir(os.path.join(folder, "node_modules")):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "json-rules-engine@7"],
                       check=True)
    done = subprocess.run(["node", os.path.join(HERE, "policies_rival.cjs"), folder, pack_file, file], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def main():
    with tempfile.TemporaryDirectory() as work:
        file, plain, every = (os.path.join(work, name) for name in ("cases", "paper.json", "active.json"))
        with open(file, "w") as out:
            out.writelines(json.dumps(case) + "\n" for case in cases())
        with open(os.path.join(PACKS, "paper.json")) as source:
            paper = json.loads(without_comments(source.read()))
        with open(plain, "w") as out:
            json.dump(paper, out)
        names = sorted(set(os.listdir(PACKS)) - {"active.json"})
        with open(every, "w") as out:
            json.dump({"active": [os.path.join(PACKS, name) for name in names if name.endswith(".json")]}, out)
        say("paper", measure(plain, file))
        say("every shipped pack together", measure(every, file))
        for apply in (False, True):
            path = os.path.join(work, "more.json")
            with open(path, "w") as out:
                json.dump(ten_times(paper, apply), out)
            say(f"paper, ten times the rules, the rest {'apply too' if apply else 'do not apply'}", measure(path, file))
        say("paper in json-rules-engine", rival(plain, file))


main()
