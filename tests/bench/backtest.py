# SPDX-License-Identifier: Apache-2.0
"""How fast stored history is judged again: python3 tests/bench/backtest.py [EVENTS], by default 100,000 events of which a
tenth name a listed partner, by the shipped pack against itself with one level changed."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from harness import SEVEN_SONS, SOURCE, Daemon, event, policies  # noqa: E402

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
daemon = Daemon(policies())
daemon.start()
daemon.send([event(n, unit=f"U{n % 7}", **({"partner": SEVEN_SONS} if n % 10 == 0 else {})) for n in range(EVENTS)],
            "--batch", "64")
daemon.drain(600)
daemon.stop()
with open(os.path.join(SOURCE, "conf", "packs", "paper.json")) as file:
    text = file.read()
pack = os.path.join(daemon.home, "tried.json")
with open(pack, "w") as out:
    out.write(text.replace('{"level": "recommended"}', '{"level": "suggested"}', 1))
rates = []
for _ in range(5):
    begin = time.monotonic()
    found = daemon.json("backtest", "--pack", pack)
    rates.append(EVENTS / (time.monotonic() - begin))
print(f"{EVENTS} events, {found['engagements_change']} engagements change; events a second, five runs: "
      + ", ".join(f"{rate:,.0f}" for rate in sorted(rates)))
