#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""E-mail the whole way: an event goes in, a real Postfix (smtp_server) with STARTTLS and login delivers, and the
letter is read from its maildir by Python's own parser. Then what goes wrong: a recipient that is greylisted or gone,
a server that is down or slow, a wrong password, a certificate nobody knows."""

import email
import email.policy
import json
import os
import socket
import subprocess
import tempfile
import threading
import time

from harness import SEVEN_SONS, SLOW, SOURCE, Daemon, check, event, finish, policies, skip, until

SCRIPT = os.path.join(SOURCE, "tests", "integration", "smtp_server")


class MailServer:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pathwayd-smtp-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def run(self, action, *arguments):
        return subprocess.run([SCRIPT, action, self.folder, *arguments], stdout=subprocess.PIPE, text=True, timeout=60)

    def letters(self, user):
        """Parsed letters of a mailbox, in the order they were delivered."""
        folder = os.path.join(self.folder, "mail", user, "new")
        found = []
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found.append((os.stat(path).st_mtime_ns, email.message_from_binary_file(file, policy=email.policy.default)))
        return [letter for _, letter in sorted(found, key=lambda pair: pair[0])]

    def log(self):
        with open(os.path.join(self.folder, "log", "mail.log"), errors="replace") as file:
            return file.read()


def daemon_for(server, recipients, **config):
    settings = {"server": f"smtp://localhost:{server.port}", "from": "Research security <reviews@example.edu>",
                "username": "pathwayd", "password_file": os.path.join(server.folder, "password"),
                "ca_file": os.path.join(server.folder, "tls", "cert.pem"), "timeout_s": 10, "content": "full"}
    settings.update(config)
    plugins = policies() + [{"name": "email", "plugin": "email", "stage": "notify", "config": settings,
                             "readable": [server.folder]}]
    reviewers = [{"name": name, "addresses": {"email": f"{name}@example.test"}} for name in recipients]
    return Daemon(plugins, reviewers=reviewers,
                  routes=[{"min_level": "recommended", "asking": True, "reviewers": recipients, "channels": ["email"]}])


def body_of(letter):
    return " ".join(letter.get_body(("plain",)).get_content().split())


def case_event(number, **changes):
    return event(number, partner=SEVEN_SONS, **changes)


def happy_path(server):
    daemon = daemon_for(server, ["alice"]).start()
    daemon.send([case_event(1, title="Flight control \u202egnp.\u202c für Zürich")])
    if not check(until(lambda: server.letters("alice"), 30), "a finding reaches the reviewer's mailbox"):
        print(daemon.read_log(), server.log())
    letter = server.letters("alice")[0]
    body = body_of(letter)
    check(not letter.defects and letter.get_content_type() == "multipart/alternative", "an independent parser finds no defect")
    check("ESMTPSA" in letter["Received"], "it came over TLS after a login")
    check("[U+202E]" in letter["Subject"] and "für Zürich" in letter["Subject"], "the subject shows hidden characters")
    check(letter["From"].addresses[0].addr_spec == "reviews@example.edu", "the sender is the configured one")
    check(letter["To"].addresses[0].addr_spec == "alice@example.test", "the recipient is the reviewer")
    check(letter["Auto-Submitted"] == "auto-generated", "nobody's vacation message answers it")
    for what in ("research.q2_seven_sons", "Beihang University", "as of 20", "WHAT IS NOT KNOWN", "COSTS", "BENEFITS",
                 "MITIGATE", "pathwayctl case show C-"):
        check(what in body, f"the letter says \"{what}\"")
    daemon.send([case_event(2, engagement_id="E-1", transfer_mode=["hands_on"], title="Flight control, second")])
    if check(until(lambda: len(server.letters("alice")) == 2, 30), "a rise in severity is told"):
        second = server.letters("alice")[1]
        check(second["References"] == letter["References"] and second["In-Reply-To"] == letter["References"],
              "letters of one case are one thread")
        check(second["Message-ID"] != letter["Message-ID"], "each has an id of its own")
    daemon.drain()
    check(daemon.stop() == 0, "the daemon ends")
    return letter["Message-ID"]


def recipients_apart(server):
    """Gone and greylisted first, so that the good one would wait for them if anybody did."""
    before = len(server.letters("bob"))
    daemon = daemon_for(server, ["gone", "grey", "bob"]).start()
    begun = time.monotonic()
    daemon.send([case_event(10 + n) for n in range(5)])
    check(until(lambda: len(server.letters("bob")) == before + 5, 30),
          "a dead and a greylisted recipient delay nobody")
    check(time.monotonic() - begun < 20 * SLOW, "and it does not take long")
    check(until(lambda: daemon.json("status")["journal"]["notices_failed"] == 5), "the dead one's notices are set aside")
    counts = daemon.json("status")["journal"]
    check(counts["notices_waiting"] == 5 and counts["notices_delivered"] == 5, "the greylisted one's wait")
    check("User unknown" in daemon.read_log(), "the operator reads in the log why")
    check(not server.letters("grey"), "nothing has come through the greylisting yet")
    check(server.run("lift").returncode == 0, "the greylisting ends")
    check(until(lambda: len(server.letters("grey")) == 5, 60), "and the notices that it held up are delivered")
    check(time.monotonic() - begun >= 35, "not before the time that the server asked for")
    wanted = {f"<{n['notice_id']}@example.edu>" for case in daemon.rows("case", "list")
              for n in daemon.json("case", "show", case["case"])["notices"] if n["reviewer"] == "grey"}
    check({letter["Message-ID"] for letter in server.letters("grey")} == wanted and len(wanted) == 5,
          "under the ids they had from the start")
    check(until(lambda: daemon.json("status")["journal"]["notices_waiting"] == 0), "and none waits any more")
    check(len(server.letters("bob")) == before + 5, "the others got nothing twice")
    daemon.stop()


class SilentServer:
    """Takes connections and never says a word."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        try:
            while True:
                self.taken.append(self.socket.accept()[0])
        except OSError:  # closed
            pass

    def close(self):
        self.socket.close()
        for taken in self.taken:
            taken.close()


