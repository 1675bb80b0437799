# SPDX-License-Identifier: Apache-2.0
"""The reviewers' page by HTTP, with accounts of its own: signing in, every act through its form, what was changed meanwhile,
forged forms, cookies and headers, connections that are none, and the daemon away."""

import html
import json
import os
import re
import resource
import signal
import socket
import sqlite3
import threading
import time
import urllib.parse

from harness import SEVEN_SONS, SLOW, check, event, finish, seed, skip, until
from page_scene import PASSWORD, Browser, Page, daemon_with_page, totp

RANDOM = seed()
MANY = 10000 if SLOW == 1 else 1000
RSS_MIB = 256  # 12 KiB for each connection, 64 MiB for each password that is checked, and the libraries
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (MANY + 1000, max(MANY + 4000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
except (ValueError, OSError) as error:
    print(f"# {error}", flush=True)
ACTS = ["take", "decide", "second", "ask", "answer", "assign", "comment", "attach", "statement", "hold", "mitigation", "dissent",
        "appeal", "reopen", "close", "refer", "refer_second"]
HOSTILE = "It's \"odd\" <b>&amp; </textarea>\n\n  清华 \u202e $(x)\n+%41"

daemon = daemon_with_page()
daemon.config["units"].append({"code": "VISA", "name": "Visas"})
daemon.config["routes"].insert(0, {"units": ["VISA"], "min_level": "suggested", "asking": True, "queue": "visas", "channels": ["stream"]})
daemon.write_config()
page = Page(daemon)
accounts = daemon.config["page_server"]["accounts"]


def case(name):
    return daemon.json("case", "show", name)


def revision(name):
    return case(name)["revision"]


def audit(kind):
    database = sqlite3.connect(f"file:{daemon.state}/journal.db?mode=ro", uri=True, timeout=10)
    rows = database.execute("SELECT detail FROM audit WHERE kind = ? ORDER BY n", (kind,)).fetchall()
    database.close()
    return [json.loads(detail) for (detail,) in rows]


def day(days):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))


def plain(reply):
    """What it says, without what is of this reply alone."""
    return " ".join(re.sub(r'value="[^"]*"', "", reply.text).split())


def alert(reply):
    found = re.search(r'role="alert"[^>]*>(.*?)</(?:div|p></div)>', reply.text, re.S)
    return found.group(1) if found else ""


def value(form, name):
    return [v for k, v in form["fields"] if k == name]


def opened():
    one = socket.create_connection(("127.0.0.1", daemon.port), timeout=40 * SLOW)
    one.settimeout(40 * SLOW)
    return one


def raw(data, end=True):
    """What comes back to these bytes until it is hung up on. `end`: nothing more is sent."""
    with opened() as one:
        got = b""
        try:
            one.sendall(data)
            if end:
                one.shutdown(socket.SHUT_WR)
            while more := one.recv(65536):
                got += more
        except OSError:
            pass
    return got


def code(got):
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", got)
    return int(found.group(1)) if found else 0


