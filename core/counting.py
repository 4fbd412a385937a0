from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def count_by_status(rows: QuerySet[Any], statuses: Iterable[str]) -> dict[str, int]:
    """How many there are in each, also in those that nothing is in."""
    counted = dict(rows.order_by().values_list("status").annotate(count=Count("pk")))
    return {status: counted.get(status, 0) for status in statuses}


def related_count(rows: QuerySet[Any], to: str) -> Coalesce:
    """How many of these point at each: counted for those that are shown, and not for all there are."""
    counts = rows.filter(**{to: OuterRef("pk")}).order_by().values(to).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


def ratio(part: int, whole: int) -> float | None:
    """None where nothing can be divided."""
    return round(part / whole, 4) if whole else None


def percent_change(before: int, now: int) -> float | None:
    """None where nothing was before."""
    return round(100 * (now - before) / before, 1) if before > 0 else None
