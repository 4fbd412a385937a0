from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from accounts.models import User
from dispatch.errors import NoSuchEstimate, NoSuchPhoto, NoSuchReport, NoSuchUser, NotAProfessional
from dispatch.models import (
    Block,
    DamageReport,
    Estimate,
    EstimateQuerySet,
    EstimateRequest,
    Photo,
    Professional,
    ReportQuerySet,
    RequestQuerySet,
)

RECENT = 50


# Who may see what.


def professional_of(user: User) -> Professional:
    found = Professional.objects.filter(user=user, is_approved=True).first()
    if found is None:
        raise NotAProfessional
    return found


def profile_of(user: User) -> Professional:
    """Also while she waits for approval."""
    found = Professional.objects.filter(user=user).first()
    if found is None:
        raise NotAProfessional
    return found


def is_professional(user: User) -> bool:
    return Professional.objects.filter(user=user).exists()


def may_report(user: User) -> bool:
    """Everybody may; who repairs is shown it once he has."""
    return not is_professional(user) or DamageReport.objects.filter(owner=user).exists()


def professional_known_to(user: User, professional_id: UUID) -> Professional:
    """An owner knows who has sent her an estimate; for anybody else there is no such person."""
    met = Estimate.objects.filter(professional=OuterRef("pk"), report__owner=user)
    known = Q() if user.is_staff else Q(pk=user.pk) | Exists(met)
    found = Professional.objects.filter(known, pk=professional_id).select_related("user").first()
    if found is None:
        raise NoSuchUser
    return found


def blocks_of(user: User) -> QuerySet[Block]:
    """With what she knows of each: the name on his newest estimate, or his newest report that she was asked for."""
    his_estimates = Estimate.objects.filter(report__owner=user, professional=OuterRef("blocked")).order_by("-pk")
    her_requests = EstimateRequest.objects.filter(professional=user.pk, report__owner=OuterRef("blocked"))
    return Block.objects.filter(blocker=user).annotate(
        professional_name=Subquery(his_estimates.values("professional_name")[:1]),
        report_id=Subquery(her_requests.order_by("-pk").values("report")[:1], output_field=UUIDField()),
    )


def report(report_id: UUID) -> DamageReport:
    return _report(reports(), report_id)


def reports() -> ReportQuerySet:
    """With how many were asked for an estimate, how many estimates stand, and the stars of its review."""
    return DamageReport.objects.prefetch_related("skills", "photos").annotate(
        professionals_notified=_count_of(EstimateRequest.objects.all()),
        estimates_submitted=_count_of(Estimate.objects.standing()),
        rating=F("review__rating"),
    )


def _count_of(rows: QuerySet, report: str = "pk") -> Coalesce:
    counted = rows.filter(report=OuterRef(report)).order_by().values("report").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def report_of(owner: User, report_id: UUID) -> DamageReport:
    return _report(reports().filter(owner=owner), report_id)


def report_seen_by(user: User, report_id: UUID) -> DamageReport:
    """In full: by its owner, and by staff."""
    return report(report_id) if user.is_staff else report_of(user, report_id)


def report_known_to(user: User, report_id: UUID) -> DamageReport:
    """Its owner, all who were asked, and staff."""
    asked = EstimateRequest.objects.filter(report=OuterRef("pk"), professional=user.pk)
    known = Q() if user.is_staff else Q(owner=user) | Exists(asked)
    return _report(reports().filter(known), report_id)


def _report(those: ReportQuerySet, report_id: UUID) -> DamageReport:
    found = those.filter(pk=report_id).first()
    if found is None:
        raise NoSuchReport
    return found


def requests() -> RequestQuerySet:
    shown = ["report__skills", "report__photos"]
    return with_jobs(EstimateRequest.objects.select_related("report", "professional")).prefetch_related(*shown)


def requests_of(user: User) -> RequestQuerySet:
    return requests().filter(professional=user.pk)


def requests_listed(user: User) -> RequestQuerySet:
    """With how many were asked beside her."""
    return requests_of(user).annotate(
        professionals_notified=_count_of(EstimateRequest.objects.all(), report="report_id")
    )


def with_jobs(requests: RequestQuerySet) -> RequestQuerySet:
    """Says of each whether its professional got the job, and so may know where to go."""
    accepted = Estimate.objects.filter(status=Estimate.Status.ACCEPTED, report=OuterRef("report"))
    return requests.annotate(has_job=Exists(accepted.filter(professional=OuterRef("professional"))))


