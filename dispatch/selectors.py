from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from dispatch.conf import RINGS_KM
from dispatch.errors import NoSuchEstimate, NoSuchReport, NotAProfessional
from dispatch.geo import distance_expression, within_box
from dispatch.models import (
    Block,
    DamageReport,
    Estimate,
    EstimateRequest,
    PassedOver,
    Professional,
    ReportQuerySet,
)

RECENT = 50

LIVE = [DamageReport.Status.PENDING, DamageReport.Status.IN_PROGRESS]


# Whom to ask.


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
        .select_related("user")
    )


def skilled(report: DamageReport, professionals: Collection[UUID]) -> set[UUID]:
    """Those of them who can do all that the report needs."""
    able = _skilled_enough(report, Professional.objects.filter(pk__in=professionals))
    return set(able.values_list("pk", flat=True))


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


def open_across_blocks() -> QuerySet[EstimateRequest]:
    """What is still open between two of whom one has blocked the other."""
    owner, professional = OuterRef("report__owner"), OuterRef("professional")
    pair = Q(blocker=owner, blocked=professional) | Q(blocker=professional, blocked=owner)
    is_open = {"status__in": EstimateRequest.OPEN, "report__status": DamageReport.Status.PENDING}
    return EstimateRequest.objects.filter(Exists(Block.objects.filter(pair)), **is_open)


def _skilled_enough(report: DamageReport, professionals: QuerySet[Professional]) -> QuerySet[Professional]:
    knows = Professional.skills.through.objects
    for skill in report.skills.values_list("pk", flat=True):
        professionals = professionals.filter(Exists(knows.filter(professional=OuterRef("pk"), skill=skill)))
    return professionals


# Who may see what.


def professional_of(user: User) -> Professional:
    found = Professional.objects.filter(user=user, is_approved=True).first()
    if found is None:
        raise NotAProfessional
    return found


def report(report_id: UUID) -> DamageReport:
    found = reports().filter(pk=report_id).first()
    if found is None:
        raise NoSuchReport
    return found


def reports() -> ReportQuerySet:
    """With how many were asked for an estimate, and how many estimates stand."""
    return DamageReport.objects.prefetch_related("skills", "photos").annotate(
        professionals_notified=_count_of(EstimateRequest.objects.all()),
        estimates_submitted=_count_of(Estimate.objects.standing()),
    )


def _count_of(rows: QuerySet) -> Coalesce:
    counted = rows.filter(report=OuterRef("pk")).order_by().values("report").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def report_of(owner: User, report_id: UUID) -> DamageReport:
    found = reports().filter(owner=owner, pk=report_id).first()
    if found is None:
        raise NoSuchReport
    return found


def requests() -> QuerySet[EstimateRequest]:
    shown = ["report__skills", "report__photos"]
    return with_jobs(EstimateRequest.objects.select_related("report", "professional")).prefetch_related(*shown)


def requests_of(user: User) -> QuerySet[EstimateRequest]:
    return requests().filter(professional=user.pk)


def with_jobs(requests: QuerySet[EstimateRequest]) -> QuerySet[EstimateRequest]:
    """Says of each whether its professional got the job, and so may know where to go."""
    accepted = Estimate.objects.filter(status=Estimate.Status.ACCEPTED, report=OuterRef("report"))
    return requests.select_related("report").annotate(
        has_job=Exists(accepted.filter(professional=OuterRef("professional")))
    )


def request_of(user: User, report_id: UUID) -> EstimateRequest:
    """A report exists for a professional when she was asked for an estimate of it."""
    found = requests_of(user).filter(report=report_id).first()
    if found is None:
        raise NoSuchReport
    return found


def estimates() -> QuerySet[Estimate]:
    return Estimate.objects.select_related("report", "professional__user").prefetch_related("photos")


def estimate_of(professional: User, estimate_id: UUID) -> Estimate:
    return _estimate(estimates().filter(professional=professional.pk), estimate_id)


def estimate_to_decide(owner: User, estimate_id: UUID) -> Estimate:
    return _estimate(estimates().filter(report__owner=owner), estimate_id)


def estimates_of_report(report: DamageReport) -> QuerySet[Estimate]:
    return estimates().filter(report=report).order_by("submitted_at", "pk")


def _estimate(those: QuerySet[Estimate], estimate_id: UUID) -> Estimate:
    found = those.filter(pk=estimate_id).first()
    if found is None:
        raise NoSuchEstimate
    return found


# Who is to hear of it.


def asked(report: DamageReport) -> list[UUID]:
    """In whose view the report is, since they were asked for an estimate of it."""
    return list(report.requests.order_by("pk").values_list("professional_id", flat=True))


def operators() -> list[UUID]:
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True))


# What is in a fresh view.


def recent_reports(user_id: UUID) -> list[str]:
    """All that are open or in work, and the newest of the others."""
    return _keys(DamageReport.objects.filter(owner=user_id).order_by("-created_at", "-pk"), Q(status__in=LIVE), "pk")


def recent_requests(user_id: UUID) -> list[str]:
    """All she may answer, and the newest of the others."""
    mine = EstimateRequest.objects.filter(professional=user_id).order_by("-asked_at", "-pk")
    return _keys(mine, Q(status__in=EstimateRequest.UNANSWERED), "report_id")


def recent_estimates(user_id: UUID) -> list[str]:
    """Her own and those for her reports: all that wait or were accepted, and the newest of the others."""
    mine = Estimate.objects.filter(Q(professional=user_id) | Q(report__owner=user_id)).order_by("-submitted_at", "-pk")
    return _keys(mine, Q(status=Estimate.Status.PENDING) | Q(report__status__in=LIVE), "pk")


def _keys(newest: QuerySet, live: Q, field: str) -> list[str]:
    keys: Iterable[UUID] = [
        *newest.values_list(field, flat=True)[:RECENT],
        *newest.filter(live).values_list(field, flat=True),
    ]
    return [str(key) for key in dict.fromkeys(keys)]
