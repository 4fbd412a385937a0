"""What the boards and the native REST show. The words of seed 003 are in fleet.dialect_shapes."""

from typing import Any

from fleet.figures import Distribution, Movements, Registry, Summary
from fleet.models import Vehicle, Violation
from fleet.ranges import Bucket, Days


def vehicle(vehicle: Vehicle) -> dict[str, Any]:
    return {
        "id": vehicle.pk,
        "plate_number": vehicle.plate_number,
        "owner_name": vehicle.owner_name,
        "department": vehicle.department,
        "vehicle_type": vehicle.vehicle_type,
        "vehicle_model": vehicle.vehicle_model,
        "status": vehicle.status,
        "status_at": vehicle.status_at,
        "registration_status": vehicle.registration_status,
    }


def violation(violation: Violation) -> dict[str, Any]:
    """With its vehicle, its reporter and its sanction."""
    vehicle, reporter = violation.vehicle, violation.reported_by
    return {
        "id": violation.pk,
        "vehicle_id": violation.vehicle_id,
        "plate_number": vehicle.plate_number if vehicle else violation.plate,
        "owner_name": vehicle.owner_name if vehicle else "",
        "department": violation.department,
        "type": violation.type,
        "note": violation.note,
        "status": violation.status,
        "reported_at": violation.reported_at,
        "reported_by": reporter.full_name if reporter else "",
        "reviewed_at": violation.reviewed_at,
        "sanction_type": violation.sanction.type if hasattr(violation, "sanction") else None,
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


def registry(registry: Registry) -> dict[str, Any]:
    return {
        "total": registry.total,
        "onsite": registry.onsite,
        "types": registry.types,
        "departments": registry.departments,
        "year_levels": registry.year_levels,
        "registrations": registry.registrations,
    }


def _counted(name: str, counted: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{name: value, "count": count} for value, count in counted]
