from datetime import timedelta

import pytest

from shifts import selectors, services
from shifts.errors import (
    NotAnEmployee,
    NotEligible,
    NotYourShift,
    OfferAccepted,
    OfferExpired,
    OfferRejected,
    OfferWithdrawn,
    ShiftClosed,
    ShiftOffered,
    ShiftStarted,
    ShiftTaken,
)
from shifts.models import Employee, Shift, ShiftOffer
from tests.factories.shifts import EmployeeFactory, LeaveFactory, QualificationFactory, ShiftFactory
from tests.shifts.hearing import folded, fresh, heard

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def statuses(shift):
    return dict(shift.offers.values_list("employee", "status"))


def test_an_offered_shift_is_told_to_everybody_who_fits(nurse, colleague, offered):
    shift = offered()

    assert statuses(shift) == {nurse.pk: "pending", colleague.pk: "pending"}
    assert heard(nurse.user) == heard(colleague.user) == ["shift_offered"]
    assert folded(nurse.user)[str(shift.pk)]["status"] == "pending"


def test_an_offer_lasts_until_the_shift_begins(nurse, offered, offer_to):
    shift = offered()

    assert offer_to(nurse, shift).expires_at == shift.start_at


def test_the_first_to_accept_gets_the_shift_and_everyone_else_is_let_go(nurse, colleague, offered, offer_to, now):
    shift = offered()

    accepted = services.accept_offer(offer_to(nurse, shift), now=now)

    assert (accepted.status, accepted.responded_at) == ("accepted", now)
    assert (accepted.shift.status, accepted.shift.assignee_id) == ("assigned", nurse.pk)
    assert statuses(shift) == {nurse.pk: "accepted", colleague.pk: "taken"}
    assert heard(nurse.user) == ["shift_offered", "offer_accepted"]
    assert heard(colleague.user) == ["shift_offered", "offer_closed"]


