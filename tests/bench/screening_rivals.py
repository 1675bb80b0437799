#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Screening beside what one would otherwise build from parts: PostgreSQL's pg_trgm and SQLite's FTS5 with trigrams, on the
same names and a sample of the same affiliations, in one run. A part that is not installed is said to be missing.

    tests/bench/screening_rivals.py [--data FOLDER] [--sample N]

Both rivals are used with care: abbreviations and one-word names left out, accents folded, affiliations cut at commas,
candidates from the index, then scored by how much of the name stands in the piece; the registry's other names of a listed
institution count as listed, and a listed name yields to a longer name of somebody else that scores as well. The threshold
is the one that does best on the very sample (recall less share of clean strings fired on), in the rivals' favour."""

import argparse
import gzip
import json
import os
import pwd
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata

import screening
import screening_speed

SEED = 20261124
CANDIDATES = 20  # of a piece, for scoring
SIMILARITY = 0.4  # of a candidate to its piece: the rest of the piece may be something else
THRESHOLDS = [n / 100 for n in range(50, 101, 5)]
NOBODY = "nobody"  # PostgreSQL refuses to run as root


def plain(text):
    text = unicodedata.normalize("NFKD", text)
    return " ".join(re.findall(r"\w+", "".join(c for c in text if not unicodedata.combining(c)).lower()))


def pieces(affiliation):
    return [piece for piece in map(plain, re.split(r"[,;:|/()\[\]]", affiliation)) if len(piece) > 4]


def names(data):
    """Name → the ids of the listed entities it stands for; none where it is only the registry's."""
    entities, known = {}, {}
    with screening.open_text(os.path.join(data, "lists", "list_entities.tsv.gz")) as rows:
        next(rows)
        for row in rows:
            _, identity, name, aliases, countries = (row.rstrip("\n").split("\t") + ["", "", ""])[:5]
            for each in [name] + aliases.split(";"):
                each = plain(re.sub(r"\s*\([^()]*\)", "", each))
                if " " in each:
                    entities.setdefault(each, set()).add(identity)
                    known.setdefault(each, []).append((identity, countries))
    with gzip.open(os.path.join(data, "ror", "ror-v2-subset.json.gz"), "rt", encoding="utf-8") as file:
        registry = json.load(file)
    for record in registry:
        country = record["locations"][0]["geonames_details"].get("country_code", "") if record["locations"] else ""
        own = {plain(n["value"]) for n in record["names"] if "acronym" not in n["types"]}
        listed = {identity for name in own for identity, where in known.get(name, []) if country in where}
        for name in own:
            if " " in name:
                entities.setdefault(name, set()).update(listed)
    return entities


def decide(scored, entities, threshold):
    """Of each piece the best name, the longest of equals. `scored`: lists of (score, name)."""
    fired = set()
    for candidates in scored:
        good = [(round(score, 3), len(name), name) for score, name in candidates if score >= threshold]
        if good:
            fired |= entities[max(good)[2]]
    return fired


def sample(path, size):
    with screening.open_text(path) as rows:
        header = next(rows).rstrip("\n").split("\t")
        rows = [dict(zip(header, row.rstrip("\n").split("\t"))) for row in rows]
    pick, chosen = random.Random(SEED), []
    for label in screening.SCORED:
        some = [row for row in rows if row["label"] == label]
        chosen += some if label == "CLEAN_SUPERSET" else pick.sample(some, min(size, len(some)))
    return chosen


def judge(rows, answers):
    """Recall, right entity, clean fired per 1,000, look-alikes fired; `answers`: a set of entity ids each."""
    count, fired, good = dict.fromkeys(screening.SCORED, 0), dict.fromkeys(screening.SCORED, 0), 0
    for row, answer in zip(rows, answers):
        count[row["label"]] += 1
        fired[row["label"]] += bool(answer)
        good += row["label"] == "LISTED" and bool(answer & set(row["entity_ids"].split("|")))
    return (fired["LISTED"] / count["LISTED"], good / count["LISTED"], 1000 * fired["CLEAN"] / count["CLEAN"],
            f"{fired['CLEAN_SUPERSET']} of {count['CLEAN_SUPERSET']}")


