"""Whether a vehicle may come in: what sanctions and the calendar make of its registration."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from accounts.models import User
from core.bulk import update
from core.clocks import at_or_after
from core.sweeping import each
from core.unit import unit
from fleet import freshness, selectors
from fleet.conf import limits
from fleet.models import Sanction, Vehicle, Violation
from fleet.ranges import local_date, zone

FRIDAY = 4
LOT = 1000
OFFENSES = {1: Sanction.Type.WARNING, 2: Sanction.Type.SUSPENSION}  # and from then on a revocation


def next_sanction(vehicle: Vehicle, violation: Violation, by: User, now: datetime) -> Sanction:
    """`vehicle` is locked: two violations cannot both be the second."""
    offense = next_offense(vehicle)
    kind = type_of(offense)
    return Sanction.objects.create(
        violation=violation,
        vehicle=vehicle,
        offense_number=offense,
        type=kind,
        status=Sanction.Status.COMPLETED if kind == Sanction.Type.WARNING else Sanction.Status.ACTIVE,
        start_at=now,
        end_at=suspended_until(now) if kind == Sanction.Type.SUSPENSION else None,
        created_by=by,
        created_at=now,
    )


def next_offense(vehicle: Vehicle) -> int:
    return vehicle.sanctions.standing().count() + 1


def type_of(offense: int) -> Sanction.Type:
    return OFFENSES.get(offense, Sanction.Type.REVOCATION)


def suspended_until(now: datetime) -> datetime:
    """After so many working days, Monday to Friday, at the same time of day."""
    local = now.astimezone(zone())
    day: date = local.date()
    for _ in range(limits.suspension_days):
        day += timedelta(days=1 if day.weekday() < FRIDAY else 7 - day.weekday())
    return at_or_after(day, local.time(), zone().key)


def renew(vehicles: Sequence[Vehicle], now: datetime) -> None:
    """Their registrations as sanctions and validity make them; the vehicles are locked."""
    today = local_date(now)
    barred: defaultdict[UUID, set[str]] = defaultdict(set)
    for vehicle_id, kind in Sanction.objects.active().filter(vehicle__in=vehicles).values_list("vehicle", "type"):
        barred[vehicle_id].add(kind)
    changed = []
    for vehicle in vehicles:
        status = _registration(vehicle, barred[vehicle.pk], today)
        if status != vehicle.registration_status:
            vehicle.registration_status = status
            changed.append(vehicle)
    update(changed, ["registration_status"])


def _registration(vehicle: Vehicle, sanctions: Collection[str], today: date) -> str:
    if Sanction.Type.REVOCATION in sanctions:
        return Vehicle.Registration.REVOKED
    if Sanction.Type.SUSPENSION in sanctions:
        return Vehicle.Registration.SUSPENDED
    return unbarred(vehicle, today)


def unbarred(vehicle: Vehicle, today: date) -> str:
    """As long as nothing is decided against it."""
    is_over = vehicle.registration_valid_until is not None and vehicle.registration_valid_until < today
    return Vehicle.Registration.EXPIRED if is_over else Vehicle.Registration.ACTIVE


def end_what_is_over(now: datetime) -> None:
    """Beat: suspensions that have been served, and registrations that were valid until yesterday."""
    served = Sanction.objects.active().filter(end_at__lte=now).order_by("pk")
    each(served.values_list("pk", flat=True), partial(_end, now=now))
    while _expire(now) == LOT:
        pass  # lot by lot: gates wait for vehicles that are locked


@unit
def _end(sanction_id: UUID, now: datetime) -> None:
    vehicle = selectors.locked_vehicle(selectors.sanction(sanction_id).vehicle_id)
    Sanction.objects.active().filter(pk=sanction_id, end_at__lte=now).update(status=Sanction.Status.COMPLETED)
    renew([vehicle], now)
    freshness.registry_changed()


@unit
def _expire(now: datetime) -> int:
    valid = Vehicle.objects.filter(registration_status=Vehicle.Registration.ACTIVE)
    over = valid.filter(registration_valid_until__lt=local_date(now))
    locked = list(over.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)[:LOT])
    if locked:
        valid.filter(pk__in=locked).update(registration_status=Vehicle.Registration.EXPIRED)
        freshness.registry_changed()
    return len(locked)
