# SPDX-License-Identifier: Apache-2.0
"""The reviewers' page in front of a daemon of its own, and a browser without a screen or scripts: requests, cookies, forms."""

import base64
import hashlib
import hmac
import html.parser
import http.client
import os
import re
import socket
import struct
import subprocess
import tempfile
import time
import urllib.parse

from harness import BIN, SEVEN_SONS, SLOW, Daemon, atexit, event, json, policies, shutil

PASSWORD = "correct horse battery"
STREAM = {"name": "stream", "plugin": "stream", "stage": "notify"}
REVIEWERS = ["ann", "ben", "cleo"]
PEOPLE = [{"sign_in": "ann@example.edu", "reviewer": "ann", "roles": ["reviewer", "lead"]},
          {"sign_in": "ben@example.edu", "reviewer": "ben", "roles": ["reviewer"], "queues": ["labs"]},
          {"sign_in": "cleo@example.edu", "reviewer": "cleo", "roles": ["lead"]},
          {"sign_in": "audrey@example.edu", "roles": ["auditor"]},
          {"account": 0, "roles": ["auditor", "administrator"]}]
QUEUES = [{"name": "labs", "reviewers": ["ben"], "channels": ["stream"]},
          {"name": "visas", "reviewers": ["cleo"], "channels": ["stream"]}]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def daemon_with_page(people=None, account=None, **page):
    """A daemon whose configuration has a page; `page`: its page_server. `account`: whose process it is."""
    port = free_port()
    stream = dict(STREAM, config={"listen": f"abstract://pathwayd-page-{os.getpid()}-{port}"})
    daemon = Daemon(policies(("research", "enrolment", "lab", "legal")) + [stream],
                    reviewers=[{"name": name, "addresses": {}} for name in REVIEWERS], people=people or PEOPLE,
                    queues=QUEUES, page=page.pop("address", f"http://127.0.0.1:{port}/"), cases={"referral": True},
                    units=[{"code": "AI-LAB", "lab": True, "name": "AI laboratory"}],
                    routes=[{"units": ["AI-LAB"], "min_level": "suggested", "asking": True, "queue": "labs", "channels": ["stream"]},
                            {"min_level": "suggested", "asking": True, "channels": ["stream"]}])
    daemon.config["page_server"] = {"account": os.getuid() if account is None else account, "listen": f"127.0.0.1:{port}",
                                    "accounts": os.path.join(daemon.home, "accounts.json"), **page}
    daemon.port = port
    daemon.write_config()
    return daemon


def totp(secret, at=None):
    """RFC 6238."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 1000000:06}"


class Page:
    """pathwayd-page, running."""

    def __init__(self, daemon, uid=None, environment=None, program=None):
        self.daemon = daemon
        self.log = os.path.join(daemon.home, "page.log")
        self.program = program or os.path.join(BIN, "pathwayd-page")
        self.secrets = {}
        self.uid = uid
        self.environment = environment
        self.config = daemon.ctl_file
        atexit.register(self.stop)

    def command(self, *words, stdin=None):
        return subprocess.run([self.program, "--config", self.config, *words], input=stdin, capture_output=True, text=True,
                              user=self.uid, env=self.environment, timeout=60 * SLOW)

    def add(self, name, code=True, password=PASSWORD):
        run = self.command("account", "add", name, *([] if code else ["--no-code"]), stdin=password + "\n")
        if run.returncode != 0:
            raise RuntimeError(run.stderr)
        found = re.search(r"secret=([A-Z2-7]+)", run.stdout)
        self.secrets[name] = found.group(1) if found else None

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([self.program, "--config", self.config], stdout=subprocess.PIPE, stderr=log,
                                            text=True, user=self.uid, env=self.environment, cwd="/")
        self.said = self.process.stdout.readline()
        if "is at" not in self.said:
            raise RuntimeError(self.said + self.read_log())
        return self

    def read_log(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def stop(self):
        process = getattr(self, "process", None)
        if process and process.poll() is None:
            process.terminate()
            process.wait(20 * SLOW)
        return process.returncode if process else None


class Forms(html.parser.HTMLParser):
    """The forms of a page with the fields that a browser would send of them, and its text."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.form, self.select, self.area, self.text, self.links = [], None, None, None, "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        at = dict(attributes)
        if tag == "form":
            self.form = {"action": at.get("action", ""), "method": at.get("method", "get"), "fields": []}
            self.forms.append(self.form)
        elif tag == "a":
            self.links.append(at.get("href"))
        elif self.form is None:
            return
        elif tag == "input" and at.get("name"):
            if at.get("type") not in ("checkbox", "radio") or "checked" in at:
                self.form["fields"].append((at["name"], at.get("value", "")))
        elif tag == "textarea":
            self.area = [at["name"], ""]
        elif tag == "select":
            self.select = [at["name"], None]
        elif tag == "option" and self.select and (self.select[1] is None or "selected" in at):
            self.select[1] = at.get("value", "")

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area and self.form is not None:
            text = self.area[1]
            self.form["fields"].append((self.area[0], text[1:] if text.startswith("\n") else text))
            self.area = None
        elif tag == "select" and self.select:
            self.form["fields"].append(tuple(self.select))
            self.select = None
        elif tag == "form":
            self.form = None

    def handle_data(self, data):
        self.text += data
        if self.area:
            self.area[1] += data


class Reply:
    def __init__(self, response, body):
        self.code = response.status
        self.headers = response.headers
        self.body = body
        self.text = body.decode("utf-8", errors="replace")
        self.location = response.headers.get("Location")

    @property
    def page(self):
        return Forms(self.text)

    def form(self, ending):
        found = [f for f in self.page.forms if f["action"].endswith(ending)]
        if not found:
            raise RuntimeError(f"no form {ending} in {self.code} {self.page.text[:2000]}")
        return found[0]


class Browser:
    """`unix`: by a Unix socket instead."""

    def __init__(self, port=None, host=None, unix=None, headers=None):
        self.port, self.unix = port, unix
        self.host = host or f"127.0.0.1:{port}"
        self.cookies = {}
        self.headers = headers or {}

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port or 80, timeout=30 * SLOW)
        if self.unix:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(30 * SLOW)
            connection.sock.connect(self.unix)
        return connection

    def ask(self, method, path, body=None, headers=None):
        sent = {"Host": self.host, **self.headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent.update(headers or {})
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers={k: v for k, v in sent.items() if v is not None})
            response = connection.getresponse()
            reply = Reply(response, response.read())
        finally:
            connection.close()
        for cookie in reply.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return reply

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, fields, headers=None):
        return self.ask("POST", path, urllib.parse.urlencode(fields), headers)

    def send(self, form, changes=None, headers=None):
        """A form as a browser sends it; `changes`: what somebody entered, a list for several of one name."""
        changes = dict(changes or {})
        fields = [(k, v) for k, v in form["fields"] if k not in changes]
        for key, value in changes.items():
            fields += [(key, one) for one in value] if isinstance(value, list) else [(key, value)]
        return self.post(form["action"], fields, headers)

    def sign_in(self, name, page=None, password=PASSWORD, code=None):
        form = self.get("/sign-in").form("sign-in")
        secret = page.secrets.get(name) if page else None
        return self.send(form, {"name": name, "password": password,
                                "code": code if code is not None else totp(secret) if secret else ""})
