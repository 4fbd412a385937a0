"""What people read of reservations and subscriptions, in the seed's words."""

import pytest

from bookings.services import reservations, subscriptions
from notifications.messages import text_of
from notifications.models import Notice
from tests.factories.bookings import PlanFactory

pytestmark = pytest.mark.django_db


def last(user):
    return Notice.objects.listed().filter(recipient=user).order_by("id").last()


def said(user):
    """The newest that is in the inbox, in English."""
    text = text_of(last(user), "en", "UTC")
    return text.title, text.body


def test_a_provider_hears_of_a_new_reservation_and_of_no_name(service, reserve, customer):
    reservation = reserve(service, customer, notes="A bad back.")
    owner = service.provider.owner

    assert said(owner)[0] == "New Reservation"
    assert last(owner).data == {
        "type": "provider_reservation", "id": str(reservation.pk), "userId": str(customer.pk),
    }  # fmt: skip
    assert customer.full_name not in said(owner)[1]
    assert "back" not in said(owner)[1]


@pytest.mark.parametrize(("verb", "status"), [("cancel", "cancelled"), ("complete", "completed")])
def test_both_sides_hear_of_a_new_status_as_the_seed_tells_it(service, reserve, customer, now, verb, status):
    reservation = reserve(service, customer)
    if verb == "cancel":
        reservations.cancel_reservation(reservation, by="user", now=now)
    else:
        reservations.complete_reservation(reservation, now=reservation.start_at)

    assert said(customer) == ("Reservation Updated", f"Your reservation is now {status}")
    assert last(customer).data == {"type": "reservation", "id": str(reservation.pk), "status": status}
    assert said(service.provider.owner) == ("Customer Update", f"Reservation {reservation.pk} is {status}")
    assert last(service.provider.owner).data == {
        "type": "provider_reservation", "id": str(reservation.pk), "userId": str(customer.pk),
    }  # fmt: skip


def test_so_it_is_with_subscriptions(customer, now):
    plan = PlanFactory(price=0)
    subscription = subscriptions.subscribe(customer, plan, now=now)

    assert said(customer) == ("Subscription Updated", f"Your subscription to {plan.name} is now active")
    assert last(customer).data == {
        "type": "subscription", "id": str(subscription.pk), "status": "active",
        "planId": str(plan.pk), "planName": plan.name,
    }  # fmt: skip
    assert said(plan.provider.owner) == ("Customer Update", f"Subscription {subscription.pk} is active")
    assert last(plan.provider.owner).data["type"] == "provider_subscription"
