"""What /metrics tells of notifications. From the database, so every process says the same; and not at every scrape."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily

from core.figures import FiguresCollector
from core.measuring import SHARES
from notifications import trees
from notifications.conf import limits
from notifications.operators import backlog, insight

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def figures(now: datetime) -> list[GaugeMetricFamily]:
    return [*_of_backlog(now), *_of_breakers(), *_of_last_hour(now), *_of_devices(now)]


collector = FiguresCollector(figures, seconds=limits.figures_seconds)


def _of_backlog(now: datetime) -> Iterable[GaugeMetricFamily]:
    queue = _gauge("queue", "Deliveries that are not over, by what they wait for.", "lane", "state")
    age = _gauge("queue_age_seconds", "How long the job that is due for longest has been due.", "lane")
    for one in backlog.queues(now):
        for state in ("due", "sending", "retrying", "held"):
            queue.add_metric([one.lane, state], getattr(one, state))
        age.add_metric([one.lane], one.age)
    unplanned = backlog.unplanned(now)
    return [
        queue,
        age,
        _gauge("unplanned", "Notices that no worker has looked at yet.", value=unplanned.count),
        _gauge("unplanned_age_seconds", "How long the oldest of them has waited.", value=unplanned.age),
        _gauge("held_by_quiet_hours", "Deliveries that wait for their end.", value=backlog.held_by_quiet_hours(now)),
    ]  # fmt: skip


def _of_breakers() -> Iterable[GaugeMetricFamily]:
    gauge = _gauge("breaker_open", "1 while nothing is sent on this lane, or of this kind, but a probe.", "name")
    for health in backlog.breakers():
        gauge.add_metric([health.name], health.is_open)
    return [gauge]


def _of_last_hour(now: datetime) -> Iterable[GaugeMetricFamily]:
    outcomes = insight.outcomes(now - HOUR, now)
    deliveries = _gauge("deliveries_last_hour", "Deliveries planned in the last hour.", "lane", "state")
    for (lane, state), count in insight.counts(outcomes, "lane", "state").items():
        deliveries.add_metric([lane, state], count)
    rate = _gauge("delivery_ratio_last_hour", "Handed over, of those that should have gone and have ended.", "channel")
    received = _gauge("received_ratio_last_hour", "Confirmed by apps, of the pushes handed over.", "channel")
    opened = _gauge("opened_ratio_last_hour", "Tapped, of the pushes handed over.", "channel")
    for (channel,), tally in insight.tallies(outcomes, "channel").items():
        ratios = [(rate, tally.rate)]
        if channel in trees.PUSH:
            ratios += [(received, tally.received_rate), (opened, tally.opened_rate)]
        for gauge, value in ratios:
            if value is not None:
                gauge.add_metric([channel], value)
    failures = _gauge("failures_last_hour", "Deliveries that were given up.", "channel", "state", "code")
    for labels, count in insight.failures(outcomes).items():
        failures.add_metric(labels, count)
    skips = _gauge("skipped_last_hour", "Deliveries that were not to go.", "reason", "channel")
    for labels, count in insight.skips(outcomes).items():
        skips.add_metric(labels, count)
    return [deliveries, rate, received, opened, failures, skips, _dwell(now)]


def _dwell(now: datetime) -> GaugeMetricFamily:
    gauge = _gauge(
        "dwell_seconds_last_hour", "From the commit, or the end of a wait on purpose, to the hand-over.",
        "kind", "channel", "held", "quantile",
    )  # fmt: skip
    for dwell in insight.dwells(now - HOUR, now):
        for share, seconds in zip(SHARES, (dwell.p50, dwell.p95, dwell.p99), strict=True):
            gauge.add_metric([dwell.kind, dwell.channel, str(dwell.is_held).lower(), str(share)], seconds)
    return gauge


def _of_devices(now: datetime) -> Iterable[GaugeMetricFamily]:
    changes = _gauge("device_changes_last_day", "What happened to addresses of devices.", "what")
    for what, count in insight.device_changes(now - DAY).items():
        changes.add_metric([what], count)
    devices = _gauge("devices", "Registered devices; only the fresh ones are pushed to.", "platform", "state")
    for fleet in insight.fleet(now):
        for state in ("fresh", "stale", "dead"):
            devices.add_metric([fleet.platform, state], getattr(fleet, state))
    return [changes, devices]


def _gauge(name: str, help: str, *labels: str, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"notifications_{name}", help, labels=labels or None, value=value)
