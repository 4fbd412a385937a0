"""What has had its time is forgotten; nothing waits for this, since every reader compares with the clock."""

from datetime import datetime

from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import QuerySet

from accounts.models import Code, Session, Ticket
from core.unit import unit


def forget_expired(now: datetime) -> int:
    expired: list[QuerySet[Code] | QuerySet[Ticket] | QuerySet[Session] | QuerySet[BrowserSession]] = [
        Code.objects.filter(expires_at__lte=now),
        Ticket.objects.filter(expires_at__lte=now),
        Session.objects.filter(expires_at__lte=now),
        BrowserSession.objects.filter(expire_date__lte=now),
    ]
    return sum(_forget(rows) for rows in expired if rows.exists())


@unit
def _forget(rows: QuerySet) -> int:
    return rows.delete()[0]
