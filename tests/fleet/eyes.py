"""What gates and guards see, in words: "in 08:00" on one Friday of the campus, whose clock is UTC."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

from fleet.arrivals import Outcome
from fleet.folding import Reading, Stay
from fleet.models import Vehicle, VehicleLog, Violation
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source
from realtime.models import BoardChange

PLATE = "ABC 123"
EAST, WEST = Source("key-east"), Source("key-west")


def clock(text: str) -> datetime:
    return datetime.combine(date(2026, 3, 27), time.fromisoformat(text), UTC)


EVENING = clock("23:00")


def seen(text: str, plate: str = PLATE, event_id: str | None = None, **more: Any) -> Seen:
    direction, moment = text.split()
    return Seen(event_id or uuid4().hex, plate, direction, clock(moment), **more)


def saw(*texts: str, plate: str = PLATE, source: Source = EAST, now: datetime = EVENING) -> list[Outcome]:
    """In one batch."""
    return record_scans(source, [seen(text, plate) for text in texts], now=now)


def reported(
    plate: str = PLATE, type: str = "Speed Violation", moment: str | datetime = "12:00", *, source: Source = EAST,
    note: str = "", now: datetime = EVENING,
) -> Violation:  # fmt: skip
    event_id = uuid4().hex
    at = clock(moment) if isinstance(moment, str) else moment
    [outcome] = report_violations(source, [Reported(event_id, plate, type, at, note)], now=now)
    assert outcome.refusal is None
    return Violation.objects.get(event_id=event_id)


def readings(*texts: str) -> list[Reading]:
    """Each with its gate, if it matters: "in 08:00 east"."""
    parts = [[*text.split(), "east"][:3] for text in texts]
    return [Reading(clock(moment), direction, gate) for direction, moment, gate in parts]


def told(stays: Iterable[Stay | VehicleLog]) -> list[str]:
    """`08:00-` is there still, `?` is what nobody saw."""
    return [f"{_told(stay.in_at)}-{'' if stay.is_open else _told(stay.out_at)}" for stay in stays]


def logs(vehicle: Vehicle) -> list[str]:
    return told(vehicle.logs.order_by("at"))


def touched() -> set[str]:
    """The boards that were, since this was last asked."""
    boards = set(BoardChange.objects.values_list("board", flat=True))
    BoardChange.objects.all().delete()
    return boards


def results(outcomes: Iterable[Outcome]) -> list[str]:
    """And why, where one is refused."""
    return list(_results(outcomes))


def _results(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        yield outcome.refusal.code if outcome.refusal else outcome.result.value


def _told(moment: datetime | None) -> str:
    return "?" if moment is None else moment.time().isoformat("seconds").removesuffix(":00")
