#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well names are screened: recall, false alarms and look-alikes on labelled affiliation strings, by list, with every
error shown. Compiles the lists it finds, then asks `pathwayctl screen` as anyone would.

    tests/bench/screening.py [--data FOLDER] [--errors] [--snapshot FILE] [SET …]

FOLDER (default $PATHWAYD_SHARED/data, else ../shared/data) holds lists/, ror/ and screening/; a SET is a file like those
in screening/: tab-separated `label lists entity_ids … affiliation`."""

import argparse
import collections
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
CTL = os.path.join(os.environ.get("PATHWAYD_BUILD_DIR", os.path.join(SOURCE, "build")), "bin", "pathwayctl")
SCORED = ("LISTED", "CLEAN", "CLEAN_SUPERSET")  # what is grey is not
SHARED = os.environ.get("PATHWAYD_SHARED", os.path.join(SOURCE, "..", "shared"))


def open_text(path):
    return gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")


def compile_lists(data, target, more=()):
    lists = os.path.join(data, "lists")
    begun = time.monotonic()
    subprocess.run([CTL, "list", "compile", "-o", target,
                    f"csl=csl-csv:{lists}/csl-2022-04.csv.gz", f"aspi=aspi-misp:{lists}/aspi-2020.json",
                    f"dod=dod-1286:{lists}/dod-1286-fy25.csv", f"ror=ror:{data}/ror/ror-v2-subset.json.gz", *more],
                   check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def entities(data):
    """The labelled entities by list and folded name: what a match is held against."""
    known = collections.defaultdict(set)
    with open_text(os.path.join(data, "lists", "list_entities.tsv.gz")) as rows:
        for row in rows:
            kind, identity, name, aliases, _ = (row.rstrip("\n").split("\t") + ["", ""])[:5]
            for each in [name] + aliases.split(";"):
                known[(kind, fold(each))].add(identity)
    return known


def fold(name):
    outside, _, inside = name.rpartition(" (")
    name = outside if any("\u4e00" <= c <= "\u9fff" for c in inside) else name
    return "".join(c for c in name.lower() if c.isalnum())


def screen(snapshot, queries):
    with tempfile.TemporaryDirectory() as folder:
        # No lists of the office's own: what is measured is the snapshot.
        config = os.path.join(folder, "pathwayd.conf")
        with open(config, "w") as out:
            json.dump({"state_dir": folder, "feeds": [], "routes": [],
                       "plugins": [{"name": "institutions", "plugin": "institutions", "stage": "enrich",
                                    "readable": [os.path.realpath(snapshot)],
                                    "config": {"snapshots": [os.path.realpath(snapshot)]}}]}, out)
        lines = "".join(json.dumps({"query": q}, ensure_ascii=False) + "\n" for q in queries)
        begun = time.monotonic()
        run = subprocess.run([CTL, "--config", config, "screen"], input=lines, capture_output=True, text=True)
        seconds = time.monotonic() - begun
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) != len(queries):
        sys.exit(f"{len(answers)} answers to {len(queries)} queries: {run.stderr}")
    return answers, seconds


def reportable(answer):
    return [m for m in answer.get("matches", []) if m["reportable"]]


def right(match, wanted, known):
    return bool(known[(match["list"], fold(match["entry_name"]))] & wanted) or match["entry"] in wanted


def tally(row, matches, known, by_list):
    """By the publisher's code: rows that are on the list, those found on it, rows it fired on, those of them rightly.
    Lists that the labels do not know are left out."""
    wanted = set(row["entity_ids"].split("|")) - {""}
    for name in row["lists"].split("|") if row["label"] == "LISTED" else []:
        by_list[name, "labelled"] += 1
        by_list[name, "found"] += any(m["list"] == name and right(m, wanted, known) for m in matches)
    for name in {m["list"] for m in matches} & {kind for (kind, _), ids in known.items() if ids}:
        by_list[name, "fired"] += 1
        by_list[name, "rightly"] += any(m["list"] == name and right(m, wanted, known) for m in matches)


def share(part, whole):
    return f"{part / whole:.3f} ({part} of {whole})" if whole else "none"


def evaluate(path, snapshot, known, errors):
    with open_text(path) as rows:
        header = rows.readline().rstrip("\n").split("\t")
        rows = [dict(zip(header, row.rstrip("\n").split("\t"))) for row in rows]
    answers, seconds = screen(snapshot, [row["affiliation"] for row in rows])
    count, fired, hits, by_list = collections.Counter(), collections.Counter(), 0, collections.Counter()
    for row, answer in zip(rows, answers):
        label, matches = row["label"], reportable(answer)
        count[label] += 1
        fired[label] += bool(matches)
        wanted = set(row["entity_ids"].split("|")) - {""}
        said = sorted({f"{m['list']}: {m['entry_name']} ({m['basis']})" for m in matches})
        if label == "LISTED" and matches:
            good = any(right(m, wanted, known) for m in matches)
            hits += good
            if errors and not good:
                print(f"  wrong entity  {row['affiliation']}\n                {said}")
        if label in SCORED:
            tally(row, matches, known, by_list)
        if errors and label == "LISTED" and not matches:
            print(f"  missed        {row['affiliation']}\n                labelled {row['gold_names']}")
        if errors and label in ("CLEAN", "CLEAN_SUPERSET") and matches:
            print(f"  {'look-alike' if label != 'CLEAN' else 'false alarm':13} {row['affiliation']}\n                {said}")
    print(f"{os.path.basename(path)}: {len(rows)} strings in {seconds:.2f} s, JSON and processes included")
    print(f"  recall {fired['LISTED'] / count['LISTED']:.4f} ({fired['LISTED']} of {count['LISTED']}), "
          f"right entity in {hits / max(1, fired['LISTED']):.4f} of them")
    print(f"  fired per 1,000 clean {1000 * fired['CLEAN'] / count['CLEAN']:.3f} ({fired['CLEAN']} of {count['CLEAN']}), "
          f"on look-alikes {fired['CLEAN_SUPERSET']} of {count['CLEAN_SUPERSET']}")
    print(f"  precision {hits / max(1, sum(fired[each] for each in SCORED)):.4f}: the right entity, of all strings fired on")
    for name in sorted({name for name, _ in by_list}):
        print(f"  {name:8} recall {share(by_list[name, 'found'], by_list[name, 'labelled'])}, "
              f"precision {share(by_list[name, 'rightly'], by_list[name, 'fired'])}")


def chinese(data, snapshot):
    """ASPI's Chinese names must mean the institution, and so must the registry's Chinese labels of it."""
    with open(os.path.join(data, "lists", "aspi-2020.json"), encoding="utf-8") as file:
        values = json.load(file)["values"]
    pairs = [(alias.strip(), value["value"]) for value in values for alias in value["meta"].get("aliases", [])
             if any("\u4e00" <= c <= "\u9fff" for c in alias)]
    with open_text(os.path.join(data, "ror", "ror-v2-subset.json.gz")) as file:
        registry = json.load(file)
    english = {fold(n["value"]): record for record in registry if record["status"] != "withdrawn" for n in record["names"]
               if record["locations"] and record["locations"][0]["geonames_details"].get("country_code") == "CN"}
    for value in values:
        record = english.get(fold(value["value"]))
        pairs += [(n["value"], value["value"]) for n in (record or {"names": []})["names"] if n.get("lang") == "zh"]
    answers, _ = screen(snapshot, [name for name, _ in pairs])
    good = sum(any(fold(m["entry_name"]) == fold(wanted) for m in reportable(a)) for (_, wanted), a in zip(pairs, answers))
    print(f"Chinese names of ASPI and the registry: {good} of {len(pairs)} ({good / len(pairs):.4f})")
    return [(n, w) for (n, w), a in zip(pairs, answers) if not any(fold(m["entry_name"]) == fold(w) for m in reportable(a))]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", default=os.path.join(SHARED, "data"))
    options.add_argument("--errors", action="store_true", help="show every error, row by row")
    options.add_argument("--snapshot", help="use this one instead of compiling")
    options.add_argument("sets", nargs="*")
    given = options.parse_args()
    if not os.path.isdir(given.data):
        sys.exit(f"skipped: no shared data in {given.data}")
    with tempfile.TemporaryDirectory() as folder:
        snapshot = given.snapshot or os.path.join(folder, "all.snapshot")
        if not given.snapshot:
            seconds = compile_lists(given.data, snapshot)
            print(f"compiled in {seconds:.1f} s, {os.path.getsize(snapshot) / 2**20:.1f} MiB")
        known = entities(given.data)
        for path in given.sets or sorted(os.path.join(given.data, "screening", n)
                                         for n in os.listdir(os.path.join(given.data, "screening"))):
            evaluate(path, snapshot, known, given.errors)
        missed = chinese(given.data, snapshot)
        for name, wanted in missed if given.errors else []:
            print(f"  missed        {name}\n                is {wanted}")


if __name__ == "__main__":
    main()
