"""What a deployment is asked to do for the measurement of bookings; runs in a hand (tests/hand.py)."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from bench.cost import Cost, cost_of
from bookings import selectors
from bookings.models import Reservation, Service, Slot
from bookings.services import reservations
from tests.factories.bookings import ServiceFactory, on_the_hour

SEATS = 1_000_000
FIRST_HOUR = 48  # from now on, so that every round has a slot of its own

Booking = Callable[[User, Service, datetime], object]


def open_shop() -> str:
    """A service with more seats than anybody can book, for nothing: what is booked is confirmed at once."""
    return str(ServiceFactory(capacity=SEATS).pk)


def open_slot(service_id: UUID, number: int) -> str:
    """A new one, with a row: who books it later need not make it."""
    service = selectors.open_service(service_id)
    start_at = on_the_hour(FIRST_HOUR + number)
    terms = {"provider": service.provider, "end_at": start_at + timedelta(hours=1), "capacity": SEATS}
    Slot.objects.create(service=service, start_at=start_at, **terms)
    return start_at.isoformat()


def book(users: Sequence[UUID], service_id: UUID, start_at: str, seconds: float) -> Cost:
    return _until(reserve, users, service_id, start_at, seconds)


def book_barely(users: Sequence[UUID], service_id: UUID, start_at: str, seconds: float) -> Cost:
    return _until(reserve_barely, users, service_id, start_at, seconds)


def reserve(user: User, service: Service, start_at: datetime) -> None:
    reservations.reserve(user, service, start_at=start_at, now=timezone.now())


def reserve_barely(user: User, service: Service, start_at: datetime) -> None:
    """The least that does not oversell, and the row with all its columns: nobody hears of it, and nothing is asked."""
    now = timezone.now()
    with transaction.atomic():  # noqa: TID251 - what a unit costs is ours
        free = Q(is_closed=False, capacity__gte=F("held") + F("confirmed") + 1)
        slots = Slot.objects.filter(free, service=service, start_at=start_at)
        if not slots.update(confirmed=F("confirmed") + 1):
            raise RuntimeError("The slot is full.")
        slot = Slot.objects.get(service=service, start_at=start_at)
        Reservation.objects.create(
            user=user,
            provider=service.provider,
            service=service,
            slot=slot,
            provider_name=service.provider.business_name,
            service_name=service.name,
            start_at=slot.start_at,
            end_at=slot.end_at,
            zone=service.provider.zone,
            seats=1,
            status=Reservation.Status.CONFIRMED,
            payment_status=Reservation.PaymentStatus.COMPLETED,
            price=0,
            currency=service.provider.currency,
            policy=service.provider.policy,
            created_at=now,
            updated_at=now,
            confirmed_at=now,
        )


def booked(service_id: UUID) -> tuple[int, int]:
    """By the counters of its slots, and by its rows."""
    counted = sum(Slot.objects.filter(service=service_id).values_list("confirmed", flat=True))
    return counted, Reservation.objects.filter(service=service_id).count()


def _until(booking: Booking, users: Sequence[UUID], service_id: UUID, start_at: str, seconds: float) -> Cost:
    """One after the other, each for the next of these people, who have been read already."""
    service = selectors.open_service(service_id)
    start, people = datetime.fromisoformat(start_at).astimezone(UTC), list(User.objects.filter(pk__in=users))
    end = time.perf_counter() + seconds

    def work() -> int:
        for count, person in enumerate(people):
            if time.perf_counter() >= end:
                return count
            booking(person, service, start)
        raise RuntimeError("There were too few people.")

    return cost_of(work)
