"""IndividualVehicleReport of seed 003, by the names of its Dart fields, and what its view shows beside it."""

from collections.abc import Mapping

from fleet.dialect_shapes import Shape, charts, day, moment, movement_charts
from fleet.models import Vehicle, VehicleLog, Violation
from fleet.reports import Report


def report(report: Report) -> Shape:
    vehicle = report.vehicle
    return {
        "vehicleId": str(vehicle.pk),
        "plateNumber": vehicle.plate_number,
        "vehicleType": vehicle.vehicle_type,
        "vehicleModel": vehicle.vehicle_model,
        "ownerName": vehicle.owner_name,
        "department": vehicle.department,
        "status": vehicle.status,
        "registrationStatus": vehicle.registration_status,
        "registeredDate": day(report.registered_on),
        "expiryDate": day(vehicle.registration_valid_until),
        "daysUntilExpiration": report.days_until_expiration,
        "mvpProgress": report.progress,
        "mvpStatusText": report.validity,
        "totalViolations": report.total_violations,
        "activeViolations": report.active_violations,
        "totalEntriesExits": report.movements.total,
        "violationsByType": charts(report.types),
        "vehicleLogs": movement_charts(report.logs),
        "recentLogs": [_log(log, report.names) for log in report.recent_logs],
        "violationHistory": [_violation(violation, report.names) for violation in report.violations],
    }


def _log(log: VehicleLog, names: Mapping[str, str]) -> Shape:
    """RecentLogEntry, whose `timeIn` is never null: where nobody saw it come it is the first that is known."""
    return {
        "logId": str(log.pk),
        "timeIn": moment(log.at),
        "timeOut": moment(log.out_at),
        "durationMinutes": log.minutes,
        "status": Vehicle.Status.ONSITE.value if log.is_open else Vehicle.Status.OFFSITE.value,
        "updatedBy": names.get(log.out_by or log.in_by, ""),
    }


def _violation(violation: Violation, names: Mapping[str, str]) -> Shape:
    """ViolationHistoryEntry."""
    return {
        "violationId": str(violation.pk),
        "dateTime": moment(violation.reported_at),
        "violationType": violation.label,
        "reportedBy": names.get(violation.source, ""),
        "status": violation.status,
        "createdAt": moment(violation.created_at),
        "lastUpdated": moment(violation.reviewed_at or violation.created_at),
    }
