"""Scans are forgotten; what they told of stays."""

from datetime import timedelta

import pytest

from fleet import auditing, retention
from fleet.conf import limits
from fleet.models import Scan
from fleet.services.scans import Seen, record_scans
from tests.fleet.eyes import EAST, EVENING, PLATE, clock, logs, saw

pytestmark = pytest.mark.django_db

LATE = timedelta(days=limits.scan_days)
DAY = timedelta(days=1)


def test_they_are_kept_for_as_long_as_one_may_come_late_and_a_day(vehicle):
    saw("in 08:00", "out 09:00")
    saw("in 08:00", plate="XYZ 999")

    assert retention.forget(clock("08:00") + LATE + DAY) == 0
    assert retention.forget(clock("08:30") + LATE + DAY) == 2
    assert [(scan.plate, scan.at) for scan in Scan.objects.all()] == [("ABC123", clock("09:00"))]


def test_who_comes_back_after_a_long_summer_left_before_it(vehicle):
    """Whatever comes then, the counts of old days do not change."""
    saw("in 08:00", "out 09:00")
    back = EVENING + LATE + 10 * DAY
    retention.forget(back)

    record_scans(EAST, [Seen("back", PLATE, "in", back)], now=back)

    assert (Scan.objects.count(), logs(vehicle)) == (1, ["08:00-09:00", "23:00-"])
    assert auditing.drift(auditing.whole()) == {}


def test_who_has_been_there_since_before_leaves(vehicle):
    saw("in 08:00")
    gone = EVENING + LATE + 10 * DAY
    retention.forget(gone)

    record_scans(EAST, [Seen("gone", PLATE, "out", gone)], now=gone)

    assert logs(vehicle) == ["08:00-23:00"]


def test_all_that_are_old_go_lot_by_lot(vehicle):
    many = retention.LOT + 1
    Scan.objects.bulk_create(
        Scan(source="east", event_id=str(n), plate="XYZ999", direction="in", at=clock("08:00"), received_at=EVENING)
        for n in range(many)
    )

    assert retention.forget(EVENING + LATE + DAY) == many
    assert Scan.objects.count() == 0
