"""What time and departures do to shifts: expiry, overlaps, leaving."""

from datetime import timedelta

import pytest

from shifts import expiry, leaving, overlaps, services, tasks
from shifts.models import Employee, Shift, ShiftOffer
from tests.factories.shifts import EmployeeFactory
from tests.shifts.hearing import folded, fresh, heard

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_an_offer_past_its_time_is_closed_by_the_sweep(nurse, offered, now):
    shift = offered()
    ShiftOffer.objects.update(expires_at=now)

    expiry.tidy(now)

    assert shift.offers.get().status == "expired"
    assert heard(nurse.user) == ["shift_offered", "offer_closed"]
    assert folded(nurse.user) == fresh(nurse.user)


def test_the_sweep_may_come_twice(nurse, offered, now):
    offered()
    ShiftOffer.objects.update(expires_at=now)

    expiry.tidy(now)
    expiry.tidy(now)

    assert heard(nurse.user) == ["shift_offered", "offer_closed"]


def test_a_shift_nobody_took_is_unfilled_from_its_start(nurse, offered):
    shift = offered()

    expiry.tidy(shift.start_at - timedelta(seconds=1))
    assert Shift.objects.get(pk=shift.pk).status == "open"
    expiry.tidy(shift.start_at)

    assert Shift.objects.get(pk=shift.pk).status == "unfilled"
    assert shift.offers.get().status == "expired"
    assert folded(nurse.user) == fresh(nurse.user)


def test_a_shift_that_is_worked_is_completed_at_its_end(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    expiry.tidy(shift.end_at - timedelta(seconds=1))
    assert Shift.objects.get(pk=shift.pk).status == "assigned"
    expiry.tidy(shift.end_at)

    completed = Shift.objects.get(pk=shift.pk)
    assert (completed.status, completed.assignee) == ("completed", nurse)
    assert heard(nurse.user) == ["shift_offered", "offer_accepted", "shift_completed"]
    for employee in (nurse, colleague):
        assert folded(employee.user) == fresh(employee.user)


def test_a_sweep_with_nothing_due_opens_no_transaction(nurse, offered, now, django_assert_num_queries):
    offered()

    with django_assert_num_queries(3):
        expiry.tidy(now)


def test_her_offers_at_the_same_time_are_withdrawn_after_a_yes(nurse, colleague, offered, offer_to, now):
    taken, overlapping, other = offered(), offered(), offered(start_at=now + timedelta(days=9))
    services.accept_offer(offer_to(nurse, taken), now=now)

    tasks.withdraw_overlapping(nurse.pk)

    assert offer_to(nurse, overlapping).status == "withdrawn"
    assert offer_to(nurse, other).status == "pending"
    assert offer_to(colleague, overlapping).status == "pending"
    assert heard(nurse.user)[-1] == "offer_closed"
    assert folded(nurse.user) == fresh(nurse.user)


def test_the_sweep_finds_overlaps_whose_ring_was_lost(nurse, offered, offer_to, now):
    taken, overlapping = offered(), offered()
    services.accept_offer(offer_to(nurse, taken), now=now)

    overlaps.withdraw_overlapping()
    overlaps.withdraw_overlapping()

    assert offer_to(nurse, overlapping).status == "withdrawn"
    assert heard(nurse.user).count("offer_closed") == 1


def test_who_leaves_is_relieved_of_shifts_to_come(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    services.retire_employee(nurse.user_id)
    leaving.release_shifts(now)

    assert Shift.objects.get(pk=shift.pk).status == "open"
    assert dict(shift.offers.values_list("employee", "status")) == {nurse.pk: "dropped", colleague.pk: "pending"}


def test_what_she_worked_before_leaving_stays_hers(nurse, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)
    Employee.objects.filter(pk=nurse.pk).update(is_active=False)

    leaving.release_shifts(shift.start_at)

    assert Shift.objects.get(pk=shift.pk).assignee == nurse


def test_somebody_who_is_no_employee_leaves_nothing_behind(db):
    services.retire_employee(EmployeeFactory.build().user.pk)
