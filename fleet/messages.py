"""What officers read. Of a batch they are told once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from fleet import selectors
from fleet.models import Vehicle, Violation
from notifications.messages import Message, Words

ALERTS = "fleet_alerts"
VIOLATION = "fleet.violation"
VEHICLE = "fleet.vehicle"


def violations_reported(violations: Sequence[Violation], *, now: datetime) -> Message:
    """`violations` are new."""
    newest = violations[-1]
    one = len(violations) == 1
    return _alert(
        (VIOLATION, newest.pk),
        gettext_noop("Violation reported") if one else gettext_noop("Violations reported"),
        "{type}: {plate}" if one else gettext_noop("{count} violations, the last of {plate}"),
        {"type": Words(newest.label), "plate": newest.plate_number, "count": len(violations)},
        {"type": "violation_reported", "violation_id": str(newest.pk)},
        now,
    )


def barred_vehicles_entered(vehicles: Sequence[Vehicle], *, now: datetime) -> Message:
    """`vehicles` came in although their registration is suspended or revoked."""
    last = vehicles[-1]
    one = len(vehicles) == 1
    return _alert(
        (VEHICLE, last.pk),
        gettext_noop("A barred vehicle entered") if one else gettext_noop("Barred vehicles entered"),
        "{plate}" if one else gettext_noop("{count} vehicles, the last {plate}"),
        {"plate": last.plate_number, "count": len(vehicles)},
        {"type": "barred_vehicle_entered", "vehicle_id": str(last.pk)},
        now,
    )


def _alert(
    about: tuple[str, UUID], title: str, body: str, params: dict[str, Any], data: dict[str, str], now: datetime
) -> Message:
    return Message(
        ALERTS, about, title, body, to=selectors.officers(), params=params, data=data, occasion=now.isoformat()
    )
