"""Owners, professionals and the clock at the same report, from several processes, on both engines."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest

from tests.house import Hand, House, Street
from tests.races.test_stream_races import run_together

HANDS = 4
ROUNDS = 10  # two against each rival
CROWD = 21  # a multiple of three: each change is for those whom it brings within reach
PROFESSIONALS = 50
DEVICES = 12  # of one owner, each with an estimate of its own choice

Calls = list[tuple[str, list[Any]]]


@dataclass(frozen=True)
class Answered:
    name: str
    given: list[Any]
    is_ok: bool
    answer: Any  # or the code of the refusal


@dataclass
class Town:
    house: House
    hands: list[Hand]

    def call(self, name: str, *arguments: Any) -> Any:
        return self.house.call(f"tests.dispatch_world.{name}", *arguments)

    def all_at_once(self, calls: Calls, threads: int = 4) -> list[Answered]:
        shares = [[(f"tests.dispatch_world.{name}", given) for name, given in calls[n::HANDS]] for n in range(HANDS)]
        answers = run_together(self.hands, shares, threads)
        return [
            Answered(*call, outcome == "ok", answer)
            for n, of_hand in enumerate(answers)
            for call, (outcome, answer) in zip(calls[n::HANDS], of_hand, strict=True)
        ]

    def breaches(self) -> list[str]:
        return self.house.call("tests.dispatch_laws.breaches") + self.house.call("tests.people.gaps")


@contextmanager
def town_on(street: Street, engine: str, **limits: str) -> Iterator[Town]:
    with street.house(engine, **limits) as house:
        yield Town(house, house.hands(HANDS))


def shuffled(calls: Calls, seed: int = 1) -> Calls:
    return random.Random(seed).sample(calls, len(calls))


def refusals(done: list[Answered]) -> set[str]:
    return {one.answer for one in done if not one.is_ok}


both_engines = pytest.mark.parametrize("engine", ["postgresql", "sqlite"])


# Whom to ask

# Many units to hand out one report, and nothing that ends it but an acceptance.
ASKING = {"DISPATCH_LOT": "5", "DISPATCH_ENOUGH_ESTIMATES": "1000"}

CHANGES = ["go_and_come", "move", "learn"]  # what brings each who is out of reach within it

MAY_BE_REFUSED = {
    "not_found",  # not asked yet
    "request_ceased",
    "estimate_pending",
    "estimate_declined",
    "estimate_accepted",
    "report_assigned",
}


def all_that_asks(reports: list[str], users: list[str], dice: random.Random) -> Calls:
    """And all that changes whom to ask, or what became of it."""
    of_reports: Calls = [(name, [report]) for report in reports for name in ["go_on", "redistribute", "remind"] * 4]
    revisions: Calls = [("revise", [report, number]) for report in reports for number in range(3)]
    changes: Calls = [(change, [user]) for user, change in zip(users, cycle(CHANGES), strict=False)]
    verbs = ["look", "submit", "answer_and_think_better_of_it", "say_no"]
    replies: Calls = [(dice.choice(verbs), [user, report]) for user in users for report in reports]
    return shuffled(of_reports + revisions + [("go_on_everywhere", [])] * 8 + changes + replies)


@both_engines
def test_nobody_is_asked_twice_and_nobody_after_an_estimate_was_accepted(street: Street, engine: str):
    """Half of the professionals fit from the beginning; the others come while the reports are handed out."""
    with town_on(street, engine, **ASKING) as town:
        users = town.call("settle", CROWD) + town.call("settle_out_of_reach", CROWD)
        reports = [town.call("open_report", town.call("owner")) for _ in range(2)]
        before = town.house.call("tests.law.remember", users)
        dice = random.Random(1)
        done = town.all_at_once(all_that_asks(reports, users, dice))
        town.all_at_once([("redistribute", [report]) for report in reports])

        assert refusals(done) <= MAY_BE_REFUSED
        for report in reports:
            asked = town.call("asked_of", report)
            assert (asked.keys(), sum(asked.values())) == ({"near", "newcomer"}, len(users))
            assert town.call("left_out", report) == []
        assert town.breaches() == []

        later = all_that_asks(reports, users[:10] + town.call("settle", 10), dice)
        accepts: Calls = [("accept_any", [report]) for report in reports] * 3
        ended = town.all_at_once(later[:40] + shuffled(later[40:] + accepts))

        assert refusals(ended) <= MAY_BE_REFUSED | {"estimate_withdrawn"}
        assert [town.call("accept_any", report) for report in reports] == ["accepted"] * len(reports)
        assert town.breaches() == []
        assert town.house.call("tests.law.breaches", before) == []


@both_engines
def test_without_the_guards_somebody_would_be_asked_twice(street: Street, engine: str):
    """The control: the same crowd, by a distribution that looks and then writes."""
    with town_on(street, engine) as town:
        town.call("drop_guard", "estimaterequest", "asked_once")
        town.call("settle", 10)
        report = town.call("open_report", town.call("owner"))
        town.all_at_once([("ask_after_a_look", [report])] * 4 * HANDS)

        assert any("was asked" in breach for breach in town.breaches())
        assert any("was heard" in breach for breach in town.breaches())


# Whose estimate is accepted

# Who is at the report besides its owner's devices: what they may be told of an estimate that is not accepted, and how
# the report may end.
RIVALS = {
    "nobody": ({"report_assigned"}, {"in_progress"}),
    "withdraw": ({"report_assigned", "estimate_withdrawn"}, {"in_progress"}),
    "decline": ({"report_assigned", "estimate_declined"}, {"in_progress"}),
    "cancel": ({"report_assigned", "report_closed"}, {"cancelled"}),
    "expire": ({"report_assigned", "report_closed"}, {"in_progress", "expired"}),
}

BEFORE = ["estimate_requested", "estimate_submitted", "request_answered"]
GONE = "Report No Longer Available"

# By what became of an estimate, and why: what its professional heard before the end, and what she reads.
ENDS = {
    ("accepted", ""): (["estimate_accepted"], ["Estimate Accepted!"]),
    ("declined", "rival"): (["estimate_declined"], [GONE]),
    ("declined", "report"): (["estimate_declined"], [GONE]),
    ("declined", "owner"): (["estimate_declined"], ["Estimate Declined"]),
    ("withdrawn", ""): (["estimate_withdrawn", "request_reopened"], [GONE]),
}


@both_engines
def test_of_50_estimates_one_is_accepted_and_everybody_hears_the_truth(street: Street, engine: str):
    with town_on(street, engine) as town:
        contend(town, ROUNDS)


@both_engines
def test_without_the_guards_several_would_be_accepted(street: Street, engine: str):
    """The control: the same devices, by a service that looks and then writes. It may deadlock, too."""
    with town_on(street, engine) as town:
        town.call("drop_guard", "estimate", "one_accepted_estimate")
        report = town.call("open_with_estimates", town.call("settle", PROFESSIONALS))
        done = town.all_at_once([("accept_after_a_look", [id]) for id in ids_of(town, report)[: 4 * HANDS]])

        assert refusals(done) <= {"report_assigned", "busy"}
        assert sum(one.is_ok for one in done) > 1
        assert any("accepted" in breach for breach in town.breaches())


def contend(town: Town, rounds: int) -> None:
    """Report after report: an owner's devices accept different estimates at once, and others do what they may."""
    dice = random.Random(rounds)
    users = town.call("settle", PROFESSIONALS)
    opened = town.all_at_once([("open_with_estimates", [users])] * rounds, threads=1)
    rival_of = {one.answer: rival for one, rival in zip(opened, cycle(RIVALS), strict=False)}
    calls: Calls = []
    for report, rival in rival_of.items():
        ids = ids_of(town, report)
        accepts: Calls = [("accept", [id]) for id in dice.sample(ids, DEVICES)] * 2
        calls += shuffled(accepts + against(rival, report, ids, dice), seed=len(calls))
    owners = [town.call("owner_of", report) for report in rival_of]
    before = town.house.call("tests.law.remember", users + owners)
    done = town.all_at_once(calls)
    again = town.all_at_once([call for call in calls if call[0] == "accept"])

    for report, rival in rival_of.items():
        estimates = town.call("estimates_of", report)
        may_be_refused, may_end = RIVALS[rival]
        status = town.call("status_of", report)
        assert status in may_end
        for answers in (done, again):
            assert_the_answers_are_true(answers, estimates, may_be_refused)
        assert_all_have_heard(town.house.call("tests.dispatch_laws.stories_of", report), estimates, status)
    assert town.breaches() == []
    assert town.house.call("tests.law.breaches", before) == []


