# SPDX-License-Identifier: Apache-2.0
"""pathwayctl metrics: read by Prometheus's own parser, whatever names the figures carry; and served over HTTP by a process
that outlives the daemon."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from harness import BIN, SEVEN_SONS, SLOW, Daemon, Others, check, event, finish, policies, skip, until

# Debian's own Python has Debian's package, whichever comes first on the path.
PARSER = """import json, sys
from prometheus_client.parser import text_string_to_metric_families
text = sys.stdin.buffer.read().decode()
print(json.dumps([[s.name, s.labels, s.value] for f in text_string_to_metric_families(text) for s in f.samples]))"""
HOSTILE = 'x"} 1\npathwayd_evil{a="\\'
with socket.socket() as closed:
    closed.bind(("127.0.0.1", 0))
    nobody = closed.getsockname()[1]
plugins = policies() + [{"name": "email", "plugin": "email", "stage": "notify",
                         "config": {"server": f"smtp://127.0.0.1:{nobody}", "from": "pathwayd@example.test"}}]
daemon = Daemon(plugins, reviewers=[{"name": "alice", "addresses": {"email": "alice@example.test"}}],
                routes=[{"min_level": "recommended", "reviewers": ["alice"], "channels": ["email"]}],
                lists=[{"name": "fresh", "format": "simple", "url": "file:///nowhere", "max_age_days": 30},
                       {"name": "old", "format": "simple", "url": "file:///nowhere", "max_age_days": 30},
                       {"name": "missing", "format": "simple", "url": "file:///nowhere"}])
daemon.config["feeds"][0]["expected_within_h"] = 24
daemon.write_config()
daemon.start()


def ask():
    """Bytes: a carriage return in a name must not be taken for the end of a line on the way."""
    return subprocess.run([os.path.join(BIN, "pathwayctl"), "--config", daemon.ctl_file, "metrics"], capture_output=True,
                          timeout=120 * SLOW)


def read(text):
    """{(name, labels): value}; the parser's word, and ours that no series comes twice."""
    figures, twice = {}, []
    run = subprocess.run(["/usr/bin/python3", "-c", PARSER], input=text, capture_output=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.decode())
    for name, labels, value in json.loads(run.stdout):
        key = (name, frozenset(labels.items()))
        twice += [key] if key in figures else []
        figures[key] = value
    check(not twice, f"every series is there once {twice}")
    return figures


def figures():
    run = ask()
    check(run.returncode == 0, f"metrics {run.stderr}")
    return read(run.stdout)


def one(found, name, **labels):
    return found.get((name, frozenset(labels.items())))


# ---- the figures ---------------------------------------------------------------------------------------------------

found = figures()
check(one(found, "pathwayd_events_total") == 0, "an empty journal")
events = [event(n, partner=SEVEN_SONS, nationality="XX") for n in range(3)]
events += [event(3, **{"NATIO-NALITY": "YY", HOSTILE: "z", "passport_number\n": "1"}), event(0, partner=SEVEN_SONS)]
events += [{"specversion": "1.0", "id": "bad", "source": "https://test.example.edu/", "type": "nothing.known"}]
daemon.send(events)
until(lambda: daemon.json("status")["journal"]["cases"] == 3)
until(lambda: one(read(ask().stdout), "pathwayd_channel_failures_total", channel="email") > 0)
text = ask().stdout
found, status = read(text), daemon.json("status")
text = text.decode()
names = {name for name, _ in found}
types = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE"))
check(all(name.startswith("pathwayd_") for name in names), "every name begins with pathwayd_")
check(all(name.endswith("_total") == (types[name] == "counter") for name in names), "counters, and no others, end in _total")
check(set(types) >= names and all(f"# HELP {name} " in text for name in types), "each has its type and a sentence")
for name, member in [("pathwayd_events_total", "events"), ("pathwayd_findings_total", "findings"),
                     ("pathwayd_cases_total", "cases"), ("pathwayd_cases_open", "open_cases"),
                     ("pathwayd_audit_records_total", "audit_records")]:
    check(one(found, name) == status["journal"][member], f"{name} is what status says")
check(one(found, "pathwayd_journal_bytes") > 0 and one(found, "pathwayd_journal_free_bytes") > 0, "bytes")
check(time.time() - 3600 < one(found, "pathwayd_process_start_time_seconds") <= time.time(), "when it started")
feed = status["feeds"][0]
for name in ("accepted", "duplicates", "rejected", "requests", "busy"):
    check(one(found, f"pathwayd_feed_{name}_total", feed="test") == feed[name], f"the feed's {name}")
check(feed["accepted"] == 4 and feed["duplicates"] == 1 and feed["rejected"] == 1, f"which are these {feed}")
check(0 <= one(found, "pathwayd_feed_since_accepted_seconds", feed="test") < 3600, "since when it was heard")
check(one(found, "pathwayd_feed_expected_within_seconds", feed="test") == 86400 and
      one(found, "pathwayd_feed_silent", feed="test") == 0, "and when it is expected, in seconds")
