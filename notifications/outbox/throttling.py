"""When it is more of a kind than somebody can be expected to look at."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from notifications import catalogue, trees
from notifications.catalogue import Throttle
from notifications.models import Delivery, Notice


class Throttling:
    """How much of each kind was pushed to these recipients lately, counted on as notices are planned."""

    def __init__(self, pushed: Counter[tuple[UUID, str]]) -> None:
        self._pushed = pushed

    @classmethod
    def of(cls, notices: Sequence[Notice], now: datetime) -> "Throttling":
        recipients: defaultdict[str, set[UUID]] = defaultdict(set)
        for notice in notices:
            if throttle_of(notice):
                recipients[notice.kind].add(notice.recipient_id)
        pushed: Counter[tuple[UUID, str]] = Counter()
        for kind, users in recipients.items():
            for user_id, number in _pushed_to(users, kind, now):
                pushed[user_id, kind] = number
        return cls(pushed)

    def is_too_much(self, notice: Notice) -> bool:
        """Counts the notice in."""
        throttle = throttle_of(notice)
        if throttle is None:
            return False
        self._pushed[notice.recipient_id, notice.kind] += 1
        return self._pushed[notice.recipient_id, notice.kind] > throttle.most


def throttle_of(notice: Notice) -> Throttle | None:
    """None for what passes: the important, the mandatory, and what takes a way of its own."""
    kind = catalogue.kind(notice.kind)
    is_bounded = notice.importance == Notice.Importance.NORMAL and not kind.is_mandatory and kind.tree is None
    return kind.throttle if is_bounded else None


def _pushed_to(users: set[UUID], kind: str, now: datetime) -> list[tuple[UUID, int]]:
    throttle = catalogue.kind(kind).throttle
    if throttle is None:
        return []
    pushed = (
        Notice.objects.filter(recipient__in=users, kind=kind, planned_at__gt=now - throttle.per)
        .filter(deliveries__channel=trees.FCM)
        .exclude(deliveries__reason=Delivery.Reason.DIGESTED)
        .order_by()
    )
    return list(pushed.values_list("recipient").annotate(pushed=Count("pk", distinct=True)))
