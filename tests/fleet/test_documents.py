"""The report of a vehicle on paper, read back."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation
from pypdf import PdfReader

from core.pdf import MISSING
from fleet import documents, reports
from fleet.models import Violation
from fleet.ranges import Days, Grouping
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import of_person
from tests.factories.fleet import GuardFactory, VehicleFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = Days(date(2026, 3, 23), date(2026, 3, 29))


@pytest.fixture
def guard():
    return GuardFactory(user__full_name="Jan Wałęsa").user


@pytest.fixture
def vehicle():
    return VehicleFactory(
        plate_number="ABC 123",
        owner_name="José Peña",
        contact="09171234567",
        vehicle_model="Honda Click",
        registration_valid_from=date(2026, 1, 28),
        registration_valid_until=date(2026, 5, 28),
    )


def document(vehicle, language="en", days=WEEK, grouping=Grouping.DAY):
    with translation.override(language):
        return documents.document(reports.report(vehicle.pk, days, grouping, now=NOW))


def pages(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def text(vehicle, *args, **kwargs):
    return "\n".join(pages(document(vehicle, *args, **kwargs)))


def make_history(guard, of=30):
    seen = [Seen(str(n), "ABC 123", "out" if n % 2 else "in", NOW - (of - n) * HOUR) for n in range(of)]
    record_scans(of_person(guard), seen, now=NOW)
    kinds = list(Violation.Type)
    reported = [Reported(str(n), "ABC 123", kinds[n % len(kinds)], NOW - n * HOUR, "Loud") for n in range(of)]
    report_violations(of_person(guard), reported, now=NOW)


def test_it_is_the_report_on_a4(vehicle, guard):
    make_history(guard)

    content = document(vehicle)

    reader = PdfReader(io.BytesIO(content))
    assert [tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages] == [(595, 842)] * 2
    assert reader.metadata["/Title"] == "Vehicle report: ABC 123"
    one, two = pages(content)
    lines = one.splitlines()
    assert lines[:2] == ["ABC 123", "Vehicle report of 2026-03-29"]
    assert lines[2:10] == [
        "60",
        "Days until expiration",
        "30",
        "Pending violations",
        "30",
        "Violations",
        "30",
        "Entries and exits",
    ]
    assert "Owner José Peña Department CCS" in lines
    assert "Registered on 2026-01-28 Valid until 2026-05-28" in lines
    assert "Registration Active Last seen Off the campus" in lines
    assert "Parking Violation 3" in lines
    assert "Entries and exits from 2026-03-23 to 2026-03-29" in lines
    assert "2026-03-29 12:00 Parking Violation Jan Wałęsa Pending" in lines
    assert "2026-03-29 10:00 2026-03-29 11:00 60 Jan Wałęsa" in two.splitlines()
    assert two.count("The newest 12.") == 2
    assert "09171234567" not in one + two


def test_a_vehicle_of_which_nothing_is_known_has_one_page(vehicle):
    [page] = pages(document(vehicle))

    assert page.splitlines()[2] == "60"
    assert page.count("None.") == 2
    assert "Violations by type" not in page


def test_the_same_report_is_the_same_bytes(vehicle, guard):
    make_history(guard, of=6)

    assert document(vehicle) == document(vehicle)


@pytest.mark.parametrize("name", ["José Peña", "Łukasz Żółć", "Ἀθηνᾶ Παππά", "Ольга Щукина", "Nguyễn Thị Ánh", "Əli"])
def test_names_of_many_languages_are_written(vehicle, name):
    vehicle.owner_name = name
    vehicle.save()

    assert f"Owner {name} " in text(vehicle)


def test_arabic_names_are_joined_and_read_from_the_right(vehicle):
    vehicle.owner_name = "أحمد بن محمد"
    vehicle.save()

    content = document(vehicle)

    assert "أحمد بن محمد" in pages(content)[0]


def test_signs_that_the_font_has_not_are_told_from_nothing(vehicle):
    vehicle.owner_name = "漢字 Rosa\u202e\u0007"
    vehicle.save()

    assert f"Owner {MISSING * 2} Rosa Department" in text(vehicle)


def test_what_is_too_long_for_its_place_ends_in_dots(vehicle):
    vehicle.owner_name = "W" * 120
    vehicle.save()

    [line] = [line for line in text(vehicle).splitlines() if line.startswith("Owner")]
    assert line.startswith("Owner WWWWWWWW")
    assert line.endswith("W… Department CCS")


@pytest.mark.parametrize(("days", "grouping"), [(1, Grouping.DAY), (1830, Grouping.DAY), (1830, Grouping.YEAR)])
def test_any_range_has_its_chart(vehicle, guard, days, grouping):
    make_history(guard, of=4)
    last = date(2026, 3, 29)

    content = document(vehicle, days=Days(last - timedelta(days=days - 1), last), grouping=grouping)

    assert len(pages(content)) == 1
    assert len(content) < 150_000


def test_for_who_reads_arabic_it_is_arabic_and_begins_at_the_right(vehicle, guard):
    make_history(guard, of=2)

    content = document(vehicle, "ar")

    words = pages(content)[0]
    assert "José Peña" in words
    assert "Owner" not in words
    assert "Parking Violation" not in words
    assert PdfReader(io.BytesIO(content)).root_object["/Lang"] == "ar"


def test_many_who_ask_at_once_are_served_some_at_a_time(vehicle):
    report = reports.report(vehicle.pk, WEEK, Grouping.DAY, now=NOW)

    with ThreadPoolExecutor(3 * documents.AT_ONCE) as people:
        contents = set(people.map(documents.document, [report] * 3 * documents.AT_ONCE))

    assert contents == {documents.document(report)}


class TestView:
    @pytest.fixture
    def path(self, vehicle):
        return f"/api/fleet/vehicles/{vehicle.pk}/report.pdf"

    def test_it_comes_with_a_name_and_is_not_sent_again(self, api_of, guard, path):
        api = api_of(guard)

        answer = api.get(path, HTTP_ACCEPT="text/html")
        again = api.get(path, HTTP_IF_NONE_MATCH=answer["ETag"])

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Content-Disposition"] == 'inline; filename="vehicle-ABC123.pdf"'
        assert pages(answer.content)[0].splitlines()[0] == "ABC 123"
        assert (again.status_code, again.content) == (304, b"")

    def test_it_is_in_the_readers_language(self, api_of, guard, path):
        reader = GuardFactory(user__locale="ar").user

        english, arabic = (api_of(user).get(path).content for user in (guard, reader))

        assert ["Owner" in pages(content)[0] for content in (english, arabic)] == [True, False]

    def test_a_change_shows(self, api_of, guard, path, django_capture_on_commit_callbacks):
        api = api_of(guard)
        before = api.get(path)
        now = timezone.now()
        with django_capture_on_commit_callbacks(execute=True):
            report_violations(of_person(guard), [Reported("1", "ABC 123", "Other", now, "Loud")], now=now)

        after = api.get(path, HTTP_IF_NONE_MATCH=before["ETag"])

        assert after.status_code == 200
        assert "Other: Loud" in pages(after.content)[0]
