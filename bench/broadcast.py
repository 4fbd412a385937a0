"""From commit to push: one unit tells 500 people, who have 750 phones, and a look-alike of FCM takes 80 ms a push.

A hand commits; a worker and a beat, as in production, do the rest. The clock starts when COMMIT has returned, before
the doorbell rings, and stops when the look-alike has a push: one machine, one wall clock.
"""

import time
from statistics import median

from bench.cores import SERVER_CORE, on_core
from bench.plan import Plan
from bench.servers import look_alikes, open_house
from bench.table import Row, below
from tests.house import House, Street
from tests.outside.world import World

PEOPLE = 500
PHONES = 750
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.1


def measure(street: Street, plan: Plan) -> list[Row]:
    with look_alikes() as world, open_house(street, **world.env) as house:
        users = house.call("bench.outbox.sign_up", PEOPLE, PHONES)
        with on_core(SERVER_CORE):
            house.worker()
            house.beat()
        _delays(house, world, users)
        rounds = [_delays(house, world, users) for _ in range(plan.rounds)]
    name = f"broadcast to {PHONES} phones, commit → FCM"
    return [
        Row(f"{name}: first push", "s", [min(delays) for delays in rounds]),
        Row(f"{name}: half of them", "s", [median(delays) for delays in rounds]),
        Row(f"{name}: last push", "s", [max(delays) for delays in rounds], below(2)),
    ]


def _delays(house: House, world: World, users: list[str]) -> list[float]:
    """Seconds from the commit until each phone's push was there."""
    before = _pushes(world)
    committed = house.call("bench.outbox.tell_and_note_commit", users)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _pushes(world) < before + PHONES and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    arrived = {one["address"]: one["at"] - committed for one in reversed(world.journal("fcm", committed))}
    if len(arrived) != PHONES:
        raise RuntimeError(f"{len(arrived)} of {PHONES} phones were pushed to.")
    return list(arrived.values())


def _pushes(world: World) -> int:
    accepted: int = world.counts()["accepted"]
    return accepted
