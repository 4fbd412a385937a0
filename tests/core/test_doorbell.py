"""A doorbell rings after the commit, and nobody waits at the door."""

import time

from tests.house import House


def test_a_ring_is_heard_by_a_worker_after_the_commit(house: House):
    house.worker()
    house.call("tests.sample.bells.ring_in_a_unit", "committed")
    house.call("tests.sample.bells.ring_in_a_failing_unit", "rolled back")
    deadline = time.monotonic() + 60
    while not (heard := house.call("tests.sample.bells.heard")) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert heard == ["committed"]


def test_without_a_broker_nobody_waits(street, closing):
    house = closing.enter_context(street.house("postgresql", redis_url="redis://127.0.0.1:1/0"))
    house.call("tests.people.new_id")
    began = time.monotonic()
    for _ in range(20):
        house.call("tests.sample.bells.ring_in_a_unit", "unheard")

    assert time.monotonic() - began < 5
