"""Nothing a provider can reach shows a customer's email, phone, attendees or notes."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.urls import reverse

from accounts.feeds import feed_url_token
from bookings import boards, calendar
from bookings.models import Provider, Reservation, Service
from bookings.services import reservations, subscriptions, waiting
from notifications.models import Notice
from realtime.boards import open_board
from realtime.models import Entry
from tests.bookings.hearing import folded, fresh
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ServiceFactory, on_the_hour
from tests.walking import doors

pytestmark = pytest.mark.django_db

MARKS = ["secretmail", "201009998877", "Secretfamily", "Secretguest", "Secretnote", "Secretsubscriber", "Secretreason"]
GUESTS = {"attendees": [{"name": "Secretguest", "type": "family"}], "notes": "Secretnote"}


@pytest.fixture
def sara(now):
    return UserFactory(
        email="secretmail@example.test",
        email_verified_at=now,
        phone="+201009998877",
        phone_verified_at=now,
        full_name="Sara Secretfamily",
    )


@pytest.fixture
def ids(provider, service, reserve, sara, now):
    """One of everything that Sara can have with this provider; of the rest there is at least one."""
    paid = ServiceFactory(provider=provider, paid=True)
    reserve(paid, sara, **GUESTS)
    over = reserve(service, sara, start_at=on_the_hour(50, since=now), **GUESTS)
    past = {"start_at": now - timedelta(hours=3), "end_at": now - timedelta(hours=2)}
    Reservation.objects.filter(pk=over.pk).update(**past)
    reservations.review_reservation(reservations.complete_reservation(over, now=now), rating=5, comment="Fine")
    gone = reserve(service, sara, start_at=on_the_hour(51, since=now), **GUESTS)
    reservations.cancel_reservation(gone, by=Reservation.By.USER, because="Secretreason", now=now)
    full = reserve(service, start_at=on_the_hour(52, since=now), seats=2)
    entry = waiting.join_waitlist(sara, service, start_at=full.start_at, now=now)
    reservations.cancel_reservation(full, by=Reservation.By.USER, now=now)
    plans = [PlanFactory(provider=provider, price=0) for _ in "ab"]
    subscribers = [{"name": "Secretsubscriber", "role": "member"}]
    kept, left = (subscriptions.subscribe(sara, plan, subscribers=subscribers, now=now) for plan in plans)
    subscriptions.cancel_subscription(left, because="Secretreason", now=now)
    held = reserve(service, sara, **GUESTS)
    return {
        "provider_id": provider.pk,
        "service_id": service.pk,
        "plan_id": plans[0].pk,
        "reservation_id": held.pk,
        "entry_id": entry.pk,
        "subscription_id": kept.pk,
        "day": held.start_at.date(),
        "token": feed_url_token(provider.owner, calendar.provider_feed(provider.pk)),
    }


@pytest.fixture
def team(provider):
    clerk = UserFactory()
    provider.staff.add(clerk)
    return [provider.owner, clerk]


def body(ids, now):
    """Enough of everything for whatever a view asks."""
    return {
        "service_id": str(ids["service_id"]),
        "plan_id": str(ids["plan_id"]),
        "start_at": on_the_hour(since=now).isoformat(),
        "payment_id": str(ids["reservation_id"]),
        "reservationId": str(ids["reservation_id"]),
        "paymentId": str(ids["reservation_id"]),
        "email": "secretmail@example.test"[1:],
        "business_name": "Spa",
        "name": "Massage",
        "duration_minutes": 60,
        "price": 0,
        "rating": 1,
        "spans": [],
    }


def knock_everywhere(client, ids, body):
    """What all doors answer: first what only looks, then the rest, then what only looks once more."""
    everywhere = [door for door in doors("api/bookings") if not door.route.endswith("staff/leave")]
    looks = [door for door in everywhere if door.method == "get"]
    own = [door for door in doors("api/") if is_own(door) and door not in looks]
    for door in [*looks, *own, *everywhere, *looks, *own]:
        yield door, door.knock(client, ids, body)


def is_own(door):
    """Of whoever looks, as his view, his inbox and all that is kept of him are."""
    return door.method == "get" and "<" not in door.route and door.route not in {"api/schema", "api/docs"}


def marks_in(answers):
    return {(door.route, mark) for door, answer in answers for mark in MARKS if mark in answer.content.decode()}


@pytest.mark.django_db(transaction=True)  # a fresh view is read in a transaction of its own
@pytest.mark.parametrize("role", ["owner", "clerk"])
def test_no_door_shows_them(team, ids, provider, api_of, now, role):
    user = dict(zip(["owner", "clerk"], team, strict=True))[role]
    token = feed_url_token(user, calendar.provider_feed(provider.pk))

    answers = list(knock_everywhere(api_of(user), ids | {"token": token}, body(ids, now)))

    assert marks_in(answers) == set()
    assert [answer.status_code for _, answer in answers if answer.status_code >= 500] == []
    seen = {door.route for door, answer in answers if door.method == "get" and answer.status_code == 200}
    team_doors = {door.route for door in doors("api/bookings/providers/") if door.method == "get"}
    assert team_doors | {"api/sync", "api/auth/me/export", "api/inbox", "api/notifications"} <= seen


def test_a_door_that_showed_them_would_be_found(team, ids, api_of, now, settings):
    settings.ROOT_URLCONF = "tests.bookings.leaking"
    owner, _ = team
    answers = [
        (door, door.knock(api_of(owner), ids, body(ids, now)))
        for door in doors("api/bookings/")
        if door.method == "get"
    ]

    leak = "api/bookings/leak/<uuid:reservation_id>"
    assert marks_in(answers) == {(leak, "Secretguest"), (leak, "Secretnote")}


def test_no_stream_inbox_or_board_shows_them(team, ids, sara, provider):
    told = {
        user: json.dumps(
            [
                fresh(user),
                folded(user),
                list(Entry.objects.filter(user_id=user.pk).values_list("event__name", "event__data", "own")),
                list(Notice.objects.filter(recipient=user).values("title", "body", "params", "data")),
                open_board(user.pk, f"{boards.PROVIDER}:{provider.pk}").data,
                open_board(user.pk, f"{boards.AGENDA}:{provider.pk}").data,
            ],
            default=str,
        )
        for user in team
    }

    assert [(user.pk, mark) for user, text in told.items() for mark in MARKS if mark in text] == []
    assert [str(ids["reservation_id"]) in text for text in told.values()] == [True, True]
    hers = json.dumps(fresh(sara), default=str)  # the same look, where there is something to see
    assert [mark for mark in MARKS if mark in hers] == MARKS[3:]


def test_who_works_for_a_provider_has_no_desk_in_the_admin(team, ids, client):
    for user in team:
        assert (user.is_staff, user.is_superuser) == (False, False)
        assert (list(user.user_permissions.all()), list(user.groups.all())) == ([], [])
        client.force_login(user)
        models = [model for model in site._registry if model._meta.app_label in {"bookings", "accounts", "payments"}]
        assert {Provider, Reservation, Service} <= {*models}
        for model in models:
            page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
            assert (page.status_code, page.url.partition("?")[0]) == (302, reverse("admin:login"))


def test_the_feed_of_the_agenda_shows_nobody(client, ids):
    feed = client.get(f"/api/bookings/providers/{ids['provider_id']}/calendar/{ids['token']}.ics")

    assert feed.status_code == 200
    assert [mark for mark in [*MARKS, "Sara"] if mark in feed.content.decode()] == []
