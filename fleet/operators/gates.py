"""How the gates do, and what waits at them: devices that are silent, strangers, violations to be decided on."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour

from accounts.models import ApiKey
from fleet.models import Sanction, Scan, Vehicle, VehicleLog, Violation
from fleet.ranges import Days, Grouping, bucket_of, local_date, within, zone
from fleet.tallies import VIOLATION, on

MANY = 1000  # strangers; beyond, nobody counts them
SILENT = timedelta(hours=1)
LATE = timedelta(minutes=1)  # after which a sweep should have come by
SOON = timedelta(days=14)
SCOPES = {"fleet.scans", "fleet.violations"}


@dataclass(frozen=True, slots=True)
class Reviews:
    """Violations that nobody has decided on."""

    pending: int
    oldest_at: datetime | None

    def age(self, now: datetime) -> float:
        return max((now - self.oldest_at).total_seconds(), 0.0) if self.oldest_at else 0.0


@dataclass(frozen=True, slots=True)
class Device:
    key: ApiKey
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """The scans of one hour of the campus's clock."""

    entries: int = 0
    exits: int = 0
    strangers: int = 0


def onsite() -> int:
    return VehicleLog.objects.filter(is_open=True).count()


def newest_scan_at() -> datetime | None:
    """When one was last received, whatever time it tells of."""
    return Scan.objects.order_by("-pk").values_list("received_at", flat=True).first()


def reviews() -> Reviews:
    waiting = _pending().aggregate(count=Count("pk"), oldest=Min("created_at"))
    return Reviews(waiting["count"], waiting["oldest"])


def queue() -> QuerySet[Violation]:
    """The longest waiting first, however long ago it was that it happened."""
    return _pending().select_related("vehicle", "reported_by").order_by("created_at", "pk")


def strangers() -> int:
    plates = Scan.objects.filter(vehicle=None).order_by().values("plate").distinct()
    return plates[:MANY].count()


def strangers_on(day: date) -> QuerySet[Scan, dict[str, Any]]:
    """Plates with how often and when last they were seen that day, the most frequent first. Index: scans_by_age."""
    seen = Scan.objects.filter(within("at", Days(day, day)), vehicle=None).order_by()
    return seen.values("plate").annotate(times=Count("pk"), last_at=Max("at")).order_by("-times", "plate")


def hours_of(day: date) -> list[Hour]:
    """Index: scans_by_age."""
    scans = Scan.objects.filter(within("at", Days(day, day))).order_by()
    is_stranger = Q(vehicle=None)
    counted = scans.values_list(ExtractHour("at", tzinfo=zone())).annotate(
        entries=Count("pk", filter=Q(direction=Scan.Direction.IN) & ~is_stranger),
        exits=Count("pk", filter=Q(direction=Scan.Direction.OUT) & ~is_stranger),
        strangers=Count("pk", filter=is_stranger),
    )
    found = {hour: Hour(*counts) for hour, *counts in counted}
    return [found.get(hour, Hour()) for hour in range(24)]


def violations_by_state(days: Days, grouping: Grouping) -> dict[str, Counter[str]]:
    """By `bucket_of`, and there by state."""
    counted = on(days).filter(measure=VIOLATION).values_list("day", "status").annotate(Sum("count")).order_by()
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for day, status, count in counted:
        found[bucket_of(day, grouping)][status] += count
    return found


def sanctions_running() -> QuerySet[Sanction]:
    """Suspensions, the next to end first. Index: sanctions_to_end."""
    return Sanction.objects.active().filter(end_at__isnull=False).select_related("vehicle").order_by("end_at", "pk")


def registrations_ending(now: datetime) -> int:
    """Index: vehicles_to_expire."""
    today = local_date(now)
    valid = Vehicle.objects.filter(registration_status=Vehicle.Registration.ACTIVE)
    return valid.filter(registration_valid_until__gte=today, registration_valid_until__lte=today + SOON).count()


def overdue(now: datetime) -> int:
    """Suspensions that were served, and registrations that have run out."""
    served = Sanction.objects.active().filter(end_at__lte=now - LATE)
    valid = Vehicle.objects.filter(registration_status=Vehicle.Registration.ACTIVE)
    return served.count() + valid.filter(registration_valid_until__lt=local_date(now - LATE)).count()


def devices(now: datetime) -> list[Device]:
    """What may post scans or violations; those first that were not heard of for the longest time."""
    unrevoked = ApiKey.objects.filter(revoked_at=None).select_related("owner")
    of_fleet = [key for key in unrevoked if SCOPES & set(key.scopes) and key.is_live(now)]
    of_fleet.sort(key=lambda key: (key.last_used_at or key.created_at, key.pk))
    return [Device(key, (key.last_used_at or key.created_at) < now - SILENT) for key in of_fleet]


def _pending() -> QuerySet[Violation]:
    return Violation.objects.filter(status=Violation.Status.PENDING)
