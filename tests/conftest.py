import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from random import randrange
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from tests.factories.accounts import UserFactory
from tests.house import House, Street, Web
from tests.outside.s3 import Store
from tests.outside.s3 import store as started_store
from tests.outside.world import World, outside
from tests.payments.calls import Gate
from tests.properties import QUICK
from tests.services import workspace

settings.load_profile(QUICK)


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


@pytest.fixture(scope="module")
def web(house: House) -> Web:
    return house.web()


@pytest.fixture(scope="session")
def providers() -> Iterator[World]:
    """Their look-alikes, in one process."""
    with outside() as started:
        yield started


@pytest.fixture(scope="module")
def world(providers: World) -> World:
    """The same, with nothing left of what another module did."""
    providers.reset()
    return providers


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """A look-alike of S3."""
    with started_store() as built:
        yield built


@pytest.fixture
def bucket(store: Store, settings: Any) -> Store:
    """Files of this process go there."""
    store.clear()
    settings.STORAGES = {**settings.STORAGES, "default": store.storages()}
    return store


@pytest.fixture
def gate(world: World, settings: Any, client: Client) -> Gate:
    """Stripe is configured. It calls nobody by itself: a test says which call comes when."""
    world.reset()
    for name in ("STRIPE_API_BASE", "STRIPE_API_KEY"):
        setattr(settings, name, world.env[name])
    settings.STRIPE_WEBHOOK_SECRETS = [world.env["STRIPE_WEBHOOK_SECRETS"]]
    return Gate(world, client)


@pytest.fixture(params=["postgresql", "sqlite"])
def house_of_each_engine(request: pytest.FixtureRequest, street: Street) -> Iterator[House]:
    with street.house(request.param) as built:
        yield built


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def api_of(now: datetime) -> Callable[..., APIClient]:
    """A client signed in as somebody; `long_lived` as a seed's app is."""

    def client(user: User, *, long_lived: bool = False) -> APIClient:
        token = open_session(user, device="Test", is_long_lived=long_lived, now=now).access_token
        address = f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}"
        return APIClient(REMOTE_ADDR=address, HTTP_AUTHORIZATION=f"Bearer {token}")

    return client


@pytest.fixture
def office(client: Client) -> Client:
    """Where an operator may do everything."""
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


# Names of recorded properties, and of the tables at the end of a run that they are rows of.
TABLES = {
    "fault": "faults",
    "notices": "faults of notices",
    "latency": "from a deed to who hears of it",
    "lives": "lives of conversations",
    "campus": "lives of a campus",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was broken, and what arrived all the same."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    ended = [report for report in reports if getattr(report, "when", "") == "teardown"]
    for table, title in TABLES.items():
        rows = [value for report in ended for name, value in report.user_properties if name == table]
        if rows:
            terminalreporter.section(title)
            terminalreporter.write_line(" | ".join(rows[0]))
        for row in rows:
            terminalreporter.write_line(" | ".join(str(value) for value in row.values()))
