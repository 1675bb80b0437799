# SPDX-License-Identifier: Apache-2.0
"""The reviewers' page behind nginx, which says who signed in: by TLS and a Unix socket, with the configuration that
conf/page/nginx.conf proposes; and who tries to be somebody without it."""

import base64
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile

from harness import SEVEN_SONS, SLOW, SOURCE, atexit, check, event, finish, skip, until
from page_scene import Browser, Page, daemon_with_page, free_port

nginx = shutil.which("nginx", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
workers = next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_name == "www-data"), None)
if os.geteuid() != 0 or not nginx or workers is None:
    skip("the page behind a proxy", "it takes root, nginx and its account www-data")
    finish()

NOBODY = 65534
place = tempfile.mkdtemp(prefix="pathwayd-proxy-")
os.chmod(place, 0o755)
atexit.register(shutil.rmtree, place, ignore_errors=True)
unix = os.path.join(place, "page.sock")
secure, insecure = free_port(), free_port()
authority = f"localhost:{secure}"
daemon = daemon_with_page(address=f"https://{authority}/", listen=f"unix:{unix}", sign_in="proxy", proxy="www-data")
page = Page(daemon)


def audit(kind):
    database = sqlite3.connect(f"file:{daemon.state}/journal.db?mode=ro", uri=True, timeout=10)
    rows = database.execute("SELECT detail FROM audit WHERE kind = ? ORDER BY n", (kind,)).fetchall()
    database.close()
    return [json.loads(detail) for (detail,) in rows]


def case(name):
    return daemon.json("case", "show", name)


# ---- nginx ---------------------------------------------------------------------------------------------------------


class Nginx:
    """The example with the places, names and ports of this test, and what /etc/nginx/nginx.conf has around it."""

    def __init__(self, **changes):
        with open(os.path.join(SOURCE, "conf", "page", "nginx.conf")) as example:
            text = example.read()
        for old, new in {"/run/pathwayd-page/page.sock": unix, "listen 80;": f"listen 127.0.0.1:{insecure};",
                         "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl", "https://reviews.example.edu": f"https://{authority}",
                         "reviews.example.edu;": "localhost;", "/etc/ssl/certs/reviews.example.edu.pem": f"{place}/certificate.pem",
                         "/etc/ssl/private/reviews.example.edu.key": f"{place}/key.pem", "/etc/nginx/reviewers": f"{place}/reviewers",
                         **changes}.items():
            check(old in text, f"the example has {old}")
            text = text.replace(old, new)
        folders = "".join(f"{kind}_temp_path {place}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(place, "nginx.conf"), "w") as out:
            out.write(f"daemon off;\nuser www-data;\nworker_processes 1;\npid {place}/nginx.pid;\nerror_log {place}/error.log;\n"
                      f"events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\nserver_tokens off;\n{folders}{text}}}\n")
        words = [nginx, "-c", f"{place}/nginx.conf", "-p", place, "-e", f"{place}/error.log"]
        ran = subprocess.run(words + ["-t"], capture_output=True, text=True, timeout=60)
        check(ran.returncode == 0 and "warn" not in ran.stderr, f"nginx takes it {ran.stderr[-300:] if ran.returncode else ''}")
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.stop)
        if not until(self.listens):
            raise RuntimeError(open(f"{place}/error.log").read())

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", secure), timeout=5).close()
        except OSError:
            return False
        return True

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20 * SLOW)
        return self.process.returncode


class Person(Browser):
    """Signed in at the proxy: by name and password, which stand for a single sign-on."""

    def __init__(self, name, password="good", headers=None):
        token = base64.b64encode(f"{name}:{password}".encode()).decode()
        super().__init__(secure, authority, headers={"Authorization": f"Basic {token}", **(headers or {})})

    def connect(self):
        return http.client.HTTPSConnection("localhost", secure, timeout=60 * SLOW, context=trust)


