"""What the app of seed 003 refreshes from: the data of its frames, by REST."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache

from accounts.sessions import open_session
from fleet import freshness, kept, mirrors
from fleet.conf import limits
from fleet.models import Vehicle
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory
from tests.fleet import dart

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]

PATHS = {
    "/api/fleet/violations": mirrors.VIOLATIONS,
    "/api/fleet/vehicles": mirrors.VEHICLES,
    "/api/fleet/summary": mirrors.SUMMARY,
    "/api/fleet/violation-distribution": mirrors.DISTRIBUTION,
    "/api/fleet/vehicle-logs": mirrors.LOGS,
}
of_each_path = pytest.mark.parametrize("path", PATHS)


@pytest.fixture
def nothing_kept():
    cache.clear()


@pytest.fixture
def desktop(api_of):
    """The app of an officer."""
    return api_of(OfficerFactory().user, long_lived=True)


def scan(plate, way, at, now):
    record_scans(Source("key-gate"), [Seen(f"{plate} {way} {at}", plate, way, at)], now=now)


def report(plate, now, ago=timedelta(0)):
    report_violations(Source("key-gate"), [Reported(f"{plate} {ago}", plate, "Over Speeding", now - ago)], now=now)


@pytest.fixture
def campus(now):
    vehicle = VehicleFactory(plate_number="ABC 123", contact="09171234567", city="Oroquieta")
    scan("ABC 123", "in", now - timedelta(minutes=5), now)
    report("ABC 123", now)
    return vehicle


class TestMirrors:
    @of_each_path
    def test_the_answer_is_the_data_of_the_frame(self, desktop, campus, now, path):
        response = desktop.get(path)

        assert (response.status_code, response["Content-Type"]) == (200, "application/json")
        assert response.content.decode() == mirrors_text(path, now)
        assert dart.parse(f'{{"type":"{PATHS[path].type}","data":{response.content.decode()}}}')[1]

    @of_each_path
    def test_one_that_has_not_changed_is_not_sent_again(self, desktop, campus, path):
        first = desktop.get(path)

        again = desktop.get(path, headers={"if-none-match": first["ETag"]})
        other = desktop.get(path, headers={"if-none-match": '"another"'})

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert (other.status_code, other.content) == (200, first.content)

    def test_one_that_has_changed_is_sent(self, desktop, campus, now, django_capture_on_commit_callbacks):
        tag = desktop.get("/api/fleet/summary")["ETag"]
        with django_capture_on_commit_callbacks(execute=True):
            report("ABC 123", now, timedelta(minutes=1))

        response = desktop.get("/api/fleet/summary", headers={"if-none-match": tag})

        assert (response.status_code, response.json()["totalViolations"]) == (200, 2)

    @of_each_path
    def test_it_is_answered_from_the_cache_the_second_time(self, desktop, campus, path, django_assert_num_queries):
        desktop.get(path)
        kept_before = len(kept.entries())

        first = desktop.get(path).json()
        Vehicle.objects.update(owner_name="Somebody else")  # past the services, so that nobody hears of it

        assert desktop.get(path).json() == first
        assert len(kept.entries()) == kept_before == 1

    def test_on_demand_it_is_made_anew_and_kept(self, desktop, campus):
        desktop.get("/api/fleet/vehicles")
        Vehicle.objects.update(owner_name="Somebody else")

        anew, after = (desktop.get(f"/api/fleet/vehicles{query}").json() for query in ("?refresh=1", ""))

        assert [vehicle["ownerName"] for vehicle in (*anew, *after)] == ["Somebody else"] * 2

    def test_who_wants_it_younger_than_it_is_kept_gets_it_made_anew(self, desktop, campus):
        desktop.get("/api/fleet/vehicles")
        Vehicle.objects.update(owner_name="Somebody else")

        names = [desktop.get(f"/api/fleet/vehicles?ttl={ttl}").json()[0]["ownerName"] for ttl in ("300", "0", "100000")]

        assert names == ["Rosa Cruz", "Somebody else", "Somebody else"]

    def test_a_guard_gets_the_list_without_what_is_not_for_guards(self, desktop, campus, api_of):
        guard = api_of(GuardFactory().user, long_lived=True)

        [[seen], [full], [again]] = [who.get("/api/fleet/vehicles").json() for who in (guard, desktop, guard)]

        assert ((seen["contact"], seen["city"]), (full["contact"], full["city"])) == (
            ("", ""),
            ("09171234567", "Oroquieta"),
        )
        assert again == seen

    def test_of_more_than_the_app_takes_it_is_told_how_many_there_are(self, desktop):
        plates = [f"P{n:05}" for n in range(limits.dialect_vehicles + 3)]
        Vehicle.objects.bulk_create(Vehicle(plate=plate, plate_number=plate, owner_name="Rosa") for plate in plates)

        response = desktop.get("/api/fleet/vehicles")

        assert len(response.json()) == limits.dialect_vehicles
        assert response["X-Total-Count"] == str(len(plates))


def mirrors_text(path, now):
    return PATHS[path].read(mirrors.usual(now, is_full=True), anew=True).text


class TestRanges:
    NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)

    @pytest.fixture
    def march(self):
        VehicleFactory(plate_number="ABC 123")
        scan("ABC 123", "in", self.NOON, self.NOON)
        report("ABC 123", self.NOON)

    @pytest.mark.parametrize(
        ("query", "count"),
        [("since=2026-03-27&until=2026-03-27", 1), ("since=2026-03-28&until=2026-03-28", 0), ("since=2026-03-01", 1)],
    )
    def test_of_the_days_that_are_asked_for(self, desktop, march, query, count):
        summary = desktop.get(f"/api/fleet/summary?{query}").json()
        distribution = desktop.get(f"/api/fleet/violation-distribution?{query}").json()
        logs = desktop.get(f"/api/fleet/vehicle-logs?{query}").json()

        assert (summary["totalViolations"], summary["totalEntriesExits"]) == (count, count)
        assert sum(bar["value"] for bar in distribution) == sum(bar["value"] for bar in logs) == count

    @pytest.mark.parametrize(
        ("group", "bars"),
        [("day", 31), ("week", 5), ("month", 1), ("year", 1)],
    )
    def test_logs_by_day_week_month_or_year(self, desktop, march, group, bars):
        found = desktop.get(f"/api/fleet/vehicle-logs?since=2026-03-01&until=2026-03-31&group={group}").json()

        assert (len(found), sum(bar["value"] for bar in found)) == (bars, 1)

    @pytest.mark.parametrize(
        ("name", "days"),
        [("today", 1), ("yesterday", 1), ("7d", 7), ("30d", 30)],
    )
    def test_ranges_have_names(self, desktop, name, days):
        assert len(desktop.get(f"/api/fleet/vehicle-logs?range={name}&group=day").json()) == days

    def test_a_distribution_by_department(self, desktop, march):
        found = desktop.get("/api/fleet/violation-distribution?since=2026-03-01&by=department").json()

        assert found == [{"category": "CCS", "value": 1.0, "date": None}]

    def test_reads_of_other_days_are_kept_apart(self, desktop, march):
        counts = [
            desktop.get(f"/api/fleet/summary?since={since}").json()["totalViolations"]
            for since in ("2026-03-27", "2026-03-28", "2026-03-27")
        ]

        assert counts == [1, 0, 1]

    @pytest.mark.parametrize(
        "query",
        ["range=ever", "since=x", "since=2026-13-01", "until=2026-03-01", "since=2026-03-02&until=2026-03-01",
         "since=2026-03-01&range=7d", "since=2020-01-01&until=2025-02-01", "since=0001-01-01", "since=9999-12-31",
         "group=hour", "ttl=-1", "ttl=x", "refresh=maybe"],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(self, desktop, query):
        response = desktop.get(f"/api/fleet/vehicle-logs?{query}")

        assert (response.status_code, response.json()["code"]) == (400, "invalid")

    def test_five_years_are_not_too_much(self, desktop):
        found = desktop.get("/api/fleet/vehicle-logs?since=2021-01-01&until=2025-12-31&group=day").json()

        assert (len(found), found[0]["category"], found[-1]["date"]) == (1826, "2021-01-01", "2025-12-31")


class TestPages:
    def test_all_vehicles_can_be_reached_page_by_page(self, desktop):
        plates = [f"CAR {n:03}" for n in range(25)]
        for plate in plates:
            VehicleFactory(plate_number=plate)

        first = desktop.get("/api/fleet/vehicles?cursor=").json()
        second = desktop.get(first["next"]).json()

        assert [one["plateNumber"] for one in (*first["results"], *second["results"])] == plates
        assert (len(first["results"]), second["next"]) == (20, None)
        dart.list_of(dart.VEHICLE)(first["results"])

    def test_all_violations_can_be_reached_page_by_page_the_newest_first(self, desktop, now):
        moments = [timedelta(minutes=n) for n in range(7)]
        for ago in moments:
            report("ABC 123", now, ago)

        pages = [desktop.get("/api/fleet/violations?cursor=&page_size=3").json()]
        while pages[-1]["next"]:
            pages.append(desktop.get(pages[-1]["next"]).json())

        found = [one for page in pages for one in page["results"]]
        assert [datetime.fromisoformat(one["reportedAt"]) for one in found] == [now - ago for ago in moments]
        assert [len(page["results"]) for page in pages] == [3, 3, 1]
        dart.list_of(dart.VIOLATION)(found)

    def test_a_guards_pages_have_no_addresses_either(self, campus, api_of):
        guard = api_of(GuardFactory().user, long_lived=True)

        [vehicle] = guard.get("/api/fleet/vehicles?cursor=").json()["results"]

        assert (vehicle["contact"], vehicle["city"]) == ("", "")

    def test_a_cursor_that_is_none_is_refused(self, desktop):
        for path in ("/api/fleet/vehicles", "/api/fleet/violations"):
            assert desktop.get(f"{path}?cursor=nonsense").status_code == 404


class TestRights:
    @of_each_path
    @pytest.mark.parametrize("who", ["guard", "officer", "staff"])
    def test_guards_officers_and_staff_read(self, api_of, path, who):
        user = (
            {"guard": GuardFactory, "officer": OfficerFactory}[who]().user
            if who != "staff"
            else UserFactory(is_staff=True)
        )

        assert api_of(user, long_lived=True).get(path).status_code == 200
        assert api_of(user).get(path).status_code == 200

    @of_each_path
    def test_nobody_else_does(self, api_of, client, path):
        retired = GuardFactory(is_active=False).user

        codes = [api_of(user, long_lived=True).get(path).status_code for user in (UserFactory(), retired)]

        assert (codes, client.get(path).status_code) == ([403, 403], 401)

    @of_each_path
    def test_the_token_may_stand_in_the_query_and_a_page_may_have_a_session(self, client, now, path):
        officer = OfficerFactory().user
        token = open_session(officer, device="Desktop", is_long_lived=True, now=now).access_token

        by_query = client.get(f"{path}?token={token}")
        client.force_login(officer)

        assert (by_query.status_code, client.get(path).status_code) == (200, 200)

    def test_a_long_lived_token_reads_and_does_not_post(self, desktop, now):
        posted = desktop.post("/api/fleet/violations", {"violations": [{}]})

        assert (posted.status_code, desktop.get("/api/fleet/violations").status_code) == (401, 200)

    def test_guards_still_post_where_the_app_reads(self, api_of, now):
        event = {"event_id": "1", "plate": "ABC 123", "type": "Over Speeding", "at": now.isoformat()}
        guard = api_of(GuardFactory().user)

        posted = guard.post("/api/fleet/violations", {"violations": [event]}, format="json")

        assert posted.json()["outcomes"] == [{"event_id": "1", "result": "recorded"}]
        assert [one["plateNumber"] for one in guard.get("/api/fleet/violations").json()] == ["ABC123"]


def test_each_list_is_kept_under_the_board_that_outdates_it():
    assert [mirror.board for mirror in PATHS.values()] == freshness.BOARDS


def test_days_are_kept_by_their_dates_and_not_by_the_name_of_a_range():
    """`today` is another day tomorrow."""
    asked = mirrors.usual(datetime(2026, 3, 27, 12, tzinfo=UTC), is_full=True)
    tomorrow = mirrors.usual(datetime(2026, 3, 28, 12, tzinfo=UTC), is_full=True)

    assert asked.days.last == date(2026, 3, 27)
    assert [mirrors.SUMMARY.query(one) == mirrors.SUMMARY.query(asked) for one in (asked, tomorrow)] == [True, False]
    assert json.loads(mirrors.SUMMARY.read(asked).text)["totalVehicles"] == 0