def head(target, *headers, method="GET", host=True):
    lines = [method.encode() + b" " + (target if isinstance(target, bytes) else target.encode()) + b" HTTP/1.1"]
    lines += [f"Host: 127.0.0.1:{daemon.port}".encode()] if host else []
    lines += [h if isinstance(h, bytes) else h.encode() for h in headers] + [b"Connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def cookie(browser):
    return "Cookie: " + "; ".join(f"{k}={v}" for k, v in browser.cookies.items())


def guarded(reply, pages=True):
    """The headers that every reply has."""
    policy = reply.headers.get("Content-Security-Policy", "")
    return ("default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy and
            "script-src" not in policy and reply.headers.get("X-Content-Type-Options") == "nosniff" and
            reply.headers.get("X-Frame-Options") == "DENY" and reply.headers.get("Referrer-Policy") and reply.headers.get("Content-Type") and
            (not pages or reply.headers.get("Cache-Control") == "no-store"))


# ---- the command ---------------------------------------------------------------------------------------------------

ran = page.command("--check")
check(ran.returncode == 0 and daemon.config["page"] in ran.stdout, f"a configuration is checked {ran.stdout}{ran.stderr}")
ran = page.command("--help")
check(ran.returncode == 0 and "account add" in ran.stdout and "--check" in ran.stdout, "help is printed")
check(page.command("--version").stdout.startswith("pathwayd-page "), "and the version")
for words in (["serve"], ["--bad"], ["account"], ["account", "frob", "x"], ["account", "add"], ["account", "add", "a", "b", "c"],
              ["account", "remove"], ["account", "code", "a", "--no-code"], ["account", "list", "x"]):
    ran = page.command(*words)
    check(ran.returncode == 2 and (words[-1] in ran.stderr or "Usage" in ran.stderr or "help" in ran.stderr) and not ran.stdout,
          f"wrong usage: {' '.join(words)}")
check(page.command("account", "list").stdout == "", "no file is no accounts")
ran = page.command("account", "add", "ann@example.edu", stdin=PASSWORD + "\n")
check(ran.returncode == 0 and "otpauth://totp/127.0.0.1:ann@example.edu?secret=" in ran.stdout and "note" not in ran.stderr,
      f"an account {ran.stderr}")
check(os.stat(accounts).st_mode & 0o777 == 0o600 and PASSWORD not in open(accounts).read(), "in a file of its own, without the password")
ran = page.command("account", "add", "ann@example.edu", stdin=PASSWORD + "\n")
check(ran.returncode == 1 and "already" in ran.stderr, "a name is taken once")
for bad, words in (("short\n", "12 characters"), ("", "needed"), ("\n", "needed"), ("x" * 300 + "\n", "256 bytes")):
    ran = page.command("account", "add", "new@example.edu", stdin=bad)
    check(ran.returncode == 1 and words in ran.stderr, f"a password of {len(bad)} is none {ran.stderr}")
for bad in ("a b", "", "ä", "x" * 129, "a\nb"):
    check("1 to 128" in page.command("account", "add", bad, stdin=PASSWORD + "\n").stderr, f"a name has letters that are typed: {bad[:9]!r}")
ran = page.command("account", "add", "mona", "--no-code", stdin=PASSWORD + "\n")
check(ran.returncode == 0 and '"people"' in ran.stderr and "otpauth" not in ran.stdout, f"somebody whom nobody knows is noted {ran.stderr}")
check(page.command("account", "list").stdout.splitlines() == ["ann@example.edu", 'mona  without a code  nobody in "people"'], "accounts are listed")
check("secret=" in page.command("account", "code", "mona").stdout and "without" not in page.command("account", "list").stdout, "a code comes later")
before = open(accounts).read()
ran = page.command("account", "password", "mona", stdin="another long password\n")
check(ran.returncode == 0 and open(accounts).read() != before, "a password is changed")
check(page.command("account", "remove", "mona").returncode == 0 and page.command("account", "remove", "ann@example.edu").returncode == 0 and
      page.command("account", "list").stdout == "", "accounts are removed")
for verb in ("remove", "password", "code"):
    check(page.command("account", verb, "mona", stdin=PASSWORD).returncode == 1, f"{verb}: there is nobody any more")
other = Page(daemon)
other.config = os.path.join(daemon.home, "without.conf")
with open(other.config, "w") as out:
    json.dump({k: v for k, v in daemon.config.items() if k != "page_server"}, out)
for words in ([], ["--check"], ["account", "list"]):
    ran = other.command(*words)
    check(ran.returncode == 2 and "page_server" in ran.stderr, f"without a page_server there is nothing to serve {ran.stderr}")
with open(other.config, "w") as out:
    out.write("{")
check(other.command("--check").returncode == 2, "nor with a configuration that is none")

# ---- signing in ----------------------------------------------------------------------------------------------------

STAFF = ["ann@example.edu", "ben@example.edu", "cleo@example.edu", "audrey@example.edu", "nobody@example.edu"]
for name in STAFF + ["dora", "emil", "fay"]:
    page.add(name)
page.add("gus", code=False)
daemon.start()
page.start()
check(page.said.strip() == f"The reviewers' page is at {daemon.config['page']}", page.said)

reader = Browser(daemon.port)
reply = reader.get("/case/C-000001")
check(reply.code == 303 and reply.location == "/sign-in?to=case/C-000001", f"who has not signed in is led there {reply.location}")
reply = reader.get("/sign-in?to=case/C-000001")
check(reply.code == 200 and guarded(reply) and "one-time-code" in reply.text, "a form asks for name, password and code")
fresh = totp(page.secrets["dora"])
first = reader.send(reply.form("sign-in"), {"name": "dora", "password": PASSWORD, "code": fresh})
given = first.headers.get("Set-Cookie", "")
check(first.code == 303 and first.location == "/case/C-000001" and guarded(first), f"signed in, and on to where they wanted {first.code}")
check(all(word in given for word in ("HttpOnly", "; Secure", "SameSite=Strict", "Path=/")) and "Domain" not in given,
      f"with a cookie for this page alone {given}")
check(Browser(daemon.port).sign_in("dora", page, code=fresh).code == 403, "a code is taken once")
attempts = [Browser(daemon.port).sign_in("emil", page, password="wrong horse battery"), Browser(daemon.port).sign_in("emil", page, code="000000"),
            Browser(daemon.port).sign_in("emil", page, code=""), Browser(daemon.port).sign_in("who", page, code="123456"),
            Browser(daemon.port).sign_in("gus", page, code=""), Browser(daemon.port).sign_in("", page)]
check({a.code for a in attempts} == {403} and len({plain(a) for a in attempts}) == 1 and all(guarded(a) for a in attempts),
      f"what is wrong is not told apart {[a.code for a in attempts]}")
check(value(attempts[0].form("sign-in"), "name") == ["emil"] and not any(value(attempts[0].form("sign-in"), "password")),
      "the name stays in the form, the password does not")
for _ in range(2):
    Browser(daemon.port).sign_in("emil", page, password="wrong horse battery")
for _ in range(4):
    Browser(daemon.port).sign_in("who", page, code="123456")
locked, nobody = Browser(daemon.port).sign_in("emil", page), Browser(daemon.port).sign_in("who", page, code="123456")
check(locked.code == nobody.code == 429 and plain(locked) == plain(nobody) and int(locked.headers["Retry-After"]) > 0 and guarded(locked),
      f"who fails five times waits, and so do names that are nobody's {locked.code} {nobody.code}")

fixed = Browser(daemon.port)
form = fixed.get("/sign-in").form("sign-in")
fixed.cookies["pathwayd_session"] = "A" * 43
reply = fixed.send(form, {"name": "fay", "password": PASSWORD, "code": totp(page.secrets["fay"])})
check(reply.code == 303 and len(fixed.cookies["pathwayd_session"]) == 43 and
      fixed.cookies["pathwayd_session"] not in ("A" * 43, reader.cookies["pathwayd_session"]),
      "others sign in meanwhile, with a cookie of their own")
check(Browser(daemon.port, headers={"Cookie": "pathwayd_session=" + "A" * 43}).get("/").location == "/sign-in?to=",
      "one that was chosen for them is worth nothing")
signed_out = Browser(daemon.port)
signed_out.cookies = dict(fixed.cookies)
leave = fixed.get("/sign-in?to=health")
check(leave.code == 303 and leave.location == "/", "who is signed in need not sign in")
left = fixed.get("/nothing").form("sign-out")
check(fixed.send(left, {"token": "x" * 43}).code == 403 and fixed.get("/").location != "/sign-in?to=", "nobody is signed out by another page's form")
reply = fixed.send(left)
check(reply.code == 303 and "pathwayd_session" not in fixed.cookies and reply.location == "/sign-in?out=1" and "You are signed out" in fixed.get(reply.location).text, "signed out")
check(signed_out.get("/").location == "/sign-in?to=" and signed_out.send(left).location == "/sign-in?out=1", "the old cookie is worth nothing then")
for mode, content, words in ((0o644, None, "chmod 600"), (0o600, "rubbish", "this is not"),
                             (0o600, '{"accounts": [{"name": "ann"}]}', "this is not")):
    kept = open(accounts).read()
    with open(accounts, "w") as out:
        out.write(content or kept)
    os.chmod(accounts, mode)
    reply = Browser(daemon.port).sign_in("fay", page)
    check(reply.code == 500 and guarded(reply) and words in page.read_log().splitlines()[-2], f"nobody signs in: {words} {reply.code}")
    check(words in page.command("account", "list").stderr, "which the command says as well")
    with open(accounts, "w") as out:
        out.write(kept)
    os.chmod(accounts, 0o600)
check(Browser(daemon.port).sign_in("fay", page, code="000000").code == 403, "a good file is read at once")
check("horse" not in page.read_log() and "emil" not in page.read_log() and "dora signed in" in page.read_log(),
      "what was typed wrongly is not in the log")
for to in ("//evil.example/", "https://evil.example", "/\\evil.example", "..", "case/C-000001%0d%0aX: y"):
    hidden = value(Browser(daemon.port).get("/sign-in?to=" + urllib.parse.quote(to)).form("sign-in"), "to")
    check(hidden == [""], f"nobody is led elsewhere: {to}")

browsers = {name: Browser(daemon.port) for name in STAFF}
for name, browser in browsers.items():
    check(browser.sign_in(name, page).code == 303, f"{name} signs in")
ann, ben, cleo, audrey, outsider = browsers.values()

# ---- who takes a second for each byte ------------------------------------------------------------------------------


def drip(connections, gone):
    """A byte of a request each second, from each, until it is hung up on."""
    request = head("/style.css", "X-Slow: " + "x" * 3000)
    for at, _ in enumerate(request):
        for one in [one for one in connections if one not in gone]:
            try:
                one.sendall(request[at:at + 1])
                if one.recv(1) == b"":
                    gone.append(one)
            except BlockingIOError:
                pass
            except OSError:
                gone.append(one)
        if len(gone) == len(connections) or not dripping:
            return
        time.sleep(1)


slow, gone, dripping = [opened() for _ in range(50)], [], [True]
for one in slow:
    one.setblocking(False)
dripper = threading.Thread(target=drip, args=(slow, gone), daemon=True)
dripper.start()

# ---- what every reply has ------------------------------------------------------------------------------------------

events = [event(n, partner=SEVEN_SONS, unit="AI-LAB", transfer_mode=["hands_on"]) for n in range(1, 13)] + \
         [event(20, partner=SEVEN_SONS, unit="VISA"), event(21, partner=SEVEN_SONS, unit="VISA")]
check(all(a["status"] == "accepted" for a in daemon.send(events)) and daemon.drain(), "engagements that want a look")
names = {c["engagement_id"]: c["case"] for c in daemon.rows("case", "list")}
C = {int(e[2:]): f"/case/{c}" for e, c in names.items()}
style = re.search(r'href="(/style\.css\?[^"]+)"', ann.get("/").text).group(1)
for address, wanted in (("/", 200), (C[1], 200), ("/search?q=crop", 200), ("/health", 200), ("/report", 200), ("/nothing", 404),
                        ("/case/C-999999", 404),
                        ("/sign-out", 405), (style, 200), ("/icon.svg", 200), ("/?a=%zz", 400)):
    reply = ann.get(address)
    check(reply.code == wanted and guarded(reply, pages=address not in (style, "/icon.svg")), f"{address} {reply.code}, guarded")
    check("<script" not in reply.text and " style=" not in reply.text and " on" + "click" not in reply.text, "without script")
check("immutable" in ann.get(style).headers["Cache-Control"] and ann.get(style).headers["Content-Type"].startswith("text/css"),
      "the style sheet is kept by browsers")
check(ann.ask("HEAD", "/").body == b"" and ann.ask("HEAD", "/").code == 200, "HEAD has no content")
for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
    reply = ann.ask(method, C[1])
    check(reply.code == 405 and guarded(reply) and "POST" in reply.headers["Allow"], f"{method} is not taken")
check(code(raw(head("x:1", method="CONNECT"))) in (400, 404, 405), "nor CONNECT")
for host in ("evil.example", f"localhost:{daemon.port}", "127.0.0.1", ""):
    reply = ann.get("/", Host=host)
    check(reply.code == 421 and guarded(reply), f"another host is not this page: {host!r}")
check(code(raw(head("/", host=False))) in (400, 421) and code(raw(head("/", "Host: evil.example"))) in (400, 421), "nor none, nor two")
check(code(raw(b"GET / HTTP/1.0\r\n\r\n")) in (400, 421), "nor with HTTP/1.0")
got = raw(head(f"http://127.0.0.1:{daemon.port}/health", cookie(ann)))
check(code(got) in (200, 404), f"an absolute address is this page's or nobody's {code(got)}")
check(code(raw(head("http://evil.example/", cookie(ann), host=False))) in (400, 404, 421), "another's is nobody's")

# ---- reading changes nothing ---------------------------------------------------------------------------------------

before = revision("E-1")
for act in ACTS:
    for address in (f"{C[1]}/{act}", f"{C[1]}/{act}?revision={before}&text=x&disposition=proceed&reason=x"):
        check(ann.get(address).location == C[1] and ann.ask("HEAD", address).code == 303, f"GET {address[:40]} is only the case")
check(revision("E-1") == before and not [a for a in audit("control.through") if a["op"] not in ("case.show",)], "and nothing was done")
for address in ("/", "/health", "/report", "/search", C[1], "/style.css"):
    check(ann.post(address, {"token": "x"}).code in (403, 404, 405), f"POST {address} is nothing")

# ---- forged forms --------------------------------------------------------------------------------------------------

shown = ann.get(C[1])
comment, take = shown.form("/comment"), shown.form("/take")
before = revision("E-1")
words = {"text": "forged"}


def forged(what, reply, wanted=403):
    check(reply.code == wanted and revision("E-1") == before and guarded(reply), f"{what}: {reply.code}, and nothing was done")


forged("without a token", ann.post(comment["action"], {"revision": before, **words}))
forged("an empty token", ann.send(comment, {"token": "", **words}))
forged("a token of nobody", ann.send(comment, {"token": "A" * 43, **words}))
forged("a token too long", ann.send(comment, {"token": value(comment, "token")[0] + "A", **words}))
forged("of another form", ann.send(comment, {"token": value(take, "token")[0], **words}))
forged("of another case", ann.send(comment, {"token": value(ann.get(C[2]).form("/comment"), "token")[0], **words}))
forged("of another person", ann.send(comment, {"token": value(ben.get(C[1]).form("/comment"), "token")[0], **words}))
forged("another's whole form", ben.send(comment, words))
forged("of another revision", ann.send(comment, {"revision": str(before + 1), **words}))
forged("to another address", ann.post(C[2] + "/comment", comment["fields"] + [("text", "x")]))
forged("from who has signed out", signed_out.send(comment, words))
forged("from who never signed in", Browser(daemon.port).send(comment, words))
forged("to what is nothing to do", ann.post(C[1] + "/frob", comment["fields"]))
forged("from another site", ann.send(comment, words, {"Origin": "https://evil.example"}))
forged("from nowhere", ann.send(comment, words, {"Origin": "null"}))
forged("from another port", ann.send(comment, words, {"Origin": "http://127.0.0.1:1"}))
for site in ("cross-site", "same-site", "none"):
    forged(f"Sec-Fetch-Site: {site}", ann.send(comment, words, {"Sec-Fetch-Site": site}))
for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json", None):
    forged(f"as {kind}", ann.send(comment, words, {"Content-Type": kind}), 415)
good = {"Origin": f"http://127.0.0.1:{daemon.port}", "Sec-Fetch-Site": "same-origin"}
check(ann.send(comment, {"text": "From a browser."}, good).code == 303, "a browser's own form is taken")
check(ann.send(ann.get(C[1]).form("/comment"), {"text": "Without an origin."}).code == 303, "and without an origin, with the right token")
stale = ann.send(comment, {"text": "Of an earlier revision."})
check(stale.code == 409 and revision("E-1") == before + 2, "the token of an earlier revision tells of it")
linked = audrey.get(C[1], **{"Sec-Fetch-Site": "cross-site"})
check(linked.code == 200, "a link of another site leads here")
linked = Browser(daemon.port).get(C[1], **{"Sec-Fetch-Site": "cross-site"})
check(linked.code == 200 and f"url={C[1]}" in linked.text and guarded(linked), "by way of this page, so that the cookie comes along")

# ---- twice, and meanwhile ------------------------------------------------------------------------------------------

form = ann.get(C[2]).form("/comment")
check(ann.send(form, {"text": HOSTILE}).code == 303, "a comment")
again = ann.send(form, {"text": HOSTILE})
check(again.code == 409 and value(again.form("/comment"), "text") == [HOSTILE], "the same form again does nothing, and what was written is kept")
check(case("E-2")["timeline"][-1]["words"] == HOSTILE and len(case("E-2")["timeline"]) == 1, "it stands there once, as it was written")

shown = ann.get(C[3])
form = shown.form("/decide")
boxes = re.findall(r'type="checkbox" name="(\w+)" value="([^"]+)"', shown.text)
ticked = {name: one for name, one in boxes}
check({"costs", "mitigations"} <= set(ticked), f"what the findings name can be ticked {boxes}")
decision = {"disposition": "proceed_with_mitigation", "reason": HOSTILE, "code": "mitigated", "displacement": "<nowhere>", "review_by": day(100),
            "mitigations": [ticked["mitigations"], "No code is shared. 清华\nThe visitor is escorted."],
            "costs": [ticked["costs"], HOSTILE.split("\n")[0]]}
check(ben.send(ben.get(C[3]).form("/comment"), {"text": "Wait."}).code == 303, "somebody else comments")
reply = ann.send(form, {k: [x.replace("\n", "\r\n") for x in v] if isinstance(v, list) else v.replace("\n", "\r\n") for k, v in decision.items()})
check(reply.code == 409 and "comment by ben@example.edu" in alert(reply) and case("E-3")["state"] == "new",
      f"a decision on what changed is told who did what {alert(reply)}")
kept = reply.form("/decide")
for name, sent in decision.items():
    wanted = sent if isinstance(sent, list) else [sent]
    check(value(kept, name) == wanted, f"and {name} is still there {value(kept, name)}")
check(reply.text.count("<b>") == 0 and "<nowhere>" not in reply.text, "as text, and not as markup")
check("Wait." in reply.page.text, "under what was said meanwhile")
reply = ann.send(kept)
check(reply.code == 303 and case("E-3")["state"] == "decided", f"sent again it is decided {reply.code} {alert(reply)}")
decided = case("E-3")["decisions"][0]
measures = [ticked["mitigations"], "No code is shared. 清华", "The visitor is escorted."]
check(decided["reason"] == HOSTILE and [m["text"] for m in case("E-3")["mitigations"]] == measures, f"word for word {decided['reason']!r}")
reply = ann.get(C[3])
check(all(w in reply.page.text for w in (HOSTILE.split("\n")[0], "清华", "U+202E")) and "\u202e" not in reply.text, "and is shown without being obeyed")

# ---- each act through its form -------------------------------------------------------------------------------------


def does(browser, number, act, fields=None, seen=None):
    form = browser.get(C[number]).form(f"/{act}")
    reply = browser.send(form, fields or {})
    after = browser.get(reply.location) if reply.code == 303 else reply
    return check(reply.code == 303 and reply.location.startswith(f"{C[number]}?done=") and 'class="done"' in after.text and
                 (seen or "") in after.page.text,
                 f"{act} {reply.code} {alert(reply)}")


does(ann, 4, "take", seen="in review")
does(ann, 4, "ask", {"question": "Who owns the cluster?", "unit": "AI-LAB", "answer_by": day(7)}, "Who owns the cluster?")
does(ann, 4, "ask", {"question": "And who pays?"}, "And who pays?")
form = ann.get(C[4]).form("/answer")
reply = ann.send(form, {"question": "2", "text": "x" * 9000})
check(reply.code == 422 and value(reply.form("/answer"), "question") == ["2"] and value(reply.form("/answer"), "text") == ["x" * 9000],
      "too long an answer is kept, and to which question")
does(ann, 4, "answer", {"question": "2", "text": "The agency."}, "The agency.")
does(ann, 4, "answer", {"text": "We do."}, "We do.")
does(ann, 4, "comment", {"text": HOSTILE}, "清华")
does(ann, 4, "attach", {"reference": "https://records.example.edu/117", "note": "The contract."}, "https://records.example.edu/117")
does(ann, 4, "statement", {"text": "The work is theory.", "reference": ""}, "The work is theory.")
does(ann, 4, "hold", {"until": day(3), "reason": "The key stays here."}, "The key stays here.")
does(ann, 4, "assign", {"reviewer": "ben", "note": "You know the group."}, "You know the group.")
does(ben, 4, "decide", {"disposition": "proceed_with_mitigation", "reason": "With care.", "mitigations": ["It is escorted."]}, "With care.")
does(ben, 4, "mitigation", {"mitigation": "1", "what": "owner", "value": "Head of laboratory"}, "Head of laboratory")
does(ben, 4, "mitigation", {"mitigation": "1", "what": "done"}, "done")
does(ann, 4, "dissent", {"text": "It is not enough."}, "It is not enough.")
does(ann, 4, "close", {"note": "All said."}, "closed")
does(ann, 4, "reopen", {"reason": "Not all."}, "Not all.")
does(ann, 4, "refer", {"to": "the export authority", "reason": "A licence is missing."}, "the export authority")
refused = ann.send(ann.get(C[4]).form("/refer_second"))
check(refused.code in (403, 409) and "somebody else" in alert(refused), f"nobody seconds their own referral {refused.code} {alert(refused)}")
does(cleo, 4, "refer_second", seen="cleo@example.edu")
reply = ann.send(ann.get(C[5]).form("/decide"), {"disposition": "declined", "reason": "Too close."})
check(reply.code in (409, 422) and "benefit" in alert(reply) and "displacement" in alert(reply) and
      value(reply.form("/decide"), "disposition") == ["declined"],
      f"to decline takes benefits and displacement {reply.code} {alert(reply)}")
does(ann, 5, "decide", {"disposition": "declined", "reason": "Too close.", "benefits": ["Their crop data."], "displacement": "Elsewhere."},
     "proposed")
reply = ann.get(C[5])
offered = [f for f in reply.page.forms if f["action"].endswith("/second")]
if offered:
    reply = ann.send(offered[0])
    check(reply.code == 403 and "somebody else" in alert(reply) and case("E-5")["state"] == "proposed",
          f"nobody seconds their own {reply.code} {alert(reply)}")
check(not [f for f in ben.get(C[5]).page.forms if f["action"].endswith("/second")], "nor who is no lead")
does(cleo, 5, "second", seen="by ann@example.edu and cleo@example.edu")
check(case("E-5")["state"] == "decided", "two people decline it")
does(ben, 5, "appeal", {"party": "person", "reason": "It is theory alone."}, "It is theory alone.")
done = audit("control.through")
acts = {entry["op"][5:] for entry in done if entry["op"] != "case.show"}
check(acts == set(ACTS), f"each act is in the audit log {sorted(set(ACTS) ^ acts)}")
check(all(entry["actor"] in STAFF and entry["through"] for entry in done), f"with who, and through what {done[-1]}")
for name, wanted in (("second", "cleo@example.edu"), ("appeal", "ben@example.edu")):
    check([e["actor"] for e in done if e["op"] == f"case.{name}"][-1] == wanted, f"{name} by {wanted}")
check(daemon.ctl("audit", "verify").returncode == 0, "and the chain holds")

# ---- roles ---------------------------------------------------------------------------------------------------------

reply = audrey.get(C[6])
check(reply.code == 200 and not [f for f in reply.page.forms if "/case/" in f["action"]], "an auditor reads, and has no forms")
reply = audrey.post(C[6] + "/comment", comment["fields"])
check(reply.code == 403 and revision("E-6") == 1, "and does nothing")
reply = ben.get(C[20])
check(reply.code == 403 and "queue" in reply.page.text and "no part" in reply.page.text, f"who has no part in a queue is told {reply.code}")
check(names["E-20"] not in ben.get("/").text and names["E-7"] in ben.get("/").text and names["E-20"] in audrey.get("/").text,
      "and it does not wait for them")
check(not [f for f in ben.get(C[6]).page.forms if f["action"].endswith("/assign")], "who is no lead gives nothing away")
does(cleo, 20, "assign", {"reviewer": "cleo", "note": "Mine."}, "Mine.")
for address in ("/", C[6], "/health", "/report"):
    reply = outsider.get(address)
    check(reply.code == 403 and "nobody@example.edu" in reply.page.text and "people" in reply.page.text,
          f"{address}: who is not in people is told so {reply.code}")

# ---- what was entered ----------------------------------------------------------------------------------------------

form = ann.get(C[6]).form("/comment")
long = "x" * 9000
reply = ann.send(form, {"text": long})
check(reply.code == 422 and "8192" in alert(reply) and value(reply.form("/comment"), "text") == [long],
      f"a text too long is kept {reply.code} {alert(reply)}")
reply = ann.send(form, {"text": " \n "})
check(reply.code == 422 and revision("E-6") == 1, "blanks are no text")
base = urllib.parse.urlencode([field for field in form["fields"] if field[0] != "text"]).encode()
for what, body in (("many fields", base + b"&a=1" * 97), ("bad escapes", base + b"&text=%zz"), ("half an escape", base + b"&text=%4"),
                   ("bad UTF-8", base + b"&text=%ff%fe"),
                   ("raw bytes", base + b"&text=\xff"), ("NUL", base + b"&text=a%00b"), ("NUL itself", base + b"&text=a\0b"),
                   ("overlong UTF-8", base + b"&text=%c0%af"),
                   ("a surrogate", base + b"&text=%ed%a0%80")):
    reply = ann.ask("POST", form["action"], body)
    check(reply.code == 400 and guarded(reply) and revision("E-6") == 1, f"{what}: {reply.code}")
kind = "Content-Type: application/x-www-form-urlencoded"
got = raw(head(form["action"], cookie(ann), kind, "Content-Length: 400000", method="POST"), end=False)
check(code(got) == 413 and b"nosniff" in got, "a form too large is refused before it comes")
check(code(raw(head(form["action"], cookie(ann), kind, "Content-Length: 99999999999999999999999", method="POST"), end=False)) in (400, 413),
      "whatever length it says")
check(code(raw(head(form["action"], cookie(ann), kind, "Content-Length: -1", method="POST"), end=False)) in (400, 413), "or minus one")
chunk = b"2000\r\n" + b"a" * 0x2000 + b"\r\n"
got = raw(head(form["action"], cookie(ann), kind, "Transfer-Encoding: chunked", method="POST") + chunk * 60 + b"0\r\n\r\n", end=False)
check(code(got) == 413, f"or in pieces {code(got)}")
small = base + b"&text=In+pieces."
got = raw(head(form["action"], cookie(ann), kind, "Transfer-Encoding: chunked", method="POST") + b"%x\r\n" % len(small) + small + b"\r\n0\r\n\r\n",
          end=False)
check(code(got) == 303 and case("E-6")["timeline"][-1]["words"] == "In pieces.", "a small one is taken in pieces as well")
for what, data in (("a long head", head("/", "X-Long: " + "x" * 40000)), ("many headers", head("/", *["X: y"] * 5000)),
                   ("a long cookie", head("/", "Cookie: a=" + "x" * 10240))):
    got = raw(data, end=False)
    check(code(got) == 0 or 400 <= code(got) < 500 or (what == "a long cookie" and code(got) == 303), f"{what} is too much {code(got)}")

# ---- paths ---------------------------------------------------------------------------------------------------------

for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "//", "/case/../health", "/case/../../etc/passwd",
             "/style.css/../../etc/passwd", "/style.css/",
             "/style%2ecss", "/..%2f..%2fetc%2fpasswd", "/\\..\\..\\etc\\passwd", "/case/%00", b"/case/\0x", "/case/", "/case/C-000001/../C-000002",
             "/./health", "/health/", "/HEALTH",
             "/health;x", "/" + "a" * 5000, "/case/" + "9" * 5000, b"/\xff\xfe", "/case/C-1%0d%0aSet-Cookie:x=y", "health", "*", "/~root",
             "/page.log", "/accounts.json"):
    got = raw(head(path, cookie(ann)), end=False)
    check((code(got) in (400, 404, 405, 414, 431) or (code(got) == 0 and path in (b"/case/\0x",))) and b"root:" not in got and
          b"<h1>Health" not in got and b"$argon2" not in got,
          f"{path[:40]} is nothing {code(got)}")

