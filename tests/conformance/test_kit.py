"""The kit itself: who keeps the checklist passes, and who breaks a rule fails where that is asked for."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from conformance.example.client import Client
from conformance.example.connection import Frame
from conformance.example.driver import Driver
from conformance.running import Result, Terms, run
from conformance.scenarios import SCENARIOS
from tests.conformance.wrong import WRONG

AT_ONCE = 12
RIGHT = [(name, Client) for name in SCENARIOS]
Case = tuple[str, type[Client]]


async def results_of(cases: Iterable[Case], terms: Terms) -> dict[Case, Result]:
    places = asyncio.Semaphore(AT_ONCE)

    async def result(case: Case) -> Result:
        name, client = case
        async with places:
            return await run(SCENARIOS[name], Driver(client), terms)

    cases = list(cases)
    return dict(zip(cases, await asyncio.gather(*map(result, cases)), strict=True))


def asked_for(request: pytest.FixtureRequest, cases: list[Case]) -> list[Case]:
    """Those that are played in this run of the tests."""
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    played = {(one.get("name"), one.get("client", Client)) for one in params}
    return [case for case in cases if case in played]


@pytest.fixture(scope="module")
def of_the_right_one(request: pytest.FixtureRequest) -> dict[Case, Result]:
    return asyncio.run(results_of(asked_for(request, RIGHT), Terms(slack=3.0)))


@pytest.fixture(scope="module")
def of_the_wrong_ones(request: pytest.FixtureRequest) -> dict[Case, Result]:
    return asyncio.run(results_of(asked_for(request, WRONG), Terms(patience=2.5)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_client_that_keeps_the_checklist_passes(of_the_right_one: dict[Case, Result], name: str) -> None:
    result = of_the_right_one[name, Client]

    assert (result.outcome, result.reason) == ("holds", "")


def name_of(case: Any) -> str:
    return case if isinstance(case, str) else case.__name__


@pytest.mark.parametrize(("name", "client"), WRONG, ids=name_of)
def test_a_client_that_breaks_a_rule_fails(
    of_the_wrong_ones: dict[Case, Result], name: str, client: type[Client]
) -> None:
    result = of_the_wrong_ones[name, client]

    assert result.outcome == "fails"
    assert not result.reason.startswith("the driver")


class WithoutBoards(Driver):
    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        return {**await super().do(order), "lacks": ["boards"]}


async def test_what_a_client_lacks_is_left_out() -> None:
    driver = WithoutBoards()
    outcomes = [
        (await run(SCENARIOS[name], driver, Terms())).outcome
        for name in ("an_older_version_is_dropped", "null_deletes_the_object")
    ]

    assert outcomes == ["left out", "holds"]


async def test_a_frame_that_does_not_fit_its_schema_fails_the_scenario() -> None:
    result = await run(SCENARIOS["null_deletes_the_object"], Driver(SaysNonsense), Terms())

    assert (result.outcome, result.reason[:12]) == ("fails", "a bad `hello")


class SaysNonsense(Client):
    def _hello(self) -> Frame:
        return {**super()._hello(), "foreground": "perhaps"}


def test_every_scenario_has_a_client_that_fails_it() -> None:
    assert {name for name, _ in WRONG} == SCENARIOS.keys()
