# SPDX-License-Identifier: Apache-2.0
"""The spine's figures: the way in, the whole way, latency at an offered rate, disk, memory, start-up. Loopback only.

    tests/bench/spine.py [--events N]      default 200,000 for the whole way
"""

import json
import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "integration"))
from harness import BUILD, Daemon, policies, until  # noqa: E402

LOAD = os.path.join(BUILD, "tests", "bench_load")
EVENTS = int(sys.argv[sys.argv.index("--events") + 1]) if "--events" in sys.argv else 200000


def load(daemon, requests, in_flight, batch, rate=0, seed=1):
    run = subprocess.run([LOAD, daemon.feed, str(requests), str(in_flight), str(batch), str(rate), str(seed)],
                         capture_output=True, text=True)
    return json.loads(run.stdout)


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return {line.split(":")[0]: int(line.split()[1]) for line in status if line.startswith(("VmRSS", "VmHWM"))}


def tell(what, value):
    print(f"{what:58} {value}", flush=True)


def way_in():
    for paused in (True, False):
        daemon = Daemon(policies()).start()
        if paused:
            daemon.ctl("pause")
        word = "dispatch paused" if paused else "dispatch running"
        one = sorted(load(daemon, 30000, 64, 1, seed=s)["events_per_s"] for s in (1, 2, 3))
        tell(f"one event a request, 64 in flight, {word}", f"{one[1]:.0f}/s ({one[0]:.0f} to {one[2]:.0f})")
        many = sorted(load(daemon, 1500, 16, 64, seed=s)["events_per_s"] for s in (4, 5, 6))
        tell(f"batches of 64, 16 in flight, {word}", f"{many[1]:.0f}/s ({many[0]:.0f} to {many[2]:.0f})")
        daemon.kill()
        daemon.remove()
    daemon = Daemon(policies()).start()
    paced = load(daemon, 20000, 16, 1, rate=2000, seed=7)
    tell("send to acknowledgement at 2,000/s offered by 16 senders", f"p50 {paced['p50_ms']} ms, p99 {paced['p99_ms']} ms")
    daemon.kill()
    daemon.remove()


def whole_way():
    daemon = Daemon(policies()).start()
    begun = time.monotonic()
    sent = load(daemon, EVENTS // 64, 16, 64)
    accepted = time.monotonic() - begun
    daemon.drain(600)
    seconds = time.monotonic() - begun
    events = sent["accepted"]
    status = daemon.json("status")
    size = sum(os.path.getsize(os.path.join(daemon.state, n)) for n in os.listdir(daemon.state) if "journal" in n)
    tell(f"whole way, {events} events, five policies and the enricher",
         f"{events / seconds:.0f}/s (accepted in {accepted:.1f} s, judged in {seconds:.1f} s)")
    tell("findings an event", f"{status['journal']['findings'] / events:.2f}")
    tell("disk an event, all told", f"{size / events:.0f} bytes")
    memory = resident(daemon.process.pid)
    tell("daemon resident, peak", f"{memory['VmHWM'] // 1024} MiB; 64 MiB + 48 bytes an event is "
                                  f"{64 + events * 48 // 2**20} MiB")
    tell("largest plugin host resident, peak", f"{max(resident(p)['VmHWM'] for p in daemon.host_pids()) // 1024} MiB")
    daemon.stop()
    daemon.remove()


def start_up():
    daemon = Daemon([]).start()
    load(daemon, 1000000 // 64, 16, 64)
    daemon.drain(600)
    daemon.stop()
    begun = time.monotonic()
    daemon.start()
    seconds = time.monotonic() - begun
    memory = resident(daemon.process.pid)
    tell("start-up on a journal of one million events", f"{seconds:.2f} s, {memory['VmRSS'] // 1024} MiB resident")
    daemon.stop()
    daemon.remove()


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
way_in()
whole_way()
start_up()
