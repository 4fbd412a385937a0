"""What is true of the fleet, whatever was said by whom, in whatever order and however often.

All is counted anew from the rows, one by one and in plain Python: with none of the SQL and the functions whose results
are judged.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import now

from fleet.models import Sanction, Scan, Tally, Vehicle, VehicleLog, Violation
from realtime.models import Board
from tests.fleet_boards import boards, local
from tests.fleet_world import come_to_rest

SECONDS = 60  # within which a vehicle that is read again has not moved
OFFENSES = {1: "warning", 2: "suspension"}


def breaches() -> list[str]:
    """None, though some of what is due may not be done yet."""
    return [*_of_events(), *_of_logs(), *_of_tallies(), *_of_sanctions(), *_of_violations()]


def breaches_at_rest() -> list[str]:
    """None, once all is done that is due."""
    while True:
        today = local(now())
        come_to_rest()
        found = [*breaches(), *_of_registrations(today), *_of_strangers(), *_of_boards(today)]
        if local(now()) == today:
            return found


# Where vehicles are


def _of_events() -> Iterator[str]:
    for table in (Scan, Violation):
        times = Counter(table.objects.values_list("source", "event_id"))
        yield from (f"{event} is there {count} times" for event, count in times.items() if count > 1)


def _of_logs() -> Iterator[str]:
    scans, logs = defaultdict(list), defaultdict(list)
    for vehicle_id, *reading in Scan.objects.values_list("vehicle", "at", "direction", "source"):
        scans[vehicle_id].append(tuple(reading))
    columns = ["at", "in_at", "out_at", "is_open", "in_by", "out_by"]
    for vehicle_id, *log in VehicleLog.objects.order_by("at").values_list("vehicle", *columns):
        logs[vehicle_id].append(tuple(log))
    for vehicle in Vehicle.objects.all():
        stays, moved_at = stays_of(scans[vehicle.pk])
        if logs[vehicle.pk] != stays:
            yield f"{vehicle} has the logs {logs[vehicle.pk]}, by its scans {stays}"
        status = ("onsite" if stays[-1][3] else "offsite") if stays else ""
        if (vehicle.status, vehicle.status_at) != (status, moved_at):
            yield f"{vehicle} is {vehicle.status} since {vehicle.status_at}, by its scans {status} since {moved_at}"


def stays_of(readings: Iterable[tuple[datetime, str, str]]) -> tuple[list[tuple[Any, ...]], datetime | None]:
    """The columns of the logs, and when the vehicle moved last."""
    stays: list[list[Any]] = []
    before: tuple[datetime, str] | None = None
    for at, way, source in sorted(readings):
        if before and before[1] == way and (at - before[0]).total_seconds() < SECONDS:
            continue
        before = (at, way)
        is_inside = bool(stays) and stays[-1][3]
        if way == "in":
            if is_inside:
                stays[-1][3] = False
            stays.append([at, at, None, True, source, ""])
        elif is_inside:
            stays[-1][2:] = [at, False, stays[-1][4], source]
        else:
            stays.append([at, None, at, False, "", source])
    return [tuple(stay) for stay in stays], before[0] if before else None


def _of_strangers() -> Iterator[str]:
    known = set(Vehicle.objects.values_list("plate", flat=True))
    for table in (Scan, Violation):
        for row in table.objects.select_related("vehicle"):
            plate = row.vehicle.plate if row.vehicle else None
            if plate != (row.plate if row.plate in known else None):
                yield f"{row} is of the vehicle {plate}"


# What was counted


def _of_tallies() -> Iterator[str]:
    right: Counter[tuple[Any, ...]] = Counter()
    for log in VehicleLog.objects.all():
        for measure, moment in (("entry", log.in_at), ("exit", log.out_at)):
            if moment:
                right[local(moment), measure, log.department, "", ""] += 1
    for violation in Violation.objects.all():
        day = local(violation.reported_at)
        right[day, "violation", violation.department, violation.type, violation.status] += 1
    rows = Tally.objects.exclude(count=0).values_list("day", "measure", "department", "type", "status", "count")
    counted = {tuple(sort): count for *sort, count in rows}
    for sort in sorted(right.keys() | counted.keys()):
        if counted.get(sort, 0) != right[sort]:
            yield f"{sort} is counted {counted.get(sort, 0)} times, and is there {right[sort]} times"


# What became of violations


def _of_violations() -> Iterator[str]:
    for violation in Violation.objects.select_related("sanction"):
        sanction = getattr(violation, "sanction", None)
        is_decided = violation.status != "pending"
        if is_decided != (violation.reviewed_at is not None):
            yield f"{violation} is {violation.status}, decided at {violation.reviewed_at}"
        if (violation.status == "sanctioned") != (sanction is not None and sanction.status != "lifted"):
            yield f"{violation} is {violation.status}, and its sanction {sanction and sanction.status}"
        if sanction and sanction.status == "lifted" and violation.status != "dismissed":
            yield f"{violation} is {violation.status}, though its sanction was lifted"
        if sanction and sanction.vehicle_id != violation.vehicle_id:
            yield f"{violation} brought a sanction of another vehicle"


def _of_sanctions() -> Iterator[str]:
    by_vehicle: defaultdict[Any, list[Sanction]] = defaultdict(list)
    for sanction in Sanction.objects.order_by("pk"):
        if sanction.type != OFFENSES.get(sanction.offense_number, "revocation"):
            yield f"{sanction} is for offense {sanction.offense_number}"
        if (sanction.end_at is not None) != (sanction.type == "suspension"):
            yield f"{sanction} ends at {sanction.end_at}"
        by_vehicle[sanction.vehicle_id].append(sanction)
    for sanctions in by_vehicle.values():
        for place, sanction in enumerate(sanctions):
            # Those of before that are standing have always stood; of the others nobody knows until when they did.
            least = 1 + sum(before.status != "lifted" for before in sanctions[:place])
            if not least <= sanction.offense_number <= place + 1:
                yield f"{sanction} is offense {sanction.offense_number}, and should be {least} to {place + 1}"


def _of_registrations(today: date) -> Iterator[str]:
    barred = defaultdict(set)
    for sanction in Sanction.objects.all():
        if sanction.status == "active":
            barred[sanction.vehicle_id].add(sanction.type)
            if sanction.end_at and sanction.end_at <= now() - timedelta(seconds=1):
                yield f"{sanction} has not ended"
    for vehicle in Vehicle.objects.all():
        until = vehicle.registration_valid_until
        right = "expired" if until and until < today else "active"
        if barred[vehicle.pk]:
            right = "revoked" if "revocation" in barred[vehicle.pk] else "suspended"
        if vehicle.registration_status != right:
            yield f"{vehicle} is {vehicle.registration_status}, and should be {right}"


# What the boards show


def _of_boards(today: date) -> Iterator[str]:
    right = boards(today)
    for board in Board.objects.filter(pk__in=right):
        shown = json.loads(board.data) if board.data else board.error
        yield from (f"{board.pk} shows {difference}" for difference in differences(shown, right[board.pk]))


def differences(shown: Any, right: dict[str, Any]) -> Iterator[str]:
    if not isinstance(shown, dict):
        yield f"nothing but {shown}"
        return
    for key in sorted(shown.keys() | right.keys()):
        if (key in shown, shown.get(key)) != (key in right, right.get(key)):
            yield f"{key}: {shown.get(key)}, and should show {right.get(key)}"
