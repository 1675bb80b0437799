#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Log records the whole way: an event goes in, and a real rsyslogd, with a configuration of its own, writes down as JSON
what it understood, over a Unix socket, UDP, TCP and TLS. Hostile names; a receiver that is down, and one that hangs."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from harness import BIN, BUILD, SEVEN_SONS, SLOW, Daemon, check, event, finish, policies, skip, until

RSYSLOGD = shutil.which("rsyslogd", path=os.environ.get("PATH", "") + ":/usr/sbin")
PROPERTIES = ("pri", "timereported", "hostname", "app-name", "procid", "msgid", "structured-data", "msg", "inputname")
CHANNELS = ("unix", "udp", "tcp", "tls")
HOSTILE = "Eve\" x=\"1\"] \\ [other@1 y=\"2\"]\n<0>1 - - - - - - forged \u202eUniversität"


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LogServer:
    """rsyslogd as an ordinary process; every record is one JSON line in `out`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pathwayd-syslog-")
        self.out = self.path("out")
        self.socket = self.path("log")
        self.udp, self.tcp, self.tls = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
        self.ca = self.path("cert.pem")
        self.process = None
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        self.path("key.pem"), "-out", self.ca], stderr=subprocess.DEVNULL, check=True)
        with open(self.path("conf"), "w") as file:
            file.write(self.configuration())

    def path(self, name):
        return os.path.join(self.folder, name)

    def configuration(self):
        properties = '\n  constant(value=",") '.join(
            f'property(outname="{name}" name="{name}" format="jsonf"{" dateformat=" + chr(34) + "rfc3339" + chr(34) if name == "timereported" else ""})'
            for name in PROPERTIES)
        return f"""
global(workDirectory="{self.folder}" DefaultNetstreamDriverCAFile="{self.ca}"
       DefaultNetstreamDriverCertFile="{self.ca}" DefaultNetstreamDriverKeyFile="{self.path('key.pem')}"
       parser.escapeControlCharactersOnReceive="off")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp")
