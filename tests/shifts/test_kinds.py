from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from realtime import kinds
from shifts import boards, selectors, services
from shifts.models import ShiftOffer
from shifts.serializers import OfferOut
from tests.factories.accounts import UserFactory
from tests.factories.shifts import EmployeeFactory, ShiftFactory
from tests.shifts.hearing import OFFER, folded, fresh

pytestmark = pytest.mark.django_db


def test_an_offer_looks_the_same_in_the_view_in_an_event_and_over_rest(nurse, now):
    shift = ShiftFactory(
        pk=4711,
        start_at=datetime(2031, 1, 20, 4, tzinfo=UTC),
        end_at=datetime(2031, 1, 20, 12, tzinfo=UTC),
        zone="America/Toronto",
        description="Ring twice.",
        priority=1,
    )
    services.offer_shift_to(shift, [nurse], now=now)

    offer = selectors.offer_of(nurse.user, 4711)
    assert folded(nurse.user) == fresh(nurse.user) == {"4711": dict(OfferOut(offer).data)}
    assert fresh(nurse.user)["4711"] == {
        "shift_id": 4711,
        "date": "2031-01-19",
        "start_time": "23:00",
        "end_time": "07:00",
        "location_name": "Willow Place",
        "client_name": "Ms. Frost",
        "service_type": "Home Care",
        "description": "Ring twice.",
        "start_at": "2031-01-20T04:00:00Z",
        "end_at": "2031-01-20T12:00:00Z",
        "zone": "America/Toronto",
        "priority": 1,
        "shift_status": "open",
        "status": "pending",
        "rank": 1,
        "sent_at": now.isoformat().replace("+00:00", "Z"),
        "expires_at": "2031-01-20T04:00:00Z",
        "responded_at": None,
    }


def test_who_was_not_asked_does_not_see_the_shift(nurse, offered):
    shift = offered()
    stranger = EmployeeFactory()

    rendered = kinds.render(OFFER, {str(shift.pk): [nurse.user_id, stranger.user_id]})

    hers, nobodys = rendered.own(str(shift.pk), [nurse.user_id, stranger.user_id])
    assert hers is not None
    assert nobodys is None
    assert fresh(stranger.user) == {}


def test_the_view_holds_all_that_is_pending_and_the_newest_of_the_rest(nurse, now):
    shifts = [ShiftFactory() for _ in range(selectors.RECENT + 10)]
    ShiftOffer.objects.bulk_create(
        ShiftOffer(
            shift=shift,
            employee=nurse,
            status="pending" if place < 5 else "expired",
            sent_at=now + timedelta(minutes=place),
            expires_at=shift.start_at,
        )
        for place, shift in enumerate(shifts)
    )

    keys = selectors.recent_keys(nurse.user_id)

    assert sorted(map(int, keys)) == [shift.pk for shift in shifts[:5] + shifts[10:]]


def test_the_view_of_somebody_who_is_no_employee_is_empty(db):
    assert selectors.recent_keys(uuid4()) == []


def test_the_coverage_board_is_for_coordinators_only(nurse, coordinator):
    users = [nurse.user_id, coordinator.pk, UserFactory(is_staff=True, is_active=False).pk]

    assert boards.coordinators("", users) == {coordinator.pk}
    assert boards.coordinators("anything", users) == set()


def test_the_coverage_board_shows_what_analytics_count(nurse, offered):
    offered()

    shown = boards.show_coverage("")

    assert shown["by_status"] == {
        "draft": 0, "open": 1, "assigned": 0, "completed": 0, "cancelled": 0, "unfilled": 0,
    }  # fmt: skip
    assert (shown["offers_pending"], shown["fill_rate"], shown["acceptance_rate"]) == (1, None, None)
