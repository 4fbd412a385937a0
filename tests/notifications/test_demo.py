import pytest

from accounts import demo as people
from core.sealing import fingerprint, unseal
from notifications import demo
from notifications.models import Device

pytestmark = pytest.mark.django_db


def test_everybody_of_the_demo_world_has_one_phone_however_often_it_is_built():
    people.people()
    demo.phones()
    demo.phones()

    assert Device.objects.count() == len(people.NAMES)
    phone = Device.objects.get(user__email="nurse1@demo.test")
    assert (unseal(phone.address), phone.renders_data) == ("demo-phone-nurse1", True)
    assert phone.fingerprint == fingerprint("demo-phone-nurse1")


def test_a_phone_that_was_given_up_rings_again_with_the_next_start():
    people.people()
    demo.phones()
    Device.objects.update(is_enabled=False, dead_reason="UNREGISTERED")

    demo.phones()

    assert not Device.objects.filter(is_enabled=False).exists()