module(load="mmpstrucdata")
input(type="imuxsock" Socket="{self.socket}" UseSpecialParser="off" ParseHostname="on" IgnoreTimestamp="off" ruleset="all")
input(type="imudp" address="127.0.0.1" port="{self.udp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{self.tcp}" ruleset="all" name="tcp")
input(type="imtcp" address="127.0.0.1" port="{self.tls}" ruleset="all" name="tls" StreamDriver.Name="ossl"
      StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
template(name="json" type="list") {{
  constant(value="{{") {properties}
  constant(value=",") constant(value="\\"parsed\\":") property(name="$!all-json")
  constant(value="}}\\n") }}
ruleset(name="all") {{
  action(type="mmpstrucdata")
  action(type="omfile" file="{self.out}" template="json")
}}
"""

    def start(self):
        with open(self.path("log.txt"), "a") as log:
            self.process = subprocess.Popen([RSYSLOGD, "-n", "-f", self.path("conf"), "-i", self.path("pid")], stdout=log, stderr=log)
        return until(lambda: os.path.exists(self.socket) and self.listens(self.tcp) and self.listens(self.tls), 20)

    @staticmethod
    def listens(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        if os.path.exists(self.socket):
            os.unlink(self.socket)

    def records(self):
        """What rsyslogd understood; a line that is no JSON is kept as text and fails the test that looks for it."""
        if not os.path.exists(self.out):
            return []
        with open(self.out, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def of_app(self, channel):
        kind = {"unix": "imuxsock", "udp": "imudp", "tcp": "tcp", "tls": "tls"}[channel]
        return [r for r in self.records() if r["app-name"] == "pathwayd" and r["inputname"] == kind]

    def server(self, channel):
        return {"unix": f"unix://{self.socket}", "udp": f"udp://localhost:{self.udp}", "tcp": f"tcp://127.0.0.1:{self.tcp}",
                "tls": f"tls://localhost:{self.tls}"}[channel]


def daemon_for(server, channels, **config):
    plugins = policies()
    for channel in channels:
        settings = {"to": "syslog", "server": server.server(channel), "facility": "local3", "timeout_s": 5, **config}
        if channel == "tls":
            settings.setdefault("ca_file", server.ca)
        plugins.append({"name": channel, "plugin": "syslog", "stage": "notify", "config": settings, "readable": [server.folder]})
    reviewers = [{"name": "alice", "addresses": {channels[-1]: "alice@example.test"}}]
    return Daemon(plugins, reviewers=reviewers,
                  routes=[{"min_level": "recommended", "asking": True, "reviewers": ["alice"], "channels": list(channels)}])


def notices(daemon, case="C-000001"):
    return {n["channel"]: n["notice_id"] for n in daemon.json("case", "show", case)["notices"]}


def every_way(server):
    daemon = daemon_for(server, CHANNELS, content="full").start()
    daemon.send([event(1, partner=SEVEN_SONS, title=HOSTILE)])
    for channel in CHANNELS:
        if not check(until(lambda: server.of_app(channel), 30), f"a record comes by {channel}"):
            print(daemon.read_log())
            continue
        record = server.of_app(channel)[0]
        values = record["parsed"]["rfc5424-sd"]["pathwayd@32473"]
        check(record["pri"] == str(19 * 8 + 5), f"{channel}: facility and severity are local3 and notice")
        check(record["msgid"] == "opened" and record["procid"] == "-", f"{channel}: the change is the message's id")
        check(record["hostname"] == socket.gethostname(), f"{channel}: the machine is named {record['hostname']}")
        case = daemon.json("case", "show", "C-000001")
        check(values["case"] == "C-000001" and values["level"] == "recommended" and values["change"] == "opened",
              f"{channel}: case, level and change are values of their own")
        check(values["notice"] == notices(daemon)[channel], f"{channel}: the notice's id is the daemon's")
        check(record["timereported"] == case["opened"], f"{channel}: the time is the notice's")
        check(values["title"] == HOSTILE.replace("\n", "[U+000A]").replace("\u202e", "[U+202E]"),
              f"{channel}: a hostile title is one value, its hidden characters shown")
        check(list(record["parsed"]["rfc5424-sd"]) == ["pathwayd@32473"], f"{channel}: and makes no element of its own")
        check(record["msg"].lstrip("\ufeff ").startswith("Case C-000001: A case was opened. Level recommended"),
              f"{channel}: the sentence says what happened")
        check("research.q2_seven_sons" in values["rules"], f"{channel}: the rules are told")
        check("alice" not in record["structured-data"].replace(values["notice"], "") + record["msg"], f"{channel}: nobody is named")
    check(not [r for r in server.records() if r["app-name"] != "pathwayd"], "no record was forged")
    check(daemon.drain() and daemon.json("status")["journal"]["notices_waiting"] == 0, "the journal knows that all is delivered")
    check(all(len(server.of_app(channel)) == 1 for channel in CHANNELS), "each record came once")
    check(daemon.stop() == 0, "the daemon ends")


def minimal_is_the_default(server):
    before = len(server.of_app("tcp"))
    daemon = daemon_for(server, ["tcp"]).start()
    daemon.send([event(2, partner=SEVEN_SONS, title="Flight control")])
    if check(until(lambda: len(server.of_app("tcp")) > before, 30), "a record comes"):
        record = server.of_app("tcp")[before]
        check("Flight" not in json.dumps(record) and "E-2" not in json.dumps(record) and "q2" not in json.dumps(record),
              "without being told to, it says neither title nor engagement nor rules")
    daemon.stop()


def receiver_down_and_hanging(server):
    before = {channel: len(server.of_app(channel)) for channel in ("unix", "tcp")}
    server.stop()
    daemon = daemon_for(server, ["unix", "tcp"], timeout_s=1).start()
    daemon.send([event(3, partner=SEVEN_SONS)])
    check(until(lambda: daemon.read_log().count("will be tried again") >= 2), "a receiver that is down is waited for")
    check(daemon.json("status")["journal"]["notices_waiting"] == 2, "and the notices wait")
    check(server.start(), "it comes back")
    check(until(lambda: all(len(server.of_app(c)) > before[c] for c in before), 60), "then the records come")
    daemon.stop()
    server.process.send_signal(signal.SIGSTOP)
    daemon = daemon_for(server, ["tcp"], timeout_s=1).start()
    try:
        daemon.send([event(4, partner=SEVEN_SONS)])
        check(until(lambda: "did not close the connection in time" in daemon.read_log()),
              "a receiver whose kernel takes the bytes, but that never reads them, is not believed")
        check(daemon.json("status")["journal"]["notices_delivered"] == 0, "and nothing counts as delivered")
    finally:
        server.process.send_signal(signal.SIGCONT)
    daemon.stop()


def stranger(server):
    """A receiver whose certificate nobody vouches for gets not a byte."""
    before = len(server.of_app("tls"))
    other = LogServer()
    daemon = daemon_for(server, ["tls"], ca_file=other.ca)
    daemon.config["plugins"][-1]["readable"].append(other.folder)
    daemon.write_config()
    daemon.start()
    daemon.send([event(5, partner=SEVEN_SONS)])
    check(until(lambda: "no notice gets through until somebody mends this" in daemon.read_log()),
          "a certificate that nobody vouches for alarms the operator")
    check(daemon.json("status")["journal"]["notices_waiting"] == 1 and len(server.of_app("tls")) == before, "and the notice waits")
    daemon.stop()
    shutil.rmtree(other.folder, ignore_errors=True)


def settings_are_checked(server):
    good = {"to": "syslog", "server": "tls://localhost", "ca_file": server.ca}
    for what, config, words in (("a good configuration", good, ""), ("no server", {"to": "syslog"}, '"server" must be'),
                                ("a web address", {**good, "server": "https://localhost"}, '"server" must be'),
                                ("a server for the journal", {"to": "journal", "server": "udp://localhost"}, '"server" is for'),
                                ("certificates for UDP", {**good, "server": "udp://localhost"}, '"ca_file" is for')):
        run = subprocess.run([os.path.join(BIN, "pathwayctl"), "plugin", "check", os.path.join(BUILD, "plugins", "syslog.so"),
                              "--with", json.dumps(config)], capture_output=True, text=True, timeout=60 * SLOW)
        check((run.returncode == 0) == (not words) and words in run.stdout + run.stderr,
              f"plugin check: {what}: {(run.stdout + run.stderr).strip().splitlines()[-1]}")


def main():
    if not RSYSLOGD:
        skip("log records to a real receiver", "rsyslogd is not installed (apt install rsyslog rsyslog-openssl)")
        finish()
    server = LogServer()
    try:
        if not check(server.start(), "rsyslogd runs"):
            with open(server.path("log.txt")) as log:
                print(log.read())
            finish()
        every_way(server)
        minimal_is_the_default(server)
        receiver_down_and_hanging(server)
        stranger(server)
        settings_are_checked(server)
    finally:
        if server.process.poll() is None:
            server.stop()
        if not os.environ.get("PATHWAYD_KEEP"):
            shutil.rmtree(server.folder, ignore_errors=True)
    finish()


main()
