#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chat rooms the whole way: an event with hostile names goes in, and a web server over TLS gets what each room is told, in
each format; independent readers (chat_judge.cjs) look at it. Then what servers answer: too many requests, no such
webhook, a failure inside a success, a page of somebody's proxy."""

import glob
import http.server
import json
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import threading

from harness import BIN, BUILD, SEVEN_SONS, SLOW, SOURCE, Daemon, check, event, finish, policies, skip, until

PACKAGES = ["@mattermost/commonmark@0.31.2-0", "adaptivecards@3.0.6", "markdown-it@14.1.0"]
TOKEN = "tokentokentokentoken"
HOSTILE = ("<!here> <!channel> <@U123> @here @all @channel [x](https://evil.test) ![x](https://evil.test/x.png) *bold* **b** "
           "`code` #tag ~town-square :bomb: www.evil.test <at>x</at> \u202egnp\u202c a\u200bb {{DATE(2017-02-14T06:08:39Z)}}")
PARTNER = "<at>Beihang\u200b @University</at>"  # which screening knows all the same, and quotes
DANGERS = ["<!here", "<!channel", "<@U", "@here", "@University", "@all", "@channel", "https://evil", "<at", "</at",
           "\u202e", "\u200b", "\r", "{{", "](http"]


class Receiver:
    """An incoming webhook over TLS: keeps what it gets, and answers what a path's script says next, or "ok"."""

    def __init__(self, folder):
        self.posts, self.scripts, self.lock = [], {}, threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.posts.append((self.path, self.headers["Content-Type"], body))
                    script = receiver.scripts.get(self.path, [])
                    status, headers, answer = script.pop(0) if script else (200, {}, "ok")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.encode())))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.pem"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self, path):
        with self.lock:
            return [body for where, _, body in self.posts if where == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """A CA, and a server's certificate that it vouches for."""
    place = lambda name: os.path.join(folder, name)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=test CA", "-keyout", place("ca.key"), "-out", place("ca.pem"))
    openssl("req", *key, "-subj", "/CN=localhost", "-keyout", place("server.key"), "-out", place("server.csr"))
    with open(place("names"), "w") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", place("server.csr"), "-CA", place("ca.pem"), "-CAkey", place("ca.key"), "-CAcreateserial",
            "-days", "2", "-extfile", place("names"), "-out", place("server.crt"))
    with open(place("server.pem"), "w") as out:
        for name in ("server.key", "server.crt"):
            with open(place(name)) as file:
                out.write(file.read())


class Rooms:
    """A daemon that tells rooms: {name: (format, content)}; each has a webhook of its own at the receiver."""

    def __init__(self, folder, receiver, rooms, **config):
        plugins = policies()
        for name, (format_, content) in rooms.items():
            url_file = os.path.join(folder, f"{name}.url")
            with open(url_file, "w") as file:
                file.write(f"https://localhost:{receiver.port}{self.path(name)}\n")
            settings = {"format": format_, "url_file": url_file, "content": content, "allow_private": True,
                        "ca_file": os.path.join(folder, "ca.pem"), "timeout_s": 20}
            settings.update(config)
            plugins.append({"name": name, "plugin": "chat", "stage": "notify", "readable": [folder], "config": settings})
        self.daemon = Daemon(plugins, routes=[{"min_level": "recommended", "asking": True, "reviewers": [],
                                               "channels": list(rooms)}])

    @staticmethod
    def path(name):
        return f"/hooks/{name}/{TOKEN}"

    def counts(self):
        return self.daemon.json("status")["journal"]


# ---- what a room is told --------------------------------------------------------------------------------------------------

def strings(value):
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from strings(each)


def check_slack(payload):
    blocks = payload["blocks"]
    check(blocks[0]["type"] == "header" and 1 < len(blocks) <= 50, f"slack: a header, and {len(blocks)} blocks in all")
    check({block["type"] for block in blocks} == {"header", "section"} and
          all(0 < len(block["text"]["text"]) <= (150 if block["type"] == "header" else 3000) for block in blocks),
          "slack: each block is of a known type and not too long")
    ours = [block["text"]["text"] for block in blocks if block["text"]["type"] == "mrkdwn"]
    check(ours and all(re.fullmatch(r"\*[A-Za-z ,]+\*", text) for text in ours), "slack: mrkdwn is for headings only")
    check(all(not re.search(r"[<>]|&(?!amp;|lt;|gt;)", text) for text in strings(payload)), "slack: and nothing is unescaped")
    check(payload["text"].startswith("Case C-"), "slack: a notification has a text to show")


