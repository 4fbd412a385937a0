"""Pushes a second, and what each costs the process that sends it, to a look-alike of FCM that takes 80 ms to answer.

Our sender alone, a worker that empties its lane, and the sender of the SDK take turns on the server's core. The
look-alike has the load client's core; PostgreSQL shares both, and its work is not counted as the worker's.
"""

from collections.abc import Sequence

from bench.cores import SERVER_CORE, on_core
from bench.cost import Cost, cpu_milliseconds, per_second
from bench.plan import Plan
from bench.servers import look_alikes, open_house
from bench.table import Row, Target, at_least, below, ratio
from tests.house import Hand, House, Street

DUE_PER_SECOND = 1000  # more than a worker sends


def measure(street: Street, plan: Plan) -> list[Row]:
    with look_alikes() as world, open_house(street, **world.env) as house:
        with on_core(SERVER_CORE):
            ours, worker, sdk = house.hands(3)
        _alone(ours, plan.warm_up)
        _with_bookkeeping(house, worker, plan.warm_up)
        _send_each(sdk, plan.warm_up)
        alone, kept, peers = [], [], []
        for _ in range(plan.rounds):
            alone.append(_alone(ours, plan.seconds))
            kept.append(_with_bookkeeping(house, worker, plan.seconds))
            peers.append(_send_each(sdk, plan.seconds))
    return [*_rows(alone, kept, peers)]


def _alone(hand: Hand, seconds: float) -> Cost:
    cost: Cost = hand.call("bench.outbox.push", seconds)
    return cost


def _with_bookkeeping(house: House, worker: Hand, seconds: float) -> Cost:
    deliveries = int(seconds * DUE_PER_SECOND)
    users = house.call("bench.outbox.sign_up", deliveries, deliveries)
    house.call("bench.outbox.tell_and_plan", users)
    cost: Cost = worker.call("bench.outbox.drain")
    if cost["count"] != deliveries:
        raise RuntimeError(f"{deliveries} deliveries were due, {cost['count']} calls were made.")
    return cost


def _send_each(hand: Hand, seconds: float) -> Cost:
    cost: Cost = hand.call("bench.peers.send_each.push", seconds)
    return cost


def _rows(alone: Sequence[Cost], kept: Sequence[Cost], peers: Sequence[Cost]) -> list[Row]:
    sender = _rate("push, sender alone", alone, at_least(850))
    sdk = _rate("push, send_each of the SDK", peers)
    cpu_of_sender = _cpu("push, sender alone", alone, below(0.5))
    cpu_of_sdk = _cpu("push, send_each of the SDK", peers)
    return [
        sender,
        cpu_of_sender,
        _rate("push, with bookkeeping", kept, at_least(600)),
        _cpu("push, with bookkeeping", kept, below(1)),
        sdk,
        cpu_of_sdk,
        ratio("push, sender alone ÷ send_each", sender, sdk),
        ratio("push, sender alone ÷ send_each: CPU of a push", cpu_of_sender, cpu_of_sdk),
    ]


def _rate(name: str, costs: Sequence[Cost], target: Target | None = None) -> Row:
    return Row(name, "pushes/s", [per_second(cost) for cost in costs], target)


def _cpu(name: str, costs: Sequence[Cost], target: Target | None = None) -> Row:
    return Row(f"{name}: CPU of a push", "ms", [cpu_milliseconds(cost) for cost in costs], target)
