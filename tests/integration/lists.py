# SPDX-License-Identifier: Apache-2.0
"""The office's lists: fetched over HTTPS from a real server, refused when they look wrong, put in force in one step, taken
back; and what a new edition means for events that were judged before."""

import fcntl
import gzip
import http.server
import json
import os
import ssl
import sqlite3
import stat
import subprocess
import threading

from harness import SEVEN_SONS, Daemon, check, event, finish, until

HEADER = "_id,source,type,name,addresses,end_date,alt_names\n"
EL, SDN = "Entity List (EL) - Bureau of Industry and Security", "Specially Designated Nationals (SDN) - Treasury Department"


def csl(extra=""):
    rows = [f"e{i},{EL},,Number {i} Machine Works,\"Harbin, CN\",,\n" for i in range(20)]
    rows += [f"s{i},{SDN},Entity,Trading House {i},\"Minsk, BY\",,\n" for i in range(20)]
    return (HEADER + "".join(rows) + f"p1,{SDN},Individual,\"DOE, John\",,,\"Jonny the Person\"\n" + extra).encode()


BEIHANG = f"b1,{EL},,Beihang University,\"37 Xueyuan Road, Beijing, CN\",,\"BUAA; and Beijing University of Aeronautics\"\n"


class Publisher(http.server.BaseHTTPRequestHandler):
    files, asked = {}, []

    def do_GET(self):
        body, tag = self.files.get(self.path, (None, None))
        self.asked.append((self.path, self.headers.get("If-None-Match")))
        if callable(body):
            body(self)
            return
        if body is None:
            self.send_error(404)
            return
        if tag and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT")
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def cut_short(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(csl()[:700])


def elsewhere(handler):
    handler.send_response(302)
    handler.send_header("Location", "file:///etc/passwd")
    handler.end_headers()


daemon = Daemon()
shelf = os.path.join(daemon.state, "lists")
certificate, key = (os.path.join(daemon.home, name) for name in ("cert.pem", "key.pem"))
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
               check=True, capture_output=True)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"https://localhost:{server.server_port}"

own = {"format": "pathwayd-list/1", "source": "own", "list": "OWN", "snapshot": "2026-01-02", "title": "Our own",
       "licence": "CC0-1.0", "entries": [{"id": "1", "name": "Somebody Else Ltd", "category": "other", "effect": "informs"}]}
own_file = os.path.join(daemon.home, "own.json")


def write_own():
    with open(own_file, "w") as out:
        json.dump(own, out)


write_own()
for plugin in daemon.config["plugins"]:
    if plugin["name"] == "institutions":
        plugin["config"] = {"snapshots": [f"{shelf}/current/all.snap"]}
daemon.config["lists"] = [{"name": "csl", "format": "csl-csv", "url": base + "/csl.csv", "ca_file": certificate},
                          {"name": "own", "format": "simple", "url": "file://" + own_file}]
daemon.write_config()


def rows(*words, status=0):
    run = daemon.ctl("list", *words, "--json")
    found = {row.get("name", row.get("entry_name")): row for row in map(json.loads, run.stdout.splitlines())}
    if run.returncode != status:
        print(f"# {words}: {run.returncode} {run.stdout} {run.stderr}")
    return found if run.returncode == status else {}


def publish(body, tag='"one"'):
    Publisher.files["/csl.csv"] = (body, tag)


def screened(name):
    run = daemon.ctl("screen", name)
    return [m["source"] for m in json.loads(run.stdout)["matches"]] if run.returncode == 0 else None


# ---- the first time --------------------------------------------------------------------------------------------

check({row["state"] for row in rows("status", status=1).values()} == {"not fetched yet"}, "nothing is there yet, and that is said")
publish(csl())
found = rows("update")
check(found["csl"]["result"] == "new" and found["csl"]["source"]["lists"] == {"EL": 20, "SDN": 20}, "a list is fetched and counted")
check(found["csl"]["source"]["snapshot"] == "2026-01-05", "it is of the day that its publisher says")
check(found["csl"]["source"]["skipped"] == 1, "a person is left out")
kept = b"".join(open(os.path.join(path, name), "rb").read() for path, _, names in os.walk(shelf) for name in names)
check(b"Number 3 Machine Works" in kept and b"DOE" not in kept and b"Jonny" not in kept, "and is nowhere on the disk")
check(all(row["state"] == "good" for row in rows("status").values()), "list status: good")
check(screened("Number 7 Machine Works") == ["csl"] and screened("Somebody Else Ltd") == ["own"], "and it is in force")
mode = os.stat(f"{shelf}/current/all.snap").st_mode
check(mode & stat.S_IROTH, "the daemon's account can read it")

