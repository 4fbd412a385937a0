"""An estimate is accepted while the two begin to talk by themselves, and while others block each other."""

import random

import pytest

from tests.house import Street
from tests.races.test_stream_races import run_together

HANDS = 3
REPORTS = 12
PROFESSIONALS = 3


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_the_two_have_one_conversation_however_it_began(street: Street, engine: str):
    with street.house(engine) as house:
        users = house.call("tests.dispatch_world.settle", PROFESSIONALS)
        reports = [house.call("tests.dispatch_world.open_with_estimates", users) for _ in range(REPORTS)]
        owners = [house.call("tests.dispatch_world.owner_of", report) for report in reports]
        before = house.call("tests.law.remember", [*users, *owners])
        verbs = ["accept", "accept", "open_by_owner", "open_by_professional"]
        calls = [(f"tests.talk_world.{verb}", [report]) for report in reports for verb in verbs]
        # Nobody who is chosen: of three, the first is.
        calls += [("tests.talk_world.block_and_unblock", [users[2], owner]) for owner in owners]
        calls = random.Random(1).sample(calls, len(calls))
        done = run_together(house.hands(HANDS), [calls[n::HANDS] for n in range(HANDS)])

        assert {outcome for of_hand in done for outcome, _ in of_hand} == {"ok"}
        talks, winners = (house.call(f"tests.talk_world.{name}", reports) for name in ("talks", "winners"))
        assert talks == winners
        assert house.call("tests.law.breaches", before) == []
        assert house.call("tests.people.gaps") == []
        if engine == "postgresql":
            assert house.call("tests.people.deadlocks") == 0
