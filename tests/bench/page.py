# SPDX-License-Identifier: Apache-2.0
"""The reviewers' page with 100,000 cases: how long queue, case and search take with 32 clients that ask as fast as they are
answered (wrk), and with one; the report; what the first view weighs.

    python3 tests/bench/page.py [--cases N]
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from harness import SEVEN_SONS, event, until  # noqa: E402
from page_scene import Browser, Page, daemon_with_page  # noqa: E402

CASES = int(sys.argv[2]) if sys.argv[1:2] == ["--cases"] else 100000
CLIENTS, SECONDS, DIFFERENT = 32, 10, 500

SCRIPT = """
local paths = {%s}
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", paths[n %% #paths + 1])
end
done = function(summary, latency, requests)
  io.write(string.format("{\\"median\\": %%f, \\"p99\\": %%f, \\"requests\\": %%d, \\"bad\\": %%d, \\"bytes\\": %%d}\\n", latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests, summary.errors.status + summary.errors.timeout + summary.errors.read, summary.bytes))
end
"""


def load(daemon, browser, paths, clients):
    script = os.path.join(daemon.home, "paths.lua")
    with open(script, "w") as out:
        out.write(SCRIPT % ", ".join(json.dumps(path) for path in paths))
    cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
    run = subprocess.run(["wrk", "-t", "1", "-c", str(clients), "-d", f"{SECONDS}s", "-s", script, "-H", f"Cookie: {cookie}",
                          f"http://127.0.0.1:{daemon.port}"], capture_output=True, text=True)
    return json.loads(run.stdout.splitlines()[-1])


def tell(what, goal, figures):
    print(f"{what}: median {figures['median']:.1f} ms, p99 {figures['p99']:.1f} ms, {figures['requests'] / SECONDS:.0f} a second, "
          f"{figures['bad']} refused{goal}", flush=True)


daemon = daemon_with_page(second_factor=False)
daemon.config["routes"] = [{"units": ["AI-LAB"], "min_level": "prohibited", "queue": "labs", "channels": ["stream"]}]
daemon.write_config()
page = Page(daemon)
page.add("ann@example.edu", code=False)
daemon.start()
page.start()
path = os.path.join(daemon.home, "events.ndjson")
with open(path, "w") as out:
    for n in range(CASES):
        out.write(json.dumps(event(n, partner=SEVEN_SONS, unit=f"U-{n % 40}", title=f"Joint work {n} on crop models")) + "\n")
begun = time.monotonic()
daemon.ctl("send", "--batch", "64", "--endpoint", daemon.feed, path, timeout=1200)
if not until(lambda: daemon.json("status")["dispatch"]["cursor"] >= CASES, 600) or not daemon.drain(300):
    sys.exit("the events were not judged in time")
print(f"{CASES} events judged in {time.monotonic() - begun:.0f} s, {daemon.json('status')['journal']['cases']} cases", flush=True)
reader = Browser(daemon.port)
reader.sign_in("ann@example.edu", page)
reply = reader.get("/")
style = reader.get(re.search(r'href="([^"]*style.css[^"]*)"', reply.text).group(1))
icon = reader.get(re.search(r'href="([^"]*icon.svg[^"]*)"', reply.text).group(1))
print(f"the first view: {len(reply.body)} bytes, its style sheet {len(style.body)}, its icon {len(icon.body)}; with some 2,500 of "
      f"headers {len(reply.body) + len(style.body) + len(icon.body) + 2500} (goal 61440)")
cases = [f"/case/C-{1 + n * (CASES // DIFFERENT):06}" for n in range(DIFFERENT)]
for case in cases:  # the record that somebody looked is written once a minute, and an fsync is not the page's
    reader.get(case)
for clients in CLIENTS, 1:
    tell(f"queue, {clients} clients", " (goal 50 ms)" if clients > 1 else "", load(daemon, reader, ["/"], clients))
    tell(f"case, {clients} clients", " (goal 30 ms)" if clients > 1 else "", load(daemon, reader, cases[:200], clients))
tell("search for three words, 1 client", "", load(daemon, reader, ["/search?q=joint+99+crop"], 1))
times = []
for day in range(1, 6):  # another period each, for a report is kept for a while
    begun = time.monotonic()
    code = reader.get(f"/report?from=2020-01-0{day}").code
    times.append((time.monotonic() - begun) * 1000)
    if code != 200:
        sys.exit(f"the report was refused: {code}")
print(f"report: median {statistics.median(times):.0f} ms, most {max(times):.0f} ms (goal 1000 ms)")
page.stop()
daemon.stop()
