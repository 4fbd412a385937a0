from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from notifications.outbox.courier import courier
from tests.factories.accounts import UserFactory
from tests.outside.world import World


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory()


@pytest.fixture
def stranger(db: None) -> User:
    return UserFactory()


@pytest.fixture
def fcm(world: World, settings: Any) -> Iterator[World]:
    """FCM is configured, and answers as its addresses say."""
    world.reset()
    world.answer_fcm_of(settings)
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
