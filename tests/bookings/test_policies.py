"""What a customer gets back who cancels."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from bookings.policies import percent_back, share, validate_policy

START = datetime(2026, 6, 5, 12, tzinfo=UTC)
TIERS = [{"hours": 48, "percent": 100}, {"hours": 24, "percent": 50}]
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(("hours", "percent"), [(72, 100), (48, 100), (47.9, 50), (24, 50), (23.9, 0), (0, 0), (-1, 0)])
def test_the_tier_that_is_reached_counts(hours, percent):
    assert percent_back(TIERS, START, START - timedelta(hours=hours)) == percent


def test_a_tier_is_reached_to_the_moment():
    on_time = START - timedelta(hours=24)

    assert [percent_back(TIERS, START, at) for at in (on_time, on_time + INSTANT)] == [50, 0]


def test_the_order_of_tiers_does_not_matter_and_the_kindest_counts():
    assert percent_back(TIERS[::-1], START, START - timedelta(hours=72)) == 100
    assert percent_back([{"hours": 1, "percent": 80}, *TIERS], START, START - timedelta(hours=30)) == 80


def test_without_a_policy_nothing_is_given_back():
    assert percent_back([], START, START - timedelta(days=99)) == 0


@pytest.mark.parametrize(
    ("amount", "percent", "back"), [(1000, 50, 500), (333, 50, 167), (1, 50, 1), (1, 49, 0), (999, 33, 330), (5, 0, 0)]
)
def test_half_of_a_minor_unit_goes_to_the_customer(amount, percent, back):
    assert share(amount, percent) == back


@pytest.mark.hypothesis
@given(st.integers(0, 10**12), st.integers(0, 100))
def test_a_share_is_never_more_than_all_and_off_by_half_a_unit_at_most(amount, percent):
    back = share(amount, percent)

    assert 0 <= back <= amount
    assert abs(100 * back - amount * percent) <= 50


@pytest.mark.parametrize(
    "policy",
    [
        "all of it",
        [{"hours": 1}],
        [{"hours": 1, "percent": 101}],
        [{"hours": -1, "percent": 50}],
        [{"hours": 1.5, "percent": 50}],
        [{"hours": True, "percent": 50}],
        [{"hours": 1, "percent": 50, "unless": "it rains"}],
        [{"hours": 1, "percent": 50}] * 11,
    ],
)
def test_a_policy_that_nobody_could_apply_is_refused(policy):
    with pytest.raises(ValidationError):
        validate_policy(policy)
