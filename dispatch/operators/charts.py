"""What the dashboards of dispatch draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Count
from django.db.models.functions import TruncDate

from core.dashboards import Chart, Series, days
from core.dashboards.charts import Tone
from dispatch import analytics
from dispatch.models import DamageReport, ReportQuerySet
from dispatch.operators.insight import Wave

Status, Priority = DamageReport.Status, DamageReport.Priority

STATUS_TONES: Mapping[str, Tone] = {
    Status.COMPLETED: "good",
    Status.IN_PROGRESS: "primary",
    Status.PENDING: "waiting",
    Status.CANCELLED: "quiet",
    Status.EXPIRED: "bad",
}
PRIORITY_TONES: Mapping[str, Tone] = {
    Priority.LOW: "quiet",
    Priority.MEDIUM: "primary",
    Priority.HIGH: "waiting",
    Priority.URGENT: "bad",
}
MINUTE, HOUR = 60, 3600
DAY_OPENED = TruncDate("created_at", tzinfo=UTC)
WIDTH = 1.2  # of a wave, in percent of the time


@dataclass(frozen=True, slots=True)
class Beat:
    """A wave on the line of time, in percent: of what was asked in the largest of them."""

    x: float
    asked: float
    answered: float
    wave: Wave


@dataclass(frozen=True, slots=True)
class Timeline:
    begin: datetime
    end: datetime
    beats: Sequence[Beat]


def by_day(reports: ReportQuerySet, since: datetime, until: datetime) -> dict[str, Chart]:
    shown = days(since, until)
    counted = reports.order_by().values_list(DAY_OPENED, "status", "priority").annotate(count=Count("pk"))
    by_status: dict[tuple[date, str], int] = {}
    by_priority: dict[tuple[date, str], int] = {}
    for opened_on, status, priority, count in counted:
        by_status[opened_on, status] = by_status.get((opened_on, status), 0) + count
        by_priority[opened_on, priority] = by_priority.get((opened_on, priority), 0) + count
    return {
        "statuses": _stacked("statuses", "Reports by what became of them", shown, by_status, STATUS_TONES, Status),
        "priorities": _stacked("priorities", "Reports by priority", shown, by_priority, PRIORITY_TONES, Priority),
        "first": _waits("first", "To the first estimate", shown, analytics.first_estimates(reports), MINUTE, "minutes"),
        "accepted": _waits("accepted", "To the acceptance", shown, analytics.acceptances(reports), HOUR, "hours"),
    }


def timeline(report: DamageReport, waves: Sequence[Wave], now: datetime) -> Timeline:
    begin, end = report.created_at, report.accepted_at or report.closed_at or now
    largest = max((wave.asked for wave in waves), default=1)
    length = (end - begin).total_seconds() or 1
    return Timeline(
        begin,
        end,
        [
            Beat(
                x=min(max(100 * (wave.begun_at - begin).total_seconds() / length, 0), 100 - WIDTH),
                asked=100 * wave.asked / largest,
                answered=100 * wave.answered / largest,
                wave=wave,
            )
            for wave in waves
        ],
    )


def _stacked(
    name: str,
    title: str,
    shown: Sequence[date],
    counts: Mapping[tuple[date, str], int],
    tones: Mapping[str, Tone],
    named: Callable[[str], Status | Priority],
) -> Chart:
    series = [
        Series(named(one).label.lower(), [counts.get((day, one), 0) for day in shown], tone)
        for one, tone in tones.items()
    ]
    return Chart(name, title, _labels(shown), series, is_stacked=True)


def _waits(name: str, title: str, shown: Sequence[date], waits: ReportQuerySet, unit: float, words: str) -> Chart:
    by_day = analytics.spreads(waits, by=DAY_OPENED)
    spreads = [by_day.get(day) for day in shown]
    series = [
        Series("half within", [spread and round(spread["p50"] / unit, 2) for spread in spreads], "primary"),
        Series("95 % within", [spread and round(spread["p95"] / unit, 2) for spread in spreads], "waiting"),
    ]
    return Chart(name, title, _labels(shown), series, type="line", unit=words)


def _labels(shown: Sequence[date]) -> list[str]:
    return [f"{day.day} {day:%b}" for day in shown]
