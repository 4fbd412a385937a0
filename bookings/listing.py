"""Slots with what is free in them, as the seed names it. The clock decides what a lapsed hold is worth: nothing."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Min
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.conf import limits
from bookings.freshness import version_of
from bookings.models import Reservation, Service, Slot
from bookings.schedule import Hours, hours_of, offered
from bookings.seats import most_at_once
from core.clocks import DAY, Interval, local_day

STATUSES = [(0.8, "almostFull"), (0.5, "halfFull")]
LABELS = [
    (0.9, _("Almost Full")),
    (0.7, _("Filling Up")),
    (0.5, _("Half Full")),
    (0.0, pgettext_lazy("slot", "Available")),
]


@dataclass(frozen=True, slots=True)
class Listed:
    """A slot and its seats; `free` also heeds the provider's own capacity."""

    start: datetime
    end: datetime
    capacity: int
    free: int

    @property
    def booked(self) -> int:
        return self.capacity - self.free

    @property
    def share(self) -> float:
        """Of its seats that are not free, 0 to 1."""
        return round(self.booked / self.capacity, 4) if self.capacity else 1.0

    @property
    def status(self) -> str:
        return "full" if not self.free else next((name for least, name in STATUSES if self.share >= least), "available")

    @property
    def label(self) -> Any:
        return _("Fully Booked") if not self.free else next(words for least, words in LABELS if self.share >= least)


def listed(service: Service, first: date, last: date, now: datetime, *, is_fresh: bool = False) -> list[Listed]:
    """Those of these local days that can still be booked, and kept for minutes unless somebody books."""
    key = f"bookings:slots:{service.pk}:{version_of(service.provider_id)}:{first}:{last}"
    found: list[Listed] | None = None if is_fresh else cache.get(key)
    if found is None:
        found = _found(service, first, last, now)
        cache.set(key, found, timeout=min(limits.slots_seconds, _seconds_until_a_hold_lapses(service, now)))
    earliest, latest = bookable_span(service, now)
    return [slot for slot in found if earliest <= slot.start <= latest]


def bookable_span(service: Service, now: datetime) -> tuple[datetime, datetime]:
    return now + timedelta(minutes=service.notice_minutes), now + timedelta(days=service.horizon_days)


def _seconds_until_a_hold_lapses(service: Service, now: datetime) -> float:
    """Nobody says so in the moment when its seats are free."""
    holds = Reservation.objects.pending().filter(provider=service.provider_id, hold_expires_at__gt=now)
    first = holds.aggregate(first=Min("hold_expires_at"))["first"]
    return (first - now).total_seconds() if first else limits.slots_seconds


def _found(service: Service, first: date, last: date, now: datetime) -> list[Listed]:
    hours = hours_of(service, first, last)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    slots = [slot for day in days for slot in offered(service, hours, day)]
    return _with_seats(service, slots, _span(hours, first, last), now) if slots else []


def _span(hours: Hours, first: date, last: date) -> Interval:
    return Interval(local_day(first, hours.zone).start, local_day(last, hours.zone).end)


def _with_seats(service: Service, slots: list[Interval], span: Interval, now: datetime) -> list[Listed]:
    rows = _rows(service, Interval(span.start, slots[-1].end), now)
    by_start = {row.start_at: row for row in rows if row.service_id == service.pk}
    offered_at = {slot.start for slot in slots}
    displaced = [row for start, row in by_start.items() if start not in offered_at and row.held + row.confirmed]
    beside = Beside(rows)
    found = []
    for slot in slots:
        row = by_start.get(slot.start)
        if row is not None and row.is_closed:
            continue
        capacity, free = (row.capacity, row.free) if row else (service.capacity, service.capacity)
        if any(other.start_at < slot.end and slot.start < other.end_at for other in displaced):
            free = 0  # booked when the hours were other hours
        if service.provider.capacity is not None:
            free = min(free, service.provider.capacity - beside.most_at_once(slot))
        found.append(Listed(slot.start, slot.end, capacity, max(free, 0)))
    return found


class Beside:
    """Rows by when they begin, of which only those near a slot are looked at."""

    def __init__(self, rows: list[Slot]) -> None:
        self._rows = sorted(rows, key=lambda row: row.start_at)
        self._starts = [row.start_at for row in self._rows]
        self._longest = max((row.end_at - row.start_at for row in rows), default=timedelta())

    def most_at_once(self, slot: Interval) -> int:
        first = bisect_left(self._starts, slot.start - self._longest)
        last = bisect_left(self._starts, slot.end)
        return most_at_once(self._rows[first:last], slot.start, slot.end)


def _rows(service: Service, span: Interval, now: datetime) -> list[Slot]:
    """Without the seats that nobody holds any more."""
    rows = Slot.objects.filter(provider=service.provider_id, start_at__lt=span.end, start_at__gte=span.start - DAY)
    if service.provider.capacity is None:
        rows = rows.filter(service=service)
    found = list(rows)
    lapsed = _lapsed_seats(service.provider_id, now)
    for row in found:
        row.held -= lapsed[row.pk]
    return found


def _lapsed_seats(provider_id: UUID, now: datetime) -> defaultdict[UUID, int]:
    """Added up here: asked to group them, SQLite reads all reservations in the order of their slots."""
    lapsed = Reservation.objects.lapsed(now).filter(provider=provider_id)
    by_slot: defaultdict[UUID, int] = defaultdict(int)
    for slot_id, seats in lapsed.values_list("slot", "seats"):
        by_slot[slot_id] += seats
    return by_slot
