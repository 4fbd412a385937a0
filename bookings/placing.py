"""A reservation comes to be, by its customer or by the waitlist, and moves on. The seats are the caller's affair."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from bookings import events, messages, stats
from bookings.boards import touch_provider
from bookings.models import Reservation, Service, Slot
from notifications.messages import notify, withdraw
from realtime.publishing import publish

Status = Reservation.Status
PaymentStatus = Reservation.PaymentStatus


def place(
    user: User,
    service: Service,
    slot: Slot,
    seats: int,
    *,
    hold_until: datetime | None,
    attendees: Sequence[dict[str, Any]] = (),
    notes: str = "",
    now: datetime,
) -> Reservation:
    """Held until then, or confirmed at once."""
    provider = service.provider
    price = service.price * seats
    reservation = Reservation.objects.create(
        user=user,
        provider=provider,
        service=service,
        slot=slot,
        provider_name=provider.business_name,
        service_name=service.name,
        start_at=slot.start_at,
        end_at=slot.end_at,
        zone=provider.zone,
        seats=seats,
        attendees=list(attendees),
        notes=notes,
        status=Status.PENDING if hold_until else Status.CONFIRMED,
        payment_status=PaymentStatus.PENDING if price else PaymentStatus.COMPLETED,
        price=price,
        currency=provider.currency,
        policy=provider.policy,
        hold_expires_at=hold_until,
        created_at=now,
        updated_at=now,
        confirmed_at=None if hold_until else now,
    )
    stats.reservation_moved(reservation, None, now)
    publish(*events.reservation_created(reservation))
    notify(messages.reservation_created(reservation))
    if not hold_until:
        notify(*messages.reservation_changed(reservation)[:1])  # the provider hears of it once
    touch_provider(provider.pk)
    return reservation


def move(reservation: Reservation, status: Status, now: datetime, **changes: Any) -> None:
    """To another status: both sides hear it. The reservation is locked, and is changed in place too."""
    was = reservation.status
    changes = {"status": status, "hold_expires_at": None, "updated_at": now, **changes}
    Reservation.objects.filter(pk=reservation.pk, status=was).update(**changes)
    for name, value in changes.items():
        setattr(reservation, name, value)
    stats.reservation_moved(reservation, was, now)
    publish(*events.reservation_changed(reservation))
    withdraw((events.RESERVATION, reservation.pk), kinds=[messages.REMINDERS])
    notify(*messages.reservation_changed(reservation))
    touch_provider(reservation.provider_id)


def pay_status(reservation: Reservation, status: PaymentStatus, now: datetime) -> None:
    if reservation.payment_status == status:
        return
    reservation.payment_status, reservation.updated_at = status, now
    reservation.save(update_fields=["payment_status", "updated_at"])
    publish(events.payment_changed(reservation))
