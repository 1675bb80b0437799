# SPDX-License-Identifier: Apache-2.0
"""A correction changes what an event said, whichever of the two comes first: the event is judged anew, what no longer
holds is withdrawn, and the case follows."""

from harness import Daemon, SEVEN_SONS, check, event, finish, until

daemon = Daemon(lab_units=["AI-LAB"]).start()
number = 0


def correct(target, data, source="https://test.example.edu/"):
    global number
    number += 1
    ack = daemon.send([{"specversion": "1.0", "id": f"c-{number}", "source": source,
                        "type": "org.pathwayd.correction.v1", "time": "2026-03-03T09:00:00Z",
                        "causationid": f"t-{target}", "data": data}])[0]
    daemon.drain()
    return ack["status"]


def standing(target):
    return sorted({f["rule"] for f in daemon.findings() if f["event"]["id"] == f"t-{target}"})


def case(target):
    found = [c for c in daemon.rows("case", "list") if c["engagement_id"] == f"E-{target}"]
    return (found[0]["level"], bool(found[0]["needs_information"]), found[0]["state"]) if found else None


daemon.send([event(1), event(2, questions={}), event(3, partner=SEVEN_SONS)])
daemon.drain()
check(standing(1) == [] and case(1) is None, "an ordinary event passes")
check(correct(1, {"partner": SEVEN_SONS}) == "accepted", "a correction is accepted")
check(standing(1) == ["research.q2_seven_sons"], f"the corrected event is judged as corrected {standing(1)}")
check(case(1) == ("recommended", False, "new"), f"and has its case {case(1)}")

check(standing(2) == ["research.unknown"], "what nobody answered is asked")
correct(2, {"questions": {"q1": {"answer": "no"}}})
check(standing(2) == ["research.unknown"], "an answer to one question leaves the others open")
correct(2, {"questions": {"q2": {"answer": "no"}, "q3": {"answer": "no"}}})
check(standing(2) == [] and case(2)[2] == "withdrawn", f"with all three it is settled {standing(2)} {case(2)}")

correct(3, {"partner": None})
check(standing(3) == [] and case(3)[2] == "withdrawn", f"null takes back what was said, and the finding with it {standing(3)}")

correct(9, {"partner": SEVEN_SONS})
daemon.send([event(9)])
daemon.drain()
check(standing(9) == ["research.q2_seven_sons"], "a correction that comes before its event counts all the same")

unit = event(4, partner=[{"name": "ETH Zurich", "relation": "party"}])
unit["type"] = "org.pathwayd.hr.appointment.proposed.v1"
daemon.send([unit])
correct(4, {"unit": "AI-LAB", "publication_intent": "restricted"})
check("lab.open_publication_only" in standing(4), f"a correction may lead to another pathway {standing(4)}")
correct(4, {"unit": "HISTORY"})
check("lab.open_publication_only" not in standing(4), f"and back again {standing(4)}")

correct(1, {"engagement_id": "E-77"})
check(case(77) is None and case(1)[0] == "recommended", "a correction does not move an event to another case")
check(correct(404, {"partner": SEVEN_SONS}) == "accepted", "a correction of nothing waits")
check(correct(1, {"partner": []}, source="https://bench.example.edu/") == "accepted"
      and standing(1) == ["research.q2_seven_sons"], "nobody corrects what another source said")

daemon.stop()
daemon.start()
correct(1, {"partner": SEVEN_SONS + [{"name": "Harbin Institute of Technology", "relation": "party"}]})
found = [f for f in daemon.findings("research.q2_seven_sons") if f["event"]["id"] == "t-1"]
check(len(found) == 1 and {e["pointer"] for e in found[0]["evidence"]} == {"/data/partner/0/name", "/data/partner/1/name"},
      "after a restart corrections still add up")
check(until(lambda: daemon.json("status")["journal"]["pending"] == 0, 10), "nothing is owed")
check(daemon.ctl("audit", "verify").returncode == 0, "the audit chain is intact")
check(daemon.stop() == 0, "the daemon stops cleanly")
finish()
