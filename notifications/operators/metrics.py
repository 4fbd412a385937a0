"""What /metrics tells of notifications. From the database, so every process says the same; and not at every scrape."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from time import monotonic

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notifications import trees
from notifications.conf import limits
from notifications.operators import backlog, insight
from notifications.operators.measuring import SHARES

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class FiguresCollector(Collector):
    """Reads at most every `figures_seconds`. Without a database it has no figures, and the rest of /metrics goes on."""

    def __init__(self, read: Callable[[datetime], list[GaugeMetricFamily]]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._families: list[GaugeMetricFamily] = []
        self._good_until = 0.0

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: the registry asks when the process starts, and would have it read the database then."""
        return []

    def collect(self) -> Iterable[GaugeMetricFamily]:
        with self._lock:
            if monotonic() >= self._good_until:
                self._families = self._figures()
                self._good_until = monotonic() + limits.figures_seconds
            return self._families

    def _figures(self) -> list[GaugeMetricFamily]:
        try:
            return self._read(timezone.now())
        except Exception as error:  # whatever the driver or its pool raises
            logger.warning("figures_unavailable", extra={"error": type(error).__name__})
            return []


def figures(now: datetime) -> list[GaugeMetricFamily]:
    return [*_of_backlog(now), *_of_breakers(), *_of_last_hour(now), *_of_devices(now)]


collector = FiguresCollector(figures)


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
