"""How much and how long. `FLEET_<NAME>` in the environment overrides a limit."""

from dataclasses import dataclass

from django.conf import settings

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    batch: int = 500  # scans or violations of one request
    repeat_seconds: float = 60  # a vehicle read again in the same direction within this time passed once
    ahead_seconds: float = 300  # a device's clock may be ahead of ours by this
    scan_days: float = 90  # how long scans are kept, and how late one may come
    alert_minutes: float = 15  # a vehicle that came in longer ago is no news
    valid_days: int = 365  # of a registration that does not say until when
    suspension_days: int = 30  # working days
    shown: int = 100  # vehicles and violations on a board; the newest
    top: int = 5  # violation types and departments of a chart
    found: int = 10  # vehicles of a search
    cache_seconds: float = 300  # how long a read may be answered from the cache
    cache_entries: int = 1000
    # The seed's own client, which wants whole lists.
    dialect_seconds: float = 5  # between two frames of a kind
    dialect_vehicles: int = 2000
    dialect_violations: int = 200


limits = Limits.from_settings("FLEET_", settings.FLEET)
