"""Scenarios, and one run of them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.drivers import Driver
from conformance.server import served
from conformance.stage import Stage
from conformance.verdict import Failed, LeftOut

LONGEST_SECONDS = 90

Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    play: Play
    rule: int
    time_factor: float

    @property
    def name(self) -> str:
        return self.play.__name__

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Terms:
    patience: float = 10.0  # seconds for what must happen
    slack: float = 0.3  # seconds that a busy machine may add to a wait
    files: Mapping[str, Path] = field(default_factory=dict)  # directories that are served, by the path they have there


@dataclass(frozen=True)
class Result:
    scenario: Scenario
    outcome: str  # holds, fails, left out
    reason: str
    seconds: float


REGISTERED: dict[str, Scenario] = {}


def scenario(rule: int, *, time_factor: float = 0.1) -> Callable[[Play], Play]:
    """`rule` is a line of the checklist of docs/protocol.md; the factor shortens what the client waits by itself."""

    def registered(play: Play) -> Play:
        REGISTERED[play.__name__] = Scenario(play, rule, time_factor)
        return play

    return registered


async def run(scenario: Scenario, driver: Driver, terms: Terms) -> Result:
    stage = Stage(driver, time_factor=scenario.time_factor, patience=terms.patience, slack=terms.slack)
    began = stage.now()
    outcome, reason = "holds", ""
    try:
        async with asyncio.timeout(LONGEST_SECONDS), served(stage, terms.files):
            try:
                await scenario.play(stage)
            finally:
                stage.end()
                with contextlib.suppress(Failed):
                    await driver.do({"do": "close"})
        if stage.faults:
            outcome, reason = "fails", stage.faults[0]
    except LeftOut as lacking:
        outcome, reason = "left out", str(lacking)
    except Failed as failed:
        outcome, reason = "fails", str(failed)
    except TimeoutError:
        outcome, reason = "fails", f"not over after {LONGEST_SECONDS} s"
    return Result(scenario, outcome, reason, stage.now() - began)


async def run_all(
    scenarios: Iterable[Scenario], driver: Driver, terms: Terms, show: Callable[[Result], None]
) -> list[Result]:
    results = []
    for one in scenarios:
        result = await run(one, driver, terms)
        show(result)
        results.append(result)
    return results
