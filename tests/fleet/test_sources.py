"""Who says that something happened, by a name that people know."""

from uuid import uuid4

import pytest

from accounts.keys import create_key
from fleet import sources
from tests.factories.accounts import UserFactory
from tests.fleet.eyes import EVENING

pytestmark = pytest.mark.django_db


def test_people_and_devices_have_names_and_others_none():
    guard = UserFactory(full_name="Rosa Cruz")
    key, _ = create_key(guard, name="North gate", scopes=["fleet.scans"], now=EVENING)
    person, device = sources.of_person(guard), sources.of_device(key.pk)
    strangers = [f"user-{uuid4().hex}", "user-", "user-nonsense", "key-nobodys", ""]

    names = sources.names_of([person.name, device.name, device.name, *strangers])

    assert names == {person.name: "Rosa Cruz", device.name: "North gate"}
    assert (person.person, device.person) == (guard, None)
    assert max(len(person.name), len(device.name)) <= 50


def test_a_key_cannot_speak_for_a_person():
    guard = UserFactory()
    key, _ = create_key(guard, name="North gate", scopes=["fleet.scans"], now=EVENING)

    assert not key.pk.startswith(sources.PERSON)
