"""What is booked, for whatever calendar somebody uses. Feeds are shared: a provider's names nobody."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Event

from accounts.models import User
from bookings.models import Provider, Reservation, Slot
from core.calendars import feed, one_line, uid

FEED = "bookings"
PAST = timedelta(days=30)  # that stays in a calendar
AHEAD = timedelta(days=92)
MOST = 1000


def url(token: str) -> str:
    return f"{settings.PUBLIC_URL}/api/bookings/calendar/{token}.ics"


def provider_url(provider_id: UUID, token: str) -> str:
    return f"{settings.PUBLIC_URL}/api/bookings/providers/{provider_id}/calendar/{token}.ics"


def provider_feed(provider_id: UUID) -> str:
    """Each who works there has a URL of her own, and it ends when she does."""
    return f"{FEED} {provider_id}"


def reservations(user: User, now: datetime) -> bytes:
    """Confirmed ones: one that is cancelled is gone."""
    seated = Reservation.objects.select_related("provider").filter(user=user, status__in=Reservation.SEATED)
    near = seated.filter(end_at__gt=now - PAST).order_by("start_at", "pk")[:MOST]
    with translation.override(user.locale):
        return feed("Bookings", _("Reservations"), user.pk, map(_reservation, near))


def agenda(provider: Provider, user: User, now: datetime) -> bytes:
    """Slots, and how many come."""
    booked = Slot.objects.filter(provider=provider, confirmed__gt=0, start_at__range=(now - PAST, now + AHEAD))
    changed_at = Max("reservations__updated_at", filter=Q(reservations__status__in=Reservation.SEATED))
    near = booked.select_related("service").annotate(changed_at=changed_at).order_by("start_at", "pk")[:MOST]
    with translation.override(user.locale):
        return feed("Bookings", one_line(provider.business_name), provider.pk, map(_slot, near))


def _reservation(reservation: Reservation) -> Event:
    text = _("{service} at {provider}")
    return Event.new(
        uid=uid(reservation.pk, "reservation"),
        summary=one_line(text.format(service=reservation.service_name, provider=reservation.provider.business_name)),
        start=reservation.start_at,
        end=reservation.end_at,
        stamp=reservation.updated_at,
        sequence=int((reservation.updated_at - reservation.created_at).total_seconds()),
        url=f"{settings.PUBLIC_URL}/api/bookings/reservations/{reservation.pk}",
    )


def _slot(slot: Slot) -> Event:
    text = _("{service}: {booked} of {seats} seats")
    return Event.new(
        uid=uid(slot.pk, "slot"),
        summary=one_line(text.format(service=slot.service.name, booked=slot.confirmed, seats=slot.capacity)),
        start=slot.start_at,
        end=slot.end_at,
        stamp=slot.changed_at or slot.start_at,
    )
