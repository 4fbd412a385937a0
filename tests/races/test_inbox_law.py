"""Every verb of the inbox against every other, by several processes: views stay true, nobody deadlocks."""

import random

import pytest

from tests.house import Hand, House, Street
from tests.races.test_stream_races import run_together

HANDS = 4
CALLS = 40


def random_calls(verbs: list[str], people: list[str], seed: int) -> list[tuple[str, list[object]]]:
    dice = random.Random(seed)
    numbers = (seed * CALLS + n + 20 for n in range(CALLS))
    return [
        ("tests.inbox_world.call", [dice.choice(verbs), dice.sample(people, dice.randint(1, len(people))), number])
        for number in numbers
    ]


def settle_in(house: House, count: int) -> list[str]:
    """People with two phones each."""
    people = [person["id"] for person in house.call("tests.people.sign_up", count)]
    house.call("tests.inbox_world.give_phones", people)
    return people


def live(house: House, hands: list[Hand], people: list[str]) -> None:
    verbs = house.call("tests.inbox_world.verbs")
    calls = [random_calls(verbs + ["tell", "deliver"] * 4, people, seed) for seed in range(len(hands))]
    answers = run_together(hands, calls)

    assert [result for hand in answers for outcome, result in hand if outcome == "no"] == []


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_the_law_holds_whatever_is_done_to_notices(street: Street, engine):
    with street.house(engine, FIREBASE_CREDENTIALS="{}") as house:
        people = settle_in(house, 5)
        for number in range(20):
            house.call("tests.inbox_world.tell", people, number)
        before = house.call("tests.law.remember", people)
        live(house, house.hands(HANDS), people)

        assert house.call("tests.law.breaches", before) == []
        assert house.call("tests.people.gaps") == []
        assert min(house.call("tests.inbox_world.deliver_all").values()) > 20
        assert house.call("tests.inbox_world.breaches") == []

        house.call("tests.inbox_world.tell", people, 10_000)
        house.call("tests.inbox_world.mark_read_in_silence", people[0])
        assert house.call("tests.law.breaches", before) != []
        assert house.call("tests.inbox_world.breaches") != []


def test_the_law_holds_when_there_is_more_than_the_window_shows(street: Street):
    with street.house("postgresql", FIREBASE_CREDENTIALS="{}") as house:
        people = settle_in(house, 2)
        before = house.call("tests.law.remember", people)
        for number in range(70):
            house.call("tests.inbox_world.tell", people, number)
        halfway = house.call("tests.law.remember", people)
        live(house, house.hands(HANDS), people)

        assert house.call("tests.law.breaches", before) == []
        assert house.call("tests.law.breaches", halfway) == []


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.soak)])
def test_no_pair_of_verbs_deadlocks(street: Street, rounds: int):
    with street.house("postgresql", DATABASE_POOL="24", FIREBASE_CREDENTIALS="{}") as house:
        people = settle_in(house, 2)
        for number in range(20):
            house.call("tests.inbox_world.tell", people, number)
        hands = house.hands(2)
        verbs = house.call("tests.inbox_world.verbs")
        for seed in range(rounds):
            calls = [random_calls(verbs * 3, people, seed * 2 + place) for place in range(2)]
            run_together(hands, calls, threads=12)

        assert house.call("tests.people.deadlocks") == 0
