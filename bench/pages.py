"""What a deployment is asked to do for the measurement of the operators' pages; runs in a hand (tests/hand.py)."""

import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chat.models import Conversation, Participant
from dispatch.models import DamageReport, Estimate, EstimateRequest, PassedOver
from fleet.models import Scan
from notifications.models import Attempt, Delivery, Notice
from shifts.models import Consideration, Shift, ShiftOffer
from tests import booking_crowd, chat_crowd, fleet_crowd
from tests.copying import copy
from tests.factories.notifications import AttemptFactory, DeliveryFactory, NoticeFactory

OPERATOR = "admin@demo.test"
READERS = 1000
FATES: list[dict[str, Any]] = [
    *[{"state": Delivery.State.ACCEPTED, "attempts": 1}] * 6,
    {"state": Delivery.State.OPENED, "attempts": 1},
    {"state": Delivery.State.FAILED, "attempts": 4, "code": "UNAVAILABLE"},
    {"state": Delivery.State.SKIPPED, "reason": Delivery.Reason.MUTED},
    {"state": Delivery.State.WITHDRAWN},
]


# What there is


def reservations(count: int) -> None:
    booking_crowd.crowd(count)


def campus(vehicles: int, logs: int, violations: int, scans: int) -> None:
    fleet_crowd.crowd(vehicles, logs, violations)
    copy([Scan], scans // Scan.objects.count(), hours=0.1)


def messages(count: int, talks: int) -> None:
    copy([Conversation, Participant], talks // Conversation.objects.count(), hours=1)
    chat_crowd.crowd(count, 200)


def reports(count: int) -> None:
    copy([DamageReport, EstimateRequest, Estimate, PassedOver], count // DamageReport.objects.count(), hours=8)


def shifts(count: int) -> None:
    copy([Shift, ShiftOffer, Consideration], count // Shift.objects.count(), hours=8)


def notices(count: int) -> None:
    now = timezone.now()
    users = User.objects.bulk_create(User(email=f"reader{n}@bench.test") for n in range(READERS))
    for n, user in enumerate(users):
        at = now - timedelta(seconds=n)
        notice = NoticeFactory(recipient=user, created_at=at, planned_at=at)
        ended = at + timedelta(seconds=n % 7)
        delivery = DeliveryFactory(
            notice=notice, begun_at=at, ended_at=ended, due_at=at, planned_at=at, **FATES[n % 10]
        )
        if delivery.attempts:
            AttemptFactory(delivery=delivery, at=ended)
    copy([Notice, Delivery, Attempt], count // READERS, hours=0.07)


def settle() -> None:
    """As after a while."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


# What is looked at


def look(path: str, times: int) -> dict[str, Any]:
    """Milliseconds of each look at a page after the first, and what of it is our own and the database's work."""
    client = Client()
    client.force_login(User.objects.get(email=OPERATOR))
    took = [_look(client, path) for _ in range(times + 1)][1:]
    began = time.process_time()
    _look(client, path)
    cpu_ms = (time.process_time() - began) * 1000
    with CaptureQueriesContext(connection) as asked:
        _look(client, path)
    seconds = {query["sql"]: float(query["time"]) for query in asked.captured_queries}
    slowest = max(seconds, key=lambda sql: seconds[sql])
    return {
        "ms": took,
        "cpu_ms": cpu_ms,
        "database_ms": 1000 * sum(seconds.values()),
        "queries": len(asked),
        "slowest": slowest,
    }


def _look(client: Client, path: str) -> float:
    start = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - start) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return took
