# SPDX-License-Identifier: Apache-2.0
"""The operator sees how strong each plugin's sandbox is: `status` and `plugin list` at no Landlock, at Debian 12's ABI and
at the newest. The kernel is what it is, so a stand-in for pathwayd-host lowers the ABI in the daemon's LOAD frame and
hands everything else on."""

import ctypes
import os
import sys

from harness import BIN, SLOW, Daemon, SEVEN_SONS, check, event, finish, policies, until

STAND_IN = f"""#!{sys.executable} -IS
import json, os, select, socket, struct
daemon = socket.socket(fileno=3)
def exactly(count):
    got = b""
    while len(got) < count:
        more = daemon.recv(count - len(got))
        if not more:
            os._exit(1)
        got += more
    return got
length, kind = struct.unpack("=II", exactly(8))
load = json.loads(exactly(length))
load["landlock_max"] = LEVEL
body = json.dumps(load).encode()
ours, host = socket.socketpair()
if os.fork() == 0:
    os.dup2(host.fileno(), 3)
    os.closerange(4, 64)
    os.execv("{BIN}/pathwayd-host", ["pathwayd-host", "--fd", "3"])
host.close()
ours.sendall(struct.pack("=II", len(body), kind) + body)
ways = {{daemon: ours, ours: daemon}}
while True:
    for end in select.select(list(ways), [], [])[0]:
        data = end.recv(65536)
        if not data:
            if end is ours:
                os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
            os._exit(0)
        ways[end].sendall(data)
"""
NEWEST_KNOWN = 7


def kernel_abi():
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(444, None, ctypes.c_size_t(0), 1)  # landlock_create_ruleset, LANDLOCK_CREATE_RULESET_VERSION
    return min(max(abi, 0), NEWEST_KNOWN)


def missing(abi, network):
    """What `missing` must speak of at an ABI: words of its sentences."""
    said = []
    if SLOW > 1:
        said.append("sanitizers")
    if abi == 0:
        said.append("can read every file" if network else "until it has started, read every file")
    if abi < 4 and not network:
        said.append("does not know the network")
    if abi < 6:
        said.append("nothing denies abstract sockets" if network else "seccomp alone denies them")
    return said


def look(level):
    plugins = policies(("research",)) + [{"name": "stream", "plugin": "stream", "stage": "notify",
                                          "config": {"listen": f"abstract://pathwayd-strength-{os.getpid()}"}}]
    daemon = Daemon(plugins)
    if level is not None:
        stand_in = os.path.join(daemon.home, "host")
        with open(stand_in, "w") as out:
            out.write(STAND_IN.replace("LEVEL", str(level)))
        os.chmod(stand_in, 0o755)
        daemon.config["host_program"] = stand_in
        daemon.write_config()
    daemon.start()
    name = "the newest" if level is None else level
    abi = kernel_abi() if level is None else min(level, kernel_abi())
    check(until(lambda: all(row["state"] == "up" for row in daemon.rows("plugin", "list"))),
          f"Landlock {name}: every plugin starts")
    rows = daemon.rows("plugin", "list")
    for row in rows:
        network = row["stage"] == "notify"
        box = row["sandbox"]
        words = missing(abi, network)
        check(box["no_new_privs"] is True and box["seccomp"] is True and box["landlock"] == abi
              and box["landlock_net"] is (abi >= 4 and not network)
              and box["memory_mb"] == (0 if SLOW > 1 else 512),
              f"Landlock {name}, {row['instance']}: says what holds it {box}")
        check(len(box["missing"]) == len(words) and all(w in s for w, s in zip(words, box["missing"])),
              f"Landlock {name}, {row['instance']}: and what does not {box['missing']}")
    shown = {row["instance"]: row["sandbox"] for row in daemon.json("status")["plugins"]}
    check(shown == {row["instance"]: row["sandbox"] for row in rows}, f"Landlock {name}: status says the same")
    daemon.send([event(1, partner=SEVEN_SONS)])
    check(until(lambda: daemon.findings("research.q2_seven_sons")), f"Landlock {name}: and the plugins work")
    check(daemon.stop() == 0, f"Landlock {name}: the daemon stops cleanly")


for tried in (0, 2, None):
    look(tried)
finish()
