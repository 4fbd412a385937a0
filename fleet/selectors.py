from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.selectors import active_staff
from fleet.conf import limits
from fleet.errors import NoSuchSanction, NoSuchVehicle, NoSuchViolation
from fleet.models import Officer, Sanction, Vehicle, VehicleLog, Violation
from fleet.plates import key_of


def readers(users: Collection[UUID]) -> set[UUID]:
    """Which of these may look at the fleet: guards, officers and staff."""
    officers = Officer.objects.active().filter(pk__in=users).values_list("pk", flat=True)
    return {*officers, *active_staff(users)}


def is_reader(user: User) -> bool:
    return bool(readers([user.pk]))


def deciders(users: Collection[UUID]) -> set[UUID]:
    """Which of these decide about violations: officers and staff."""
    officers = Officer.objects.active().filter(pk__in=users, role=Officer.Role.OFFICER)
    return {*officers.values_list("pk", flat=True), *active_staff(users)}


def officers() -> list[UUID]:
    """Who is told what the fleet needs decided."""
    active = Officer.objects.active().filter(role=Officer.Role.OFFICER)
    return list(active.order_by("pk").values_list("pk", flat=True))


def vehicle(vehicle_id: UUID) -> Vehicle:
    found = Vehicle.objects.filter(pk=vehicle_id).first()
    if found is None:
        raise NoSuchVehicle
    return found


def locked_vehicle(vehicle_id: UUID) -> Vehicle:
    found = Vehicle.objects.select_for_update(no_key=True).filter(pk=vehicle_id).first()
    if found is None:
        raise NoSuchVehicle
    return found


def locked_vehicles(vehicle_ids: Collection[UUID]) -> list[Vehicle]:
    """In the order in which everybody locks them."""
    vehicles = Vehicle.objects.select_for_update(no_key=True).filter(pk__in=vehicle_ids)
    return list(vehicles.order_by("pk"))


def vehicles_with(plates: Iterable[str], *fields: str) -> Mapping[str, Vehicle]:
    """By plate, with these fields or all; locked, in the order in which everybody locks them."""
    vehicles = Vehicle.objects.select_for_update(no_key=True).filter(plate__in=set(plates)).order_by("pk")
    return {found.plate: found for found in vehicles.only(*fields)}


def search_vehicles(text: str) -> list[Vehicle]:
    """By plate, school id, owner or model."""
    words = " ".join(text.split())
    found = Q(school_id__istartswith=words) | Q(owner_name__icontains=words) | Q(vehicle_model__icontains=words)
    if plate := key_of(words):
        found |= Q(plate__contains=plate)
    return list(Vehicle.objects.filter(found).order_by("plate")[: limits.found])


def violations() -> QuerySet[Violation]:
    """With whom they concern and who reported them."""
    return Violation.objects.select_related("vehicle", "reported_by", "sanction").order_by("-reported_at", "-pk")


def violation(violation_id: UUID) -> Violation:
    found = violations().filter(pk=violation_id).first()
    if found is None:
        raise NoSuchViolation
    return found


def locked_violation(violation_id: UUID) -> Violation:
    found = Violation.objects.select_for_update(no_key=True).filter(pk=violation_id).first()
    if found is None:
        raise NoSuchViolation
    return found


def newest_logs() -> QuerySet[VehicleLog]:
    return VehicleLog.objects.select_related("vehicle").order_by("-at", "-pk")


def sanction(sanction_id: UUID) -> Sanction:
    found = Sanction.objects.filter(pk=sanction_id).first()
    if found is None:
        raise NoSuchSanction
    return found


def sanctions() -> QuerySet[Sanction]:
    """With whom they concern."""
    return Sanction.objects.select_related("vehicle").order_by("-created_at", "-pk")
