"""What people read: the seed's titles, and no more than a locked screen may show to everybody."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext_noop

from dispatch.events import REPORT
from dispatch.models import DamageReport, Estimate
from notifications.messages import Importance, Message, Words

REPORTS = "damage_reports"
REQUESTS = "estimate_requests"
UPDATES = "estimate_updates"
OPERATORS = "unanswered_reports"

ASKING = [REPORTS, REQUESTS]
SHOWN_OF_DESCRIPTION = 100

NO_LONGER_AVAILABLE = gettext_noop("Report No Longer Available")


def subject(report: DamageReport) -> tuple[str, UUID]:
    return REPORT, report.pk


def new_report(report: DamageReport, professionals: Collection[UUID]) -> Message:
    return Message(
        REPORTS,
        subject(report),
        gettext_noop("New Damage Report Available"),
        "{vehicle} – {description}",
        to=professionals,
        params={
            "vehicle": report.vehicle,
            "description": Truncator(" ".join(report.description.split())).chars(SHOWN_OF_DESCRIPTION),
        },
        data=_data("new_damage_report", report),
        importance=_by_priority(report),
        expires_at=report.expires_at,
    )


def submit_estimate(report: DamageReport, professionals: Collection[UUID]) -> Message:
    """The second notice, to those who have not answered."""
    return Message(
        REQUESTS,
        subject(report),
        gettext_noop("Submit Estimate Request"),
        gettext_noop("Please submit an estimate for: {vehicle}"),
        to=professionals,
        params={"vehicle": report.vehicle},
        data=_data("estimate_request", report, action="submit_estimate"),
        importance=_by_priority(report),
        expires_at=report.expires_at,
    )


def estimate_received(estimate: Estimate) -> Message:
    return _to_owner(
        estimate.report,
        gettext_noop("New Estimate Received!"),
        gettext_noop("{professional} submitted an estimate for your {vehicle}"),
        _estimate_data("new_estimate", estimate, action="review_estimate"),
        params={"professional": estimate.professional_name},
        occasion=f"{estimate.pk} {estimate.submitted_at.isoformat()}",  # one withdrawn may be sent anew
    )


def estimate_accepted(estimate: Estimate) -> list[Message]:
    """To the winner, and to the owner's other devices."""
    title, data = gettext_noop("Estimate Accepted!"), _estimate_data("estimate_accepted", estimate)
    return [
        _update(
            estimate.report,
            [estimate.professional_id],
            title,
            gettext_noop("Your estimate for the {vehicle} has been accepted by the vehicle owner"),
            data,
            importance=Importance.IMPORTANT,
            occasion=str(estimate.pk),
        ),
        _to_owner(
            estimate.report,
            title,
            gettext_noop("You accepted the estimate from {professional} for your {vehicle}"),
            data,
            params={"professional": estimate.professional_name},
            occasion=str(estimate.pk),
            importance=Importance.IMPORTANT,
        ),
    ]


def estimate_declined(estimate: Estimate) -> Message:
    return _update(
        estimate.report,
        [estimate.professional_id],
        gettext_noop("Estimate Declined"),
        gettext_noop("Your estimate for the {vehicle} was declined"),
        _estimate_data("estimate_declined", estimate),
    )


def report_assigned(report: DamageReport, losers: Collection[UUID]) -> Message:
    body = gettext_noop("The {vehicle} was assigned to another professional")
    return _gone(report, losers, body, "report_assigned")


def report_cancelled(report: DamageReport, professionals: Collection[UUID]) -> Message:
    body = gettext_noop("The owner of the {vehicle} has cancelled the report")
    return _gone(report, professionals, body, "report_cancelled")


def report_lapsed(report: DamageReport, professionals: Collection[UUID]) -> Message:
    body = gettext_noop("The report of the {vehicle} has expired")
    return _gone(report, professionals, body, "report_expired")


def report_completed(report: DamageReport, winner: UUID) -> Message:
    return _update(
        report,
        [winner],
        gettext_noop("Repair Completed"),
        gettext_noop("The owner of the {vehicle} says that the repair is completed"),
        _data("report_completed", report),
    )


