from collections.abc import Callable, Iterator
from datetime import datetime
from random import randrange
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from notifications.outbox.courier import courier
from tests.factories.accounts import UserFactory
from tests.outside.world import World, outside


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory()


@pytest.fixture
def stranger(db: None) -> User:
    return UserFactory()


@pytest.fixture
def api_of(now: datetime) -> Callable[..., APIClient]:
    """A client signed in as somebody; `long_lived` as a seed's app is."""

    def client(user: User, *, long_lived: bool = False) -> APIClient:
        token = open_session(user, device="Test", is_long_lived=long_lived, now=now).access_token
        address = f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}"
        return APIClient(REMOTE_ADDR=address, HTTP_AUTHORIZATION=f"Bearer {token}")

    return client


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with outside() as started:
        yield started


@pytest.fixture
def fcm(world: World, settings: Any) -> Iterator[World]:
    """FCM is configured, and answers as its addresses say."""
    world.reset()
    for name in ("FIREBASE_PROJECT", "FIREBASE_CREDENTIALS", "FCM_ENDPOINT"):
        setattr(settings, name, world.env[name])
    yield world
    courier.close()


@pytest.fixture
def every_channel(settings: Any) -> None:
    """All are configured; nothing is called."""
    for name in (
        "FIREBASE_CREDENTIALS", "ONESIGNAL_APP_ID", "ONESIGNAL_API_KEY",
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM",
    ):  # fmt: skip
        setattr(settings, name, getattr(settings, name) or "given")
