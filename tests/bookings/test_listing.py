"""What is shown of slots: kept for minutes, and never longer than it is true."""

from datetime import timedelta

import pytest

from bookings.freshness import version_of
from bookings.listing import Listed, listed
from bookings.services import providers, reservations
from tests.factories.bookings import ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(now):
    """How many are free two days ahead, as it is listed."""

    def free(service, **how):
        at = on_the_hour(since=now)
        found = [slot.free for slot in listed(service, at.date(), at.date(), now, **how) if slot.start == at]
        return found[0] if found else None

    return free


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_list_is_kept_until_somebody_books(service, reserve, free, committed, django_assert_num_queries):
    assert free(service) == 2
    with django_assert_num_queries(0):
        assert free(service) == 2
    with committed():
        reserve(service)

    assert free(service) == 1


def test_whoever_wants_it_fresh_does_not_get_what_was_kept(service, reserve, free):
    assert free(service) == 2
    reserve(service)  # and it is not committed yet

    assert (free(service), free(service, is_fresh=True)) == (2, 1)


def test_a_list_made_while_somebody_books_is_not_shown_afterwards(
    service, reserve, free, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        reserve(service)
    before = version_of(service.provider_id)
    free(service)  # made by somebody who does not see the booking yet
    for callback in callbacks:
        callback()

    assert version_of(service.provider_id) != before
    assert free(service) == 1


@pytest.mark.parametrize("verb", ["cancelled", "moved", "closed", "other hours", "another capacity", "a special day"])
def test_whatever_changes_what_is_free_makes_a_list_old(service, reserve, free, committed, now, verb):
    reservation = reserve(service)
    day = reservation.start_at.date()
    assert free(service) == 1
    with committed():
        match verb:
            case "cancelled":
                reservations.cancel_reservation(reservation, by="user", now=now)
            case "moved":
                later = reservation.start_at + timedelta(hours=1)
                reservations.reschedule_reservation(reservation, start_at=later, now=now)
            case "closed":
                providers.close_slot(reservation.slot)
            case "other hours":
                elsewhen = [{"weekday": (day.weekday() + 1) % 7, "start": "10:00", "end": "11:00"}]
                providers.revise_provider(service.provider, hours=elsewhen)
            case "another capacity":
                providers.revise_service(service, capacity=5, now=now)
            case "a special day":
                providers.set_special_day(service.provider, day=day, spans=[])
    service = type(service).objects.select_related("provider").get()

    gone = ["closed", "other hours", "a special day"]
    assert free(service) == (None if verb in gone else {"another capacity": 4}.get(verb, 2))


def test_what_is_too_late_by_now_is_not_in_a_kept_list(service, now):
    at = on_the_hour(since=now)
    assert at in [slot.start for slot in listed(service, at.date(), at.date(), now)]
    later = at + timedelta(minutes=1)

    assert at not in [slot.start for slot in listed(service, at.date(), at.date(), later)]


def test_a_hold_that_has_lapsed_is_worth_nothing(paid_service, reserve, now):
    reservation = reserve(paid_service, seats=2)
    at, until = reservation.start_at, reservation.hold_expires_at

    def free(when):
        return [slot.free for slot in listed(paid_service, at.date(), at.date(), when, is_fresh=True)
                if slot.start == at]  # fmt: skip

    assert (free(until - timedelta(seconds=1)), free(until)) == ([0], [2])


def test_what_was_booked_when_hours_were_other_hours_is_in_the_way(service, reserve, now):
    booked = reserve(service, start_at=on_the_hour(since=now).replace(hour=12))
    half_past = [{"weekday": day, "start": "00:30", "end": "23:30"} for day in range(7)]
    service.provider = providers.revise_provider(service.provider, hours=half_past)
    day = booked.start_at.date()
    free = {slot.start: slot.free for slot in listed(service, day, day, now, is_fresh=True)}

    half = timedelta(minutes=30)
    assert [free.get(booked.start_at + shift) for shift in (-3 * half, -half, half, 3 * half)] == [2, 0, 0, 2]


@pytest.mark.parametrize(
    ("free", "status", "label"),
    [
        (20, "available", "Available"),
        (11, "available", "Available"),
        (10, "halfFull", "Half Full"),
        (6, "halfFull", "Filling Up"),
        (4, "almostFull", "Filling Up"),
        (2, "almostFull", "Almost Full"),
        (0, "full", "Fully Booked"),
    ],
)
def test_a_slot_is_named_as_the_seed_names_it(free, status, label, now):
    slot = Listed(now, now + timedelta(hours=1), 20, free)

    assert (slot.status, str(slot.label), slot.booked, slot.share) == (status, label, 20 - free, (20 - free) / 20)


def test_a_month_is_listed_at_once(now):
    service = ServiceFactory(horizon_days=90)
    first = (now + timedelta(days=1)).date()

    assert len(listed(service, first, first + timedelta(days=30), now)) == 31 * 24
