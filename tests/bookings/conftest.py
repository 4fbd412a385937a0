from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bookings.models import Provider, Reservation, Service
from bookings.services import reservations
from tests.factories.accounts import UserFactory
from tests.factories.bookings import ServiceFactory, on_the_hour


@pytest.fixture
def customer(db: None) -> User:
    return UserFactory()


@pytest.fixture
def service(db: None) -> Service:
    """Two seats an hour, for nothing."""
    return ServiceFactory()


@pytest.fixture
def paid_service(db: None) -> Service:
    """Two seats an hour, paid ahead."""
    return ServiceFactory(paid=True)


@pytest.fixture
def provider(service: Service) -> Provider:
    return service.provider


@pytest.fixture
def phone(customer: User, api_of: Callable[..., APIClient]) -> APIClient:
    """The customer's."""
    return api_of(customer)


@pytest.fixture
def desk(provider: Provider, api_of: Callable[..., APIClient]) -> APIClient:
    """The provider's owner's."""
    return api_of(provider.owner)


@pytest.fixture
def reserve(now: datetime) -> Callable[..., Reservation]:
    """Of a slot two days ahead, by somebody new, unless another is named."""

    def reserve(service: Service, user: User | None = None, **wanted: Any) -> Reservation:
        given = {"start_at": on_the_hour(since=now), "now": now, **wanted}
        return reservations.reserve(user or UserFactory(), service, **given)

    return reserve