def request_of(user: User, report_id: UUID) -> EstimateRequest:
    """A report exists for a professional when she was asked for an estimate of it."""
    return _request(requests_of(user), report_id)


def request_listed(user: User, report_id: UUID) -> EstimateRequest:
    return _request(requests_listed(user), report_id)


def _request(those: RequestQuerySet, report_id: UUID) -> EstimateRequest:
    found = those.filter(report=report_id).first()
    if found is None:
        raise NoSuchReport
    return found


def estimates() -> EstimateQuerySet:
    return Estimate.objects.select_related("report", "professional__user", "deposit").prefetch_related("photos")


def estimate_of(professional: User, estimate_id: UUID) -> Estimate:
    return _estimate(estimates().filter(professional=professional.pk), estimate_id)


def estimate_to_decide(owner: User, estimate_id: UUID) -> Estimate:
    return _estimate(estimates().filter(report__owner=owner), estimate_id)


def estimate_seen_by(user: User, estimate_id: UUID) -> Estimate:
    """By both sides, and by staff."""
    seen = Q() if user.is_staff else Q(report__owner=user) | Q(professional=user.pk)
    return _estimate(estimates().filter(seen), estimate_id)


def estimates_of_report(report: DamageReport) -> EstimateQuerySet:
    return estimates_to_decide().filter(report=report).order_by("submitted_at", "pk")


def estimates_to_decide() -> EstimateQuerySet:
    """With whom they are from."""
    return estimates().prefetch_related("professional__skills")


def _estimate(those: QuerySet[Estimate], estimate_id: UUID) -> Estimate:
    found = those.filter(pk=estimate_id).first()
    if found is None:
        raise NoSuchEstimate
    return found


def photo_seen_by(user: User, photo_id: UUID) -> Photo:
    """By whoever sees what it belongs to, and by who uploaded it."""
    asked = EstimateRequest.objects.filter(report=OuterRef("report"), professional=user.pk)
    of_report = Q(report__owner=user) | Exists(asked)
    of_estimate = Q(estimate__report__owner=user) | Q(estimate__professional=user.pk)
    seen = Q() if user.is_staff else Q(uploader=user) | of_report | of_estimate
    found = Photo.objects.filter(seen, pk=photo_id).first()
    if found is None:
        raise NoSuchPhoto
    return found


# Who is to hear of it.


def asked(report: DamageReport) -> list[UUID]:
    """In whose view the report is, since they were asked for an estimate of it."""
    return list(report.requests.order_by("pk").values_list("professional_id", flat=True))


def operators() -> list[UUID]:
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True))


# What is due.


def requests_to_answer(user: User, now: datetime) -> RequestQuerySet:
    """Of reports that take answers."""
    is_open = {"report__status": DamageReport.Status.PENDING, "report__expires_at__gt": now}
    return requests_of(user).unanswered().filter(**is_open).order_by("report__answer_by", "pk")


def reports_to_decide(owner: User, now: datetime) -> ReportQuerySet:
    return DamageReport.objects.pending().filter(owner=owner, expires_at__gt=now).order_by("answer_by", "pk")


# What is in a fresh view.


def recent_reports(user_id: UUID) -> list[str]:
    """All that are open or in work, and the newest of the others."""
    return _keys(
        DamageReport.objects.filter(owner=user_id).order_by("-created_at", "-pk"), Q(status__in=DamageReport.LIVE), "pk"
    )


def recent_requests(user_id: UUID) -> list[str]:
    """All she may answer, those that she has answered and that live, and the newest of the others."""
    mine = EstimateRequest.objects.filter(professional=user_id).order_by("-asked_at", "-pk")
    return _keys(mine, Q(status__in=EstimateRequest.OPEN, report__status__in=DamageReport.LIVE), "report_id")


def recent_estimates(user_id: UUID) -> list[str]:
    """Her own and those for her reports: all that wait or were accepted, and the newest of the others."""
    mine = Estimate.objects.filter(Q(professional=user_id) | Q(report__owner=user_id)).order_by("-submitted_at", "-pk")
    return _keys(mine, Q(status=Estimate.Status.PENDING) | Q(report__status__in=DamageReport.LIVE), "pk")


def _keys(newest: QuerySet, live: Q, field: str) -> list[str]:
    keys: Iterable[UUID] = [
        *newest.values_list(field, flat=True)[:RECENT],
        *newest.filter(live).values_list(field, flat=True),
    ]
    return [str(key) for key in dict.fromkeys(keys)]
