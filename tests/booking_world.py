"""What hands are asked to do to a deployment where people book: its providers and customers, and what each does."""

import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.migrations import RemoveConstraint
from django.db.migrations.state import ProjectState
from django.db.models import F, QuerySet
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from bookings import events, listing, messages, seats, selectors, slots, tasks
from bookings.conf import limits
from bookings.errors import SlotFull
from bookings.models import Reservation, ScheduledReminder, Service, Slot, Subscription
from bookings.placing import place
from bookings.schedule import local_date
from bookings.services import reservations
from core.errors import refuse
from core.unit import unit
from notifications.models import Notice
from payments import commanding, reconciling
from payments.models import Payment
from realtime.models import Entry
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory, on_the_hour

PRICE = 500_00
REMINDED = timedelta(hours=limits.remind_hours)  # ahead
A_WHILE = 0.2  # between a look and what follows from it: as long as a query may take

# Its people and what they offer


def customers(count: int) -> list[str]:
    users = [User(email=f"{uuid7().hex}@guest.test", full_name="Guest") for _ in range(count)]
    return [str(user.pk) for user in User.objects.bulk_create(users)]


def open_shop(services: int = 1, seats: int = 10, most: int | None = None, price: int = 0) -> list[str]:
    """A new provider's services of an hour: `seats` of a slot, and `most` at once of all of them."""
    provider = ProviderFactory(capacity=most, accepts_cash=True, owner=User.objects.get(pk=customers(1)[0]))
    offered = [ServiceFactory(provider=provider, capacity=seats, price=price) for _ in range(services)]
    return [str(service.pk) for service in offered]


def open_spa(owner_id: UUID, staff: Collection[UUID] = ()) -> dict[str, str]:
    """Of this owner, and of those who work there: an hour of it, and a month."""
    provider = ProviderFactory(owner=User.objects.get(pk=owner_id), staff=User.objects.filter(pk__in=staff))
    service = ServiceFactory(provider=provider, price=PRICE)
    plan = PlanFactory(provider=provider, price=PRICE)
    return {"provider": str(provider.pk), "service": str(service.pk), "plan": str(plan.pk)}


def owner_of(service_id: UUID) -> str:
    return str(Service.objects.select_related("provider").get(pk=service_id).provider.owner_id)


def slot_at(hours: int) -> str:
    """When it begins, so many hours from now."""
    return on_the_hour(hours).isoformat()


# What customers do


def reserve(user_id: UUID, service_id: UUID, start_at: str, wanted: int = 1) -> str:
    user, service = User.objects.get(pk=user_id), selectors.open_service(service_id)
    reservation = reservations.reserve(user, service, start_at=_at(start_at), seats=wanted, now=now())
    return str(reservation.pk)


def begin_to_pay(reservation_id: UUID) -> str:
    """The intent at Stripe: the payer's app has it, and he may pay by it."""
    payment = reservations.pay_reservation(_reservation(reservation_id), by=Payment.Gateway.STRIPE, now=now())
    carry_out()
    return str(Payment.objects.get(pk=payment.pk).intent_id)


def intent_of(reservation_id: UUID) -> str | None:
    return Payment.objects.get(subject_kind=events.RESERVATION, subject_key=str(reservation_id)).intent_id


def cancel(reservation_id: UUID, by: str = Reservation.By.USER) -> str:
    return reservations.cancel_reservation(_reservation(reservation_id), by=Reservation.By(by), now=now()).status


# What workers do


def carry_out() -> int:
    return commanding.carry_out_due(now())


def carry_out_what_was_put_off() -> int:
    return commanding.carry_out_due(now() + timedelta(hours=1))


def look(reservation_id: UUID) -> None:
    """At its payment, as whoever comes back from the gateway has us do."""
    reconciling.look(Payment.objects.get(subject_kind=events.RESERVATION, subject_key=str(reservation_id)), now())


def reconcile() -> int:
    """By a clock that runs ahead."""
    return reconciling.reconcile(now() + timedelta(minutes=10))


def ring_the_sweeps() -> None:
    """As beat does every few seconds."""
    tasks.keep_deadlines.delay()
    tasks.remind.delay()
    tasks.renew.delay()


# As time goes by


def let_holds_lapse(service_id: UUID, seconds: float) -> int:
    """In so many seconds."""
    lapse_at = now() + timedelta(seconds=seconds)
    return Reservation.objects.pending().filter(service=service_id).update(hold_expires_at=lapse_at)


def book_for_tomorrow(count: int, seconds: float = 0) -> list[str]:
    """Reservations that were made days ago, one after the other due to be reminded of within so many seconds."""
    [service_id] = open_shop(1, count)
    service = Service.objects.select_related("provider").get(pk=service_id)
    users, made = User.objects.in_bulk([UUID(user) for user in customers(count)]), now() - timedelta(days=3)
    due = [now() + timedelta(seconds=seconds * n / count) for n in range(count)]
    return [_book(user, service, at + REMINDED, made) for user, at in zip(users.values(), due, strict=True)]


@unit
def _book(user: User, service: Service, start_at: datetime, made: datetime) -> str:
    terms = {"provider": service.provider, "end_at": start_at + timedelta(hours=1), "capacity": service.capacity}
    slot, _ = Slot.objects.get_or_create(service=service, start_at=start_at, defaults=terms)
    seats.take(slot, 1, "confirmed")
    return str(place(user, service, slot, 1, hold_until=None, now=made).pk)


