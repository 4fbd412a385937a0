"""Vehicles are registered one by one by officers, or by the thousand from another system's file."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.bulk import insert
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from fleet import freshness, selectors, standing, tasks
from fleet.conf import limits
from fleet.errors import PlateTaken
from fleet.models import Vehicle
from fleet.plates import key_of, spelled
from fleet.ranges import local_date

VALID = timedelta(days=limits.valid_days)
LOT = 1000


@unit
def register_vehicle(*, now: datetime, **facts: Any) -> Vehicle:
    """`facts` are fields of Vehicle, with its plate."""
    vehicle = _new(facts, now)
    refuse(PlateTaken, unless=insert([vehicle], ignore_conflicts=True))
    _registered()
    return vehicle


@unit
def revise_vehicle(vehicle: Vehicle, *, now: datetime, **facts: Any) -> Vehicle:
    """What is not given stays. Of the plate only the spelling: another plate is another vehicle."""
    vehicle = selectors.locked_vehicle(vehicle.pk)
    refuse(PlateTaken, unless=key_of(facts.get("plate_number", vehicle.plate)) == vehicle.plate)
    _revise([vehicle], {vehicle.plate: facts}, now)
    freshness.registry_changed()
    return vehicle


@unit
def put_vehicles(facts_of: Mapping[str, Mapping[str, Any]], *, now: datetime) -> tuple[int, int]:
    """By plate key: those that are known are revised. How many are new, and how many are not."""
    known = selectors.vehicles_with(facts_of)
    _revise(list(known.values()), facts_of, now)
    new = [_new(facts, now) for plate, facts in facts_of.items() if plate not in known]
    for start in range(0, len(new), LOT):
        lot = new[start : start + LOT]
        refuse(PlateTaken, unless=len(insert(lot, ignore_conflicts=True)) == len(lot))
    _registered()
    return len(new), len(known)


def _new(facts: Mapping[str, Any], now: datetime) -> Vehicle:
    vehicle = Vehicle(**facts, created_at=now)
    vehicle.plate_number = spelled(vehicle.plate_number)
    vehicle.plate = key_of(vehicle.plate_number)
    if vehicle.registration_valid_from is None:
        vehicle.registration_valid_from = local_date(now)
    if vehicle.registration_valid_until is None:
        vehicle.registration_valid_until = vehicle.registration_valid_from + VALID
    return vehicle


def _revise(vehicles: Sequence[Vehicle], facts_of: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    for vehicle in vehicles:
        for name, value in facts_of[vehicle.plate].items():
            setattr(vehicle, name, value)
        vehicle.plate_number = spelled(vehicle.plate_number)
    fields = {name for facts in facts_of.values() for name in facts}
    if vehicles and fields:
        Vehicle.objects.bulk_update(vehicles, sorted(fields), batch_size=LOT)
    standing.renew(vehicles, now)


def _registered() -> None:
    freshness.registry_changed()
    ring(tasks.adopt)
