import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import randrange
from threading import Thread
from typing import Any

import pytest
from aiohttp import web
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import firebase, keys, sessions
from accounts.models import User
from core.wiring import declared, hooks
from tests.accounts import signed_views, wiring
from tests.factories.accounts import UserFactory
from tests.outside.identity import Identity
from tests.signing import Machine


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def api() -> APIClient:
    """From an address of its own, so that tests do not use up each other's throttles."""
    return APIClient(REMOTE_ADDR=f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}")


@pytest.fixture
def user(db: None) -> User:
    return UserFactory()


@pytest.fixture
def sign_in(now: datetime) -> Callable[..., sessions.SignedIn]:
    def open_session(user: User, *, ago: timedelta = timedelta(0), is_long_lived: bool = False) -> sessions.SignedIn:
        return sessions.open_session(user, device="Phone", is_long_lived=is_long_lived, now=now - ago)

    return open_session


@pytest.fixture
def bearer(api: APIClient) -> Callable[[str], APIClient]:
    def with_token(token: str) -> APIClient:
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return api

    return with_token


@pytest.fixture
def google(settings: Any) -> Iterator[Identity]:
    """Where the people of our Firebase project sign in."""
    identity = Identity(project="our-project")
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    app = web.Application()
    app.add_routes(identity.routes())
    runner = web.AppRunner(app)
    asyncio.run_coroutine_threadsafe(_listen(runner), loop).result(10)
    host, port = runner.addresses[0]
    settings.FIREBASE_PROJECT = identity.project
    settings.FIREBASE_KEYS_URL = f"http://{host}:{port}/google/jwk"
    firebase.keys_at.cache_clear()
    yield identity
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _listen(runner: web.AppRunner) -> None:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()


@pytest.fixture
def upper_layer(settings: Any) -> Iterator[list[Any]]:
    """What an upper layer heard of revocations."""
    settings.WIRING = ["accounts.wiring", "tests.accounts.wiring"]
    _read_wiring_anew()
    yield wiring.heard
    wiring.heard.clear()
    _read_wiring_anew()


@pytest.fixture
def carrier(upper_layer: list[Any]) -> Iterator[wiring.Carrier]:
    yield wiring.carrier
    wiring.carrier.reset()


@pytest.fixture
def make_machine(upper_layer: list[Any], user: User, now: datetime) -> Callable[..., Machine]:
    def make(*scopes: str, owner: User = user, name: str = "Gate 3", **facts: Any) -> Machine:
        key, secret = keys.create_key(owner, name=name, scopes=scopes or ["sample.scan"], **{"now": now, **facts})
        return Machine(key.pk, secret)

    return make


@pytest.fixture
def machine(make_machine: Callable[..., Machine]) -> Machine:
    return make_machine()


@pytest.fixture
def gate(api: APIClient, settings: Any) -> Iterator[APIClient]:
    """A client of views that take signed requests."""
    settings.ROOT_URLCONF = "tests.accounts.signed_views"
    yield api
    signed_views.done.clear()


def _read_wiring_anew() -> None:
    hooks.cache_clear()
    declared.cache_clear()
