#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A letter as its reader's program sees it: real events become notices, Postfix (STARTTLS, login) takes the letters,
gives them Message-IDs of its own as some relays do, and hands them to Dovecot by LMTP, where Python reads them over
IMAP with parsers that are not ours. Alice is told what may be told anywhere (minimal), bob everything (full). Then the
letter's own commands are run."""

import email
import email.policy
import html.parser
import imaplib
import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile

from harness import BUILD, SEVEN_SONS, SOURCE, Daemon, check, event, finish, policies, skip, until
from smtp import MailServer

SCRIPT = os.path.join(SOURCE, "tests", "integration", "imap_server")
HOSTILE = "Institute\r\nBcc: eve@example.test\r\n\r\n<script>alert(1)</script><img src=x> \u202egnp.exe\u202c\u200b" \
          " \"><a href=\"https://evil.test\">log in</a>"
SHOWN = "Institute[U+000D][U+000A]Bcc: eve@example.test[U+000D][U+000A][U+000D][U+000A]<script>alert(1)</script>" \
        "<img src=x> [U+202E]gnp.exe[U+202C][U+200B] \"><a href=\"https://evil.test\">log in</a>"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mailboxes:
    """Dovecot, as imap_server starts it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pathwayd-imap-")
        os.chmod(self.folder, 0o755)
        self.lmtp, self.port = free_port(), free_port()

    def run(self, action, *arguments):
        return subprocess.run([SCRIPT, action, self.folder, *arguments], stdout=subprocess.PIPE, text=True, timeout=60)

    def open(self, user):
        with open(os.path.join(self.folder, "password")) as file:
            password = file.read()
        imap = imaplib.IMAP4("127.0.0.1", self.port)
        imap.login(user, password)
        imap.select("INBOX", readonly=True)
        return imap

    def letters(self, user):
        """In the order they came, parsed."""
        with self.open(user) as imap:
            numbers = imap.search(None, "ALL")[1][0].split()
            return [email.message_from_bytes(imap.fetch(number, "(RFC822)")[1][0][1], policy=email.policy.default)
                    for number in numbers]

    def threads(self, user):
        """How many conversations Dovecot itself sees, by References."""
        with self.open(user) as imap:
            answer = imap.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode()
        depth = threads = 0
        for character in answer:
            threads += character == "(" and depth == 0
            depth += {"(": 1, ")": -1}.get(character, 0)
        return threads


class Reader(html.parser.HTMLParser):
    """What a program shows of the HTML, and what it would be asked to do."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.shown, self.tags, self.links, self.attributes, self.inside = [], set(), [], set(), False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.inside = self.inside or tag == "body"
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        if self.inside:
            self.shown.append(data)

    def words(self):
        return [word for word in "".join(self.shown).split() if word != "-"]


def plain(letter):
    return letter.get_body(("plain",)).get_content()


def words(letter):
    return " ".join(plain(letter).split())


def part_html(letter):
    return letter.get_body(("html",)).get_content()


def commands(letter):
    return [line.strip() for line in plain(letter).splitlines() if line.strip().startswith("pathwayctl ")]


def daemon_for(server):
    def instance(name, **changes):
        config = {"server": f"smtp://localhost:{server.port}", "from": "Research security <reviews@example.edu>",
                  "username": "pathwayd", "password_file": os.path.join(server.folder, "password"),
                  "ca_file": os.path.join(server.folder, "tls", "cert.pem"), "timeout_s": 10}
        config.update(changes)
        return {"name": name, "plugin": "email", "stage": "notify", "config": config, "readable": [server.folder]}
    return Daemon(policies() + [instance("email"),
                                instance("private", content="full", reply_to="\"Office, compliance\" <office@example.edu>")],
                  reviewers=[{"name": "alice", "addresses": {"email": "alice@example.test"}},
                             {"name": "bob", "addresses": {"private": "bob@example.test"}}],
                  routes=[{"min_level": "recommended", "asking": True, "reviewers": ["alice", "bob"],
                           "channels": ["email", "private"]}])


def arrived(mailboxes, count):
    return until(lambda: all(len(mailboxes.letters(user)) == count for user in ("alice", "bob")), 30)


