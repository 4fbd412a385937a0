"""The counts by day against the rows they count."""

from collections import Counter
from datetime import date

import pytest

from fleet import auditing
from fleet.models import Tally
from fleet.ranges import Days
from fleet.services.sanctions import confirm_and_sanction
from fleet.tallies import Counted
from tests.factories.fleet import VehicleFactory
from tests.fleet.eyes import EVENING, reported, saw, touched

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 3, 27)
DAYS = Days(FRIDAY, FRIDAY)
EXIT = Counted(FRIDAY, "exit", "CCS")
SANCTIONED = Counted(FRIDAY, "violation", "CCS", "Speed Violation", "sanctioned")
TRUE = {
    Counted(FRIDAY, "entry", "CCS"): 2,
    EXIT: 1,
    Counted(FRIDAY, "entry", ""): 1,
    Counted(FRIDAY, "violation", "", "Other", "pending"): 1,
    SANCTIONED: 1,
}


@pytest.fixture
def day(vehicle, officer):
    """Of which there is something of every sort."""
    VehicleFactory(plate_number="NEW 1", department="")
    saw("in 08:00", "out 09:00", "in 10:00")
    saw("in 08:00", plate="NEW 1")
    reported(plate="XYZ 999", type="Other")
    confirm_and_sanction(reported().pk, by=officer, now=EVENING)
    touched()


def spoil(sort, count):
    Tally.objects.update_or_create({"count": count}, **sort._asdict())


def test_what_was_counted_on_the_way_is_what_the_rows_say(day):
    assert auditing.whole() == DAYS
    assert auditing.recount(DAYS) == auditing.counted(DAYS) == TRUE
    assert auditing.drift(DAYS) == {}


def test_of_a_fleet_that_nothing_happened_to_there_is_nothing_to_count():
    assert auditing.whole() is None
    assert auditing.drift(DAYS) == auditing.repair(DAYS) == {}


@pytest.mark.parametrize(
    ("sort", "count", "lacking"),
    [
        (EXIT, 3, -2),
        (EXIT, 0, 1),
        (EXIT, -1, 2),
        (SANCTIONED._replace(status="pending"), 1, -1),
        (SANCTIONED._replace(type="Other"), 1, -1),
        (EXIT._replace(department="CBA"), 1, -1),
    ],
)
def test_a_count_that_is_not_what_the_rows_say_is_found_and_mended(day, sort, count, lacking):
    spoil(sort, count)

    assert auditing.drift(DAYS) == auditing.repair(DAYS) == {sort: lacking}
    assert len(touched()) == 5
    assert (auditing.counted(DAYS), auditing.repair(DAYS), touched()) == (TRUE, {}, set())


def test_a_count_that_is_missing_is_made(day):
    Tally.objects.all().delete()

    assert auditing.repair(DAYS) == TRUE
    assert auditing.counted(DAYS) == TRUE


def test_other_days_are_left_alone(day):
    yesterday = EXIT._replace(day=date(2026, 3, 26))
    spoil(yesterday, 5)

    assert auditing.repair(DAYS) == {}
    assert auditing.whole() == Days(date(2026, 3, 26), FRIDAY)
    assert auditing.repair(auditing.whole()) == {yesterday: -5}


def test_days_are_found_from_the_first_entry_to_the_last_exit_also_without_counts(settings, vehicle):
    settings.CAMPUS_ZONE = "Asia/Manila"
    saw("in 15:00", "out 17:00")
    Tally.objects.all().delete()

    assert auditing.whole() == Days(FRIDAY, date(2026, 3, 28))


@pytest.mark.parametrize("zone", ["Asia/Manila", "America/New_York", "Pacific/Kiritimati"])
def test_days_are_those_of_the_campus(settings, vehicle, zone):
    settings.CAMPUS_ZONE = zone
    saw(*[f"{way} {hour:02}:30" for hour in range(23) for way in ("in", "out")][:30])
    for hour in range(0, 23, 5):
        reported(moment=f"{hour:02}:30")

    whole = auditing.whole()

    assert whole.count == 2
    assert sum(auditing.recount(whole).values()) == 35
    assert auditing.drift(whole) == {}
    by_day = [auditing.recount(Days(day, day)) for day in whole]
    assert sum(by_day, Counter()) == auditing.counted(whole)
