"""One slot that everybody wants: how many bookings a second, with all that is written and told of each.

Four processes book the same slot, one reservation after the other, each for somebody else; in turns with the least
that does not oversell: a conditional UPDATE of the counter and an INSERT of the row. PostgreSQL waits for the disk.
"""

import time

from bench.cost import Cost, cpu_milliseconds
from bench.plan import Plan
from bench.servers import open_house
from bench.table import Row, at_least, ratio
from tests.house import Hand, House, Street

DESKS = 4
FASTEST = 1000  # bookings a second of a process: as many people are there
VERBS = ("book", "book_barely")

Rounds = dict[str, list[list[Cost]]]


def measure(street: Street, plan: Plan) -> list[Row]:
    with open_house(street) as house:
        rounds = _in_turns(house, plan)
    ours, barely = (
        Row(what, "/s", [sum(cost["count"] for cost in one) / _longest(one) for one in rounds[verb]])
        for what, verb in zip(["bookings of one slot", "conditional UPDATE + INSERT"], VERBS, strict=True)
    )
    cpu = [sum(map(cpu_milliseconds, one)) / DESKS for one in rounds["book"]]
    return [
        ours,
        barely,
        ratio("bookings ÷ conditional UPDATE + INSERT", ours, barely, at_least(0.3)),
        Row("a booking: CPU of its process", "ms", cpu),
    ]


def _in_turns(house: House, plan: Plan) -> Rounds:
    service = house.call("bench.seats.open_shop")
    hands = [house.hand() for _ in range(DESKS)]
    users = house.call("bench.outbox.sign_up", int(DESKS * FASTEST * max(plan.seconds, plan.warm_up)), 0)
    rounds: Rounds = {verb: [] for verb in VERBS}
    for number in range(plan.rounds + 1):
        for place, verb in enumerate(VERBS):
            start_at = house.call("bench.seats.open_slot", service, number * len(VERBS) + place)
            rounds[verb].append(_round(hands, verb, users, service, start_at, plan.seconds if number else plan.warm_up))
    counted, rows = house.call("bench.seats.booked", service)
    if counted != rows:
        raise RuntimeError(f"{rows} reservations were made, and {counted} seats counted.")
    return {verb: of_verb[1:] for verb, of_verb in rounds.items()}


def _round(hands: list[Hand], verb: str, users: list[str], service: str, start_at: str, seconds: float) -> list[Cost]:
    for n, hand in enumerate(hands):
        hand.begin([(f"bench.seats.{verb}", (users[n::DESKS], service, start_at, seconds))], at=time.time() + 1)
    done = [hand.end()[0] for hand in hands]
    if failed := [result for outcome, result in done if outcome != "ok"]:
        raise RuntimeError(failed)
    return [cost for _, cost in done]


def _longest(costs: list[Cost]) -> float:
    return max(cost["seconds"] for cost in costs)
