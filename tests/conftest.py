import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.house import House, Street
from tests.services import workspace


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    # Not tmp_path: what root makes there, the servers' own user cannot enter.
    with workspace() as directory:
        yield Street(directory)


@pytest.fixture(scope="module")
def house(street: Street) -> Iterator[House]:
    """A deployment on PostgreSQL and Redis, shared by the tests of a module."""
    with street.house("postgresql", redis_url=os.environ["REDIS_URL"]) as built:
        yield built
        assert built.complaints() == []


@pytest.fixture(params=["postgresql", "sqlite"])
def house_of_each_engine(request: pytest.FixtureRequest, street: Street) -> Iterator[House]:
    with street.house(request.param) as built:
        yield built


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of tests/faults: what was broken, and what arrived all the same."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    ended = [report for report in reports if getattr(report, "when", "") == "teardown"]
    outcomes = [value for report in ended for name, value in report.user_properties if name == "fault"]
    if outcomes:
        terminalreporter.section("faults")
        terminalreporter.write_line(" | ".join(outcomes[0]))
    for outcome in outcomes:
        terminalreporter.write_line(" | ".join(str(value) for value in outcome.values()))
