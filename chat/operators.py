"""What operators ask of chat: is it heard, and what is it that somebody has reported.

What people write to each other is nobody else's. The one message that was reported is shown as it was then, and the
few around it, to those who decide on the report; nothing else here tells what anybody has said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from chat import reach
from chat.models import Conversation, Message, MessageReport
from chat.reach import Share
from core.clocks import DAY
from core.counting import count_by_status
from core.ids import first_of

SHOWN = 25
AROUND = 3  # messages before, and after
LATE = timedelta(seconds=10)  # after which a sweep should have come by
HOUR = timedelta(hours=1)

Status = MessageReport.Status


@dataclass(frozen=True, slots=True)
class Backlog:
    """Conversations of which nobody has looked yet whom to push, though it is time."""

    untold: int
    oldest_at: datetime | None

    def age(self, now: datetime) -> float:
        return max((now - self.oldest_at).total_seconds(), 0.0) if self.oldest_at else 0.0


@dataclass(frozen=True, slots=True)
class Overview:
    """`messages`, `conversations`: of the last 24 hours."""

    messages: int
    conversations: int
    last_hour: Share
    last_day: Share
    backlog: Backlog
    open_reports: int
    queue: Sequence[MessageReport]


@dataclass(frozen=True, slots=True)
class Review:
    """`sender`, `reporter`: how often the one was reported and the other has reported, by what became of it."""

    report: MessageReport
    message: Message
    around: Sequence[Message]
    reports: Sequence[MessageReport]
    sender: Mapping[str, int]
    reporter: Mapping[str, int]


def overview(now: datetime) -> Overview:
    lately = Conversation.objects.filter(last_at__gt=now - DAY)
    return Overview(
        messages=messages_since(now - DAY),
        conversations=lately.count(),
        last_hour=reach.share(now - HOUR, now),
        last_day=reach.share(now - DAY, now),
        backlog=backlog(now),
        open_reports=open_reports().count(),
        queue=list(_queue()[:SHOWN]),
    )


def messages_since(since: datetime) -> int:
    return Message.objects.filter(id__gte=first_of(since), created_at__gte=since).count()


def backlog(now: datetime) -> Backlog:
    late = Conversation.objects.filter(look_at__lte=now - LATE).aggregate(count=Count("pk"), oldest=Min("look_at"))
    return Backlog(late["count"], late["oldest"])


def open_reports() -> QuerySet[MessageReport]:
    return MessageReport.objects.filter(status=Status.OPEN)


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


def _queue() -> QuerySet[MessageReport]:
    """The oldest report of each message that somebody is to decide on, and how many there are of it."""
    of_message = open_reports().filter(message=OuterRef("message")).order_by("created_at", "pk")
    oldest = open_reports().filter(pk=Subquery(of_message.values("pk")[:1]))
    times = Count("message__reports", filter=Q(message__reports__status=Status.OPEN))
    return oldest.annotate(times=times).select_related("message__sender", "reporter").order_by("created_at", "pk")


def _around(message: Message) -> list[Message]:
    near = Message.objects.filter(
        conversation=message.conversation_id, seq__gte=message.seq - AROUND, seq__lte=message.seq + AROUND
    )
    return list(near.select_related("sender", "media").order_by("seq"))


def _counted(reports: QuerySet[MessageReport]) -> Mapping[str, int]:
    return count_by_status(reports, Status.values)