# ---- forged cookies and headers ------------------------------------------------------------------------------------

mine = ann.cookies["pathwayd_session"]
for what, header in (("of nobody", "pathwayd_session=" + "x" * 43), ("empty", "pathwayd_session="), ("without a value", "pathwayd_session"),
                     ("too long", "pathwayd_session=" + mine + "A"),
                     ("too short", "pathwayd_session=" + mine[:-1]), ("twice", f"pathwayd_session={mine}; pathwayd_session={mine}"),
                     ("twice, one of nobody", f"pathwayd_session=x; pathwayd_session={mine}"),
                     ("quoted", f'pathwayd_session="{mine}"'), ("of another name", f"Pathwayd_session={mine}"),
                     ("a name in a name", f"xpathwayd_session={mine}"),
                     ("with controls", f"pathwayd_session=\x01{mine}"), ("with more behind", f"pathwayd_session={mine}\t"),
                     ("only marks", ";;; ;= ;=;"), ("a user", "user=ann@example.edu")):
    got = raw(head("/", f"Cookie: {header}"), end=False)
    trimmed = what == "with more behind" and code(got) == 200  # blanks at the end are no part of a header
    check(trimmed or code(got) in (303, 400), f"a cookie {what} is nobody's {code(got)}")
check(code(raw(head("/", f"Cookie: pathwayd_session={mine}", f"Cookie: pathwayd_session={mine}"))) in (303, 400, 0), "nor two headers of them")
check(code(raw(head("/", f"Cookie: a=b; pathwayd_session={mine}; c=d"), end=False)) == 200, "among others it is found")
for name in ("X-Remote-User", "Remote-User", "X-Forwarded-User", "Authorization"):
    check(Browser(daemon.port).get("/", **{name: "ann@example.edu"}).code == 303, f"who signs in by accounts is not believed {name}")
