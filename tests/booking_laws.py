"""What is true of bookings, whatever was done in whatever order."""

from collections.abc import Iterator

from django.db.models import Sum

from bookings import auditing, events, renewing, seats
from bookings.models import Invoice, Provider, Reservation, Slot, Subscription, WaitlistEntry
from payments.models import LedgerEntry, Payment

Status = Reservation.Status


def breaches() -> list[str]:
    """None, though payments may still be under way."""
    return [*_of_slots(), *_of_providers(), *_of_waitlists(), *_of_payments()]


def breaches_at_rest() -> list[str]:
    """None, once the gateway has done all it was asked for, and all that was due is done."""
    return [*breaches(), *_of_free_seats(), *_of_money()]


def _of_slots() -> Iterator[str]:
    for slot in Slot.objects.all():
        held = _seats(slot, [Status.PENDING])
        confirmed = _seats(slot, Reservation.SEATED)
        if (slot.held, slot.confirmed) != (held, confirmed):
            yield f"{slot} counts {slot.held} and {slot.confirmed}, and has {held} and {confirmed}"
        if held + confirmed > slot.capacity:
            yield f"{slot} has {slot.capacity} seats, of which {held + confirmed} are sold"


def _of_providers() -> Iterator[str]:
    for provider in Provider.objects.all():
        for slot in provider.slots.all() if provider.capacity is not None else []:
            most = seats.most_at_once(seats.beside(slot), slot.start_at, slot.end_at)
            if most > provider.capacity:
                yield f"{provider} takes {provider.capacity} at once, and {most} come at {slot}"
        yield from (f"{provider}: {drift}" for drift in auditing.drifts(provider))


def _of_waitlists() -> Iterator[str]:
    offered = WaitlistEntry.objects.filter(status=WaitlistEntry.Status.OFFERED)
    for entry in offered.exclude(reservation__status=Status.PENDING):
        yield f"{entry} is offered a reservation that is {entry.reservation and entry.reservation.status}"


def _of_free_seats() -> Iterator[str]:
    for entry in WaitlistEntry.objects.waiting().select_related("slot__provider"):
        if not entry.slot.is_closed and entry.seats <= seats.free(entry.slot):
            yield f"{entry} waits for {entry.seats}, and {seats.free(entry.slot)} are free"


def _of_payments() -> Iterator[str]:
    """The ledger says what the payments do."""
    for payment in Payment.objects.all():
        entered = LedgerEntry.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0
        if entered != payment.captured - payment.refunded:
            yield f"{payment} brought {payment.captured - payment.refunded}, by the ledger {entered}"


def _of_money() -> Iterator[str]:
    """Who has a seat has paid for it once, and who has none has paid nothing. All who cancel do so in good time."""
    for reservation in Reservation.objects.all():
        kept = _kept(events.RESERVATION, str(reservation.pk))
        is_paid = reservation.status in Reservation.SEATED and reservation.payment_status == "completed"
        if kept != (reservation.price if is_paid else 0):
            yield f"{reservation} is {reservation.status} and {reservation.payment_status}, for {kept}"
    for invoice in Invoice.objects.select_related("subscription"):
        kept = _kept(renewing.INVOICES, str(invoice.pk))
        owed_at_desk = invoice.subscription.gateway == Payment.Gateway.CASH and not kept
        if kept != (invoice.amount if invoice.status == Invoice.Status.PAID and not owed_at_desk else 0):
            yield f"{invoice} has brought {kept}"
    for subscription in Subscription.objects.filter(status=Subscription.Status.ACTIVE):
        if not subscription.invoices.filter(period=subscription.period, status=Invoice.Status.PAID).exists():
            yield f"{subscription} is active, and nobody has paid for period {subscription.period}"


def _seats(slot: Slot, statuses: list[Status]) -> int:
    return sum(slot.reservations.filter(status__in=statuses).values_list("seats", flat=True))


def _kept(kind: str, key: str) -> int:
    found = Payment.objects.filter(subject_kind=kind, subject_key=key)
    return sum(payment.captured - payment.refunded for payment in found)