def tell(what, figures, micros):
    recall, good, clean, superset = figures
    print(f"  {what:40} recall {recall:.3f}, right entity {good:.3f}, fired per 1,000 clean {clean:6.1f}, on look-alikes "
          f"{superset:9} median {micros:,.0f} us a string", flush=True)


def tell_best(what, rows, scored, entities, micros):
    tried = [(judge(rows, [decide(each, entities, t) for each in scored]), t) for t in THRESHOLDS]
    figures, threshold = max(tried, key=lambda each: each[0][0] - each[0][2] / 1000)
    tell(f"{what}, threshold {threshold:.2f}", figures, micros)
    if threshold < THRESHOLDS[-1]:
        tell(f"{what}, whole names only", tried[-1][0], micros)


def ask_screener(data, snapshot, rows):
    known = screening.entities(data)
    answers, _ = screening.screen(snapshot, [row["affiliation"] for row in rows])
    found = []
    for answer in answers:
        matches = screening.reportable(answer)
        found.append(set().union(*(known[(m["list"], screening.fold(m["entry_name"]))] or {m["entry"]} for m in matches)))
    micros = screening_speed.speed(snapshot, [row["affiliation"] for row in rows], 5)["median_us"]
    return found, micros


# ---- PostgreSQL --------------------------------------------------------------------------------------------


