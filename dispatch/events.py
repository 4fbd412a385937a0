"""What programs hear. A report looks different to its owner (`dispatch.report`) and to those who are asked for an
estimate (`dispatch.request`, by the key of the report); an estimate looks alike to both sides.
"""

from collections.abc import Collection
from uuid import UUID

from dispatch.models import DamageReport, Estimate, EstimateRequest
from realtime.publishing import Fact

REPORT = "dispatch.report"
REQUEST = "dispatch.request"
ESTIMATE = "dispatch.estimate"


def report_opened(report: DamageReport) -> Fact:
    return _to_owner("dispatch.report_opened", report)


def report_distributed(report: DamageReport) -> Fact:
    """More professionals were asked, or it is overdue."""
    return _to_owner("dispatch.report_distributed", report)


def report_answered(report: DamageReport) -> Fact:
    """The number of its estimates changed."""
    return _to_owner("dispatch.report_answered", report)


def report_revised(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return _to_all("dispatch.report_revised", report, asked)


def report_extended(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    """It is looked for farther away, and all have longer to answer."""
    return _to_all("dispatch.report_extended", report, asked)


def report_assigned(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return _to_all("dispatch.report_assigned", report, asked)


def report_reopened(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return _to_all("dispatch.report_reopened", report, asked)


def report_completed(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return _to_all("dispatch.report_completed", report, asked)


def report_reviewed(report: DamageReport) -> Fact:
    return _to_owner("dispatch.report_reviewed", report)


def report_cancelled(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return _to_all("dispatch.report_cancelled", report, asked)


def report_expired(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return _to_all("dispatch.report_expired", report, asked)


def report_forgotten(report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    """Its owner is gone, and with him where it was and what it looked like."""
    return _to_all("dispatch.report_forgotten", report, asked)


def estimate_requested(report: DamageReport, professionals: Collection[UUID]) -> Fact:
    return _to_professionals("dispatch.estimate_requested", report, professionals)


def request_seen(request: EstimateRequest) -> Fact:
    return Fact("dispatch.request_seen", about=(REQUEST, request.report_id), to=[request.professional_id])


def request_answered(report: DamageReport, professional: UUID) -> Fact:
    return _to_professionals("dispatch.request_answered", report, [professional])


def request_declined(report: DamageReport, professional: UUID) -> Fact:
    return _to_professionals("dispatch.request_declined", report, [professional])


def request_reopened(report: DamageReport, professional: UUID) -> Fact:
    """She has withdrawn her estimate, and may send another."""
    return _to_professionals("dispatch.request_reopened", report, [professional])


def request_ceased(report: DamageReport, professional: UUID) -> Fact:
    """Of hers alone: the report itself may still be open to others."""
    return _to_professionals("dispatch.request_ceased", report, [professional])


def estimate_submitted(estimate: Estimate) -> Fact:
    return _about_estimate("dispatch.estimate_submitted", estimate)


def estimate_renamed(estimate: Estimate) -> Fact:
    """The owner calls the vehicle otherwise."""
    return _about_estimate("dispatch.estimate_renamed", estimate)


def estimate_withdrawn(estimate: Estimate) -> Fact:
    return _about_estimate("dispatch.estimate_withdrawn", estimate)


def estimate_declined(estimate: Estimate) -> Fact:
    return _about_estimate("dispatch.estimate_declined", estimate)


def estimate_accepted(estimate: Estimate) -> Fact:
    return _about_estimate("dispatch.estimate_accepted", estimate)


def estimate_reopened(estimate: Estimate) -> Fact:
    """It had lost to one whose professional has given the job back."""
    return _about_estimate("dispatch.estimate_reopened", estimate)


def deposit_due(estimate: Estimate) -> Fact:
    """Anew: what is due first of all is said with the acceptance."""
    return _about_estimate("dispatch.deposit_due", estimate)


def deposit_paid(estimate: Estimate) -> Fact:
    return _about_estimate("dispatch.deposit_paid", estimate)


def deposit_lapsed(estimate: Estimate) -> Fact:
    """A try to pay it failed, or nobody can pay it any more."""
    return _about_estimate("dispatch.deposit_lapsed", estimate)


def deposit_refunded(estimate: Estimate) -> Fact:
    """All of it, or a part."""
    return _about_estimate("dispatch.deposit_refunded", estimate)


def deposit_reversed(estimate: Estimate) -> Fact:
    """What was refunded has come back."""
    return _about_estimate("dispatch.deposit_reversed", estimate)


def _to_owner(name: str, report: DamageReport) -> Fact:
    return Fact(name, about=(REPORT, report.pk), to=[report.owner_id])


def _to_professionals(name: str, report: DamageReport, professionals: Collection[UUID]) -> Fact:
    return Fact(name, about=(REQUEST, report.pk), to=professionals)


def _to_all(name: str, report: DamageReport, asked: Collection[UUID]) -> list[Fact]:
    return [_to_owner(name, report), _to_professionals(name, report, asked)]


def _about_estimate(name: str, estimate: Estimate) -> Fact:
    return Fact(name, about=(ESTIMATE, estimate.pk), to=[estimate.report.owner_id, estimate.professional_id])