check("audrey" in audrey.get("/", **{"X-Remote-User": "ann@example.edu"}).text and
      "ann@example.edu" not in audrey.get("/", **{"X-Remote-User": "ann@example.edu"}).text,
      "nor is anybody somebody else by it")

# ---- bytes that are no request -------------------------------------------------------------------------------------

for number in range(20):
    check(code(raw(RANDOM.randbytes(RANDOM.randrange(1, 3000)) + b"\r\n\r\n")) in (0, 400, 405, 413, 414, 431, 501, 505),
          f"rubbish {number} is nothing")
for data in (b"", b"\r\n", b"GET", b"GET / HTTP/1.1\r\nHost", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
             head("/", "Content-Length: 5") + b"ab"):
    got = raw(data)
    check(code(got) in (0, 303, 400, 421, 505), f"{data[:20]} and gone {code(got)}")
half = head(form["action"], cookie(ann), kind, "Content-Length: 5000", method="POST") + base + b"&text=half"
check(code(raw(half)) in (0, 400), "half a form does nothing")
check(case("E-6")["timeline"][-1]["words"] == "In pieces.", "indeed")
keep = head("/style.css").replace(b"Connection: close", b"Connection: keep-alive")
got = raw(keep * 3 + head("/nothing"), end=False)
check([int(c) for c in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)] == [200, 200, 200, 404], "requests in a row are answered in a row")
check(ann.get("/").code == 200, "and the page is well")