refused = {dict(labels)["field"]: value for (name, labels), value in found.items()
           if name == "pathwayd_feed_refused_fields_total"}
check(refused.get("nationality") == 4, f"refused fields go by the vocabulary's names, however they were written {refused}")
check("evil" not in text and "NATIO" not in text, "and what a sender wrote is nobody's label")
check(one(found, "pathwayd_plugin_up", instance="research", stage="assess") == 1 and
      one(found, "pathwayd_plugin_handled_total", instance="research", stage="assess") == 4 and
      one(found, "pathwayd_plugin_restarts_total", instance="email", stage="notify") == 0, "plugins")
check(one(found, "pathwayd_notices", channel="email", state="waiting") == 3, "notices wait for a server that is not there")
check(0 < one(found, "pathwayd_channel_oldest_waiting_seconds", channel="email") < 3600, "and the oldest has its age")
check(one(found, "pathwayd_findings_standing", rule="research.q2_seven_sons", level="recommended") == 3, "findings by rule")
check(one(found, "pathwayd_list_stale", list="missing") == 1 and one(found, "pathwayd_list_age_seconds", list="missing") is None,
      "a list that was never fetched is stale, and has no age")

# ---- what lags -----------------------------------------------------------------------------------------------------

daemon.ctl("pause")
daemon.send([event(n) for n in range(10, 15)])
time.sleep(1.1)
found = figures()
check(one(found, "pathwayd_dispatch_lag_events") == 5 and one(found, "pathwayd_dispatch_lag_seconds") >= 1 and
      one(found, "pathwayd_dispatch_paused") == 1, "events that wait to be judged, and how long the oldest has")
daemon.ctl("resume")
check(until(lambda: one(figures(), "pathwayd_dispatch_lag_events") == 0), "until they are")
check(one(figures(), "pathwayd_dispatch_lag_seconds") == 0, "then nothing is late")
victim = next(p["pid"] for p in daemon.json("plugin", "list") if p["instance"] == "lab")
os.kill(victim, signal.SIGKILL)
check(until(lambda: one(figures(), "pathwayd_plugin_restarts_total", instance="lab", stage="assess") == 1), "a restart counts")

# ---- hostile names -------------------------------------------------------------------------------------------------

journal = os.path.join(daemon.state, "journal.db")
odd = [HOSTILE, "back\\slash\\", "Ünïcode 清华", "tab\tand\rreturn", ""]
with sqlite3.connect(journal, timeout=20) as database:
    database.executemany("INSERT INTO standing VALUES(?, 3, 1000)", [(rule,) for rule in odd])
    database.executemany("INSERT INTO standing VALUES(?, 2, 1)", [(f"many.{n:04}",) for n in range(400)])
database.close()
generation = os.path.join(daemon.state, "lists", "000001")
os.makedirs(generation)
os.symlink("000001", os.path.join(daemon.state, "lists", "current"))
today = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
with open(os.path.join(generation, "manifest.json"), "w") as out:
    json.dump({"sources": [{"name": "fresh", "fetched": "2020-01-01T00:00:00Z"}, {"name": "old", "fetched": today},
                           {"name": HOSTILE, "fetched": today}, {"name": "dateless"}]}, out)
with open(os.path.join(daemon.state, "lists", "attempts.json"), "w") as out:
    json.dump({"fresh": {"at": today}, "old": {"at": "2020-01-01T00:00:00Z"}, HOSTILE: {"at": today, "error": "no"}}, out)
found = figures()
check(all(one(found, "pathwayd_findings_standing", rule=rule, level="recommended") == 1000 for rule in odd),
      "whatever a rule is called is read as it is")
told = [labels for name, labels in found if name == "pathwayd_findings_standing"]
rest = one(found, "pathwayd_findings_standing_others", level="suggested")
check(len(told) == 256 and rest > 0, f"rules have a bounded number of series, and the rest is counted {len(told)} {rest}")
total = sum(value for (name, _), value in found.items() if name.startswith("pathwayd_findings_standing"))
check(total == 3 + 5 * 1000 + 400, f"nothing of it is lost {total}")
check("pathwayd_evil" not in {name for name, _ in found}, "and no name makes a series of its own")
check(one(found, "pathwayd_list_stale", list="fresh") == 0 and one(found, "pathwayd_list_age_seconds", list="fresh") < 7200,
      "a list is as old as the last time its publisher was asked")
check(one(found, "pathwayd_list_stale", list="old") == 1 and
      one(found, "pathwayd_list_age_seconds", list="old") > 86400 * 365, "an old one is stale")
check(one(found, "pathwayd_list_age_seconds", list=HOSTILE) < 7200, "hostile names of lists as well")
with open(os.path.join(generation, "manifest.json"), "w") as out:
    out.write('{"sources": [{"name": "fr')
check(one(figures(), "pathwayd_list_stale", list="fresh") == 1, "a manifest that cannot be read is no fresh list")

# ---- over HTTP -----------------------------------------------------------------------------------------------------


