# SPDX-License-Identifier: Apache-2.0
"""The change-over of a reload: what can go wrong after the new configuration passed its check, and what must survive
it."""

import copy
import os
import shutil
import signal

from harness import Daemon, check, event, finish, policies, until


def reload_to(daemon, listen):
    daemon.config["feeds"].append({"name": "second", "listen": listen, "sources": ["https://test.example.edu/"],
                                   "types": ["*"]})
    daemon.write_config()
    daemon.process.send_signal(signal.SIGHUP)


# A configuration that is good on paper and cannot run.
daemon = Daemon(plugins=[]).start()
before = copy.deepcopy(daemon.config)
reload_to(daemon, f"ipc://{daemon.home}/missing/second.sock")
check(until(lambda: "the old one goes on" in daemon.read_log() or daemon.process.poll() is not None) and
      daemon.process.poll() is None, "a feed without its folder: the old configuration goes on")
check('feed "second"' in daemon.read_log(), "and the log says which feed could not be opened")
check([a["status"] for a in daemon.send([event(1)])] == ["accepted"], "it takes events")
daemon.config = before
daemon.write_config()
daemon.ctl("pause")
daemon.process.send_signal(signal.SIGHUP)
check(until(lambda: "reloaded" in daemon.read_log()), "the next reload finds everything as it was")
check(until(lambda: daemon.ctl("status", "--json").returncode == 0) and daemon.json("status")["dispatch"]["paused"],
      "and what was paused stays so")
daemon.ctl("resume")
check(not daemon.json("status")["dispatch"]["paused"], "until it is resumed")
check(daemon.stop() == 0, "and the daemon stops cleanly")

# Neither the new configuration nor the old one.
daemon = Daemon(plugins=[])
folder = os.path.join(daemon.home, "sockets")
os.mkdir(folder)
daemon.config["feeds"][0]["listen"] = daemon.feed = f"ipc://{folder}/feed.sock"
daemon.write_config()
daemon.start()
shutil.rmtree(folder)
reload_to(daemon, f"ipc://{folder}/second.sock")
check(until(lambda: daemon.process.poll() is not None) and daemon.process.poll() > 0,
      "no way back either: the daemon ends, and its exit status says so")
check("the old configuration" in daemon.read_log(), "and so does its log")

# A stop asked for in the middle: a policy's host that does not answer makes the middle last.
daemon = Daemon(plugins=policies(("research",))).start()
os.kill(daemon.host_pids()[-1], signal.SIGSTOP)
daemon.process.send_signal(signal.SIGHUP)
check(until(lambda: "changing over" in daemon.read_log()), "a reload is under way")
check(daemon.stop(15) == 0, "SIGTERM ends the daemon all the same")
check("reloaded" not in daemon.read_log(), "without starting the new configuration first")
finish()
