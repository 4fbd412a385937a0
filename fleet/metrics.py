from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from core.figures import FiguresCollector
from fleet.operators import gates


def figures(now: datetime) -> list[GaugeMetricFamily]:
    reviews, newest = gates.reviews(), gates.newest_scan_at()
    silent = sum(device.is_silent for device in gates.devices(now))
    age = GaugeMetricFamily("fleet_newest_scan_seconds", "Since when no scan has come.")
    if newest is not None:
        age.add_metric([], max((now - newest).total_seconds(), 0.0))
    return [
        age,
        _gauge("onsite", "Vehicles on the campus.", gates.onsite()),
        _gauge("pending_reviews", "Violations that nobody has decided on.", reviews.pending),
        _gauge("pending_reviews_seconds", "How long the oldest of them has waited.", reviews.age(now)),
        _gauge("strangers", f"Plates that nobody has registered, {gates.MANY} at most.", gates.strangers()),
        _gauge("silent_devices", "Keys of devices that were not used for an hour.", silent),
        _gauge("overdue", "Suspensions and registrations that should have ended.", gates.overdue(now)),
    ]


collector = FiguresCollector(figures)


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fleet_{name}", help, value=value)