def direct(uid, *headers, path="/", method="GET", stopped=False):
    """What an account of this machine gets at the socket. `stopped`: all of it is sent before the page has seen anything."""
    request = "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {authority}", "Connection: close", *headers]) + "\r\n\r\n"
    got = b""
    if stopped:
        page.process.send_signal(signal.SIGSTOP)
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(40 * SLOW)
        os.seteuid(uid)
        try:
            one.connect(unix)
        finally:
            os.seteuid(0)
        try:
            one.sendall(request.encode())
            if stopped:
                page.process.send_signal(signal.SIGCONT)
            while more := one.recv(65536):
                got += more
        except OSError:
            pass
        finally:
            page.process.send_signal(signal.SIGCONT)
    return got.decode(errors="replace")


subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{place}/key.pem", "-out", f"{place}/certificate.pem"],
               check=True, capture_output=True)
trust = ssl.create_default_context(cafile=f"{place}/certificate.pem")
names = ["ann@example.edu", "ben@example.edu", "cleo@example.edu", "audrey@example.edu", "nobody@example.edu"]
with open(f"{place}/reviewers", "w") as out:
    out.writelines(f"{name}:{{PLAIN}}good\n" for name in names)

daemon.start()
events = [event(n, partner=SEVEN_SONS, unit="AI-LAB", title=f"Crops {n}") for n in range(1, 7)]
check(all(a["status"] == "accepted" for a in daemon.send(events)) and daemon.drain(), "engagements that want a look")
C = {int(c["engagement_id"][2:]): f"/case/{c['case']}" for c in daemon.rows("case", "list")}
page.start()
proxy = Nginx()
ann, ben, cleo, audrey, outsider = [Person(name) for name in names]

# ---- who signed in there -------------------------------------------------------------------------------------------

reply = ann.get("/")
check(reply.code == 200 and "Crops 1" in reply.text and "ann@example.edu" in reply.text, f"who signed in at the proxy sees what waits {reply.code}")
check(reply.headers["Strict-Transport-Security"] and "default-src 'none'" in reply.headers["Content-Security-Policy"] and
      reply.headers["Cache-Control"] == "no-store" and not reply.headers.get("Set-Cookie"), "guarded, by TLS alone, without a cookie")
check(not [f for f in reply.page.forms if "sign" in f["action"]] and "Sign" not in reply.page.text, "signing in and out is the proxy's")
check(ann.get("/nothing").headers["Strict-Transport-Security"] and ann.get("/nothing").code == 404, "so is what is not there")
style = re.search(r'href="(/style\.css\?[^"]+)"', reply.text).group(1)
check(ann.get(style).code == 200, "with its style sheet")
for other in (Person("ann@example.edu", "bad"), Person("eve"), Browser(secure, authority)):
    other.connect = ann.connect
    check(other.get("/").code == 401, "who did not sign in does not come that far")
ran = subprocess.run(["curl", "--silent", "--http2", "--cacert", f"{place}/certificate.pem", "--user", "ann@example.edu:good", "--write-out",
                      "%{http_version} %{http_code}", f"https://{authority}/"], capture_output=True, text=True, timeout=60 * SLOW)
check(ran.stdout.endswith("\n2 200") and "Crops 1" in ran.stdout, f"nor does HTTP/2, which browsers speak, make a difference {ran.stdout[-20:]}")
plain = Browser(insecure, authority)
check(plain.get(C[1]).code == 301 and plain.get(C[1]).location == f"https://{authority}{C[1]}", "without TLS they are sent to it")
reply = outsider.get("/")
check(reply.code == 403 and "nobody@example.edu" in reply.page.text, f"who is not in people is told so {reply.code}")
reply = ann.get("/sign-in")
check(reply.code in (303, 404) and "password" not in reply.text, f"there is no form to sign in {reply.code}")
for fields in ({"name": "ann@example.edu", "password": "good"}, {"name": "ann@example.edu", "password": "good", "token": "A" * 43, "revision": "0"}):
    reply = ann.post("/sign-in", fields)
    check(reply.code in (403, 404) and not reply.headers.get("Set-Cookie"), f"nor is one taken {reply.code}")
check(not ann.cookies and not os.path.exists(daemon.config["page_server"]["accounts"]), "and there are no accounts")

# ---- forms ---------------------------------------------------------------------------------------------------------

