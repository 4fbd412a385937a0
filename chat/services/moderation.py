"""Messages that somebody wants a moderator to look at."""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from chat import selectors
from chat.conf import limits
from chat.errors import AlreadyDeleted, ReportHandled, TooManyReports
from chat.models import MessageReport
from chat.services.messages import locked, remove
from core.errors import refuse
from core.unit import unit

Status = MessageReport.Status
DAY = timedelta(days=1)


@unit
def report_message(user: User, message_id: UUID, *, reason: str, note: str, now: datetime) -> MessageReport:
    """Kept as it is now: what is edited or deleted afterwards was still said. Once a person and message."""
    message = selectors.message_seen_by(user.pk, message_id)
    known = MessageReport.objects.filter(message=message, reporter=user).first()
    if known is not None:
        return known
    refuse(AlreadyDeleted, unless=message.deleted_at is None)
    today = MessageReport.objects.filter(reporter=user, created_at__gt=now - DAY)
    refuse(TooManyReports, unless=today.count() < limits.reports_per_day)
    report = MessageReport(
        message=message,
        reporter=user,
        reason=reason,
        note=note,
        body=message.body,
        media_name=message.media.name if message.media else "",
        created_at=now,
    )
    MessageReport.objects.bulk_create([report], ignore_conflicts=True)
    return MessageReport.objects.get(message=message, reporter=user)


@unit
def dismiss(report: MessageReport, moderator: User, *, now: datetime) -> None:
    _handle(report, moderator, Status.DISMISSED, now)


@unit
def uphold(report: MessageReport, moderator: User, *, now: datetime) -> None:
    """The message goes, and with it all that others reported of it."""
    message = locked(report.message_id)
    _handle(report, moderator, Status.UPHELD, now)
    others = MessageReport.objects.filter(message=message, status=Status.OPEN)
    others.update(status=Status.UPHELD, handled_by=moderator, handled_at=now)
    remove(message, now=now)


def _handle(report: MessageReport, moderator: User, status: Status, now: datetime) -> None:
    open_one = MessageReport.objects.filter(pk=report.pk, status=Status.OPEN)
    refuse(ReportHandled, unless=open_one.update(status=status, handled_by=moderator, handled_at=now))
