"""Scans are kept for a day longer than one may come late; what they told of stays. Scans of strangers go likewise."""

from datetime import datetime, timedelta

from fleet.conf import limits
from fleet.models import Scan

LOT = 5000
KEPT = timedelta(days=limits.scan_days + 1)  # one that comes at the last moment is settled with all since


def forget(now: datetime) -> int:
    """Lot by lot, so that nobody waits for it."""
    old = Scan.objects.filter(at__lt=now - KEPT)
    forgotten = 0
    while lot := list(old.order_by("at").values_list("pk", flat=True)[:LOT]):
        forgotten += Scan.objects.filter(pk__in=lot).delete()[0]
    return forgotten
