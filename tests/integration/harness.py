# SPDX-License-Identifier: Apache-2.0
"""Real processes for the integration tests: a daemon with a state folder of its own, pathwayctl, and TAP lines.

A script makes checks with `check(condition, what)` and ends with `finish()`; ctest reads the exit status, tests/run
counts the "ok" and "not ok" lines."""

import atexit
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("PATHWAYD_BUILD_DIR", os.path.join(SOURCE, "build"))
BIN = os.path.join(BUILD, "bin")
SLOW = 10 if os.environ.get("PATHWAYD_SANITIZED") else 1  # sanitizers cost about that much

_count = 0
_failed = 0


def check(condition, what):
    global _count, _failed
    _count += 1
    if not condition:
        _failed += 1
    print(("ok " if condition else "not ok ") + f"{_count} - {what}", flush=True)
    return bool(condition)


def skip(what, why):
    global _count
    _count += 1
    print(f"ok {_count} - {what} # SKIP {why}", flush=True)


def finish():
    print(f"1..{_count}")
    sys.exit(1 if _failed else 0)


class Raw:
    """A client of the control endpoint that speaks the wire itself (SP over a Unix socket), so that it can hang up or wait
    where libnng would not. `uid`: who connects."""

    def __init__(self, daemon, uid=0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20 * SLOW)
        os.seteuid(uid)
        try:
            self.socket.connect(daemon.control)
        finally:
            os.seteuid(0)
        self.socket.sendall(b"\0SP\0\0\x30\0\0")  # REQ
        self.receive(8)

    def receive(self, size):
        bytes_ = b""
        while len(bytes_) < size:
            more = self.socket.recv(size - len(bytes_))
            if not more:
                raise EOFError
            bytes_ += more
        return bytes_

    def send(self, request):
        body = struct.pack(">I", 0x80000001) + json.dumps(request).encode()
        self.socket.sendall(b"\1" + struct.pack(">Q", len(body)) + body)

    def answer(self):
        size = struct.unpack(">xQ", self.receive(9))[0]
        return json.loads(self.receive(size)[4:])


class Others:
    """Other accounts of this machine (a uid is all that sockets ask for): pathwayctl and what it needs, copied to a place
    that they can read, for the build folder may be closed to them. Only root can be others."""

    def __init__(self):
        self.place = tempfile.mkdtemp(prefix="pathwayd-others-")
        os.chmod(self.place, 0o755)
        build = os.path.join(self.place, "build")
        shutil.copytree(BIN, os.path.join(build, "bin"))
        shutil.copytree(os.path.join(BUILD, "plugins"), os.path.join(build, "plugins"), ignore=shutil.ignore_patterns("CMakeFiles"))
        self.program = os.path.join(build, "bin", "pathwayctl")
        self.environment = dict(os.environ)
        options = self.environment.get("TSAN_OPTIONS", "")
        if options.startswith("suppressions="):
            self.environment["TSAN_OPTIONS"] = "suppressions=" + self.readable(options.split("=", 1)[1])
        atexit.register(shutil.rmtree, self.place, ignore_errors=True)

    def readable(self, path):
        copy = shutil.copy(path, self.place)
        os.chmod(copy, 0o644)
        return copy

    def folder(self, name):
        path = os.path.join(self.place, name)
        os.mkdir(path)
        os.chmod(path, 0o755)
        return path

    def run(self, uid, daemon, *arguments, stdin=None):
        return subprocess.run([self.program, "--config", self.readable(daemon.ctl_file), *arguments], input=stdin, cwd="/",
                              capture_output=True, text=True, user=uid, group=uid, extra_groups=[], env=self.environment,
                              timeout=120 * SLOW)


def seed():
    value = int(os.environ.get("PATHWAYD_SEED", random.SystemRandom().randrange(1 << 30)))
    print(f"# seed {value} (PATHWAYD_SEED repeats it)", flush=True)
    return random.Random(value)


def policies(names=("research", "conference", "enrolment", "publication", "lab", "legal")):
    conf = os.path.join(SOURCE, "conf")
    return [{"name": "institutions", "plugin": "institutions", "stage": "enrich", "readable": [conf],
             "config": {"lists": [f"{conf}/lists/seven-sons.json", f"{conf}/lists/entity-list-excerpt.json"],
                        "max_age_days": 36500}}] + \
           [{"name": name, "plugin": name, "stage": "assess", "pathways": [name], "readable": [conf],
             "config": {"packs": f"{conf}/packs/paper.json"}} for name in names]


