"""Every verb of dispatch against every other, by several processes: views stay true, nobody deadlocks."""

from itertools import product

import pytest

from tests.house import House, Street
from tests.races.mixing import Mixer

CALL = "tests.dispatch_verbs.call"
NAMES = ("report", "professional")
# After these there is little left to contend for: they come last.
FINAL = {"cancel", "expire", "complete", "block_and_unblock"}
LIMITS = {"DISPATCH_OPEN_REPORTS": "1000", "DISPATCH_LOT": "3"}


def populate(house: House, professionals: int, reports: int) -> list[str]:
    """Owners with a report each, and professionals of whom all but two were asked: everybody's ids."""
    users = house.call("tests.dispatch_world.settle", professionals)
    owners = [house.call("tests.dispatch_world.owner") for _ in range(reports)]
    for owner in owners:
        house.call("tests.dispatch_world.handed_out", owner)
    return users + owners


def often(verbs: list[str]) -> list[str]:
    """Each many times, and those that end things a few times."""
    return [verb for verb in [*verbs, "submit", "submit"] if verb not in FINAL] * 10 + sorted(FINAL) * 3


def test_the_law_holds_whatever_is_done_to_reports(street: Street):
    with street.house("postgresql", **LIMITS) as house:
        people = populate(house, professionals=6, reports=5)
        before = house.call("tests.law.remember", people)
        verbs = house.call("tests.dispatch_verbs.verbs")
        mixer = Mixer(house.hands(4), CALL, things=range(4), people=range(6))
        mixer.carry_out_until_each_has_succeeded(often(verbs), threads=4)

        assert house.call("tests.law.breaches", before) == []
        assert house.call("tests.people.gaps") == []
        assert house.call("tests.dispatch_laws.breaches") == []
        assert house.call("tests.people.deadlocks") == 0
        assert mixer.succeeded() == set(verbs)

        untold = house.call("tests.dispatch_world.open_with_estimates", people[:6])
        house.call("tests.dispatch_world.accept_in_silence", untold)
        assert house.call("tests.law.breaches", before) != []
        assert house.call("tests.dispatch_laws.breaches") != []


@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.soak)])
def test_no_pair_of_verbs_deadlocks(street: Street, times: int):
    with street.house("postgresql", DATABASE_POOL="48", **LIMITS) as house:
        populate(house, professionals=3, reports=4)
        verbs = house.call("tests.dispatch_verbs.verbs")
        mixer = Mixer(house.hands(2), CALL, things=[0, 0, 0, 1], people=range(2))
        for group in (set(verbs) - FINAL, set(verbs)):
            mixer.let_all_meet(group, times, NAMES, threads=40, of_each=15)
        mixer.carry_out_until_each_has_succeeded(often(verbs), threads=4)

        assert house.call("tests.people.deadlocks") == 0
        assert min(mixer.met[pair] for pair in product(verbs, verbs)) >= times
        assert mixer.succeeded() == set(verbs)
        assert house.call("tests.people.gaps") == []
        assert house.call("tests.dispatch_laws.breaches") == []
