from datetime import timedelta

import pytest

from shifts import expiry, services
from shifts.analytics import coverage
from shifts.models import ShiftOffer
from tests.factories.shifts import EmployeeFactory, ShiftFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def counted(now):
    return coverage(now - 30 * DAY, now + 30 * DAY, now)


def test_a_ratio_without_a_denominator_is_null(now):
    nothing = counted(now)

    assert (nothing.fill_rate, nothing.acceptance_rate, nothing.time_to_fill_s) == (None, None, None)
    assert nothing.by_status["open"] == 0


def test_the_fill_rate_is_of_shifts_that_have_begun(nurse, now):
    ShiftFactory(start_at=now - DAY, assignee=nurse, status="completed")
    ShiftFactory(start_at=now - MINUTE, assignee=nurse, status="assigned")
    ShiftFactory(start_at=now - DAY, status="unfilled")
    ShiftFactory(start_at=now - DAY, status="cancelled")
    ShiftFactory(start_at=now + DAY, assignee=nurse, status="assigned")

    assert counted(now).fill_rate == pytest.approx(2 / 3, abs=1e-4)


def test_the_acceptance_rate_leaves_out_those_who_had_no_chance(nurse, offered, offer_to, now):
    accepted, lapsed = offered(), offered(start_at=now + 5 * DAY)
    services.accept_offer(offer_to(nurse, accepted), now=now)
    rejecting, silent, unreached, late = (EmployeeFactory() for _ in range(4))
    services.offer_shift_to(lapsed, [rejecting, silent, unreached], now=now)
    services.reject_offer(offer_to(rejecting, lapsed), now=now)
    services.withdraw_offers(services.offer_shift_to(ShiftFactory(), [late], now=now))
    ShiftOffer.objects.filter(employee=silent).update(delivered_at=now)
    expiry.tidy(lapsed.start_at)

    # One yes; one no, and one silence after a delivery. Nobody asked the others to any purpose.
    assert counted(now).acceptance_rate == pytest.approx(1 / 3, abs=1e-4)


def test_a_shift_a_coordinator_gave_away_was_accepted_by_nobody(nurse, now):
    services.assign_shift(ShiftFactory(), nurse, now=now)

    assert counted(now).acceptance_rate is None


def test_the_time_to_fill_is_the_median_from_the_offer_to_the_yes(nurse, offered, offer_to, now):
    for place, minutes in enumerate((1, 2, 30)):
        shift = offered(start_at=now + (3 + place) * DAY)
        services.accept_offer(offer_to(nurse, shift), now=now + minutes * MINUTE)

    assert counted(now).time_to_fill_s == 120


def test_a_dropped_shift_begins_to_wait_anew(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)
    services.drop_shift(offer_to(nurse, shift), now=now + 60 * MINUTE)
    services.accept_offer(offer_to(colleague, shift), now=now + 65 * MINUTE)

    assert counted(now).time_to_fill_s == 300
