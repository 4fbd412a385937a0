"""Gates and guards say what they saw; where the vehicles are follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.unit import unit
from fleet import arrivals, freshness, messages, selectors
from fleet.arrivals import Outcome
from fleet.conf import limits
from fleet.models import Scan, Vehicle, VehicleLog
from fleet.plates import key_of
from fleet.settling import settle
from fleet.sources import Source
from notifications.messages import notify

NEEDED = ["plate", "plate_number", "department", "registration_status", "status", "status_at"]
RECENTLY = timedelta(minutes=limits.alert_minutes)


@dataclass(frozen=True, slots=True)
class Seen:
    """`event_id` is the source's own number for it."""

    event_id: str
    plate: str
    direction: str
    at: datetime
    gate: str = ""


@unit
def record_scans(source: Source, seen: Sequence[Seen], *, now: datetime) -> list[Outcome]:
    """In whatever order they come, and however often. Scans of a plate that nobody registered wait for its owner."""
    vehicles = selectors.vehicles_with((key_of(one.plate) for one in seen), *NEEDED)

    def scan_of(one: Seen) -> Scan:
        plate = key_of(one.plate)
        return Scan(
            source=source.name,
            event_id=one.event_id,
            plate=plate,
            vehicle=vehicles.get(plate),
            direction=one.direction,
            at=one.at,
            gate=one.gate,
            received_at=now,
        )

    stored = arrivals.store(Scan, seen, scan_of, _content, now=now)
    since = _first(stored.new)
    if since:
        moved = [vehicle for vehicle in vehicles.values() if vehicle.pk in since]
        last_seen = {vehicle.pk: vehicle.status_at for vehicle in moved}
        _alert(settle(moved, since), last_seen, now)
        freshness.vehicles_moved()
    return stored.outcomes


def _content(scan: Scan) -> tuple[str, str, datetime]:
    return scan.plate, scan.direction, scan.at


def _first(scans: Iterable[Scan]) -> Mapping[UUID, datetime]:
    first: dict[UUID, datetime] = {}
    for scan in scans:
        if scan.vehicle_id is not None:
            first[scan.vehicle_id] = min(scan.at, first.get(scan.vehicle_id, scan.at))
    return first


def _alert(logs: Iterable[VehicleLog], last_seen: Mapping[UUID, datetime | None], now: datetime) -> None:
    """A second antenna that saw the same entry a little earlier, and comes later, is no news."""

    def is_news(log: VehicleLog) -> bool:
        recently = now - RECENTLY
        return log.at > max(recently, last_seen[log.vehicle_id] or recently)

    entered = [log for log in logs if log.is_open and log.vehicle.is_barred and is_news(log)]
    barred: list[Vehicle] = [log.vehicle for log in sorted(entered, key=lambda log: log.at)]
    if barred:
        notify(messages.barred_vehicles_entered(barred, now=now))
