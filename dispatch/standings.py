"""Who is asked first: a number from 0 to 1 for every professional, renewed from what she did lately.

Each part is a mean that begins at a middling prior and moves with evidence, so that who is new is neither starved nor
preferred (a Beta-Binomial mean for the rates, the weighted rating of film charts for the stars).
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from core.unit import unit
from dispatch.analytics import ANSWERED, RECENTLY
from dispatch.models import Estimate, EstimateRequest, Professional

WEIGHTS = {"response": 0.5, "rating": 0.3, "wins": 0.2}
PRIOR = 0.5
PRIOR_WEIGHT = 5  # as much as so many answers, decisions or reviews
STARS = 5
LOT = 1000
NOTICEABLE = 0.001


def renew(now: datetime) -> int:
    """All professionals, a lot in a unit; answers how many stand otherwise than before."""
    changed, last = 0, None
    while True:
        lot = Professional.objects.order_by("pk").filter(**({"pk__gt": last} if last else {}))[:LOT]
        ids = list(lot.values_list("pk", flat=True))
        if not ids:
            return changed
        changed += _renew(ids, now)
        last = ids[-1]


def standing(*, answered: int, missed: int, won: int, lost: int, rating_sum: int, rating_count: int) -> float:
    parts = {
        "response": _mean(answered, answered + missed),
        "wins": _mean(won, won + lost),
        "rating": _mean((rating_sum - rating_count) / (STARS - 1), rating_count),
    }
    return sum(weight * parts[name] for name, weight in WEIGHTS.items())


@unit
def _renew(ids: list[UUID], now: datetime) -> int:
    requests = EstimateRequest.objects.filter(professional__in=ids, asked_at__gte=now - RECENTLY)
    estimates = Estimate.objects.filter(professional__in=ids, submitted_at__gte=now - RECENTLY)
    answers = _counts(requests, answered=ANSWERED, missed=Q(status=EstimateRequest.Status.CEASED))
    wins = _counts(estimates, won=Q(status=Estimate.Status.ACCEPTED), lost=Q(declined_because__in=["owner", "rival"]))
    none = {"answered": 0, "missed": 0, "won": 0, "lost": 0}
    moved = []
    for her in Professional.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True):
        record = {**none, **answers.get(her.pk, {}), **wins.get(her.pk, {})}
        renewed = standing(**record, rating_sum=her.rating_sum, rating_count=her.rating_count)
        if abs(renewed - her.standing) > NOTICEABLE:
            her.standing = renewed
            moved.append(her)
    Professional.objects.bulk_update(moved, ["standing"])
    return len(moved)


def _counts(rows: QuerySet, **of: Q) -> dict[UUID, dict[str, int]]:
    counts = {name: Count("pk", filter=condition) for name, condition in of.items()}
    counted = rows.order_by().values("professional").annotate(**counts)
    return {row["professional"]: {name: row[name] for name in counts} for row in counted}


def _mean(good: float, count: int) -> float:
    return (good + PRIOR * PRIOR_WEIGHT) / (count + PRIOR_WEIGHT)
