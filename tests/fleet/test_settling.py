"""The logs of vehicles, where these are, and the counts, as scans come late and in any order."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import auditing
from fleet.folding import Reading, fold
from fleet.models import Scan, VehicleLog
from fleet.services.registry import revise_vehicle
from fleet.services.scans import Seen, record_scans
from tests.factories.fleet import VehicleFactory
from tests.fleet.eyes import EAST, EVENING, PLATE, WEST, clock, logs, saw, told
from tests.properties import one_try

pytestmark = pytest.mark.django_db

NIGHT = clock("00:00")


def where(vehicle):
    vehicle.refresh_from_db()
    return vehicle.status, vehicle.status_at and f"{vehicle.status_at:%H:%M:%S}".removesuffix(":00")


class TestLate:
    @pytest.mark.parametrize(
        ("batches", "expected"),
        [
            (["out 09:00", "in 08:00"], ["08:00-09:00"]),
            (["in 08:00", "in 10:00", "out 09:00"], ["08:00-09:00", "10:00-"]),
            (["in 08:00", "out 11:00", "in 10:00", "out 09:00"], ["08:00-09:00", "10:00-11:00"]),
            (["out 11:00", "out 09:00", "in 10:00"], ["?-09:00", "10:00-11:00"]),
            # What is within a minute of one that comes late did not count.
            (["in 08:00:30", "in 08:00"], ["08:00-"]),
            (["in 08:00:30", "in 08:01:20", "in 08:00"], ["08:00-?", "08:01:20-"]),
            (["in 08:00", "in 08:00:40", "in 08:01:20"], ["08:00-?", "08:01:20-"]),
            # The same instant.
            (["out 08:00", "in 08:00"], ["08:00-08:00"]),
            (["in 08:00", "out 09:00", "in 09:00"], ["08:00-?", "09:00-09:00"]),
        ],
    )
    def test_what_comes_late_falls_into_its_place(self, vehicle, batches, expected):
        for text in batches:
            saw(text)

        assert logs(vehicle) == expected

    def test_a_log_that_ends_is_the_same_log(self, vehicle):
        saw("in 08:00")
        begun = vehicle.logs.get()
        saw("out 09:00", source=WEST)

        assert list(vehicle.logs.values("pk", "at", "in_by", "out_by", "is_open")) == [
            {"pk": begun.pk, "at": begun.at, "in_by": EAST.name, "out_by": WEST.name, "is_open": False}
        ]

    def test_the_same_instant_seen_by_two_is_the_firsts_by_name_whoever_is_quicker(self, vehicle):
        saw("in 08:00", source=WEST)
        saw("in 08:00", source=EAST)

        assert vehicle.logs.get().in_by == EAST.name

    def test_one_vehicle_is_none_of_anothers_business(self, vehicle):
        other = VehicleFactory(plate_number="XYZ 999")
        saw("in 08:00", plate="XYZ 999")
        scans = [Seen("1", PLATE, "in", clock("09:00")), Seen("2", "XYZ 999", "out", clock("09:00"))]
        record_scans(EAST, scans, now=EVENING)

        assert (logs(vehicle), logs(other)) == (["09:00-"], ["08:00-09:00"])


class TestWhere:
    def test_who_was_never_seen_is_nowhere(self, vehicle):
        assert where(vehicle) == ("", None)

    def test_it_is_where_its_last_scan_says(self, vehicle):
        saw("in 08:00")
        assert where(vehicle) == ("onsite", "08:00")
        saw("out 09:00")
        assert where(vehicle) == ("offsite", "09:00")

    def test_what_comes_late_moves_it_only_if_nothing_was_later(self, vehicle):
        saw("in 08:00", "out 10:00")
        saw("in 09:00")

        assert where(vehicle) == ("offsite", "10:00")

    def test_a_second_antenna_does_not_move_it(self, vehicle):
        saw("in 08:00")
        saw("in 08:00:20")

        assert where(vehicle) == ("onsite", "08:00")

    def test_an_exit_that_no_entry_is_known_of_takes_it_away(self, vehicle):
        saw("out 09:00")

        assert where(vehicle) == ("offsite", "09:00")


def test_a_log_belongs_to_the_department_that_the_vehicle_had(vehicle):
    saw("in 08:00")
    revise_vehicle(vehicle, now=EVENING, department="CBA")
    saw("out 09:00", "in 10:00")

    assert list(vehicle.logs.order_by("at").values_list("department", flat=True)) == ["CCS", "CBA"]
    days = auditing.whole()
    assert auditing.counted(days) == auditing.recount(days)


crowded = st.tuples(st.integers(0, 30), st.sampled_from(["in", "out"]), st.sampled_from([EAST, WEST]))


@given(st.lists(st.lists(crowded, min_size=1, max_size=4), min_size=1, max_size=5))
def test_at_a_busy_gate_the_logs_are_those_of_all_scans(batches):
    """Antennas, ties and turns within seconds, in batches of any order."""
    with one_try():
        vehicle = VehicleFactory(plate_number=PLATE)
        for number, batch in enumerate(batches):
            for source in (EAST, WEST):
                ticks = [(n, tick, way) for n, (tick, way, by) in enumerate(batch) if by == source]
                scans = [Seen(f"{number}.{n}", PLATE, way, NIGHT + timedelta(seconds=20 * t)) for n, t, way in ticks]
                record_scans(source, scans, now=EVENING)

        stays, last = fold(sorted(Reading(scan.at, scan.direction, scan.source) for scan in Scan.objects.all()))
        found = list(VehicleLog.objects.order_by("at"))
        assert told(found) == told(stays)
        assert [(log.in_by, log.out_by) for log in found] == [(stay.in_by, stay.out_by) for stay in stays]
        vehicle.refresh_from_db()
        assert (vehicle.status, vehicle.status_at) == ("onsite" if stays[-1].is_open else "offsite", last.at)
        days = auditing.whole()
        assert auditing.counted(days) == auditing.recount(days)
