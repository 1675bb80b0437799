# SPDX-License-Identifier: Apache-2.0
"""pathwayctl with a daemon, real or acted: send in every way, and what is shown of the outcome."""

import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import threading
import time

from harness import BIN, SEVEN_SONS, SLOW, SOURCE, Daemon, Others, check, event, finish, skip, until

CTL = os.path.join(BIN, "pathwayctl")
daemon = Daemon(feeds=None)
daemon.config["feeds"] = [{"name": "test", "listen": daemon.feed, "sources": ["https://"], "types": ["*"]}]
daemon.write_config()
daemon.start()


def path(name, text, encoding="utf-8"):
    where = os.path.join(daemon.home, name)
    with open(where, "wb") as out:
        out.write(text.encode(encoding))
    return where


def ndjson(events):
    return "".join((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in events)


def lines(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


# ---- send ------------------------------------------------------------------------------------------------------

first = [event(n) for n in range(24)]
run = daemon.ctl("send", path("first.ndjson", ndjson(first)))
check(run.returncode == 0 and run.stdout == "24 sent: 24 accepted, 0 duplicate, 0 rejected\n", "a file is sent")
run = daemon.ctl("send", "--json", daemon.home + "/first.ndjson")
check(run.returncode == 0 and lines(run)[0]["duplicate"] == 24, "sent again, all are duplicates")

mixed = [event(0), "{", event(100), "", '{"specversion":"1.0"}', "[]", event(101, title="x" * 300000), event(102)]
for batch in ["1", "3", "64"]:
    run = daemon.ctl("send", "--acks", "--batch", batch, stdin=ndjson(mixed)[:-1])
    acks = lines(run)
    check(run.returncode == 1 and len(acks) == len(mixed), f"batch {batch}: one line out per line in")
    check(["error" in a for a in acks] == [False, True, False, True, False, True, True, False],
          f"batch {batch}: lines that are no events are answered in their places")
    check(acks[4]["status"] == "rejected" and len(acks[4]["errors"]) > 2, f"batch {batch}: a rejection has its reasons")
    check([acks[i].get("id") for i in (0, 2, 7)] == ["t-0", "t-100", "t-102"], f"batch {batch}: in order")
    check("262144" in acks[6]["error"], f"batch {batch}: too large is said before it is sent")
check("3 lines were no events" in run.stderr or "4 lines were no events" in run.stderr, "the summary counts them")

spelt = '{"specversion":"1.0","id":"spelt","source":"https://x.example/","type":"org.pathwayd.agreement.proposed.v1",' \
        '"data":{"engagement_id":"E-sp\\u0065lt",  "funding":{"amount":"1.10"}}}'
daemon.ctl("send", stdin=spelt)
shown = daemon.ctl("event", "show", "https://x.example/", "spelt", "--json").stdout
check('E-sp' in shown and daemon.json("event", "show", "https://x.example/", "spelt")["event"]["id"] == "spelt",
      "an event is shown by source and id")

many = [event(n) for n in range(1000, 6000)]
begun = time.monotonic()
run = daemon.ctl("send", "--acks", "--batch", "64", stdin=ndjson(many))
check([a["id"] for a in lines(run)] == [e["id"] for e in many], "5,000 acknowledgements in order")
print(f"# {5000 / (time.monotonic() - begun):.0f} events/s by batches of 64, the process included", flush=True)
run = daemon.ctl("send", "--acks", "--window", "1", stdin=ndjson(many[:50]))
check(len(lines(run)) == 50, "one request at a time works too")

# A live pipe: what is there goes off at once, without waiting for a full batch.
process = subprocess.Popen([CTL, "--config", daemon.ctl_file, "send", "--acks", "--batch", "64"],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
begun = time.monotonic()
for n in range(3):
    process.stdin.write(json.dumps(event(9000 + n)) + "\n")
    process.stdin.flush()
    check(json.loads(process.stdout.readline())["id"] == f"t-{9000 + n}", "a lone event in a batch is not held back")
check(time.monotonic() - begun < 1 * SLOW, "nor is its acknowledgement")
process.stdin.close()
check(process.wait(20) == 0, "and the end of the pipe ends it")
process.stdout.close()

# ---- resume ----------------------------------------------------------------------------------------------------

state = os.path.join(daemon.home, "resume")
source = path("resume.ndjson", ndjson([event(n) for n in range(7000, 7010)]))
run = daemon.ctl("send", "--resume", state, source)
check("10 accepted" in run.stdout and os.path.exists(state), "a state file is written")
path("resume.ndjson", ndjson([event(n) for n in range(7000, 7013)]))
run = daemon.ctl("send", "--resume", state, source)
check("3 sent: 3 accepted" in run.stdout and "10 had been sent before" in run.stdout, "only what is new is sent")
path("resume.ndjson", ndjson([event(n) for n in range(7001, 7020)]))
run = daemon.ctl("send", "--resume", state, source)
check(run.returncode == 2 and "belongs to another input" in run.stderr, "another input is refused")
path("resume.ndjson", ndjson([event(n) for n in range(7100, 7107)]))
run = daemon.ctl("send", "--resume", state, source)
check(run.returncode == 2 and "belongs to another input" in run.stderr, "also one that is shorter than what was sent")
with open(state) as file:
    check(json.load(file)["settled"] == 13, "and the state file stays as it was")

state = os.path.join(daemon.home, "resume-bad")
source = path("resume.ndjson", ndjson([event(7200), "{", event(7201), '{"specversion":"1.0"}']))
run = daemon.ctl("send", "--resume", state, source)
check(run.returncode == 1 and "2 accepted" in run.stdout, "a file with a bad and a rejected line")
for more in [[], [event(7202)]]:
    with open(source, "a") as file:
        file.write(ndjson(more))
    run = daemon.ctl("send", "--acks", "--resume", state, source)
    check(run.returncode == 1 and len(lines(run)) == len(more) and "2 were not accepted and are not tried again" in run.stderr,
          "sent again, what was not accepted is not forgotten")
run = daemon.ctl("send", "--json", "--resume", state, source)
check(run.returncode == 1 and lines(run)[0]["resumed_refused"] == 2, "however often")
run = daemon.ctl("send", "--resume", "/nowhere/at/all", source)
check(run.returncode == 2 and run.stderr.count("/nowhere/at/all") == 1 and run.stdout == "",
      "a state file that cannot be written is said once, before anything is sent")

# ---- CSV -------------------------------------------------------------------------------------------------------

rows = "Appointment No;Status;Valid From;Valid To;Category;Department;Project Title;Fields;Previous Institution;" \
       "Institution Country;Still There;Pseudonym;Decision Due\r\n" \
       '1;planned;01.02.2026;;Postdoc;EE;"Über ""x""";ai, quantum;Universität Zürich;CH;no;p-1;\r\n' \
       "2;planned;2026-02-01;;Postdoc;EE;x;;ETH;CH;no;p-2;\r\n" \
       "3;planned;01.02.2026;;Postdoc;EE;x;;;CH;no;p-3;\r\n" \
       "4;planned;01.02.2026;;Postdoc;EE;x;;Beihang University;CN;yes;p-4;\r\n"
hr = path("hr.csv", rows, "latin-1")
hr_map = os.path.join(SOURCE, "conf", "feeds", "hr-export.json")
run = daemon.ctl("send", "--map", hr_map, "--acks", hr)
acks = lines(run)
check(run.returncode == 1 and [a.get("status", "error" if "error" in a else "skipped") for a in acks] ==
      ["accepted", "error", "skipped", "accepted"], "CSV: one answer a row")
check(acks[1]["row"] == 3 and "Valid From" in acks[1]["error"], "a bad row is named by number and column")
shown = daemon.json("event", "show", "https://hr.example.edu/appointments", "1-proposed-2026-02-01")
check(shown["event"]["data"]["partner"] == [{"name": "Universität Zürich", "country": "CH", "current": False,
                                             "relation": "employer"}], "Latin-1 arrives as UTF-8")
odd = os.path.join(daemon.home, "odd.csv")
with open(hr_map) as file:
    hr_text = file.read()
for encoding, bad in [("ASCII", "\u00fc".encode("latin-1")), ("UTF-8", b"\xc3"), ("CP1252", b"\x81"), ("", b"\xfc")]:
    odd_map = path("odd.json", hr_text.replace('"encoding": "ISO-8859-1",', f'"encoding": "{encoding}",' if encoding else ""))
    with open(odd, "wb") as out:
        out.write(rows.split("\r\n", 1)[0].encode() + b"\r\n")
        for n in range(9):
            out.write(f"{encoding}{n};planned;01.02.2026;;Postdoc;EE;x;;ETH Z".encode() + (bad if n in (3, 8) else b"u") +
                      f"rich;CH;no;odd-{n};\r\n".encode())
    run = daemon.ctl("send", "--map", odd_map, "--acks", odd)
    acks = lines(run)
    check(run.returncode == 1 and [i for i, a in enumerate(acks) if "error" in a] == [3, 8] and len(acks) == 9,
          f"a byte that {encoding or 'UTF-8 unsaid'} does not have costs its row only")
    check("field 9" in acks[3].get("error", "") and acks[3].get("row") == 5, "and the row is named")
run = daemon.ctl("send", "--map", hr_map, "--print", hr)
check(len(run.stdout.splitlines()) == 3 and run.returncode == 1, "--print shows the events and sends none")
wrong = path("wrong.csv", rows.replace("Category", "Kategorie"), "latin-1")
run = daemon.ctl("send", "--map", hr_map, wrong)
check(run.returncode == 2 and '"Category"' in run.stderr, "a missing column is said before anything is sent")

# ---- endpoints ---------------------------------------------------------------------------------------------------

run = daemon.ctl("send", "--give-up", "0", "--endpoint", f"ipc://{daemon.home}/nobody.sock", stdin=ndjson([event(1)]))
check(run.returncode == 1 and "nobody takes events" in run.stderr, "an endpoint where nobody listens")
run = daemon.ctl("send", "--endpoint", "smoke://signals", stdin=ndjson([event(1)]))
check(run.returncode == 2, "an endpoint that is none")
run = daemon.ctl("send", "--endpoint", "tls+tcp://127.0.0.1:1", stdin=ndjson([event(1)]))
check(run.returncode == 2 and "--tls-ca" in run.stderr, "TLS wants its files")


# The limits are those of the configuration, also where it was not asked for the address; without one, the defaults.
os.makedirs(os.path.join(daemon.home, "built", "bin"))
os.makedirs(os.path.join(daemon.home, "tree", "conf"))
elsewhere = os.path.join(daemon.home, "built", "bin", "pathwayctl")
shutil.copy(CTL, elsewhere)
path("built/bin/pathwayd.tree", os.path.join(daemon.home, "tree") + "\n")
sizes = [event(6000), event(6001, title="x" * 100000), event(6002), event(6003, title="x" * 300000), event(6004)]
for conf, wrong in [(None, [3]), ("{", [3]), (json.dumps({**daemon.config, "ingest": {"max_event_bytes": 65536}}), [1, 3])]:
    if conf:
        path("tree/conf/pathwayd.conf", conf)
    run = subprocess.run([elsewhere, "send", "--acks", "--batch", "5", "--endpoint", daemon.feed], input=ndjson(sizes),
                         capture_output=True, text=True)
    check(run.returncode == 1 and [i for i, a in enumerate(lines(run)) if "error" in a] == wrong and len(lines(run)) == 5,
          f"--endpoint: what is too large is said in its place, {'with' if len(wrong) > 1 else 'without'} a configuration")


small = {**daemon.config, "ingest": {"max_batch_events": 3, "max_batch_bytes": 65536}}
path("tree/conf/pathwayd.conf", json.dumps(small))
feed_of_small = Daemon(feeds=None, plugins=[], ingest=small["ingest"])
feed_of_small.config["feeds"] = [{"name": "test", "listen": feed_of_small.feed, "sources": ["https://"], "types": ["*"]}]
feed_of_small.write_config()
feed_of_small.start()
sizes = [event(n) for n in range(6100, 6108)] + [event(6110, filler="x" * 150000), event(6111)]
run = feed_of_small.ctl("send", "--batch", "1000", "--give-up", "5", stdin=ndjson(sizes))
check(run.stdout.startswith("10 sent: ") and "0 rejected" in run.stdout and "batches have 3 and not 1000" in run.stderr,
      "a batch is never more than the daemon takes")
feed_of_small.stop()


class Feed(threading.Thread):
    """A daemon that answers as a test wants: an SP REP peer over a Unix socket, one connection after another."""

    count = 0

    def __init__(self, answers, where=None):
        super().__init__(daemon=True)
        Feed.count += 1
        self.path = where or os.path.join(daemon.home, f"act-{Feed.count}.sock")
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        self.server.listen(4)
        self.server.settimeout(30)
        self.answers, self.requests, self.url = answers, [], f"ipc://{self.path}"
        self.start()

    def read(self, connection, count):
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise OSError
            data += more
        return data

    def serve(self, connection):
        connection.sendall(b"\0SP\0" + struct.pack(">HH", 0x31, 0))
        self.read(connection, 8)
        while self.answers:
            _, size = struct.unpack(">BQ", self.read(connection, 9))
            message = self.read(connection, size)
            self.requests.append(message[4:])
            answer = self.answers.pop(0)
            if answer == "hang up":
                return
            if answer is not None:
                body = message[:4] + answer
                connection.sendall(struct.pack(">BQ", 1, len(body)) + body)
        self.read(connection, 1)

    def run(self):
        try:
            while self.answers:
                connection, _ = self.server.accept()
                with connection:
                    try:
                        self.serve(connection)
                    except OSError:
                        pass
        except OSError:
            pass


def ack(status, **more):
    return json.dumps({"id": "t-1", "source": "s", "status": status, **more}).encode()


feed = Feed([ack("busy", retry_after=1), ack("accepted", sequence=1)])
begun = time.monotonic()
run = daemon.ctl("send", "--endpoint", feed.url, stdin=ndjson([event(1)]))
check(run.returncode == 0 and "1 accepted" in run.stdout, "busy is waited out")
check(time.monotonic() - begun >= 1, "for as long as was asked")
check(len(feed.requests) == 2 and feed.requests[0] == feed.requests[1] == json.dumps(event(1)).encode(),
      "and the same bytes are sent again")

feed = Feed([b"[" + ack("accepted", sequence=1) + b"," + ack("busy", retry_after=1) + b"]", b"[" + ack("duplicate") + b"]"])
run = daemon.ctl("send", "--acks", "--batch", "2", "--endpoint", feed.url, stdin=ndjson([event(1), event(2)]))
check([a["status"] for a in lines(run)] == ["accepted", "duplicate"] and len(json.loads(feed.requests[1])) == 1,
      "of a batch only the busy ones are sent again")

feed = Feed([None, ack("duplicate", sequence=1)])
run = daemon.ctl("send", "--timeout", "1", "--endpoint", feed.url, stdin=ndjson([event(1)]))
check(run.returncode == 0 and "1 duplicate" in run.stdout, "silence: the same again after the time-out")
check(len(set(feed.requests)) == 1 and len(feed.requests) == 2, "with the same bytes")

feed = Feed(["hang up", ack("accepted", sequence=1)])
run = daemon.ctl("send", "--timeout", "5", "--endpoint", feed.url, stdin=ndjson([event(1)]))
check(run.returncode == 0 and "1 accepted" in run.stdout, "a connection that breaks is made anew")

feed = Feed([None] * 50)
run = daemon.ctl("send", "--acks", "--timeout", "1", "--give-up", "2", "--endpoint", feed.url, "--resume",
                 os.path.join(daemon.home, "given-up"), stdin=ndjson([event(1), event(2)]))
check(run.returncode == 1 and ["error" in a for a in lines(run)] == [True, True], "given up: an error for each line")
with open(os.path.join(daemon.home, "given-up")) as file:
    check(json.load(file)["settled"] == 0, "and the state file does not count them")

# libnng may never come back from closing; the outcome is what it would have been. A library that stands before it acts it.
if os.environ.get("PATHWAYD_SANITIZED"):
    skip("a close that hangs", "a sanitizer wants to be loaded first")
else:
    stuck = os.path.join(daemon.home, "stuck.so")
    code = "#include <unistd.h>\nint nng_close(unsigned s) { (void)s; for (;;) pause(); }\n"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", stuck], input=code, text=True, check=True)
    for answers, status in [([ack("accepted", sequence=1)], 0), ([None] * 50, 1)]:
        feed = Feed(answers)
        try:
            run = subprocess.run([CTL, "--config", daemon.ctl_file, "send", "--acks", "--timeout", "1", "--give-up", "1",
                                  "--endpoint", feed.url], input=ndjson([event(1)]), capture_output=True, text=True,
                                 timeout=20, env={**os.environ, "LD_PRELOAD": stuck})
            check(run.returncode == status and len(lines(run)) == 1, f"a close that hangs is left, with status {status}")
        except subprocess.TimeoutExpired:
            check(False, f"a close that hangs is left, with status {status}")

feed = Feed([b"hello"])
run = daemon.ctl("send", "--acks", "--endpoint", feed.url, stdin=ndjson([event(1)]))
check(run.returncode == 1 and "not one of a pathwayd feed" in lines(run)[0]["error"], "an answer that is none")

# A daemon that is not there yet.
late = os.path.join(daemon.home, "late.sock")
process = subprocess.Popen([CTL, "--config", daemon.ctl_file, "send", "--endpoint", f"ipc://{late}", "--give-up", "20"],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
check("yet" in process.stderr.readline(), "nobody listens yet: said, and tried on")
time.sleep(0.5)
feed = Feed([ack("accepted", sequence=1)], late)
out, _ = process.communicate(ndjson([event(1)]), timeout=30)
check(process.returncode == 0 and "1 accepted" in out, "the first connection is tried until --give-up as well")
begun = time.monotonic()
run = daemon.ctl("send", "--give-up", "1", "--endpoint", f"ipc://{daemon.home}/nobody.sock", stdin=ndjson([event(1)]))
check(run.returncode == 1 and 1 <= time.monotonic() - begun < 10 and "nobody takes events" in run.stderr, "and then given up")

# The daemon goes away under way, and comes back.
process = subprocess.Popen([CTL, "--config", daemon.ctl_file, "send", "--acks", "--timeout", "1"],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
process.stdin.write(json.dumps(event(8000)) + "\n")
process.stdin.flush()
check(json.loads(process.stdout.readline())["status"] == "accepted", "before the daemon is killed")
daemon.kill()
process.stdin.write(json.dumps(event(8001)) + "\n")
process.stdin.flush()
time.sleep(1.5)
daemon.start()
check(json.loads(process.stdout.readline())["status"] in ("accepted", "duplicate"), "and after it is back")
process.stdin.close()
check(process.wait(30) == 0, "all good")
process.stdout.close()

# ---- what is shown -----------------------------------------------------------------------------------------------

daemon.send([event(500, partner=SEVEN_SONS, title="\x1b[31mred\x07")])
check(daemon.ctl("wait", "--drained", "--timeout", "60").returncode == 0, "wait --drained")
case = [c for c in daemon.rows("case", "list", "--limit", "0") if c["engagement_id"] == "E-500"]
check(len(case) == 1 and case[0]["level"] == "recommended", "case list")
name = case[0]["case"]
shown = daemon.json("case", "show", name)
check(shown["engagement_id"] == "E-500" and shown["findings"][0]["rule"], "case show by name")
check(daemon.json("case", "show", "E-500")["case"] == name, "case show by engagement")
daemon.send([event(501, partner=SEVEN_SONS, engagement_id="9912345"), event(502, partner=SEVEN_SONS, engagement_id="C-990017"),
             event(503, partner=SEVEN_SONS, engagement_id="0"), event(504, partner=SEVEN_SONS, engagement_id=str(int(name[2:])))])
check(daemon.drain(), "engagements that are called like cases")
for engagement in ["9912345", "C-990017", "0"]:
    check(daemon.json("case", "show", engagement)["engagement_id"] == engagement, f"case show of the engagement {engagement}")
run = daemon.ctl("case", "show", str(int(name[2:])), "--json")
check(lines(run)[0]["engagement_id"] == "E-500" and "--engagement" in run.stderr, "a case's number wins, with a hint")
run = daemon.ctl("case", "show", "--engagement", str(int(name[2:])), "--json")
check(lines(run)[0]["engagement_id"] == str(int(name[2:])) and run.stderr == "", "--engagement finds the other")
check(daemon.ctl("case", "show", name).stderr == "", "and there is no hint where there is nothing to confuse")
for words in [["case", "show"], ["case", "show", ""], ["case", "show", "1", "--engagement", "x"]]:
    check(daemon.ctl(*words).returncode == 2, f"{' '.join(words)}: usage")
text = daemon.ctl("case", "show", name).stdout
check(all(word in text for word in ["recommended", "research.q2_seven_sons", "Beihang", "Costs", "Benefits", "Notices"]),
      "one screen with all a reviewer needs")
check("\x1b" not in text and "\x07" not in text, "nothing of an event reaches the terminal as a control")
sent = daemon.send([event(n, engagement_id="E-long", partner=SEVEN_SONS) for n in range(10000, 10300)])
check(daemon.ctl("wait", "--drained", "--timeout", "120").returncode == 0, "an engagement with 300 events")
shown = daemon.json("case", "show", "E-long")
left_out = len(daemon.rows("findings", "--engagement", "E-long", "--limit", "0")) - 256
check(len(shown["findings"]) == 256 and shown["findings_left_out"] == left_out > 0, "a long case says what it leaves out")
newest = max(sent, key=lambda answer: answer["sequence"])["id"]  # the last one sent need not be the last one stored
check(shown["findings"][0]["event"]["id"] == shown["latest_event"]["id"] == newest, "and begins with the newest")
check(f"… and {left_out} more" in daemon.ctl("case", "show", "E-long").stdout, "on the screen too")
check(all(f["engagement_id"] == "E-500" for f in daemon.rows("findings", "--engagement", "E-500")), "findings by engagement")
check(len(daemon.rows("event", "list", "--limit", "0")) == daemon.json("status")["journal"]["events"],
      "every page of a list is fetched")
check(len(daemon.rows("event", "list", "--limit", "7")) == 7, "--limit")
for words in [["status"], ["event", "list"], ["event", "show", "1"], ["findings"], ["case", "list"], ["plugin", "list"],
              ["pending", "list"]]:
    run = daemon.ctl(*words)
    check(run.returncode == 0 and run.stdout and not run.stdout.startswith("{"), f"{' '.join(words)}: a table")
daemon.send([event(505, nationality="XX")])
text = daemon.ctl("status").stdout
held = "partial" if os.environ.get("PATHWAYD_SANITIZED") else "whole"  # a sanitizer takes a limit off the sandbox
check(all(word in text for word in ["turned away", "nationality=1", "sandbox", "version", "institutions", held]),
      "status shows sandboxes, versions, and what was refused")
check(max(len(line) for line in text.splitlines() if not line.startswith("  ")) <= 80, "and fits a terminal")
for words in [["event", "show", "0"], ["event", "show", "9" * 30]]:
    run = daemon.ctl(*words)
    check(run.returncode == 1 and "there is no event" in run.stderr and "event.show" not in run.stderr,
          f"{' '.join(words)}: not there, without the protocol's words")
if os.getuid() == 0:
    run = Others().run(65534, daemon, "status")
    check(run.returncode == 1 and "control.uids" in run.stderr, "another account is told who may ask")
else:
    skip("another account is told who may ask", "only root can be somebody else")
for words in [["event", "show", "999999"], ["case", "show", "C-999999"], ["case", "show", "no-such-engagement"]]:
    check(daemon.ctl(*words).returncode == 1, f"{' '.join(words)}: not there")
check(daemon.ctl("findings", "--min-level", "high").returncode == 2, "a level that does not exist is a usage error")

check(daemon.ctl("pause").returncode == 0, "pause")
daemon.send([event(600)])
run = daemon.ctl("wait", "--drained", "--timeout", "1")
check(run.returncode == 1 and "still work" in run.stderr, "wait gives up when asked to")
check(daemon.ctl("resume").returncode == 0 and daemon.drain(), "resume")
run = daemon.ctl("audit", "verify", "--json")
check(run.returncode == 0 and lines(run)[0]["intact"] and lines(run)[0]["records"] > 3, "audit verify beside the daemon")
check(daemon.ctl("reload").returncode == 0, "reload")
check(until(lambda: "reloaded" in daemon.read_log() and daemon.ctl("status").returncode == 0),
      "the daemon is there after a reload")
journal = daemon.json("audit", "verify")["journal"]
with sqlite3.connect(journal, timeout=20) as database:  # as if many more had come; nothing is sent from here on
    database.execute("WITH RECURSIVE n(i) AS (SELECT max(seq) + 1 FROM event_key UNION ALL SELECT i + 1 FROM n LIMIT 250000) "
                     "INSERT INTO event_key(seq, key) SELECT i, 0 FROM n")
database.close()
check(daemon.json("event", "show", "https://test.example.edu/", "t-0")["id"] == "t-0", "an old event by source and id")
check(daemon.ctl("event", "show", "https://test.example.edu/", "t-none").returncode == 1, "one that is not there")
check(daemon.stop() == 0, "and stops")
run = daemon.ctl("audit", "verify")
check(run.returncode == 0 and "audit records" in run.stdout and "and the events are intact" in run.stdout and
      "not covered" in run.stdout, "audit verify without the daemon, and what it covers")
journal = daemon.json("audit", "verify")["journal"]
with open(journal, "r+b") as file:
    data = file.read()
    at = data.rfind(b"Joint work on crop models")
    file.seek(at)
    file.write(b"Joint work on drop models")
run = daemon.ctl("audit", "verify", "--json")
check(run.returncode == 1 and not lines(run)[0]["intact"] and lines(run)[0]["error"], "a changed event is found")
check(daemon.ctl("audit", "verify", "--journal", "/nowhere/journal.db").returncode == 2, "a journal that is not there")

finish()
