"""Deadlines, for whatever calendar somebody uses. Where a vehicle is does not leave with them: feeds are shared."""

from datetime import datetime, timedelta
from unicodedata import category
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import TRANSP, Calendar, Event

from accounts.models import User
from dispatch import selectors
from dispatch.models import DamageReport, EstimateRequest

FEED = "dispatch"
REFRESH = timedelta(hours=1)
PRODUCT = "-//Realtime server//Dispatch//EN"


def url(token: str) -> str:
    return f"{settings.PUBLIC_URL}/api/dispatch/calendar/{token}.ics"


def deadlines(user: User, now: datetime) -> bytes:
    """What she may still answer, and among what she may still choose: an event that is settled is gone."""
    with translation.override(user.locale):
        requests = map(_estimate_due, selectors.requests_to_answer(user, now))
        reports = map(_choice_due, selectors.reports_to_decide(user, now))
        feed = Calendar.new(
            prodid=PRODUCT,
            name=_("Estimates"),
            refresh_interval=REFRESH,
            uid=_uid(user.pk, "calendar"),
            subcomponents=[*requests, *reports],
        )
    return feed.to_ical()


def _estimate_due(request: EstimateRequest) -> Event:
    report = request.report
    return Event.new(
        uid=_uid(request.report_id, f"request {request.professional_id}"),
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
        uid=_uid(report.pk, "report"),
        summary=_line(_("Choose an estimate: {vehicle}"), report),
        start=report.answer_by,
        end=report.expires_at,
        stamp=report.created_at,
        sequence=_sequence(report),
        transparency=TRANSP.TRANSPARENT,
        url=f"{settings.PUBLIC_URL}/api/dispatch/reports/{report.pk}",
    )


def _uid(key: UUID, of: str) -> str:
    """The same for as long as the thing exists."""
    return f"{uuid5(key, of)}@{urlsplit(settings.PUBLIC_URL).hostname}"


def _sequence(report: DamageReport) -> int:
    """A deadline moves when the owner changes the report, and when it is looked for farther away."""
    return report.generation + report.ring


def _line(text: str, report: DamageReport) -> str:
    """One line, whatever an owner calls a vehicle: other controls than line ends have no place in a calendar at all."""
    words = text.format(vehicle=report.vehicle).split()
    return "".join(sign for sign in " ".join(words) if category(sign) != "Cc")
