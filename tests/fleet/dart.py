"""Reads frames as strictly as Dart does: a field has exactly its type, and what is not nullable is there.

The classes are those of seed 003's app: Violation, Vehicle, FleetSummary and ChartDataModel.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

Read = Callable[[Any], object]

STATUSES = {"pending", "confirmed", "dismissed", "sanctioned"}


class TypeFault(Exception):
    """`type 'Null' is not a subtype of type 'String' in type cast`"""


def exactly(*types: type) -> Read:
    def cast(value: Any) -> object:
        if type(value) not in types:
            raise TypeFault(f"{value!r} is no {types}")
        return value

    return cast


def one_of(*values: str) -> Read:
    def cast(value: Any) -> object:
        if value not in values:
            raise TypeFault(f"{value!r} is none of {values}")
        return value

    return cast


def nullable(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def moment(value: Any) -> object:
    if datetime.fromisoformat(str(text(value))).tzinfo is None:
        raise TypeFault(f"{value!r} has no offset")
    return value


def day(value: Any) -> object:
    return datetime.strptime(str(text(value)), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone


text, integer, number, flag = exactly(str), exactly(int), exactly(float), exactly(bool)

VIOLATION: dict[str, Read] = {
    "id": text,
    "vehicleId": text,
    "reportedByUserId": text,
    "violationType": text,
    "status": one_of(*STATUSES),
    "sanctionType": nullable(one_of("suspension", "revocation")),
    "sanctionApplied": flag,
    "sanctionId": nullable(text),
    "reportedAt": moment,
    "createdAt": nullable(moment),
    "reviewedAt": nullable(moment),
    "confirmedAt": nullable(moment),
    "ownerName": text,
    "plateNumber": text,
    "fullname": text,
}
VEHICLE: dict[str, Read] = {
    **dict.fromkeys(
        ["vehicleId", "ownerName", "schoolID", "department", "academicYear", "semester", "gender", "yearLevel", "block",
         "contact", "purok", "barangay", "city", "province", "plateNumber", "vehicleModel", "vehicleColor",
         "licenseNumber", "orNumber", "crNumber"],
        text,
    ),
    "vehicleType": one_of("two-wheeled", "four-wheeled", ""),
    "status": one_of("onsite", "offsite", ""),
    "registrationStatus": one_of("active", "suspended", "expired", "revoked"),
    "createdAt": nullable(moment),
    "registrationValidFrom": nullable(day),
    "registrationValidUntil": nullable(day),
}  # fmt: skip
CHART: dict[str, Read] = {"category": text, "value": number, "date": nullable(day)}


def model(fields: dict[str, Read]) -> Read:
    def from_json(value: Any) -> object:
        if type(value) is not dict or list(value.keys() ^ fields.keys()):
            raise TypeFault(f"{value!r} has other fields than {list(fields)}")
        return {name: read(value[name]) for name, read in fields.items()}

    return from_json


def list_of(fields: dict[str, Read]) -> Read:
    def from_json(value: Any) -> object:
        if type(value) is not list:
            raise TypeFault(f"{value!r} is no list")
        return [model(fields)(item) for item in value]

    return from_json


SUMMARY: dict[str, Read] = {
    "totalViolations": integer,
    "activeViolations": integer,
    "totalVehicles": integer,
    "totalEntriesExits": integer,
    "violationTrendPercent": number,
    "topViolationTypes": list_of({"type": text, "count": integer}),
    "departmentLogData": list_of(CHART),
    "deptViolationData": list_of(CHART),
}

FRAMES: dict[str, Read] = {
    "violations_update": list_of(VIOLATION),
    "vehicles_update": list_of(VEHICLE),
    "fleet_summary_update": model(SUMMARY),
    "violation_distribution_update": list_of(CHART),
    "vehicle_logs_update": list_of(CHART),
}


def parse(text: str) -> tuple[str, Any]:
    """The type and the data of a frame; that of the five is read as the app reads it, or fails as there."""
    frame = json.loads(text, parse_constant=_refuse)
    if type(frame) is not dict or frame.keys() != {"type", "data"} or type(frame["type"]) is not str:
        raise TypeFault(f"{text[:200]} is no frame")
    if frame["type"] in FRAMES:
        FRAMES[frame["type"]](frame["data"])
    return frame["type"], frame["data"]


def _refuse(constant: str) -> None:
    raise TypeFault(f"{constant} is no JSON")
