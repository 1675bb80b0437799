#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What screening costs: compiling everything, opening the snapshot, its size, time per affiliation; and the same with ten
times the names (screening_names.py). The two snapshots take turns, so that their ratio is of one run.

    tests/bench/screening_speed.py [--data FOLDER] [--rounds N] [--passes N]"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import screening
import screening_names

BENCH = os.path.join(os.path.dirname(screening.CTL), "..", "tests", "bench_screening_speed")


GOALS = {"compile everything": "5 s", "file": "64 MiB", "open": "20 ms", "strings a second, one thread": "50,000",
         "median a string": "12 us", "p99 a string": "100 us", "median a string, ratio": "3"}


def tell(what, value, goals=None):
    print(f"{what:44} {value:32} {(goals or {}).get(what, '')}".rstrip(), flush=True)


def affiliations(data):
    folder = os.path.join(data, "screening")
    for name in sorted(os.listdir(folder)):
        with screening.open_text(os.path.join(folder, name)) as rows:
            next(rows)
            yield from (row.rstrip("\n").split("\t")[-1] for row in rows)


def speed(snapshot, strings, passes):
    run = subprocess.run([BENCH, snapshot, str(passes)], input="\n".join(strings) + "\n", capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def middle(rounds, key):
    values = sorted(each[key] for each in rounds)
    return statistics.median(values), values[0], values[-1]


def spread(rounds, key, unit, digits=1):
    value, least, most = middle(rounds, key)
    return f"{value:,.{digits}f}{unit} ({least:,.{digits}f} to {most:,.{digits}f})"


def describe(rounds, goals=None):
    last = rounds[-1]
    tell("names, organisations, entries", f"{last['names']:,}, {last['organisations']:,}, {last['entries']:,}", goals)
    tell("file", f"{last['bytes'] / 2**20:.1f} MiB", goals)
    tell("open", spread(rounds, "open_ms", " ms", 3), goals)
    tell("open, with the folding tables", spread(rounds, "ready_ms", " ms"), goals)
    tell("strings a second, one thread", spread(rounds, "per_s", "", 0), goals)
    tell("median a string", spread(rounds, "median_us", " us"), goals)
    tell("p99 a string", spread(rounds, "p99_us", " us"), goals)
    tell("slowest string, at its fastest", spread(rounds, "slowest_us", " us"), goals)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", default=os.path.join(screening.SHARED, "data"))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--passes", type=int, default=5)
    given = options.parse_args()
    if not os.path.isdir(given.data):
        sys.exit(f"skipped: no shared data in {given.data}")
    strings = list(affiliations(given.data))
    with tempfile.TemporaryDirectory() as folder:
        one, ten, names = (os.path.join(folder, name) for name in ("one.snapshot", "ten.snapshot", "ten.json"))
        taken = sorted(screening.compile_lists(given.data, one) for _ in range(3))
        with open(names, "w", encoding="utf-8") as out:
            screening_names.write(given.data, out)
        longer = screening.compile_lists(given.data, ten, [f"more=ror:{names}"])
        rounds = [(speed(one, strings, given.passes), speed(ten, strings, given.passes)) for _ in range(given.rounds)]
    print(f"{len(strings):,} affiliations, {given.rounds} rounds of {given.passes} passes")
    tell("compile everything", f"{taken[1]:.1f} s ({taken[0]:.1f} to {taken[2]:.1f})", GOALS)
    describe([first for first, _ in rounds], GOALS)
    print("ten times the names")
    tell("compile everything", f"{longer:.1f} s")
    describe([second for _, second in rounds])
    ratios = [{"ratio": second["median_us"] / first["median_us"]} for first, second in rounds]
    tell("median a string, ratio", spread(ratios, "ratio", "", 2), GOALS)


if __name__ == "__main__":
    main()
