"""What operators type."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from fleet import auditing, kept
from fleet.models import Tally, Vehicle
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source
from tests.factories.fleet import VehicleFactory

pytestmark = pytest.mark.django_db

FILE = "plateNumber,ownerName,status\nABC 123,José Peña,onsite\nXYZ 9,Rosa Cruz,\n"
NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


def run(*command):
    """What it prints, and what it fails with."""
    out = io.StringIO()
    try:
        call_command(*map(str, command), stdout=out)
    except CommandError as error:
        return out.getvalue().splitlines(), (str(error), error.returncode)
    return out.getvalue().splitlines(), None


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "vehicles.csv"
    path.write_text(FILE)
    return path


class TestImportVehicles:
    def test_says_what_was_registered_and_what_was_revised(self, file):
        VehicleFactory(plate_number="XYZ 9")

        lines, failure = run("importvehicles", file)

        assert lines == ["Not read, since they follow from the rest: status.", "1 registered, 1 revised."]
        assert failure is None
        assert Vehicle.objects.get(plate="ABC123").owner_name == "José Peña"

    def test_a_rehearsal_says_so(self, file):
        lines, failure = run("importvehicles", file, "--dry-run")

        assert (lines[-1], failure) == ("2 would be registered, 0 would be revised.", None)
        assert Vehicle.objects.count() == 0

    def test_errors_come_by_line_and_fail(self, file):
        file.write_text(FILE + "A,,\n" + "ABC 123,Again,\n" * 1000)

        lines, failure = run("importvehicles", file)

        assert lines[1:3] == [
            "line 4: plateNumber: A is no plate: at least 3 letters or digits, and nothing else but spaces and dashes.",
            "line 4: ownerName: is empty.",
        ]
        assert lines[3] == "line 5: ABC 123 is in line 2 as well."
        assert (len(lines), lines[-1]) == (1002, "… and 2 more.")
        assert failure == ("1002 errors: nothing was imported.", 1)
        assert Vehicle.objects.count() == 0

    def test_a_file_that_is_not_there_or_no_csv_fails(self, file):
        assert "cannot be read: [Errno 2]" in run("importvehicles", f"{file}x")[1][0]
        file.write_bytes(FILE.encode("utf-16"))
        assert run("importvehicles", file)[1] == (f"{file} cannot be read: This is UTF-16. Save the file as UTF-8.", 1)


class TestAuditFleet:
    @pytest.fixture(autouse=True)
    def moved(self):
        VehicleFactory(plate_number="ABC 123")
        source = Source("key-gate")
        seen = [Seen("1", "ABC 123", "in", NOON), Seen("2", "ABC 123", "out", NOON + timedelta(days=1))]
        record_scans(source, seen, now=NOON + timedelta(days=1))
        report_violations(source, [Reported("1", "ABC 123", "Speed Violation", NOON)], now=NOON)

    def test_right_counts_are_no_news(self):
        assert run("auditfleet") == (["2 days, 0 differences."], None)

    def test_nothing_at_all_is_no_news(self, moved):
        Tally.objects.all().delete()
        Vehicle.objects.get().logs.all().delete()
        Vehicle.objects.get().violations.all().delete()

        assert run("auditfleet") == (["0 days, 0 differences."], None)

    def test_wrong_counts_are_told_and_fail(self):
        Tally.objects.filter(measure="entry").update(count=4)
        Tally.objects.filter(measure="violation").delete()

        assert run("auditfleet") == (
            [
                "2026-03-28 entry CCS: 3 too many",
                "2026-03-28 violation CCS Speed Violation pending: 1 too few",
                "2 days, 2 differences.",
            ],
            ("Some counts are not what the rows say.", 1),
        )
        assert Tally.objects.get(measure="entry").count == 4

    def test_repaired_they_are_right(self):
        Tally.objects.filter(measure="exit").update(count=0)

        lines, failure = run("auditfleet", "--repair")

        assert lines == ["2026-03-29 exit CCS: 1 too few", "2 days, 1 differences repaired."]
        assert failure is None
        assert run("auditfleet") == (["2 days, 0 differences."], None)

    def test_only_the_days_that_are_asked_for(self):
        Tally.objects.update(count=7)

        lines, _ = run("auditfleet", "--repair", "--since", "2026-03-29", "--until", "2026-03-29")

        assert lines == ["2026-03-29 exit CCS: 6 too many", "1 days, 1 differences repaired."]
        day = date(2026, 3, 28)
        assert [*auditing.drift(auditing.Days(day, day)).values()] == [-6, -6]

    def test_years_are_audited_a_year_at_a_time(self):
        Tally.objects.create(day=date(2021, 1, 1), measure="entry", department="CCS", type="", status="", count=1)

        lines, failure = run("auditfleet", "--repair")

        assert lines == ["2021-01-01 entry CCS: 1 too many", "1914 days, 1 differences repaired."]
        assert failure is None

    def test_days_that_end_before_they_begin_are_refused(self):
        _, failure = run("auditfleet", "--since", "2026-03-29", "--until", "2026-03-28")

        assert failure == ("--until is before --since.", 1)


class TestClearFleetCache:
    def test_says_how_many_reads_it_forgot(self):
        for number in range(3):
            kept.read("fleet.summary", f"{number}", lambda: "kept")

        assert run("clearfleetcache") == (["3 kept reads removed."], None)
        assert run("clearfleetcache") == (["0 kept reads removed."], None)
        assert kept.read("fleet.summary", "1", lambda: "new") == "new"

    def test_without_redis_it_cannot_reach_the_memory_of_the_server(self, settings):
        settings.REDIS_URL = ""

        lines, failure = run("clearfleetcache")

        assert lines == []
        assert failure[0].startswith("Without Redis the server keeps them in its own memory")
