from collections.abc import Callable, Iterator
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


@pytest.fixture(autouse=True)
def told(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What a story came to goes into the table at the end of the run, from whichever process ran it."""
    OUTCOMES.clear()
    yield
    for outcome in OUTCOMES:
        record_property("fault", asdict(outcome))