def settings_are_checked():
    for changes, sentence in (({"reply_to": "Office <>"}, '"reply_to" must be an address'),
                              ({"reply_to": "office@example.edu\r\nBcc: eve@example.test"}, '"reply_to" must be an address'),
                              ({"content": "some"}, '"content" is "some"'),
                              ({"content": "full", "reply_to": "office@example.edu"}, None)):
        config = {"server": "smtp://127.0.0.1:25", "from": "reviews@example.edu", "starttls": "off"}
        config.update(changes)
        run = Daemon([]).ctl("plugin", "check", os.path.join(BUILD, "plugins", "email.so"), "--with", json.dumps(config))
        check((run.returncode == 0) == (sentence is None) and (sentence or "") in run.stdout + run.stderr,
              f"{changes}: {sentence or 'is taken'} {' '.join((run.stdout + run.stderr).split())}")


def both_parts(letter, whose):
    found = Reader(part_html(letter))
    body = [word for word in plain(letter).split() if word != "-"]
    check(letter.get_content_type() == "multipart/alternative" and not letter.defects and
          [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"] and
          not any(part.defects for part in letter.iter_parts()), f"{whose}: two parts, and no defect in either")
    check(len(body) > 80 and found.words() == body, f"{whose}: both parts say the same, word by word")
    check(found.tags <= {"html", "head", "meta", "title", "body", "h2", "p", "ul", "li", "pre"} and not found.links,
          f"{whose}: the HTML fetches nothing and leads nowhere {found.tags} {found.links}")
    check(found.attributes <= {"lang", "dir", "charset", "name", "content", "style"}, f"{whose}: nor runs anything")


def hostile_names(daemon, server, mailboxes):
    daemon.send([event(1, title=f"Title {HOSTILE}", questions={},
                       partner=[{"name": HOSTILE, "country": "CH", "kind": "university", "relation": "party"}])])
    if not check(arrived(mailboxes, 1), "a case reaches both mailboxes"):
        print(daemon.read_log(), server.log())
        return
    alice, bob = mailboxes.letters("alice")[0], mailboxes.letters("bob")[0]
    both_parts(alice, "minimal")
    both_parts(bob, "full")
    check(bob["Subject"].startswith("[pathwayd] C-000001: Title Institute[U+000D][U+000A]Bcc: "),
          f"a title is in the subject, with what hides in it {bob['Subject']}")
    check(alice["Subject"] == "[pathwayd] C-000001: engagement E-1", "and not where names may not be")
    for letter, whose in ((alice, "minimal"), (bob, "full")):
        check(not letter.get_all("Bcc") and not letter.get_all("Cc") and len(letter.get_all("To")) == 1,
              f"{whose}: nobody's name is a header field")
        check("\u202e" not in letter.as_string() + plain(letter) + part_html(letter) and "\u200b" not in plain(letter),
              f"{whose}: nothing turns the text round")
        check(letter["Auto-Submitted"] == "auto-generated" and letter["X-Auto-Response-Suppress"] == "All",
              f"{whose}: machines are asked not to answer")
    check(SHOWN in words(bob), "the name stands in the full letter, all of it")
    check(SHOWN in " ".join(Reader(part_html(bob)).words()), "and in its HTML, as a text")
    check(all(word not in words(alice) + part_html(alice) for word in ("Institute", "Title", "evil.test", "Bcc", "Q1")),
          "no name is in the minimal one")
    check("research.unknown" in words(alice) and "2026-03-16" in words(alice), "which says the rule and the day")
    check(bob["Reply-To"].addresses[0].addr_spec == "office@example.edu" and
          bob["Reply-To"].addresses[0].display_name == "Office, compliance" and not alice["Reply-To"],
          "answers go where the office wants them")
    log = server.log()
    check(not mailboxes.letters("eve") and "eve@example.test" not in log, "and nobody else got anything")


def threads_hold(daemon, mailboxes):
    daemon.send([event(2, partner=SEVEN_SONS, title="Flight control")])
    check(arrived(mailboxes, 2), "another case is told")
    daemon.send([event(3, engagement_id="E-2", partner=SEVEN_SONS, transfer_mode=["hands_on"],
                       questions={q: {"answer": "yes"} for q in ("q1", "q2", "q3")}, title="Flight control, by hand")])
    check(arrived(mailboxes, 3), "it becomes more serious, and that is told")
    for user in ("alice", "bob"):
        letters = mailboxes.letters(user)
        check(all(letter["Message-ID"].endswith("@relay.test>") for letter in letters) and
              len({letter["Message-ID"] for letter in letters}) == 3, f"{user}: the relay made every Message-ID anew")
        roots = [letter["References"] for letter in letters]
        check(roots[1] == roots[2] != roots[0] and roots == [letter["In-Reply-To"] for letter in letters],
              f"{user}: letters of a case refer to its root {roots}")
        check(mailboxes.threads(user) == 2, f"{user}: the server itself puts them into two threads")
    bob = mailboxes.letters("bob")[1]
    for what in ("Beihang University", "SEVEN-SONS as of 20", "WHAT IS NOT KNOWN", "COSTS", "BENEFITS", "MITIGATE"):
        check(what in words(bob), f"the full letter says \"{what}\"")
    alice = mailboxes.letters("alice")[1]
    both_parts(alice, "minimal, a match")
    check("research.q2_seven_sons" in words(alice) and
          all(word not in alice.as_string() + words(alice) for word in ("Beihang", "Flight", "SEVEN-SONS", "Seven Sons", "test.example.edu/")),
          "the minimal one the rule, and no list, name or source")


def run(daemon, line):
    """A command of a letter, as a shell would take it."""
    return daemon.ctl(*shlex.split(line)[1:])


def commands_work(daemon, mailboxes):
    asking, serious = mailboxes.letters("alice")[0], mailboxes.letters("bob")[2]
    found = commands(asking)
    for line in found[:2]:
        answer = run(daemon, line)
        check(answer.returncode == 0 and answer.stdout, f"{line} {answer.stderr.strip()}")
    line = next(line for line in found if "q1=ANSWER" in line)
    check(run(daemon, line).returncode == 2, f"unedited, {line} is refused")
    line = line.replace("q2=ANSWER", "q2=yes").replace("ANSWER", "no").replace("WHO", "researcher").replace("…", "Read only.")
    answer = run(daemon, line)
    check(answer.returncode == 0 and "accepted" in answer.stdout, f"{line} {answer.stderr.strip()}")
    daemon.drain()
    stale = next(line for line in commands(mailboxes.letters("bob")[1]) if " proceed_with_mitigation " in line)
    answer = run(daemon, stale.replace("…", "Agreed."))
    check(answer.returncode == 1 and "changed since you read it" in answer.stdout + answer.stderr,
          f"a letter that is out of date decides nothing {answer.stdout.strip()} {answer.stderr.strip()}")
    line = next(line for line in commands(serious) if " proceed_with_mitigation " in line)
    answer = run(daemon, line.replace("--reason \"…\"", "--reason \"Open publication.\"").replace("…", "No code is shared."))
    case = daemon.json("case", "show", "C-000002")
    check(answer.returncode == 0 and case["state"] == "decided", f"{line} {answer.stdout.strip()} {answer.stderr.strip()}")
    check(case["decisions"][0]["mitigations"] == ["No code is shared."], "a case is decided from its letter alone")


def main():
    settings_are_checked()
    server, mailboxes = MailServer(), Mailboxes()
    try:
        made = mailboxes.run("make", str(mailboxes.lmtp), str(mailboxes.port))
        if made.returncode == 0:
            made = server.run("make", str(server.port), str(mailboxes.lmtp))
        if made.returncode == 77:
            skip("letters in a real mailbox", made.stdout.strip())
            return
        with open(os.path.join(server.folder, "conf", "mailboxes"), "a") as file:
            file.write("eve@example.test eve/\n")  # who must get nothing could
        if not check(made.returncode == 0 and mailboxes.run("start").returncode == 0 and server.run("start").returncode == 0,
                     "the mail server and the mailboxes run"):
            return
        daemon = daemon_for(server).start()
        hostile_names(daemon, server, mailboxes)
        threads_hold(daemon, mailboxes)
        commands_work(daemon, mailboxes)
        check(daemon.stop() == 0, "the daemon ends")
    finally:
        check(server.run("stop").returncode == 0 and mailboxes.run("stop").returncode == 0, "the servers end")
        if not os.environ.get("PATHWAYD_KEEP"):
            shutil.rmtree(server.folder)
            shutil.rmtree(mailboxes.folder)


main()
finish()
