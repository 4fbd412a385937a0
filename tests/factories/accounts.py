from datetime import timedelta
from functools import cache
from uuid import uuid4

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Session, User

PASSWORD = "demo-pass"


@cache
def hashed() -> str:
    """Once: the hash is slow by design."""
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    # Not a sequence: workers of one test run share the cache, and with it the throttles of an address.
    email = factory.LazyFunction(lambda: f"{uuid4().hex[:12]}@example.test")
    password = factory.LazyFunction(hashed)
    full_name = factory.Faker("name")


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    user = factory.SubFactory(UserFactory)
    device = "Phone"
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))
