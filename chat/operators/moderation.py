"""Messages that somebody has reported: what waits, and what a report is decided by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from chat.models import Message, MessageReport
from core.counting import count_by_status

SHOWN = 25
AROUND = 3  # messages before, and after

Status = MessageReport.Status


@dataclass(frozen=True, slots=True)
class Review:
    """`sender`, `reporter`: how often the one was reported and the other has reported, by what became of it."""

    report: MessageReport
    message: Message
    around: Sequence[Message]
    reports: Sequence[MessageReport]
    sender: Mapping[str, int]
    reporter: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reported:
    """Whose messages were reported, and what became of that."""

    user: User
    count: int
    open: int
    upheld: int
    dismissed: int


def open_reports() -> QuerySet[MessageReport]:
    return MessageReport.objects.filter(status=Status.OPEN)


def queue() -> QuerySet[MessageReport]:
    """The oldest report of each message that somebody is to decide on, and how many there are of it."""
    of_message = open_reports().filter(message=OuterRef("message")).order_by("created_at", "pk")
    oldest = open_reports().filter(pk=Subquery(of_message.values("pk")[:1]))
    times = Count("message__reports", filter=Q(message__reports__status=Status.OPEN))
    return oldest.annotate(times=times).select_related("message__sender", "reporter").order_by("created_at", "pk")


def most_reported(since: datetime, at_most: int) -> list[Reported]:
    """By those who were right to report, then by all."""
    states = {status.value: Count("pk", filter=Q(status=status)) for status in Status}
    reports = MessageReport.objects.filter(created_at__gte=since).order_by().values("message__sender")
    counted = reports.annotate(count=Count("pk"), **states).order_by("-upheld", "-count", "message__sender")[:at_most]
    senders = User.objects.in_bulk([row["message__sender"] for row in counted])
    return [Reported(senders[row.pop("message__sender")], **row) for row in counted]


def decided(since: datetime) -> Mapping[str, int]:
    """What became of the reports that came in since then."""
    return _counted(MessageReport.objects.filter(created_at__gte=since))


def review(report: MessageReport) -> Review:
    message = Message.objects.select_related("sender", "media", "conversation").get(pk=report.message_id)
    return Review(
        report=report,
        message=message,
        around=_around(message),
        reports=list(message.reports.select_related("reporter", "handled_by").order_by("created_at", "pk")[:SHOWN]),
        sender=_counted(MessageReport.objects.filter(message__sender=message.sender_id)),
        reporter=_counted(MessageReport.objects.filter(reporter=report.reporter_id)),
    )


def _around(message: Message) -> list[Message]:
    near = Message.objects.filter(
        conversation=message.conversation_id, seq__gte=message.seq - AROUND, seq__lte=message.seq + AROUND
    )
    return list(near.select_related("sender", "media").order_by("seq"))


def _counted(reports: QuerySet[MessageReport]) -> Mapping[str, int]:
    return count_by_status(reports, Status.values)
