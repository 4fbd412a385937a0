from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from accounts.models import User
from core.logs import without_tokens
from dispatch import distribution
from dispatch.services import estimates, reports, requests
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(client):
    """What a calendar app gets, which has the URL and nothing else."""

    def fetch(subscriber, **headers):
        return client.get(path_of(subscriber), **headers)

    return fetch


def path_of(subscriber):
    return urlsplit(subscriber.get("/api/dispatch/calendar").data["url"]).path


def events_of(answer):
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    parsed = Calendar.from_ical(answer.content)
    assert [error for event in parsed.walk() for error in event.errors] == []
    return parsed.events


def test_a_professional_sees_until_when_her_estimates_are_due(phone, distributed, feed, now):
    report = distributed(answer_by=now + timedelta(hours=9))

    [event] = events_of(feed(phone))

    assert str(event["SUMMARY"]) == "Estimate due: 2019 Honda Civic"
    assert event.start == report.answer_by.replace(microsecond=0)
    assert event.stamp == now.replace(microsecond=0)
    assert str(event["URL"]).endswith(f"/api/dispatch/requests/{report.pk}")
    assert {"LOCATION", "GEO", "DESCRIPTION"}.isdisjoint(event)


def test_an_owner_sees_when_to_choose(home, opened, feed, now):
    report = opened(answer_by=now + timedelta(hours=9))

    [event] = events_of(feed(home))

    assert str(event["SUMMARY"]) == "Choose an estimate: 2019 Honda Civic"
    assert (event.start, event.end) == tuple(at.replace(microsecond=0) for at in (report.answer_by, report.expires_at))


def test_deadlines_come_in_their_order_and_of_both_roles(home, owner, distributed, opened, feed, now):
    opened(vehicle_make="Late", answer_by=now + timedelta(days=3))
    opened(vehicle_make="Soon", answer_by=now + timedelta(days=1))

    assert [str(event["SUMMARY"]).split()[-2] for event in events_of(feed(home))] == ["Soon", "Late"]


def test_an_event_stays_the_same_one_and_counts_its_changes(home, phone, distributed, feed, now):
    report = distributed()
    before = [events_of(feed(subscriber))[0] for subscriber in (home, phone)]
    reports.revise_report(report, answer_by=now + timedelta(days=2), now=now)
    after = [events_of(feed(subscriber))[0] for subscriber in (home, phone)]

    assert [event.uid for event in before] == [event.uid for event in after]
    assert before[0].uid != before[1].uid
    assert [new.sequence - old.sequence for old, new in zip(before, after, strict=True)] == [1, 1]
    distribution.widen(report, now)
    assert events_of(feed(home))[0].sequence == after[0].sequence + 1


def test_what_is_settled_is_gone(home, phone, pro, distributed, estimated, feed, now):
    answered, declined, taken, cancelled, expired = (distributed() for _ in range(5))
    estimated(pro, answered)
    requests.decline_request(pro.requests.get(report=declined), now=now)
    estimates.accept_estimate(estimated(pro, taken), now=now)
    reports.cancel_report(cancelled, now=now)
    type(expired).objects.filter(pk=expired.pk).update(expires_at=now - timedelta(seconds=1))

    assert events_of(feed(phone)) == []
    urls = [str(event["URL"]) for event in events_of(feed(home))]
    assert sorted(url.rpartition("/")[2] for url in urls) == sorted(str(report.pk) for report in (answered, declined))


@pytest.mark.parametrize(
    "make",
    [
        "Honda\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Free beer",
        "Honda\nATTACH:http://evil.example",
        "Honda\x0b\x0c\x1c\x85\u2028ATTACH:x",
        "Honda\rURL:x",
        "Honda\x01\x02\x1b[31m",
        "Honda;,\\:{vehicle}%s",
    ],
)
def test_a_vehicles_name_cannot_say_anything_else(home, opened, feed, make):
    opened(vehicle_make=make)

    answer = feed(home)
    [event] = events_of(answer)

    assert {"ATTACH", "VALARM"}.isdisjoint(event)
    assert str(event["SUMMARY"]).startswith("Choose an estimate: 2019 Honda")
    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert sum(line.startswith(("SUMMARY", "BEGIN:VEVENT")) for line in lines) == 2
    assert [sign for sign in "".join(lines) if ord(sign) < 32] == []


@pytest.mark.parametrize("make", ["هوندا الجديدة", "👩‍🔧🚗" * 7, "日本の自動車" * 10, "\u200fsedan\u202e", "ß" * 60])
def test_any_script_comes_through(home, opened, feed, make):
    opened(vehicle_make=make)

    answer = feed(home)

    assert str(events_of(answer)[0]["SUMMARY"]) == f"Choose an estimate: 2019 {make} Civic"
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_who_has_nothing_to_do_has_an_empty_calendar(api_of, feed):
    assert events_of(feed(api_of(UserFactory()))) == []


def test_a_calendar_that_has_not_changed_is_not_sent_again(home, opened, feed, now):
    report = opened()
    first = feed(home)

    again = feed(home, HTTP_IF_NONE_MATCH=first["ETag"])
    reports.cancel_report(report, now=now)
    changed = feed(home, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


@pytest.mark.parametrize("accept", ["text/calendar", "*/*", "text/html,application/xhtml+xml", "application/json"])
def test_whatever_takes_a_calendar_gets_it(home, feed, accept):
    assert events_of(feed(home, HTTP_ACCEPT=accept)) == []


def test_a_renewed_url_ends_the_one_before(home, client):
    before = path_of(home)

    renewed = home.post("/api/dispatch/calendar/renew")

    assert renewed.status_code == 200
    assert (client.get(before).status_code, client.get(before).json()["code"]) == (404, "not_found")
    assert path_of(home) == urlsplit(renewed.data["url"]).path
    assert client.get(path_of(home)).status_code == 200


def test_the_calendar_of_somebody_who_may_not_come_in_is_not_there(home, owner, client):
    path = path_of(home)
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "a.1.b", "%00", "%D9%A1.1.x", "x" * 500])
def test_a_url_that_was_made_up_leads_nowhere(client, db, token):
    assert client.get(f"/api/dispatch/calendar/{token}.ics").status_code == 404


def test_a_url_does_not_get_into_the_log(home):
    path = path_of(home)

    assert without_tokens(path) == "/api/dispatch/calendar/..."
