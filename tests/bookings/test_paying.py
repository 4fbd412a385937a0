"""Never paid and not booked: whatever comes late, twice, or in the wrong moment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import deadlines, holds
from bookings.errors import CardPaymentOpen, HoldLapsed, NoCash, NothingToPay
from bookings.services import reservations
from notifications.messages import text_of
from notifications.models import Notice
from payments import services as payments
from payments.errors import PaymentPending
from payments.models import Payment, Refund
from tests.bookings import clerk
from tests.bookings.hearing import heard, told

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=11)  # than a hold lasts
RETURNED = "Payment Returned"


@pytest.fixture
def begun(gate, paid_service, reserve, customer, now):
    """Both seats are held, and Stripe waits for the card."""
    reservation = reserve(paid_service, customer, seats=2)
    reservations.pay_reservation(reservation, by="stripe", now=now)
    clerk.carry_out(now)
    return reservation


def payment_of(reservation):
    return Payment.objects.get(subject_key=reservation.pk)


@pytest.fixture
def pay(gate):
    """And we hear of it, at some time."""

    def pay(reservation, at):
        gate.world.stripe.pay(payment_of(reservation).intent_id)
        clerk.hear(payment_of(reservation), at)
        clerk.carry_out(at)
        reservation.refresh_from_db()
        return reservation

    return pay


def refunds():
    return list(Refund.objects.values_list("amount", "status", "reason"))


def test_who_pays_in_time_is_booked(begun, pay, now):
    reservation = pay(begun, now)

    assert (reservation.status, reservation.payment_status) == ("confirmed", "completed")
    assert (reservation.confirmed_at, reservation.hold_expires_at) == (now, None)
    reservation.provider.stats.refresh_from_db()
    assert reservation.provider.stats.revenue == reservation.price == 1000_00


def test_a_hold_that_lapsed_is_hers_until_somebody_takes_it(begun, pay, now):
    assert pay(begun, now + LATER).status == "confirmed"
    assert refunds() == []


def test_a_payment_that_comes_late_takes_seats_that_are_still_free(begun, pay, now):
    """The payment is called off by then, and Stripe has charged her a moment before."""
    holds.expire_due(now + LATER)
    reservation = pay(begun, now + LATER)

    assert (reservation.status, reservation.payment_status, reservation.ended_at) == ("confirmed", "completed", None)
    assert (reservation.slot.held, reservation.slot.confirmed) == (0, 2)
    assert refunds() == []


def test_or_seats_that_others_hold_no_more(begun, pay, paid_service, reserve, now):
    other = reserve(paid_service, now=now + LATER)
    much_later = now + 3 * LATER

    assert pay(begun, much_later).status == "confirmed"
    other.refresh_from_db()
    assert other.status == "expired"


def test_where_others_have_come_it_goes_back_once_and_she_is_told(begun, pay, paid_service, reserve, customer, now):
    reserve(paid_service, now=now + LATER)
    reservation = pay(begun, now + LATER)
    for _ in range(2):
        clerk.hear(payment_of(begun), now + 2 * LATER)
        clerk.carry_out(now + 2 * LATER)

    reservation.refresh_from_db()
    assert (reservation.status, reservation.payment_status) == ("expired", "refunded")
    assert refunds() == [(1000_00, "succeeded", "not booked")]
    assert told(customer).count(RETURNED) == 1
    notice = Notice.objects.get(recipient=customer, title=RETURNED)
    assert text_of(notice, "en", "UTC").body == (
        "We are sorry: Massage could not be booked any more, and your payment is on its way back"
    )
    assert notice.importance == "important"


def test_so_does_one_for_a_slot_that_has_begun(begun, pay):
    assert pay(begun, begun.start_at).status == "pending"
    assert refunds() == [(1000_00, "succeeded", "not booked")]


def test_what_was_returned_at_the_gateway_before_we_heard_is_returned_once(gate, begun, paid_service, reserve, now):
    reserve(paid_service, now=now + LATER)
    gate.world.stripe.pay(payment_of(begun).intent_id)
    gate.world.stripe.refund(payment_of(begun).intent_id)
    clerk.hear(payment_of(begun), now + LATER)

    assert refunds() == [(1000_00, "succeeded", "at the gateway")]
    assert payment_of(begun).status == "refunded"


def test_cancelled_while_it_is_being_paid_it_goes_back(gate, begun, pay, customer, now):
    gate.world.stripe.process(payment_of(begun).intent_id)
    clerk.hear(payment_of(begun), now)
    reservations.cancel_reservation(begun, by="user", now=now)
    reservation = pay(begun, now)

    assert (reservation.status, reservation.payment_status) == ("cancelled", "refunded")
    assert refunds() == [(1000_00, "succeeded", "not booked")]


def test_what_was_paid_twice_is_kept_once(gate, begun, pay, customer, now):
    """A first payment was given up, and is paid after all."""
    first = payment_of(begun)
    Payment.objects.filter(pk=first.pk).update(status="cancelled")
    second = reservations.pay_reservation(begun, by="stripe", now=now)
    clerk.carry_out(now)
    for payment in (Payment.objects.get(pk=second.pk), first):
        gate.world.stripe.pay(payment.intent_id)
        clerk.hear(payment, now)
    clerk.carry_out(now)

    begun.refresh_from_db()
    assert (begun.status, begun.payment_status) == ("confirmed", "completed")
    assert [refund.payment for refund in Refund.objects.all()] == [first]


def test_a_card_that_is_declined_leaves_the_hold_and_another_may_follow(gate, begun, pay, customer, now):
    gate.world.stripe.decline(payment_of(begun).intent_id)
    clerk.hear(payment_of(begun), now)
    begun.refresh_from_db()
    assert (begun.status, begun.payment_status) == ("pending", "failed")
    assert told(customer)[-1] == "Payment Failed"
    assert heard(customer)[-1] == "reservation_payment_changed"

    assert pay(begun, now).status == "confirmed"


def test_one_payment_at_a_time(begun, now):
    with pytest.raises(PaymentPending):
        reservations.pay_reservation(begun, by="stripe", now=now)


def test_nobody_begins_to_pay_for_a_hold_that_is_over_or_for_nothing(paid_service, service, reserve, now):
    held, free = reserve(paid_service), reserve(service)

    with pytest.raises(HoldLapsed):
        reservations.pay_reservation(held, by="stripe", now=held.hold_expires_at)
    with pytest.raises(NothingToPay):
        reservations.pay_reservation(free, by="stripe", now=now)


class TestCash:
    @pytest.fixture
    def reservation(self, paid_service, reserve, customer):
        paid_service.provider.accepts_cash = True
        paid_service.provider.save()
        return reserve(paid_service, customer)

    def test_who_pays_at_the_desk_is_booked_at_once(self, reservation, now):
        reservations.pay_reservation(reservation, by="cash", now=now)
        reservation.refresh_from_db()
        assert (reservation.status, reservation.payment_status) == ("confirmed", "pending")

        paid = reservations.take_cash(reservation, now=reservation.start_at)
        assert paid.payment_status == "completed"
        assert clerk.carry_out(timezone.now()) == 1
        assert Payment.objects.get().captured == reservation.price

    def test_a_desk_may_take_it_without_a_word_before(self, reservation, now):
        paid = reservations.take_cash(reservation, now=now)

        assert (paid.status, paid.payment_status) == ("confirmed", "completed")

    def test_a_card_is_called_off_before_a_desk_takes_cash(self, gate, reservation, now):
        reservations.pay_reservation(reservation, by="stripe", now=now)
        clerk.carry_out(now)
        with pytest.raises(CardPaymentOpen):
            reservations.take_cash(reservation, now=now)
        reservations.call_payment_off(reservation, now=now)
        clerk.carry_out(now)

        assert reservations.take_cash(reservation, now=now).payment_status == "completed"
        with pytest.raises(NothingToPay):
            reservations.call_payment_off(reservation, now=now)

    def test_where_no_cash_is_taken_it_is_refused(self, paid_service, reserve, now):
        with pytest.raises(NoCash):
            reservations.pay_reservation(reserve(paid_service), by="cash", now=now)


class TestCancelling:
    POLICY = [{"hours": 24, "percent": 100}, {"hours": 3, "percent": 33}]

    @pytest.fixture
    def booked(self, gate, paid_service, reserve, pay, now):
        paid_service.provider.policy = self.POLICY
        paid_service.provider.save()
        reservation = reserve(paid_service)
        reservations.pay_reservation(reservation, by="stripe", now=now)
        clerk.carry_out(now)
        return pay(reservation, now)

    @pytest.mark.parametrize(
        ("hours", "by", "back"), [(24, "user", 500_00), (5, "user", 165_00), (2, "user", 0), (2, "provider", 500_00)]
    )
    def test_it_goes_back_by_the_policy_and_all_of_it_where_the_provider_cancels(self, booked, hours, by, back):
        at = booked.start_at - timedelta(hours=hours)
        cancelled = reservations.cancel_reservation(booked, by=by, because="Rain", now=at)
        clerk.carry_out(at)

        assert (cancelled.status, cancelled.cancelled_by, cancelled.cancelled_because) == ("cancelled", by, "Rain")
        assert sum(refund.amount for refund in Refund.objects.all()) == back
        booked.refresh_from_db()
        assert booked.payment_status == ("refunded" if back == 500_00 else "completed")

    def test_the_policy_is_the_one_of_when_it_was_booked(self, booked):
        booked.provider.policy = []
        booked.provider.save()
        reservations.cancel_reservation(booked, by="user", now=booked.start_at - timedelta(hours=24))

        assert Refund.objects.get().amount == 500_00

    def test_nothing_is_given_back_twice(self, booked, now):
        payments.refund_payment(payment_of(booked), amount=400_00, reason="a cold sauna", now=now)
        reservations.cancel_reservation(booked, by="provider", now=now)
        again = reservations.cancel_reservation(booked, by="provider", now=now)

        assert again.status == "cancelled"
        assert sorted(Refund.objects.values_list("amount", flat=True)) == [100_00, 400_00]

    @pytest.mark.parametrize(("before", "refunds"), [(100_00, [65_00, 100_00]), (200_00, [200_00])])
    def test_what_was_given_back_before_counts(self, booked, now, before, refunds):
        payments.refund_payment(payment_of(booked), amount=before, reason="a cold sauna", now=now)
        reservations.cancel_reservation(booked, by="user", now=booked.start_at - timedelta(hours=5))

        assert sorted(Refund.objects.values_list("amount", flat=True)) == refunds

    def test_a_hold_that_is_cancelled_calls_its_payment_off(self, gate, begun, now):
        reservations.cancel_reservation(begun, by="user", now=now)
        clerk.carry_out(now)

        assert payment_of(begun).status == "cancelled"
        [intent] = gate.world.stripe.intents()
        assert intent["status"] == "canceled"


def test_of_a_hold_that_lapses_nobody_can_pay_any_more(gate, begun, customer, now):
    deadlines.keep(now + LATER)
    clerk.carry_out(now + LATER)

    [intent] = gate.world.stripe.intents()
    assert (intent["status"], payment_of(begun).status) == ("canceled", "cancelled")
    assert told(customer) == ["Reservation Updated"]