def check_teams(payload):
    check(set(payload) == {"type", "attachments"} and payload["type"] == "message" and len(payload["attachments"]) == 1,
          "teams: a message with one attachment")
    attachment = payload["attachments"][0]
    card = attachment["content"]
    check(attachment["contentType"] == "application/vnd.microsoft.card.adaptive", "teams: which is an Adaptive Card")
    check(card["type"] == "AdaptiveCard" and card["version"] == "1.4" and
          card["$schema"] == "http://adaptivecards.io/schemas/adaptive-card.json", "teams: of version 1.4")
    allowed = {"type": {"TextBlock"}, "wrap": {True}, "size": {"Medium"}, "weight": {"Bolder"}, "spacing": {"Small"}}
    check(all(element[key] in allowed[key] for element in card["body"] for key in element if key != "text") and
          all(isinstance(element["text"], str) and element["text"] for element in card["body"]),
          "teams: each element of its body is a TextBlock with a text")
    check("actions" not in card, "teams: and there is no action, for there is no page")
    check(len(json.dumps(payload, ensure_ascii=False).encode()) <= 28000, "teams: within 28 KB")


def check_mattermost(payload):
    check(set(payload) == {"text"} and len(payload["text"]) <= 16383, "mattermost: one text, not too long")
    check(payload["text"].startswith("#### Case C-"), "mattermost: with a title")


def check_full(name, body):
    text = body.decode("utf-8")
    payload = json.loads(text)
    {"slack": check_slack, "teams": check_teams, "mattermost": check_mattermost}[name](payload)
    said = "\n".join(strings(payload)).replace("\\", "")
    for what in ("A review is re", "research.q2", "Beihang University", " as of 20", "What is not known", "Costs", "Benefits",
                 "mitigate", "Pathways concerned: ", "Command: pathwayctl case show C-000001"):
        check(what in said, f"{name}: the room reads \"{what}\"")
    check("Beihang[U+200B] @ University" in said, f"{name}: the partner's name is told, and harmless")
    check("[U+202E]" in said, f"{name}: hidden characters are shown")
    left = [danger for danger in DANGERS if danger in "\n".join(strings(payload))]
    if name == "slack":  # reads neither in plain_text
        left = [danger for danger in left if danger not in ("{{", "](http")]
    if name == "mattermost":
        left = [danger for danger in left if danger != "{{"]
    check(not left, f"{name}: nothing of the hostile words can be obeyed {left}")
    return payload


def check_minimal(body):
    said = "\n".join(strings(json.loads(body)))
    for what in ("Case C-000001", "E-1", "recommended", "research", "Command: pathwayctl case show C-000001"):
        check(what in said, f"a minimal post says \"{what}\"")
    check(not any(word in said for word in ("Beihang", "evil", "bold", "seven", "Seven", "q2")),
          "and no name, title or explanation")


