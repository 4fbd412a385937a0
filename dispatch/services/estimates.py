from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Coalesce

from core.doorbell import ring
from core.errors import Invalid, refuse
from core.unit import unit
from core.wiring import hooks
from dispatch import ceasing, deposits, distribution, events, matching, messages, reopening, selectors, tasks
from dispatch.boards import touch_professionals, touch_report
from dispatch.conf import limits
from dispatch.errors import (
    DepositNotDue,
    EstimateAccepted,
    EstimateDeclined,
    EstimatePending,
    EstimateWithdrawn,
    NotAProfessional,
    NotYourJob,
    ReportAssigned,
    ReportRevised,
    RequestCeased,
)
from dispatch.models import DamageReport, Estimate, EstimateRequest
from dispatch.photos import attach
from dispatch.services.reports import refuse_unless_open
from notifications.messages import notify
from payments.models import Payment
from realtime.publishing import publish

Status = Estimate.Status
Request = EstimateRequest.Status

REFUSALS = {
    Status.PENDING: EstimatePending,
    Status.ACCEPTED: EstimateAccepted,
    Status.DECLINED: EstimateDeclined,
    Status.WITHDRAWN: EstimateWithdrawn,
}


@unit
def submit_estimate(
    request: EstimateRequest,
    *,
    currency: str = "",
    generation: int | None = None,
    photos: Sequence[UUID] = (),
    now: datetime,
    **offer: Any,
) -> Estimate:
    report = distribution.locked(request.report_id)
    refuse_unless_open(report, now)
    professional = request.professional
    refuse(NotAProfessional, unless=professional.is_approved)
    _refuse_ceased(report, professional.pk)
    refuse(ReportRevised, unless=generation in {None, report.generation}, generation=report.generation)
    if currency and currency != report.currency:
        raise Invalid(currency=[f"The report is in {report.currency}."])
    standing = report.estimates.standing().filter(professional=professional).first()
    if standing is not None:
        raise REFUSALS[Status(standing.status)]
    estimate = Estimate.objects.create(
        report=report,
        professional=professional,
        professional_name=professional.business_name,
        currency=report.currency,
        generation=report.generation,
        submitted_at=now,
        **offer,
    )
    attach(photos, professional.user_id, estimate=estimate)
    answered = {"status": Request.ANSWERED, "answered_at": now, "seen_at": Coalesce("seen_at", Value(now))}
    report.requests.filter(professional=professional).update(**answered)
    publish(
        events.estimate_submitted(estimate),
        events.request_answered(report, professional.pk),
        events.report_answered(report),
    )
    ceasing.take_back(report, [professional.pk])
    notify(messages.estimate_received(estimate))
    _touch(estimate)
    return _fresh(estimate)


@unit
def withdraw_estimate(estimate: Estimate, *, now: datetime) -> Estimate:
    """Until it is accepted. Another may be sent instead."""
    report = distribution.locked(estimate.report_id)
    estimate = _fresh(estimate)
    if estimate.status == Status.WITHDRAWN:
        return estimate
    withdrawn = {"status": Status.WITHDRAWN, "decided_at": now}
    _refuse_unless(report.estimates.pending().filter(pk=estimate.pk).update(**withdrawn), estimate)
    unanswered = {"status": Request.SEEN, "prompted_at": now}  # she knows of it: nobody need remind her
    report.requests.filter(professional=estimate.professional_id, status=Request.ANSWERED).update(**unanswered)
    publish(
        events.estimate_withdrawn(estimate),
        events.request_reopened(report, estimate.professional_id),
        events.report_answered(report),
    )
    ceasing.estimates_went(report)
    _touch(estimate)
    return _fresh(estimate)


