# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: a good new configuration takes over, a bad one (its plugins' included) leaves the old one running and says so."""

import signal

from harness import Daemon, SEVEN_SONS, check, event, finish, until

daemon = Daemon().start()
first = daemon.send([event(1)])
check(first[0]["status"] == "accepted", "it takes events")

daemon.config["feeds"][0]["sorces"] = []
daemon.write_config()
daemon.process.send_signal(signal.SIGHUP)
check(until(lambda: "the old one goes on" in daemon.read_log()), "a misspelt key: the old configuration goes on")
check("sources" in daemon.read_log(), "and the log says what it should have been")
check(daemon.send([event(2)])[0]["status"] == "accepted", "events are taken all the while")

del daemon.config["feeds"][0]["sorces"]
packs = daemon.config["plugins"][1]["config"]["packs"]
daemon.config["plugins"][1]["config"]["packs"] = "/nowhere.json"
daemon.write_config()
daemon.process.send_signal(signal.SIGHUP)
check(until(lambda: daemon.read_log().count("the old one goes on") == 2), "a plugin that would not start: the same")
check("/nowhere.json" in daemon.read_log(), "and the log names the file")

daemon.config["plugins"][1]["config"]["packs"] = packs
daemon.config["feeds"].append({"name": "second", "listen": f"ipc://{daemon.state}/second.sock",
                               "sources": ["https://test.example.edu/"], "types": ["*"]})
daemon.write_config()
daemon.process.send_signal(signal.SIGHUP)
check(until(lambda: "reloaded" in daemon.read_log()), "a good one takes over")
daemon.feed = f"ipc://{daemon.state}/second.sock"
answer = daemon.send([event(1), event(3, partner=SEVEN_SONS)])
check([a["status"] for a in answer] == ["duplicate", "accepted"], "the new feed takes events, the old ones are known")
check(daemon.drain(), "and they are judged")
check([f["event"]["id"] for f in daemon.findings("research.q2_seven_sons")] == ["t-3"], "by the same policies")
check(daemon.stop() == 0, "the daemon stops cleanly")
finish()
