"""Another system's registry, as files come: good ones, and all the ways in which they are not."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from fleet import adoption
from fleet.cells import CELLS, FIELDS
from fleet.importing import FOLLOWS, SHOWN, Unreadable, import_vehicles
from fleet.models import Scan, Vehicle
from fleet.services.scans import Seen, record_scans
from fleet.sources import Source
from tests.factories.fleet import VehicleFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
FILE = """\
plateNumber,ownerName,schoolID,department,vehicleType,contact,licenseNumber,registrationValidFrom,registrationValidUntil
abc-123,José Peña,2021-0001,CCS,two-wheeled,0917 123 4567,N01-12-345678,2026-01-31,2027-01-30
XYZ  9,أحمد بن محمد,,CBA,Four-Wheeled,,,,
"""


def load(text, **kwargs):
    return import_vehicles(text.encode() if isinstance(text, str) else text, now=NOW, **kwargs)


def errors(text):
    return load(text).errors


def rows(*lines, columns="plateNumber,ownerName,contact"):
    return "\n".join([columns, *lines])


class TestGoodFiles:
    def test_vehicles_are_registered_as_the_file_says(self):
        report = load(FILE)

        assert (report.added, report.revised, report.errors) == (2, 0, [])
        one, two = Vehicle.objects.order_by("plate")
        assert (one.plate_number, one.plate, one.owner_name) == ("ABC-123", "ABC123", "José Peña")
        assert (one.school_id, one.department, one.vehicle_type) == ("2021-0001", "CCS", "two-wheeled")
        assert (one.contact, one.license_number) == ("09171234567", "N01-12-345678")
        assert (one.registration_valid_from, one.registration_valid_until) == (date(2026, 1, 31), date(2027, 1, 30))
        assert (two.plate_number, two.owner_name, two.vehicle_type) == ("XYZ 9", "أحمد بن محمد", "four-wheeled")
        assert (two.registration_valid_from, two.registration_valid_until) == (date(2026, 3, 29), date(2027, 3, 29))
        assert {one.registration_status, two.registration_status} == {"active"}

    def test_columns_have_the_seeds_names_or_ours(self):
        columns = ["plate_number", *(name for name in FIELDS.values() if name != "plate_number")]
        values = {"plate_number": "ABC 1", "vehicle_type": "two-wheeled", "contact": "0917123456"}
        line = [values.get(name, "2026-05-05" if "valid" in name else "Some") for name in columns]

        load("\n".join([",".join(columns), ",".join(line)]))
        ours = Vehicle.objects.values(*columns).get()
        Vehicle.objects.all().delete()
        load("\n".join([",".join(CELLS), ",".join(line[columns.index(FIELDS[name])] for name in CELLS)]))

        assert Vehicle.objects.values(*columns).get() == ours
        assert [name for name in columns if not ours[name]] == []

    def test_every_fact_of_a_vehicle_has_a_column(self):
        derived = {"id", "plate", "registration_status", "created_at", "status", "status_at"}

        assert {field.name for field in Vehicle._meta.concrete_fields} - derived == set(FIELDS.values())

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_end_as_on_any_machine(self, end):
        assert load(FILE.replace("\n", end)).added == 2

    def test_a_mark_of_utf_8_and_empty_lines_do_no_harm(self):
        report = load("\ufeff\n" + rows("", 'ABC 1,"Cruz, Rosa",', "", " , ,", ""))

        assert (report.added, report.errors) == (1, [])
        assert Vehicle.objects.get().owner_name == "Cruz, Rosa"

    def test_what_follows_from_the_rest_is_not_read_and_is_said(self):
        report = load("plateNumber,status,ownerName,registrationStatus,vehicle_id\nABC 1,onsite,Rosa Cruz,revoked,7\n")

        assert (report.added, report.ignored) == (1, ["status", "registrationStatus", "vehicleId"])
        vehicle = Vehicle.objects.get()
        assert (vehicle.status, vehicle.registration_status) == ("", "active")
        assert [name for name in FOLLOWS if name in CELLS] == []

    def test_days_may_be_instants_and_are_those_of_the_campus(self, settings):
        settings.CAMPUS_ZONE = "Asia/Manila"

        load(
            rows(
                "ABC 1,A,2026-01-31T20:00:00Z",
                "ABC 2,B,2026-01-31T20:00:00",
                columns="plateNumber,ownerName,registrationValidUntil",
            )
        )

        until = dict(Vehicle.objects.values_list("plate", "registration_valid_until"))
        assert until == {"ABC1": date(2026, 2, 1), "ABC2": date(2026, 1, 31)}

    def test_a_registration_that_was_over_before_is_expired_from_the_start(self):
        load(rows("ABC 1,A,2026-03-28", "ABC 2,B,2026-03-29", columns="plateNumber,ownerName,registrationValidUntil"))

        standings = dict(Vehicle.objects.values_list("plate", "registration_status"))
        assert standings == {"ABC1": "expired", "ABC2": "active"}


class TestRepeating:
    def test_the_same_file_again_changes_nothing(self):
        load(FILE)
        before = list(Vehicle.objects.order_by("pk").values())

        report = load(FILE)

        assert (report.added, report.revised) == (0, 2)
        assert list(Vehicle.objects.order_by("pk").values()) == before

    def test_what_a_new_file_does_not_say_stays(self):
        load(FILE)

        report = load("plateNumber,ownerName,department\nABC 123,José Peña Jr.,\nNEW 1,Rosa Cruz,LHS\n")

        assert (report.added, report.revised) == (1, 1)
        known = Vehicle.objects.get(plate="ABC123")
        assert (known.plate_number, known.owner_name) == ("ABC 123", "José Peña Jr.")
        assert (known.department, known.contact, known.school_id) == ("CCS", "09171234567", "2021-0001")
        assert Vehicle.objects.filter(plate="XYZ9").exists()

    def test_a_longer_validity_makes_a_registration_active_again(self):
        vehicle = VehicleFactory(registration_status="expired", registration_valid_until=date(2026, 1, 1))

        load(
            rows(
                f"{vehicle.plate_number},A,2027-01-01",
                columns="plateNumber,ownerName,registrationValidUntil",
            )
        )

        vehicle.refresh_from_db()
        assert (vehicle.registration_status, vehicle.owner_name) == ("active", "A")

    def test_scans_of_strangers_become_the_vehicles(self):
        seen = [Seen("1", "ABC 123", "in", NOW - timedelta(hours=1)), Seen("2", "NOBODY 1", "in", NOW)]
        record_scans(Source("key-gate"), seen, now=NOW)

        load(FILE)
        adoption.adopt()

        assert Vehicle.objects.get(plate="ABC123").status == "onsite"
        assert Scan.objects.filter(vehicle=None).values_list("plate", flat=True).get() == "NOBODY1"

    def test_a_rehearsal_says_what_would_change_and_changes_nothing(self):
        vehicle = VehicleFactory(plate_number="ABC 123", owner_name="Before")

        report = load(FILE, dry_run=True)

        assert (report.added, report.revised, report.errors) == (1, 1, [])
        assert Vehicle.objects.get() == vehicle
        assert Vehicle.objects.get().owner_name == "Before"


class TestBadLines:
    def test_nothing_is_imported_and_every_error_is_told_with_its_line(self):
        report = load(
            rows(
                "ABC 1,Good,",
                "A,,123",
                "ABC 2,Short",
                "ABC 3,Long,,",
                "ABC-1,Again,",
                "x_1,Bad,091712345678",
                f"ABC 4,{'n' * 121},",
                "ABC 5,Tab\x07,",
                'ABC 6,"Open,',
                'ABC 7,"Torn"x,',
                "ABC 8,Good as well,09171234567",
            )
        )

        assert report.errors == [
            (3, "plateNumber: A is no plate: at least 3 letters or digits, and nothing else but spaces and dashes."),
            (3, "ownerName: is empty."),
            (3, "contact: 123 is no number of 10 or 11 digits, such as 09171234567."),
            (4, "2 cells, where there are 3 columns."),
            (5, "4 cells, where there are 3 columns."),
            (6, "ABC-1 is in line 2 as well."),
            (7, "plateNumber: x_1 is no plate: at least 3 letters or digits, and nothing else but spaces and dashes."),
            (7, "contact: 091712345678 is no number of 10 or 11 digits, such as 09171234567."),
            (8, "ownerName: has 121 signs, 120 are possible."),
            (9, "ownerName: has '\\x07' in it."),
            (10, "A quote is not closed within the line."),
            (11, "It cannot be read: ',' expected after '\"'."),
        ]
        assert report.errors_in_all == 12
        assert Vehicle.objects.count() == 0

    @pytest.mark.parametrize(
        ("column", "value", "problem"),
        [
            ("vehicleType", "tricycle", "tricycle is none of two-wheeled, four-wheeled."),
            ("licenseNumber", "N01", "N01 is too short: at least 4 signs."),
            ("orNumber", "1", "1 is too short: at least 4 signs."),
            ("crNumber", "12", "12 is too short: at least 4 signs."),
            ("registrationValidFrom", "31/01/2026", "31/01/2026 is no date such as 2026-01-31."),
            ("registrationValidFrom", "2026-02-30", "2026-02-30 is no date such as 2026-01-31."),
            ("registrationValidUntil", "9999-12-31", "9999-12-31 is no date such as 2026-01-31."),
            ("registrationValidUntil", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00 is no date such as"),
            ("contact", "١٢٣٤٥٦٧٨٩٠", "١٢٣٤٥٦٧٨٩٠ is no number of 10 or 11 digits"),
            ("contact", "+63 917 123 4567", "+63 917 123 4567 is no number of 10 or 11 digits"),
            ("schoolID", "1" * 41, "has 41 signs, 40 are possible."),
            ("city", "a\u202eb", "has '\\u202e' in it."),
            ("city", "a\0b", "has '\\x00' in it."),
        ],
    )
    def test_a_cell_says_what_is_wrong_with_it(self, column, value, problem):
        [(line, text)] = errors(rows(f"ABC 1,A,{value}", columns=f"plateNumber,ownerName,{column}"))

        assert (line, text[: len(column) + 2 + len(problem)]) == (2, f"{column}: {problem}")

    def test_a_validity_does_not_end_before_it_begins(self):
        columns = "plateNumber,ownerName,registrationValidFrom,registrationValidUntil"

        assert errors(rows("ABC 1,A,2026-02-02,2026-02-01", columns=columns)) == [
            (2, "registrationValidUntil: 2026-02-01 is before registrationValidFrom, 2026-02-02.")
        ]

    def test_bytes_that_are_not_utf_8_are_named_by_their_line(self):
        latin = rows("ABC 1,Good,", "ABC 2,Peña,", "ABC 3,Good,").encode("latin-1")

        assert errors(latin) == [(3, "Byte 9 of the line, 0xf1, is not UTF-8.")]

    def test_of_many_errors_the_first_are_told_and_all_are_counted(self):
        report = load(rows(*(f"ABC {number},A," for number in [1] * (SHOWN + 6))))

        assert (len(report.errors), report.errors_in_all) == (SHOWN, SHOWN + 5)
        assert Counter(text for _, text in report.errors) == {"ABC 1 is in line 2 as well.": SHOWN}

    def test_names_may_have_the_joiners_of_their_script(self):
        assert load(rows("ABC 1,نیم\u200cشب,")).errors == []


class TestBadFiles:
    @pytest.mark.parametrize(
        ("columns", "problems"),
        [
            ("plateNumber", ["Missing columns: ownerName."]),
            ("ownerName,plateNumber,plate_number", ["More than one column: plateNumber."]),
            ("status,status,plateNumber,ownerName", ["More than one column: status."]),
            ("plateNumber;ownerName", ["The columns are separated by semicolons or tabs. Save the file with commas."]),
            ("plateNumber\townerName", ["The columns are separated by semicolons or tabs. Save the file with commas."]),
            ('plateNumber,"ownerName', ["A quote is not closed within the line."]),
        ],
    )
    def test_columns_that_will_not_do_are_the_only_errors(self, columns, problems):
        report = load(rows("A;b,c", columns=columns))

        assert [line for line, _ in report.errors] == [1] * len(problems)
        assert [text for _, text in report.errors] == problems

    def test_unknown_columns_are_named_beside_those_that_there_are(self):
        [(line, text)] = errors(rows("ABC 1,A,Red,x", columns="plateNumber,ownerName,colour,"))

        assert (line, text) == (1, f"Unknown columns: colour, (no name). There are {', '.join(CELLS)}.")

    def test_a_file_with_columns_alone_has_no_vehicle(self):
        assert errors("plateNumber,ownerName\n\n") == [(1, "There is no vehicle below the columns.")]

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "The file is empty."),
            (b"\xef\xbb\xbf \r\n\r\n", "The file is empty."),
            (FILE.encode("utf-16"), "This is UTF-16. Save the file as UTF-8."),
            (FILE.encode("utf-16-le"), "This is UTF-16. Save the file as UTF-8."),
            (FILE.encode("utf-16-be"), "This is UTF-16. Save the file as UTF-8."),
            (b"PK\x03\x04rest", "This is a workbook, not a CSV file. Save it as CSV in UTF-8."),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(self, content, problem):
        with pytest.raises(Unreadable) as refusal:
            load(content)

        assert str(refusal.value) == problem


def test_it_is_heard_how_far_the_reading_is():
    heard = []

    load(rows(*(f"ABC {number},A," for number in range(100, 2599))), heard=lambda *progress: heard.append(progress))

    assert heard == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_files_of_several_lots_are_as_safe_to_repeat():
    lines = [f"ABC {number},A," for number in range(1000, 3500)]
    load(rows(*lines[:1500]))

    report = load(rows(*(line.replace(",A", ",B") for line in lines)))

    assert (report.added, report.revised) == (1000, 1500)
    assert Vehicle.objects.filter(owner_name="B").count() == 2500
