"""What operators ask of the fleet: are the gates heard of, and what is to be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet, Sum

from accounts.models import ApiKey
from core.counting import count_by_status
from fleet import sources, standing
from fleet.models import Sanction, Scan, Tally, Vehicle, VehicleLog, Violation
from fleet.ranges import local_date

SHOWN = 25
LOGS_SHOWN = 10
MANY = 1000  # strangers; beyond, nobody counts them
SILENT = timedelta(hours=1)
LATE = timedelta(minutes=1)  # after which a sweep should have come by
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
class Overview:
    """`strangers`: plates that nobody has registered, MANY at most. `overdue`: what sweeps should have ended by now."""

    vehicles: int
    onsite: int
    entries: int
    exits: int
    newest_scan_at: datetime | None
    reviews: Reviews
    strangers: int
    overdue: int
    devices: Sequence[Device]
    queue: Sequence[Violation]


@dataclass(frozen=True, slots=True)
class Stay:
    log: VehicleLog
    in_by: str
    out_by: str


@dataclass(frozen=True, slots=True)
class Review:
    """A violation and what its vehicle has done before. `next_type` is the sanction that would follow now."""

    violation: Violation
    reporter: str
    sanction: Sanction | None
    next_type: str | None
    states: Mapping[str, int]
    former: Sequence[Violation]
    sanctions: Sequence[Sanction]
    stays: Sequence[Stay]
    next_in_queue: Violation | None


def overview(now: datetime) -> Overview:
    entries, exits = moved_today(now)
    return Overview(
        vehicles=Vehicle.objects.count(),
        onsite=onsite(),
        entries=entries,
        exits=exits,
        newest_scan_at=newest_scan_at(),
        reviews=reviews(),
        strangers=strangers(),
        overdue=overdue(now),
        devices=devices(now),
        queue=list(queue()[:SHOWN]),
    )


def onsite() -> int:
    return VehicleLog.objects.filter(is_open=True).count()


def moved_today(now: datetime) -> tuple[int, int]:
    counts = Tally.objects.filter(day=local_date(now), measure__in=[Tally.Measure.ENTRY, Tally.Measure.EXIT])
    of = dict(counts.values_list("measure").annotate(Sum("count")).order_by())
    return of.get(Tally.Measure.ENTRY, 0), of.get(Tally.Measure.EXIT, 0)


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


def review(violation: Violation) -> Review:
    """`violation` with its vehicle, who reported it and who decided."""
    vehicle = violation.vehicle
    others = Violation.objects.filter(vehicle=vehicle).exclude(pk=violation.pk) if vehicle else Violation.objects.none()
    sanctions = list(vehicle.sanctions.select_related("created_by").order_by("-start_at", "-pk")) if vehicle else []
    sanction = next((one for one in sanctions if one.violation_id == violation.pk), None)
    logs = list(vehicle.logs.order_by("-at")[:LOGS_SHOWN]) if vehicle else []
    named = (source for log in logs for source in (log.in_by, log.out_by) if source)
    names = sources.names_of([violation.source, *named])
    return Review(
        violation=violation,
        reporter=names.get(violation.source, violation.source),
        sanction=sanction,
        next_type=standing.type_of(standing.next_offense(vehicle)) if vehicle and not sanction else None,
        states=count_by_status(others, Violation.Status.values),
        former=list(others.select_related("reported_by").order_by("-reported_at", "-pk")[:SHOWN]),
        sanctions=sanctions[:SHOWN],
        stays=[Stay(log, names.get(log.in_by, log.in_by), names.get(log.out_by, log.out_by)) for log in logs],
        next_in_queue=queue().exclude(pk=violation.pk).first(),
    )


def _pending() -> QuerySet[Violation]:
    return Violation.objects.filter(status=Violation.Status.PENDING)
