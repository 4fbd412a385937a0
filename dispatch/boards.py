"""Figures that several look at together, and that may lag a second behind."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.selectors import active_staff
from core.ids import uuid_or_none
from core.unit import unit
from dispatch import analytics
from dispatch.models import DamageReport, EstimateRequest, Professional
from realtime import presence
from realtime.boards import BoardKind, split, touch
from realtime.models import Board

DISTRIBUTION = "dispatch.distribution"
PROFESSIONAL = "dispatch.professional"
OWNER = "dispatch.owner"
OVERVIEW = "dispatch.overview"

SPAN = timedelta(days=28)


def touch_report(report: DamageReport) -> None:
    touch(f"{DISTRIBUTION}:{report.pk}", f"{OWNER}:{report.owner_id}", OVERVIEW)


def touch_professionals(professionals: Iterable[UUID]) -> None:
    """Of what each did, or what was decided about her. What happens to many at once shows within minutes."""
    touch(*(f"{PROFESSIONAL}:{professional}" for professional in professionals))


@unit
def touch_watched() -> None:
    """Beat: what happened to many at once, for the professionals who are there to see it."""
    names = Board.objects.filter(name__startswith=f"{PROFESSIONAL}:").values_list("name", flat=True)
    touch_professionals(presence.online([UUID(split(name)[1]) for name in names]))


def show_distribution(report_id: str) -> dict[str, Any]:
    return asdict(analytics.distribution(UUID(report_id)))


def show_professional(user_id: str) -> dict[str, Any]:
    return asdict(analytics.professional(UUID(user_id), since=timezone.now() - analytics.RECENTLY))


def show_owner(user_id: str) -> dict[str, Any]:
    return asdict(analytics.owner(UUID(user_id)))


def show_overview(argument: str) -> dict[str, Any]:
    now = timezone.now()
    return asdict(analytics.overview(now - SPAN, now))


def sees_distribution(report_id: str, users: Collection[UUID]) -> set[UUID]:
    """Its owner, all who were asked, and staff."""
    key = uuid_or_none(report_id)
    report = DamageReport.objects.filter(pk=key).first() if key else None
    if report is None:
        return set()
    asked = EstimateRequest.objects.filter(report=report, professional__in=users)
    return {*asked.values_list("professional_id", flat=True), *active_staff(users), *({report.owner_id} & {*users})}


def is_professional(user_id: str, users: Collection[UUID]) -> set[UUID]:
    key = uuid_or_none(user_id)
    return {key} & {*users} if key and Professional.objects.filter(pk=key).exists() else set()


def is_owner(user_id: str, users: Collection[UUID]) -> set[UUID]:
    return {key for key in users if key == uuid_or_none(user_id)}


def operators(argument: str, users: Collection[UUID]) -> set[UUID]:
    return set() if argument else active_staff(users)


BOARDS = {
    DISTRIBUTION: BoardKind(render=show_distribution, readers=sees_distribution),
    PROFESSIONAL: BoardKind(render=show_professional, readers=is_professional),
    OWNER: BoardKind(render=show_owner, readers=is_owner),
    OVERVIEW: BoardKind(render=show_overview, readers=operators),
}
