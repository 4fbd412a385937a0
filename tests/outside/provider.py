"""What the look-alikes of HTTP providers share: latency, outages, and what is scripted for an address."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar, NamedTuple

from aiohttp import web

from tests.outside.door import Door
from tests.outside.journal import Arrival, Journal
from tests.outside.script import Step, first_step

OUTAGES = ("none", "unavailable", "refused", "reset", "stall")
HANG_UPS = ("refused", "reset", "stall")


class Plan(NamedTuple):
    seconds: float
    step: Step


class Provider:
    """`refusals` is by name of a step; `reads_addresses` means that an address may itself be a script."""

    channel: ClassVar[str]
    reads_addresses: ClassVar[bool] = False
    refusals: ClassVar[Mapping[str, Callable[[Step], web.Response]]]

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.door = Door()
        self.reset()

    def reset(self) -> None:
        self.latency_ms: float = 0
        self.outage = "none"
        self.script: dict[str, str] = {}
        self._played: Counter[str] = Counter()

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            match name, value:
                case "latency_ms", int() | float():
                    self.latency_ms = value
                case "outage", str() if value in OUTAGES:
                    self.outage = value
                case "script", dict():
                    self.script |= value
                case _:
                    raise ValueError(f"{self.channel} knows no {name}={value!r}")

    async def answer(
        self,
        request: web.Request,
        arrival: Arrival,
        check: Callable[[], web.Response | None],
        accept: Callable[[], web.Response],
    ) -> web.StreamResponse:
        """What is accepted is on the phone before the answer is on its way, so it stays there if the answer is lost."""
        plan = self.plan(arrival.address)
        name = plan.step.name
        response = None if self.outage != "none" else check()
        if response is None:
            response = self.refusal(plan.step, arrival)
        if response is None and name not in HANG_UPS:
            response = accept()
        if plan.seconds:
            await asyncio.sleep(plan.seconds)
        if name == "stall":
            await asyncio.Event().wait()  # until the client gives up, which cancels this
        if response is None or name == "lost":
            return hang_up(request)
        arrival.code = response.status
        return response

    def refusal(self, step: Step, arrival: Arrival) -> web.Response | None:
        refuse = self.refusals.get(step.name)
        return refuse(step) if refuse else None

    def plan(self, address: str) -> Plan:
        milliseconds = self.latency_ms
        if self.outage != "none":
            return Plan(milliseconds / 1000, Step(self.outage, 0, ""))
        text = self.script.get(address) or (address if self.reads_addresses and ":" in address else "")
        while True:
            step = first_step(text)
            if step.name == "slow":
                milliseconds += step.number
            elif step.name not in ("flaky", "lost"):
                return Plan(milliseconds / 1000, step)
            elif self._played[address] < step.number:
                self._played[address] += 1
                return Plan(milliseconds / 1000, step if step.name == "lost" else Step("unavailable", 0, ""))
            text = step.rest


def hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()  # which nobody reads


def answer_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json", charset="utf-8"
    )


def retry_after(step: Step) -> dict[str, str]:
    return {"Retry-After": str(step.number)} if step.number else {}


def retry_after_date(step: Step) -> dict[str, str]:
    return {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=step.number), usegmt=True)}
