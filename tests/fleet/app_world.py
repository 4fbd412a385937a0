"""What hands are asked to do to a deployment that the app of seed 003 looks at."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from core.unit import unit
from fleet import freshness
from fleet.models import Officer, Vehicle
from fleet.plates import key_of
from fleet.services import registry
from tests.fleet_world import come_to_rest, report, scan
from tests.people import sign_up

FACTS = {
    "owner_name": "Peña Łukasz أحمد",
    "department": "CCS",
    "vehicle_model": "Vios",
    "contact": "09171234567",
    "barangay": "San Jose",
    "city": "Oroquieta",
    "license_number": "N01-12-345678",
}


def admit(role: str) -> dict[str, Any]:
    """A guard, an officer, somebody of the staff or nobody in particular, with a token that lives long."""
    [person] = sign_up(1, is_long_lived=True, is_staff=role == "staff")
    if role in Officer.Role.values:
        Officer.objects.create(user_id=person["id"], role=role)
    return person


def demote(user_id: UUID) -> None:
    Officer.objects.filter(pk=user_id).update(role=Officer.Role.GUARD)


def retire(user_id: UUID) -> None:
    Officer.objects.filter(pk=user_id).update(is_active=False)


def register(*plates: str) -> None:
    registry.put_vehicles({key_of(plate): {"plate_number": plate, **FACTS} for plate in plates}, now=now())
    come_to_rest()


def register_many(count: int) -> None:
    register(*(f"CAR {n:05}" for n in range(count)))


def drive(plate: str, way: str) -> None:
    assert scan("key-gate", [(uuid7().hex, plate, way, now().isoformat())]) == ["recorded"]
    come_to_rest()


def accuse(plate: str) -> None:
    assert report("key-patrol", [(uuid7().hex, plate, "Over Speeding", now().isoformat())]) == ["recorded"]
    come_to_rest()


def touch_all() -> None:
    """Nothing is different, and all boards are rendered anew."""
    with unit():
        freshness.all_changed()
    come_to_rest()


def rename(plate: str, owner: str) -> None:
    registry.revise_vehicle(Vehicle.objects.get(plate=key_of(plate)), now=now(), owner_name=owner)
    come_to_rest()


def hide_counts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE fleet_tally RENAME TO lost_tally")


def find_counts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lost_tally RENAME TO fleet_tally")
