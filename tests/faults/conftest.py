from collections.abc import Iterator
from dataclasses import asdict

import pytest

from tests import services
from tests.faults.story import OUTCOMES
from tests.house import House, Street
from tests.services import Server


@pytest.fixture
def own_services(street: Street) -> Iterator[tuple[Server, Server]]:
    """A PostgreSQL and a Redis of this test's own, to stop, freeze and start again."""
    with (
        services.workspace() as directory,
        services.postgres(directory) as postgres,
        services.redis(directory) as redis,
    ):
        yield postgres, redis


@pytest.fixture
def fragile(street: Street, own_services: tuple[Server, Server]) -> Iterator[House]:
    """A deployment on services that the test may disturb."""
    postgres, redis = own_services
    with street.house("postgresql", database_url=postgres.url, redis_url=redis.url) as house:
        yield house


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not OUTCOMES:
        return
    columns = list(asdict(OUTCOMES[0]))
    terminalreporter.section("faults")
    terminalreporter.write_line(" | ".join(columns))
    for outcome in OUTCOMES:
        terminalreporter.write_line(" | ".join(str(value) for value in asdict(outcome).values()))
