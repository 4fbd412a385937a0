"""One signature, shown by many processes at once."""

from collections import Counter
from typing import Any

import pytest

from tests.house import House, Street
from tests.races.test_stream_races import run_together
from tests.signing import timestamp

HANDS = 4
TIMES = 8
SIGNATURES = 12


def outcomes(house: House) -> list[Counter[Any]]:
    """What became of each of some signatures that were shown so often."""
    key, secret = house.call("tests.machine_world.make_key")
    moments = [timestamp() for _ in range(SIGNATURES)]
    shows = [("tests.machine_world.show", [key, secret, at]) for at in moments] * (TIMES // HANDS)
    # All hands in the same order, so that they meet at each of them.
    answers = run_together(house.hands(HANDS), [sorted(shows, key=str)] * HANDS, threads=2)
    found: dict[str, Counter[Any]] = {at: Counter() for at in moments}
    for of_hand in answers:
        for (_, [*_, at]), (_, result) in zip(sorted(shows, key=str), of_hand, strict=True):
            found[at][result] += 1
    return list(found.values())


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_a_signature_is_good_once_however_many_show_it_at_once(street: Street, engine: str):
    with street.house(engine) as house:
        assert outcomes(house) == [Counter({"let in": 1, "replayed_signature": TIMES - 1})] * SIGNATURES
        assert house.call("tests.machine_world.used") == SIGNATURES
        if engine == "postgresql":
            assert house.call("tests.people.deadlocks") == 0


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_without_the_primary_key_all_would_be_let_in(street: Street, engine: str):
    """The control."""
    with street.house(engine) as house:
        house.call("tests.machine_world.drop_the_last_guard")

        assert outcomes(house) == [Counter({"let in": TIMES})] * SIGNATURES
