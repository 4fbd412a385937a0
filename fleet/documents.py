"""The report of a vehicle as a PDF of one or two pages, in the language that is active."""

from datetime import datetime
from threading import BoundedSemaphore

from django.utils.translation import get_language, get_language_bidi, gettext, gettext_noop
from django.utils.translation import gettext as _

from core.errors import Busy, refuse
from core.pdf import Sheet
from fleet.models import Vehicle, VehicleLog, Violation
from fleet.ranges import midnight, zone
from fleet.reports import Report, Validity

AT_ONCE = 2  # of a process: each takes a core for some tenths of a second
PATIENCE = 5.0  # seconds
ROWS = 12  # of a table
NONE = "–"

WORDS = {
    Validity.VALID: gettext_noop("Valid"),
    Validity.EXPIRING: gettext_noop("Expires soon"),
    Validity.EXPIRED: gettext_noop("Expired"),
    Validity.NOT_STARTED: gettext_noop("Not yet valid"),
    Validity.NOT_SET: gettext_noop("Not set"),
    Vehicle.Type.TWO_WHEELED: gettext_noop("Two wheels"),
    Vehicle.Type.FOUR_WHEELED: gettext_noop("Four wheels"),
    Vehicle.Status.ONSITE: gettext_noop("On the campus"),
    Vehicle.Status.OFFSITE: gettext_noop("Off the campus"),
    Vehicle.Registration.ACTIVE: gettext_noop("Active"),
    Vehicle.Registration.SUSPENDED: gettext_noop("Suspended"),
    Vehicle.Registration.EXPIRED: gettext_noop("Expired"),
    Vehicle.Registration.REVOKED: gettext_noop("Revoked"),
    Violation.Status.PENDING: gettext_noop("Pending"),
    Violation.Status.CONFIRMED: gettext_noop("Confirmed"),
    Violation.Status.SANCTIONED: gettext_noop("Sanctioned"),
    Violation.Status.DISMISSED: gettext_noop("Dismissed"),
    Violation.Type.PARKING: gettext_noop("Parking Violation"),
    Violation.Type.SPEED: gettext_noop("Speed Violation"),
    Violation.Type.NO_REGISTRATION: gettext_noop("No Valid Registration"),
    Violation.Type.NO_LICENSE: gettext_noop("No Valid License"),
    Violation.Type.RECKLESS_DRIVING: gettext_noop("Reckless Driving"),
    Violation.Type.UNAUTHORIZED_ENTRY: gettext_noop("Unauthorized Entry"),
    Violation.Type.IMPROPER_PARKING: gettext_noop("Improper Parking"),
    Violation.Type.MODIFICATION: gettext_noop("Vehicle Modification"),
    Violation.Type.OVER_SPEEDING: gettext_noop("Over Speeding"),
    Violation.Type.EXPIRED_MVP: gettext_noop("Expired MVP Registration"),
    Violation.Type.OTHER: gettext_noop("Other"),
}

_desks = BoundedSemaphore(AT_ONCE)


def document(report: Report) -> bytes:
    """The same report in the same language is the same bytes."""
    refuse(Busy, unless=_desks.acquire(timeout=PATIENCE))
    try:
        return _written(report)
    finally:
        _desks.release()


def _written(report: Report) -> bytes:
    vehicle, language = report.vehicle, get_language() or "en"
    made_at = midnight(report.today)
    sheet = Sheet(
        _("Vehicle report: {plate}").format(plate=vehicle.plate_number),
        language=language,
        is_from_right=get_language_bidi(),
        at=made_at,
    )
    sheet.title(vehicle.plate_number, _("Vehicle report of {day}").format(day=report.today))
    _write_registration(sheet, report)
    _write_charts(sheet, report)
    _write_violations(sheet, report)
    _write_logs(sheet, report)
    return sheet.content()


def _write_registration(sheet: Sheet, report: Report) -> None:
    vehicle, left = report.vehicle, report.days_until_expiration
    sheet.figures(
        [
            (_("Days until expiration"), NONE if left is None else str(left)),
            (_("Pending violations"), str(report.active_violations)),
            (_("Violations"), str(report.total_violations)),
            (_("Entries and exits"), str(report.movements.total)),
        ]
    )
    sheet.facts(
        [
            (_("Owner"), vehicle.owner_name),
            (_("Department"), vehicle.department or NONE),
            (_("School ID"), vehicle.school_id or NONE),
            (_("Type"), word(vehicle.vehicle_type)),
            (_("Model"), vehicle.vehicle_model or NONE),
            (_("Color"), vehicle.vehicle_color or NONE),
            (_("Registered on"), str(report.registered_on)),
            (_("Valid until"), str(vehicle.registration_valid_until or NONE)),
            (_("Registration"), word(vehicle.registration_status)),
            (_("Last seen"), word(vehicle.status)),
            (_("Validity"), word(report.validity)),
        ]
    )
    sheet.progress(report.progress)


def _write_charts(sheet: Sheet, report: Report) -> None:
    if report.types:
        sheet.heading(_("Violations by type"))
        sheet.bars([(word(kind), count) for kind, count in report.types])
    sheet.heading(_("Entries and exits from {first} to {last}").format(first=report.days.first, last=report.days.last))
    sheet.columns([(bucket.category, movements.total) for bucket, movements in report.logs])


def _write_violations(sheet: Sheet, report: Report) -> None:
    sheet.heading(_("Violation history"))
    sheet.table(
        [_("Reported"), _("Type"), _("By"), _("Status")],
        [3, 6, 4, 3],
        [
            [_minute(one.reported_at), _kind(one), report.names.get(one.source, NONE), word(one.status)]
            for one in report.violations[:ROWS]
        ],
    )
    _write_rest(sheet, report.total_violations)


def _write_logs(sheet: Sheet, report: Report) -> None:
    sheet.heading(_("Recent logs"))
    shown = report.recent_logs[:ROWS]
    sheet.table(
        [_("In"), _("Out"), _("Minutes"), _("Updated by")],
        [3, 3, 2, 4],
        [
            [_minute(log.in_at), _minute(log.out_at), _minutes(log), report.names.get(log.out_by or log.in_by, NONE)]
            for log in shown
        ],
    )
    _write_rest(sheet, len(report.recent_logs))


def _write_rest(sheet: Sheet, of: int) -> None:
    if of == 0:
        sheet.note(_("None."))
    elif of > ROWS:
        sheet.note(_("The newest {count}.").format(count=ROWS))


def word(value: str) -> str:
    """A status or a type, as people say it."""
    return gettext(WORDS[value]) if value in WORDS else value or NONE


def _kind(violation: Violation) -> str:
    """With the note that says what another kind of violation it is."""
    return word(violation.type) + violation.label.removeprefix(violation.type)


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(zone()):%Y-%m-%d %H:%M}" if moment else NONE


def _minutes(log: VehicleLog) -> str:
    return NONE if log.minutes is None else str(log.minutes)
