"""What is told of one vehicle."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from fleet import reports
from fleet.errors import NoSuchVehicle
from fleet.ranges import Days, Grouping
from fleet.reports import Validity
from fleet.services.sanctions import confirm_and_sanction
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, dismiss_violation, report_violations
from fleet.sources import of_person
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
WEEK = Days(date(2026, 3, 23), TODAY)
HOUR = timedelta(hours=1)


@pytest.fixture
def vehicle():
    return VehicleFactory(
        plate_number="ABC 123",
        created_at=NOW - timedelta(days=400),
        registration_valid_from=date(2026, 1, 28),
        registration_valid_until=date(2026, 5, 28),
    )


@pytest.fixture
def guard():
    return GuardFactory(user__full_name="Gate Guard").user


def report(vehicle, days=WEEK, grouping=Grouping.DAY, now=NOW):
    return reports.report(vehicle.pk, days, grouping, now=now)


def scan(guard, *moments, plate="ABC 123"):
    """In, out, in and so on."""
    seen = [Seen(f"{plate}{at}", plate, "out" if n % 2 else "in", at) for n, at in enumerate(moments)]
    record_scans(of_person(guard), seen, now=NOW)


class TestValidity:
    @pytest.mark.parametrize(
        ("since", "until", "validity", "left", "progress"),
        [
            (-60, 60, Validity.VALID, 60, 0.5),
            (-60, 31, Validity.VALID, 31, 60 / 91),
            (-60, 30, Validity.EXPIRING, 30, 60 / 90),
            (-60, 0, Validity.EXPIRING, 0, 1.0),
            (-60, -1, Validity.EXPIRED, 0, 1.0),
            (1, 60, Validity.NOT_STARTED, 60, 0.0),
            (0, 0, Validity.EXPIRING, 0, 1.0),
            (None, 60, Validity.VALID, 60, 0.0),
            (-60, None, Validity.NOT_SET, None, 0.0),
            (None, None, Validity.NOT_SET, None, 0.0),
        ],
    )
    def test_follows_from_the_days(self, vehicle, since, until, validity, left, progress):
        vehicle.registration_valid_from = None if since is None else TODAY + timedelta(days=since)
        vehicle.registration_valid_until = None if until is None else TODAY + timedelta(days=until)
        vehicle.save()

        told = report(vehicle)

        assert (told.validity, told.days_until_expiration, told.progress) == (validity, left, progress)

    def test_a_vehicle_without_a_first_day_was_registered_when_it_came_to_us(self, vehicle):
        assert report(vehicle).registered_on == date(2026, 1, 28)
        vehicle.registration_valid_from = None
        vehicle.save()
        assert report(vehicle).registered_on == (NOW - timedelta(days=400)).date()

    def test_a_day_ends_by_the_clock_of_the_campus(self, vehicle, settings):
        settings.CAMPUS_ZONE = "Asia/Manila"

        assert report(vehicle, now=NOW.replace(hour=16)).days_until_expiration == 59


class TestFigures:
    def test_a_vehicle_of_which_nothing_is_known_has_noughts(self, vehicle):
        told = report(vehicle)

        assert (told.total_violations, told.active_violations, told.movements.total) == (0, 0, 0)
        assert (told.types, told.recent_logs, told.violations) == ([], [], [])
        assert [(bucket.category, moved.total) for bucket, moved in told.logs] == [
            (f"2026-03-{day}", 0) for day in range(23, 30)
        ]

    def test_totals_are_of_all_times_and_logs_of_the_range(self, vehicle, guard):
        scan(guard, NOW - 40 * 24 * HOUR, NOW - 40 * 24 * HOUR + HOUR, NOW - 25 * HOUR, NOW - 23 * HOUR, NOW - HOUR)

        told = report(vehicle)

        assert (told.movements.entries, told.movements.exits) == (3, 2)
        assert {bucket.category: moved.total for bucket, moved in told.logs if moved.total} == {
            "2026-03-28": 2,
            "2026-03-29": 1,
        }
        months = report(vehicle, Days(date(2026, 1, 1), TODAY), Grouping.MONTH).logs
        assert [(bucket.category, moved.entries, moved.exits) for bucket, moved in months] == [
            ("2026-01", 0, 0),
            ("2026-02", 1, 1),
            ("2026-03", 2, 1),
        ]

    def test_weeks_of_different_years_are_different_bars(self, vehicle, guard):
        scan(guard, NOW - HOUR)

        weeks = report(vehicle, Days(date(2025, 3, 20), TODAY), Grouping.WEEK).logs

        assert [(bucket.date.year, bucket.category) for bucket, moved in weeks if moved.total] == [(2026, "W13")]

    def test_violations_are_counted_by_what_became_of_them_and_by_their_type(self, vehicle, guard):
        kinds = ["Speed Violation", "Other", "Speed Violation", "Improper Parking"]
        reported = [Reported(str(n), "abc-123", kind, NOW - n * HOUR, "Loud") for n, kind in enumerate(kinds)]
        report_violations(of_person(guard), [*reported, Reported("x", "XYZ 1", "Other", NOW)], now=NOW)
        newest, second, *_ = report(vehicle).violations
        officer = OfficerFactory().user
        dismiss_violation(newest.pk, by=officer, now=NOW)
        confirm_and_sanction(second.pk, by=officer, now=NOW)

        told = report(vehicle)

        assert (told.total_violations, told.active_violations) == (4, 2)
        assert told.types == [("Speed Violation", 2), ("Improper Parking", 1), ("Other", 1)]
        assert [(one.label, one.status) for one in told.violations] == [
            ("Speed Violation", "dismissed"),
            ("Other: Loud", "sanctioned"),
            ("Speed Violation", "pending"),
            ("Improper Parking", "pending"),
        ]
        assert {told.names[one.source] for one in told.violations} == {"Gate Guard"}

    def test_the_newest_logs_are_told(self, vehicle, guard):
        scan(guard, *(NOW - n * HOUR for n in range(60, 0, -1)))

        told = report(vehicle)

        assert [log.in_at for log in told.recent_logs] == [NOW - n * HOUR for n in range(2, 42, 2)]
        assert told.movements.total == 60

    def test_other_vehicles_are_not_counted(self, vehicle, guard):
        VehicleFactory(plate_number="XYZ 1")
        scan(guard, NOW - 2 * HOUR, NOW - HOUR, plate="XYZ 1")
        report_violations(of_person(guard), [Reported("1", "XYZ 1", "Other", NOW)], now=NOW)

        assert (report(vehicle).movements.total, report(vehicle).total_violations) == (0, 0)

    def test_there_is_no_report_of_no_vehicle(self):
        with pytest.raises(NoSuchVehicle):
            reports.report(UserFactory().pk, WEEK, Grouping.DAY, now=NOW)

    def test_however_much_happened_it_is_few_queries(self, vehicle, guard, django_assert_num_queries):
        scan(guard, *(NOW - n * HOUR for n in range(60, 0, -1)))
        reported = [Reported(str(n), "ABC 123", "Other", NOW - n * HOUR) for n in range(30)]
        report_violations(of_person(guard), reported, now=NOW)

        with django_assert_num_queries(8):
            report(vehicle)


class TestView:
    @pytest.fixture
    def known(self, guard):
        """As of the real clock."""
        now = timezone.now()
        today = now.date()
        vehicle = VehicleFactory(
            plate_number="ABC 123",
            vehicle_model="Honda Click",
            contact="09171234567",
            registration_valid_from=today - timedelta(days=30),
            registration_valid_until=today + timedelta(days=90),
        )
        seen = [Seen("1", "ABC 123", "in", now - 2 * HOUR), Seen("2", "ABC 123", "out", now - HOUR)]
        record_scans(of_person(guard), seen, now=now)
        report_violations(of_person(guard), [Reported("1", "ABC 123", "Other", now - HOUR, "Loud")], now=now)
        return vehicle

    @pytest.fixture
    def path(self, known):
        return f"/api/fleet/vehicles/{known.pk}/report"

    def test_says_it_in_the_words_of_the_seed(self, api_of, guard, known, path):
        told = api_of(guard).get(path).json()

        log, violation = known.logs.get(), known.violations.get()
        today = timezone.now().date()
        logs = told.pop("vehicleLogs")
        assert told == {
            "vehicleId": str(known.pk),
            "plateNumber": "ABC 123",
            "vehicleType": "two-wheeled",
            "vehicleModel": "Honda Click",
            "ownerName": "Rosa Cruz",
            "department": "CCS",
            "status": "offsite",
            "registrationStatus": "active",
            "registeredDate": (today - timedelta(days=30)).isoformat(),
            "expiryDate": (today + timedelta(days=90)).isoformat(),
            "daysUntilExpiration": 90,
            "mvpProgress": 0.25,
            "mvpStatusText": "Valid",
            "totalViolations": 1,
            "activeViolations": 1,
            "totalEntriesExits": 2,
            "violationsByType": [{"category": "Other", "value": 1.0, "date": None}],
            "recentLogs": [
                {
                    "logId": str(log.pk),
                    "timeIn": instant(log.in_at),
                    "timeOut": instant(log.out_at),
                    "durationMinutes": 60,
                    "status": "offsite",
                    "updatedBy": "Gate Guard",
                }
            ],
            "violationHistory": [
                {
                    "violationId": str(violation.pk),
                    "dateTime": instant(violation.reported_at),
                    "violationType": "Other: Loud",
                    "reportedBy": "Gate Guard",
                    "status": "pending",
                    "createdAt": instant(violation.created_at),
                    "lastUpdated": instant(violation.created_at),
                }
            ],
        }
        assert [chart["category"] for chart in logs] == [
            (today - timedelta(days=n)).isoformat() for n in range(6, -1, -1)
        ]
        assert sum(chart["value"] for chart in logs) == 2.0
        assert {type(chart["value"]) for chart in logs} == {float}

    def test_the_range_is_asked_for_as_of_any_chart(self, api_of, guard, path):
        api = api_of(guard)

        year = api.get(path, {"since": "2025-01-01", "until": "2025-12-31", "group": "month"}).json()

        assert [chart["category"] for chart in year["vehicleLogs"]] == [f"2025-{month:02}" for month in range(1, 13)]
        assert year["totalEntriesExits"] == 2
        assert api.get(path, {"range": "never"}).status_code == 400

    def test_what_has_not_changed_is_not_sent_again(self, api_of, guard, path, django_capture_on_commit_callbacks):
        api = api_of(guard)
        first = api.get(path)

        again = api.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
        with django_capture_on_commit_callbacks(execute=True):
            report_violations(of_person(guard), [Reported("2", "ABC 123", "Other", timezone.now())], now=timezone.now())
        changed = api.get(path, HTTP_IF_NONE_MATCH=first["ETag"])

        assert (again.status_code, again.content) == (304, b"")
        assert (changed.status_code, changed.json()["totalViolations"]) == (200, 2)

    def test_it_is_kept_until_something_changes(self, api_of, guard, known, path):
        api = api_of(guard)
        first = api.get(path)
        known.logs.all().delete()

        assert api.get(path).content == first.content
        assert api.get(path, {"ttl": 0}).json()["totalEntriesExits"] == 0

    def test_the_app_may_ask_with_its_long_token(self, api_of, guard, path):
        assert api_of(guard, long_lived=True).get(path).status_code == 200

    @pytest.mark.parametrize("suffix", ["", ".pdf"])
    def test_only_who_works_with_the_fleet_reads_it(self, api_of, path, client, suffix):
        officer, staff = OfficerFactory().user, UserFactory(is_staff=True)
        gone, stranger = GuardFactory(is_active=False).user, UserFactory()

        answers = [api_of(user).get(path + suffix).status_code for user in (officer, staff, gone, stranger)]

        assert answers == [200, 200, 403, 403]
        assert client.get(path + suffix).status_code == 401

    @pytest.mark.parametrize("suffix", ["", ".pdf"])
    def test_there_is_none_of_no_vehicle(self, api_of, guard, suffix):
        answer = api_of(guard).get(f"/api/fleet/vehicles/{guard.pk}/report{suffix}")

        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_vehicle")


def instant(moment):
    return moment.isoformat().replace("+00:00", "Z")
