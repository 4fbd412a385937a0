"""A job that is given back: the report is open again to all others, and those who had answered stand."""

from datetime import datetime

from dispatch import deposits, distribution, events, matching, messages, selectors
from dispatch.boards import touch_professionals, touch_report
from dispatch.conf import policy_of
from dispatch.models import DamageReport, Estimate, EstimateRequest
from notifications.messages import notify, withdraw
from realtime.publishing import publish

Status = Estimate.Status
Request = EstimateRequest.Status


def give_back(report: DamageReport, estimate: Estimate, now: datetime) -> None:
    """Under the report's lock; the estimate is the accepted one."""
    winner = estimate.professional_id
    report.estimates.filter(pk=estimate.pk, status=Status.ACCEPTED).update(status=Status.WITHDRAWN, decided_at=now)
    report.requests.filter(professional=winner).update(status=Request.DECLINED)
    deposits.give_back(estimate, now)
    rivals = _reopen(report, now)
    report.refresh_from_db()
    publish(
        events.estimate_withdrawn(estimate),
        *events.report_reopened(report, selectors.asked(report)),
        *(events.estimate_reopened(rival) for rival in rivals),
    )
    told = report.requests.unanswered().filter(told_at__isnull=False).values_list("professional_id", flat=True)
    others = [*told, *(rival.professional_id for rival in rivals)]
    withdraw(messages.subject(report), kinds=[messages.UPDATES], to=[report.owner_id, winner, *others])
    notify(messages.job_given_back(estimate), messages.report_reopened(report, others))
    touch_report(report)
    touch_professionals([winner])


def _reopen(report: DamageReport, now: datetime) -> list[Estimate]:
    """As if nothing had been accepted: answers the estimates that may be chosen again."""
    answer_by = now + policy_of(report).answer_within
    DamageReport.objects.filter(pk=report.pk, status=DamageReport.Status.IN_PROGRESS).update(
        status=DamageReport.Status.PENDING,
        accepted_at=None,
        generation=report.generation + 1,
        look_at=now,
        answer_by=answer_by,
        expires_at=distribution.time_to_decide(answer_by),
        overdue_at=None,
    )
    parted = matching.blocked_by_or_blocking(report.owner_id)
    rivals = report.estimates.filter(declined_because=Estimate.Because.RIVAL).exclude(professional__in=parted)
    ids = list(rivals.values_list("pk", flat=True))
    report.estimates.filter(pk__in=ids, status=Status.DECLINED).update(
        status=Status.PENDING, declined_because="", decided_at=None
    )
    # Who had been declined before a block, now gone, has had her answer.
    declined = report.estimates.filter(status=Status.DECLINED).values("professional")
    ceased = report.requests.filter(status=Request.CEASED)
    let_go = ceased.exclude(professional__in=parted).exclude(professional__in=declined)
    prompt_at = distribution.halfway(now, answer_by)
    let_go.filter(seen_at=None).update(status=Request.NOTIFIED, prompt_at=prompt_at)
    let_go.exclude(seen_at=None).update(status=Request.SEEN, prompt_at=prompt_at)
    return list(report.estimates.filter(pk__in=ids).select_related("report"))
