# SPDX-License-Identifier: Apache-2.0
"""Nine more organisations for each real one, so that a snapshot of both has ten times the names: a registry dump whose
names begin like one real name and end like another, with real countries and cities. The same on every run.

    tests/bench/screening_names.py DATA > names.json"""

import gzip
import json
import os
import random
import sys

TIMES = 9
SEED = 20261124
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # of ROR ids: Crockford's, without i, l, o, u


def ror_id(number):
    text = "".join(DIGITS[number >> shift & 31] for shift in range(25, -1, -5))
    return f"0{text}{98 - number * 100 % 97:02d}"


def parts(name):
    """What may be recombined: words, or characters where a script has no blanks between words."""
    words = name.split()
    if len(words) > 1 or name.isascii():
        return words, " "
    return list(name), ""


def real(data):
    """Organisations of registry and lists: (names with their types and language, country, city)."""
    with gzip.open(os.path.join(data, "ror", "ror-v2-subset.json.gz"), "rt", encoding="utf-8") as file:
        registry = json.load(file)
    for record in registry:
        place = record["locations"][0]["geonames_details"] if record["locations"] else {}
        yield record["names"], place.get("country_code", ""), place.get("name", ""), record["id"].rsplit("/", 1)[1]
    with gzip.open(os.path.join(data, "lists", "list_entities.tsv.gz"), "rt", encoding="utf-8") as rows:
        next(rows)
        for row in rows:
            _, _, name, aliases, countries = (row.rstrip("\n").split("\t") + ["", "", ""])[:5]
            names = [{"value": name, "types": ["ror_display", "label"], "lang": None}]
            names += [{"value": a.strip(), "types": ["alias"], "lang": None} for a in aliases.split(";") if a.strip()]
            yield names, countries[:2], "", None


def recombine(name, others, pick):
    """The head of one name, the tail of another of the same language: as many words, more or less."""
    mine, blank = parts(name)
    for _ in range(8):
        theirs, other_blank = parts(pick.choice(others))
        if other_blank == blank and len(theirs) > 1 and len(mine) > 1:
            head = mine[:pick.randint(1, len(mine) - 1)]
            tail = theirs[-max(1, min(len(theirs) - 1, len(mine) - len(head))):]
            return blank.join(head + tail)
    return name + blank + pick.choice(others)  # one word: a second to it


def write(data, out):
    pick = random.Random(SEED)
    organisations = list(real(data))
    taken = {ror for _, _, _, ror in organisations}
    by_language, letters = {}, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    seen = {name["value"].lower() for names, _, _, _ in organisations for name in names}
    for names, _, _, _ in organisations:
        for name in names:
            if "acronym" not in name["types"]:
                by_language.setdefault(name["lang"], []).append(name["value"])
    number, written = 0, 0
    out.write("[")
    for _ in range(TIMES):
        for names, country, city, _ in organisations:
            made = []
            for name in names:
                for _ in range(20):
                    if "acronym" in name["types"]:
                        value = "".join(pick.choice(letters) for _ in range(max(3, min(6, len(name["value"])))))
                    else:
                        value = recombine(name["value"], by_language[name["lang"]], pick)
                    if value.lower() not in seen:
                        break
                seen.add(value.lower())
                made.append({"value": value, "types": name["types"], "lang": name["lang"]})
            while ror_id(number) in taken:
                number += 1
            record = {"id": "https://ror.org/" + ror_id(number), "status": "active", "names": made,
                      "locations": [{"geonames_details": {"country_code": country, "name": city}}], "relationships": []}
            out.write(("," if written else "") + json.dumps(record, ensure_ascii=False))
            number += 1
            written += 1
    out.write("]\n")
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1], sys.stdout)
