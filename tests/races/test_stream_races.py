"""Writers in several processes on the same streams: offsets stay dense, views stay true, nobody deadlocks."""

import itertools
import random
import time

import pytest

from tests.house import Hand, House

HANDS = 4


def run_together(hands: list[Hand], calls_of_hands, threads: int = 4):
    """Each hand its calls, all from the same moment on."""
    at = time.time() + 0.1
    for hand, calls in zip(hands, calls_of_hands, strict=True):
        hand.begin(calls, threads=threads, at=at)
    return [hand.end() for hand in hands]


def random_calls(people, counters, count: int, seed: int):
    dice = random.Random(seed)
    acts = ["add"] * 6 + ["leave", "join", "rename_one", "share_two"]
    calls = []
    for _ in range(count):
        counter, one, two = dice.choice(counters), *dice.sample(people, 2)
        act = dice.choice(acts)
        arguments = {"rename_one": [counter, f"name {dice.random()}"], "share_two": [one, two]}.get(act, [counter, one])
        calls.append((f"tests.sample.services.{act}", arguments))
    return calls


def test_the_law_holds_with_concurrent_writers(house_of_each_engine: House):
    house = house_of_each_engine
    people = [person["id"] for person in house.call("tests.people.sign_up", 6)]
    counters = [house.call("tests.sample.services.share", people[n:]) for n in range(3)]
    before = house.call("tests.law.remember", people)
    answers = run_together(house.hands(HANDS), [random_calls(people, counters, 60, seed) for seed in range(HANDS)])
    outcomes = [outcome for hand in answers for outcome in hand]

    assert house.call("tests.law.breaches", before) == []
    assert house.call("tests.people.gaps") == []
    assert {result for outcome, result in outcomes if outcome == "no"} <= {"not_a_member", "already_a_member"}
    assert sum(outcome == "ok" for outcome, _ in outcomes) > 100


def test_rendering_before_the_heads_would_break_the_law(street):
    """The negative control: the same writers, with what is published rendered when it is published."""
    with street.house("postgresql") as house:
        people = [person["id"] for person in house.call("tests.people.sign_up", 4)]
        counter = house.call("tests.sample.services.share", people)
        before = house.call("tests.law.remember", people)
        adds = [[("tests.sample.early.add", [counter, people[n]])] * 40 for n in range(HANDS)]
        answers = run_together(house.hands(HANDS), adds)

        assert {outcome for hand in answers for outcome, _ in hand} == {"ok"}
        assert house.call("tests.law.breaches", before) != []


@pytest.mark.parametrize("times", [10, pytest.param(400, marks=pytest.mark.soak)])
def test_no_pair_of_services_deadlocks(street, times):
    with street.house("postgresql") as house:
        people = [person["id"] for person in house.call("tests.people.sign_up", 4)]
        counters = [house.call("tests.sample.services.share", people) for _ in range(2)]
        acts = {
            "add": lambda n: ("tests.sample.services.add", [counters[n % 2], people[n % 4]]),
            "rename": lambda n: ("tests.sample.services.rename_one", [counters[n % 2], f"name {n}"]),
            "leave": lambda n: ("tests.sample.services.leave", [counters[n % 2], people[n % 4]]),
            "share": lambda n: ("tests.sample.services.share_two", [people[n % 4], people[(n + 1) % 4]]),
        }
        hands = house.hands(2)
        for one, other in itertools.combinations_with_replacement(acts.values(), 2):
            run_together(hands, [[one(n) for n in range(times)], [other(3 - n % 4) for n in range(times)]], threads=8)

        assert house.call("tests.people.deadlocks") == 0


@pytest.mark.parametrize("readers", [1, 8])
def test_offsets_are_dense_and_in_commit_order(house_of_each_engine: House, readers):
    house = house_of_each_engine
    people = [person["id"] for person in house.call("tests.people.sign_up", 8)]
    shares = [[("tests.sample.services.share", [people[:readers]])] * 25 for _ in range(HANDS)]
    run_together(house.hands(HANDS), shares)

    assert house.call("tests.people.gaps") == []
    assert house.call("tests.people.heads") == dict.fromkeys(people[:readers], 100)
