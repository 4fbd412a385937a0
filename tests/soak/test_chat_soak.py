"""Long lives of conversations in which every verb meets every other, on both engines: `make soak`."""

import pytest

from tests.house import Street
from tests.races.test_chat_races import PEOPLE, assert_all_is_true, both_engines, mixed, often, world

pytestmark = pytest.mark.soak

ROUNDS = 25


@both_engines
def test_the_law_holds_for_thousands_of_deeds(street: Street, engine: str):
    with street.house(engine) as house:
        people = world(house, "populate", PEOPLE)
        verbs = house.call("tests.chat_verbs.verbs")
        mixer = mixed(house)
        for _ in range(ROUNDS):
            before = house.call("tests.law.remember", people)
            mixer.carry_out(often(verbs), threads=4)
            assert_all_is_true(house, before)
        assert mixer.succeeded() == set(verbs)
        if engine == "postgresql":
            assert house.call("tests.people.deadlocks") == 0
