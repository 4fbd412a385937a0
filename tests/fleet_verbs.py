"""Every verb of the fleet, for hands: with the nth vehicle, and by the mth officer."""

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from core.errors import DomainError
from core.unit import unit
from fleet.errors import NoSuchSanction, NoSuchVehicle, NoSuchViolation
from fleet.models import Sanction, Scan, Vehicle, Violation
from realtime import rendering
from tests import fleet_world as world

Status = Violation.Status
WEEK = timedelta(days=9)  # longer than the boards show
KINDS = [Violation.Type.SPEED, Violation.Type.PARKING, Violation.Type.OTHER]


@dataclass(frozen=True, slots=True)
class Call:
    """What a verb came to, with which vehicle and by whom, and when: by a clock that all processes share."""

    verb: str
    vehicle: str
    officer: str
    outcome: str
    began: float
    ended: float


def call(verb: str, n: int, m: int) -> dict[str, Any]:
    """Nobody may have registered the nth yet."""
    plate, her = world.plate_of(n), User.objects.filter(officer__isnull=False).order_by("pk")[m]
    began = time.monotonic()
    try:
        VERBS[verb](plate, her)
        outcome = "ok"
    except DomainError as refusal:
        outcome = refusal.code
    return asdict(Call(verb, plate, str(her.pk), outcome, began, time.monotonic()))


def named(what: str, n: int, m: int) -> str:
    """What came of one of the deeds of tests/fleet/test_machine.py."""
    plate, her = world.plate_of(n), User.objects.filter(officer__isnull=False).order_by("pk").first()
    assert her is not None
    try:
        DEEDS[what](plate, her, m)
    except DomainError as refusal:
        return refusal.code
    return "ok"


def verbs() -> list[str]:
    return list(VERBS)


def begin(vehicles: int, officers: int) -> None:
    world.officers(officers)
    world.populate(vehicles)


def _moment(dice: random.Random) -> datetime:
    """Mostly lately, and some within a minute of others."""
    ago = dice.choice([timedelta(minutes=20), timedelta(hours=8), WEEK])
    return now() - ago * dice.random()


def _rows(plates: list[str], way: str = "") -> list[world.ScanRow]:
    dice = random.Random()
    ways = [way] if way else Scan.Direction.values
    return [(uuid7().hex, plate, dice.choice(ways), _moment(dice).isoformat()) for plate in plates]


def _scan(way: str) -> Callable[[str, User], None]:
    def scan(plate: str, her: User) -> None:
        world.scan("gate", _rows([plate], way))

    return scan


def _scan_many(plate: str, her: User) -> None:
    """In another order than that of their locks."""
    plates = list(Vehicle.objects.order_by("-pk").values_list("plate", flat=True))
    world.scan("gate", _rows([*plates, plate, plate, world.plate_of(99)]))


def _scan_again(plate: str, her: User) -> None:
    """All that was said of it, by whom it was said."""
    for gate in ("gate", "other gate"):
        known = Scan.objects.filter(plate=_key(plate), source=gate).values_list("event_id", "plate", "direction", "at")
        world.scan(gate, [(event_id, plate, way, at.isoformat()) for event_id, plate, way, at in known])


def _scan_what_others_scan(plate: str, her: User) -> None:
    """Two antennas see the same, and number it alike."""
    rows = [
        (f"{plate} {at.isoformat()}", plate, "in", at.isoformat()) for at in [now().replace(second=0, microsecond=0)]
    ]
    world.scan("other gate", rows)


def _report(plate: str, her: User) -> None:
    dice = random.Random()
    rows = [(uuid7().hex, plate, dice.choice(KINDS).value, _moment(dice).isoformat()) for _ in range(2)]
    world.report("patrol", rows + rows[:1])


def _violation(plate: str, status: str) -> Violation:
    found = Violation.objects.filter(plate=_key(plate), status=status).order_by("-pk").first()
    if found is None:
        raise NoSuchViolation
    return found


def _sanctioned(plate: str, m: int) -> Sanction:
    found = list(Sanction.objects.standing().filter(vehicle__plate=_key(plate)).order_by("pk"))
    if not found:
        raise NoSuchSanction
    return found[m % len(found)]


def _revise(plate: str, her: User) -> None:
    if not Vehicle.objects.filter(plate=_key(plate)).exists():
        raise NoSuchVehicle
    world.revise(plate, random.choice(world.DEPARTMENTS))


def _put(plate: str, her: User) -> None:
    """Of the others, not all are new."""
    plates = [world.plate_of(n) for n in random.sample(range(100, 110), 3)]
    world.put([plate, *plates], random.randrange(4))


def _end(plate: str, her: User) -> None:
    suspensions = Sanction.objects.active().filter(vehicle__plate=_key(plate), type=Sanction.Type.SUSPENSION)
    with unit():
        if not suspensions.update(end_at=now() - timedelta(seconds=1)):
            raise NoSuchSanction
    world.end_what_is_over()


def _render(plate: str, her: User) -> None:
    rendering.render_due()


def _violations(plate: str, status: str, m: int) -> Violation:
    found = list(Violation.objects.filter(plate=_key(plate), status=status).order_by("pk"))
    if not found:
        raise NoSuchViolation
    return found[m % len(found)]


def _key(plate: str) -> str:
    return plate.replace(" ", "")


VERBS: dict[str, Callable[[str, User], object]] = {
    "scan_in": _scan("in"),
    "scan_out": _scan("out"),
    "scan_many": _scan_many,
    "scan_again": _scan_again,
    "scan_what_others_scan": _scan_what_others_scan,
    "report": _report,
    "confirm": lambda plate, her: world.confirm(her.pk, _violation(plate, Status.PENDING).pk),
    "dismiss": lambda plate, her: world.dismiss(her.pk, _violation(plate, Status.PENDING).pk),
    "sanction": lambda plate, her: world.sanction(her.pk, _violation(plate, Status.CONFIRMED).pk),
    "confirm_and_sanction": lambda plate, her: world.confirm_and_sanction(her.pk, _violation(plate, Status.PENDING).pk),
    "lift": lambda plate, her: world.lift(her.pk, _sanctioned(plate, random.randrange(9)).violation_id),
    "revise": _revise,
    "register": lambda plate, her: world.register(plate),
    "put": _put,
    "adopt": lambda plate, her: world.adopt(),
    "end": _end,
    "repair": lambda plate, her: world.repair(),
    "render": _render,
}

DEEDS: dict[str, Callable[[str, User, int], object]] = {
    "confirm": lambda plate, her, m: world.confirm(her.pk, _violations(plate, Status.PENDING, m).pk),
    "dismiss": lambda plate, her, m: world.dismiss(her.pk, _violations(plate, Status.PENDING, m).pk),
    "sanction": lambda plate, her, m: world.confirm_and_sanction(her.pk, _violations(plate, Status.PENDING, m).pk),
    "lift": lambda plate, her, m: world.lift(her.pk, _sanctioned(plate, m).violation_id),
    "register": lambda plate, her, m: world.register(plate, m),
    "revise": lambda plate, her, m: _revise(plate, her),
    "put": lambda plate, her, m: world.put([plate], m),
    "adopt": lambda plate, her, m: world.adopt(),
    "suspensions": lambda plate, her, m: _end(plate, her),
}
