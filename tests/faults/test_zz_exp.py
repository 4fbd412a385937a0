import os, time, json
import pytest
from tests.faults.outbox import open_outbox, per_bucket
from tests.outside.world import outside
from functools import partial

@pytest.fixture(scope="session")
def world():
    with outside() as w: yield w

@pytest.mark.parametrize("fault", ["none","kill", "fcm"])
def test_exp(street, closing, world, fault):
    t=time.time()
    house = partial(street.house, "postgresql", redis_url=os.environ["REDIS_URL"])
    box = open_outbox(closing, world, house, 600, slots="20", lease_seconds="5", breaker_seconds="2")
    print("start", time.time()-t)
    world.control("fcm", latency_ms=80)
    marks={}
    def none(): pass
    def kill():
        box.wait_for_calls(200); box.kill_workers(); box.start_workers()
    def fcm():
        box.wait_for_calls(100); marks["out"]=time.time(); world.control("fcm", outage="unavailable"); time.sleep(5); world.control("fcm", outage="none"); marks["back"]=time.time()
    try:
        o = box.tell(fault, {"none":none,"kill":kill,"fcm":fcm}[fault])
        print(o)
    finally:
        print(box.under_way(), box.house.call("tests.outbox_world.outcome"))
        calls = world.journal("fcm")
        print(len(calls), per_bucket([c["at"] for c in calls]))
        if marks:
            print("during", sum(marks["out"]<=c["at"]<marks["back"] for c in calls))
        for p in box.house._processes:
            if p.output().strip(): print(p.log.name, p.output()[-3000:])