def reminder_due_in(subscription_id: UUID, seconds: float) -> str:
    """Of a running subscription; when."""
    due = now() + timedelta(seconds=seconds)
    ScheduledReminder.objects.filter(subscription=subscription_id, days_before=1).update(scheduled_for=due)
    return due.isoformat()


def end_period(subscription_id: UUID) -> None:
    """A month and an hour later, as her rows have it: by its anchor, it began a month and an hour ago."""
    ago = timedelta(days=31, hours=1)
    found = Subscription.objects.filter(pk=subscription_id)
    found.update(anchor_at=F("anchor_at") - ago, expires_at=F("expires_at") - ago)


# What became of it


def taken(service_id: UUID) -> dict[str, int]:
    """Seats of all its slots, by the counters and by the rows."""
    counted = Slot.objects.filter(service=service_id).values_list("held", "confirmed")
    active = Reservation.objects.filter(service=service_id)
    return {
        "held": sum(held for held, _ in counted),
        "confirmed": sum(confirmed for _, confirmed in counted),
        "pending rows": sum(active.pending().values_list("seats", flat=True)),
        "confirmed rows": sum(active.confirmed().values_list("seats", flat=True)),
    }


def free_at(service_id: UUID, start_at: str) -> int:
    """As it is listed, whoever keeps lists."""
    service, at = selectors.open_service(service_id), _at(start_at)
    day = local_date(at, service.provider)
    return next(slot.free for slot in listing.listed(service, day, day, now()) if slot.start == at)


def statuses(service_id: UUID) -> dict[str, int]:
    found = Reservation.objects.filter(service=service_id).values_list("status", flat=True)
    return dict(Counter(found))


def shown(reservation_id: UUID) -> dict[str, str]:
    found = _reservation(reservation_id)
    return {"status": found.status, "payment": found.payment_status}


def times_heard(reservation_id: UUID) -> dict[str, int]:
    """By the customer: what became of it, and how often she heard so."""
    entries = Entry.objects.filter(event__kind=events.RESERVATION, event__key=str(reservation_id))
    names = entries.values_list("event__name", flat=True)
    return dict(Counter(name.removeprefix("bookings.reservation_") for name in names))


def reminded(keys: Collection[UUID]) -> dict[str, int]:
    """How often each was."""
    return dict(Counter(_reminders(keys).values_list("subject_key", flat=True)))


def delays(keys: Collection[UUID]) -> list[float]:
    """Seconds from when each reservation was due to be reminded of until it was."""
    start = dict(Reservation.objects.filter(pk__in=keys).values_list("pk", "start_at"))
    told = _reminders(keys).values_list("subject_key", "created_at")
    return [(at - (start[UUID(key)] - REMINDED)).total_seconds() for key, at in told]


def _reminders(keys: Collection[UUID]) -> QuerySet[Notice]:
    return Notice.objects.filter(kind=messages.REMINDERS, subject_key__in=list(map(str, keys)))


# How it must not be done: look, then write what was seen, with nothing in between that makes others wait


def reserve_after_a_look(user_id: UUID, service_id: UUID, start_at: str) -> None:
    """Without the conditional UPDATE."""
    user, service = User.objects.get(pk=user_id), selectors.open_service(service_id)
    slot = slots.bookable(service, _at(start_at), now())
    slot.refresh_from_db()
    refuse(SlotFull, unless=slot.free >= 1)
    time.sleep(A_WHILE)
    with unit():
        place(user, service, slot, 1, hold_until=None, now=now())
        Slot.objects.filter(pk=slot.pk).update(confirmed=F("confirmed") + 1)


@unit
def reserve_without_the_provider(user_id: UUID, service_id: UUID, start_at: str) -> None:
    """The conditional UPDATE, but the provider's other slots are added up without its row being locked."""
    user, service = User.objects.get(pk=user_id), selectors.open_service(service_id)
    slot = slots.bookable(service, _at(start_at), now())
    at_once = seats.most_at_once(seats.beside(slot), slot.start_at, slot.end_at)
    refuse(SlotFull, unless=at_once < (service.provider.capacity or 0))
    time.sleep(A_WHILE)
    place(user, service, slot, 1, hold_until=None, now=now())
    refuse(
        SlotFull,
        unless=Slot.objects.filter(pk=slot.pk, capacity__gt=F("confirmed")).update(confirmed=F("confirmed") + 1),
    )


def cancel_in_silence() -> None:
    """Nobody is told, and nothing is counted: of one who has a seat, and of one who holds one."""
    for status in Reservation.ACTIVE:
        one = Reservation.objects.filter(status=status).earliest("pk")
        gone = {"status": "cancelled", "cancelled_at": now(), "hold_expires_at": None}
        Reservation.objects.filter(pk=one.pk).update(**gone)


def drop_guard(model: str, constraint: str) -> None:
    """It would stop the second of two by itself. Removed as a migration does: SQLite knows no other way."""
    removal = RemoveConstraint(model, constraint)
    before = ProjectState.from_apps(apps)
    after = before.clone()
    removal.state_forwards("bookings", after)
    with connection.schema_editor() as editor:
        removal.database_forwards("bookings", editor, before, after)


def _at(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _reservation(reservation_id: UUID) -> Reservation:
    return Reservation.objects.select_related("provider", "service").get(pk=reservation_id)
