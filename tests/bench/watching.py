# SPDX-License-Identifier: Apache-2.0
"""What looking after a daemon costs it: how long a scrape holds the loop, and how fast feeds are taken during a backup.
python3 tests/bench/watching.py [--events N]"""

import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from harness import BUILD, Daemon, Raw  # noqa: E402

EVENTS = int(sys.argv[sys.argv.index("--events") + 1]) if "--events" in sys.argv else 1000000
daemon = Daemon(plugins=[])
daemon.start()
daemon.ctl("pause")
journal = os.path.join(daemon.state, "journal.db")


def load(requests, batch, seed):
    run = subprocess.run([os.path.join(BUILD, "tests", "bench_load"), daemon.feed, str(requests), "64", str(batch), "0", str(seed)],
                         capture_output=True, text=True)
    found = json.loads(run.stdout)
    return f"{found['events_per_s']:,}/s, p99 {found['p99_ms']} ms"


def during(work):
    """What it gives, and how large the -wal file became."""
    largest, over = [0], threading.Event()

    def watch():
        while not over.wait(0.02):
            largest[0] = max(largest[0], os.path.getsize(journal + "-wal"))
    thread = threading.Thread(target=watch)
    thread.start()
    given = work()
    over.set()
    thread.join()
    return given, f"-wal {largest[0] / 1e6:.0f} MB"


print("filled:", load(EVENTS // 64, 64, 1), f"{os.path.getsize(journal) / 1e6:.0f} MB")
raw, times = Raw(daemon), []
for _ in range(200):
    begun = time.perf_counter()
    raw.send({"op": "metrics"})
    raw.answer()
    times.append((time.perf_counter() - begun) * 1000)
times.sort()
print(f"metrics: median {times[100]:.2f} ms, p99 {times[198]:.2f} ms")
for requests, batch in ((30000, 1), (4000, 64)):
    print(f"batches of {batch}:", *during(lambda: load(requests, batch, 100 + batch)))
    seconds = []

    def back_up():
        begun = time.monotonic()
        run = daemon.ctl("backup", "-o", os.path.join(daemon.home, "backup"), "--force")
        seconds.append(f"{time.monotonic() - begun:.1f} s, exit status {run.returncode}")

    def both():
        thread = threading.Thread(target=back_up)
        thread.start()
        found = load(requests, batch, 200 + batch)
        thread.join()
        return found
    print("  with a backup beside:", *during(both), *seconds)
