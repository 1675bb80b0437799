#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calendar entries the whole way: an event goes in, and a real CalDAV server (Radicale, with TLS and a login) stores what
python3-icalendar, a parser that is not ours, reads back. One task a case that follows it, a statutory day as an all-day
event, notices out of order, people who edit; and what goes wrong: a password, a collection, a certificate, an address.

A notice that this daemon does not write by itself (yet) is put into its outbox as include/pathwayd/notice.h has it."""

import base64
import http.client
import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import tempfile

from harness import BIN, BUILD, SEVEN_SONS, SLOW, Daemon, check, event, finish, policies, skip, until

PYTHON = "/usr/bin/python3"  # whose packages are Debian's
NAME = "reviews.example.test"
PASSWORD = "correct-horse"
ATTACK = "Lab\r\nEND:VTODO\r\nEND:VCALENDAR\r\nBEGIN:VEVENT\nUID:evil\n;,\\ \u202egnp"
SHOWN = "Lab[U+000D][U+000A]END:VTODO[U+000D][U+000A]END:VCALENDAR[U+000D][U+000A]BEGIN:VEVENT[U+000A]UID:evil[U+000A];,\\ [U+202E]gnp"
PARSER = """
import icalendar, json, sys
def plain(value):
    return value.to_ical().decode() if hasattr(value, "to_ical") else str(value)
def component(c):
    return {"name": c.name, "all": {k: plain(v) for k, v in c.items()}, "text": {k: str(v) for k, v in c.items() if isinstance(v, str)},
            "errors": [str(e) for e in c.errors], "date": [str(c[k].dt) for k in ("DTSTART", "DUE") if k in c],
            "inner": [component(i) for i in c.subcomponents]}
print(json.dumps([component(icalendar.Calendar.from_ical(open(path, "rb").read())) for path in sys.argv[1:]]))
"""
PACK = {"pack": "gifts", "version": "1", "effective_from": "2020-01-01", "as_of": "2026-01-01", "source": "a test",
        "verified": False, "regime": "gifts", "pathways": {"legal": {"rules": [
            {"id": "gifts.report", "requirements": ["R46"], "kind": "duty", "level": "suggested", "costs": ["c"],
             "benefits": ["b"], "when": {"funding": {"at_least": "250000", "currency": "USD"}},
             "due": [{"from": "01-01", "to": "06-30", "by": "07-31"}, {"from": "07-01", "to": "12-31", "by": "01-31"}],
             "explanation": "Report it."}]}}}


class CalendarServer:
    """Radicale as an ordinary process, with a certificate of an authority of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pathwayd-calendar-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.ca = self.path("ca.pem")
        self.process = None
        self.make_certificates()
        for name, text in (("users", f"pathwayd:{PASSWORD}\n"), ("password", f"{PASSWORD}\n"), ("config", self.configuration())):
            with open(self.path(name), "w") as file:
                file.write(text)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make_certificates(self):
        new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        for arguments in ([*new, "-x509", "-subj", "/CN=authority", "-keyout", self.path("ca.key"), "-out", self.ca],
                          [*new, "-subj", "/CN=localhost", "-keyout", self.path("key.pem"), "-out", self.path("csr.pem")]):
            subprocess.run(arguments, stderr=subprocess.DEVNULL, check=True)
        with open(self.path("names"), "w") as file:
            file.write("subjectAltName=DNS:localhost\n")
        subprocess.run(["openssl", "x509", "-req", "-in", self.path("csr.pem"), "-CA", self.ca, "-CAkey", self.path("ca.key"),
                        "-CAcreateserial", "-days", "2", "-extfile", self.path("names"), "-out", self.path("cert.pem")],
                       stderr=subprocess.DEVNULL, check=True)

    def configuration(self):
        return f"""[server]
hosts = 127.0.0.1:{self.port}
ssl = True
certificate = {self.path("cert.pem")}
key = {self.path("key.pem")}
[auth]
type = htpasswd
htpasswd_filename = {self.path("users")}
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {self.path("store")}
[web]
type = none
"""

    def start(self):
        with open(self.path("log"), "a") as log:
            self.process = subprocess.Popen([PYTHON, "-m", "radicale", "--config", self.path("config")], stdout=log, stderr=log)
        return until(self.listens)

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def request(self, method, path, body=None, **headers):
        trust = ssl.create_default_context(cafile=self.ca)
        connection = http.client.HTTPSConnection("localhost", self.port, context=trust, timeout=30)
        login = base64.b64encode(f"pathwayd:{PASSWORD}".encode()).decode()
        connection.request(method, path, body, {"Authorization": f"Basic {login}", **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def collection(self, name):
        """Makes one, with Radicale's own means; its url."""
        status, text = self.request("MKCALENDAR", f"/pathwayd/{name}/")
        if status != 201:
            raise RuntimeError(f"no collection: {status} {text}")
        return f"https://localhost:{self.port}/pathwayd/{name}/"

    def files(self, name):
        folder = self.path("store", "collection-root", "pathwayd", name)
        return sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".ics"))

    def entries(self, name):
        """What a parser reads of each stored resource: (component, its file)."""
        files = self.files(name)
        run = subprocess.run([PYTHON, "-c", PARSER, *files], capture_output=True, text=True, check=True)
        return [calendar["inner"][0] for calendar in json.loads(run.stdout) if len(calendar["inner"]) == 1]

    def entry(self, name, kind, case="C-000001"):
        uid = f"{case}-{kind}@{NAME}"
        found = [e for e in self.entries(name) if e["all"]["UID"] == uid]
        return found[0] if len(found) == 1 else None