def judge(folder, payloads):
    """What independent readers found, a list for each (format, payload); None when they are not to be had."""
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    if not os.path.isdir(os.path.join(folder, "node_modules", "markdown-it")):
        os.makedirs(folder, exist_ok=True)
        run = subprocess.run(["npm", "install", "--prefix", folder, "--no-save", "--no-package-lock", "--ignore-scripts",
                              "--no-audit", "--no-fund", "--loglevel=error", "--cache", os.path.join(folder, "cache"),
                              *PACKAGES], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=300)
        shutil.rmtree(os.path.join(folder, "cache"), ignore_errors=True)
        if run.returncode != 0:
            print("# npm:", run.stderr.strip().splitlines()[:1])
            return None
    lines = "".join(json.dumps({"format": format_, "payload": payload}) + "\n" for format_, payload in payloads)
    run = subprocess.run(["node", os.path.join(SOURCE, "tests", "integration", "chat_judge.cjs"), folder], input=lines,
                         capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        print(run.stderr)
        return []
    return [json.loads(line) for line in run.stdout.splitlines()]


def golden():
    """(format, payload) of the unit test's golden texts."""
    for path in sorted(glob.glob(os.path.join(SOURCE, "tests", "unit", "chat", "*.json"))):
        format_ = os.path.basename(path).split(".")[2]
        if format_ in ("teams", "mattermost"):
            with open(path) as file:
                yield format_, json.load(file)


def card_of(text):
    return {"attachments": [{"content": {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": text}]}}]}


def check_by_others(folder, told):
    place = os.path.join(BUILD, "npm", "chat")
    if not os.access(BUILD, os.W_OK):
        place = os.path.join(folder, "npm")
    bad_card = card_of("x")
    bad_card["attachments"][0]["content"]["body"] += [{"type": "Nonsense"}, {"type": "TextBlock", "text": "x", "size": "Vast"}]
    controls = [("mattermost", {"text": "Title: " + HOSTILE}), ("teams", card_of("Title: " + HOSTILE)), ("teams", bad_card)]
    ours = [(name, told[name]) for name in ("mattermost", "teams")] + list(golden())
    found = judge(place, controls + ours)
    if found is None:
        skip("independent readers of the posts", "npm or its packages are not to be had")
        return
    if not check(len(found) == len(controls) + len(ours), "independent readers read every post"):
        return
    check({"at_mention", "hashtag", "channel_link", "emoji", "image", "strong", "code"} <= set(found[0]) and
          any(each.startswith("link") for each in found[0]), f"Mattermost's reader would obey the hostile words {found[0]}")
    check({"<em>", "<strong>"} <= set(found[1]) and any(each.startswith("<a") for each in found[1]),
          "and so would the card's")
    check(sum(each.startswith("parse") for each in found[2]) == 2, f"which also sees a wrong card {found[2]}")
    for (format_, _), seen in zip(ours, found[len(controls):]):
        extra = sorted(set(seen))
        if format_ == "teams":
            good = set(extra) <= {"TextBlock", "Action.OpenUrl"}
        else:
            good = set(extra) - {"link https://reviews.example.edu/case/C-000123",
                                 "link https://reviews.example.edu/cases"} <= {"heading", "strong"} and \
                   seen.count("heading") == 1
        if not good:
            check(False, f"{format_}: obeys {extra}")
            return
    check(True, f"in none of {len(ours)} posts do they find more than our own headings and links")


def rooms_are_told(folder, receiver):
    rooms = {"slack": ("slack", "full"), "mattermost": ("mattermost", "full"), "teams": ("teams", "full"),
             "minimal": ("slack", "minimal")}
    told = Rooms(folder, receiver, rooms)
    daemon = told.daemon.start()
    partner = [dict(SEVEN_SONS[0], name=PARTNER)]
    acks = daemon.send([event(1, partner=partner, title=HOSTILE, link="https://evil.test/x")])
    check([ack["status"] for ack in acks] == ["accepted"], f"the hostile event is accepted {acks}")
    if not check(until(lambda: all(receiver.bodies(told.path(name)) for name in rooms), 30), "each room is told"):
        print(daemon.read_log())
        return
    payloads = {name: check_full(name, receiver.bodies(told.path(name))[0]) for name in rooms if name != "minimal"}
    check_minimal(receiver.bodies(told.path("minimal"))[0])
    with receiver.lock:
        check({type_ for _, type_, _ in receiver.posts} == {"application/json"}, "as application/json")
    check(until(lambda: told.counts()["notices_delivered"] == 4), "and the journal knows")
    check(all(len(receiver.bodies(told.path(name))) == 1 for name in rooms), "each once")
    check(TOKEN not in daemon.read_log() and TOKEN not in daemon.ctl("plugin", "list", "--json").stdout,
          "no webhook's address is in the log or the status")
    check(daemon.stop() == 0, "the daemon ends")
    check_by_others(folder, payloads)


# ---- what a server answers ------------------------------------------------------------------------------------------------

TEAMS_429 = ("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId "
             "tcid=1,server=x")


def servers_answer(folder, receiver):
    rooms = {"busy": ("slack", "full"), "gone": ("slack", "full"), "odd": ("mattermost", "full"), "late": ("teams", "full")}
    told = Rooms(folder, receiver, rooms)
    receiver.scripts = {told.path("busy"): [(429, {"Retry-After": "1"}, "rate_limited")],
                        told.path("gone"): [(404, {}, "no_service")],
                        told.path("odd"): [(200, {}, f"<html>Please log in to see {told.path('odd')}</html>")],
                        told.path("late"): [(200, {}, TEAMS_429), (202, {}, "")]}
    daemon = told.daemon.start()
    daemon.send([event(2, partner=SEVEN_SONS)])
    for name, why in (("busy", "too many requests are tried again"), ("late", "so is an error inside a success of Teams"),
                      ("odd", "and an answer that is not the webhook's own")):
        if not check(until(lambda name=name: len(receiver.bodies(told.path(name))) == 2, 60), why):
            print(daemon.read_log())
        bodies = receiver.bodies(told.path(name))
        check(len(set(bodies)) == 1, f"{name}: with the same bytes")
    check(until(lambda: told.counts()["notices_failed"] == 1 and told.counts()["notices_delivered"] == 3),
          f"what a dead webhook refuses is set aside {told.counts()}")
    log = daemon.read_log()
    check("no_service" in log and "until somebody mends this" in log, "and the operator reads the server's word")
    check("is not shown" in log and TOKEN not in log, "but not an answer that repeats the webhook's address")
    check(len(receiver.bodies(told.path("gone"))) == 1, "which is not tried again")
    check(daemon.stop() == 0, "the daemon ends")


def strangers_are_refused(folder, receiver):
    """A private address unless allowed, and a certificate that nobody vouches for."""
    inside = Rooms(folder, receiver, {"inside": ("slack", "full")}, allow_private=False)
    daemon = inside.daemon.start()
    daemon.send([event(3, partner=SEVEN_SONS)])
    check(until(lambda: "private" in daemon.read_log()), "a server of the inside is refused unless it is allowed")
    daemon.stop()
    stranger = Rooms(folder, receiver, {"stranger": ("slack", "full")}, ca_file=os.path.join(folder, "other.pem"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            "/CN=other", "-keyout", "/dev/null", "-out", os.path.join(folder, "other.pem"))
    daemon = stranger.daemon.start()
    daemon.send([event(4, partner=SEVEN_SONS)])
    check(until(lambda: "certificate" in daemon.read_log().lower()), "so is a certificate that nobody vouches for")
    check(stranger.counts()["notices_waiting"] == 1, "and the notice waits")
    daemon.stop()
    check(not receiver.bodies(inside.path("inside")) and not receiver.bodies(stranger.path("stranger")), "no room was told")


def settings_are_checked(folder, receiver):
    rows = [({"format": "irc"}, "irc"), ({"format": "slack", "content": "all"}, "all"), ({}, "format"),
            ({"format": "slack", "timeout_s": 51}, "timeout_s"), ({"format": "slack", "chanel": "x"}, "chanel")]
    for settings, word in rows:
        told = Rooms(folder, receiver, {"checked": ("slack", "full")})
        plugin = told.daemon.config["plugins"][-1]
        plugin["config"] = {"url_file": plugin["config"]["url_file"], **settings}
        told.daemon.write_config()
        run = subprocess.run([os.path.join(BIN, "pathwayd"), "--config", told.daemon.file, "--check"], capture_output=True,
                             text=True, timeout=60 * SLOW)
        check(run.returncode != 0 and word in run.stderr + run.stdout, f"settings {settings} are refused")


def addresses_are_checked(folder, receiver):
    """When the plugin starts, for only then is the secret read."""
    rows = {"plain": ("http://hooks.example.test/x", "http://"), "ftp": ("ftp://hooks.example.test/x", "must begin with"),
            "user": ("https://u:p@hooks.example.test/x", "user name"), "empty": ("", "must begin with")}
    told = Rooms(folder, receiver, {name: ("slack", "full") for name in rows})
    for name, (url, _) in rows.items():
        with open(os.path.join(folder, f"{name}.url"), "w") as file:
            file.write(url + "\n")
    daemon = told.daemon.start()
    said = lambda: {row["instance"]: json.dumps(row) for row in daemon.rows("plugin", "list")}
    for name, (url, words) in rows.items():
        check(until(lambda name=name, words=words: words in said()[name]), f"the address \"{url}\" is refused, and why is told")
    check(not any("hooks.example" in row for row in said().values()) and "hooks.example" not in daemon.read_log(),
          "but it is not repeated")
    daemon.stop()


def main():
    folder = tempfile.mkdtemp(prefix="pathwayd-chat-")
    receiver = None
    try:
        make_certificates(folder)
        receiver = Receiver(folder)
        settings_are_checked(folder, receiver)
        addresses_are_checked(folder, receiver)
        rooms_are_told(folder, receiver)
        servers_answer(folder, receiver)
        strangers_are_refused(folder, receiver)
    finally:
        if receiver:
            receiver.close()
        if not os.environ.get("PATHWAYD_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    finish()


main()
