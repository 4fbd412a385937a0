"""What the boards show, of any range."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fleet import boards, ranges
from fleet.ranges import Days, Grouping
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import of_person
from realtime.kinds import encode
from tests.factories.accounts import UserFactory
from tests.factories.fleet import VehicleFactory

pytestmark = pytest.mark.django_db

NAMES = ["violations", "vehicles", "summary", "violation_distribution", "vehicle_logs"]


@pytest.fixture
def campus(guard, vehicle, now):
    """Something on each of the last days."""
    VehicleFactory(plate_number="NEW 1")
    scans = [
        Seen(f"{days}{way}", "ABC 123", way, now - timedelta(days=days, minutes=9 - len(way)))
        for days in (0, 1, 8, 40)
        for way in ("in", "out")
    ]
    record_scans(of_person(guard), scans, now=now)
    reports = [Reported(str(days), "ABC 123", "Other", now - timedelta(days=days)) for days in (0, 1, 8, 40)]
    report_violations(of_person(guard), reports, now=now)


@pytest.fixture
def client(guard, api_of):
    return api_of(guard)


def show(client, name, **asked):
    return client.get(f"/api/fleet/boards/{name}", asked)


def refusal(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("name", NAMES)
def test_by_default_it_is_what_the_board_shows_live(client, campus, guard, name):
    shown = show(client, name)

    assert (shown.status_code, shown["Content-Type"]) == (200, "application/json")
    assert shown.json() == json.loads(encode(boards.BOARDS[f"fleet.{name}"].render("")))


def test_any_range_can_be_asked_for(client, campus, now):
    today = now.date()

    def days(**asked):
        return [date.fromisoformat(day) for day in show(client, "summary", **asked).json()["days"].values()]

    assert days() == [today - timedelta(days=6), today]
    assert days(range="today") == [today, today]
    assert days(range="month") == [today.replace(day=1), today]
    assert days(since="2026-01-31", until="2026-02-28") == [date(2026, 1, 31), date(2026, 2, 28)]
    assert days(since="2025-01-01") == [date(2025, 1, 1), today]
    assert days(since="2099-01-01") == [date(2099, 1, 1), date(2099, 1, 1)]


@pytest.mark.parametrize("name", ["summary", "violation_distribution", "vehicle_logs"])
def test_the_figures_are_those_of_the_range(client, campus, now, name):
    first, last = (now.date() - timedelta(days=days) for days in (45, 5))
    days = Days(first, last)
    direct = {
        "summary": boards.show_summary,
        "violation_distribution": boards.show_distribution,
        "vehicle_logs": lambda days: boards.show_logs(days, Grouping.DAY),
    }[name]

    shown = show(client, name, since=first, until=last).json()

    assert shown == json.loads(encode(direct(days)))
    assert shown["days"] == {"first": first.isoformat(), "last": last.isoformat()}
    if name == "summary":
        assert (shown["total_violations"], shown["entries"], shown["exits"]) == (2, 2, 2)


@pytest.mark.parametrize("group", Grouping)
def test_logs_are_grouped_as_asked(client, campus, now, group):
    first = now.date() - timedelta(days=60)

    shown = show(client, "vehicle_logs", since=first, group=group).json()

    del shown["days"]
    assert {name.partition(":")[0] for name in shown} == {group}
    assert sum(bucket["entries"] + bucket["exits"] for bucket in shown.values()) == 8
    expected = ranges.buckets(Days(first, now.date()), group).values()
    assert [bucket["category"] for bucket in shown.values()] == [bucket.category for bucket in expected]


@pytest.mark.parametrize(
    "asked",
    [
        {"range": "fortnight"}, {"range": "7d", "since": "2026-01-01"}, {"until": "2026-01-01"}, {"since": "yesterday"},
        {"since": "2026-02-30"}, {"since": "2026-02-02", "until": "2026-02-01"}, {"since": "2001-01-01"},
        {"since": "2020-01-01", "until": "2026-01-01"}, {"since": "0001-01-01", "until": "0001-01-02"},
        {"since": "9999-12-31"}, {"group": "hour"},
        {"ttl": "-1"}, {"ttl": "nan"}, {"ttl": "soon"}, {"refresh": "perhaps"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["summary", "vehicle_logs"])
def test_what_makes_no_sense_is_refused(client, name, asked):
    assert refusal(show(client, name, **asked)) == (400, "invalid")


@pytest.mark.parametrize("name", ["", "fleet.summary", "shifts", "Summary", "%00", "a" * 300])
def test_there_are_five(client, name):
    assert show(client, name).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_what_has_not_changed_is_not_sent_again(client, campus, guard, now, name):
    first = show(client, name)
    path = f"/api/fleet/boards/{name}"

    same = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_what_has_changed_is_shown_at_once(client, campus, guard, now, name):
    first = show(client, name)

    record_scans(of_person(guard), [Seen("x", "ABC 123", "in", now)], now=now)
    report_violations(of_person(guard), [Reported("x", "ABC 123", "Other", now)], now=now)

    again = client.get(f"/api/fleet/boards/{name}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content != first.content) == (200, True)


def test_an_answer_is_kept_for_as_long_as_the_caller_likes(client, campus):
    def asked(**how):
        """How often counts were read for it."""
        with CaptureQueriesContext(connection) as counted:
            assert show(client, "summary", **how).status_code == 200
        return sum("fleet_tally" in query["sql"] for query in counted)

    made = asked()
    assert made > 0
    assert asked() == asked(ttl=300) == asked(ttl=10_000) == 0
    assert asked(refresh=1) == made
    assert asked(ttl=0) == made
    assert asked(range="30d") == made


def test_only_who_works_with_the_fleet_looks(api_of, api):
    for name in NAMES:
        assert refusal(show(api_of(UserFactory()), name)) == (403, "forbidden")
        assert refusal(show(api, name)) == (401, "unauthenticated")
