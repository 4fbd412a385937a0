"""Every verb of bookings, for hands: on the nth of the slots there are and for the mth of the customers."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from accounts.models import User
from bookings import auditing, deadlines, holds, reminders, renewing
from bookings.errors import NoSuchEntry, NoSuchReservation, NoSuchSubscription
from bookings.models import Plan, Reservation, Service, Slot, Subscription, WaitlistEntry
from bookings.services import providers, reservations, subscriptions, waiting
from core.errors import DomainError
from core.unit import unit
from payments import commanding
from payments.applying import apply
from payments.errors import NoSuchPayment
from payments.gateways.port import RefundSnapshot, Snapshot
from payments.models import GatewayCommand, Payment, Refund
from tests import booking_world as world
from tests.factories.bookings import PlanFactory, on_the_hour

Status = Reservation.Status
By = Reservation.By

SLOTS = 2  # of each of two services, of which the second is paid ahead
SEATS = 2


@dataclass(frozen=True, slots=True)
class Call:
    """What a verb came to, on which slot and for whom, and when: by a clock that all processes share."""

    verb: str
    slot: str
    customer: str
    outcome: str
    began: float
    ended: float


def populate(customers: int, most: int | None = None) -> list[str]:
    """A provider with slots that are booked already, and two plans: everybody's ids, the owner's last."""
    services = [*world.open_shop(1, SEATS, most), *world.open_shop(1, SEATS, most, world.PRICE)]
    first = Service.objects.get(pk=services[0])
    Service.objects.filter(pk=services[1]).update(provider=first.provider)
    PlanFactory(provider=first.provider, price=world.PRICE)
    users = world.customers(customers)
    for n in range(SLOTS):
        for service in services:
            world.reserve(UUID(users[n]), UUID(service), world.slot_at(48 + n))
    return [*users, str(first.provider.owner_id)]


def call(verb: str, n: int, m: int) -> dict[str, Any]:
    slot, her = _slots()[n], _customers()[m]
    began = time.monotonic()
    try:
        VERBS[verb](slot, her)
        outcome = "ok"
    except DomainError as refusal:
        outcome = refusal.code
    return asdict(Call(verb, str(slot.pk), str(her.pk), outcome, began, time.monotonic()))


def verbs() -> list[str]:
    return list(VERBS)


def come_to_rest() -> None:
    """The gateway has done all it was asked for, and has been heard; and who holds seats for too long has lost them."""
    while True:
        _carry_out_cash()
        for payment in Payment.objects.filter(pk__in=_asked()):
            apply(payment, _life(payment)[-1])
        Reservation.objects.pending().update(hold_expires_at=now())
        deadlines.keep(now())
        if not Reservation.objects.pending().exists() and not _unheard().exists():
            return


# Whose, and which


def _slots() -> Sequence[Slot]:
    """Those that were there first."""
    return Slot.objects.select_related("provider", "service__provider").order_by("pk")[: 2 * SLOTS]


def _customers() -> Sequence[User]:
    return User.objects.filter(email__endswith="@guest.test", providers=None).order_by("pk")


def _hers(slot: Slot, her: User, *statuses: Status) -> Reservation:
    """Hers of this slot, or else another of hers, or else another's of this slot."""
    found = Reservation.objects.filter(status__in=statuses).select_related("provider", "service", "user")
    ways = [Q(slot=slot, user=her), Q(user=her), Q(slot=slot)]
    for way in ways:
        if reservation := found.filter(way).order_by("-pk").first():
            return reservation
    raise NoSuchReservation


def _entry(slot: Slot, her: User, *statuses: WaitlistEntry.Status) -> WaitlistEntry:
    found = WaitlistEntry.objects.filter(status__in=statuses)
    entry = found.filter(slot=slot, user=her).first() or found.filter(Q(slot=slot) | Q(user=her)).first()
    if entry is None:
        raise NoSuchEntry
    return entry


def _subscription(her: User) -> Subscription:
    found = Subscription.objects.filter(user=her).order_by("-pk").first()
    if found is None:
        raise NoSuchSubscription
    return found


# The gateway, as far as it has been asked


