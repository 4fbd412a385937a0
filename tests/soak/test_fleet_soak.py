"""Long lives of a campus in which every verb meets every other, on both engines: `make soak`."""

import random
from itertools import product

import pytest

from tests.house import Street
from tests.races.campus import HANDS, Calls, both_engines, campus_on, passages, posted
from tests.races.mixing import Mixer
from tests.races.test_fleet_races import NAMES, mixed, often

pytestmark = pytest.mark.soak

ROUNDS = 25
TIMES = 60


@both_engines
def test_the_law_holds_for_thousands_of_deeds(street: Street, engine: str):
    with campus_on(street, engine) as campus:
        campus.house.call("tests.fleet_verbs.begin", 4, 3)
        verbs = campus.house.call("tests.fleet_verbs.verbs")
        mixer = mixed(campus.house)
        for _ in range(ROUNDS):
            mixer.carry_out(often(verbs), threads=4)
            campus.assert_all_is_true()
        assert mixer.succeeded() == set(verbs)


def test_no_pair_of_verbs_deadlocks(street: Street):
    with campus_on(street, "postgresql", DATABASE_POOL="48") as campus:
        campus.house.call("tests.fleet_verbs.begin", 2, 2)
        verbs = campus.house.call("tests.fleet_verbs.verbs")
        mixer = Mixer(campus.house.hands(2), "tests.fleet_verbs.call", things=[0, 1, 1, 2], people=range(2))
        mixer.let_all_meet(set(verbs), TIMES, NAMES, threads=40, of_each=15)

        assert min(mixer.met[pair] for pair in product(verbs, verbs)) >= TIMES
        campus.assert_all_is_true()


@both_engines
def test_what_thousands_of_passages_tell_is_counted_once(street: Street, engine: str):
    with campus_on(street, engine) as campus:
        plates = campus.call("populate", 40)
        strangers = [f"NEW {n:03}" for n in range(20)]
        registered: Calls = [("register", [plate, n]) for n, plate in enumerate(strangers)]
        calls = posted(passages([*plates, *strangers], 5000, seed=1), seed=2) + registered
        calls += HANDS * 5 * [("adopt", []), ("repair", [])]
        random.Random(3).shuffle(calls)
        _, refusals = campus.all_at_once(calls)

        assert refusals == []
        campus.assert_all_is_true()
        assert campus.call("strangers") == 0
