#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks the whole way: an event goes in, the daemon posts over https, and a receiver that others wrote (Node and the
`standardwebhooks` package) verifies each signature. One daemon has a channel for every kind of receiver: a good one, one that
knows only the old or only the new secret, one that is busy, gone, elsewhere, silent, talks without end, or is not who it says."""

import base64
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading

from harness import BUILD, SEVEN_SONS, SLOW, SOURCE, Daemon, check, event, finish, policies, skip, until

PACKAGES = ["standardwebhooks@1.0.0", "@stablelib/base64@1.0.1", "fast-sha256@1.3.0"]  # the first and all that it needs
FOLDER = os.path.join(BUILD, "standardwebhooks")
ASKED_S, ASKED_DATE_S = 33, 36  # more than the outbox waits of its own accord
TITLE = "Flight control for Zürich \u202e"


def secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def openssl(*arguments, folder):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def authority(folder, name):
    """NAME.pem and NAME.key, of a certificate authority of its own."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", folder=folder)


def certificate(folder):
    """server.pem and server.key, for 127.0.0.1 and nothing else."""
    authority(folder, "ca")
    authority(folder, "stranger")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=receiver", "-keyout",
            "server.key", "-out", "server.csr", folder=folder)
    with open(os.path.join(folder, "server.ext"), "w") as out:
        out.write("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "server.ext", "-out", "server.pem", folder=folder)


class Receiver:
    def __init__(self, folder, plan):
        self.heard = []
        path = os.path.join(folder, "plan.json")
        with open(path, "w") as out:
            json.dump(plan, out)
        self.process = subprocess.Popen(
            ["node", os.path.join(SOURCE, "tests", "integration", "webhook_receiver.cjs"), FOLDER,
             os.path.join(folder, "server.key"), os.path.join(folder, "server.pem"), path], stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.heard.append(json.loads(line))

    def requests(self, path):
        return [line for line in list(self.heard) if line.get("path") == path and "body" in line]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()


class Hooks:
    """The channels, by name: what the receiver does there and how the plugin is set up."""

    def __init__(self, folder):
        self.folder = folder
        self.plan, self.settings = {}, {}

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(text + "\n")
        os.chmod(path, 0o600)
        return path

    def add(self, name, answers=((200, {}),), body=None, knows=None, current=None, previous=None, **settings):
        current = current or secret()
        self.plan["/" + name] = {"secret": knows or current, "answers": list(answers), "body": body}
        self.settings[name] = {"secret_file": self.file(name, current), "ca_file": os.path.join(self.folder, "ca.pem"),
                               "allow_private": True, "timeout_s": min(5 * SLOW, 50), **settings}
        if previous:
            self.settings[name]["previous_secret_file"] = self.file(name + ".previous", previous)

    def plugins(self, port):
        for name, settings in self.settings.items():
            url = settings.pop("url", "https://127.0.0.1:PORT/" + name).replace("PORT", str(port))
            where = {"url": url} if name != "full" else {"url_file": self.file("url", url)}
            yield {"name": name, "plugin": "webhook", "stage": "notify", "config": {**where, **settings}}


def plan_hooks(folder):
    hooks = Hooks(folder)
    old, new = secret(), secret()
    hooks.add("full", content="full")
    hooks.add("minimal")
    hooks.add("knows-old", knows=old, current=new, previous=old)
    hooks.add("knows-new", knows=new, current=new, previous=old)
    hooks.add("knows-other", knows=secret(), current=new, previous=old)
    hooks.add("busy", answers=[(503, {}), (200, {})])
    hooks.add("asks-seconds", answers=[(429, {"Retry-After": str(ASKED_S)}), (200, {})])
    hooks.add("asks-date", answers=[(503, {"Retry-After": {"in_s": ASKED_DATE_S}}), (200, {})])
    hooks.add("gone", answers=[(410, {})])
    hooks.add("moved", answers=[(307, {"Location": "/stolen"})])
    hooks.add("silent", body="hang")
    hooks.add("endless", body="flood")
    hooks.add("inside", allow_private=False)
    hooks.add("inside-by-name", allow_private=False, url="https://localhost:PORT/inside-by-name")
    hooks.add("unknown-ca", ca_file=os.path.join(folder, "stranger.pem"))
    hooks.add("other-name", url="https://localhost:PORT/other-name")
    return hooks


class Told:
    """What the daemon says became of the case's notices, by channel."""

    def __init__(self, daemon, hooks):
        self.daemon, self.hooks = daemon, hooks

    def rows(self):
        return {notice["channel"]: notice for notice in self.daemon.json("case", "show", "C-000001")["notices"]}

    def is_(self, channel, state, seconds=20):
        return until(lambda: self.rows().get(channel, {}).get("state") == state, seconds)

    def error(self, channel):
        return self.rows()[channel].get("error") or ""


def good_receivers(receiver, told):
    if not check(until(lambda: receiver.requests("/full"), 30), "a finding is posted"):
        print(told.daemon.read_log())
    request = receiver.requests("/full")[0]
    whole = json.loads(request["body"])
    check(request["verified"], "an independent receiver finds the signature good")
    check(request["method"] == "POST" and request["headers"]["content-type"] == "application/json", "it is JSON, by POST")
    check(request["headers"]["webhook-id"] == whole["notice_id"] == told.rows()["full"]["notice_id"],
          "its id is the notice's")
    check(whole["title"] == TITLE and whole["findings"], "the whole notice is told where that is asked for")
    check(until(lambda: receiver.requests("/minimal")), "another channel is told")
    request = receiver.requests("/minimal")[0]
    document = json.loads(request["body"])
    check(request["verified"] and document["case_id"] == "C-000001" and document["level"] == whole["level"],
          "which case, and how grave, by default")
    check(not any(words in request["body"] for words in ("Flight", "Beihang", "findings", "title")), "and not what it is about")
    for channel in ("full", "minimal"):
        check(told.is_(channel, "delivered"), f"{channel}: delivered")


def secrets_rotate(receiver, told):
    for channel in ("knows-old", "knows-new"):
        check(told.is_(channel, "delivered") and receiver.requests("/" + channel)[0]["verified"],
              f"while secrets rotate, a receiver that {channel.replace('-', ' the ')} one verifies")
    check(told.is_("knows-other", "failed") and not receiver.requests("/knows-other")[0]["verified"],
          "one that knows another does not")
    check("401" in told.error("knows-other"), "which the operator is told")


def refusals(receiver, told):
    check(told.is_("gone", "failed") and "410" in told.error("gone"), "410: set aside")
    check(until(lambda: "gone; somebody switched it off" in told.daemon.read_log()), "and said in the log")
    check(told.is_("moved", "failed") and "redirection" in told.error("moved"), "a redirection is set aside")
    check(not receiver.requests("/stolen"), "and not followed")
    for channel in ("inside", "inside-by-name"):
        check(until(lambda: "private" in told.error(channel)) and told.is_(channel, "waiting"),
              f"{channel}: a private address is refused by default")
    for channel in ("unknown-ca", "other-name"):
        check(until(lambda: "certificate" in told.error(channel).lower()) and told.is_(channel, "waiting"),
              f"{channel}: a certificate that does not fit is refused")
    for channel in ("inside", "inside-by-name", "unknown-ca", "other-name"):
        check(not receiver.requests("/" + channel), f"{channel}: before anything was said")


def endless_and_silent(receiver, told):
    check(told.is_("endless", "delivered"), "an answer of a gigabyte ends where enough was read")
    check(until(lambda: any("flooded" in line for line in receiver.heard)), "its sender notices")
    flooded = next((line["flooded"] for line in receiver.heard if "flooded" in line), 1 << 30)
    check(flooded < 1 << 27, f"long before its end ({flooded >> 20} MiB)")
    check(until(lambda: told.error("silent"), 60) and told.is_("silent", "waiting"), "a silent receiver's notice waits")


def retries(receiver, told):
    waits = {"busy": 0, "asks-seconds": ASKED_S, "asks-date": ASKED_DATE_S - 1}  # a date has no fractions
    for channel, asked in waits.items():
        check(told.is_(channel, "delivered", 90), f"{channel}: comes through at the second attempt")
        tries = receiver.requests("/" + channel)
        check(len(tries) == 2 and all(request["verified"] for request in tries), f"{channel}: both are signed")
        if len(tries) != 2:
            continue
        first, second = tries
        check(first["headers"]["webhook-id"] == second["headers"]["webhook-id"] and first["body"] == second["body"],
              f"{channel}: id and bytes stay the same")
        check(first["headers"]["webhook-timestamp"] != second["headers"]["webhook-timestamp"],
              f"{channel}: the timestamp is the attempt's")
        check(second["at"] - first["at"] >= asked, f"{channel}: not before the time that was asked for")


def nothing_leaks(hooks, told, hosts):
    log = told.daemon.read_log()
    texts = [entry["secret"] for entry in hooks.plan.values()] + ["/full", "/gone", "/inside", "whsec_"]
    check(not any(text in log for text in texts), "neither a secret nor a path is in the log")
    check(told.daemon.host_pids() == hosts, "no plugin died of any of it")


def main():
    if not shutil.which("node") or not shutil.which("npm"):
        skip("webhooks to a real receiver", "there is no Node here")
        finish()
    if not os.path.isdir(os.path.join(FOLDER, "node_modules", "standardwebhooks")):
        os.makedirs(FOLDER, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock",
                        "--prefix", FOLDER, *PACKAGES], check=True)
    folder = tempfile.mkdtemp(prefix="pathwayd-webhook-")
    certificate(folder)
    hooks = plan_hooks(folder)
    receiver = Receiver(folder, hooks.plan)
    try:
        plugins = list(hooks.plugins(receiver.port))
        daemon = Daemon(policies() + plugins, reviewers=[],
                        routes=[{"min_level": "recommended", "asking": True, "reviewers": [],
                                 "channels": [plugin["name"] for plugin in plugins]}]).start()
        hosts = daemon.host_pids()
        daemon.send([event(1, partner=SEVEN_SONS, title=TITLE)])
        told = Told(daemon, hooks)
        good_receivers(receiver, told)
        secrets_rotate(receiver, told)
        refusals(receiver, told)
        endless_and_silent(receiver, told)
        retries(receiver, told)
        nothing_leaks(hooks, told, hosts)
        check(daemon.stop() == 0, "the daemon ends")
    finally:
        receiver.stop()
        shutil.rmtree(folder)
    finish()


main()
