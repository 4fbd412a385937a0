from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.selectors import active_staff
from realtime.boards import BoardKind, touch
from shifts.analytics import coverage
from shifts.serializers import CoverageOut

NAME = "shifts.coverage"
SPAN = timedelta(days=28)


def touch_coverage() -> None:
    touch(NAME)


def show_coverage(argument: str) -> dict[str, Any]:
    """Four weeks back and four ahead."""
    now = timezone.now()
    return dict(CoverageOut(coverage(now - SPAN, now + SPAN, now)).data)


def coordinators(argument: str, users: Collection[UUID]) -> set[UUID]:
    return set() if argument else active_staff(users)


COVERAGE = BoardKind(render=show_coverage, readers=coordinators)
