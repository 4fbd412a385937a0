from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from core.figures import FiguresCollector
from fleet import operators


def figures(now: datetime) -> list[GaugeMetricFamily]:
    reviews, newest = operators.reviews(), operators.newest_scan_at()
    silent = sum(device.is_silent for device in operators.devices(now))
    families = [
        _gauge("onsite", "Vehicles on the campus.", operators.onsite()),
        _gauge("pending_reviews", "Violations that nobody has decided on.", reviews.pending),
        _gauge("pending_reviews_seconds", "How long the oldest of them has waited.", reviews.age(now)),
        _gauge("strangers", f"Plates that nobody has registered, {operators.MANY} at most.", operators.strangers()),
        _gauge("silent_devices", "Keys of devices that were not used for an hour.", silent),
        _gauge("overdue", "Suspensions and registrations that should have ended.", operators.overdue(now)),
    ]
    if newest is not None:
        age = max((now - newest).total_seconds(), 0.0)
        families.append(_gauge("newest_scan_seconds", "Since when no scan has come.", age))
    return families


collector = FiguresCollector(figures)


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fleet_{name}", help, value=value)