def test_the_second_to_accept_is_told_that_the_shift_is_taken(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    with pytest.raises(ShiftTaken):
        services.accept_offer(offer_to(colleague, shift), now=now)

    assert Shift.objects.get(pk=shift.pk).assignee == nurse


def test_a_winner_who_asks_again_has_won_again(nurse, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    again = services.accept_offer(offer_to(nurse, shift), now=now + HOUR)

    assert (again.status, again.responded_at) == ("accepted", now)
    assert heard(nurse.user) == ["shift_offered", "offer_accepted"]


def test_a_stranger_to_the_race_learns_nothing_of_the_winner(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    seen = folded(colleague.user)[str(shift.pk)]

    assert (seen["status"], seen["shift_status"]) == ("taken", "assigned")
    assert str(nurse.pk) not in {str(value) for name, value in seen.items() if name != "shift_id"}


def test_an_offer_cannot_be_accepted_from_the_moment_it_expires(nurse, offered, offer_to, now):
    shift = offered()
    offer = offer_to(nurse, shift)

    with pytest.raises(OfferExpired):
        services.accept_offer(offer, now=offer.expires_at)

    assert services.accept_offer(offer, now=offer.expires_at - timedelta(microseconds=1)).status == "accepted"


def test_one_nurse_does_not_get_two_shifts_at_the_same_time(nurse, offered, offer_to, now):
    first, second = offered(), offered()
    services.accept_offer(offer_to(nurse, first), now=now)

    with pytest.raises(NotEligible) as refusal:
        services.accept_offer(offer_to(nurse, second), now=now)

    assert "overlap" in refusal.value.details["reasons"]
    assert Shift.objects.get(pk=second.pk).status == "open"


def test_what_changed_since_the_offer_counts_when_she_accepts(nurse, offered, offer_to, now):
    shift = offered()
    LeaveFactory(employee=nurse, start_at=shift.start_at, end_at=shift.end_at)

    with pytest.raises(NotEligible) as refusal:
        services.accept_offer(offer_to(nurse, shift), now=now)

    assert refusal.value.details == {"reasons": ["on_leave"]}


def test_a_nurse_who_accepts_is_available_whatever_she_said_before(nurse, offered, offer_to, now):
    shift = offered()
    nurse.availabilities.all().delete()

    assert services.accept_offer(offer_to(nurse, shift), now=now).status == "accepted"


def test_an_employee_who_has_left_cannot_accept(nurse, offered, offer_to, now):
    offer = offer_to(nurse, offered())
    Employee.objects.filter(pk=nurse.pk).update(is_active=False)

    with pytest.raises(NotAnEmployee):
        services.accept_offer(offer, now=now)


def test_a_rejected_offer_is_hers_to_see_and_nobody_elses(nurse, colleague, offered, offer_to, now):
    shift = offered()

    rejected = services.reject_offer(offer_to(nurse, shift), now=now)

    assert (rejected.status, rejected.responded_at) == ("rejected", now)
    assert heard(nurse.user) == ["shift_offered", "offer_rejected"]
    assert heard(colleague.user) == ["shift_offered"]


def test_rejecting_twice_is_rejecting_once(nurse, offered, offer_to, now):
    shift = offered()
    services.reject_offer(offer_to(nurse, shift), now=now)

    services.reject_offer(offer_to(nurse, shift), now=now + HOUR)

    assert heard(nurse.user) == ["shift_offered", "offer_rejected"]


def test_a_no_is_not_turned_into_a_yes(nurse, offered, offer_to, now):
    shift = offered()
    services.reject_offer(offer_to(nurse, shift), now=now)

    with pytest.raises(OfferRejected):
        services.accept_offer(offer_to(nurse, shift), now=now)


def test_an_accepted_shift_is_dropped_not_rejected(nurse, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    with pytest.raises(OfferAccepted):
        services.reject_offer(offer_to(nurse, shift), now=now)


def test_a_dropped_shift_is_held_out_again_to_those_who_did_not_say_no(nurse, colleague, offered, offer_to, now):
    unwilling = EmployeeFactory()
    shift = offered()
    services.reject_offer(offer_to(unwilling, shift), now=now)
    services.accept_offer(offer_to(nurse, shift), now=now)

    services.drop_shift(offer_to(nurse, shift), now=now + HOUR)

    assert statuses(shift) == {nurse.pk: "dropped", colleague.pk: "pending", unwilling.pk: "rejected"}
    assert Shift.objects.get(pk=shift.pk).assignee is None
    assert heard(nurse.user) == ["shift_offered", "offer_accepted", "shift_dropped"]
    assert heard(colleague.user) == ["shift_offered", "offer_closed", "shift_offered"]
    for employee in (nurse, colleague, unwilling):
        assert folded(employee.user) == fresh(employee.user)


def test_an_offer_that_begins_anew_counts_as_not_yet_delivered(nurse, colleague, offered, offer_to, now):
    shift = offered()
    ShiftOffer.objects.update(delivered_at=now)
    services.accept_offer(offer_to(nurse, shift), now=now)

    services.drop_shift(offer_to(nurse, shift), now=now + HOUR)

    anew = offer_to(colleague, shift)
    assert (anew.delivered_at, anew.responded_at, anew.sent_at) == (None, None, now + HOUR)


def test_dropping_twice_is_dropping_once(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)
    services.drop_shift(offer_to(nurse, shift), now=now)
    services.accept_offer(offer_to(colleague, shift), now=now)

    services.drop_shift(offer_to(nurse, shift), now=now)

    assert Shift.objects.get(pk=shift.pk).assignee == colleague


def test_only_her_own_shift_can_be_dropped_and_only_before_it_begins(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    with pytest.raises(NotYourShift):
        services.drop_shift(offer_to(colleague, shift), now=now)
    with pytest.raises(ShiftStarted):
        services.drop_shift(offer_to(nurse, shift), now=shift.start_at)


def test_a_coordinator_assigns_a_shift_that_was_never_offered(nurse, colleague, now):
    shift = services.assign_shift(ShiftFactory(), nurse, now=now)

    assert (shift.status, shift.assignee) == ("assigned", nurse)
    offer = shift.offers.get()
    assert (offer.employee, offer.status, offer.responded_at) == (nurse, "accepted", None)
    assert heard(nurse.user) == ["shift_assigned"]
    assert heard(colleague.user) == []


def test_assigning_closes_everybody_elses_offer(nurse, colleague, offered, now):
    shift = services.assign_shift(offered(), nurse, now=now)

    assert statuses(shift) == {nurse.pk: "accepted", colleague.pk: "taken"}
    assert heard(colleague.user) == ["shift_offered", "offer_closed"]


def test_assigning_the_same_nurse_again_changes_nothing_and_another_is_refused(nurse, colleague, now):
    shift = services.assign_shift(ShiftFactory(), nurse, now=now)

    services.assign_shift(shift, nurse, now=now)

    assert heard(nurse.user) == ["shift_assigned"]
    with pytest.raises(ShiftTaken):
        services.assign_shift(shift, colleague, now=now)


def test_force_passes_over_leave_but_never_over_another_shift(nurse, now):
    shift = ShiftFactory()
    LeaveFactory(employee=nurse, start_at=shift.start_at, end_at=shift.end_at)

    with pytest.raises(NotEligible):
        services.assign_shift(shift, nurse, now=now)
    services.assign_shift(shift, nurse, force=True, now=now)

    with pytest.raises(NotEligible) as refusal:
        services.assign_shift(ShiftFactory(start_at=shift.start_at), nurse, force=True, now=now)
    assert refusal.value.details == {"reasons": ["overlap"]}


def test_a_cancelled_shift_leaves_nobody_with_an_offer_or_a_duty(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    cancelled = services.cancel_shift(shift, now=now)

    assert (cancelled.status, cancelled.assignee) == ("cancelled", None)
    assert statuses(shift) == {nurse.pk: "withdrawn", colleague.pk: "taken"}
    assert heard(nurse.user) == ["shift_offered", "offer_accepted", "shift_cancelled"]
    assert heard(colleague.user) == ["shift_offered", "offer_closed", "shift_cancelled"]


def test_cancelling_twice_is_cancelling_once_and_what_is_over_stays(nurse, offered, now):
    shift = offered()
    services.cancel_shift(shift, now=now)
    services.cancel_shift(shift, now=now)

    assert heard(nurse.user) == ["shift_offered", "shift_cancelled"]
    with pytest.raises(ShiftClosed):
        services.cancel_shift(ShiftFactory(status="unfilled"), now=now)


def test_withdrawn_offers_make_the_shift_a_draft_that_may_be_revised(nurse, offered, offer_to, now):
    shift = offered()
    with pytest.raises(ShiftOffered):
        services.revise_shift(shift, client_name="Mr. Hill")

    services.withdraw_offers(shift)
    with pytest.raises(OfferWithdrawn):
        services.accept_offer(offer_to(nurse, shift), now=now)
    services.revise_shift(shift, client_name="Mr. Hill", qualifications=[QualificationFactory()])

    assert heard(nurse.user) == ["shift_offered", "offer_closed", "shift_revised"]
    assert folded(nurse.user) == fresh(nurse.user)
    assert folded(nurse.user)[str(shift.pk)]["client_name"] == "Mr. Hill"


@pytest.mark.parametrize("status", ["cancelled", "unfilled"])
def test_a_shift_that_is_over_is_not_offered(nurse, now, status):
    with pytest.raises(ShiftClosed):
        services.offer_shift(ShiftFactory(status=status), now=now)


def test_a_shift_that_has_begun_is_not_offered(nurse, now):
    with pytest.raises(ShiftStarted):
        services.offer_shift(ShiftFactory(start_at=now), now=now)


def test_somebody_named_is_asked_eligible_or_not(now):
    unavailable = EmployeeFactory(availability=None)

    shift = services.offer_shift_to(ShiftFactory(), [unavailable], now=now)

    assert statuses(shift) == {unavailable.pk: "pending"}
    assert shift.considerations.get().reasons == ["unavailable"]


def test_somebody_named_is_asked_again_after_a_no(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.reject_offer(offer_to(nurse, shift), now=now)

    services.offer_shift_to(shift, [nurse], now=now)

    assert heard(nurse.user) == ["shift_offered", "offer_rejected", "shift_offered"]
    assert heard(colleague.user) == ["shift_offered"]


def test_the_loser_is_told_again_in_her_stream(nurse, colleague, offered, offer_to, now):
    shift = offered()
    services.accept_offer(offer_to(nurse, shift), now=now)

    services.tell_loser(offer_to(colleague, shift), now=now)

    assert heard(colleague.user) == ["shift_offered", "offer_closed", "offer_closed"]


def test_a_test_offer_makes_up_a_shift_of_that_number_for_tomorrow(nurse, colleague, now):
    services.send_test_offer(nurse, 999, now=now)
    services.send_test_offer(colleague, 999, now=now)

    shift = Shift.objects.get(pk=999)
    assert shift.date == (now + timedelta(days=1)).date()
    assert (f"{shift.start_time:%H:%M}", f"{shift.end_time:%H:%M}") == ("09:00", "17:00")
    assert (shift.location_name, shift.client_name, shift.service_type) == (
        "Outreach Center", "Test Client", "Home Care",
    )  # fmt: skip
    assert statuses(shift) == {nurse.pk: "pending", colleague.pk: "pending"}


def test_a_number_given_by_hand_is_passed_over_by_the_counter(nurse, now):
    counted = ShiftFactory().pk
    services.send_test_offer(nurse, counted + 1, now=now)
    services.send_test_offer(nurse, counted + 2, now=now)

    assert ShiftFactory().pk > counted + 2


def test_employees_see_their_offers_priority_first(nurse, offered, now):
    late = offered(start_at=now + timedelta(days=5))
    early = offered(start_at=now + timedelta(days=4))
    urgent = offered(start_at=now + timedelta(days=6), priority=1)

    assert [offer.shift_id for offer in selectors.pending_offers(nurse, now)] == [urgent.pk, early.pk, late.pk]
