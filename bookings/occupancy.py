"""How much of a provider could be booked, and how much was: seats times time, in the slots of its hours.

A slot that was booked counts as it was booked, also where the hours are other hours by now. Where the provider has a
capacity of its own, no more than that is there at any moment, whatever its services offer together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from bookings.models import Provider, Service, Slot
from bookings.schedule import Hours, hours_of_each, local_date, offered
from core.clocks import DAY, INSTANT, Interval

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Block:
    """Seats that are there together for a time, and how many of them somebody has."""

    time: Interval
    capacity: int
    used: int


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Seats times time."""

    offered: timedelta
    used: timedelta

    @property
    def percent(self) -> float | None:
        return percent(self.used, self.offered)


def percent(used: timedelta, offered: timedelta) -> float | None:
    """Above 100 where more was booked than is offered; None where nothing is."""
    return round(100 * (used / offered), 1) if offered else None


def occupancy(provider: Provider, span: Interval) -> Occupancy:
    return occupancy_of(blocks(provider, span), span, provider.capacity)


def occupancy_of(found: Sequence[Block], span: Interval, at_most: int | None) -> Occupancy:
    used = sum((block.used * block.time.shared_with(span) for block in found), NO_TIME)
    return Occupancy(_offered(found, span, at_most), used)


def blocks(provider: Provider, span: Interval) -> list[Block]:
    """All that share time with this span."""
    rows = _rows(provider, span)
    booked = [
        Block(Interval(row.start_at, row.end_at), row.confirmed if row.is_closed else row.capacity, row.confirmed)
        for of_service in rows.values()
        for row in of_service
        if row.confirmed
    ]
    days = _days(provider, span)
    services = list(provider.services.filter(is_active=True)) if provider.is_open else []
    free = [
        block
        for service, hours in zip(services, hours_of_each(services, days[0], days[-1]), strict=True)
        for block in _free(service, hours, days, rows[service.pk])
    ]
    return [block for block in booked + free if block.time.overlaps(span)]


def _free(service: Service, hours: Hours, days: Sequence[date], rows: Sequence[Slot]) -> Iterator[Block]:
    """The slots of which nothing is booked, and that nothing is in the way of."""
    slots = [slot for day in days for slot in offered(service, hours, day)]
    by_start = {row.start_at: row for row in rows}
    ends = {slot.start: slot.end for slot in slots}
    displaced = [row for row in rows if row.confirmed and ends.get(row.start_at) != row.end_at]
    for slot in slots:
        row = by_start.get(slot.start)
        if row is not None and (row.confirmed or row.is_closed):
            continue
        if not any(other.start_at < slot.end and slot.start < other.end_at for other in displaced):
            yield Block(slot, row.capacity if row else service.capacity, 0)


def _rows(provider: Provider, span: Interval) -> defaultdict[UUID, list[Slot]]:
    by_service: defaultdict[UUID, list[Slot]] = defaultdict(list)
    found = Slot.objects.filter(provider=provider, start_at__gt=span.start - DAY, start_at__lt=span.end)
    for row in found.filter(end_at__gt=span.start):
        by_service[row.service_id].append(row)
    return by_service


def _days(provider: Provider, span: Interval) -> list[date]:
    """On which slots begin that can reach into it: none lasts longer than a day."""
    first, last = local_date(span.start - DAY, provider), local_date(span.end - INSTANT, provider)
    return [first + n * DAY for n in range((last - first).days + 1)]


def _offered(found: Sequence[Block], span: Interval, at_most: int | None) -> timedelta:
    if at_most is None:
        return sum((block.capacity * block.time.shared_with(span) for block in found), NO_TIME)
    offered_in_all, present, since = NO_TIME, 0, span.start
    for at, change in sorted(_changes(found, span)):
        offered_in_all += min(present, at_most) * (at - since)
        present, since = present + change, at
    return offered_in_all


def _changes(found: Iterable[Block], span: Interval) -> Iterator[tuple[datetime, int]]:
    for block in found:
        yield max(block.time.start, span.start), block.capacity
        yield min(block.time.end, span.end), -block.capacity
