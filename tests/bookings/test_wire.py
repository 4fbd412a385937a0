"""Seed 001's own words: ReservationModel and SubscriptionModel, as its app reads and writes them."""

from datetime import timedelta

import pytest

from bookings.models import Reservation
from bookings.services import reservations, subscriptions
from tests.bookings.refusals import named_in
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db

PATH = "/api/bookings/reservations?shape=seed"
FAR = [10**400, -(10**20), 10**18, 0, -1]


def shown(at):
    return at.isoformat().replace("+00:00", "Z")


def milliseconds(at):
    return int(at.timestamp() * 1000)


def test_a_reservation_is_the_apps_model(gate, phone, customer, reserve, now):
    service = ServiceFactory(paid=True, capacity=5)
    held = reserve(service, customer, seats=2, notes="Window", attendees=[{"name": "Ada", "type": "friend"}])
    payment = reservations.pay_reservation(held, by="stripe", now=now)
    intent = phone.post(f"/api/payments/{payment.pk}/intent").data["intent_id"]

    [listed] = phone.get(PATH).data["results"]

    assert listed == {
        "id": str(held.pk),
        "userId": str(customer.pk),
        "userName": customer.full_name,
        "providerId": str(held.provider_id),
        "type": "time-based",
        "groupSize": 2,
        "serviceId": str(held.service_id),
        "serviceName": "Massage",
        "durationMinutes": 60,
        "reservationStartTime": shown(held.start_at),
        "endTime": shown(held.end_at),
        "status": "pending",
        "paymentStatus": "pending",
        "paymentDetails": {
            "method": "creditCard",
            "gateway": "stripe",
            "transactionId": intent,
            "amount": 1000.0,
            "currency": "EGP",
        },
        "paymentId": str(payment.pk),
        "paymentGateway": "stripe",
        "notes": "Window",
        "attendees": [{"name": "Ada", "type": "friend", "status": "going"}],
        "reservationCode": f"RES-{held.pk.hex[-8:].upper()}",
        "totalPrice": 1000.0,
        "reservedCapacity": 2,
        "createdAt": shown(held.created_at),
        "updatedAt": shown(held.updated_at),
        "confirmedAt": None,
        "cancelledAt": None,
        "cancelledBy": None,
    }
    assert phone.get(f"/api/bookings/reservations/{held.pk}?shape=seed").data == listed


def test_the_app_reserves_in_its_own_words(phone, service, now):
    start_at = on_the_hour(since=now)
    said = {
        "userId": "somebody else",
        "serviceId": str(service.pk),
        "reservationStartTime": milliseconds(start_at),
        "attendees": [{"name": "Ada", "type": "primary", "userId": "x"}, {"name": "Bob", "type": "colleague"}],
        "notes": None,
        "totalPrice": 0,
    }

    made = phone.post(PATH, said)

    assert (made.status_code, made.data["status"], made.data["groupSize"]) == (201, "confirmed", 2)
    assert made.data["reservationStartTime"] == shown(start_at)
    assert [one["type"] for one in made.data["attendees"]] == ["self", "guest"]
    again = phone.post(PATH, {"serviceId": str(service.pk), "dateTime": shown(start_at + timedelta(hours=1))})
    assert (again.status_code, again.data["groupSize"]) == (201, 1)


def test_a_bad_field_is_named_as_the_app_named_it(phone, service, now):
    said = {"serviceId": str(service.pk), "reservationStartTime": milliseconds(on_the_hour(since=now))}
    bad_moments = [None, True, "x", "NaN", 1.5, [], {}, "2031-05-01T10:00:00", *FAR]

    assert named_in(phone, PATH, said, "reservationStartTime", bad_moments) == {"reservationStartTime"}
    assert named_in(phone, PATH, said, "serviceId", [None, "x", [], {}]) == {"serviceId"}
    assert named_in(phone, PATH, said, "groupSize", [0, 51, True, "NaN", 10**400]) == {"groupSize"}
    assert named_in(phone, PATH, {"serviceId": str(service.pk)}, "notes", [""]) == {"reservationStartTime"}
    assert Reservation.objects.count() == 0


