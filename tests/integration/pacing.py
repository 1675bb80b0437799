# SPDX-License-Identifier: Apache-2.0
"""Who is told, when, and why: a morning's batch over a queue of reviewers is told once an engagement and reviewer; a restart
in the wait loses nothing; whoever is away has a deputy; `pathwayctl why` says why somebody was told, or was not."""

import base64
import http.server
import json
import os
import socket
import sqlite3
import threading
import time

from harness import SEVEN_SONS, SLOW, Daemon, check, event, finish, policies, until

PEOPLE = ["alice", "bob", "carol"]
QUEUE = {"name": "desk", "reviewers": ["alice", "bob"], "channels": ["stream"], "lead": "carol"}
TODAY = time.strftime("%Y-%m-%d", time.gmtime())


def new_daemon(port, wait=2, **people):
    stream = {"name": "stream", "plugin": "stream", "stage": "notify", "config": {"listen": f"tcp://127.0.0.1:{port}"}}
    daemon = Daemon(policies(("research", "lab", "legal")) + [stream],
                    reviewers=[dict({"name": name, "addresses": {"stream": name}}, **people.get(name, {})) for name in PEOPLE],
                    queues=[QUEUE], routes=[{"queue": "desk", "min_level": "recommended", "asking": True}],
                    notices={"wait_s": wait * SLOW, "wait_most_s": 20 * SLOW, "pace": {"daily_cap": 0}})
    return daemon


def notices(daemon, number):
    return daemon.json("why", "https://test.example.edu/", f"t-{number}").get("notices", [])


def states(daemon, number):
    return sorted((n["reviewer"], n["change"], n["state"]) for n in notices(daemon, number))


# ---- a batch -------------------------------------------------------------------------------------------------------

daemon = new_daemon(27393)
daemon.start()
batch = [event(n, partner=SEVEN_SONS, engagement_id=f"E-{n % 5}") for n in range(40)]
for start in range(0, 40, 8):
    daemon.send(batch[start:start + 8], "--batch", "8")
check(daemon.drain(), "a batch over five engagements")
check(daemon.json("status")["journal"]["notices_held"] > 0, "its notices are held until the cases have settled")
check(until(lambda: daemon.json("status")["journal"]["notices_delivered"] == 10, 20),
      "then each of two reviewers is told of each of five engagements")
check(all(states(daemon, n) == [("alice", "opened", "delivered"), ("bob", "opened", "delivered")] for n in range(5)), "once")
case = daemon.json("case", "show", "--engagement", "E-0")
check(case["queue"] == "desk", "the case is in its queue")

# ---- why -----------------------------------------------------------------------------------------------------------

run = daemon.ctl("why", "https://test.example.edu/", "t-0")
check(run.returncode == 0 and "in the queue desk" in run.stdout and "You work on the queue desk." in run.stdout and
      "alice by stream, opened: told" in run.stdout and "for this case" in run.stdout, "why says who was told and why")
daemon.send([event(50), event(51, partner=SEVEN_SONS, engagement_id="E-0")])
check(daemon.drain(), "an ordinary event, and one of a case that stands")
run = daemon.ctl("why", "https://test.example.edu/", "t-50")
check("Nobody was told" in run.stdout, "why says why nobody was told")
check(states(daemon, 51) == [("alice", "opened", "delivered"), ("bob", "opened", "delivered")], "what is no news is told to nobody")
run = daemon.ctl("why", "https://test.example.edu/", "t-0", "--reviewer", "carol")
check("none for this reviewer" in run.stdout, "and of somebody who was told nothing")
check(daemon.ctl("why", "https://test.example.edu/", "t-99").returncode == 1, "an event that is not there")

# ---- killed in the wait --------------------------------------------------------------------------------------------

daemon.send([event(60, partner=SEVEN_SONS)])
check(daemon.drain() and ("alice", "opened", "held") in states(daemon, 60), "a notice is held")
daemon.kill()
time.sleep(1)
daemon.start()
check(until(lambda: states(daemon, 60) == [("alice", "opened", "delivered"), ("bob", "opened", "delivered")], 20),
      "the daemon is killed in the wait: it is told once it is back")
check(daemon.ctl("audit", "verify").returncode == 0, "and the audit chain holds")
check(daemon.stop() == 0, "and it stops")

# ---- a channel that is down for two days ------------------------------------------------------------------------------

posts = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
daemon = Daemon(policies(("research", "lab", "legal")), routes=[{"min_level": "recommended", "channels": ["tickets"]}],
                notices={"wait_s": 0, "pace": {"daily_cap": 0}})
secret = os.path.join(daemon.home, "secret")
with open(secret, "w") as out:
    out.write("whsec_" + base64.b64encode(os.urandom(32)).decode())
daemon.config["plugins"].append({"name": "tickets", "plugin": "webhook", "stage": "notify", "readable": [daemon.home],
                                 "config": {"url": url, "secret_file": secret, "content": "full", "allow_private": True,
                                            "allow_plain": True}})
daemon.write_config()
daemon.start()
daemon.send([event(n, partner=SEVEN_SONS) for n in range(12)])
check(until(lambda: [n["error"] for n in notices(daemon, 0)] not in ([], [""])), "nobody listens: what went wrong is kept")
check(until(lambda: daemon.json("status")["journal"]["notices_waiting"] == 12), "and every notice")
daemon.stop()
with sqlite3.connect(daemon.state + "/journal.db") as database:
    database.execute("UPDATE notice SET told = told - 2 * 86400000, next = 0, attempts = max(attempts, 1)")
database.close()
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(url.split(":")[2].strip("/"))), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
daemon.start()
check(until(lambda: daemon.json("status")["journal"]["notices_waiting"] == 0, 30), "two days later somebody does: nothing waits any more")
told = [p["case_id"] for p in posts if p["kind"] == "case"] + [c["case_id"] for p in posts if p["kind"] == "digest" for c in p["cases"]]
check(sorted(told) == [f"C-{n:06}" for n in range(1, 13)], f"each case was told, once {told}")
check(len(posts) < 12 and any(p["kind"] == "digest" for p in posts), f"most of them in one digest ({len(posts)} requests)")
check("folded" in {n["state"] for n in notices(daemon, 11)} | {n["state"] for n in notices(daemon, 5)}, "and why says so")
check(daemon.stop() == 0, "and it stops")
server.shutdown()

# ---- away ----------------------------------------------------------------------------------------------------------

daemon = new_daemon(27393, 0, alice={"absent": [f"{TODAY}/2999-01-01"], "deputy": "carol"},
                    bob={"pace": {"quiet": "00:00-23:59"}})
daemon.start()
daemon.send([event(1, partner=SEVEN_SONS)])
check(daemon.drain(), "one is away, the other has quiet hours")
told = {n["reviewer"]: n for n in notices(daemon, 1)}
check("alice" not in told and told["carol"]["state"] == "delivered" and "you are the deputy" in told["carol"]["because"],
      "the deputy is told, and why")
quiet = told["bob"]
check(quiet["state"] in ("held", "delivered") and (quiet["state"] == "delivered" or "bob has quiet hours until" in quiet["reason"]),
      f"the other later, and it is said why {quiet['state']} {quiet['reason']}")  # the minute before midnight is not quiet
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain holds")
check(daemon.stop() == 0, "and it stops")
finish()