def job_cancelled(report: DamageReport, winner: UUID) -> Message:
    return _update(
        report,
        [winner],
        gettext_noop("Job Cancelled"),
        gettext_noop("The owner of the {vehicle} has cancelled the repair"),
        _data("report_cancelled", report),
        importance=Importance.IMPORTANT,
    )


def job_given_back(estimate: Estimate) -> Message:
    return _to_owner(
        estimate.report,
        gettext_noop("Professional Not Available"),
        gettext_noop("{professional} cannot repair your {vehicle}. It is open to the others again"),
        _estimate_data("job_given_back", estimate),
        params={"professional": estimate.professional_name},
        occasion=str(estimate.report.generation),
        importance=Importance.IMPORTANT,
    )


def report_reopened(report: DamageReport, professionals: Collection[UUID]) -> Message:
    """It asks as a new one does, and so is taken back like one."""
    return Message(
        REPORTS,
        subject(report),
        gettext_noop("Report Available Again"),
        gettext_noop("The {vehicle} is open to estimates again"),
        to=professionals,
        params={"vehicle": report.vehicle},
        data=_data("report_reopened", report),
        importance=_by_priority(report),
        occasion=str(report.generation),
        expires_at=report.expires_at,
    )


def deposit_paid(estimate: Estimate) -> Message:
    return _update(
        estimate.report,
        [estimate.professional_id],
        gettext_noop("Deposit Paid"),
        gettext_noop("The owner of the {vehicle} has paid the deposit"),
        _estimate_data("deposit_paid", estimate),
        occasion=str(estimate.pk),
    )


def deposit_refunded(estimate: Estimate, payment_id: UUID) -> Message:
    return _to_owner(
        estimate.report,
        gettext_noop("Deposit Refunded"),
        gettext_noop("Your deposit for the {vehicle} was refunded"),
        _estimate_data("deposit_refunded", estimate),
        occasion=str(payment_id),
    )


def choose_an_estimate(report: DamageReport) -> Message:
    return _to_owner(
        report,
        gettext_noop("Choose an Estimate"),
        gettext_noop("Estimates for your {vehicle} wait for your decision"),
        _data("choose_estimate", report, action="review_estimate"),
        occasion=report.answer_by.isoformat(),
    )


def report_expired(report: DamageReport) -> Message:
    return _to_owner(
        report,
        gettext_noop("Report Expired"),
        gettext_noop("Your report of the {vehicle} has expired"),
        _data("report_expired", report),
        importance=Importance.IMPORTANT,
    )


def nobody_answered(report: DamageReport, operators: Collection[UUID]) -> Message:
    return Message(
        OPERATORS,
        subject(report),
        gettext_noop("Nobody Answers a Report"),
        gettext_noop("{vehicle}, {priority}: no estimate, and nobody left to ask"),
        to=operators,
        params={"vehicle": report.vehicle, "priority": Words(report.get_priority_display())},
        data=_data("report_unanswered", report),
        importance=Importance.IMPORTANT,
        occasion=str(report.generation),
    )


def _gone(report: DamageReport, professionals: Collection[UUID], body: str, type: str) -> Message:
    data = _data(type, report)
    return _update(report, professionals, NO_LONGER_AVAILABLE, body, data, occasion=str(report.generation))


def _to_owner(
    report: DamageReport,
    title: str,
    body: str,
    data: dict[str, str],
    *,
    params: dict[str, Any] | None = None,
    **how: Any,
) -> Message:
    return _update(report, [report.owner_id], title, body, data, params=params, **how)


def _update(
    report: DamageReport,
    to: Collection[UUID],
    title: str,
    body: str,
    data: dict[str, str],
    *,
    params: dict[str, Any] | None = None,
    **how: Any,
) -> Message:
    params = {"vehicle": report.vehicle, **(params or {})}
    return Message(UPDATES, subject(report), title, body, to=to, params=params, data=data, **how)


def _by_priority(report: DamageReport) -> Importance:
    return Importance.URGENT if report.priority == DamageReport.Priority.URGENT else Importance.NORMAL


def _data(type: str, report: DamageReport, **more: str) -> dict[str, str]:
    """Ids, spelled as the seed's app spells them."""
    return {"type": type, "reportId": str(report.pk), **more}


def _estimate_data(type: str, estimate: Estimate, **more: str) -> dict[str, str]:
    return _data(type, estimate.report, estimateId=str(estimate.pk), **more)
