import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from tests import services
from tests.faults.story import OUTCOMES
from tests.house import House, Street
from tests.services import Server

OWN = {"own_postgres": "database_url", "own_redis": "redis_url"}

Build = Callable[..., AbstractContextManager[House]]


@pytest.fixture
def own_directory() -> Iterator[Path]:
    with services.workspace() as directory:
        yield directory


@pytest.fixture
def own_postgres(own_directory: Path) -> Iterator[Server]:
    """Of this test alone, to stop, kill and start again."""
    with services.postgres(own_directory) as server:
        yield server


@pytest.fixture
def own_redis(own_directory: Path) -> Iterator[Server]:
    with services.redis(own_directory) as server:
        yield server


@pytest.fixture
def build(request: pytest.FixtureRequest, street: Street) -> Build:
    """Deployments on the services of all, or of the test alone where it asks for them."""
    own = {url: request.getfixturevalue(name).url for name, url in OWN.items() if name in request.fixturenames}
    return partial(street.house, "postgresql", **{"redis_url": os.environ["REDIS_URL"], **own})


@pytest.fixture
def deployed(build: Build) -> Iterator[House]:
    with build() as house:
        yield house


@pytest.fixture(autouse=True)
def told(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What a story came to goes into the table at the end of the run, from whichever process ran it."""
    OUTCOMES.clear()
    yield
    for outcome in OUTCOMES:
        record_property("fault", asdict(outcome))
