"""What hands are asked to do with a campus and its gates."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.bulk import insert
from fleet import auditing
from fleet.folding import Reading, fold
from fleet.models import Scan, Tally, Vehicle, VehicleLog
from fleet.plates import key_of
from fleet.replaying.mixing import mixed
from fleet.replaying.playing import play
from fleet.replaying.recordings import load
from fleet.replaying.senders import ToServer

DEPARTMENTS = ["CTED", "CAF-SOE", "CBA", "SCJE", "CCS", "LHS"]


def register(vehicles: int) -> int:
    """`V 100000` and those after it."""
    new = [
        Vehicle(
            plate_number=f"V {100_000 + n}",
            plate=key_of(f"V {100_000 + n}"),
            owner_name=f"Owner {n}",
            department=DEPARTMENTS[n % len(DEPARTMENTS)],
            vehicle_type=list(Vehicle.Type)[n % 2],
            year_level=str(n % 4 + 1),
        )
        for n in range(vehicles)
    ]
    return len(insert(new))


def replay_share(day: str, place: int, of: int, url: str, key: str, secret: str) -> dict[str, int]:
    """Every so-many-eth scan of the day, mixed, over HTTP: what became of them."""
    with Path(day).open("rb") as file:
        share = mixed(load(file)[place::of], seed=place)
    return dict(play(share, ToServer(url, key, secret)).results)


def state() -> dict[str, Any]:
    """All that follows from scans, as it is, and how much of it there is."""
    return {
        "scans": Scan.objects.count(),
        "logs": _told(
            VehicleLog.objects.values_list("vehicle__plate", "at", "in_at", "out_at", "is_open", "department")
        ),
        "vehicles": _told(Vehicle.objects.values_list("plate", "status", "status_at")),
        "counts": _told(Tally.objects.exclude(count=0).values_list("day", "measure", "department", "count")),
    }


def breaches() -> list[str]:
    """Of what must be true of each vehicle, by all its scans, and of the counts."""
    readings: dict[str, list[Reading]] = {}
    for plate, at, direction, source in Scan.objects.values_list("plate", "at", "direction", "source"):
        readings.setdefault(plate, []).append(Reading(at, direction, source))
    logs: dict[str, list[tuple[object, ...]]] = {}
    for plate, *log in VehicleLog.objects.order_by("at").values_list("vehicle__plate", "in_at", "out_at", "is_open"):
        logs.setdefault(plate, []).append(tuple(log))
    found = [
        plate
        for plate, of_it in readings.items()
        if [(stay.in_at, stay.out_at, stay.is_open) for stay in fold(sorted(of_it))[0]] != logs.get(plate, [])
    ]
    days = auditing.whole()
    if days and auditing.counted(days) != auditing.recount(days):
        found.append("counts")
    return found


def _told(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """How many, and a digest of them."""
    lines = sorted(json.dumps(row, default=str) for row in rows)
    return [len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()]
