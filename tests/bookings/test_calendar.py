from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from bookings.models import Reservation, Service
from bookings.services import reservations
from core.logs import without_tokens
from tests.factories.accounts import UserFactory
from tests.factories.bookings import on_the_hour

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    return "/api/bookings/calendar"


@pytest.fixture
def ours(provider):
    return f"/api/bookings/providers/{provider.pk}/calendar"


def path_of(subscriber, calendar):
    return urlsplit(subscriber.get(calendar).data["url"]).path


def events_of(answer):
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    parsed = Calendar.from_ical(answer.content)
    assert [error for event in parsed.walk() for error in event.errors] == []
    return parsed.events


def test_a_customer_sees_what_is_confirmed(phone, client, mine, service, paid_service, reserve, customer, now):
    held = reserve(service, customer)
    reserve(paid_service, customer)
    cancelled = reserve(service, customer, start_at=on_the_hour(60, since=now))
    reservations.cancel_reservation(cancelled, by=Reservation.By.USER, now=now)

    [event] = events_of(client.get(path_of(phone, mine)))

    assert str(event["SUMMARY"]) == f"Massage at {service.provider.business_name}"
    assert (event.start, event.end) == (held.start_at, held.end_at)
    assert str(event["URL"]).endswith(f"/api/bookings/reservations/{held.pk}")
    assert {"LOCATION", "DESCRIPTION", "ATTENDEE"}.isdisjoint(event)


def test_an_event_stays_the_same_one_when_it_moves(phone, client, mine, service, reserve, customer, now):
    held = reserve(service, customer)
    path = path_of(phone, mine)
    [before] = events_of(client.get(path))
    Reservation.objects.filter(pk=held.pk).update(created_at=on_the_hour(-1, since=now))
    reservations.reschedule_reservation(held, start_at=on_the_hour(72, since=now), now=now)

    [after] = events_of(client.get(path))

    assert (after.uid, after.start) == (before.uid, on_the_hour(72, since=now))
    assert after.sequence > before.sequence == 0


def test_those_who_work_there_see_how_many_come_and_not_who(desk, client, ours, service, reserve):
    sara = UserFactory(full_name="Sara Ahmed", email="sara@example.test")
    held = reserve(service, sara, notes="Ring twice", attendees=[{"name": "Ada", "type": "guest"}])

    answer = client.get(path_of(desk, ours))
    [event] = events_of(answer)

    assert str(event["SUMMARY"]) == "Massage: 1 of 2 seats"
    assert (event.start, event.end) == (held.start_at, held.end_at)
    assert [word for word in ("Sara", "Ada", "Ring", "@example") if word in answer.content.decode()] == []


def test_a_calendar_that_has_not_changed_is_not_sent_again(desk, client, ours, service, reserve):
    reserve(service)
    path = path_of(desk, ours)
    first = client.get(path)

    again = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    reserve(service)
    changed = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert [str(event["SUMMARY"]) for event in events_of(changed)] == ["Massage: 2 of 2 seats"]


def test_whatever_a_service_is_called_it_says_nothing_else(phone, desk, client, mine, ours, service, reserve, customer):
    name = "Spa\r\nEND:VEVENT\r\nATTACH:http://evil.example\x01\u2028{provider} %s 🧖 ساونا"
    Service.objects.filter(pk=service.pk).update(name=name)
    service.refresh_from_db()
    reserve(service, customer)

    for path in (path_of(phone, mine), path_of(desk, ours)):
        [event] = events_of(client.get(path))
        assert str(event["SUMMARY"]).startswith("Spa END:VEVENT ATTACH:http://evil.example {provider} %s 🧖 ساونا")
        assert "ATTACH" not in event


def test_a_renewed_url_ends_the_one_before(phone, desk, client, mine, ours):
    for subscriber, calendar in ((phone, mine), (desk, ours)):
        before = path_of(subscriber, calendar)
        assert client.get(before).status_code == 200

        renewed = subscriber.post(f"{calendar}/renew")

        assert client.get(before).status_code == 404
        assert urlsplit(renewed.data["url"]).path == path_of(subscriber, calendar)
        assert client.get(path_of(subscriber, calendar)).status_code == 200


def test_who_works_there_no_more_sees_nothing_more(api_of, client, ours, provider):
    clerk = UserFactory()
    provider.staff.add(clerk)
    path = path_of(api_of(clerk), ours)
    assert client.get(path).status_code == 200

    provider.staff.remove(clerk)

    assert client.get(path).status_code == 404
    assert api_of(clerk).get(ours).status_code == 404


def test_a_url_opens_one_calendar_only(phone, desk, client, mine, ours):
    hers, theirs = (path_of(subscriber, each).rpartition("/")[2] for subscriber, each in ((phone, mine), (desk, ours)))

    for path in (f"{ours}/{hers}", f"{mine}/{theirs}", f"{mine}/x.ics", f"{ours}/{'x' * 500}.ics", f"{mine}/%00.ics"):
        assert client.get(path).status_code == 404


def test_a_url_does_not_get_into_the_log(phone, desk, mine, ours):
    assert without_tokens(path_of(phone, mine)) == f"{mine}/..."
    assert without_tokens(path_of(desk, ours)) == f"{ours}/..."
