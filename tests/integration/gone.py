# SPDX-License-Identifier: Apache-2.0
"""A client that is gone before the daemon greets it: the endpoint takes the next one. The daemon is halted while the
client comes and goes, so that the greeting fails for certain."""

import os
import signal
import socket
import struct
import json

from harness import SLOW, Daemon, check, event, finish

PORT = 20000 + os.getpid() % 20000

daemon = Daemon(plugins=[])
daemon.config["feeds"].append({"name": "tcp", "listen": f"tcp://127.0.0.1:{PORT}", "types": ["*"],
                               "sources": ["https://tcp.example.edu/"]})
daemon.write_config()
daemon.start()


def come_and_go(family, address, reset):
    client = socket.socket(family)
    os.kill(daemon.process.pid, signal.SIGSTOP)
    client.connect(address)
    if reset:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    os.kill(daemon.process.pid, signal.SIGCONT)


def accepts(endpoint, source, number):
    sent = daemon.ctl("send", "--acks", "--timeout", "2", "--give-up", str(5 * SLOW), "--endpoint", endpoint,
                      stdin=json.dumps(dict(event(number), source=source)) + "\n")
    return '"accepted"' in sent.stdout


local, control = daemon.feed.removeprefix("ipc://"), os.path.join(daemon.state, "control.sock")
for reset in (False, True):
    how = "is reset" if reset else "is closed"
    come_and_go(socket.AF_UNIX, local, reset)
    check(accepts(daemon.feed, "https://test.example.edu/", 1 + reset), f"a feed takes the next after one that {how}")
    come_and_go(socket.AF_INET, ("127.0.0.1", PORT), reset)
    check(accepts(f"tcp://127.0.0.1:{PORT}", "https://tcp.example.edu/", 1 + reset), f"over TCP as well, that {how}")
    come_and_go(socket.AF_UNIX, control, reset)
    check(daemon.ctl("status").returncode == 0, f"the control endpoint too, that {how}")
check(daemon.stop() == 0, "and the daemon stops")
finish()
