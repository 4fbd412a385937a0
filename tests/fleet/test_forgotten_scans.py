"""Scans are forgotten after a while. What they told stays, whatever comes later."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import retention
from fleet.conf import limits
from fleet.models import Scan, VehicleLog
from fleet.services.scans import Seen, record_scans
from fleet.sources import Source
from tests.factories.fleet import VehicleFactory
from tests.properties import one_try

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
KEPT = timedelta(days=limits.scan_days)
GATE = Source("key-gate")

days = st.integers(1, 200).map(lambda n: timedelta(hours=24 * n, seconds=n % 3))
passages = st.lists(st.tuples(days, st.sampled_from(["in", "out"])), min_size=1, max_size=8)


def stays() -> list[tuple[object, ...]]:
    return list(VehicleLog.objects.order_by("at").values_list("at", "in_at", "out_at", "is_open", "in_by", "out_by"))


def record(passages: list[tuple[timedelta, str]], start: int, now: datetime) -> None:
    record_scans(GATE, [Seen(str(start + n), "ABC 123", way, at) for n, (at, way) in enumerate(passages)], now=now)


@pytest.mark.django_db
def test_who_comes_back_after_a_long_summer_has_left_before_it():
    VehicleFactory(plate_number="ABC 123")
    left, back = NOW - KEPT - timedelta(days=10), NOW
    record([(left - timedelta(hours=8), "in"), (left, "out")], 0, left)
    retention.forget(NOW)
    record([(back, "in")], 2, NOW)

    assert Scan.objects.count() == 1
    assert [(in_at, out_at) for _, in_at, out_at, *_ in stays()] == [(left - timedelta(hours=8), left), (back, None)]


@pytest.mark.django_db
@given(st.lists(st.tuples(st.timedeltas(timedelta(), 2 * KEPT), st.sampled_from(["in", "out"])), max_size=12), passages)
def test_what_is_told_by_forgotten_scans_stays(before, late):
    """The same scans, with all in between forgotten that may be: nothing looks different."""
    shown = []
    late = [(NOW + KEPT / 2 - min(ago, KEPT), way) for ago, way in late]
    for forgets in (False, True):
        with one_try():
            VehicleFactory(plate_number="ABC 123")
            for n, (ago, way) in enumerate(sorted(before, reverse=True)):
                record([(NOW - ago, way)], n, NOW - ago)
            if forgets:
                retention.forget(NOW + KEPT / 2)
            record(late, 100, NOW + KEPT / 2)
            shown.append(stays())

    assert shown[0] == shown[1]
