"""Any life of a small spa and its guests, with its laws checked after every step. At the gateway, too."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from bookings import deadlines, holds, seats
from bookings.listing import listed
from bookings.models import Reservation, Service, Slot, WaitlistEntry
from bookings.policies import percent_back, share
from bookings.services import providers, reservations, waiting
from core.errors import DomainError
from payments.applying import apply
from payments.models import LedgerEntry, Payment, Refund
from payments.selectors import refundable
from tests.bookings import clerk
from tests.bookings.hearing import folded, fresh
from tests.bookings.laws import Laws
from tests.factories.accounts import UserFactory
from tests.factories.bookings import ProviderFactory, ServiceFactory
from tests.properties import live

BEGINNING = datetime(2031, 1, 6, 8, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
CUSTOMERS = 4
POLICY = [{"hours": 28, "percent": 100}, {"hours": 20, "percent": 33}]  # two slots, and both soon
PLACES = [("free", 12), ("paid", 12), ("paid", 13)]  # until 13.30
SEATED, ACTIVE = Reservation.SEATED, Reservation.ACTIVE

FIRST = [("pay_too_late", 3, 13, True), ("cancel", 0, "user", True), ("reschedule", 0)]  # while somebody waits

one_of_them = st.integers(0, CUSTOMERS - 1)
one_place = st.sampled_from(PLACES)
some_seats = st.integers(1, 2)
any_one = st.integers(0, 3)  # from the newest on
one_act = st.sampled_from(["pay", "pay", "pay", "decline", "process", "require_action"])


class Spa(Laws):
    stripe = None  # the desk of the look-alike

    @initialize(capacity=st.sampled_from([3, None]), first=st.sampled_from(FIRST))
    def begin(self, capacity, first):
        self.savepoint = transaction.savepoint()
        self.now, self.steps = BEGINNING, 0
        self.day = (self.now + 24 * HOUR).replace(hour=0)
        self.provider = ProviderFactory(capacity=capacity, accepts_cash=True, policy=POLICY)
        paid = ServiceFactory(provider=self.provider, price=333_33)
        free = ServiceFactory(provider=self.provider, duration_minutes=90)
        self.services = {"paid": paid.pk, "free": free.pk}
        self.customers = [UserFactory() for _ in range(CUSTOMERS)]
        self.may_keep = {}  # by payment: what the policy leaves to the provider
        self.seen = []  # snapshots, to be heard late and more than once
        self.open_with_a_full_house()
        verb, *terms = first
        getattr(self, verb)(*terms)

    def open_with_a_full_house(self):
        """One has paid, one is paying, and one waits."""
        self.reserve(3, ("free", 12), 1)
        self.reserve_and_go_to_stripe(0, 12, 1, "pay")
        self.hear(0, is_old=False)
        self.reserve_and_go_to_stripe(1, 12, 1, "process")
        self.wait_for_a_seat(2, ("paid", 12))

    def teardown(self):
        if not hasattr(self, "savepoint"):
            return
        try:
            self.come_to_rest()
            self.every_payment_is_what_the_gateway_says()
            self.nobody_pays_for_nothing()
            self.what_was_heard_adds_up_to_what_is()
        finally:
            transaction.savepoint_rollback(self.savepoint)

    # What they are spoken of by

    def attempt(self, verb, *things, **more):
        self.now += INSTANT
        try:
            verb(*things, **more, now=self.now)
        except DomainError:
            return False
        return True

    def where(self, place):
        name, hour = place
        return Service.objects.select_related("provider").get(pk=self.services[name]), self.day + hour * HOUR

    def slot(self, place):
        service, start_at = self.where(place)
        return Slot.objects.filter(service=service, start_at=start_at).first()

    def some(self, rows, n):
        found = list(rows)
        return found[n % len(found)] if found else None

    def reservation(self, n, *statuses, **which):
        rows = Reservation.objects.filter(status__in=statuses, **which)
        return self.some(rows.order_by("-created_at", "pk"), n)

    def payment(self, n, **which):
        return self.some(Payment.objects.filter(intent_id__isnull=False, **which).order_by("-created_at", "pk"), n)

    # What they do

    @rule(customer=one_of_them, place=one_place, wanted=some_seats)
    def reserve(self, customer, place, wanted):
        service, start_at = self.where(place)
        self.attempt(reservations.reserve, self.customers[customer], service, start_at=start_at, seats=wanted)

    @rule(customer=one_of_them, hour=st.sampled_from([12, 13]), wanted=some_seats, act=one_act)
    def reserve_and_go_to_stripe(self, customer, hour, wanted, act):
        self.reserve(customer, ("paid", hour), wanted)
        self.begin_to_pay(0, "stripe")
        self.act(0, act)

    @rule(customer=one_of_them, place=one_place)
    def wait_for_a_seat(self, customer, place):
        """Others have taken what was left."""
        service, start_at = self.where(place)
        for other in range(CUSTOMERS):
            if other != customer:
                self.reserve(other, place, 1)
        self.attempt(waiting.join_waitlist, self.customers[customer], service, start_at=start_at)

    @rule(n=any_one, is_yes=st.booleans())
    def answer(self, n, is_yes):
        entry = self.some(WaitlistEntry.objects.live().order_by("-status", "pk"), n)
        if entry and entry.reservation and is_yes:
            self.attempt(reservations.confirm_reservation, entry.reservation)
        elif entry and not is_yes:
            self.attempt(waiting.leave_waitlist, entry)

    @rule(n=any_one, by=st.sampled_from(["stripe", "stripe", "cash"]))
    def begin_to_pay(self, n, by):
        if reservation := self.reservation(n, *ACTIVE):
            self.attempt(reservations.pay_reservation, reservation, by=by)

    @rule(n=any_one)
    def pay_at_the_desk(self, n):
        if reservation := self.reservation(n, *ACTIVE):
            self.attempt(reservations.take_cash, reservation)

    @rule(customer=one_of_them, hour=st.sampled_from([12, 13]), others_come=st.booleans())
    def pay_too_late(self, customer, hour, others_come):
        """Her bank was slow. Those who wait have been offered her seats by then."""
        self.reserve_and_go_to_stripe(customer, hour, 1, "process")
        held = Reservation.objects.filter(status="pending", price__gt=0).order_by("hold_expires_at").first()
        if held is None:
            return
        self.now = max(self.now, held.hold_expires_at)
        self.sweep()
        for other in range(CUSTOMERS if others_come else 0):
            self.reserve(other, ("paid", held.start_at.hour), 1)
        for payment in Payment.objects.filter(subject_key=held.pk, intent_id__isnull=False):
            with suppress(ValueError):  # it was called off in time
                self.stripe.pay(payment.intent_id)
            clerk.hear(payment, self.now)

    @rule(n=any_one)
    def reschedule(self, n):
        """To the other slot of its service."""
        if reservation := self.reservation(n, *ACTIVE):
            first = self.day + 12 * HOUR
            other = reservation.end_at if reservation.start_at == first else first
            self.attempt(reservations.reschedule_reservation, reservation, start_at=other)

    @rule(n=any_one, by=st.sampled_from(["user", "user", "provider"]), has_paid=st.booleans())
    def cancel(self, n, by, has_paid):
        which = {"payment_status": "completed", "price__gt": 0} if has_paid else {}
        if not (reservation := self.reservation(n, *ACTIVE, **which)):
            return
        paid = Payment.objects.filter(subject_key=reservation.pk)
        had = {one.pk: refundable(one) for one in paid}
        if self.attempt(reservations.cancel_reservation, reservation, by=by):
            percent = percent_back(POLICY, reservation.start_at, self.now) if by == "user" else 100
            for payment in paid.all():
                self.may_keep[payment.pk] = payment.captured - share(payment.captured, percent)
                assert refundable(payment) == min(had[payment.pk], self.may_keep[payment.pk])

    @rule(n=any_one, verb=st.sampled_from([reservations.complete_reservation, reservations.mark_no_show]))
    def come_or_stay_away(self, n, verb):
        if reservation := self.reservation(n, *SEATED):
            self.attempt(verb, reservation)

    @rule(place=one_place, capacity=st.integers(0, 3))
    def resize_or_close(self, place, capacity):
        """None: it is closed, and those who had booked it are sent away. It may be opened again."""
        slot = self.slot(place)
        if capacity:
            self.attempt(providers.revise_service, self.where(place)[0], capacity=capacity)
        elif slot and slot.is_closed:
            providers.open_slot(slot)
            deadlines.offer_everywhere(self.now)
        elif slot:
            providers.close_slot(slot)
            deadlines.clear_closed_slots(self.now)
            assert not slot.reservations.active().filter(end_at__gt=self.now).exists()

    # What happens at the gateway, and when we hear of it

    @rule(n=any_one, act=one_act)
    def act(self, n, act):
        self.carry_out()
        if payment := self.payment(n, gateway="stripe"):
            with suppress(ValueError):  # Stripe would not have it
                getattr(self.stripe, act)(payment.intent_id)

    @rule(n=any_one, amount=st.sampled_from([None, 100_00, 0]))
    def give_back_by_hand(self, n, amount):
        """Nothing: what was on its way comes back."""
        refund = self.some(Refund.objects.filter(gateway_id__startswith="re_").order_by("pk"), n)
        payment = self.payment(n, gateway="stripe")
        with suppress(ValueError):
            if refund and amount == 0:
                self.stripe.fail_refund(refund.gateway_id)
            elif payment and amount != 0:
                self.stripe.refund(payment.intent_id, amount)

    @rule()
    def carry_out(self):
        clerk.carry_out(self.now)

    @rule(n=any_one, is_old=st.booleans())
    def hear(self, n, is_old):
        """Of what is, or of what was when somebody looked; that may be for the second time."""
        payment = self.payment(n)
        if payment and not is_old:
            self.seen.append((payment.pk, clerk.look(payment, self.now)))
        if self.seen:
            payment_id, seen = self.seen[-1 - n % len(self.seen)] if is_old else self.seen[-1]
            apply(Payment.objects.get(pk=payment_id), seen)

    @rule(n=any_one)
    def look(self, n):
        if payment := self.payment(n):
            self.seen.append((payment.pk, clerk.look(payment, self.now)))

    @rule(minutes=st.sampled_from([1, 9, 9, 10, 60, 60, 60 * 23]))
    def let_time_pass(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self):
        holds.expire_due(self.now)
        self.nobody_waits_for_a_seat_that_is_free()  # who is next need not wait for the rest
        deadlines.keep(self.now)
        assert not Reservation.objects.lapsed(self.now).exists()
        assert not WaitlistEntry.objects.waiting().filter(slot__start_at__lte=self.now).exists()

    def come_to_rest(self):
        """All that can be done is done, and all that can be heard is heard."""
        for _ in range(4):
            clerk.carry_out(self.now)
            clerk.hear_all(self.now)
            self.sweep()
            self.now += HOUR
        assert not Refund.objects.filter(status="requested").exists()
        assert not Payment.objects.filter(status="processing").exclude(subject_key__in=self.alive()).exists()

    def alive(self):
        over = ["cancelled", "expired"]
        return [str(pk) for pk in Reservation.objects.exclude(status__in=over).values_list("pk", flat=True)]

    @invariant()
    def every_few_steps_all_views_are_compared(self):
        self.steps += 1
        if self.steps % 5 == 0:
            self.what_was_heard_adds_up_to_what_is()
            self.what_is_listed_is_what_is_free()

    def what_was_heard_adds_up_to_what_is(self):
        for user in (self.provider.owner, *self.customers):
            assert folded(user) == fresh(user)

    def what_is_listed_is_what_is_free(self):
        """A hold that has lapsed is worth nothing, whether or not anybody has taken it back."""
        lapsed = Reservation.objects.lapsed(self.now)
        for place in PLACES:
            service, start_at = self.where(place)
            [shown] = [
                one.free
                for one in listed(service, start_at.date(), start_at.date(), self.now, is_fresh=True)
                if one.start == start_at
            ] or [None]
            slot = self.slot(place)
            if shown is None or slot is None or lapsed.exists():
                continue
            assert shown == max(seats.free(slot), 0)

    def every_payment_is_what_the_gateway_says(self):
        for payment in Payment.objects.filter(gateway="stripe", intent_id__isnull=False):
            entered = LedgerEntry.objects.filter(payment=payment).aggregate(sum=Sum("amount", default=0))
            assert clerk.books(payment) == entered["sum"]


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_the_laws_hold_in_any_life(gate):
    live(type("GivenSpa", (Spa,), {"stripe": gate.world.stripe}), lives=10, steps=16)
