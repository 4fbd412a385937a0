from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import randrange
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import sessions
from accounts.models import User
from core.wiring import declared, hooks
from tests.accounts import wiring
from tests.factories.accounts import UserFactory


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
def upper_layer(settings: Any) -> Iterator[list[Any]]:
    """What an upper layer heard of revocations."""
    settings.WIRING = ["accounts.wiring", "tests.accounts.wiring"]
    _read_wiring_anew()
    yield wiring.heard
    wiring.heard.clear()
    _read_wiring_anew()


def _read_wiring_anew() -> None:
    hooks.cache_clear()
    declared.cache_clear()
