"""A day of 100,000 scans over HTTP, repeated, late and in no order, beside the same day in order: `make soak`."""

import os
from pathlib import Path

import pytest

from tests.house import House, Street

pytestmark = pytest.mark.soak

VEHICLES, SCANS = 20_000, 100_000
GATES = 4


def test_a_hundred_thousand_scans_come_to_the_same_in_any_order(street: Street, tmp_path: Path):
    day = tmp_path / "day.csv"
    with (
        street.house("postgresql", redis_url=os.environ["REDIS_URL"]) as house,
        street.house("postgresql") as other,
    ):
        for built in (house, other):
            built.call("tests.gate_world.register", VEHICLES)
        other.call("django.core.management.call_command", "makescans", str(day), str(SCANS))
        other.call("django.core.management.call_command", "replayscans", str(day), "--as-recorded", "--speed=max")
        replay_by_gates(house, day)

        assert house.call("tests.gate_world.breaches") == []
        assert house.call("tests.gate_world.state") == other.call("tests.gate_world.state")
        assert house.call("tests.people.deadlocks") == 0


def replay_by_gates(house: House, day: Path) -> None:
    """All at once, each with a key of its own and its own share of the day, mixed in its own way."""
    web = house.web()
    keys = [house.call("tests.machine_world.make_key", "fleet.scans") for _ in range(GATES)]
    hands = house.hands(GATES)
    for place, (hand, key) in enumerate(zip(hands, keys, strict=True)):
        hand.begin([("tests.gate_world.replay_share", (str(day), place, GATES, web.url, *key))])
    sent = [outcome for hand in hands for outcome in hand.end()]
    assert [outcome for outcome, _ in sent] == ["ok"] * GATES
    assert [results.keys() for _, results in sent] == [{"recorded", "repeated"}] * GATES
    assert sum(results["recorded"] for _, results in sent) == SCANS
