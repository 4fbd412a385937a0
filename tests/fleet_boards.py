"""What the five boards should show, from the rows one by one and in plain Python: nothing of fleet.figures is in it."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from fleet.models import Sanction, Vehicle, VehicleLog, Violation
from realtime.kinds import encode

SHOWN = 100


def local(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.CAMPUS_ZONE)).date()


def instant(moment: datetime | None) -> str | None:
    """To the microsecond, which is how precise the rows are."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z" if moment else None


def told(moment: datetime | None) -> str | None:
    return moment and moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def boards(today: date) -> dict[str, dict[str, Any]]:
    """All five, as a client reads them."""
    week = [today - timedelta(days=n) for n in range(6, -1, -1)]
    weeks_before = [day - timedelta(days=7) for day in week]
    reported = list(Violation.objects.select_related("vehicle", "reported_by"))
    of_week = [one for one in reported if local(one.reported_at) in week]
    of_before = [one for one in reported if local(one.reported_at) in weeks_before]
    logs = list(VehicleLog.objects.all())
    entries = [(log.department or "Unknown", local(log.in_at)) for log in logs if log.in_at]
    exits = [(log.department or "Unknown", local(log.out_at)) for log in logs if log.out_at]
    days = {"first": week[0], "last": week[-1]}
    types = ranked("type", (one.type for one in of_week))
    departments = ranked("department", (one.department or "Unknown" for one in of_week))
    shown = {
        "fleet.violations": _violations(reported),
        "fleet.vehicles": _vehicles(),
        "fleet.summary": {
            "days": days,
            "total_violations": len(of_week),
            "active_violations": sum(one.status == "pending" for one in of_week),
            "total_vehicles": len(Vehicle.objects.all()),
            "total_entries_exits": sum(day in week for _, day in entries + exits),
            "entries": sum(day in week for _, day in entries),
            "exits": sum(day in week for _, day in exits),
            "violation_trend_percent": _trend(len(of_before), len(of_week)),
            "top_violation_types": types,
            "department_violations": departments,
            "department_movements": _moved(
                [department for department, day in entries if day in week],
                [department for department, day in exits if day in week],
            ),
        },
        "fleet.violation_distribution": {
            "days": days,
            "total": len(of_week),
            "types": types,
            "departments": departments,
        },
        "fleet.vehicle_logs": {
            "days": days,
            **{
                f"day:{day}": {
                    "category": day,
                    "date": day,
                    "entries": sum(on == day for _, on in entries),
                    "exits": sum(on == day for _, on in exits),
                }
                for day in week
            },
        },
    }
    return {name: json.loads(encode(data)) for name, data in shown.items()}


def _violations(reported: list[Violation]) -> dict[str, Any]:
    states = {state: sum(one.status == state for one in reported) for state in Violation.Status.values}
    sanctions = {one.violation_id: one for one in Sanction.objects.all() if one.status != "lifted"}
    newest = sorted(reported, key=lambda one: (one.reported_at, one.pk), reverse=True)[:SHOWN]
    return {
        "states": states,
        **{
            f"violation:{one.pk}": {
                "id": one.pk,
                "vehicle_id": one.vehicle_id,
                "plate_number": one.vehicle.plate_number if one.vehicle else one.plate,
                "owner_name": one.vehicle.owner_name if one.vehicle else "",
                "department": one.department,
                "type": one.type,
                "note": one.note,
                "status": one.status,
                "reported_at": instant(one.reported_at),
                "reported_by": one.reported_by.full_name if one.reported_by else "",
                "reviewed_at": instant(one.reviewed_at),
                "sanction_id": sanctions[one.pk].pk if one.pk in sanctions else None,
                "sanction_type": sanctions[one.pk].type if one.pk in sanctions else None,
            }
            for one in newest
        },
    }


def _vehicles() -> dict[str, Any]:
    vehicles = list(Vehicle.objects.all())
    moved = sorted((one for one in vehicles if one.status_at), key=lambda one: (one.status_at, one.pk), reverse=True)
    return {
        "total": len(vehicles),
        "onsite": sum(one.status == "onsite" for one in vehicles),
        "types": Counter(one.vehicle_type or "Unknown" for one in vehicles),
        "departments": Counter(one.department or "Unknown" for one in vehicles),
        "year_levels": Counter(one.year_level or "Unknown" for one in vehicles),
        "registrations": Counter(one.registration_status for one in vehicles),
        **{
            f"vehicle:{one.pk}": {
                "id": one.pk,
                "plate_number": one.plate_number,
                "owner_name": one.owner_name,
                "department": one.department,
                "vehicle_type": one.vehicle_type,
                "vehicle_model": one.vehicle_model,
                "status": one.status,
                "status_at": instant(one.status_at),
                "registration_status": one.registration_status,
            }
            for one in moved[:SHOWN]
        },
    }


def _trend(before: int, now: int) -> float | None:
    return round((now - before) / before * 100, 1) if before else None


def ranked(name: str, values: Iterable[str]) -> list[dict[str, Any]]:
    counted = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return [{name: value, "count": count} for value, count in counted]


def _moved(entries: list[str], exits: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "department": row["department"],
            "entries": entries.count(row["department"]),
            "exits": exits.count(row["department"]),
        }
        for row in ranked("department", entries + exits)
    ]