# ---- nothing is lost ------------------------------------------------------------------------------------------------

both = [ann.get(C[9]).form("/decide"), cleo.get(C[9]).form("/decide")]
check(cleo.send(both[1], {"disposition": "proceed", "reason": "Quicker."}).code == 303, "somebody else decides meanwhile")
reply = ann.send(both[0], {"disposition": "proceed", "reason": HOSTILE})
areas = [html.unescape(area) for area in re.findall(r"readonly>\n(.*?)</textarea>", reply.text, re.S)]
check(reply.code == 409 and HOSTILE in areas and "still in the form" not in reply.text, f"what cannot be done any more comes back {reply.code} {areas}")
check(ann.get(C[9] + "?done=decide").text.count('role="status"') == 0, "and no link can say that something was done")
form = cleo.get(C[10]).form("/comment")
cleo.send(cleo.get("/").form("/sign-out"))
reply = cleo.send(form, {"text": HOSTILE})
areas = [html.unescape(area) for area in re.findall(r"readonly>\n(.*?)</textarea>", reply.text, re.S)]
check(reply.code == 403 and areas == [HOSTILE], f"nor is it lost when one is signed out meanwhile {reply.code}")
check(ann.get("/?queue=labs&after=007").code == 200, "a number may begin with zeros")
got = raw(head("/sign-in", kind, "Content-Length: 5000", method="POST"), end=False)
check(code(got) == 413, "who signs in has little to say")

