#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Log records in the systemd journal: a real systemd-journald, in a mount namespace of its own with a /run of its own, takes
what the daemon's syslog plugin writes, and journalctl reads the fields back. Nothing of the machine's journal is touched."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from harness import BUILD, SEVEN_SONS, Daemon, check, event, finish, policies, skip, until

JOURNALD = "/usr/lib/systemd/systemd-journald"
SOCKET = "/run/systemd/journal/socket"
CONFIGURATION = "/etc/systemd/journald.conf"
SETTINGS = "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nForwardToSyslog=no\nForwardToWall=no\nRateLimitIntervalSec=0\n"
MESSAGE_ID = "5927cfb4825e4a28b0c39489e0fad8e3"
HOSTILE = "Eve\nPATHWAYD_LEVEL=none\nMESSAGE=forged\n\n\u202eUniversität"
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
INSIDE = "PATHWAYD_TEST_INSIDE"


class Journal:
    """journald in this namespace, whose sockets and files are all under the /run that is ours."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pathwayd-journal-")
        self.process = None
        settings = os.path.join(self.folder, "journald.conf")
        with open(settings, "w") as file:
            file.write(SETTINGS)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        os.makedirs(os.path.dirname(SOCKET))
        subprocess.run(["mount", "--bind", settings, CONFIGURATION], check=True)

    def start(self):
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen([JOURNALD], stdout=log, stderr=log)
        return until(lambda: os.path.exists(SOCKET) and self.answers())

    @staticmethod
    def answers():
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            return probe.connect_ex(SOCKET) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    @staticmethod
    def entries(*matches):
        run = subprocess.run(["journalctl", "--no-pager", "--quiet", "-o", "json", *matches], capture_output=True, text=True)
        return [json.loads(line) for line in run.stdout.splitlines()]


def daemon_for(**config):
    plugins = policies() + [{"name": "log", "plugin": "syslog", "stage": "notify", "config": {"facility": "auth", **config}}]
    return Daemon(plugins, routes=[{"min_level": "recommended", "asking": True, "reviewers": [], "channels": ["log"]}])


def fields_arrive(journal):
    daemon = daemon_for(content="full").start()
    daemon.send([event(1, partner=SEVEN_SONS, title=HOSTILE)])
    found = lambda: journal.entries("PATHWAYD_CASE=C-000001")
    if not check(until(found, 30), "the journal has an entry that is found by its case"):
        print(daemon.read_log())
        finish()
    entry = found()[0]
    notice = daemon.json("case", "show", "C-000001")["notices"][0]
    wanted = {"MESSAGE_ID": MESSAGE_ID, "PRIORITY": "5", "SYSLOG_FACILITY": "4", "SYSLOG_IDENTIFIER": "pathwayd",
              "PATHWAYD_KIND": "case", "PATHWAYD_LEVEL": "recommended", "PATHWAYD_CHANGE": "opened",
              "PATHWAYD_PATHWAYS": "research", "PATHWAYD_ENGAGEMENT": "E-1", "PATHWAYD_NOTICE": notice["notice_id"],
              "PATHWAYD_TITLE": HOSTILE.replace("\n", "[U+000A]").replace("\u202e", "[U+202E]")}
    for name, value in wanted.items():
        check(entry.get(name) == value, f"{name} is {entry.get(name)!r}")
    check(entry["MESSAGE"].startswith("Case C-000001: A case was opened."), "the sentence says what happened")
    check("CODE_FILE" not in entry, "no place in our source is told")
    check(len(journal.entries(f"MESSAGE_ID={MESSAGE_ID}")) == 1 and not journal.entries("MESSAGE=forged"),
          "there is one entry, and none was forged")
    check(daemon.drain() and daemon.json("status")["journal"]["notices_delivered"] == 1, "the daemon knows that it is delivered")
    daemon.stop()


def a_long_text_fits(journal):
    """As long as a title may be, and every character of it spelt out."""
    daemon = daemon_for(content="full").start()
    daemon.send([event(2, partner=SEVEN_SONS, engagement_id="E-long", title="\u202e" * 300)])
    check(until(lambda: journal.entries("PATHWAYD_ENGAGEMENT=E-long"), 30), "a long title arrives")
    check(daemon.json("status")["journal"]["notices_waiting"] == 0, "and nothing waits")
    daemon.stop()


def no_journal(journal):
    """libsystemd calls it a success when there is no journal; nobody would have been told."""
    journal.stop()
    os.unlink(SOCKET)
    daemon = daemon_for().start()
    daemon.send([event(3, partner=SEVEN_SONS, engagement_id="E-later")])
    check(until(lambda: "The journal of this machine does not take it" in daemon.read_log()), "a journal that is away is waited for")
    check(daemon.json("status")["journal"]["notices_waiting"] == 1, "and the notice waits")
    check(journal.start(), "it comes back")
    notice = daemon.json("case", "show", "C-000001")["notices"][0]["notice_id"]
    check(until(lambda: journal.entries(f"PATHWAYD_NOTICE={notice}"), 60), "then the record comes")
    entry = journal.entries(f"PATHWAYD_NOTICE={notice}")[0]
    check(not {"PATHWAYD_TITLE", "PATHWAYD_ENGAGEMENT", "PATHWAYD_RULES"} & set(entry), "with the least content, as nobody asked for more")
    daemon.stop()


def inside():
    journal = Journal()
    try:
        if check(journal.start(), "systemd-journald runs"):
            fields_arrive(journal)
            a_long_text_fits(journal)
            no_journal(journal)
    finally:
        journal.stop()
        shutil.rmtree(journal.folder, ignore_errors=True)
    finish()


def main():
    if os.environ.get(INSIDE):
        inside()
    why = None
    if not os.path.exists(JOURNALD) or not shutil.which("journalctl"):
        why = "systemd-journald is not installed (apt install systemd)"
    elif not os.path.exists(CONFIGURATION) or not os.path.exists("/etc/machine-id"):
        why = f"there is no {CONFIGURATION} or no /etc/machine-id"
    elif subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True).returncode != 0:
        why = "this machine allows no mount namespace"
    elif os.stat(os.path.join(BUILD, "plugins")).st_uid != os.geteuid():
        why = "the build belongs to another account, which is nobody in a namespace, and nobody's plugins are not loaded"
    if why:
        skip("log records in a real journal", why)
        finish()
    os.environ[INSIDE] = "1"
    os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, "-B", os.path.realpath(__file__)])


main()
