"""static/stream.js in Chromium, held against docs/protocol.md by the conformance kit."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.drivers import Child
from conformance.running import Result, Scenario, Terms, run
from conformance.scenarios import SCENARIOS
from tests.browser import tabs

ROOT = Path(__file__).resolve().parent.parent.parent
TERMS = Terms(slack=1.5, patience=20, files={"/static": ROOT / "static", "/kit": ROOT / "tests/conformance/page"})
CHROMIUMS = 2
OF_TABS = {play.__name__: Scenario(play, rule=0, time_factor=0.1) for play in tabs.PLAYS}


async def results_of(scenarios: dict[str, Scenario]) -> dict[str, Result]:
    """Several browsers take them from one pile."""
    pile = list(reversed(scenarios.items()))
    results = {}

    async def work() -> None:
        child = Child(f"{sys.executable} -m tests.conformance.chromium")
        while pile:
            name, scenario = pile.pop()
            results[name] = await run(scenario, child, TERMS)
        await child.end()

    await asyncio.gather(*(work() for _ in range(CHROMIUMS)))
    return results


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[str, Result]:
    """Of the scenarios that were asked for, all at once. In a thread, since Playwright has a loop in this one."""
    of_this_module = [item for item in request.session.items if isinstance(item, pytest.Function)]
    wanted = {item.callspec.params["name"] for item in of_this_module if item.module is request.module}
    scenarios = {name: scenario for name, scenario in (SCENARIOS | OF_TABS).items() if name in wanted}
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, results_of(scenarios)).result()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_reference_client_keeps_the_checklist(results: dict[str, Result], name: str) -> None:
    assert (results[name].outcome, results[name].reason) == ("holds", "")


@pytest.mark.parametrize("name", OF_TABS)
def test_tabs_share_what_they_keep(results: dict[str, Result], name: str) -> None:
    assert (results[name].outcome, results[name].reason) == ("holds", "")
