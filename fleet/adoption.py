"""Scans and violations of a plate that nobody had registered: once somebody has, they are the vehicle's."""

from collections.abc import Iterable

from django.db.models import Exists, Min, OuterRef

from core.bulk import update
from core.sweeping import each, lots
from core.unit import unit
from fleet import freshness, selectors, tallies
from fleet.models import Scan, Vehicle, Violation
from fleet.settling import settle

LOT = 200  # plates a unit


def adopt() -> None:
    """Beat, and rung when vehicles were registered. A scan that came at that moment is found by the next sweep."""
    strangers = {*_registered(Scan), *_registered(Violation)}
    each(lots(sorted(strangers), LOT), _adopt)


def _registered(table: type[Scan] | type[Violation]) -> Iterable[str]:
    known = Vehicle.objects.filter(plate=OuterRef("plate"))
    return table._default_manager.filter(Exists(known), vehicle=None).values_list("plate", flat=True).distinct()


@unit
def _adopt(plates: list[str]) -> None:
    vehicles = selectors.vehicles_with(plates)
    _adopt_scans(vehicles)
    _adopt_violations(vehicles)


def _adopt_scans(vehicles: dict[str, Vehicle]) -> None:
    adopted = [vehicle for vehicle in vehicles.values() if _adopt_scans_of(vehicle)]
    if adopted:
        # Of all their scans: what had come until the adoption was perhaps not all that it adopted.
        scans = Scan.objects.filter(vehicle__in=adopted)
        settle(adopted, dict(scans.values_list("vehicle").annotate(Min("at"))))
        freshness.vehicles_moved()


def _adopt_scans_of(vehicle: Vehicle) -> int:
    return Scan.objects.filter(plate=vehicle.plate, vehicle=None).update(vehicle=vehicle)


def _adopt_violations(vehicles: dict[str, Vehicle]) -> None:
    strange = Violation.objects.filter(plate__in=vehicles, vehicle=None)
    violations = list(strange.order_by("pk").select_for_update(no_key=True))
    before = tallies.of_violations(violations)
    for violation in violations:
        violation.vehicle = vehicles[violation.plate]
        violation.department = violation.vehicle.department
    update(violations, ["vehicle", "department"])
    if violations:
        freshness.violations_changed()
        tallies.move(before, tallies.of_violations(violations))