def ids_of(town: Town, report: str) -> list[str]:
    return [estimate["id"] for estimate in town.call("estimates_of", report)]


def against(rival: str, report: str, ids: list[str], dice: random.Random) -> Calls:
    match rival:
        case "withdraw" | "decline":
            return [(rival, [id]) for id in dice.sample(ids, len(ids) // 3)]
        case "cancel" | "expire":
            return [(rival, [report])] * 2
    return []


def assert_the_answers_are_true(
    done: list[Answered], estimates: list[dict[str, str]], may_be_refused: set[str]
) -> None:
    """Who hears that an estimate is accepted or withdrawn finds it so; and nothing else was accepted."""
    status_of = {estimate["id"]: estimate["status"] for estimate in estimates}
    about = [one for one in done if one.given[0] in status_of]
    accepts = [one for one in about if one.name == "accept"]
    winners = [id for id, status in status_of.items() if status == "accepted"]
    assert {one.given[0] for one in accepts if one.is_ok} == set(winners)
    assert refusals(accepts) <= may_be_refused
    for one in about:
        if one.is_ok and one.name in ("accept", "withdraw", "decline"):
            assert status_of[one.given[0]] == one.answer


def assert_all_have_heard(stories: dict[str, Any], estimates: list[dict[str, str]], status: str) -> None:
    is_assigned = any(estimate["status"] == "accepted" for estimate in estimates)
    end = ["report_assigned"] * is_assigned + [f"report_{status}"] * (status != "in_progress")
    for estimate in estimates:
        heard, told = ENDS[estimate["status"], estimate["because"]]
        lost_job = ["Job Cancelled"] * (estimate["status"] == "accepted" and status == "cancelled")
        assert stories.pop(estimate["user"]) == {"heard": BEFORE + heard + end, "told": told + lost_job}
    [owner] = stories.values()
    assert [name for name in owner["heard"] if name.startswith("report_")][-len(end) :] == end
    for verdict in ("accepted", "declined", "withdrawn"):
        heard = owner["heard"].count(f"estimate_{verdict}")
        assert heard == sum(estimate["status"] == verdict for estimate in estimates)
    assert owner["told"] == {"in_progress": ["Estimate Accepted!"], "expired": ["Report Expired"]}.get(status, [])
