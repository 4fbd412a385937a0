from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from accounts.models import User
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from dispatch import closing, deposits, distribution, events, messages, selectors, tasks
from dispatch.boards import touch_professionals, touch_report
from dispatch.conf import POLICIES, limits
from dispatch.errors import (
    ReportAssigned,
    ReportClosed,
    ReportNotCompleted,
    ReportNotInProgress,
    ReviewedAlready,
    TooManyReports,
)
from dispatch.models import DamageReport, Estimate, PassedOver, Professional, Review, Skill
from dispatch.photos import attach
from notifications.messages import notify
from realtime.publishing import publish

Status = DamageReport.Status

PLACE = {"latitude", "longitude"}
CHANGES_WHOM_TO_ASK = {*PLACE, "priority"}
VEHICLE = {"vehicle_make", "vehicle_model", "vehicle_year"}


@unit
def open_report(
    owner: User,
    *,
    skills: Collection[Skill] = (),
    photos: Sequence[UUID] = (),
    answer_by: datetime | None = None,
    now: datetime,
    **facts: Any,
) -> DamageReport:
    """Whom it goes to is found right after: the owner does not wait for that."""
    _refuse_too_many(owner)
    policy = POLICIES[DamageReport.Priority(facts.get("priority", DamageReport.Priority.MEDIUM))]
    answer_by = answer_by or now + policy.answer_within
    report = DamageReport.objects.create(
        owner=owner, ring=policy.ring, look_at=now, answer_by=answer_by, expires_at=_expires_at(answer_by, now), **facts
    )
    report.skills.set(skills)
    attach(photos, owner.pk, report=report)
    publish(events.report_opened(report))
    touch_report(report)
    ring(tasks.go_on, report.pk)
    return selectors.report(report.pk)


@unit
def revise_report(
    report: DamageReport,
    *,
    skills: Collection[Skill] | None = None,
    answer_by: datetime | None = None,
    now: datetime,
    **facts: Any,
) -> DamageReport:
    """All who were asked see it as it is now; who fits only now is asked."""
    report = distribution.locked(report.pk)
    refuse_unless_open(report, now)
    changes = {**facts, **_new_terms(report, facts.get("priority"), answer_by, now)}
    if skills is not None:
        report.skills.set(skills)
    DamageReport.objects.pending().filter(pk=report.pk).update(**changes, generation=report.generation + 1)
    if "answer_by" in changes:
        prompt_at = distribution.halfway(now, changes["answer_by"])
        report.requests.unanswered().filter(prompted_at=None).update(prompt_at=prompt_at)
    if PLACE & changes.keys():
        report.refresh_from_db()
        distribution.measure_anew(report)
    if skills is not None or CHANGES_WHOM_TO_ASK & changes.keys():
        _look_again(report, now)
    publish(*events.report_revised(report, selectors.asked(report)))
    if VEHICLE & changes.keys():
        publish(*(events.estimate_renamed(estimate) for estimate in selectors.estimates_of_report(report)))
    return selectors.report(report.pk)


@unit
def redistribute(report: DamageReport, *, now: datetime) -> DamageReport:
    """Look at everybody anew who was not asked, now and not when it is due. Nobody is asked twice."""
    report = distribution.locked(report.pk)
    refuse_unless_open(report, now)
    _look_again(report, now)
    return selectors.report(report.pk)


@unit
def complete_report(report: DamageReport, *, now: datetime) -> DamageReport:
    report = distribution.locked(report.pk)
    if report.status == Status.COMPLETED:
        return selectors.report(report.pk)
    done = DamageReport.objects.filter(pk=report.pk, status=Status.IN_PROGRESS)
    refuse(ReportNotInProgress, unless=done.update(status=Status.COMPLETED, closed_at=now))
    job = report.estimates.get(status=Estimate.Status.ACCEPTED)
    winner = job.professional_id
    deposits.call_off(job, now)
    publish(*events.report_completed(report, selectors.asked(report)))
    notify(messages.report_completed(report, winner))
    touch_report(report)
    touch_professionals([winner])
    return selectors.report(report.pk)


@unit
def cancel_report(report: DamageReport, *, now: datetime) -> DamageReport:
    """It is not needed any more, whoever was to repair it."""
    report = distribution.locked(report.pk)
    if report.status == Status.CANCELLED:
        return selectors.report(report.pk)
    closing.cancel(report, now)
    return selectors.report(report.pk)


@unit
def review_report(report: DamageReport, *, rating: int, comment: str = "") -> Review:
    """Counts in who is asked first from now on."""
    report = distribution.locked(report.pk)
    refuse(ReportNotCompleted, unless=report.status == Status.COMPLETED)
    refuse(ReviewedAlready, unless=not Review.objects.filter(report=report).exists())
    winner = report.estimates.get(status=Estimate.Status.ACCEPTED).professional_id
    review = Review.objects.create(report=report, professional_id=winner, rating=rating, comment=comment)
    Professional.objects.filter(pk=winner).update(
        rating_sum=F("rating_sum") + rating, rating_count=F("rating_count") + 1
    )
    publish(events.report_reviewed(report))
    touch_professionals([winner])
    return review


def refuse_unless_open(report: DamageReport, now: datetime) -> None:
    refuse(ReportAssigned, unless=report.status != Status.IN_PROGRESS)
    refuse(ReportClosed, unless=report.takes_answers(now))


def _new_terms(report: DamageReport, priority: str | None, answer_by: datetime | None, now: datetime) -> dict[str, Any]:
    """What is more urgent is looked for at least as far away, and answered at least as soon, as if it had been so."""
    terms: dict[str, Any] = {}
    if priority is not None:
        policy = POLICIES[DamageReport.Priority(priority)]
        terms["ring"] = max(report.ring, policy.ring)
        if answer_by is None and now + policy.answer_within < report.answer_by:
            answer_by = now + policy.answer_within
    if answer_by is not None:
        terms |= {"answer_by": answer_by, "expires_at": _expires_at(answer_by, now), "overdue_at": None}
    return terms


def _look_again(report: DamageReport, now: datetime) -> None:
    PassedOver.objects.filter(report=report).update(look_again_at=now)
    DamageReport.objects.pending().filter(pk=report.pk).update(look_at=now)
    ring(tasks.go_on, report.pk)


def _expires_at(answer_by: datetime, now: datetime) -> datetime:
    return max(now + timedelta(hours=limits.expire_hours), distribution.time_to_decide(answer_by))


def _refuse_too_many(owner: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # so that two at once are counted one by one
    refuse(TooManyReports, unless=DamageReport.objects.pending().filter(owner=owner).count() < limits.open_reports)