def daemon_for(server, url, packs=None, **config):
    settings = {"url": url, "name": NAME, "username": "pathwayd", "password_file": server.path("password"),
                "ca_file": server.ca, "allow_private": True, **config}
    settings = {key: value for key, value in settings.items() if value is not None}
    daemon = Daemon(policies() + [{"name": "calendar", "plugin": "calendar", "stage": "notify", "config": settings,
                                   "paced": False, "readable": [server.folder]}],
                    routes=[{"min_level": "recommended", "asking": True, "reviewers": [], "channels": ["calendar"]}])
    if packs:
        path = os.path.join(daemon.home, "pack.json")
        with open(path, "w") as file:
            json.dump(packs, file)
        for plugin in daemon.config["plugins"]:
            if plugin["name"] == "legal":
                plugin["config"]["packs"] = path
                plugin["readable"].append(daemon.home)
        daemon.write_config()
    return daemon


def tell(daemon, case="C-000001", **changes):
    """Puts a notice of the case into the outbox: the daemon's own last one, changed. The daemon is not running."""
    with sqlite3.connect(daemon.state + "/journal.db") as database:
        row = database.execute("SELECT case_id, notice_id, channel, body, created FROM notice WHERE case_id = ? ORDER BY number DESC "
                               "LIMIT 1", (int(case[2:]),)).fetchone()
        count = database.execute("SELECT count(*) FROM notice").fetchone()[0]
        body = {**json.loads(row[3]), "kind": "case", **changes}
        body = {key: value for key, value in body.items() if value is not None}
        body["notice_id"] = f"{row[1]}-{count}"
        database.execute("INSERT INTO notice(case_id, revision, notice_id, channel, reviewer, address, state, body, error, attempts, "
                         "created, next) VALUES(?, ?, ?, ?, '', '', 'waiting', ?, '', 0, ?, 0)",
                         (row[0], body["revision"], body["notice_id"], row[2], json.dumps(body), row[4]))
    database.close()
    daemon.start()
    return until(lambda: notice_state(daemon, body["notice_id"]) == "delivered", 30)


def rows(daemon, query, *values):
    with sqlite3.connect(f"file:{daemon.state}/journal.db?mode=ro", uri=True, timeout=20) as database:
        found = database.execute(query, values).fetchall()
    database.close()
    return found


def notice_state(daemon, notice_id):
    return rows(daemon, "SELECT state FROM notice WHERE notice_id = ?", notice_id)[0][0]


def revision(daemon, case="C-000001"):
    return daemon.json("case", "show", case)["revision"]


def follows_the_case(server):
    url = server.collection("export-control")
    daemon = daemon_for(server, url).start()
    entry = lambda: server.entry("export-control", "task")
    daemon.send([event(1, partner=SEVEN_SONS, title="Flight control")])
    if not check(until(entry, 30), "a case becomes a task"):
        print(daemon.read_log())
        return
    first = entry()
    check(len(server.files("export-control")) == 1 and first["name"] == "VTODO", "it is one resource, and a case without a date has no more")
    check(not first["errors"], "an independent parser finds no fault")
    check(first["all"]["STATUS"] == "NEEDS-ACTION" and first["all"]["SEQUENCE"] == str(revision(daemon)), "its sequence is the case's revision")
    check(first["text"]["SUMMARY"].startswith("C-000001: review recommended"), "the summary says case and level")
    with open(server.files("export-control")[0]) as file:
        stored = file.read()
    check("Flight" not in stored and "E-1" not in stored and "seven_sons" not in stored, "and with minimal content nothing of the matter")
    check("pathwayctl case show C-000001" in first["text"]["DESCRIPTION"], "the description says where to act")

    daemon.send([event(2, engagement_id="E-1", partner=SEVEN_SONS, transfer_mode=["hands_on"], title="Flight control, second")])
    check(until(lambda: int(entry()["all"]["SEQUENCE"]) > int(first["all"]["SEQUENCE"]), 30), "a second event that changes the case raises it")
    second = entry()
    check(second["all"]["UID"] == first["all"]["UID"] and len(server.files("export-control")) == 1, "under the same UID, in the same resource")
    check("required" in second["text"]["SUMMARY"], "with the level it has now")

    daemon.stop()
    check(tell(daemon, state="new", decide_by="2026-03-06T17:00:00Z", revision=20), "a notice with the office's clock is delivered")
    check(entry()["all"]["DUE"] == "20260306T170000Z" and "2026-03-06 17:00 UTC" in entry()["text"]["SUMMARY"], "the task is due by it")
    people_edit(server, daemon, entry)
    late_notices(server, daemon, entry)
    check(len(server.files("export-control")) == 1, "it was one resource all the time")
    decided(server, daemon)
    check(daemon.stop() == 0, "the daemon ends")


