from typing import Any

from django.utils import timezone

from accounts.models import User
from core.api import read
from dispatch import selectors
from dispatch.models import EstimateRequest
from dispatch.serializers import (
    AvailabilityIn,
    EstimateIdIn,
    EstimateIn,
    EstimateOut,
    ProfileOut,
    ReportChangeIn,
    ReportIdIn,
    ReportIn,
    ReportOut,
    RequestOut,
)
from dispatch.services import estimates, professionals, reports, requests
from payments.serializers import PaymentOut

Data = dict[str, Any]


def open_report(user: User, data: Data) -> Data:
    return ReportOut(reports.open_report(user, **read(ReportIn, data), now=timezone.now())).data


def revise_report(user: User, data: Data) -> Data:
    report = selectors.report_of(user, **read(ReportIdIn, data))
    return ReportOut(reports.revise_report(report, **read(ReportChangeIn, data), now=timezone.now())).data


def complete_report(user: User, data: Data) -> Data:
    report = selectors.report_of(user, **read(ReportIdIn, data))
    return ReportOut(reports.complete_report(report, now=timezone.now())).data


def cancel_report(user: User, data: Data) -> Data:
    report = selectors.report_of(user, **read(ReportIdIn, data))
    return ReportOut(reports.cancel_report(report, now=timezone.now())).data


def accept_estimate(user: User, data: Data) -> Data:
    estimate = selectors.estimate_to_decide(user, **read(EstimateIdIn, data))
    return EstimateOut(estimates.accept_estimate(estimate, now=timezone.now())).data


def pay_deposit(user: User, data: Data) -> Data:
    estimate = selectors.estimate_to_decide(user, **read(EstimateIdIn, data))
    return PaymentOut(estimates.pay_deposit(estimate, now=timezone.now())).data


def decline_estimate(user: User, data: Data) -> Data:
    estimate = selectors.estimate_to_decide(user, **read(EstimateIdIn, data))
    return EstimateOut(estimates.decline_estimate(estimate, now=timezone.now())).data


def submit_estimate(user: User, data: Data) -> Data:
    offer = read(EstimateIn, data)
    request = _request(user, {"report_id": offer.pop("report_id")})
    return EstimateOut(estimates.submit_estimate(request, **offer, now=timezone.now())).data


def withdraw_estimate(user: User, data: Data) -> Data:
    estimate = selectors.estimate_of(user, **read(EstimateIdIn, data))
    return EstimateOut(estimates.withdraw_estimate(estimate, now=timezone.now())).data


def give_job_back(user: User, data: Data) -> Data:
    estimate = selectors.estimate_of(user, **read(EstimateIdIn, data))
    return EstimateOut(estimates.give_job_back(estimate, now=timezone.now())).data


def see_request(user: User, data: Data) -> Data:
    return RequestOut(requests.see_request(_request(user, data), now=timezone.now())).data


def decline_request(user: User, data: Data) -> Data:
    return RequestOut(requests.decline_request(_request(user, data), now=timezone.now())).data


def set_availability(user: User, data: Data) -> Data:
    professional = selectors.professional_of(user)
    return ProfileOut(professionals.set_availability(professional, **read(AvailabilityIn, data))).data


def _request(user: User, data: Data) -> EstimateRequest:
    return selectors.request_of(user, **read(ReportIdIn, data))


COMMANDS = {
    "dispatch.open_report": open_report,
    "dispatch.revise_report": revise_report,
    "dispatch.complete_report": complete_report,
    "dispatch.cancel_report": cancel_report,
    "dispatch.accept_estimate": accept_estimate,
    "dispatch.pay_deposit": pay_deposit,
    "dispatch.decline_estimate": decline_estimate,
    "dispatch.submit_estimate": submit_estimate,
    "dispatch.withdraw_estimate": withdraw_estimate,
    "dispatch.give_job_back": give_job_back,
    "dispatch.see_request": see_request,
    "dispatch.decline_request": decline_request,
    "dispatch.set_availability": set_availability,
}
