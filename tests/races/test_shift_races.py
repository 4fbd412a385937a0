"""Employees, coordinators and the clock at the same shift, from several processes, on both engines."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from tests.house import Hand, Street
from tests.races.test_stream_races import run_together

HANDS = 4
ROUNDS = 15

Nurse = dict[str, Any]
Calls = list[tuple[str, list[Any]]]
Answered = tuple[str, list[Any], str]


@dataclass
class Ward:
    hands: list[Hand]

    def call(self, name: str, *arguments: Any) -> Any:
        return self.hands[0].call(f"tests.shift_world.{name}", *arguments)

    def hire(self, count: int) -> list[Nurse]:
        """Employees who say that they are never available: nobody asks them but the test."""
        return self.call("hire", count, False)

    def all_at_once(self, calls: Calls, threads: int = 8) -> list[Answered]:
        """Each call with its answer, which is the code of the refusal where it was refused."""
        shares = [[(f"tests.shift_world.{name}", given) for name, given in calls[n::HANDS]] for n in range(HANDS)]
        answers = run_together(self.hands, shares, threads)
        return [
            (*call, answer)
            for n, of_hand in enumerate(answers)
            for call, (_, answer) in zip(calls[n::HANDS], of_hand, strict=True)
        ]

    def breaches(self) -> list[str]:
        return self.call("breaches") + self.hands[0].call("tests.people.gaps")


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def ward(request: pytest.FixtureRequest, street: Street) -> Iterator[Ward]:
    with street.house(request.param) as house:
        yield Ward(house.hands(HANDS))


def shuffled(calls: Calls, seed: int = 1) -> Calls:
    return random.Random(seed).sample(calls, len(calls))


def spread(ward: Ward) -> tuple[list[Nurse], list[int]]:
    """Some nurses, and shifts at different times that are held out to all of them."""
    nurses = ward.hire(4)
    numbers = [nurse["emp_id"] for nurse in nurses]
    return nurses, [ward.call("offered", 72 + 10 * n, numbers) for n in range(ROUNDS)]


def each_says(yes: str, nurses: list[Nurse], shift: int) -> Calls:
    return [(yes, [nurse["id"], shift]) for nurse in nurses] * 2


def in_turns(
    ward: Ward, shifts: list[int], *, ours: Callable[[int], Calls], theirs: Callable[[int], Calls]
) -> list[Answered]:
    """Shift after shift, in any order. Theirs are quicker, so those for every other shift come a turn later."""
    calls, late = [], []
    for place, shift in enumerate(shifts):
        at_once, later = (theirs(shift), []) if place % 2 else ([], theirs(shift))
        calls += shuffled(ours(shift) + at_once + late, seed=shift)
        late = later
    return ward.all_at_once(calls + late, threads=4)


def winners(done: list[Answered], shift: int) -> set[str]:
    return {given[0] for _, given, answer in done if answer == "won" and given[1] == shift}


def answers_to(done: list[Answered], *names: str) -> Counter[str]:
    return Counter(answer for name, _, answer in done if name in names)


def test_of_200_who_accept_at_once_one_wins_and_every_answer_stays(ward: Ward):
    """Each says yes three times: by a command, by the same command again as its reply was lost, and without one."""
    nurses = ward.hire(200)
    shift = ward.call("offered", 72, [nurse["emp_id"] for nurse in nurses])
    calls = []
    for nurse in nurses:
        command = [nurse["id"], str(uuid7()), shift]
        calls += [("accept_by_command", command)] * 2 + [("accept", [nurse["id"], shift])]
    done = ward.all_at_once(shuffled(calls))

    state = ward.call("state", shift)
    [winner] = [nurse for nurse in nurses if nurse["emp_id"] == state["assignee"]]
    later = ward.all_at_once([call for call in calls if call[1][0] == winner["id"]] + calls[:60])
    for name, (user_id, *_), answer in done + later:
        assert answer == ("won" if user_id == winner["id"] else "shift_taken"), name
    assert Counter(state["offers"].values()) == {"accepted": 1, "taken": 199}
    assert state["offers"][str(winner["emp_id"])] == "accepted"
    assert len(done) == 600
    assert ward.breaches() == []


@pytest.mark.parametrize(
    ("engine", "careless"),
    [("postgresql", "accept_unguarded"), ("sqlite", "accept_after_a_look")],
    ids=["postgresql", "sqlite"],
)
def test_without_the_guards_there_would_be_several_winners(street: Street, engine: str, careless: str):
    """The control: the same crowd, and one nurse with eight offers, by a service that looks and then writes."""
    with street.house(engine) as house:
        ward = Ward(house.hands(HANDS))
        ward.call("drop_the_last_guard")
        nurses = ward.hire(200)
        crowded = ward.call("offered", 72, [nurse["emp_id"] for nurse in nurses])
        overlapping = [ward.call("offered", 101 + n, [nurses[0]["emp_id"]]) for n in range(8)]
        in_the_crowd = ward.all_at_once([(careless, [nurse["id"], crowded]) for nurse in nurses])
        of_one_nurse = ward.all_at_once([(careless, [nurses[0]["id"], shift]) for shift in overlapping])

        assert answers_to(in_the_crowd, careless)["won"] > 1
        assert answers_to(of_one_nurse, careless)["won"] > 1
        assert any("has won" in breach for breach in ward.call("breaches"))
        assert any("at once" in breach for breach in ward.call("breaches"))


def test_who_accepts_eight_overlapping_offers_at_once_gets_one(ward: Ward):
    [nurse] = ward.hire(1)
    shifts = [ward.call("offered", 72 + n, [nurse["emp_id"]]) for n in range(8)]
    done = ward.all_at_once(shuffled([("accept", [nurse["id"], shift]) for shift in shifts] * 3))
    won = {shift for _, (_, shift), answer in done if answer == "won"}
    ward.call("withdraw_overlapping", nurse["emp_id"])

    assert len(won) == 1
    assert answers_to(done, "accept") == {"won": 3, "not_eligible": 21}
    assert ward.call("statuses_of", nurse["id"]) == {
        str(shift): "accepted" if shift in won else "withdrawn" for shift in shifts
    }
    assert ward.breaches() == []


def test_a_yes_against_a_cancellation(ward: Ward):
    """Whichever comes first: nobody works it."""
    nurses, shifts = spread(ward)
    done = in_turns(
        ward,
        shifts,
        ours=lambda shift: each_says("accept", nurses, shift),
        theirs=lambda shift: [("cancel", [shift])] * 2,
    )

    assert answers_to(done, "cancel") == {"cancelled": 2 * ROUNDS}
    assert answers_to(done, "accept").keys() <= {"won", "shift_taken", "offer_withdrawn"}
    for shift in shifts:
        state = ward.call("state", shift)
        assert len(winners(done, shift)) <= 1
        assert (state["status"], state["assignee"]) == ("cancelled", None)
        assert set(state["offers"].values()) <= {"withdrawn", "taken"}
    assert ward.breaches() == []


def test_a_yes_against_the_clock(ward: Ward):
    """Whichever comes first: it is hers, or nobody's and all offers have expired."""
    nurses, shifts = spread(ward)
    yes = "accept_a_minute_before"
    done = in_turns(
        ward,
        shifts,
        ours=lambda shift: each_says(yes, nurses, shift),
        theirs=lambda shift: [("let_it_begin", [shift])] * 2,
    )

    for shift in shifts:
        state, won = ward.call("state", shift), winners(done, shift)
        said = {answer for name, given, answer in done if name == yes and given[1] == shift}
        numbers = [nurse["emp_id"] for nurse in nurses if nurse["id"] in won]
        assert said <= ({"won", "shift_taken"} if won else {"offer_expired"})
        assert [state["assignee"]] == (numbers or [None])
        assert state["status"] == ("assigned" if won else "unfilled")
        assert set(state["offers"].values()) == ({"accepted", "taken"} if won else {"expired"})
    assert answers_to(done, "let_it_begin") == {"begun": 2 * ROUNDS}
    assert ward.breaches() == []


def test_who_drops_a_shift_against_a_coordinator_who_gives_it_to_another(ward: Ward):
    """The drop always counts; the other has it if she was asked after that."""
    one, other = ward.hire(2)
    shifts = [ward.call("assigned", 72 + 10 * n, one["emp_id"]) for n in range(ROUNDS)]
    done = in_turns(
        ward,
        shifts,
        ours=lambda shift: [("drop", [one["id"], shift])] * 2,
        theirs=lambda shift: [("assign", [other["emp_id"], shift])] * 2,
    )

    assert answers_to(done, "drop") == {"dropped": 2 * ROUNDS}
    assert answers_to(done, "assign").keys() <= {"assigned", "shift_taken"}
    for shift in shifts:
        state = ward.call("state", shift)
        is_assigned = any(given[1] == shift and answer == "assigned" for _, given, answer in done)
        expected = ("assigned", other["emp_id"]) if is_assigned else ("open", None)
        assert (state["status"], state["assignee"]) == expected
        assert state["offers"][str(one["emp_id"])] == "dropped"
    assert ward.breaches() == []
