# SPDX-License-Identifier: Apache-2.0
"""A journal on a full 8 MiB tmpfs: feeds hear `busy`, stages finish, and all goes on by itself when there is room."""

import json
import os
import subprocess
import sys

from harness import Daemon, SEVEN_SONS, check, event, finish, skip, until

if os.environ.get("PATHWAYD_IN_NAMESPACE") != "1":
    probe = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    if os.geteuid() != 0 or probe.returncode != 0:
        skip("a full disk", "mounting a tmpfs needs root and a mount namespace")
        finish()
    os.environ["PATHWAYD_IN_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "-m", sys.executable, "-B", os.path.realpath(__file__)])

daemon = Daemon(journal={"min_free_bytes": 1 << 20})
os.makedirs(daemon.state)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", daemon.state], check=True)
daemon.start()
filler = "x" * 1900
acks, number, busy = [], 0, []
while not busy and number < 20000:
    batch = [event(n, summary=filler, partner=SEVEN_SONS) for n in range(number, number + 64)]
    number += 64
    got = daemon.request(json.dumps(batch))
    acks += [a for a in got if a["status"] == "accepted"]
    busy = [a for a in got if a["status"] == "busy"]
check(busy and busy[0].get("retry_after", 0) > 0, "a full disk answers busy, with retry_after")
check(len(acks) > 100, f"after {len(acks)} events were accepted")
check(until(lambda: daemon.drain(10), 30), "what was accepted is judged all the same")
check(daemon.process.poll() is None, "the daemon lives")
stored = {e["id"] for e in daemon.rows("event", "list", "--limit", "100000")}
check({a["id"] for a in acks} <= stored, "every acknowledged event is stored")
subprocess.run(["mount", "-o", "remount,size=32m", daemon.state], check=True)
check(until(lambda: daemon.request(json.dumps(event(10 ** 6)))["status"] in ("accepted", "duplicate"), 20),
      "with room again it accepts, by itself")
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain is intact")
check(daemon.stop() == 0, "the daemon stops cleanly")
subprocess.run(["umount", daemon.state])
finish()