# ---- the daemon that hangs -----------------------------------------------------------------------------------------

form = ann.get(C[11]).form("/decide")
os.kill(daemon.process.pid, signal.SIGSTOP)
replies = []
askers = [threading.Thread(target=lambda: replies.append(ann.send(form, {"disposition": "proceed", "reason": HOSTILE}))) for _ in range(20)]
for asker in askers:
    asker.start()
check(until(lambda: Browser(daemon.port).get(style).code == 200, 60), "what needs no daemon is there while it hangs")
for asker in askers:
    asker.join(120)
check(len(replies) == 20 and all(r.code == 503 and HOSTILE.split("\n")[0] in html.unescape(r.text) for r in replies),
      f"everybody is told, and gets back what they wrote {[r.code for r in replies]}")
os.kill(daemon.process.pid, signal.SIGCONT)
check(until(lambda: ann.get("/").code == 200, 60), "and all is well when it goes on")

# ---- the daemon away -----------------------------------------------------------------------------------------------

form = ann.get(C[7]).form("/decide")
check(daemon.stop() == 0, "the daemon stops")
reply = ann.get("/")
check(reply.code == 503 and guarded(reply) and "does not answer" in reply.page.text and reply.headers["Retry-After"],
      f"the page says so {reply.code}")
reply = ann.send(form, {"disposition": "proceed", "reason": HOSTILE, "costs": ["One", "Two"]})
areas = [html.unescape(area) for area in re.findall(r"readonly>\n(.*?)</textarea>", reply.text, re.S)]
check(reply.code == 503 and guarded(reply) and HOSTILE in areas and "One" in areas and "Two" in areas and "What you wrote" in reply.page.text,
      f"what was written comes back {areas}")
