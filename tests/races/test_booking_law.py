"""Every verb of bookings against every other, by several processes: counters, money and views stay true, nobody
deadlocks.
"""

from itertools import product

import pytest

from tests.house import House, Street
from tests.races.mixing import Mixer

CALL = "tests.booking_verbs.call"
NAMES = ("slot", "customer")
SLOTS = range(4)
CUSTOMERS = 6
LIMITS = {"BOOKINGS_HOLDS": "1000", "STRIPE_API_KEY": "sk_test_of_nobody"}  # nobody calls it
BY_CHANCE = {"confirm"}  # somebody waited, was offered a seat that costs nothing, and comes before it lapses
# There is something left to do after these, though less.
ENDS = {"complete", "miss", "review", "cancel", "cancel_by_provider", "close_and_open", "unsubscribe", "resize"}


def often(verbs: list[str]) -> list[str]:
    """Each many times, and those that end things less often."""
    return [*verbs, "reserve", "join", "hear", *(verb for verb in [*verbs, "reserve", "hear"] if verb not in ENDS)] * 5


def assert_all_is_true(house: House, before: object) -> None:
    assert house.call("tests.booking_laws.breaches") == []
    house.call("tests.booking_verbs.come_to_rest")
    assert house.call("tests.booking_laws.breaches_at_rest") == []
    assert house.call("tests.law.breaches", before) == []
    assert house.call("tests.people.gaps") == []


@pytest.mark.parametrize("most", [None, 4], ids=["of slots", "of a provider"])
@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_the_law_holds_whatever_is_done_to_seats(street: Street, engine: str, most: int | None):
    with street.house(engine, **LIMITS) as house:
        people = house.call("tests.booking_verbs.populate", CUSTOMERS, most)
        before = house.call("tests.law.remember", people)
        verbs = house.call("tests.booking_verbs.verbs")
        mixer = Mixer(house.hands(4), CALL, things=SLOTS, people=range(CUSTOMERS))
        mixer.carry_out_until_each_has_succeeded(often(verbs), threads=4, besides=BY_CHANCE)

        assert_all_is_true(house, before)
        assert mixer.succeeded() >= set(verbs) - BY_CHANCE
        if engine == "postgresql":
            assert house.call("tests.people.deadlocks") == 0


def test_what_is_done_in_silence_is_found_out(street: Street):
    """The control: seats, money and a status that changed while nobody counted."""
    with street.house("sqlite", **LIMITS) as house:
        people = house.call("tests.booking_verbs.populate", CUSTOMERS)
        before = house.call("tests.law.remember", people)
        house.call("tests.booking_world.cancel_in_silence")

        breaches = house.call("tests.booking_laws.breaches")
        assert [breach for breach in breaches if "and has 0 and 0" in breach] == breaches[:2]
        assert any("cancelled_reservations is 0, and should be 2" in breach for breach in breaches)
        assert house.call("tests.law.breaches", before) != []


@pytest.mark.parametrize("times", [pytest.param(100, marks=pytest.mark.soak)])
def test_no_pair_of_verbs_deadlocks(street: Street, times: int):
    with street.house("postgresql", DATABASE_POOL="48", **LIMITS) as house:
        people = house.call("tests.booking_verbs.populate", 3, 4)
        before = house.call("tests.law.remember", people)
        verbs = house.call("tests.booking_verbs.verbs")
        mixer = Mixer(house.hands(2), CALL, things=[0, 1, 1, 1], people=range(2))
        mixer.let_all_meet(set(verbs), times, NAMES, threads=40, of_each=15)
        mixer.carry_out_until_each_has_succeeded(often(verbs), threads=4)

        assert house.call("tests.people.deadlocks") == 0
        assert min(mixer.met[pair] for pair in product(verbs, verbs)) >= times
        assert mixer.succeeded() == set(verbs)
        assert_all_is_true(house, before)
