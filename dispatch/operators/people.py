"""Of the professionals: who is asked most and how she answers, who is never asked, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from core.counting import ratio
from dispatch.analytics import ANSWERED
from dispatch.models import Estimate, EstimateRequest, PassedOver, Professional, ReportQuerySet
from dispatch.operators.insight import Counts, in_words, reasons_of

Status = EstimateRequest.Status

LOT = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """`open`: not answered, and she still can."""

    professional: Professional
    asked: int
    open: int
    answered: int
    missed: int
    won: int

    @property
    def response_rate(self) -> float | None:
        return ratio(self.answered, self.answered + self.missed)


@dataclass(frozen=True, slots=True)
class NeverAsked:
    """Of those at work. `reasons`: how often each spoke against asking one of them."""

    count: int
    passed_over: Sequence[tuple[Professional, str, int]]
    reasons: Counts


def busiest(reports: ReportQuerySet, at_most: int) -> list[Asked]:
    rows = list(_answers(reports).order_by("-asked", "professional")[:at_most])
    return list(_with_names(rows, reports))


def all_asked(reports: ReportQuerySet) -> Iterator[Asked]:
    rows = list(_answers(reports).order_by("-asked", "professional"))
    for start in range(0, len(rows), LOT):
        yield from _with_names(rows[start : start + LOT], reports)


def never_asked(since: datetime, reports: ReportQuerySet, at_most: int) -> NeverAsked:
    """About nothing since then; what speaks against asking them is of these reports."""
    asked = EstimateRequest.objects.filter(professional=OuterRef("pk"), asked_at__gte=since)
    never = Professional.objects.at_work().exclude(Exists(asked))
    passed_over = PassedOver.objects.filter(professional__in=never.values("pk"), report__in=reports).order_by()
    counted = passed_over.values_list("professional", "reasons").annotate(count=Count("pk"))
    rows = list(counted.order_by("-count", "professional")[:at_most])
    people = Professional.objects.in_bulk([professional for professional, *_ in rows])
    return NeverAsked(
        count=never.count(),
        passed_over=[(people[professional], in_words(reasons), count) for professional, reasons, count in rows],
        reasons=reasons_of(passed_over),
    )


def _answers(reports: ReportQuerySet) -> QuerySet[EstimateRequest, dict[str, int]]:
    return (
        EstimateRequest.objects.filter(report__in=reports)
        .values("professional")
        .annotate(
            asked=Count("pk"),
            open=Count("pk", filter=Q(status__in=EstimateRequest.UNANSWERED)),
            answered=Count("pk", filter=ANSWERED),
            missed=Count("pk", filter=Q(status=Status.CEASED)),
        )
    )


def _with_names(rows: Sequence[dict[str, int]], reports: ReportQuerySet) -> Iterator[Asked]:
    ids = [row["professional"] for row in rows]
    people = Professional.objects.in_bulk(ids)
    jobs = Estimate.objects.filter(professional__in=ids, status=Estimate.Status.ACCEPTED, report__in=reports)
    won: dict[UUID, int] = dict(jobs.order_by().values_list("professional").annotate(count=Count("pk")))
    for row in rows:
        her = people[row.pop("professional")]
        yield Asked(her, won=won.get(her.pk, 0), **row)
