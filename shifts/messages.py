"""What people read. Whoever may no longer answer an offer is not told why: it is taken back."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from notifications.messages import Importance, Message
from shifts.events import OFFER
from shifts.models import Employee, Shift

OFFERS = "shift_offers"
UPDATES = "shift_updates"

HOUR = timedelta(hours=1)
SHORT_NOTICE = timedelta(hours=24)


def subject(shift: Shift) -> tuple[str, int]:
    return OFFER, shift.pk


def shift_offered(shift: Shift, users: Collection[UUID], *, expires_at: datetime, now: datetime) -> Message:
    return Message(
        OFFERS,
        subject(shift),
        gettext_noop("New shift available"),
        to=users,
        data=_data("shift_offer", shift),
        importance=_importance(shift, now, otherwise=Importance.NORMAL),
        occasion=now.isoformat(),  # whoever is asked again is told again
        expires_at=expires_at,
        **_when_and_where(shift),
    )


def shift_taken(shift: Shift, employee: Employee, *, now: datetime) -> Message:
    """To one who said yes too late."""
    title = gettext_noop("Shift already taken")
    return _update(shift, employee, title, "shift_taken", _importance(shift, now, otherwise=Importance.NORMAL))


def shift_assigned(shift: Shift, employee: Employee, *, now: datetime) -> Message:
    title = gettext_noop("Shift assigned to you")
    return _update(shift, employee, title, "shift_assigned", _importance(shift, now, otherwise=Importance.IMPORTANT))


def shift_cancelled(shift: Shift, employee: Employee, *, now: datetime) -> Message:
    """To the one who was to work it."""
    title = gettext_noop("Your shift was cancelled")
    return _update(shift, employee, title, "shift_cancelled", _importance(shift, now, otherwise=Importance.IMPORTANT))


def _update(shift: Shift, employee: Employee, title: str, type: str, importance: Importance) -> Message:
    return Message(
        UPDATES,
        subject(shift),
        title,
        to=[employee.user_id],
        data=_data(type, shift),
        importance=importance,
        occasion=str(shift.round),
        expires_at=shift.end_at,
        **_when_and_where(shift),
    )


def _importance(shift: Shift, now: datetime, *, otherwise: Importance) -> Importance:
    return Importance.URGENT if shift.start_at < now + SHORT_NOTICE else otherwise


def _data(type: str, shift: Shift) -> dict[str, str]:
    return {"type": type, "shift_id": str(shift.pk)}


def _when_and_where(shift: Shift) -> dict[str, Any]:
    """The body: no word of the client, since a locked phone shows it to everybody."""
    length = (shift.end_at.astimezone(UTC) - shift.start_at.astimezone(UTC)) / HOUR
    params = {"start": shift.local_start, "hours": f"{length:.3g}", "place": shift.location_name}
    body = gettext_noop("{start}, {hours} h, {place}") if shift.location_name else gettext_noop("{start}, {hours} h")
    return {"body": body, "params": params}
