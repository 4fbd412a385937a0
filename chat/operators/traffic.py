"""How much is written, and whether it arrives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Sum

from chat.models import Conversation, Media, Message, Reach
from chat.reach import Share
from core.ids import first_of
from core.measuring import Parts

LATE = timedelta(seconds=10)  # after which a sweep should have come by


@dataclass(frozen=True, slots=True)
class Backlog:
    """Conversations of which nobody has looked yet whom to push, though it is time."""

    untold: int
    oldest_at: datetime | None

    def age(self, now: datetime) -> float:
        return max((now - self.oldest_at).total_seconds(), 0.0) if self.oldest_at else 0.0


@dataclass(frozen=True, slots=True)
class Volume:
    kind: str
    count: int
    size: int  # bytes


def backlog(now: datetime) -> Backlog:
    late = Conversation.objects.filter(look_at__lte=now - LATE).aggregate(count=Count("pk"), oldest=Min("look_at"))
    return Backlog(late["count"], late["oldest"])


def messages(parts: Parts) -> list[int]:
    """Sent in each part. Index: ids, which are as old as their messages."""
    sent = Message.objects.filter(id__gte=first_of(parts.since), created_at__gte=parts.since).order_by()
    found = dict(sent.values_list(parts.number_of("created_at")).annotate(count=Count("pk")))
    return [found.get(part, 0) for part in range(parts.count)]


def conversations(parts: Parts) -> list[int]:
    """Begun in each part. Index: ids."""
    begun = Conversation.objects.filter(id__gte=first_of(parts.since), created_at__gte=parts.since).order_by()
    found = dict(begun.values_list(parts.number_of("created_at")).annotate(count=Count("pk")))
    return [found.get(part, 0) for part in range(parts.count)]


def shares(parts: Parts) -> list[Share]:
    """Reached in time, of what was sent in each part. Index: begun_at."""
    judged = Reach.objects.filter(begun_at__gte=parts.since, begun_at__lt=parts.until).order_by()
    sums = {name: Sum(name) for name in ("due", "reached", "unreachable")}
    counted = judged.values_list(parts.number_of("begun_at")).annotate(**sums)
    found = {part: Share(*counts) for part, *counts in counted}
    return [found.get(part, Share(0, 0, 0)) for part in range(parts.count)]


def media(since: datetime) -> list[Volume]:
    """Uploaded since then. Index: created_at."""
    uploaded = Media.objects.filter(created_at__gte=since).order_by("kind")
    return [Volume(*row) for row in uploaded.values_list("kind").annotate(count=Count("pk"), size=Sum("size"))]
