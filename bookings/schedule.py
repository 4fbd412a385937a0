"""Which slots a service has: its hours, cut into pieces of real time. What is listed and what can be booked is this.

Hours are what the clocks show: where they skip an opening, it opens when they are put forward, and an hour they show
twice has twice the slots. A slot belongs to the local day on which it begins.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.models import Provider, Service, SpecialDay
from core.clocks import DAY, Interval, at_or_after, local_day


@dataclass(frozen=True, slots=True)
class Hours:
    """When a service is open, of as many days as were asked for."""

    zone: str
    weekly: dict[int, list[tuple[time, time]]]
    special: dict[date, list[tuple[time, time]]]

    def openings(self, day: date) -> Iterator[Interval]:
        if local_day(day, self.zone).is_empty:
            return  # the calendar skips it
        for start, end in self.special.get(day, self.weekly.get(day.weekday(), [])):
            closes_on = day if end > start else day + DAY
            opening = Interval(at_or_after(day, start, self.zone), at_or_after(closes_on, end, self.zone))
            if not opening.is_empty:
                yield opening


def hours_of(service: Service, first: date, last: date) -> Hours:
    return hours_of_each([service], first, last)[0]


def hours_of_each(services: Sequence[Service], first: date, last: date) -> list[Hours]:
    """Of one provider's services, with what is needed of the days before, whose nights reach into these."""
    providers = {service.provider_id for service in services}
    special = SpecialDay.objects.filter(provider__in=providers, date__range=(first - DAY, last))
    by_day = {one.date: [_clock(span["start"], span["end"]) for span in one.spans] for one in special}
    return [Hours(service.provider.zone, _weekly(service), by_day) for service in services]


def offered(service: Service, hours: Hours, day: date) -> list[Interval]:
    """The slots that begin on this local day, in order; where hours overlap, the earlier slots stand."""
    today = local_day(day, hours.zone)
    found: list[Interval] = []
    for opening in [*hours.openings(day - DAY), *hours.openings(day)]:
        found += _cut(opening, service)
    kept: list[Interval] = []
    for slot in sorted(found, key=lambda slot: slot.start):
        if not kept or kept[-1].end <= slot.start:
            kept.append(slot)
    return [slot for slot in kept if today.start <= slot.start < today.end]


def offered_at(service: Service, start_at: datetime) -> Interval | None:
    """The slot that begins at this instant, if there is one."""
    day = local_date(start_at, service.provider)
    slots = offered(service, hours_of(service, day, day), day)
    return next((slot for slot in slots if slot.start == start_at), None)


def local_date(at: datetime, provider: Provider) -> date:
    return at.astimezone(ZoneInfo(provider.zone)).date()


def _weekly(service: Service) -> dict[int, list[tuple[time, time]]]:
    weekly: dict[int, list[tuple[time, time]]] = {}
    for span in service.weekly_hours:
        weekly.setdefault(span["weekday"], []).append(_clock(span["start"], span["end"]))
    return weekly


def _cut(opening: Interval, service: Service) -> Iterable[Interval]:
    length = timedelta(minutes=service.duration_minutes)
    start = opening.start
    while start + length <= opening.end:
        yield Interval(start, start + length)
        start += length + timedelta(minutes=service.buffer_minutes)


def _clock(start: str, end: str) -> tuple[time, time]:
    return time.fromisoformat(start), time.fromisoformat(end)
