import pytest

from bookings.models import Slot
from bookings.preflight import bookings
from tests.factories.bookings import ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db


def complaints() -> list[str]:
    return [found for is_good, found in bookings() if not is_good]


def test_what_is_offered_can_be_paid_for(settings):
    settings.STRIPE_API_KEY = ""
    ServiceFactory(paid=True, provider__accepts_cash=True)
    ServiceFactory(paid=True, provider__is_approved=False)
    assert complaints() == []

    ServiceFactory(paid=True)
    assert complaints() == ["1 services are paid for by card alone"]


def test_a_card_pays_where_there_is_a_gateway(settings):
    settings.STRIPE_API_KEY = "sk_test_1"
    ServiceFactory(paid=True)

    assert complaints() == []


def test_seats_add_up(service, reserve, now):
    reserve(service, start_at=on_the_hour(20, since=now))
    assert complaints() == []

    Slot.objects.update(confirmed=2)
    assert complaints() == ["1 slots of these two days have seats that their reservations do not"]
