"""Every verb of shifts against every other, by several processes: views stay true, nobody deadlocks."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from tests.house import Hand, Street
from tests.races.test_stream_races import run_together

TRIES = 400
FINAL = {"cancel", "leave_and_return"}  # after these there is little left to contend for: they come last

Call = dict[str, Any]


def mixed(verbs: Iterable[str], shifts: Sequence[int], employees: Sequence[int], seed: int) -> list[tuple[str, Any]]:
    """In any order, each on one of the shifts and one of the employees."""
    dice = random.Random(seed)
    calls = [("tests.shift_world.call", [verb, dice.choice(shifts), dice.choice(employees)]) for verb in verbs]
    dice.shuffle(calls)
    return calls


def carry_out(hands: list[Hand], calls: list[tuple[str, Any]], threads: int) -> list[Call]:
    shares = [calls[n :: len(hands)] for n in range(len(hands))]
    answers = [answer for hand in run_together(hands, shares, threads) for answer in hand]
    assert [result for outcome, result in answers if outcome == "no"] == []
    return [result for _, result in answers]


def meetings(calls: list[Call]) -> Counter[tuple[str, str]]:
    """How often a call of one verb met a call of another: on the same shift or employee, at the same time."""
    met: Counter[tuple[str, str]] = Counter()
    calls = sorted(calls, key=lambda call: call["began"])
    for place, one in enumerate(calls):
        for other in calls[place + 1 :]:
            if other["began"] > one["ended"]:
                break
            if one["shift"] == other["shift"] or one["employee"] == other["employee"]:
                met[one["verb"], other["verb"]] += 1
                met[other["verb"], one["verb"]] += 1
    return met


def test_the_law_holds_whatever_is_done_to_shifts(street: Street):
    with street.house("postgresql") as house:
        nurses = house.call("tests.shift_world.hire", 6)
        numbers = [nurse["emp_id"] for nurse in nurses]
        for n in range(5):
            house.call("tests.shift_world.offered", 30 + 7 * n, numbers[n:])
        before = house.call("tests.law.remember", [nurse["id"] for nurse in nurses])
        verbs = house.call("tests.shift_world.verbs")
        often = [verb for verb in verbs if verb not in FINAL] * 14 + sorted(FINAL) * 5
        done = carry_out(house.hands(4), mixed(often, range(4), range(6), seed=2), threads=4)

        assert house.call("tests.law.breaches", before) == []
        assert house.call("tests.people.gaps") == []
        assert house.call("tests.shift_world.breaches") == []
        assert {call["verb"] for call in done if call["outcome"] == "ok"} == set(verbs)

        untold = house.call("tests.shift_world.offered", 100, numbers)
        house.call("tests.shift_world.cancel_in_silence", untold)
        assert house.call("tests.law.breaches", before) != []


def test_no_pair_of_verbs_deadlocks(street: Street):
    with street.house("postgresql", DATABASE_POOL="48") as house:
        house.call("tests.shift_world.hire", 3)
        for n in range(4):
            house.call("tests.shift_world.draft", 30 + 7 * n)
        verbs = house.call("tests.shift_world.verbs")
        hands = house.hands(2)
        met: Counter[tuple[str, str]] = Counter()
        done: list[Call] = []
        for group in (set(verbs) - FINAL, set(verbs)):
            while few := {verb for pair in product(group, group) if met[pair] < TRIES for verb in pair}:
                calls = mixed(sorted(few) * 60, [0, 0, 0, 1], range(2), seed=len(done))
                done += (round := carry_out(hands, calls, threads=40))
                met += meetings(round)

        assert house.call("tests.people.deadlocks") == 0
        assert min(met[pair] for pair in product(verbs, verbs)) >= TRIES
        assert {call["verb"] for call in done if call["outcome"] == "ok"} == set(verbs)
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
