import re
import shlex
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import demo as people
from accounts.models import User
from bookings import analytics, auditing, demo
from bookings.models import Plan, Provider, Reservation, Review, Service, Slot, Subscription, WaitlistEntry
from payments.models import LedgerEntry, Payment

pytestmark = pytest.mark.django_db

MODELS = [Provider, Service, Plan, Slot, Reservation, WaitlistEntry, Review, Subscription, Payment, LedgerEntry]


@pytest.fixture
def spa(db: None) -> Provider:
    people.people()
    demo.spa()
    return Provider.objects.get()


def count() -> list[int]:
    return [model.objects.count() for model in MODELS]


def test_the_demo_spa_is_made_once_and_has_something_to_show(spa):
    made = count()
    demo.spa()

    assert count() == made
    assert (spa.is_open, spa.zone, spa.currency) == (True, "Africa/Cairo", "EGP")
    prices = dict(Service.objects.values_list("name", "price"))
    assert prices == {"Consultation": 0, "Massage": 500_00, "Yoga Class": 150_00}
    assert Plan.objects.get(name="Premium Monthly Membership").price == 299_99
    figures = analytics.provider(spa, timezone.now())
    assert figures.totalReservations > figures.confirmedReservations > 0
    assert (figures.activeSubscriptions, spa.stats.cancelled_subscriptions) == (2, 1)
    assert figures.averageRating > 3
    assert len(figures.peakHours) == 3
    assert min(day.revenue for day in figures.series[:-1]) >= 0 < max(day.revenue for day in figures.series)
    _its_books_are_right(spa)
    _a_class_is_full_and_the_customer_waits()


def _its_books_are_right(spa: Provider) -> None:
    assert auditing.drifts(spa) == []
    past = Reservation.objects.filter(start_at__lt=timezone.now())
    assert set(past.values_list("status", flat=True)) == {"completed", "no_show", "cancelled"}
    assert set(past.filter(status="completed").values_list("payment_status", flat=True)) == {"completed"}
    paid = Payment.objects.filter(subject_kind="bookings.reservation", status="succeeded")
    assert paid.count() == past.filter(status="completed", price__gt=0).count()
    assert spa.stats.revenue == sum(LedgerEntry.objects.values_list("amount", flat=True))


def _a_class_is_full_and_the_customer_waits() -> None:
    entry = WaitlistEntry.objects.get()
    assert (entry.user.email, entry.status) == ("customer@demo.test", "waiting")
    assert (entry.slot.confirmed, entry.slot.capacity) == (10, 10)
    [visit] = Reservation.objects.active().filter(user=entry.user)
    assert (visit.service_name, visit.status) == ("Consultation", "confirmed")


def test_when_the_week_is_over_there_is_another(spa):
    made = Reservation.objects.count()
    Reservation.objects.active().delete()
    Slot.objects.filter(start_at__gt=timezone.now()).delete()
    demo.spa()

    assert (Reservation.objects.count(), WaitlistEntry.objects.count()) == (made, 1)


def test_the_ways_in_lead_from_a_free_slot_to_a_payment(spa, client):
    lines = demo.ways_in("127.0.0.1:8000")
    tokens = dict(line.strip().split("=", 1) for line in lines if re.match("  [A-Z]+=", line))
    looking, reserving, paying, _ = (line for line in lines if line.startswith("  curl"))

    offered = _say(client, looking, tokens)
    held = _say(client, reserving, tokens)
    begun = _say(client, paying, tokens, RESERVATION=held["reservation_id"])

    assert held["start_at"] in str(offered)
    assert (held["status"], begun["amount"], begun["currency"]) == ("pending", 500_00, "EGP")
    assert "ws://127.0.0.1:8000/ws?token=$PROVIDER" in " ".join(lines)
    assert User.objects.get(email="customer@demo.test").reservations.filter(pk=held["reservation_id"]).exists()


def _say(client: Client, line: str, tokens: dict[str, str], **ids: str) -> Any:
    for name, value in {**ids, **{f"${who}": token for who, token in tokens.items()}}.items():
        line = line.replace(name, value)
    _, _, method, url, _, authorization, *rest = shlex.split(line)
    answer = client.generic(
        method,
        url.removeprefix("http://127.0.0.1:8000"),
        rest[-1] if rest else "",
        content_type="application/json",
        headers={"Authorization": authorization.removeprefix("Authorization: ")},
    )
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()
