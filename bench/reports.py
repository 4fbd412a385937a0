"""What a deployment is asked to do for the measurement of dispatch; runs in a hand (tests/hand.py)."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.unit import unit
from dispatch import selectors
from dispatch.events import REPORT
from dispatch.messages import REPORTS
from dispatch.models import EstimateRequest
from dispatch.services import estimates
from notifications.models import Notice
from tests import dispatch_people

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 120


def open_urgent(owner: UUID, facts: dict[str, Any]) -> dict[str, Any]:
    """How long the owner waited, and when the commit had returned, before the doorbell rang."""
    committed: list[float] = []
    start = time.perf_counter()
    with unit():
        transaction.on_commit(lambda: committed.append(time.time()))
        report_id = dispatch_people.open_report(owner, {**facts, "priority": "urgent"})
    return {"report": report_id, "took": time.perf_counter() - start, "committed": committed[0]}


def follow(report_id: UUID, people: int) -> dict[str, float]:
    """When all were asked, all were told in words, and it was planned for all which ways that takes."""
    asked = EstimateRequest.objects.filter(report=report_id)
    told = Notice.objects.filter(subject_kind=REPORT, subject_key=str(report_id), kind=REPORTS)
    return {
        "asked": _when(lambda: asked.count() == people),
        "told": _when(lambda: told.count() == people),
        "planned": _when(lambda: not told.filter(planned_at=None).exists()),
    }


def accept(owner: UUID, estimate_id: UUID) -> float:
    """Seconds that she waits."""
    estimate = selectors.estimate_to_decide(User.objects.get(pk=owner), estimate_id)
    start = time.perf_counter()
    estimates.accept_estimate(estimate, now=timezone.now())
    return time.perf_counter() - start


def _when(is_so: Callable[[], bool]) -> float:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("It never came to pass.")
        time.sleep(POLL_SECONDS)
    return time.time()
