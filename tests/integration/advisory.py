# SPDX-License-Identifier: Apache-2.0
"""Advisories: what another institution shares is taken with its signature, about institutions, and informs only."""

import json
import os
import subprocess
import time

from harness import Daemon, check, finish

daemon = Daemon()
home = daemon.home
LIST = {"format": "pathwayd-list/1", "source": "alliance", "list": "ALLIANCE", "snapshot": "2026-01-02", "title": "What we saw",
        "licence": "CC0-1.0", "entries": [{"id": "1", "name": "Institute of Advice", "category": "military", "effect": "informs"}]}


def path(name):
    return os.path.join(home, name)


stamp = int(time.time()) - 100000  # a file is looked at again when it is newer, by whole seconds


def stamped():
    global stamp
    stamp += 10
    os.utime(path("advisory.json"), (stamp, stamp))


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def publish(key="key.pem", **changes):
    with open(path("advisory.json"), "w") as out:
        json.dump(dict(LIST, **changes), out)
    stamped()
    openssl("pkeyutl", "-sign", "-rawin", "-inkey", path(key), "-in", path("advisory.json"), "-out", path("advisory.json.sig"))


def update():
    run = daemon.ctl("list", "update")
    found = daemon.ctl("screen", "Institute of Advice", "--json")
    return run, "Institute of Advice" in found.stdout and '"matches":[]' not in found.stdout.replace(" ", "")


def refused(words, what):
    run, listed = update()
    check(run.returncode == 1 and words in run.stdout + run.stderr and listed, f"{what} is refused, and what was there stays {run.stderr}")


for name in "key", "other":
    openssl("genpkey", "-algorithm", "ed25519", "-out", path(f"{name}.pem"))
    openssl("pkey", "-in", path(f"{name}.pem"), "-pubout", "-out", path(f"{name}.pub"))
openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path("rsa.pem"))
openssl("pkey", "-in", path("rsa.pem"), "-pubout", "-out", path("rsa.pub"))
entry = {"name": "alliance", "format": "simple", "url": "file://" + path("advisory.json"), "signed_by": path("key.pub")}
daemon.config["lists"] = [entry]
daemon.config["plugins"][0]["config"] = {"snapshots": [os.path.join(daemon.state, "lists", "current", "all.snap")], "max_age_days": 36500}
daemon.config["plugins"][0]["readable"] = []
daemon.write_config()
publish()
run, listed = update()
check(run.returncode == 0 and listed, f"an advisory is taken {run.stdout} {run.stderr}")
publish(key="other.pem")
refused("not signed by the key", "another's signature")
publish(title="Changed")
with open(path("advisory.json"), "a") as out:
    out.write("\n")
stamped()
refused("not signed by the key", "a file that was changed afterwards")
publish(entries=[dict(LIST["entries"][0], effect="needs_licence")])
refused("informs and does no more", "what does more than inform")
publish(title="Changed once more")
with open(path("advisory.json.sig"), "ab") as out:
    out.write(b"x")
refused("not the 64 bytes", "a signature that is too long")
os.unlink(path("advisory.json.sig"))
refused("its signature", "an advisory without a signature")
with open(path("advisory.json"), "w") as out:
    out.write("{")
stamped()
openssl("pkeyutl", "-sign", "-rawin", "-inkey", path("key.pem"), "-in", path("advisory.json"), "-out", path("advisory.json.sig"))
refused("1:2:", "what is signed and no JSON")
publish(title="Changed at last")
for key in "rsa.pub", "key.pem", "nowhere":
    entry["signed_by"] = path(key)
    daemon.write_config()
    refused("no Ed25519 public key", f"by {key} it")
entry["signed_by"] = path("key.pub")
entry["format"] = "csl-csv"
daemon.write_config()
run = daemon.ctl("list", "update")
check(run.returncode == 1 and "of the format" in run.stdout + run.stderr, f"an advisory in another format is refused {run.stderr}")
entry["format"] = "simple"
daemon.write_config()
run, listed = update()
check(run.returncode == 0 and listed, f"and a good one is taken again {run.stderr}")
finish()
