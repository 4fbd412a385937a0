"""What time does to reports. Rules compare with the clock themselves; this only acts on it."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Q

from core.sweeping import each
from core.unit import unit
from dispatch import ceasing, distribution, events, messages, selectors
from dispatch.conf import WIDEST
from dispatch.models import DamageReport, Estimate, EstimateRequest
from notifications.messages import notify
from realtime.publishing import publish


def keep(now: datetime) -> None:
    """Each report in a unit of its own, and none when nothing is due."""
    pending = DamageReport.objects.pending()
    expired = pending.filter(expires_at__lte=now)
    each(expired.values_list("pk", flat=True), partial(expire, now=now))
    overdue = pending.filter(answer_by__lte=now, overdue_at=None, expires_at__gt=now).most_urgent_first()
    each(overdue.values_list("pk", flat=True), partial(press, now=now))
    slow = EstimateRequest.objects.unanswered().filter(prompt_at__lte=now, prompted_at=None)
    each(slow.order_by().values_list("report_id", flat=True).distinct(), partial(prompt, now=now))


def prompt(report_id: UUID, now: datetime) -> None:
    """Half of their time is over: those who have not answered are told a second time, and not a third."""
    half_time = Q(prompt_at__lte=now, prompted_at=None)
    distribution.tell(report_id, half_time, "prompted_at", messages.submit_estimate, now)


@unit
def press(report_id: UUID, now: datetime) -> None:
    """The time to answer is over: it is the owner's to choose. Or, without any answer, it is looked for farther away,
    and in the end the operators are to see to it.
    """
    report = distribution.locked(report_id)
    if not report.is_pending or report.overdue_at or report.answer_by > now:
        return
    if report.estimates.pending().exists():
        _mark_overdue(report, now)
        notify(messages.choose_an_estimate(report))
    elif report.ring < WIDEST:
        distribution.widen(report, now)
        publish(*events.report_extended(report, selectors.asked(report)))
    else:
        _mark_overdue(report, now)
        notify(messages.nobody_answered(report, selectors.operators()))


@unit
def expire(report_id: UUID, now: datetime) -> None:
    report = distribution.locked(report_id)
    lapsed = DamageReport.objects.pending().filter(pk=report_id, expires_at__lte=now)
    if not lapsed.update(status=DamageReport.Status.EXPIRED, closed_at=now):
        return
    let_go = ceasing.cease(report, Estimate.Because.REPORT, now)
    publish(*events.report_expired(report, let_go.asked))
    notify(messages.report_expired(report), messages.report_lapsed(report, let_go.engaged))


def _mark_overdue(report: DamageReport, now: datetime) -> None:
    DamageReport.objects.pending().filter(pk=report.pk).update(overdue_at=now)
    publish(events.report_distributed(report))
