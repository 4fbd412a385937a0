from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from shifts import selectors, services
from shifts.models import Employee, Shift, ShiftOffer
from tests.factories.accounts import UserFactory
from tests.factories.shifts import EmployeeFactory, ShiftFactory


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