def people_edit(server, daemon, entry):
    """Somebody moves the task in a calendar program, which counts SEQUENCE up."""
    path = server.files("export-control")[0]
    with open(path, newline="") as file:
        text = file.read().replace("SEQUENCE:20", "SEQUENCE:90").replace("DUE:20260306", "DUE:20260309")
    status, _ = server.request("PUT", f"/pathwayd/export-control/{os.path.basename(path)}", text.encode(),
                               **{"Content-Type": "text/calendar"})
    check(status in (201, 204) and entry()["all"]["SEQUENCE"] == "90", "somebody edits the entry")
    daemon.stop()
    check(tell(daemon, state="new", decide_by="2026-03-10T17:00:00Z", revision=21), "and the case changes again")
    check(entry()["all"]["DUE"] == "20260310T170000Z" and entry()["all"]["SEQUENCE"] == "21", "then the entry says what the case says")


def late_notices(server, daemon, entry):
    path = server.files("export-control")[0]
    with open(path, "rb") as file:
        before = file.read(), os.stat(path).st_mtime_ns
    daemon.stop()
    check(tell(daemon, revision=19, level="suggested", state="withdrawn", due="2026-05-01"), "a notice of an older revision that comes late is done")
    with open(path, "rb") as file:
        check((file.read(), os.stat(path).st_mtime_ns) == before, "and changes nothing")
    check(len(server.files("export-control")) == 1, "nor does it bring a date back")
    daemon.stop()
    check(tell(daemon, revision=21) and os.stat(path).st_mtime_ns == before[1], "nor does one of the same revision write it again")
    for kind in ("digest", "question", "alarm"):
        daemon.stop()
        check(tell(daemon, kind=kind, revision=30) and os.stat(path).st_mtime_ns == before[1], f"a notice of kind {kind} is done without effect")


def decided(server, daemon):
    """Another case: the first one's entry is ahead of it, by notices that the daemon did not write."""
    entry = lambda: server.entry("export-control", "task", "C-000002")
    daemon.send([event(3, partner=SEVEN_SONS)])
    check(until(entry, 30) and "DUE" in entry()["all"], "another case becomes a task, due by the office's clock")
    run = daemon.ctl("case", "decide", "C-000002", "proceed", "--reason", "Seen.")
    check(run.returncode == 0, f"the case is decided {run.stderr}")
    check(until(lambda: entry()["all"]["STATUS"] == "COMPLETED", 30), "then the task is completed")
    check("DUE" not in entry()["all"] and "COMPLETED" in entry()["all"], "and due no more")


def statutory_date(server):
    url = server.collection("gifts")
    daemon = daemon_for(server, url, packs=PACK, content="full").start()
    gift = {"funding": {"kind": "gift", "amount": "300000", "currency": "USD"}, "title": ATTACK,
            "partner": [*SEVEN_SONS, {"name": "Example Foundation", "country": "CH", "kind": "nonprofit", "relation": "funder"}]}
    daemon.send([{**event(1, **gift), "type": "org.pathwayd.funding.gift.received.v1"}])
    check(until(lambda: server.entry("gifts", "task"), 30), "a gift to be reported becomes a task")
    task = server.entry("gifts", "task")
    check(task and SHOWN in task["text"]["SUMMARY"] and not task["errors"], "a hostile title is text, and its hidden characters are shown")
    check(len(server.entries("gifts")) == len(server.files("gifts")), "and adds no component")
    findings = daemon.findings("gifts.report")
    due = findings[0]["due"] if findings else ""
    check(due == "2026-07-31", f"its statutory day is {due}")
    if not server.entry("gifts", "date"):
        daemon.stop()
        check(tell(daemon, due=due, state="new", revision=2), "a notice with the day is delivered")
    date = server.entry("gifts", "date")
    if not check(date and date["name"] == "VEVENT" and date["date"] == [due] and date["all"]["DTSTART"] == "20260731", "which is an all-day event"):
        print(daemon.read_log(), server.files("gifts"))
        return
    alarm = date["inner"][0]
    check(alarm["name"] == "VALARM" and alarm["all"]["TRIGGER"] == "-P1D" and alarm["all"]["ACTION"] == "DISPLAY", "with an alarm the day before")
    check(date["all"]["STATUS"] == "CONFIRMED" and len(server.files("gifts")) == 2, "beside the task")
    daemon.stop()
    check(tell(daemon, due=None, state="new", revision=3), "the day is lifted")
    date = server.entry("gifts", "date")
    check(date["all"]["STATUS"] == "CANCELLED" and date["all"]["DTSTART"] == "20260731" and not date["inner"], "and the event cancelled on its day")
    daemon.stop()
    tell(daemon, due="2026-01-31", state="new", revision=4)
    check(server.entry("gifts", "date")["all"]["DTSTART"] == "20260131", "another day moves it")
    daemon.stop()
    tell(daemon, due="2026-01-31", state="withdrawn", change="withdrawn", revision=5)
    check(server.entry("gifts", "date")["all"]["STATUS"] == "CANCELLED" and server.entry("gifts", "task")["all"]["STATUS"] == "CANCELLED",
          "a case that is withdrawn cancels both")
    daemon.stop()