def event(number, **changes):
    """An ordinary collaboration; `changes` go into its data."""
    data = {"engagement_id": f"E-{number}", "title": "Joint work on crop models",
            "partner": [{"name": "ETH Zurich", "country": "CH", "kind": "university", "relation": "party"}],
            "transfer_mode": ["read_only_output"], "applications": ["climate"], "publication_intent": "open",
            "questions": {q: {"answer": "no"} for q in ("q1", "q2", "q3")}}
    data.update(changes)
    return {"specversion": "1.0", "id": f"t-{number}", "source": "https://test.example.edu/",
            "type": "org.pathwayd.agreement.proposed.v1", "time": "2026-03-02T09:00:00Z", "data": data}


SEVEN_SONS = [{"name": "Beihang University", "country": "CN", "kind": "university", "relation": "party"}]


def strict(text):
    """JSON without a member twice."""
    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise RuntimeError(f"a member stands twice in {text[:2000]}")
        return dict(pairs)
    return json.loads(text, object_pairs_hook=once)


class Daemon:
    def __init__(self, plugins=None, state=None, **settings):
        self.home = tempfile.mkdtemp(prefix="pathwayd-test-")
        self.state = state or os.path.join(self.home, "state")
        self.feed = f"ipc://{self.state}/feed.sock"
        self.config = {
            "state_dir": self.state,
            "feeds": [{"name": "test", "listen": self.feed, "sources": ["https://test.example.edu/",
                                                                        "https://bench.example.edu/"],
                       "types": ["*", "correction"]}],
            "plugins": policies() if plugins is None else plugins,
            "routes": [],
            "notices": {"wait_s": 0, "pace": {"daily_cap": 0}},
        }
        self.config.update(settings)
        self.file = os.path.join(self.home, "pathwayd.conf")
        self.ctl_file = os.path.join(self.home, "ctl.conf")
        self.log = os.path.join(self.home, "log")
        self.process = None
        self.control = os.path.join(self.config.get("runtime_dir", self.state), "control.sock")
        self.write_config()
        atexit.register(self.remove)

    def write_config(self):
        with open(self.file, "w") as out:
            json.dump(self.config, out, indent=1)
        if not self.process:  # pathwayctl keeps the first, whatever the daemon is asked to reload
            shutil.copy(self.file, self.ctl_file)

    def start(self, wait=True):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([os.path.join(BIN, "pathwayd"), "--config", self.file], stderr=log,
                                            stdout=log)
        return self.wait_ready() if wait else self

    def wait_ready(self, seconds=20):
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.ctl("status", "--json").returncode == 0:
                return self
            time.sleep(0.05)
        print(self.read_log(), file=sys.stderr)
        raise RuntimeError("pathwayd did not become ready")

    def read_log(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def ctl(self, *arguments, stdin=None, timeout=120):
        return subprocess.run([os.path.join(BIN, "pathwayctl"), "--config", self.ctl_file, *arguments], input=stdin,
                              capture_output=True, text=True, timeout=timeout * SLOW)

    def json(self, *arguments):
        run = self.ctl(*arguments, "--json")
        if run.returncode != 0:
            raise RuntimeError(f"{arguments}: {run.returncode} {run.stdout} {run.stderr}")
        lines = [strict(line) for line in run.stdout.splitlines() if line.strip()]
        return lines[0] if len(lines) == 1 else lines

    def rows(self, *arguments):
        run = self.ctl(*arguments, "--json")
        if run.returncode != 0:
            raise RuntimeError(f"{arguments}: {run.returncode} {run.stdout} {run.stderr}")
        rows = []
        for line in run.stdout.splitlines():
            value = strict(line)
            rows += value if isinstance(value, list) else [value]
        return rows

    def findings(self, rule=None):
        """The findings that stand."""
        found = self.rows("findings", "--limit", "1000000")
        return [f for f in found if not f.get("withdrawn") and (rule is None or f["rule"] == rule)]

    def send(self, events, *arguments):
        lines = "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events)
        run = self.ctl("send", "--acks", "--endpoint", self.feed, *arguments, stdin=lines)
        return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]

    def request(self, text):
        """One raw request by nngcat, as a feed that is not ours would make it: the parsed answer, or None."""
        path = os.path.join(self.home, "request")
        with open(path, "w") as out:
            out.write(text)
        run = subprocess.run(["nngcat", "--req", "--dial", self.feed, "--file", path, "--raw", "--recv-timeout",
                              str(10 * SLOW)], capture_output=True, text=True)
        return json.loads(run.stdout) if run.stdout else None

    def drain(self, seconds=60):
        return self.ctl("wait", "--drained", "--timeout", str(seconds * SLOW), timeout=seconds + 10).returncode == 0

    def host_pids(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(pid) for pid in found.split()]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=40):
        self.process.terminate()
        return self.process.wait(seconds * SLOW)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not os.environ.get("PATHWAYD_KEEP"):
            shutil.rmtree(self.home, ignore_errors=True)


def until(condition, seconds=20):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