form = ann.get(C[2]).form("/comment")
check(form["action"] == f"{C[2]}/comment", form["action"])
check(ben.send(form, {"text": "x"}).code == 403, "a form is for who it was made for")
check(ann.send(form, {"token": "", "text": "x"}).code == 403, "and has a token, without cookies as well")
for origin in (f"http://{authority}", "https://localhost", "https://evil.example", "null", f"http://127.0.0.1:{secure}"):
    check(ann.send(form, {"text": "x"}, {"Origin": origin}).code == 403, f"of {origin} it is forged")
check(ann.send(form, {"text": "x"}, {"Sec-Fetch-Site": "cross-site"}).code == 403 and case("E-2")["revision"] == 1, "and nothing was done")
check(ann.send(form, {"text": "By TLS. 清华"}, {"Origin": f"https://{authority}", "Sec-Fetch-Site": "same-origin"}).code == 303,
      "the page's own is taken")
check(ann.send(ann.get(C[2]).form("/comment"), {"text": "No origin."}).code == 303 and case("E-2")["timeline"][0]["words"] == "By TLS. 清华",
      "or without an origin")
reply = ann.send(ann.get(C[2]).form("/decide"), {"disposition": "proceed", "reason": "Known for years."})
check(reply.code == 303 and reply.location.startswith(f"{C[2]}?done=") and case("E-2")["state"] == "decided", "a case is decided")
check(case("E-2")["decisions"][0]["actor"] == "ann@example.edu", "by whom the proxy said")
check(audit("control.through")[-1]["op"] == "case.decide" and audit("control.through")[-1]["actor"] == "ann@example.edu",
      "and so it is in the audit log")
check(audrey.post(C[3] + "/comment", form["fields"]).code == 403, "an auditor does nothing")
check(ann.send(form, {"text": "x" * 400000}).code == 413, "a form too large ends at the proxy")
check(ann.get("/", Host="evil.example").code in (400, 421), "another host is not this page")

# ---- who would be somebody -----------------------------------------------------------------------------------------

for headers in ({"X-Remote-User": "cleo@example.edu"}, {"x-remote-user": "cleo@example.edu"}, {"X_Remote_User": "cleo@example.edu"},
                {"X-Remote-User": "cleo@example.edu", "Connection": "X-Remote-User"}, {"X-Remote-User ": "cleo@example.edu"}):
    reply = Person("ben@example.edu", headers=headers).get("/")
    check((reply.code == 200 and "ben@example.edu" in reply.text and "cleo" not in reply.page.text) or reply.code == 400,
          f"a browser says nothing of who it is {headers}")
check(not [v for v in audit("case.viewed") if v["actor"] == "cleo@example.edu"], "nobody was cleo so far")
name = "X-Remote-User: cleo@example.edu"
for uid in (NOBODY, 0):
    check(direct(uid, name, path=C[4]) == "", f"account {uid} is no proxy, and hung up on")
    check(direct(uid, name, path=C[4], stopped=True) == "", "however fast it is")
    check(direct(uid, "X-Remote-User: cleo@example.edu", "Content-Length: 0", "Content-Type: application/x-www-form-urlencoded", path=f"{C[4]}/take",
                 method="POST", stopped=True) == "", "with a form as well")
check(not [v for v in audit("case.viewed") + audit("control.through") if v["actor"] == "cleo@example.edu"], "and none of it was asked of the daemon")
got = direct(workers, name, path=C[4])
check(got.startswith("HTTP/1.1 200") and [v for v in audit("case.viewed") if v["actor"] == "cleo@example.edu"],
      "the proxy's account is believed, and the look is recorded")
for headers in ([], ["X-Remote-User:"], [name, name], [name, "x-remote-user: ann@example.edu"], ["X-Remote-User: " + "x" * 200],
                ["X-Forwarded-User: ann@example.edu"],
                ["Cookie: pathwayd_session=" + "A" * 43]):
    got = direct(workers, *headers)
    check(got.startswith("HTTP/1.1 403") and "did not say who" in got and "Crops" not in got, f"{headers[:2]} is nobody {got[:12]}")
for headers in (["Host: evil.example"],):
    check(re.match(r"HTTP/1.1 4\d\d", direct(workers, name, *headers)), "nor are two hosts one")