def operators_mistakes(server):
    """All at once, for each is waited for half a minute."""
    url = server.collection("mistakes")
    wrong = server.path("wrong")
    with open(wrong, "w") as file:
        file.write("guess\n")
    stranger = server.path("stranger.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=stranger", "-keyout", "/dev/null", "-out", stranger], stderr=subprocess.DEVNULL, check=True)
    mistakes = {"a wrong password": daemon_for(server, url, password_file=wrong),
                "a collection that is not there": daemon_for(server, url.replace("mistakes", "nowhere")),
                "a certificate that nobody vouches for": daemon_for(server, url, ca_file=stranger),
                "an address of the inside": daemon_for(server, url, allow_private=None)}
    for what, daemon in mistakes.items():
        daemon.start().send([event(1, partner=SEVEN_SONS)])
        check(until(lambda: "no notice gets through until somebody mends this" in daemon.read_log()), f"{what} alarms the operator")
        check(daemon.json("status")["journal"]["notices_waiting"] == 1, "and the notice waits")
    check(not server.files("mistakes"), "nothing was stored in any of these cases")
    daemon = mistakes["a wrong password"]
    check("guess" not in daemon.read_log() and PASSWORD not in daemon.read_log(), "no password is in a log")
    for each in mistakes.values():
        each.stop()
    shutil.copy(server.path("password"), wrong)
    daemon.start()
    check(until(lambda: server.entry("mistakes", "task"), 60), "with the right password the entry comes")
    daemon.stop()


def settings_are_checked(server):
    good = {"url": f"https://localhost:{server.port}/pathwayd/x/", "name": NAME, "username": "pathwayd", "password_file": server.path("password"),
            "ca_file": server.ca}
    for what, changes, words in (("a good configuration", {}, ""), ("no collection", {"url": good["url"][:-1]}, "ends in a slash"),
                                 ("a query", {"url": good["url"] + "?a=/"}, "has no"),
                                 ("a name that is none", {"name": "a@b"}, '"name" must be'),
                                 ("a user without password", {"password_file": None}, "need each other"),
                                 ("a password in the open", {"url": "http://localhost/x/", "allow_plain": True}, "over TLS only"),
                                 ("plain HTTP", {"url": "http://localhost/x/", "username": None, "password_file": None}, "http://"),
                                 ("time that a notice has not", {"timeout_s": 15}, "timeout_s")):
        config = {key: value for key, value in {**good, **changes}.items() if value is not None}
        run = subprocess.run([os.path.join(BIN, "pathwayctl"), "plugin", "check", os.path.join(BUILD, "plugins", "calendar.so"),
                              "--with", json.dumps(config)], capture_output=True, text=True, timeout=60 * SLOW)
        check((run.returncode == 0) == (not words) and words in run.stdout + run.stderr,
              f"plugin check: {what}{'' if words in run.stdout + run.stderr else run.stdout + run.stderr}")


def main():
    if subprocess.run([PYTHON, "-c", "import radicale, icalendar"], capture_output=True).returncode != 0:
        skip("entries on a real calendar server", "Radicale is not installed (apt install python3-radicale python3-icalendar)")
        finish()
    server = CalendarServer()
    try:
        if check(server.start(), "the calendar server runs"):
            follows_the_case(server)
            statutory_date(server)
            operators_mistakes(server)
            settings_are_checked(server)
    finally:
        server.stop()
        if not os.environ.get("PATHWAYD_KEEP"):
            shutil.rmtree(server.folder, ignore_errors=True)
    finish()


main()