# ---- nothing new -----------------------------------------------------------------------------------------------

generation = os.readlink(f"{shelf}/current")
check(rows("update")["csl"]["result"] == "unchanged" and Publisher.asked[-1] == ("/csl.csv", '"one"'),
      "the publisher is asked whether there is something newer")
publish(csl(), '"two"')
check(rows("update")["csl"]["result"] == "unchanged", "the same bytes under another tag are nothing new")
check(os.readlink(f"{shelf}/current") == generation, "so the generation is the same")

# ---- what must not get in -----------------------------------------------------------------------------------------

short = csl().split(b"\n")
bad = {"an error page": b"<!DOCTYPE html><html><body>Service unavailable</body></html>",
       "nothing at all": b"",
       "a header alone": HEADER.encode(),
       "another list": b"Name\tStreet\tCity\n",
       "a list that lost most of itself": b"\n".join(short[:15]) + b"\n",
       "a list that lost one of its lists": csl().replace(SDN.encode(), EL.encode()),
       "rows of a source that is not known": csl(f"x1,Some New List (SNL),,A Company,,,\n"),
       "damage": gzip.compress(csl())[:300],
       "half a download": cut_short,
       "a way to a file of this machine": elsewhere}
for what, body in bad.items():
    publish(body, '"bad"')
    row = rows("update", status=1).get("csl", {})
    check(row.get("result") == "kept as it was" and row.get("why"), f"{what}: refused ({row.get('why')})")
check(os.readlink(f"{shelf}/current") == generation and screened("Number 7 Machine Works") == ["csl"],
      "what was in force is in force")
Publisher.files.clear()
check("404" in rows("update", status=1).get("csl", {}).get("why", ""), "a file that is gone is said")
status = rows("status", status=1)
check(status["csl"]["state"] == "last try failed" and "404" in status["csl"]["error"] and status["own"]["state"] == "good",
      "list status says what the last try came to")
del daemon.config["lists"][0]["ca_file"]
daemon.write_config()
check("certificate" in rows("update", "csl", status=1).get("csl", {}).get("why", ""), "a server that proves nothing is not believed")
daemon.config["lists"][0]["ca_file"] = certificate
daemon.config["lists"][0]["url"] = base.replace("https", "http") + "/csl.csv"
daemon.write_config()
run = daemon.ctl("list", "update")
check(run.returncode == 2 and "https://" in run.stderr, "nor is one without TLS")
daemon.config["lists"][0]["url"] = base + "/csl.csv"
daemon.write_config()
publish(csl("x1,Some New List (SNL),,A Company,,,\n"), '"three"')
row = rows("update", "--force")["csl"]
check(row["result"] == "updated" and row["source"]["entries"] == 40 and row["source"]["skipped"] == 2,
      "--force takes what is known of it")
check(daemon.ctl("list", "update", "nobody").returncode == 2, "a source that is not configured is a mistake")

# ---- import, remove, diff, rollback -----------------------------------------------------------------------------

with open(os.path.join(daemon.home, "dpl.txt"), "w") as out:
    out.write("Name\tCountry\tExpiration_Date\r\nNorthern Trading Company\tRU\t01/01/2099\r\nJANE DOE\tUS\t01/01/2099\r\n")
row = rows("import", f"dpl=bis-dpl:{out.name}")["dpl"]
check(row["source"]["entries"] == 1 and row["source"]["skipped"] == 1 and screened("Northern Trading Company") == ["dpl"],
      "a file at hand is imported")
check(daemon.ctl("list", "import", "dpl:bis-dpl").returncode != 0 and
      daemon.ctl("list", "import", "Dpl=bis-dpl:" + out.name).returncode == 2, "not without a name of its own")
check("own" in rows("status", status=0) and rows("update")["csl"]["result"] == "unchanged" and "dpl" in rows("status"),
      "an update leaves it be")
