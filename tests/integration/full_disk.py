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

MARK = 1 << 20


def start_on_small_disk():
    daemon = Daemon(journal={"min_free_bytes": MARK})
    os.makedirs(daemon.state)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", daemon.state], check=True)
    return daemon.start()


def fill(daemon, **changes):
    """Sends until a feed hears `busy`: the acknowledgements of what was accepted, and of what was not."""
    acks, number, busy = [], 0, []
    while not busy and number < 20000:
        got = daemon.request(json.dumps([event(n, **changes) for n in range(number, number + 64)]))
        number += 64
        acks += [a for a in got if a["status"] == "accepted"]
        busy = [a for a in got if a["status"] == "busy"]
    return acks, busy


def room_again(daemon):
    subprocess.run(["mount", "-o", "remount,size=64m", daemon.state], check=True)
    return until(lambda: daemon.request(json.dumps(event(10 ** 6)))["status"] in ("accepted", "duplicate"), 20)


def end(daemon, acks):
    stored = {e["id"] for e in daemon.rows("event", "list", "--limit", "100000")}
    check({a["id"] for a in acks} <= stored, "every acknowledged event is stored")
    check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain is intact")
    check(daemon.stop() == 0, "the daemon stops cleanly")
    subprocess.run(["umount", daemon.state])


# Nothing is judged while the disk fills, so all of it is still owed when it is full: the most that can be owed.
daemon = start_on_small_disk()
daemon.ctl("pause")
acks, busy = fill(daemon, summary="x" * 1900, partner=SEVEN_SONS)
check(busy and busy[0].get("retry_after", 0) > 0, "a full disk answers busy, with retry_after")
check(len(acks) > 100, f"after {len(acks)} events were accepted")
daemon.ctl("resume")
check(until(lambda: daemon.drain(10), 30), "what was accepted is judged all the same")
check(len(daemon.findings("research.q2_seven_sons")) == len(acks), "each of them has its finding")
check(daemon.process.poll() is None, "the daemon lives")
check(room_again(daemon), "with room again it accepts, by itself")
end(daemon, acks)

# Events that need far more room than is set aside: judging stops short, loses nothing, and goes on by itself.
daemon = start_on_small_disk()
daemon.ctl("pause")
acks, _ = fill(daemon, partner=SEVEN_SONS * 64)
daemon.ctl("resume")
check(not daemon.drain(2), "what does not fit waits")
check(daemon.process.poll() is None, "and the daemon lives")
check(room_again(daemon), "it accepts again when there is room")
check(until(lambda: daemon.drain(10), 60), "and judges what waited")
check(len(daemon.findings("research.q2_seven_sons")) == len(acks), "each with its finding, once")
end(daemon, acks)
finish()
