"""Gates say what they saw: each event is stored once, and of a batch each stands or falls alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fleet.conf import limits
from fleet.errors import EventTaken
from fleet.models import Scan
from fleet.services.scans import record_scans
from tests.factories.fleet import VehicleFactory
from tests.fleet.eyes import EAST, EVENING, WEST, logs, results, saw, seen, touched

pytestmark = pytest.mark.django_db

LATE = timedelta(days=limits.scan_days)
AHEAD = timedelta(seconds=limits.ahead_seconds)
TICK = timedelta(microseconds=1)


def record(*scans, source=EAST):
    return results(record_scans(source, scans, now=EVENING))


class TestOnce:
    def test_a_scan_is_stored_as_it_came(self, vehicle):
        one = seen("in 08:00", event_id="7", gate="North")

        assert record(one) == ["recorded"]
        [stored] = Scan.objects.values(
            "source", "event_id", "plate", "vehicle", "direction", "at", "gate", "received_at"
        )
        assert stored == {
            "source": EAST.name, "event_id": "7", "plate": "ABC123", "vehicle": vehicle.pk, "direction": "in",
            "at": one.at, "gate": "North", "received_at": EVENING,
        }  # fmt: skip

    def test_a_device_that_sends_again_changes_nothing(self, vehicle):
        batch = [seen("in 08:00"), seen("out 09:00")]
        record(*batch)
        touched()

        assert record(*batch, seen("in 10:00")) == ["repeated", "repeated", "recorded"]
        assert record(*batch) == ["repeated", "repeated"]
        assert (Scan.objects.count(), logs(vehicle)) == (3, ["08:00-09:00", "10:00-"])

    def test_nor_does_one_that_is_in_a_batch_twice(self, vehicle):
        one = seen("in 08:00")

        assert record(one, one) == ["recorded", "repeated"]

    def test_how_the_plate_is_written_or_the_gate_is_called_makes_no_other_event(self, vehicle):
        one = seen("in 08:00")

        assert record(one, replace(one, plate="abc-123"), replace(one, gate="South")) == [
            "recorded", "repeated", "repeated",
        ]  # fmt: skip

    @pytest.mark.parametrize("other", [{"plate": "XYZ 999"}, {"direction": "out"}, {"at": EVENING}])
    @pytest.mark.parametrize("is_one_batch", [True, False])
    def test_a_number_that_was_used_for_something_else_is_refused(self, vehicle, other, is_one_batch):
        one = seen("in 08:00")
        two = replace(one, **other)

        came = record(one, two) if is_one_batch else [*record(one), *record(two)]

        assert came == ["recorded", EventTaken.code]
        assert logs(vehicle) == ["08:00-"]

    def test_devices_number_their_events_each_for_itself(self, vehicle):
        one, two = seen("in 08:00", event_id="1"), seen("out 09:00", event_id="1")

        assert (record(one), record(two, source=WEST)) == (["recorded"], ["recorded"])
        assert (record(one), record(two, source=WEST)) == (["repeated"], ["repeated"])
        assert logs(vehicle) == ["08:00-09:00"]


class TestTimely:
    @pytest.mark.parametrize(
        ("at", "result"),
        [
            (EVENING - LATE, "recorded"),
            (EVENING - LATE - TICK, "too_old"),
            (EVENING + AHEAD, "recorded"),
            (EVENING + AHEAD + TICK, "not_yet"),
        ],
    )
    def test_a_scan_may_be_late_and_a_clock_a_little_ahead(self, vehicle, at, result):
        assert record(replace(seen("in 08:00"), at=at)) == [result]
        assert Scan.objects.count() == (result == "recorded")

    def test_one_that_is_refused_holds_up_no_other_and_answers_come_in_the_order_of_the_batch(self, vehicle):
        old = replace(seen("in 08:00", event_id="old"), at=EVENING - 2 * LATE)
        batch = [old, seen("in 09:00", event_id="a"), seen("out 08:30", "XYZ 999", "b"), old]

        outcomes = record_scans(EAST, batch, now=EVENING)

        assert [outcome.event_id for outcome in outcomes] == ["old", "a", "b", "old"]
        assert results(outcomes) == ["too_old", "recorded", "recorded", "too_old"]

    def test_what_was_refused_may_come_again_when_its_time_has_come(self, vehicle):
        one = seen("in 08:00")
        early = one.at - timedelta(hours=1)

        assert results(record_scans(EAST, [one], now=early)) == ["not_yet"]
        assert record(one) == ["recorded"]


class TestBatches:
    def test_an_empty_one_is_nothing(self):
        assert record() == []

    def test_what_vehicles_a_gate_saw_shows_and_nothing_else(self, vehicle):
        saw("in 08:00")

        assert touched() == {"fleet.vehicles", "fleet.summary", "fleet.vehicle_logs"}

    def test_strangers_are_kept_and_show_nowhere(self, vehicle):
        assert results(saw("in 08:00", plate="XYZ 999")) == ["recorded"]

        assert (Scan.objects.get().vehicle, touched(), logs(vehicle)) == (None, set(), [])

    def test_repeats_and_refusals_render_nothing(self, vehicle):
        one = seen("in 08:00")
        record(one)
        touched()

        record(one, replace(one, direction="out"), replace(seen("in 09:00"), at=EVENING + 2 * AHEAD))

        assert touched() == set()

    def test_a_big_batch_asks_no_more_than_a_small_one(self):
        asked = []
        for plates in ("ABC", [f"XYZ {n:03}" for n in range(40)]):
            vehicles = [VehicleFactory(plate_number=f"P{plate}") for plate in plates]
            batch = [seen(f"in {hour:02}:00", one.plate_number) for one in vehicles for hour in (8, 10)]
            with CaptureQueriesContext(connection) as queries:
                assert set(record(*batch)) == {"recorded"}
            asked.append(len(queries))

        assert asked[0] == asked[1]
