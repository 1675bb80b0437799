# SPDX-License-Identifier: Apache-2.0
"""The reviewers' page in Chromium: read, decided on, by keyboard, without scripts, from a letter; looked over by axe-core; and
pictures of every view, left in the build folder for people to look at."""

import http.server
import json
import os
import shutil
import subprocess
import threading

from harness import BUILD, SEVEN_SONS, SLOW, SOURCE, check, event, finish, skip
from page_scene import PASSWORD, Browser, Page, daemon_with_page

PACKAGES = ["playwright-core@1.65.1", "axe-core@4.14.1"]
HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "\u202egnp.exe", "zero\u200bwidth\ufeff", "'; DROP TABLE",
           "</textarea><h1>no</h1>", "&lt;b&gt;", "\u0645\u0631\u062d\u0628\u0627 123", "\U000e0041tag", "line\nbreak\ttab"]


def packages(folder):
    """Whether they are there; npm fetches them once."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    if all(os.path.isdir(os.path.join(folder, "node_modules", one.rsplit("@", 1)[0])) for one in PACKAGES):
        return True
    os.makedirs(folder, exist_ok=True)
    run = subprocess.run(["npm", "install", "--prefix", folder, "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit",
                          "--no-fund", "--loglevel=error", "--cache", os.path.join(folder, "cache"), *PACKAGES],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=300)
    shutil.rmtree(os.path.join(folder, "cache"), ignore_errors=True)
    print("# npm:", run.stderr.strip().splitlines()[:1])
    return run.returncode == 0


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another site: a letter with a link, a forged form, a frame."""
    page = ""

    def do_GET(self):
        body = f"""<!DOCTYPE html><title>Letter</title><a id="link" href="{self.page}case/C-000001">Look at the case</a>
<form method="post" action="{self.page}case/C-000001/take"><input name="token" value="x"><input name="revision" value="1">
<button id="forge">Win</button></form><iframe src="{self.page}"></iframe>""".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


chromium = shutil.which("chromium")
folder = os.path.join(BUILD if os.access(BUILD, os.W_OK) else "/tmp", "npm", "page")
if not chromium or not packages(folder):
    skip("the page in a browser", "Chromium, npm or its packages are not to be had")
    finish()

daemon = daemon_with_page(second_factor=False)
page = Page(daemon)
page.add("ann@example.edu", code=False)
daemon.start()
page.start()
text = "Joint work on crop models"
events = [event(1, partner=[{"name": "ETH Zurich", "country": "CH", "kind": "university", "relation": "party"}],
                raw_affiliation="Sch. of Comp. Sci., Beihang University, Beijing", questions={"q1": {"answer": "yes", "by": "researcher"}}, unit="AI-LAB", title=text, link="https://records.example.edu/117",
                summary="A memorandum on models of crops, with visits.", transfer_mode=["hands_on"]),
          event(2, partner=SEVEN_SONS, title=" ".join(HOSTILE), raw_affiliation="Sch. of Comp. Sci., Beihang University " + " ".join(HOSTILE), summary=" ".join(HOSTILE), unit=HOSTILE[1][:60]),
          event(3, partner=[{"name": " ".join(HOSTILE), "country": "CN"}], questions={"q1": {"answer": "yes", "text": HOSTILE[0], "by": HOSTILE[2]}})]
events += [event(n, partner=SEVEN_SONS, unit="AI-LAB", title=f"{text} {n}") for n in range(4, 30)]
events += [event(30, partner=[{"name": "Beijing Sensetime Technology Development Co., Ltd.", "country": "CN", "kind": "company", "relation": "party"}],
                 unit="AI-LAB", title="Vision laboratory", transfer_mode=["hands_on"], applications=["surveillance"])]
check(all(a["status"] == "accepted" for a in daemon.send(events)) and daemon.drain(), "events are judged")
names = {c["engagement_id"]: "case/" + c["case"] for c in daemon.rows("case", "list", "--limit", "1000")}
reader = Browser(daemon.port)
reader.sign_in("ann@example.edu", page)
for case, acts in (("C-000001", [("take", {}), ("ask", {"question": "Who uses the cluster?"}), ("comment", {"text": "A word.\nAnd two."})]),
                   ("C-000006", [("decide", {"disposition": "proceed", "reason": HOSTILE[0]}), ("comment", {"text": "\n".join(HOSTILE)}),
                                 ("dissent", {"text": HOSTILE[5]})]),
                   ("C-000009", [("decide", {"disposition": "declined", "reason": "It cannot be made safe.", "displacement": "Elsewhere.",
                                             "benefits": ["Their data."]})])):
    for act, fields in acts:
        reply = reader.send(reader.get(f"/case/{case}").form(f"/{act}"), fields)
        check(reply.code == 303, f"{case}: {act} {reply.code}")
site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
Elsewhere.page = daemon.config["page"]
threading.Thread(target=site.serve_forever, daemon=True).start()
plan = {"page": daemon.config["page"], "password": PASSWORD, "reader": "ann@example.edu", "chromium": chromium, "case": "case/C-000001",
        "keyboard": "case/C-000007", "scriptless": "case/C-000008", "elsewhere": f"http://localhost:{site.server_port}/",
        "views": [["queue", ""], ["case", "case/C-000001"], ["hostile", "case/C-000002"], ["hostile-partner", "case/C-000003"],
                  ["decided", "case/C-000006?done=decide"], ["search", "search?q=crop"], ["health", "health"], ["report", "report"],
                  ["legal", names["E-30"]], ["proposed", "case/C-000009"], ["missing", "nothing"]]}
pictures = os.path.join(BUILD if os.access(BUILD, os.W_OK) else daemon.home, "page")
shutil.rmtree(pictures, ignore_errors=True)
os.makedirs(pictures)
run = subprocess.run(["node", os.path.join(SOURCE, "tests", "integration", "page_browser.cjs"), folder, pictures], input=json.dumps(plan),
                     capture_output=True, text=True, timeout=500 * (2 if SLOW > 1 else 1))
for line in run.stdout.splitlines():
    one = json.loads(line)
    check(one["ok"], one["what"])
check(run.returncode == 0 and run.stdout, f"the browser came to an end {run.stderr[-500:]}")
print(f"# pictures are in {pictures}")
site.shutdown()
check(page.stop() == 0, "the page stops")
finish()
