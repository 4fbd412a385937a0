from datetime import UTC, datetime, timedelta
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.measuring import EPOCH, Parts, percentiles_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)


@given(st.lists(st.floats(0, 86_400), min_size=2, max_size=200))
def test_percentiles_are_those_of_the_standard_library(values):
    cuts = quantiles(values, n=100, method="inclusive")

    assert percentiles_of(values) == pytest.approx([cuts[49], cuts[94], cuts[98]], abs=1e-6)


@pytest.mark.parametrize(
    ("length", "count", "since", "labels"),
    [
        (2 * MINUTE, 30, datetime(2026, 11, 20, 11, 36, tzinfo=UTC), ("11:36", "12:34")),
        (HOUR, 24, datetime(2026, 11, 19, 13, tzinfo=UTC), ("13:00", "12:00")),
        (6 * HOUR, 28, datetime(2026, 11, 13, 18, tzinfo=UTC), ("13 Nov 18:00", "20 Nov 12:00")),
        (DAY, 28, datetime(2026, 10, 24, tzinfo=UTC), ("24 Oct", "20 Nov")),
    ],
)
def test_parts_begin_with_what_is_full_and_the_last_is_not_over(length, count, since, labels):
    parts = Parts.upto(NOW, length, count)

    assert parts.since == since
    assert parts.until - length <= NOW < parts.until
    assert (parts.labels[0], parts.labels[-1]) == labels
    assert len(parts.begins) == len(parts.labels) == count


@given(st.integers(0, 10**9), st.sampled_from([MINUTE, 2 * MINUTE, HOUR, 6 * HOUR, DAY]), st.integers(1, 60))
def test_now_is_in_the_last_part(seconds, length, count):
    now = EPOCH + timedelta(seconds=seconds)
    parts = Parts.upto(now, length, count)

    assert parts.begins[-1] <= now < parts.until
