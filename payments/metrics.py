from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from core.figures import FiguresCollector
from payments.backlog import backlogs


def figures(now: datetime) -> list[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("payments_waiting", "Webhooks to read, commands to carry out.", labels=["what"])
    age = GaugeMetricFamily("payments_waiting_seconds", "How long the oldest of them has waited.", labels=["what"])
    failed = GaugeMetricFamily("payments_failed", "Webhooks that are dead, refunds that were refused.", labels=["what"])
    for backlog in backlogs(now):
        waiting.add_metric([backlog.name], backlog.waiting)
        age.add_metric([backlog.name], backlog.age)
        failed.add_metric([backlog.name], backlog.failed)
    return [waiting, age, failed]


collector = FiguresCollector(figures)