def _asked() -> list[UUID]:
    """The payments of which Stripe knows, or may."""
    asked = GatewayCommand.objects.filter(kind="create", attempts__gt=0, payment__gateway="stripe")
    return list(asked.order_by("pk").values_list("payment", flat=True))


@unit
def _ask(commands: QuerySet[GatewayCommand]) -> None:
    commands.filter(kind="create", attempts=0).update(attempts=1)


def _unheard() -> Any:
    return Refund.objects.filter(status__in=[Refund.Status.REQUESTED, Refund.Status.PENDING])


def _life(payment: Payment) -> list[Snapshot]:
    """What the gateway knows of it from moment to moment: of three, two are paid. What is asked back goes back."""

    def seen(status: Payment.Status, second: int, **more: Any) -> Snapshot:
        at = payment.created_at + timedelta(seconds=second)
        return Snapshot(f"pi_{payment.pk.hex}", status, payment.amount, payment.currency, at, **more)

    of = Payment.Status
    begun = [seen(of.REQUIRES_ACTION, 1), seen(of.FAILED, 2), seen(of.PROCESSING, 3)]
    if payment.pk.int % 3 == 2:
        return [*begun, seen(of.CANCELLED, 4)]
    paid = {"captured": payment.amount, "captured_at": payment.created_at + timedelta(seconds=4)}
    return [*begun, seen(of.SUCCEEDED, 5, **paid), seen(of.SUCCEEDED, 6, **paid, refunds=_refunds(payment))]


def _refunds(payment: Payment) -> list[RefundSnapshot]:
    done = Refund.Status.SUCCEEDED
    refunds = payment.refunds.all()
    return [RefundSnapshot(f"re_{one.pk.hex}", one.amount, done, one.created_at, one.pk) for one in refunds]


def _carry_out_cash() -> None:
    """At the desk, where a drawer is opened."""
    waiting = GatewayCommand.objects.filter(state=GatewayCommand.State.WAITING, payment__gateway="cash")
    for command_id in waiting.values_list("pk", flat=True):
        commanding.carry_out(command_id, _later(GatewayCommand.objects.get(pk=command_id).next_at))


# The verbs


def _reserve(slot: Slot, her: User) -> None:
    world.reserve(her.pk, slot.service_id, slot.start_at.isoformat(), random.choice([1, 1, 2]))


@unit
def _lapse(slot: Slot, her: User) -> None:
    hold = _hers(slot, her, Status.PENDING)
    Reservation.objects.pending().filter(pk=hold.pk).update(hold_expires_at=now())


@unit
def _reclaim(slot: Slot, her: User) -> None:
    holds.reclaim(slot, now())


def _begin_to_pay(slot: Slot, her: User) -> None:
    """The gateway is being asked, and has not answered."""
    payment = reservations.pay_reservation(_hers(slot, her, Status.PENDING), by="stripe", now=now())
    _ask(GatewayCommand.objects.filter(payment=payment))


def _pay_in_cash(slot: Slot, her: User) -> None:
    reservations.take_cash(_hers(slot, her, *Reservation.ACTIVE), now=now())


def _hear(slot: Slot, her: User) -> None:
    """Of any payment, anything that the gateway has known of it: early, late and twice."""
    known = _asked()
    if not known:
        raise NoSuchPayment
    payment = Payment.objects.get(pk=random.choice(known[-8:]))
    apply(payment, random.choice(_life(payment)))


def _open_the_drawer(slot: Slot, her: User) -> None:
    _carry_out_cash()


def _confirm(slot: Slot, her: User) -> None:
    """What was offered to anybody, where nothing is to be paid ahead; who waits longest gets somebody's seat."""
    offered = Reservation.objects.filter(price=0, waitlist_entry__status=WaitlistEntry.Status.OFFERED)
    waits = WaitlistEntry.objects.waiting().filter(slot__service__price=0).first()
    if waits is not None and not offered.exists():
        _cancel_by_provider(waits.slot, waits.user)
    reservations.confirm_reservation(offered.first() or _hers(slot, her, Status.PENDING), now=now())


