"""What the boards and the native REST show. The words of seed 003 are in fleet.dialect_shapes."""

from collections.abc import Mapping
from typing import Any

from fleet.figures import Distribution, Movements, Summary
from fleet.models import Sanction, Scan, Vehicle, VehicleLog, Violation
from fleet.ranges import Bucket, Days
from notifications.serializers import instant

REGISTERED = [
    "id", "plate_number", "vehicle_type", "vehicle_model", "vehicle_color", "owner_name", "school_id", "department",
    "academic_year", "semester", "year_level", "block", "gender", "registration_status", "registration_valid_from",
    "registration_valid_until", "created_at", "status", "status_at",
]  # fmt: skip
# What a guard at a gate does not need: see decision 0036.
CONFIDENTIAL = ["contact", "purok", "barangay", "city", "province", "license_number", "or_number", "cr_number"]


def registered(vehicle: Vehicle, *, is_confidential: bool) -> dict[str, Any]:
    """`is_confidential` is what is only for those who decide."""
    shown = {name: getattr(vehicle, name) for name in [*REGISTERED, *(CONFIDENTIAL if is_confidential else [])]}
    return {**shown, "created_at": instant(vehicle.created_at), "status_at": instant(vehicle.status_at)}


def vehicle(vehicle: Vehicle) -> dict[str, Any]:
    return {
        "id": vehicle.pk,
        "plate_number": vehicle.plate_number,
        "owner_name": vehicle.owner_name,
        "department": vehicle.department,
        "vehicle_type": vehicle.vehicle_type,
        "vehicle_model": vehicle.vehicle_model,
        "status": vehicle.status,
        "status_at": instant(vehicle.status_at),
        "registration_status": vehicle.registration_status,
    }


def violation(violation: Violation) -> dict[str, Any]:
    """With its vehicle, its reporter and its sanction."""
    vehicle, reporter, sanction = violation.vehicle, violation.reported_by, violation.standing_sanction
    return {
        "id": violation.pk,
        "vehicle_id": violation.vehicle_id,
        "plate_number": violation.plate_number,
        "owner_name": vehicle.owner_name if vehicle else "",
        "department": violation.department,
        "type": violation.type,
        "note": violation.note,
        "status": violation.status,
        "reported_at": instant(violation.reported_at),
        "reported_by": reporter.full_name if reporter else "",
        "reviewed_at": instant(violation.reviewed_at),
        "sanction_id": sanction.pk if sanction else None,
        "sanction_type": sanction.type if sanction else None,
    }


def sanction(sanction: Sanction) -> dict[str, Any]:
    """With its vehicle."""
    return {
        "id": sanction.pk,
        "violation_id": sanction.violation_id,
        "vehicle_id": sanction.vehicle_id,
        "plate_number": sanction.vehicle.plate_number,
        "registration_status": sanction.vehicle.registration_status,
        "offense_number": sanction.offense_number,
        "type": sanction.type,
        "status": sanction.status,
        "start_at": instant(sanction.start_at),
        "end_at": instant(sanction.end_at),
        "lifted_at": instant(sanction.lifted_at),
    }


def log(log: VehicleLog, names: Mapping[str, str]) -> dict[str, Any]:
    """`names` are those of its sources."""
    return {
        "id": log.pk,
        "vehicle_id": log.vehicle_id,
        "department": log.department,
        "at": instant(log.at),
        "in_at": instant(log.in_at),
        "out_at": instant(log.out_at),
        "is_open": log.is_open,
        "duration_minutes": log.minutes,
        "in_by": names.get(log.in_by, ""),
        "out_by": names.get(log.out_by, ""),
    }


def scan(scan: Scan, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": scan.pk,
        "vehicle_id": scan.vehicle_id,
        "direction": scan.direction,
        "at": instant(scan.at),
        "gate": scan.gate,
        "received_at": instant(scan.received_at),
        "by": names.get(scan.source, ""),
    }


def days(days: Days) -> dict[str, Any]:
    return {"first": days.first, "last": days.last}


def movements(movements: Movements) -> dict[str, Any]:
    return {"entries": movements.entries, "exits": movements.exits}


def summary(summary: Summary) -> dict[str, Any]:
    return {
        "days": days(summary.days),
        "total_violations": summary.total_violations,
        "active_violations": summary.active_violations,
        "total_vehicles": summary.total_vehicles,
        "total_entries_exits": summary.movements.total,
        **movements(summary.movements),
        "violation_trend_percent": summary.trend,
        "top_violation_types": _counted("type", summary.types),
        "department_violations": _counted("department", summary.department_violations),
        "department_movements": [
            {"department": department, **movements(moved)} for department, moved in summary.department_movements
        ],
    }


def distribution(distribution: Distribution) -> dict[str, Any]:
    return {
        "days": days(distribution.days),
        "total": distribution.total,
        "types": _counted("type", distribution.types),
        "departments": _counted("department", distribution.departments),
    }


def bucket(bucket: Bucket, moved: Movements) -> dict[str, Any]:
    return {"category": bucket.category, "date": bucket.date, **movements(moved)}


def _counted(name: str, counted: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{name: value, "count": count} for value, count in counted]
