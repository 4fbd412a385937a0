"""Vehicles are registered one by one by officers, or by the thousand from another system's file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.bulk import insert, update
from core.doorbell import ring
from core.errors import Invalid, refuse
from core.sweeping import lots
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
    _refuse_backwards(vehicle)
    refuse(PlateTaken, unless=insert([vehicle], ignore_conflicts=True))
    _registered()
    return vehicle


@unit
def revise_vehicle(vehicle: Vehicle, *, now: datetime, **facts: Any) -> Vehicle:
    """What is not given stays. Of the plate only the spelling: another plate is another vehicle."""
    vehicle = selectors.locked_vehicle(vehicle.pk)
    refuse(PlateTaken, unless=key_of(facts.get("plate_number", vehicle.plate)) == vehicle.plate)
    _revise([vehicle], {vehicle.plate: facts}, now)
    _refuse_backwards(vehicle)
    freshness.registry_changed()
    return vehicle


@unit
def put_vehicles(facts_of: Mapping[str, Mapping[str, Any]], *, now: datetime) -> tuple[int, int]:
    """By plate key: those that are known are revised. How many are new, and how many are not."""
    # By plate: two files that have some in common wait for each other in no circle.
    new = [_new(facts_of[plate], now) for plate in sorted(facts_of.keys() - known_plates(facts_of).keys())]
    added = {vehicle.plate for lot in lots(new, LOT) for vehicle in insert(lot, ignore_conflicts=True)}
    known = known_plates(facts_of.keys() - added)  # also those that somebody else registered meanwhile
    for keys in lots(sorted(known.values()), LOT):
        # Gates wait for vehicles that are locked, and of a file that comes again most lines say what is known already.
        differing = [one.pk for one in Vehicle.objects.filter(pk__in=keys) if _differs(one, facts_of[one.plate])]
        _revise(selectors.locked_vehicles(differing), facts_of, now)
    _registered()
    return len(added), len(known)


def known_plates(plates: Iterable[str]) -> dict[str, UUID]:
    """Those of registered vehicles, with the keys of these."""
    known: dict[str, UUID] = {}
    for lot in lots(sorted(plates), LOT):
        known.update(Vehicle.objects.filter(plate__in=lot).values_list("plate", "pk"))
    return known


def _new(facts: Mapping[str, Any], now: datetime) -> Vehicle:
    vehicle = Vehicle(**facts, created_at=now)
    vehicle.plate_number = spelled(vehicle.plate_number)
    vehicle.plate = key_of(vehicle.plate_number)
    if vehicle.registration_valid_until is None:
        vehicle.registration_valid_from = vehicle.registration_valid_from or local_date(now)
        vehicle.registration_valid_until = vehicle.registration_valid_from + VALID
    vehicle.registration_status = standing.unbarred(vehicle, local_date(now))
    return vehicle


def _revise(vehicles: Sequence[Vehicle], facts_of: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    names = sorted({name for vehicle in vehicles for name in facts_of[vehicle.plate]})
    for vehicle in vehicles:
        for name, value in facts_of[vehicle.plate].items():
            setattr(vehicle, name, value)
        vehicle.plate_number = spelled(vehicle.plate_number)
    update(vehicles, names)
    standing.renew(vehicles, now)


def _refuse_backwards(vehicle: Vehicle) -> None:
    since, until = vehicle.registration_valid_from, vehicle.registration_valid_until
    is_forwards = since is None or until is None or since <= until
    refuse(Invalid, unless=is_forwards, registration_valid_until=[_("Give two days, the earlier one first.")])


def _differs(vehicle: Vehicle, facts: Mapping[str, Any]) -> bool:
    return any(getattr(vehicle, name) != value for name, value in facts.items())


def _registered() -> None:
    freshness.registry_changed()
    ring(tasks.adopt)
