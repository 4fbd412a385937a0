"""What hands are asked to do to a deployment with vehicles: its gates and officers, and what each of them does."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from core.unit import unit
from fleet import adoption, auditing, freshness, retention, selectors, standing, tallies, turning
from fleet.models import Officer, Sanction, Scan, Tally, Vehicle, VehicleLog, Violation
from fleet.plates import key_of
from fleet.services import registry, sanctions, scans, violations
from fleet.services.scans import Seen
from fleet.services.violations import Reported
from fleet.settling import settle
from fleet.sources import Source
from fleet.tallies import Changes
from realtime import boards, rendering
from realtime.models import Board, BoardChange
from tests.people import sign_up

DEPARTMENTS = ["CBA", "CCS", "CTED", ""]
A_WHILE = 0.2  # between a look and what follows from it: as long as a query may take

ScanRow = tuple[str, str, str, str]  # event_id, plate, direction, instant
ReportRow = tuple[str, str, str, str]  # event_id, plate, type, instant

# Its vehicles, officers and boards


def plate_of(n: int) -> str:
    return f"CAR {n:04}"


def populate(count: int) -> list[str]:
    """Vehicles of departments in turn, and all boards as they are then. Answers their plates."""
    plates = [plate_of(n) for n in range(count)]
    registry.put_vehicles({key_of(plate): facts(plate, n) for n, plate in enumerate(plates)}, now=now())
    for name in freshness.BOARDS:
        rendering.render(name)
    return plates


def facts(plate: str, n: int) -> dict[str, str]:
    kinds = Vehicle.Type.values
    department = DEPARTMENTS[n % len(DEPARTMENTS)]
    return {"plate_number": plate, "owner_name": f"Rosa {n}", "department": department, "vehicle_type": kinds[n % 2]}


def officers(count: int) -> list[dict[str, Any]]:
    return _appointed(count, Officer.Role.OFFICER)


def guards(count: int) -> list[dict[str, Any]]:
    return _appointed(count, Officer.Role.GUARD)


def _appointed(count: int, role: Officer.Role) -> list[dict[str, Any]]:
    people = sign_up(count)
    for person in people:
        Officer.objects.create(user_id=person["id"], role=role)
    return people


def begin_anew() -> None:
    """Nothing has ever happened here."""
    for table in (Sanction, Violation, VehicleLog, Scan, Tally, Vehicle):
        table.objects.all().delete()
    with unit():
        freshness.all_changed()


# What gates and patrols do


def scan(gate: str, rows: Sequence[ScanRow]) -> list[str]:
    """What became of each."""
    seen = [Seen(event_id, plate, way, datetime.fromisoformat(at)) for event_id, plate, way, at in rows]
    return [outcome.result for outcome in scans.record_scans(Source(gate), seen, now=now())]


def report(patrol: str, rows: Sequence[ReportRow]) -> list[str]:
    reported = [Reported(event_id, plate, kind, datetime.fromisoformat(at)) for event_id, plate, kind, at in rows]
    return [outcome.result for outcome in violations.report_violations(Source(patrol), reported, now=now())]


def violate(plate: str, count: int) -> list[str]:
    """So many violations, which nobody has decided on."""
    rows = [(str(n), plate, Violation.Type.SPEED.value, now().isoformat()) for n in range(count)]
    report(f"patrol-{uuid7().hex}", rows)
    found = Violation.objects.filter(plate=key_of(plate), status=Violation.Status.PENDING).order_by("pk")
    return [str(pk) for pk in found.values_list("pk", flat=True)]


# What officers do


def register(plate: str, n: int = 0) -> str:
    return str(registry.register_vehicle(now=now(), **facts(plate, n)).pk)


def put(plates: Sequence[str], n: int) -> None:
    """As from a file, where each is of the next department."""
    registry.put_vehicles({key_of(plate): facts(plate, n + place) for place, plate in enumerate(plates)}, now=now())


def revise(plate: str, department: str) -> None:
    registry.revise_vehicle(
        Vehicle.objects.get(plate=key_of(plate)), now=now(), department=department, owner_name=f"{department} Cruz"
    )


def confirm(officer: UUID, violation: UUID) -> str:
    return violations.confirm_violation(violation, by=_user(officer), now=now()).status


def dismiss(officer: UUID, violation: UUID) -> str:
    return violations.dismiss_violation(violation, by=_user(officer), now=now()).status


def sanction(officer: UUID, violation: UUID) -> int:
    return sanctions.sanction_violation(violation, by=_user(officer), now=now()).offense_number


def confirm_and_sanction(officer: UUID, violation: UUID) -> int:
    return sanctions.confirm_and_sanction(violation, by=_user(officer), now=now()).offense_number


def lift(officer: UUID, violation: UUID) -> str:
    return sanctions.lift_sanction(Sanction.objects.get(violation=violation).pk, by=_user(officer), now=now()).status


def repair() -> list[str]:
    """What was wrong."""
    days = auditing.whole()
    return [f"{sort}: {by}" for sort, by in auditing.repair(days).items()] if days else []


def register_and_adopt(plate: str) -> None:
    register(plate)
    adopt()


def register_and_adopt_after_a_look(plate: str) -> None:
    register(plate)
    adopt_after_a_look(plate)


# What workers do


def adopt() -> None:
    adoption.adopt()


def end_what_is_over() -> None:
    standing.end_what_is_over(now())


def forget() -> int:
    return retention.forget(now())


def let_suspensions_end() -> int:
    """All of them are served."""
    active = Sanction.objects.active().filter(type=Sanction.Type.SUSPENSION)
    return active.update(end_at=now() - timedelta(seconds=1))


def come_to_rest() -> None:
    """What beat would bring about in a minute, and no more: a board that nobody touched is not rendered."""
    adoption.adopt()
    standing.end_what_is_over(now())
    turning.turn_over(now())
    while BoardChange.objects.exists():
        if not rendering.render_due():
            time.sleep(0.02)


def scan_and_render(gate: str, plate: str, times: int) -> int:
    """How often the board of vehicles was rendered by it."""
    rendered = 0
    for n in range(times):
        scan(gate, [(str(n), plate, "in", now().isoformat())])
        rendered += rendering.render(freshness.VEHICLES)
    return rendered


# What became of it


def offenses(plate: str) -> list[list[Any]]:
    found = Sanction.objects.filter(vehicle__plate=key_of(plate)).order_by("offense_number")
    return [list(row) for row in found.values_list("offense_number", "type", "status")]


def sanctioned(plate: str, offense: int) -> str:
    """The violation."""
    return str(Sanction.objects.get(vehicle__plate=key_of(plate), offense_number=offense).violation_id)


def registration(plate: str) -> str:
    return Vehicle.objects.get(plate=key_of(plate)).registration_status


def statuses() -> dict[str, int]:
    return dict(Counter(Violation.objects.values_list("status", flat=True)))


def strangers() -> int:
    return Scan.objects.filter(vehicle=None).count()


def entered() -> int:
    """By the counts."""
    return sum(Tally.objects.filter(measure=tallies.ENTRY).values_list("count", flat=True))


def versions() -> dict[str, int]:
    return dict(Board.objects.values_list("name", "version"))


def board(name: str) -> tuple[int, str | None]:
    return Board.objects.values_list("version", "data").get(pk=name)


def may_watch(user: UUID) -> bool:
    return all(boards.readers(name, [user]) for name in freshness.BOARDS)


# How it must not be done: look, then write what was seen, with nothing in between that makes others wait


@unit
def scan_without_the_vehicle(gate: str, plate: str, way: str, at: str) -> None:
    """Its row is not locked: what it is known to have done may be less than all there is."""
    vehicle, moment = Vehicle.objects.get(plate=key_of(plate)), datetime.fromisoformat(at)
    Scan.objects.create(
        source=gate, event_id=plate, plate=vehicle.plate, vehicle=vehicle, direction=way, at=moment, received_at=now()
    )
    time.sleep(A_WHILE)
    settle([vehicle], {vehicle.pk: moment})


def report_and_count_after_a_look(patrol: str, plate: str) -> None:
    """How many there were is read, and then written with one more."""
    vehicle = Vehicle.objects.get(plate=key_of(plate))
    with unit():
        violation = Violation.objects.create(
            source=patrol,
            event_id="1",
            plate=vehicle.plate,
            vehicle=vehicle,
            department=vehicle.department,
            type=Violation.Type.SPEED,
            reported_at=now(),
        )
    counted = tallies.of_violation(violation)
    found = Tally.objects.filter(**counted._asdict())
    before = found.values_list("count", flat=True).get()
    time.sleep(A_WHILE)
    found.update(count=before + 1)


@unit
def sanction_without_the_vehicle(officer: UUID, violation: UUID) -> int:
    """Which offense it is was counted while others counted too."""
    found = selectors.locked_violation(violation)
    made = standing.next_sanction(Vehicle.objects.get(pk=found.vehicle_id), found, _user(officer), now())
    time.sleep(A_WHILE)
    violations.turn(found, Violation.Status.SANCTIONED)
    return made.offense_number


@unit
def repair_after_a_look() -> None:
    """Whoever counts meanwhile is not kept waiting, and what he counted is not in what was looked at."""
    days = auditing.whole()
    right = auditing.recount(days) if days else Changes()
    time.sleep(A_WHILE)
    tallies.move(auditing.counted(days) if days else Changes(), right)


@unit
def adopt_after_a_look(plate: str) -> None:
    """From the first scan that there was a while ago."""
    strange = Scan.objects.filter(plate=key_of(plate), vehicle=None)
    since = min(strange.values_list("at", flat=True))
    vehicle = selectors.vehicles_with([key_of(plate)])[key_of(plate)]
    time.sleep(A_WHILE)
    strange.update(vehicle=vehicle)
    settle([vehicle], {vehicle.pk: since})


def scan_while_adopted(gate: str, plate: str, way: str, at: str) -> None:
    """As of a plate that was registered a moment after it was looked up: somebody has its vehicle locked, or had."""
    found = Vehicle.objects.filter(plate=key_of(plate))
    strange = Scan.objects.filter(plate=key_of(plate), vehicle=None)
    while not found.exists() or (_is_free(found) and strange.exists()):
        time.sleep(0.001)
    moment = datetime.fromisoformat(at)
    Scan.objects.create(source=gate, event_id=plate, plate=key_of(plate), direction=way, at=moment, received_at=now())


@unit
def _is_free(found: QuerySet[Vehicle]) -> bool:
    return bool(found.select_for_update(no_key=True, skip_locked=True))


def spoil_counts() -> None:
    Tally.objects.update(count=F("count") + 1)


def change_in_silence(plate: str) -> None:
    Vehicle.objects.filter(plate=key_of(plate)).update(status="offsite", registration_status="suspended")
    spoil_counts()


def _user(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)