class Postgres:
    """A server of one's own in a folder of its own, on a socket in it."""

    def __init__(self, programs, folder):
        self.bin, self.folder, self.data, self.server = programs, folder, os.path.join(folder, "data"), None
        self.user = {"user": NOBODY, "group": pwd.getpwnam(NOBODY).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def start(self, entities):
        if self.user:
            shutil.chown(self.folder, self.user["user"], self.user["group"])
        self.run("initdb", "-D", self.data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.server = subprocess.Popen([os.path.join(self.bin, "postgres"), "-D", self.data, "-k", self.folder,
                                        "-c", "listen_addresses=", "-c", "shared_buffers=256MB", "-c", "jit=off",
                                        "-c", "max_parallel_workers_per_gather=0"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self.user)
        for _ in range(100):
            if self.ask("SELECT 1", check=False).returncode == 0:
                break
            time.sleep(0.1)
        self.load(entities)

    def run(self, program, *arguments, **more):
        return subprocess.run([os.path.join(self.bin, program), *arguments], capture_output=True, text=True, check=True,
                              cwd=self.folder, **{**self.user, **more})

    def ask(self, sql, check=True, **more):
        return subprocess.run([os.path.join(self.bin, "psql"), "-h", self.folder, "-U", "bench", "-d", "postgres", "-qAtX",
                               "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql], capture_output=True, text=True, check=check,
                              **self.user, **more)

    def load(self, entities):
        self.ask("CREATE EXTENSION pg_trgm")
        self.ask("CREATE TABLE names (name text NOT NULL); CREATE TABLE pieces (string int, piece text)")
        self.ask("COPY names FROM STDIN", input="".join(name + "\n" for name in entities))
        self.ask("CREATE INDEX ON names USING gin (name gin_trgm_ops)")
        self.ask("ANALYZE names")

    def screen(self, rows):
        """Timed inside the server: no round trip counts."""
        lines = "".join(f"{i}\t{piece}\n" for i, row in enumerate(rows) for piece in pieces(row["affiliation"]))
        self.ask("TRUNCATE pieces")
        self.ask("COPY pieces FROM STDIN", input=lines)
        out = self.ask(f"""
            CREATE TEMP TABLE found (string int, piece text, name text, score real);
            CREATE TEMP TABLE took (string int, micros float);
            SET pg_trgm.similarity_threshold = {SIMILARITY};
            DO $$ DECLARE one int; begun timestamptz; BEGIN
                FOR one IN SELECT DISTINCT string FROM pieces ORDER BY 1 LOOP
                    begun := clock_timestamp();
                    INSERT INTO found SELECT p.string, p.piece, n.name, strict_word_similarity(n.name, p.piece)
                        FROM pieces p CROSS JOIN LATERAL (SELECT name FROM names WHERE name % p.piece
                                                          ORDER BY similarity(name, p.piece) DESC LIMIT {CANDIDATES}) n
                        WHERE p.string = one;
                    INSERT INTO took VALUES (one, 1e6 * extract(epoch FROM clock_timestamp() - begun));
                END LOOP; END $$;
            SELECT string, '', '', micros FROM took UNION ALL SELECT string, piece, name, score FROM found""").stdout
        scored, micros = [{} for _ in rows], []
        for line in out.splitlines():
            string, piece, name, number = line.split("\t")
            if name:
                scored[int(string)].setdefault(piece, []).append((float(number), name))
            else:
                micros.append(float(number))
        return [list(each.values()) for each in scored], statistics.median(micros)

    def stop(self):
        if self.server:
            self.server.terminate()
            self.server.wait()


def find_postgres(folder):
    config = shutil.which("pg_config")
    place = subprocess.check_output([config, "--bindir", "--sharedir"], text=True).split() if config else ["", ""]
    if os.path.exists(os.path.join(place[0], "postgres")) and \
            os.path.exists(os.path.join(place[1], "extension", "pg_trgm.control")):
        return Postgres(place[0], folder)
    print("PostgreSQL with pg_trgm is not installed: left out")
    return None


# ---- SQLite ------------------------------------------------------------------------------------------------


def trigrams(text):
    return {f"  {word} "[i:i + 3] for word in text.split() for i in range(len(word) + 1)}


class Fts5:
    """Candidates by the piece's rarest trigrams, ranked by FTS5; a name's score is the share of its trigrams in the piece."""

    RAREST = 6  # of a piece: twice as many take two to four times as long

    def __init__(self, entities):
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize = 'trigram', detail = none)")
        self.base.executemany("INSERT INTO names VALUES (?)", ((name,) for name in entities))
        self.base.execute("INSERT INTO names(names) VALUES ('optimize')")
        self.base.execute("CREATE VIRTUAL TABLE words USING fts5vocab(names, row)")
        self.rarity = dict(self.base.execute("SELECT term, doc FROM words"))

    def candidates(self, piece):
        held = {piece[i:i + 3] for i in range(len(piece) - 2)} & self.rarity.keys()
        if not held:
            return []
        rare = sorted(held, key=lambda t: (self.rarity[t], t))[:self.RAREST]
        rows = self.base.execute("SELECT name FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?",
                                 (" OR ".join(f'"{t}"' for t in rare), CANDIDATES))
        mine = trigrams(piece)
        return [(len(mine & theirs) / len(theirs), name) for name, theirs in ((n, trigrams(n)) for n, in rows)]

    def screen(self, rows):
        scored, micros = [], []
        for row in rows:
            begun = time.perf_counter()
            scored.append([self.candidates(piece) for piece in pieces(row["affiliation"])])
            micros.append(1e6 * (time.perf_counter() - begun))
        return scored, statistics.median(micros)


def open_fts5(entities):
    try:
        return Fts5(entities)
    except sqlite3.OperationalError as error:
        print(f"SQLite has no FTS5 with trigrams ({error}): left out")
        return None


def compare(rows, name, data, snapshot, entities, rivals):
    print(f"{name}: {len(rows)} strings")
    found, micros = ask_screener(data, snapshot, rows)
    tell("pathwayd", judge(rows, found), micros)
    for what, rival in rivals.items():
        if rival:
            scored, micros = rival.screen(rows)
            tell_best(what, rows, scored, entities, micros)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", default=os.path.join(screening.SHARED, "data"))
    options.add_argument("--sample", type=int, default=300, help="LISTED and CLEAN strings of each set; look-alikes: all")
    given = options.parse_args()
    if not os.path.isdir(given.data):
        sys.exit(f"skipped: no shared data in {given.data}")
    entities = names(given.data)
    print(f"{len(entities):,} names, {sum(map(bool, entities.values())):,} of them of listed institutions")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as room:
        snapshot = os.path.join(folder, "all.snapshot")
        screening.compile_lists(given.data, snapshot)
        postgres, sqlite = find_postgres(room), open_fts5(entities)
        try:
            if postgres:
                postgres.start(entities)
            for name in sorted(os.listdir(os.path.join(given.data, "screening"))):
                compare(sample(os.path.join(given.data, "screening", name), given.sample), name, given.data, snapshot,
                        entities, {"pg_trgm": postgres, "FTS5 trigram": sqlite})
        finally:
            if postgres:
                postgres.stop()


if __name__ == "__main__":
    main()
