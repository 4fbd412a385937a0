"""Figures that charts show. What cannot be divided is None."""

import pytest

from core.counting import count_by_status, percent_change, ratio
from fleet.models import Vehicle
from tests.factories.fleet import VehicleFactory


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [(4, 6, 50.0), (4, 1, -75.0), (4, 4, 0.0), (4, 0, -100.0), (3, 4, 33.3), (0, 4, None), (0, 0, None), (-1, 4, None)],
)
def test_a_change_is_in_per_cent_of_what_was_before(before, now, change):
    assert percent_change(before, now) == change


@pytest.mark.parametrize(("part", "whole", "expected"), [(1, 3, 0.3333), (0, 3, 0.0), (3, 3, 1.0), (1, 0, None)])
def test_a_ratio_is_to_four_digits(part, whole, expected):
    assert ratio(part, whole) == expected


@pytest.mark.django_db
def test_states_that_nothing_is_in_are_counted_too():
    VehicleFactory.create_batch(2, status="onsite")

    assert count_by_status(Vehicle.objects.order_by("plate"), Vehicle.Status) == {"onsite": 2, "offsite": 0}