def _cancel(slot: Slot, her: User, by: By = By.USER) -> None:
    reservations.cancel_reservation(_hers(slot, her, *Reservation.ACTIVE), by=by, now=now())


def _cancel_by_provider(slot: Slot, her: User) -> None:
    _cancel(slot, her, By.PROVIDER)


def _reschedule(slot: Slot, her: User) -> None:
    """There and back, by others at the same time; or to an hour that few want."""
    hers = _hers(slot, her, *Reservation.ACTIVE)
    starts = [one.start_at for one in _slots() if one.service_id == hers.service_id]
    others = [*(start_at for start_at in starts if start_at != hers.start_at), on_the_hour(random.randint(60, 90))]
    reservations.reschedule_reservation(hers, start_at=random.choice(others), now=now())


def _join(slot: Slot, her: User) -> None:
    waiting.join_waitlist(her, slot.service, start_at=slot.start_at, seats_wanted=random.choice([1, 2]), now=now())


def _leave(slot: Slot, her: User) -> None:
    waiting.leave_waitlist(_entry(slot, her, *WaitlistEntry.LIVE), now=now())


def _close_and_open(slot: Slot, her: User) -> None:
    providers.close_slot(slot)
    deadlines.clear_closed_slots(now())
    providers.open_slot(slot)


def _complete(slot: Slot, her: User) -> None:
    """By a clock that runs ahead."""
    hers = _hers(slot, her, *Reservation.SEATED)
    reservations.complete_reservation(hers, now=hers.end_at)


def _miss(slot: Slot, her: User) -> None:
    hers = _hers(slot, her, *Reservation.SEATED)
    reservations.mark_no_show(hers, now=hers.end_at)


def _review(slot: Slot, her: User) -> None:
    found = Reservation.objects.filter(status=Status.COMPLETED, review=None).order_by("-pk").first()
    reservations.review_reservation(found or _hers(slot, her, *Status), rating=4)


def _resize(slot: Slot, her: User) -> None:
    providers.revise_service(slot.service, capacity=random.choice([SEATS, SEATS, SEATS + 1]), now=now())


def _subscribe(slot: Slot, her: User) -> None:
    subscription = subscriptions.subscribe(her, Plan.objects.get(), by=random.choice(["stripe", "cash"]), now=now())
    invoices = subscription.invoices.values_list("pk", flat=True)
    _ask(GatewayCommand.objects.filter(payment__subject_key__in=list(map(str, invoices))))


def _unsubscribe(slot: Slot, her: User) -> None:
    subscriptions.cancel_subscription(_subscription(her), now=now())


def _renew(slot: Slot, her: User) -> None:
    """By a clock that shows the end of her period."""
    subscription = _subscription(her)
    renewing.go_on(subscription.pk, subscription.expires_at)
    for invoice in subscription.invoices.filter(next_try_at__isnull=False):
        renewing.charge(invoice.pk, _later(invoice.next_try_at))


def _remind(slot: Slot, her: User) -> None:
    reminders.remind_everywhere(now() + timedelta(hours=30))


def _keep(slot: Slot, her: User) -> None:
    deadlines.keep(now())
    deadlines.clear_closed_slots(now())


def _audit(slot: Slot, her: User) -> None:
    """There is nothing to repair, at any moment."""
    drifts = auditing.repair(slot.provider)
    assert drifts == [], drifts


def _later(at: datetime | None) -> datetime:
    return max(at or now(), now())


VERBS: dict[str, Callable[[Slot, User], object]] = {
    "reserve": _reserve,
    "lapse": _lapse,
    "reclaim": _reclaim,
    "begin_to_pay": _begin_to_pay,
    "pay_in_cash": _pay_in_cash,
    "hear": _hear,
    "open_the_drawer": _open_the_drawer,
    "confirm": _confirm,
    "cancel": _cancel,
    "cancel_by_provider": _cancel_by_provider,
    "reschedule": _reschedule,
    "join": _join,
    "leave": _leave,
    "close_and_open": _close_and_open,
    "complete": _complete,
    "miss": _miss,
    "review": _review,
    "resize": _resize,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "renew": _renew,
    "remind": _remind,
    "keep": _keep,
    "audit": _audit,
}
