from collections.abc import Callable
from datetime import datetime
from random import randrange
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts import keys
from accounts.models import User
from fleet.models import Vehicle
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory
from tests.fleet.eyes import PLATE
from tests.signing import Machine


@pytest.fixture(autouse=True)
def cache_of_its_own(settings: Any) -> None:
    """What others keep, of databases of their own, is not read here."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": uuid4().hex}}


@pytest.fixture
def vehicle(db: None) -> Vehicle:
    """Of the CCS."""
    return VehicleFactory(plate_number=PLATE)


@pytest.fixture
def officer(db: None) -> User:
    return OfficerFactory().user


@pytest.fixture
def guard(db: None) -> User:
    return GuardFactory(user__full_name="Gil Guard").user


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(is_staff=True)


@pytest.fixture
def api() -> APIClient:
    """Of nobody, from an address of its own."""
    return APIClient(REMOTE_ADDR=f"10.{randrange(256)}.{randrange(256)}.{randrange(256)}")


@pytest.fixture
def make_machine(now: datetime, db: None) -> Callable[..., Machine]:
    def make(*scopes: str, owner: User | None = None) -> Machine:
        key, secret = keys.create_key(owner or UserFactory(), name="Gate 3", scopes=scopes, now=now)
        return Machine(key.pk, secret)

    return make
