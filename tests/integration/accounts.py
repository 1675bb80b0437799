# SPDX-License-Identifier: Apache-2.0
"""Other accounts at the sockets: with a state folder that is closed to them, as under systemd, those that are named
reach their feed and the control endpoint, and nobody else does."""

import json
import os

from harness import SLOW, Daemon, Others, check, event, finish, skip

NAMED, OTHER = 65001, 65002  # no accounts of this machine; a uid is all that the sockets ask for

if os.geteuid() != 0:
    skip("named accounts reach the sockets", "only root can be other accounts")
    finish()

others = Others()
runtime = others.folder("run")

daemon = Daemon(plugins=[], runtime_dir=runtime, control={"uids": [NAMED]})
daemon.config["feeds"] = [{"name": name, "listen": f"ipc://{name}.sock", "sources": ["https://test.example.edu/"],
                           "types": ["*"], "peer_uids": uids} for name, uids in (("named", [NAMED]), ("own", []))]
daemon.write_config()
os.umask(0o077)  # a unit's UMask= must not close the sockets
daemon.start()


def run(uid, *arguments, stdin=None):
    return others.run(uid, daemon, *arguments, stdin=stdin)


def send(uid, feed, number):
    found = run(uid, "send", "--acks", "--timeout", "2", "--give-up", str(3 * SLOW),
                "--endpoint", f"ipc://{runtime}/{feed}.sock",
                stdin=json.dumps(event(number)) + "\n")
    return '"accepted"' in found.stdout


check(os.stat(daemon.state).st_mode & 0o007 == 0, "the state folder is closed to others")
check(send(NAMED, "named", 1), "an account in peer_uids sends to its feed")
check(not send(OTHER, "named", 2), "another does not")
check(not send(NAMED, "own", 3), "nor does the first where it is not named")
check(send(0, "own", 4), "root does")
check(run(NAMED, "status", "--json").returncode == 0, "an account in control.uids asks for the status")
check(run(OTHER, "status", "--json").returncode != 0, "another does not get it")
check(daemon.ctl("status", "--json").returncode == 0, "root does, by the same configuration")
check(daemon.stop() == 0, "and it stops")
finish()
