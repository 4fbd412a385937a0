"""What has had its time is forgotten; nothing waits for this, since every reader compares with the clock."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import QuerySet

from accounts.models import Code, Session, Ticket, UsedSignature
from core.unit import unit

BATCH = 1000


def forget_expired(now: datetime) -> int:
    return sum(
        _forget_in_lots(rows)
        for rows in [
            Code.objects.filter(expires_at__lte=now),
            Ticket.objects.filter(expires_at__lte=now),
            Session.objects.filter(expires_at__lte=now),
            UsedSignature.objects.filter(expires_at__lte=now),
            BrowserSession.objects.filter(expire_date__lte=now),
        ]
    )


def _forget_in_lots(rows: QuerySet[Any]) -> int:
    """Of some of them there are thousands, and who writes meanwhile should not wait for all."""
    forgotten = 0
    while lot := list(rows.values_list("pk", flat=True)[:BATCH]):
        forgotten += _forget(rows.filter(pk__in=lot))
    return forgotten


@unit
def _forget(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]
