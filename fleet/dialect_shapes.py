"""The words of seed 003's app: Violation, Vehicle, FleetSummary and ChartDataModel, by the names of their Dart fields.

Its texts are not nullable, a value always has a decimal point, and a trend that nothing can be compared with is 0.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from fleet.conf import limits
from fleet.figures import Movements, Summary
from fleet.models import Sanction, Vehicle, Violation
from fleet.names import FACTS
from fleet.ranges import Bucket
from fleet.shapes import CONFIDENTIAL

Shape = dict[str, Any]

TEXTS = {**FACTS, "status": "status", "registrationStatus": "registration_status"}  # of a vehicle
SANCTIONS = {Sanction.Type.SUSPENSION, Sanction.Type.REVOCATION}  # the app knows no others: a warning changes nothing


def violation(violation: Violation, devices: Mapping[str, str]) -> Shape:
    """`devices` are the names of sources that are no people."""
    vehicle, reporter = violation.vehicle, violation.reported_by
    sanction = violation.standing_sanction
    return {
        "id": str(violation.pk),
        "vehicleId": str(violation.vehicle_id or ""),
        "reportedByUserId": str(violation.reported_by_id or ""),
        "violationType": violation.label,
        "status": violation.status,
        "sanctionType": sanction.type if sanction and sanction.type in SANCTIONS else None,
        "sanctionApplied": sanction is not None,
        "sanctionId": str(sanction.pk) if sanction else None,
        "reportedAt": moment(violation.reported_at),
        "createdAt": moment(violation.created_at),
        "reviewedAt": moment(violation.reviewed_at),
        "confirmedAt": moment(violation.confirmed_at),
        "ownerName": vehicle.owner_name if vehicle else "",
        "plateNumber": violation.plate_number,
        "fullname": reporter.full_name if reporter else devices.get(violation.source, ""),
    }


def vehicle(vehicle: Vehicle, *, is_full: bool) -> Shape:
    """`is_full` as officers see it: what a guard has no use for is blank."""
    return {
        "vehicleId": str(vehicle.pk),
        **{
            name: getattr(vehicle, field) if is_full or field not in CONFIDENTIAL else ""
            for name, field in TEXTS.items()
        },
        "createdAt": moment(vehicle.created_at),
        "registrationValidFrom": day(vehicle.registration_valid_from),
        "registrationValidUntil": day(vehicle.registration_valid_until),
    }


def summary(summary: Summary) -> Shape:
    moved = [(department, movements.total) for department, movements in summary.department_movements]
    return {
        "totalViolations": summary.total_violations,
        "activeViolations": summary.active_violations,
        "totalVehicles": summary.total_vehicles,
        "totalEntriesExits": summary.movements.total,
        "violationTrendPercent": float(summary.trend or 0),
        "topViolationTypes": [{"type": kind, "count": count} for kind, count in summary.types[: limits.top]],
        "departmentLogData": charts(moved),
        "deptViolationData": charts(summary.department_violations),
    }


def charts(counted: Iterable[tuple[str, int]]) -> list[Shape]:
    return [chart(category, count) for category, count in counted]


def top_charts(counted: list[tuple[str, int]]) -> list[Shape]:
    """Of a ranking."""
    return charts(counted[: limits.top])


def movement_charts(moved: Iterable[tuple[Bucket, Movements]]) -> list[Shape]:
    return [chart(bucket.category, movements.total, bucket.date) for bucket, movements in moved]


def chart(category: str, value: int, on: date | None = None) -> Shape:
    """ChartDataModel."""
    return {"category": category, "value": float(value), "date": day(on)}


def moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def day(on: date | None) -> str | None:
    return on.isoformat() if on else None
