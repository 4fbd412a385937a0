from collections.abc import Callable
from datetime import datetime
from random import randrange

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from shifts import selectors, services
from shifts.models import Employee, Shift, ShiftOffer
from tests.factories.accounts import UserFactory
from tests.factories.shifts import EmployeeFactory, ShiftFactory


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def nurse(db: None) -> Employee:
    return EmployeeFactory()


@pytest.fixture
def colleague(db: None) -> Employee:
    return EmployeeFactory()


@pytest.fixture
def offered(now: datetime) -> Callable[..., Shift]:
    """A shift that is held out to everybody who fits."""

    def offer(**facts: object) -> Shift:
        return services.offer_shift(ShiftFactory(**facts), now=now)

    return offer


@pytest.fixture
def offer_to(now: datetime) -> Callable[[Employee, Shift], ShiftOffer]:
    def find(employee: Employee, shift: Shift) -> ShiftOffer:
        return selectors.offer_of(employee.user, shift.pk)

    return find


@pytest.fixture
def coordinator(db: None) -> User:
    return UserFactory(is_staff=True)


@pytest.fixture
def api_of(now: datetime) -> Callable[..., APIClient]:
    """A client signed in as somebody; `long_lived` as the seed's app is."""

    def client(user: User, *, long_lived: bool = False) -> APIClient:
        token = open_session(user, device="Test", is_long_lived=long_lived, now=now).access_token
        address = f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}"
        return APIClient(REMOTE_ADDR=address, HTTP_AUTHORIZATION=f"Bearer {token}")

    return client
