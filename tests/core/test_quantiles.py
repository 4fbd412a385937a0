"""The database's quantiles are those of `statistics`."""

from datetime import timedelta
from random import Random
from statistics import median, quantiles

import pytest
from django.db.models import F

from accounts.models import User
from core import quantiles as module
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

SIZES = [1, 2, 3, 4, 20, 21, 101]
SECOND = timedelta(seconds=1)


@pytest.fixture
def waits(now):
    """Users of many zones: as many as its name says, each of whom came at some time before now."""
    dice = Random(1)
    for size in SIZES:
        users = UserFactory.build_batch(size, zone=str(size))
        for user in users:
            user.joined_at = now - dice.choice([dice.uniform(0, 5000), 60]) * SECOND
        User.objects.bulk_create(users)
    waits = {}
    for user in User.objects.all():
        waits.setdefault(user.zone, []).append((now - user.joined_at).total_seconds())
    return waits


def p95(values):
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def test_they_are_found_for_each_group(waits, now):
    found = module.quantiles(User.objects.all(), now - F("joined_at"), [0.5, 0.95], by=F("zone"))

    assert {zone: [round(one.total_seconds(), 3) for one in both] for zone, both in found.items()} == {
        zone: [round(median(values), 3), round(p95(values), 3)] for zone, values in waits.items()
    }


def test_they_are_found_of_all(waits, now):
    everybody = [wait for values in waits.values() for wait in values]

    [[half]] = module.quantiles(User.objects.all(), now - F("joined_at"), [0.5]).values()
    assert round(half.total_seconds(), 3) == round(median(everybody), 3)


def test_of_nothing_there_are_none():
    assert module.quantiles(User.objects.all(), F("joined_at"), [0.5]) == {}
