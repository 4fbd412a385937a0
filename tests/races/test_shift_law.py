"""Every verb of shifts against every other, by several processes: views stay true, nobody deadlocks."""

import random
from itertools import product

import pytest

from tests.house import Street
from tests.races.mixing import Mixer
from tests.races.test_stream_races import run_together

CALL = "tests.shift_world.call"
NAMES = ("shift", "employee")
FINAL = {"cancel", "leave_and_return"}  # after these there is little left to contend for: they come last


def test_the_law_holds_whatever_is_done_to_shifts(street: Street):
    with street.house("postgresql") as house:
        nurses = house.call("tests.shift_world.hire", 6)
        numbers = [nurse["emp_id"] for nurse in nurses]
        for n in range(5):
            house.call("tests.shift_world.offered", 30 + 7 * n, numbers[n:])
        before = house.call("tests.law.remember", [nurse["id"] for nurse in nurses])
        verbs = house.call("tests.shift_world.verbs")
        often = [verb for verb in verbs if verb not in FINAL] * 14 + sorted(FINAL) * 5
        mixer = Mixer(house.hands(4), CALL, things=range(4), people=range(6))
        mixer.carry_out_until_each_has_succeeded(often, threads=4)

        assert house.call("tests.law.breaches", before) == []
        assert house.call("tests.people.gaps") == []
        assert house.call("tests.shift_world.breaches") == []
        assert mixer.succeeded() == set(verbs)

        untold = house.call("tests.shift_world.offered", 100, numbers)
        house.call("tests.shift_world.cancel_in_silence", untold)
        assert house.call("tests.law.breaches", before) != []


@pytest.mark.parametrize("times", [10, pytest.param(400, marks=pytest.mark.soak)])
def test_no_pair_of_verbs_deadlocks(street: Street, times: int):
    with street.house("postgresql", DATABASE_POOL="48") as house:
        house.call("tests.shift_world.hire", 3)
        for n in range(4):
            house.call("tests.shift_world.draft", 30 + 7 * n)
        verbs = house.call("tests.shift_world.verbs")
        mixer = Mixer(house.hands(2), CALL, things=[0, 0, 0, 1], people=range(2))
        for group in (set(verbs) - FINAL, set(verbs)):
            mixer.let_all_meet(group, times, NAMES, threads=40)
        mixer.carry_out_until_each_has_succeeded(verbs * 20, threads=40)

        assert house.call("tests.people.deadlocks") == 0
        assert min(mixer.met[pair] for pair in product(verbs, verbs)) >= times
        assert mixer.succeeded() == set(verbs)
        assert house.call("tests.people.gaps") == []


def test_who_closes_offers_and_who_notes_their_delivery_do_not_deadlock(street: Street):
    """Both write many offers of one shift."""
    with street.house("postgresql") as house:
        nurses = house.call("tests.shift_world.hire", 20)
        numbers = [nurse["emp_id"] for nurse in nurses]
        shifts = [house.call("tests.shift_world.offered", 48 + 10 * n, numbers) for n in range(40)]
        dice = random.Random(1)
        answers = [("tests.shift_world.accept", [dice.choice(nurses)["id"], shift]) for shift in shifts for _ in "12"]
        notes = [("tests.shift_world.mark_delivered", [shift, numbers[n::4]]) for shift in shifts for n in range(4)]
        # One list, so that neither kind of call runs ahead of the other.
        calls = [call for n in range(len(answers)) for call in (notes[2 * n], answers[n], notes[2 * n + 1])]
        run_together(house.hands(2), [calls[::2], calls[1::2]], threads=6)

        assert house.call("tests.people.deadlocks") == 0