check(ann.get(style).code == 200 and ann.get("/nothing").code == 404, "what needs no daemon is there")
daemon.start()
check(until(lambda: ann.get("/").code == 200, 60), "when it is there again, so is the page")
reply = ann.send(form, {"disposition": "proceed", "reason": HOSTILE})
check(reply.code == 303 and case("E-7")["state"] == "decided", f"and the form that was open {reply.code} {alert(reply)}")

# ---- connections ---------------------------------------------------------------------------------------------------

dripper.join(70 * SLOW)
dripping.clear()
check(len(gone) == len(slow), f"who sends a byte a second is hung up on {len(gone)}")
for one in slow:
    one.close()


def is_gone(one):
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def rss():
    with open(f"/proc/{page.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) // 1024


idle = []
try:
    for _ in range(MANY):
        idle.append(opened())
        idle[-1].setblocking(False)
except OSError as error:
    skip(f"{MANY} idle connections", f"the machine allows {len(idle)}: {error}")
else:
    reply = ann.get("/")
    open_still = sum(not is_gone(one) for one in idle)
    check(reply.code == 200 and names["E-8"] in reply.text and open_still > MANY // 2, f"beside {open_still} idle connections the page is shown")
    check(ann.send(ann.get(C[8]).form("/take")).code == 303, "and things are done")
    used = rss()
    check(SLOW > 1 or used < RSS_MIB, f"in {used} MiB")
    check(until(lambda: all(is_gone(one) for one in idle), 60), "who says nothing is hung up on")
for one in idle:
    one.close()
check(ann.get(C[8]).code == 200 and Browser(daemon.port).sign_in("fay", page, code="000000").code == 403, "then all is as before")
check(page.process.poll() is None and page.stop() == 0, "SIGTERM stops it")
check(not re.search(r"Sanitizer|runtime error", page.read_log()), "and nothing was wrong with it")
check(daemon.stop() == 0, "and the daemon")
finish()
