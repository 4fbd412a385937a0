"""What officers read. Of a batch they are told once."""

from collections.abc import Sequence
from datetime import datetime

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
    return Message(
        ALERTS,
        (VIOLATION, newest.pk),
        gettext_noop("Violation reported") if one else gettext_noop("Violations reported"),
        "{type}: {plate}" if one else gettext_noop("{count} violations, the last of {plate}"),
        to=selectors.officers(),
        params={"type": Words(newest.label), "plate": newest.plate_number, "count": len(violations)},
        data={"type": "violation_reported", "violation_id": str(newest.pk)},
        occasion=now.isoformat(),
    )


def barred_vehicles_entered(vehicles: Sequence[Vehicle], *, now: datetime) -> Message:
    """`vehicles` came in although their registration is suspended or revoked."""
    last = vehicles[-1]
    one = len(vehicles) == 1
    return Message(
        ALERTS,
        (VEHICLE, last.pk),
        gettext_noop("A barred vehicle entered") if one else gettext_noop("Barred vehicles entered"),
        "{plate}" if one else gettext_noop("{count} vehicles, the last {plate}"),
        to=selectors.officers(),
        params={"plate": last.plate_number, "count": len(vehicles)},
        data={"type": "barred_vehicle_entered", "vehicle_id": str(last.pk)},
        occasion=now.isoformat(),
    )