before = os.readlink(f"{shelf}/current")
publish(csl(BEIHANG + "x1,Some New List (SNL),,A Company,,,\n").replace(b"e3,", b"renumbered,"), '"four"')
rows("update", "--force")
changes = rows("diff")
check({(name, row["change"]) for name, row in changes.items()} == {("Beihang University", "added")},
      "list diff: what is new, and nothing about a new number")
check(screened("Beihang University, Beijing") == ["csl"], "the new edition is in force")
check(daemon.ctl("list", "rollback").returncode == 0 and os.readlink(f"{shelf}/current") == before, "list rollback")
check(screened("Beihang University, Beijing") == [], "and the old one is again")
check(rows("remove", "dpl")["dpl"]["result"] == "removed" and screened("Northern Trading Company") == [], "list remove")
check(daemon.ctl("list", "remove", "dpl").returncode == 2, "once")
check(len([name for name in os.listdir(shelf) if name.isdigit()]) <= 4, "old generations go")

# ---- trouble on this side -------------------------------------------------------------------------------------------

with open(f"{shelf}/lock") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    run = daemon.ctl("list", "update")
    check(run.returncode == 1 and "another pathwayctl" in run.stderr, "one keeper at a time")
os.makedirs(f"{shelf}/draft", exist_ok=True)
with open(f"{shelf}/draft/raw", "w") as out:
    out.write("what a keeper that was killed left behind")
publish(csl(BEIHANG), '"4b"')
check(rows("update")["csl"]["result"] == "updated" and not os.path.exists(f"{shelf}/draft"), "what was left behind goes")
manifest = os.path.realpath(f"{shelf}/current/manifest.json")
with open(manifest, "w") as out:
    out.write("{")
run = daemon.ctl("list", "update")
check(run.returncode == 2 and "rollback" in run.stderr, "a damaged generation is said, with the remedy")
check(daemon.ctl("list", "rollback").returncode == 0 and screened("Number 7 Machine Works") == ["csl"], "which helps")

# ---- what it means for earlier events ------------------------------------------------------------------------------

publish(csl(), '"five"')
rows("update")
daemon.start()
sent = daemon.send([event(number) for number in range(1, 40)] + [event(50, partner=SEVEN_SONS)])
concerned = next(answer["sequence"] for answer in sent if answer["id"] == "t-50")
daemon.drain()
check(daemon.rows("case", "list") == [], "nobody is listed")


def reloaded(times):
    return until(lambda: daemon.read_log().count("info reloaded ") >= times) and daemon.drain()


def reexamined():
    with sqlite3.connect(f"file:{daemon.state}/journal.db?mode=ro", uri=True, timeout=20) as database:
        return [json.loads(detail) for (detail,) in
                database.execute("SELECT detail FROM audit WHERE kind = 'event.reexamined' ORDER BY n")]


publish(csl(BEIHANG), '"six"')
run = daemon.ctl("list", "update")
check(run.returncode == 0 and "earlier events" in run.stdout and reloaded(1), "an update has the running daemon read it")
cases = daemon.rows("case", "list")
check([case["engagement_id"] for case in cases] == ["E-50"], "exactly the engagement with the new entry's partner is reopened")
check([(one["sequence"], [c["change"] + " " + c["entry_name"] for c in one["changes"]]) for one in reexamined()] ==
      [(concerned, ["added Beihang University"])], "and the record names the change")
publish(csl(BEIHANG.replace("b1,", "b2,").replace("BUAA; and Beijing University of Aeronautics",
                                                   "Beijing University of Aeronautics;BUAA").replace("Beihang U", "BEIHANG U")), '"seven"')
rows("update")
check(reloaded(2) and len(reexamined()) == 1 and daemon.rows("case", "list") == cases,
      "another number, another order, other capitals: nothing is looked at")
publish(csl(), '"eight"')
rows("update")
check(reloaded(3) and [one["changes"][0]["change"] for one in reexamined()] == ["added", "removed"], "an entry that goes is a change")
check([case["state"] for case in daemon.rows("case", "list")] == ["withdrawn"], "and the case with it, as long as nobody decided")
check(daemon.stop() == 0, "and the daemon stops")
check("0 records" not in daemon.ctl("audit", "verify").stdout, "the audit chain holds")
server.shutdown()
finish()