@unit
def decline_estimate(estimate: Estimate, *, now: datetime) -> Estimate:
    report = distribution.locked(estimate.report_id)
    estimate = _fresh(estimate)
    if estimate.status == Status.DECLINED:
        return estimate
    declined = {"status": Status.DECLINED, "declined_because": Estimate.Because.OWNER, "decided_at": now}
    _refuse_unless(report.estimates.pending().filter(pk=estimate.pk).update(**declined), estimate)
    publish(events.estimate_declined(estimate))
    ceasing.estimates_went(report)
    ceasing.take_back(report, [estimate.professional_id])
    notify(messages.estimate_declined(estimate))
    _touch(estimate)
    return _fresh(estimate)


@unit
def accept_estimate(estimate: Estimate, *, deposit_percent: int = limits.deposit_percent, now: datetime) -> Estimate:
    """The first to commit decides; the report is closed on this estimate, and everybody else is let go. Other apps'
    ASSIGNED (see their wiring) hear of it in this unit, under the report's lock.
    """
    report = distribution.locked(estimate.report_id)
    estimate = _fresh(estimate)
    if estimate.status == Status.ACCEPTED:
        return estimate
    refuse_unless_open(report, now)
    # Whoever has blocked the other: his parting may still be on its way.
    is_blocked = estimate.professional_id in matching.blocked_by_or_blocking(report.owner_id)
    refuse(EstimateWithdrawn, unless=not is_blocked)
    accepted = {"status": Status.ACCEPTED, "decided_at": now}
    _refuse_unless(report.estimates.pending().filter(pk=estimate.pk).update(**accepted), estimate)
    in_progress = {"status": DamageReport.Status.IN_PROGRESS, "accepted_at": now, "generation": report.generation + 1}
    refuse(ReportAssigned, unless=DamageReport.objects.pending().filter(pk=report.pk).update(**in_progress))
    let_go = ceasing.cease(report, Estimate.Because.RIVAL, now)
    if deposit_percent:
        deposits.begin(estimate, deposits.share(estimate.cost, deposit_percent), now)
    publish(events.estimate_accepted(estimate), *events.report_assigned(report, let_go.asked))
    notify(*messages.estimate_accepted(estimate), messages.report_assigned(report, let_go.engaged))
    touch_professionals([estimate.professional_id])
    for hear in hooks("ASSIGNED"):
        hear(estimate, now)
    return _fresh(estimate)


@unit
def give_job_back(estimate: Estimate, *, now: datetime) -> Estimate:
    """The winner cannot do it after all: the report is open again to all others, and those who had answered stand."""
    report = distribution.locked(estimate.report_id)
    estimate = _fresh(estimate)
    if estimate.status == Status.WITHDRAWN:
        return estimate
    refuse(NotYourJob, unless=deposits.is_in_work(report, estimate))
    reopening.give_back(report, estimate, now)
    ring(tasks.go_on, report.pk)
    return _fresh(estimate)


@unit
def pay_deposit(estimate: Estimate, *, now: datetime) -> Payment:
    """The one that waits to be paid; a new one where nobody can pay that any more."""
    report = distribution.locked(estimate.report_id)
    estimate = _fresh(estimate)
    payment = estimate.deposit
    if payment is None or payment.is_paid or not deposits.is_in_work(report, estimate):
        raise DepositNotDue
    if payment.status != Payment.Status.CANCELLED:
        return payment
    payment = deposits.begin(estimate, payment.amount, now)
    publish(events.deposit_due(estimate))
    return payment


def _fresh(estimate: Estimate) -> Estimate:
    return selectors.estimates().get(pk=estimate.pk)


def _touch(estimate: Estimate) -> None:
    touch_report(estimate.report)
    touch_professionals([estimate.professional_id])


def _refuse_unless(pending: object, estimate: Estimate) -> None:
    if not pending:
        raise REFUSALS[Status(estimate.status)]


def _refuse_ceased(report: DamageReport, professional_id: UUID) -> None:
    """Asked, and not let go since; not even by a block whose parting is on its way."""
    asked = report.requests.filter(professional=professional_id).exclude(status=Request.CEASED)
    is_blocked = professional_id in matching.blocked_by_or_blocking(report.owner_id)
    refuse(RequestCeased, unless=asked.exists() and not is_blocked)
