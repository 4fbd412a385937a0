"""What is true of a provider's reservations, seats and money at any time."""

from datetime import timedelta

from django.db.models import Sum
from hypothesis.stateful import RuleBasedStateMachine, invariant

from bookings import auditing, messages, seats
from bookings.models import Reservation, Slot, WaitlistEntry
from notifications.models import Notice
from payments.models import Payment, Refund
from payments.selectors import refundable

SEATED = Reservation.SEATED
RETURNED = messages.gettext_noop("Payment Returned")


class Laws(RuleBasedStateMachine):
    """Of a machine with a provider, a day on which all is booked, a clock, and what the policy leaves to whom."""

    @invariant()
    def seats_are_those_of_the_reservations(self):
        for slot in Slot.objects.all():
            of_slot = slot.reservations.values_list("status").annotate(seats=Sum("seats"))
            by_status = dict(of_slot.order_by())
            assert slot.held == by_status.get("pending", 0)
            assert slot.confirmed == sum(by_status.get(status, 0) for status in SEATED)
            assert slot.held + slot.confirmed <= slot.capacity

    @invariant()
    def the_house_is_never_fuller_than_it_may_be(self):
        capacity = self.provider.capacity
        if capacity is not None:
            slots = seats.occupied(self.provider.pk)
            assert seats.most_at_once(slots, self.day, self.day + timedelta(days=1)) <= capacity

    @invariant()
    def counters_are_those_of_the_rows(self):
        assert auditing.drifts(self.provider) == []

    @invariant()
    def the_ledger_is_what_we_know_of_the_gateway(self):
        for payment in Payment.objects.annotate(kept=Sum("ledger__amount", default=0)):
            assert payment.kept == payment.captured - payment.refunded

    @invariant()
    def nobody_pays_for_nothing(self):
        """What she has paid for nothing is on its way back, unless her bank would not have it."""
        failed = Refund.objects.filter(status="failed").values("payment")
        for reservation in Reservation.objects.all():
            paid = Payment.objects.filter(subject_key=reservation.pk, captured__gt=0).exclude(pk__in=failed)
            left = {one.pk: refundable(one) for one in paid}
            if reservation.status in SEATED:
                assert sum(left.values()) <= reservation.price
            else:
                assert all(amount <= self.may_keep.get(pk, 0) for pk, amount in left.items())

    @invariant()
    def nobody_who_has_to_pay_first_comes_for_nothing(self):
        by_card = Reservation.objects.filter(status__in=SEATED, price__gt=0)
        for reservation in by_card:
            of_it = Payment.objects.filter(subject_key=reservation.pk)
            assert of_it.filter(captured__gt=0).exists() or of_it.filter(gateway="cash").exists()

    @invariant()
    def whoever_gets_her_money_back_for_want_of_a_seat_is_told_once(self):
        returned = Refund.objects.filter(reason="not booked").count()
        assert Notice.objects.filter(title=RETURNED).count() == returned

    @invariant()
    def nobody_waits_for_a_seat_that_is_free(self):
        for entry in WaitlistEntry.objects.waiting().select_related("slot__provider"):
            slot = entry.slot
            is_there = slot.reservations.active().filter(user=entry.user_id).exists()
            if not (slot.is_closed or is_there or slot.start_at <= self.now):
                assert seats.free(slot) < entry.seats

    @invariant()
    def an_offer_is_a_hold(self):
        for entry in WaitlistEntry.objects.select_related("reservation"):
            is_held = entry.reservation is not None and entry.reservation.status == "pending"
            assert is_held == (entry.status == "offered")
