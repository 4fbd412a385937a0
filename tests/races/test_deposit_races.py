"""Owners who pay a deposit while the professional gives the job back, from several processes."""

import random
from typing import Any

from tests.house import Street
from tests.races.test_stream_races import run_together

HANDS = 2
JOBS = 8


def test_whoever_is_first_nothing_is_kept_of_a_job_that_was_given_back(street: Street) -> None:
    with street.house("postgresql", DEPOSIT_GATEWAY="cash") as house:
        [user] = house.call("tests.dispatch_world.settle", 1)
        jobs = [house.call("tests.deposit_world.accepted", user) for _ in range(JOBS)]
        paid, unpaid = jobs[: JOBS // 2], jobs[JOBS // 2 :]
        for job in paid:
            house.call("tests.deposit_world.pay", job)

        verbs = ["deposit_world.pay", "deposit_world.give_back", "deposit_world.begin_anew"]
        calls: list[tuple[str, list[Any]]] = [(f"tests.{verb}", [job]) for job in jobs for verb in verbs * 2]
        calls += [("tests.payment_world.carry_out", [])] * HANDS
        random.Random(1).shuffle(calls)
        done = run_together(house.hands(HANDS), [calls[n::HANDS] for n in range(HANDS)], 4)
        house.call("tests.deposit_world.carry_out_the_rest")

        refusals = {answer for of_hand in done for outcome, answer in of_hand if outcome == "no"}
        assert refusals <= {"payment_over", "deposit_not_due"}
        outcomes = house.call("tests.deposit_world.outcomes")
        assert [status for status, _ in outcomes[: len(paid)]] == ["refunded"] * len(paid)
        assert {status for status, _ in outcomes[len(paid) :]} <= {"refunded", "cancelled"}
        assert [kept for _, kept in outcomes] == [0] * len(paid + unpaid)
        assert house.call("tests.dispatch_laws.breaches") == []