def slow_server(server):
    silent = SilentServer()
    before = len(server.letters("alice"))
    daemon = daemon_for(server, ["alice"])
    slow = json.loads(json.dumps(daemon.config["plugins"][-1]))
    slow["name"] = "slow"
    slow["config"].update(server=f"smtp://127.0.0.1:{silent.port}", timeout_s=50)
    daemon.config["plugins"].append(slow)
    daemon.config["reviewers"][0]["addresses"]["slow"] = "alice@example.test"
    daemon.config["routes"][0]["channels"].append("slow")
    daemon.write_config()
    daemon.start()
    acks = daemon.send([case_event(50 + n) for n in range(5)])
    check([a["status"] for a in acks] == ["accepted"] * 5, "events are accepted while a mail server is silent")
    check(until(lambda: len(server.letters("alice")) == before + 5, 30), "the other channel's letters arrive")
    check(until(lambda: silent.taken, 10), "while the silent one keeps its channel waiting")
    host = {row["instance"]: row for row in daemon.rows("plugin", "list")}["slow"]
    check(host["state"] == "up" and host["outstanding"] > 0, f"which is busy with it {host['outstanding']}")
    counts = daemon.json("status")["journal"]
    check(counts["notices_delivered"] == 5 and counts["notices_waiting"] == 5, f"its own notices wait ({counts['notices_waiting']})")
    check(daemon.stop() == 0, "and the daemon ends without waiting for it")
    silent.close()


def server_down_and_up(server):
    before = len(server.letters("alice"))
    server.run("stop")
    daemon = daemon_for(server, ["alice"]).start()
    daemon.send([case_event(20), case_event(21)])
    check(until(lambda: "will be tried again" in daemon.read_log()), "a server that is down is waited for")
    first_pids = daemon.host_pids()
    check(server.run("start").returncode == 0, "the server comes back")
    check(until(lambda: len(server.letters("alice")) == before + 2, 60), "then the letters arrive")
    time.sleep(2)
    ids = [letter["Message-ID"] for letter in server.letters("alice")[before:]]
    wanted = [notice["notice_id"] for case in ("C-000001", "C-000002")
              for notice in daemon.json("case", "show", case)["notices"]]
    check(sorted(ids) == sorted(f"<{notice}@example.edu>" for notice in wanted) and len(wanted) == 2,
          f"once each, under the ids they had from the start {ids}")
    check(daemon.host_pids() == first_pids, "no plugin died of it")
    check(daemon.json("status")["journal"]["notices_delivered"] == 2, "and the journal knows")
    daemon.stop()


def operators_mistakes(server):
    before = len(server.letters("alice"))
    wrong = os.path.join(server.folder, "wrong-password")
    with open(wrong, "w") as file:
        file.write("guess\n")
    daemon = daemon_for(server, ["alice"], password_file=wrong).start()
    daemon.send([case_event(30)])
    check(until(lambda: "no notice gets through until somebody mends this" in daemon.read_log()),
          "a wrong password alarms the operator")
    check(daemon.json("status")["journal"]["notices_waiting"] == 1, "and the notice waits for the right one")
    check("guess" not in daemon.read_log(), "no password is in the log")
    daemon.stop()
    stranger = os.path.join(server.folder, "stranger.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=stranger", "-keyout", "/dev/null", "-out", stranger],
                   stderr=subprocess.DEVNULL, check=True)
    logins = server.log().count("sasl_username=pathwayd")
    daemon = daemon_for(server, ["alice"], ca_file=stranger).start()
    daemon.send([case_event(31)])
    check(until(lambda: "certificate" in daemon.read_log().lower()), "a certificate nobody vouches for is refused")
    check(daemon.json("status")["journal"]["notices_waiting"] == 1, "and the notice waits")
    check(server.log().count("sasl_username=pathwayd") == logins, "before any password was sent")
    daemon.stop()
    check(len(server.letters("alice")) == before, "nothing was delivered in either case")


def main():
    server = MailServer()
    made = server.run("make", str(server.port))
    if made.returncode == 77:
        skip("e-mail through a real mail server", made.stdout.strip())
        finish()
    if not check(made.returncode == 0 and server.run("start").returncode == 0, "the mail server runs"):
        finish()
    try:
        happy_path(server)
        recipients_apart(server)
        slow_server(server)
        server_down_and_up(server)
        operators_mistakes(server)
    finally:
        check(server.run("stop").returncode == 0, "the mail server ends")
        if not os.environ.get("PATHWAYD_KEEP"):
            subprocess.run(["rm", "-rf", server.folder], check=True)
    finish()


if __name__ == "__main__":
    main()