@pytest.mark.parametrize(
    ("by", "status"),
    [
        (Reservation.By.USER, "cancelled_by_user"),
        (Reservation.By.PROVIDER, "cancelled_by_provider"),
        (Reservation.By.ADMIN, "cancelled_by_provider"),
    ],
)
def test_the_app_knows_two_ways_of_being_cancelled(phone, service, customer, reserve, now, by, status):
    reservations.cancel_reservation(reserve(service, customer), by=by, now=now)

    [listed] = phone.get(PATH).data["results"]
    assert (listed["status"], listed["cancelledBy"], listed["cancelledAt"]) == (status, by.value, shown(now))


def test_a_payment_is_confirmed_in_the_apps_words(gate, phone, paid_service, customer, reserve, now):
    held = reserve(paid_service, customer)
    payment = reservations.pay_reservation(held, by="stripe", now=now)
    named = {"reservationId": str(held.pk), "paymentId": str(payment.pk), "gateway": "stripe"}
    gate.world.stripe.pay(phone.post(f"/api/payments/{payment.pk}/intent").data["intent_id"])

    confirmed = phone.post("/api/bookings/confirm-payment", named)

    assert (confirmed.status_code, confirmed.data["status"]) == (200, "confirmed")
    assert confirmed.data["paymentStatus"] == "completed"
    for name in ("reservationId", "paymentId"):
        assert named_in(phone, "/api/bookings/confirm-payment", named, name, [None, [], {}, ""]) == {name}


def test_a_subscription_is_the_apps_model(phone, customer, now):
    plan = PlanFactory(provider=ProviderFactory(currency="KWD", accepts_cash=True), price=12_345)
    said = {"planId": str(plan.pk), "gateway": "cash", "subscribers": [{"name": "Ada", "role": "primary"}]}

    made = phone.post("/api/bookings/subscriptions?shape=seed", said).data

    [listed] = phone.get("/api/bookings/subscriptions?shape=seed").data["results"]
    subscription = customer.subscriptions.get()
    assert (
        made
        == listed
        == {
            "id": str(subscription.pk),
            "userId": str(customer.pk),
            "userName": customer.full_name,
            "providerId": str(plan.provider_id),
            "planId": str(plan.pk),
            "planName": plan.name,
            "status": "active",
            "startDate": shown(subscription.anchor_at),
            "expiryDate": shown(subscription.expires_at),
            "nextBillingDate": shown(subscription.expires_at),
            "pricePaid": 12.345,
            "paymentDetails": {"method": "cash", "gateway": "cash", "currency": "KWD"},
            "cancellationReason": None,
            "cancelledAt": None,
            "groupSize": 1,
            "subscribers": [{"name": "Ada", "role": "primary"}],
            "billingCycle": "monthly",
            "createdAt": shown(subscription.created_at),
            "updatedAt": shown(subscription.updated_at),
        }
    )


@pytest.mark.parametrize(
    ("terms", "cycle"),
    [
        ({"renews": False}, "one-time"),
        ({"interval": "year"}, "annually"),
        ({"interval_count": 12}, "annually"),
        ({"interval": "week", "interval_count": 2}, "every 2 week"),
    ],
)
def test_a_billing_cycle_is_named_as_the_app_names_it(phone, customer, now, terms, cycle):
    subscription = subscriptions.subscribe(customer, PlanFactory(price=0, **terms), now=now)
    subscriptions.cancel_subscription(subscription, now=now)

    shown = phone.get(f"/api/bookings/subscriptions/{subscription.pk}?shape=seed").data
    assert (shown["billingCycle"], shown["nextBillingDate"], shown["status"]) == (cycle, None, "cancelled")
    assert shown["cancellationReason"] == "Cancelled by user"
