"""Whom a report may be brought to, and whom not (any more): questions that indexes answer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from dispatch.conf import RINGS_KM
from dispatch.geo import distance_expression, within_box
from dispatch.models import (
    Block,
    DamageReport,
    Estimate,
    EstimateQuerySet,
    EstimateRequest,
    PassedOver,
    Professional,
    ReportQuerySet,
)


def candidates(report: DamageReport, now: datetime) -> QuerySet[Professional]:
    """Who is at work, skilled and within the ring, and neither asked nor passed over yet: best first.

    Best is near and of good standing: a professional of the best standing goes before one of the worst who is nearer by
    a whole ring.
    """
    reach = RINGS_KM[report.ring]
    passed_over = PassedOver.objects.filter(report=report, professional=OuterRef("pk"), look_again_at__gt=now)
    return (
        _skilled_enough(report, Professional.objects.at_work())
        .filter(within_box(report.point, reach))
        .exclude(Exists(EstimateRequest.objects.filter(report=report, professional=OuterRef("pk"))))
        .exclude(Exists(passed_over))
        .annotate(distance_km=distance_expression(report.point))
        .filter(distance_km__lte=reach)
        .order_by(F("distance_km") / reach - F("standing"), "pk")
    )


def skilled(report: DamageReport, professionals: Collection[UUID]) -> set[UUID]:
    """Those of them who can do all that the report needs."""
    able = _skilled_enough(report, Professional.objects.filter(pk__in=professionals))
    return set(able.values_list("pk", flat=True))


def active(users: Collection[UUID]) -> set[UUID]:
    """Those of them who still have their accounts."""
    return set(User.objects.filter(pk__in=users, is_active=True).values_list("pk", flat=True))


def blocked_by_or_blocking(user_id: UUID) -> set[UUID]:
    pairs = Block.objects.filter(Q(blocker=user_id) | Q(blocked=user_id)).values_list("blocker", "blocked")
    return {either for pair in pairs for either in pair} - {user_id}


def reports_near(professional: Professional, now: datetime) -> ReportQuerySet:
    """Open reports in a ring wide enough to have her in it, of which she was not asked."""
    in_ring = Q()
    for ring, reach in enumerate(RINGS_KM):
        in_ring |= Q(within_box(professional.point, reach), ring=ring)
    asked = EstimateRequest.objects.filter(report=OuterRef("pk"), professional=professional)
    return DamageReport.objects.pending().filter(in_ring, ~Exists(asked), expires_at__gt=now)


def open_to_be_parted() -> QuerySet[EstimateRequest]:
    """What is still open between two of whom one has blocked the other, or to a professional who is gone."""
    owner, professional = OuterRef("report__owner"), OuterRef("professional")
    pair = Q(blocker=owner, blocked=professional) | Q(blocker=professional, blocked=owner)
    is_parted = Exists(Block.objects.filter(pair)) | Q(professional__user__is_active=False)
    is_open = {"status__in": EstimateRequest.OPEN, "report__status": DamageReport.Status.PENDING}
    return EstimateRequest.objects.filter(is_parted, **is_open)


def jobs_of_the_departed() -> EstimateQuerySet:
    in_work = {"status": Estimate.Status.ACCEPTED, "report__status": DamageReport.Status.IN_PROGRESS}
    return Estimate.objects.filter(professional__user__is_active=False, **in_work)


def reports_of_the_departed() -> ReportQuerySet:
    """Those that still say something of their owners."""
    return DamageReport.objects.filter(owner__anonymised_at__isnull=False).exclude(description="")


def _skilled_enough(report: DamageReport, professionals: QuerySet[Professional]) -> QuerySet[Professional]:
    knows = Professional.skills.through.objects
    for skill in report.skills.values_list("pk", flat=True):
        professionals = professionals.filter(Exists(knows.filter(professional=OuterRef("pk"), skill=skill)))
    return professionals
