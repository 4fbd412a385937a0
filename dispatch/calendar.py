"""Deadlines, for whatever calendar somebody uses. Where a vehicle is does not leave with them: feeds are shared."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import TRANSP, Event

from accounts.models import User
from core.calendars import feed, one_line, uid
from dispatch import selectors
from dispatch.models import DamageReport, EstimateRequest

FEED = "dispatch"


def url(token: str) -> str:
    return f"{settings.PUBLIC_URL}/api/dispatch/calendar/{token}.ics"


def deadlines(user: User, now: datetime) -> bytes:
    """What she may still answer, and among what she may still choose: an event that is settled is gone."""
    with translation.override(user.locale):
        requests = map(_estimate_due, selectors.requests_to_answer(user, now))
        reports = map(_choice_due, selectors.reports_to_decide(user, now))
        return feed("Dispatch", _("Estimates"), user.pk, [*requests, *reports])


def _estimate_due(request: EstimateRequest) -> Event:
    report = request.report
    return Event.new(
        uid=uid(request.report_id, f"request {request.professional_id}"),
        summary=_line(_("Estimate due: {vehicle}"), report),
        start=report.answer_by,
        stamp=request.asked_at,
        sequence=_sequence(report),
        transparency=TRANSP.TRANSPARENT,
        url=f"{settings.PUBLIC_URL}/api/dispatch/requests/{report.pk}",
    )


def _choice_due(report: DamageReport) -> Event:
    """From when the answers are due until the report expires."""
    return Event.new(
        uid=uid(report.pk, "report"),
        summary=_line(_("Choose an estimate: {vehicle}"), report),
        start=report.answer_by,
        end=report.expires_at,
        stamp=report.created_at,
        sequence=_sequence(report),
        transparency=TRANSP.TRANSPARENT,
        url=f"{settings.PUBLIC_URL}/api/dispatch/reports/{report.pk}",
    )


def _sequence(report: DamageReport) -> int:
    """A deadline moves when the owner changes the report, and when it is looked for farther away."""
    return report.generation + report.ring


def _line(text: str, report: DamageReport) -> str:
    """One line, whatever an owner calls a vehicle."""
    return one_line(text.format(vehicle=report.vehicle))
