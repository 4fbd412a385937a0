"""Hundreds of lives of a spa and of a club: `make soak`."""

import pytest

from tests.bookings.test_life import Spa
from tests.bookings.test_subscribed_life import Club
from tests.payments.calls import Gate
from tests.properties import live

pytestmark = [pytest.mark.soak, pytest.mark.django_db]


@pytest.mark.parametrize("machine", [Spa, Club])
def test_the_laws_hold_in_hundreds_of_lives(gate: Gate, machine: type[Spa] | type[Club]):
    live(type("Given", (machine,), {"stripe": gate.world.stripe}), lives=300, steps=40)
