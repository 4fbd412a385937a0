"""Guards and devices report; officers confirm or dismiss."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from core.errors import refuse
from core.unit import unit
from fleet import arrivals, freshness, messages, selectors, tallies
from fleet.arrivals import Outcome
from fleet.errors import AlreadyReviewed, UnknownVehicle
from fleet.models import Vehicle, Violation
from fleet.plates import key_of
from fleet.sources import Source
from notifications.messages import notify


@dataclass(frozen=True, slots=True)
class Reported:
    """`event_id` is the source's own number for it; `note` says what another kind of violation it is."""

    event_id: str
    plate: str
    type: str
    at: datetime
    note: str = ""


@unit
def report_violations(source: Source, reported: Sequence[Reported], *, now: datetime) -> list[Outcome]:
    plates = {key_of(one.plate) for one in reported}
    vehicles = {vehicle.plate: vehicle for vehicle in Vehicle.objects.filter(plate__in=plates)}

    def violation_of(one: Reported) -> Violation:
        vehicle = vehicles.get(key_of(one.plate))
        return Violation(
            source=source.name,
            event_id=one.event_id,
            plate=key_of(one.plate),
            vehicle=vehicle,
            department=vehicle.department if vehicle else "",
            type=one.type,
            note=one.note,
            reported_by=source.person,
            reported_at=one.at,
            created_at=now,
        )

    stored = arrivals.store(Violation, reported, violation_of, _content, now=now)
    if stored.new:
        notify(messages.violations_reported(stored.new, now=now))
        freshness.violations_changed()
        tallies.move(tallies.NOTHING, tallies.of_violations(stored.new))
    return stored.outcomes


@unit
def confirm_violation(violation_id: UUID, *, by: User, now: datetime) -> Violation:
    violation = selectors.locked_violation(violation_id)
    if violation.status == Violation.Status.CONFIRMED:
        return violation
    refuse(UnknownVehicle, unless=violation.vehicle_id)
    _review(violation, Violation.Status.CONFIRMED, by, now)
    return violation


@unit
def dismiss_violation(violation_id: UUID, *, by: User, now: datetime) -> Violation:
    violation = selectors.locked_violation(violation_id)
    if violation.status == Violation.Status.DISMISSED:
        return violation
    _review(violation, Violation.Status.DISMISSED, by, now)
    return violation


def turn(violation: Violation, status: Violation.Status) -> None:
    """Of a locked one, with its counts."""
    before = tallies.of_violations([violation])
    violation.status = status
    violation.save(update_fields=["status", "reviewed_by", "reviewed_at", "confirmed_at"])
    freshness.violations_changed()
    tallies.move(before, tallies.of_violations([violation]))


def _review(violation: Violation, status: Violation.Status, by: User, now: datetime) -> None:
    refuse(AlreadyReviewed, unless=violation.status == Violation.Status.PENDING, status=violation.status)
    violation.reviewed_by, violation.reviewed_at = by, now
    violation.confirmed_at = now if status == Violation.Status.CONFIRMED else None
    turn(violation, status)


def _content(violation: Violation) -> tuple[str, str, datetime]:
    return violation.plate, violation.type, violation.reported_at