# ---- starting anew -------------------------------------------------------------------------------------------------

ran = page.command()
check(ran.returncode == 1 and f"cannot listen on {unix}" in ran.stderr and "in use" in ran.stderr,
      f"a second page on the socket is refused {ran.stderr}")
check(ann.get("/").code == 200, "and the first goes on")
form = ann.get(C[5]).form("/comment")
check(page.stop() == 0 and not os.path.exists(unix), "it stops, and takes its socket along")
check(ann.get("/").code == 502, "the proxy says that nobody is there")
page.start()
check(until(lambda: ann.get("/").code == 200), "and finds it when it is there again")
reply = ann.send(form, {"text": "Of before."})
check(reply.code == 403 and case("E-5")["revision"] == 1, "a form of before has expired, and nothing was done")
page.process.kill()
page.process.wait()
check(os.path.exists(unix), "killed, it leaves its socket behind")
page.start()
check(until(lambda: ann.get(C[5]).code == 200), "which is in nobody's way")
wrong = Page(daemon)
for changes, words in (({"listen": "127.0.0.1:7443"}, "unix:/FILE"), ({"proxy": None}, "account that the proxy"),
                       ({"header": "X Y"}, "no name of a header")):
    wrong.config = os.path.join(daemon.home, "wrong.conf")
    server = {k: v for k, v in {**daemon.config["page_server"], **changes}.items() if v is not None}
    with open(wrong.config, "w") as out:
        json.dump({**daemon.config, "page_server": server}, out)
    ran = wrong.command("--check")
    check(ran.returncode == 2 and words in ran.stderr, f"what no proxy could do is no configuration {ran.stderr}")

# ---- below a path --------------------------------------------------------------------------------------------------

check(page.stop() == 0 and proxy.stop() == 0, "both stop")
below = Page(daemon)
below.config = os.path.join(daemon.home, "below.conf")
with open(below.config, "w") as out:
    json.dump({**daemon.config, "page": f"https://{authority}/reviews/"}, out)
below.start()
proxy = Nginx(**{"location / {": "location /reviews/ {"})
reply = ann.get("/reviews/")
check(reply.code == 200 and "Crops 3" in reply.text, f"the page is below a path {reply.code}")
seen, todo = {}, ["/reviews/", "/reviews" + C[3], "/reviews/search?q=crops", "/reviews/health", "/reviews/report"]
for address in todo:
    reply = ann.get(address)
    seen[address] = reply.code
    found = [link for link in re.findall(r'(?:href|action|src)="([^"]+)"', reply.text) if not link.startswith(("#", "https://"))]
    check(all(link.startswith("/reviews/") for link in found),
          f"all that leads from {address} stays there {[f for f in found if not f.startswith('/reviews/')]}")
    todo += [link.replace("&amp;", "&") for link in found if link.replace("&amp;", "&") not in todo and "/case/" not in link and
             not link.endswith("/search")][:5]
check(all(status == 200 for status in seen.values()), f"and is there {seen}")
reply = ann.send(ann.get("/reviews" + C[3]).form("/take"))
check(reply.code == 303 and reply.location.startswith(f"/reviews{C[3]}?done=") and ann.get(reply.location).code == 200,
      f"what is done leads back there {reply.location}")
reply = ann.send(ann.get("/reviews" + C[3]).form("/comment"), {"text": "Below."}, {"Origin": f"https://{authority}"})
check(reply.code == 303 and case("E-3")["timeline"][-1]["words"] == "Below.", "and forms are taken")
for address in ("/", C[3], "/health", "/reviews", "/reviewsx/", "/reviews/../health", "/reviews//health"):
    check(ann.get(address).code in (301, 302, 303, 400, 404), f"{address} is nobody's {ann.get(address).code}")
got = direct(workers, name, path=C[3])
check(got.startswith("HTTP/1.1 404"), "for the page itself as well")
check(below.stop() == 0 and proxy.stop() == 0 and daemon.stop() == 0, "and all stops")
for one in (page, below):
    check(not re.search(r"Sanitizer|runtime error", one.read_log()), "nothing was wrong with it")
finish()
