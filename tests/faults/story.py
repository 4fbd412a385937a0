"""A story: people with devices, traffic from other processes, a disturbance, and what everyone ends with."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from tests.house import House
from tests.sockets import PATIENCE_SECONDS, Device

COUNTERS = 4
PEOPLE = 12


@dataclass
class Outcome:
    fault: str
    committed: int
    received: int
    lost: int
    doubled: int
    out_of_order: int
    resets: int
    reconnects: int


OUTCOMES: list[Outcome] = []


async def tell(
    fault: str,
    house: House,
    urls: Sequence[str],
    disturb: Callable[[], Awaitable[Any]],
    *,
    times: int = 200,
    per_second: float = 40,
    patience: float = 40,
) -> Outcome:
    """Run the story; every device must end with a fresh view, by exactly what was committed, once and in order."""
    people = house.call("tests.people.sign_up", PEOPLE)
    ids = [person["id"] for person in people]
    counters = [house.call("tests.sample.services.share", ids[n::COUNTERS]) for n in range(COUNTERS)]
    async with AsyncExitStack() as stack:
        devices = [await stack.enter_async_context(Device(list(urls), person["token"])) for person in people]
        await asyncio.gather(*(asyncio.wait_for(device.is_live.wait(), PATIENCE_SECONDS) for device in devices))
        hands = [house.hand() for _ in range(2)]
        for hand in hands:
            hand.begin([("tests.traffic.keep_adding", [counters, ids, times // 2, per_second / 2])])
        await asyncio.sleep(1)
        await disturb()
        await asyncio.gather(*(asyncio.to_thread(hand.end) for hand in hands))
        heads = house.call("tests.people.heads")
        await asyncio.gather(*(device.reach(heads[id], patience) for id, device in zip(ids, devices, strict=True)))
        views = house.call("tests.traffic.views", ids)
    outcome = _outcome(fault, devices, [heads[id] for id in ids])
    OUTCOMES.append(outcome)
    for id, device in zip(ids, devices, strict=True):
        assert json.dumps(device.view["sample.counter"], sort_keys=True) == json.dumps(
            views[id]["sample.counter"], sort_keys=True
        )
    return outcome


def _outcome(fault: str, devices: Sequence[Device], heads: Sequence[int]) -> Outcome:
    # Everyone's first event, the sharing of her counter, was in the view she began with.
    expected = [set(range(2, head + 1)) for head in heads]
    received = [set(device.offsets) for device in devices]
    return Outcome(
        fault=fault,
        committed=sum(map(len, expected)),
        received=sum(len(device.offsets) for device in devices),
        lost=sum(len(due - got) for due, got in zip(expected, received, strict=True)),
        doubled=sum(len(device.offsets) - len(set(device.offsets)) for device in devices),
        out_of_order=sum(device.offsets != sorted(device.offsets) for device in devices),
        resets=sum(device.resets - 1 for device in devices),
        reconnects=sum(device.reconnects for device in devices),
    )
