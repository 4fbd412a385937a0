"""Every verb of dispatch, for hands: on the nth of the reports that live and the mth of the professionals there are."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from core.errors import DomainError
from dispatch import deadlines, distribution, parting, selectors, standings
from dispatch.errors import NoSuchEstimate
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional
from dispatch.services import estimates, professionals, reports, requests
from tests import dispatch_world as world

Status = Estimate.Status

MOST_PENDING = 6


@dataclass(frozen=True, slots=True)
class Call:
    """What a verb came to, on which report and professional, and when: by a clock that all processes share."""

    verb: str
    report: str
    professional: str
    outcome: str
    began: float
    ended: float


def call(verb: str, n: int, m: int) -> dict[str, Any]:
    report, her = _report(n), Professional.objects.select_related("user").order_by("pk")[m]
    began = time.monotonic()
    try:
        VERBS[verb](report, her)
        outcome = "ok"
    except DomainError as refusal:
        outcome = refusal.code
    return asdict(Call(verb, str(report.pk), str(her.pk), outcome, began, time.monotonic()))


def verbs() -> list[str]:
    return list(VERBS)


def _report(n: int) -> DamageReport:
    """The nth of those that have a life before them, newest first, or the last there was."""
    live = list(DamageReport.objects.filter(status__in=DamageReport.LIVE).order_by("-pk")[: n + 1])
    return live[-1] if live else DamageReport.objects.latest("pk")


def _pending(report: DamageReport, her: Professional) -> Estimate:
    """One that waits, so that a verb does more than refuse: hers, where there is no other."""
    with suppress(DomainError):
        return _one_in(report, Status.PENDING)
    with suppress(DomainError):
        world.submit(her.pk, report.pk)
    return _one_in(report, *Status)


def _accepted(report: DamageReport, her: Professional) -> Estimate:
    with suppress(DomainError):
        return estimates.accept_estimate(_pending(report, her), now=now())
    return _one_in(report, *Status)


def _one_in(report: DamageReport, *statuses: Status) -> Estimate:
    """The last that was sent."""
    found = selectors.estimates_of_report(report).filter(status__in=statuses).last()
    if found is None:
        raise NoSuchEstimate
    return found


def _hers(report: DamageReport, her: Professional) -> EstimateRequest:
    return selectors.request_of(her.user, report.pk)


def _open(report: DamageReport, her: Professional) -> None:
    """Another of the same owner's. Where there are many, the oldest goes, of which everybody may have had enough."""
    pending = DamageReport.objects.pending().order_by("pk")
    if pending.count() >= MOST_PENDING:
        _expire(pending[0], her)
    world.handed_out(report.owner_id)


def _revise(report: DamageReport, her: Professional) -> None:
    world.revise(report.pk, report.generation)


def _complete(report: DamageReport, her: Professional) -> None:
    _accepted(report, her)
    reports.complete_report(report, now=now())


def _review(report: DamageReport, her: Professional) -> None:
    """The last that was repaired: who lives cannot be reviewed."""
    completed = DamageReport.objects.filter(status=DamageReport.Status.COMPLETED, review=None).order_by("-pk").first()
    reports.review_report(completed or report, rating=4)


def _block_and_unblock(report: DamageReport, her: Professional) -> None:
    """What is open between them ends; afterwards it may begin anew."""
    professionals.block(report.owner, her.user)
    parting.part_everywhere(now())
    professionals.unblock(report.owner, her.pk)
    world.go_and_come(her.pk)


def _press(report: DamageReport, her: Professional) -> None:
    """As the sweep does when the time to answer is over."""
    report = selectors.report(report.pk)
    deadlines.press(report.pk, report.answer_by)


def _expire(report: DamageReport, her: Professional) -> None:
    deadlines.expire(report.pk, selectors.report(report.pk).expires_at)


def _keep(report: DamageReport, her: Professional) -> None:
    """Everything that is due in an hour and a half: reminders, and nobody's end."""
    deadlines.keep(now() + timedelta(hours=1.5))
    distribution.go_on_everywhere(now() + timedelta(minutes=40))


VERBS: dict[str, Callable[[DamageReport, Professional], object]] = {
    "open": _open,
    "revise": _revise,
    "redistribute": lambda report, her: world.redistribute(report.pk),
    "go_on": lambda report, her: distribution.go_on(report.pk, now()),
    "keep": _keep,
    "press": _press,
    "expire": _expire,
    "see": lambda report, her: requests.see_request(_hers(report, her), now=now()),
    "say_no": lambda report, her: requests.decline_request(_hers(report, her), now=now()),
    "submit": lambda report, her: world.submit(her.pk, report.pk),
    "withdraw": lambda report, her: estimates.withdraw_estimate(_pending(report, her), now=now()),
    "decline": lambda report, her: estimates.decline_estimate(_pending(report, her), now=now()),
    "accept": lambda report, her: estimates.accept_estimate(_pending(report, her), now=now()),
    "give_back": lambda report, her: estimates.give_job_back(_accepted(report, her), now=now()),
    "complete": _complete,
    "cancel": lambda report, her: reports.cancel_report(report, now=now()),
    "review": _review,
    "go_and_come": lambda report, her: world.go_and_come(her.pk),
    "move": lambda report, her: world.move(her.pk),
    "learn": lambda report, her: world.learn(her.pk),
    "block_and_unblock": _block_and_unblock,
    "renew_standings": lambda report, her: standings.renew(now()),
}