class Exporter:
    def __init__(self, address="127.0.0.1:0"):
        self.log = os.path.join(daemon.home, "exporter.log")
        self.process = subprocess.Popen([os.path.join(BIN, "pathwayctl"), "--config", daemon.ctl_file, "metrics", "--listen",
                                         address], stdout=subprocess.PIPE, stderr=open(self.log, "w"), text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.split(":")[-1].split("/")[0])

    def curl(self, *arguments, path="/metrics"):
        run = subprocess.run(["curl", "--silent", "--show-error", "--include", "--max-time", str(20 * SLOW), *arguments,
                              self.url.replace("/metrics", path)], capture_output=True)
        if not run.stdout:
            return 0, {}, b""
        head, _, body = run.stdout.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:]), body


exporter = Exporter()
code, head, body = exporter.curl()
check(code == 200 and head["content-type"].startswith("text/plain; version=0.0.4"), f"GET {code} {head}")
check(one(read(body), "pathwayd_events_total") == 9, "gives the figures")
code, headless, body = exporter.curl("--head")
check(code == 200 and body == b"" and int(headless["content-length"]) > 1000, f"HEAD the same without them {code} {headless}")
for path in ("/", "/metrics/", "/metrics2", "/%2e%2e/etc/passwd", "/" + "x" * 3000):
    check(exporter.curl("--path-as-is", path=path)[0] == 404, f"{path[:20]} is not there")
for method in ("POST", "PUT", "DELETE", "OPTIONS", "BREW"):
    code, head, _ = exporter.curl("--request", method, "--data", "op=pause")
    check(code == 405 and head.get("allow") == "get, head", f"{method} is not allowed {code}")
check(not daemon.json("status")["dispatch"]["paused"], "and changes nothing")
check(exporter.curl("--header", "X: " + "y" * 20000)[0] >= 400, "a head that is too large is refused")

idle = [socket.create_connection(("127.0.0.1", exporter.port)) for _ in range(40)]
for client in idle[:20]:
    client.sendall(b"GET /metrics HT")
check(until(lambda: exporter.curl()[0] == 0), "clients that say nothing take up all its connections")
check(until(lambda: exporter.curl()[0] == 200, 40), "until it hangs up on them")
for client in idle:
    client.close()
junk = socket.create_connection(("127.0.0.1", exporter.port))
junk.sendall(os.urandom(500) + b"\r\n\r\n")
junk.close()
check(exporter.curl()[0] == 200, "nor does rubbish hurt it")

stop = threading.Event()
codes = []


def hammer():
    while not stop.is_set():
        codes.append(exporter.curl()[0])


threads = [threading.Thread(target=hammer) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(3):
    before = daemon.read_log().count("reloaded")
    daemon.ctl("reload")
    until(lambda: daemon.read_log().count("reloaded") > before)
stop.set()
for thread in threads:
    thread.join()
check(set(codes) <= {200, 503} and 200 in codes, f"asked all through reloads {len(codes)} times: {set(codes)}")
check(daemon.process.poll() is None, "the daemon lives through that")

check(daemon.stop() == 0, "the daemon stops")
code, _, body = exporter.curl()
check(code == 503 and b"does not answer" in body and exporter.process.poll() is None, f"then it is 503, and it lives {code}")
exporter.curl()
daemon.start()
check(until(lambda: exporter.curl()[0] == 200), "and gives figures again when the daemon is back")
with open(exporter.log) as log:
    said = log.read()
check(said.count("answers again") >= 1 and said.count("does not answer") <= said.count("answers again") + 1,
      f"which it said, once each {said!r}")

for address, sentence, status in [("nonsense", "ADDRESS:PORT", 2), ("127.0.0.1:", "ADDRESS:PORT", 2), (":9", "ADDRESS:PORT", 2),
                                  ("127.0.0.1:70000", "ADDRESS:PORT", 2), ("::1:80", "ADDRESS:PORT", 2),
                                  ("nowhere.invalid:80", "no address", 2), (f"127.0.0.1:{exporter.port}", "in use", 1)]:
    run = daemon.ctl("metrics", "--listen", address)
    check(run.returncode == status and sentence in run.stderr, f"--listen {address}: {run.returncode} {run.stderr}")
exporter.process.terminate()
check(exporter.process.wait(20 * SLOW) == 0, "SIGTERM ends it")
try:
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
    sixth = Exporter("[::1]:0")
    check(sixth.curl("-g")[0] == 200, f"it listens on IPv6 too: {sixth.url}")
    sixth.process.terminate()
    sixth.process.wait()
except OSError:
    skip("IPv6", "this machine has none")

if os.geteuid() == 0:
    run = Others().run(4711, daemon, "metrics")
    check(run.returncode == 1 and "pathwayd_" not in run.stdout, "an account that may not ask is told nothing")
else:
    skip("an account that may not ask", "only root can be others")
check(daemon.stop() == 0, "the daemon stops cleanly")
run = daemon.ctl("metrics")
check(run.returncode == 1 and run.stdout == "", "without a daemon there are no figures")
finish()
