"""A report that its owner wants no more. Under the report's lock."""

from datetime import datetime

from core.errors import refuse
from dispatch import ceasing, deposits, events, messages
from dispatch.boards import touch_professionals
from dispatch.errors import ReportClosed
from dispatch.models import DamageReport, Estimate
from notifications.messages import notify
from realtime.publishing import publish

Status = DamageReport.Status


def cancel(report: DamageReport, now: datetime) -> None:
    open_or_in_work = DamageReport.objects.filter(pk=report.pk, status__in=[Status.PENDING, Status.IN_PROGRESS])
    generation = report.generation + 1
    refuse(ReportClosed, unless=open_or_in_work.update(status=Status.CANCELLED, closed_at=now, generation=generation))
    winner = report.estimates.filter(status=Estimate.Status.ACCEPTED).first()
    let_go = ceasing.cease(report, Estimate.Because.REPORT, now)
    publish(*events.report_cancelled(report, let_go.asked))
    notify(messages.report_cancelled(report, let_go.engaged))
    if winner:
        deposits.call_off(winner, now)
        notify(messages.job_cancelled(report, winner.professional_id))
        touch_professionals([winner.professional_id])
