"""Who is not concerned learns nothing: not even whether there is such a thing."""

from uuid import uuid4

import pytest

from bookings.services import subscriptions, waiting
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, on_the_hour
from tests.walking import doors

pytestmark = pytest.mark.django_db

# Of these, everybody who is signed in sees the same, or his own.
OPEN = {
    "api/bookings/providers",
    "api/bookings/providers/mine",
    "api/bookings/providers/<uuid:provider_id>",
    "api/bookings/providers/<uuid:provider_id>/reviews",
    "api/bookings/services/<uuid:service_id>/slots",
    "api/bookings/plans/<uuid:plan_id>",
    "api/bookings/reservations",
    "api/bookings/waitlist",
    "api/bookings/subscriptions",
    "api/bookings/calendar",
    "api/bookings/calendar/renew",
}


@pytest.fixture
def ids(service, reserve, customer, now):
    """A customer's, at a provider's."""
    full = reserve(service, start_at=on_the_hour(50, since=now), seats=2)
    plan = PlanFactory(provider=service.provider, price=0)
    return {
        "provider_id": service.provider_id,
        "service_id": service.pk,
        "plan_id": plan.pk,
        "reservation_id": reserve(service, customer).pk,
        "entry_id": waiting.join_waitlist(customer, service, start_at=full.start_at, now=now).pk,
        "subscription_id": subscriptions.subscribe(customer, plan, now=now).pk,
        "day": "2027-01-01",
        "token": "x",
    }


@pytest.fixture
def body(ids, now):
    return {
        "service_id": str(ids["service_id"]),
        "start_at": on_the_hour(since=now).isoformat(),
        "payment_id": str(uuid4()),
        "reservationId": str(ids["reservation_id"]),
        "paymentId": str(uuid4()),
        "email": "clerk@example.test",
        "name": "Massage",
        "duration_minutes": 60,
        "price": 0,
        "rating": 5,
        "spans": [],
    }


def refusals(client, ids, body, *, besides=()):
    closed = [door for door in doors("api/bookings") if door.route not in OPEN and not door.route.startswith(besides)]
    assert len(closed) > 10
    return {(door.knock(client, ids, body).status_code) for door in closed}


def test_another_customer_another_provider_and_staff_of_the_house_find_nothing(ids, body, api_of):
    others = [UserFactory(), ProviderFactory().owner, UserFactory(is_staff=True)]

    assert [refusals(api_of(other), ids, body) for other in others] == [{404}] * 3


def test_a_customer_finds_nothing_of_the_provider(ids, body, phone):
    hers = tuple(f"api/bookings/{name}" for name in ("reservations", "waitlist", "subscriptions"))

    assert refusals(phone, ids, body, besides=hers) == {404}


def test_a_provider_finds_nothing_of_the_customer(ids, body, desk):
    assert refusals(desk, ids, body, besides=("api/bookings/providers",)) == {404}


def test_whoever_is_not_signed_in_is_asked_to(ids, body, client):
    everything = [door for door in doors("api/bookings") if not door.route.endswith(".ics")]

    assert {door.knock(client, ids, body).status_code for door in everything} == {401}


def test_every_door_says_what_it_takes(ids, desk):
    everything = {door.path(ids) for door in doors("api/bookings")}

    assert {desk.options(path).status_code for path in everything} == {200}
