"""All that is told of one vehicle: the individual view of seed 003, and its document."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from fleet import selectors, sources
from fleet.figures import Movements, in_buckets, ranked
from fleet.models import Vehicle, VehicleLog, Violation
from fleet.ranges import Bucket, Days, Grouping, local_date, within, zone

RECENT = 20  # logs
HISTORY = 100  # violations
SOON = timedelta(days=30)


class Validity(StrEnum):
    """Of a registration, by its days alone: what sanctions make of it is its status."""

    VALID = "Valid"
    EXPIRING = "Expiring Soon"
    EXPIRED = "Expired"
    NOT_STARTED = "Not Started"
    NOT_SET = "Not Set"


@dataclass(frozen=True, slots=True)
class Report:
    """`types`, totals and what is recent are of all times, `logs` of `days`. Most frequent and newest come first."""

    vehicle: Vehicle
    today: date
    days: Days
    total_violations: int
    active_violations: int
    movements: Movements
    types: list[tuple[str, int]]
    logs: list[tuple[Bucket, Movements]]
    recent_logs: list[VehicleLog]
    violations: list[Violation]
    names: Mapping[str, str]  # of those who scanned and reported, by source

    @property
    def registered_on(self) -> date:
        return self.vehicle.registration_valid_from or local_date(self.vehicle.created_at)

    @property
    def days_until_expiration(self) -> int | None:
        until = self.vehicle.registration_valid_until
        return None if until is None else max((until - self.today).days, 0)

    @property
    def validity(self) -> Validity:
        since, until = self.vehicle.registration_valid_from, self.vehicle.registration_valid_until
        if until is None:
            return Validity.NOT_SET
        if until < self.today:
            return Validity.EXPIRED
        if since is not None and self.today < since:
            return Validity.NOT_STARTED
        return Validity.EXPIRING if until - self.today <= SOON else Validity.VALID

    @property
    def progress(self) -> float:
        """Of its validity, how much is over: 0 to 1."""
        since, until = self.vehicle.registration_valid_from, self.vehicle.registration_valid_until
        if since is None or until is None or self.today < since:
            return 0.0
        return min((self.today - since) / (until - since), 1.0) if since < until else 1.0


def report(vehicle_id: UUID, days: Days, grouping: Grouping, *, now: datetime) -> Report:
    vehicle = selectors.vehicle(vehicle_id)
    of_type, of_status = _violations(vehicle)
    logs = list(vehicle.logs.order_by("-at", "-pk")[:RECENT])
    violations = list(selectors.violations().filter(vehicle=vehicle)[:HISTORY])
    moved = vehicle.logs.aggregate(entries=Count("in_at"), exits=Count("out_at"))
    spoke = {*(log.in_by for log in logs), *(log.out_by for log in logs), *(one.source for one in violations)}
    return Report(
        vehicle,
        local_date(now),
        days,
        total_violations=of_type.total(),
        active_violations=of_status[Violation.Status.PENDING],
        movements=Movements(moved["entries"], moved["exits"]),
        types=ranked(of_type),
        logs=_movements(vehicle.logs.all(), days, grouping),
        recent_logs=logs,
        violations=violations,
        names=sources.names_of(spoke - {""}),
    )


def _violations(vehicle: Vehicle) -> tuple[Counter[str], Counter[str]]:
    of_type: Counter[str] = Counter()
    of_status: Counter[str] = Counter()
    for kind, status, count in vehicle.violations.values_list("type", "status").annotate(Count("pk")).order_by():
        of_type[kind] += count
        of_status[status] += count
    return of_type, of_status


def _movements(logs: QuerySet[VehicleLog], days: Days, grouping: Grouping) -> list[tuple[Bucket, Movements]]:
    """Every bucket that the days touch, in order."""
    entries, exits = _by_day(logs, "in_at", days), _by_day(logs, "out_at", days)
    return list(in_buckets(entries, exits, days, grouping).values())


def _by_day(logs: QuerySet[VehicleLog], column: str, days: Days) -> Counter[date]:
    dated = logs.filter(within(column, days)).values_list(TruncDate(column, tzinfo=zone()))
    return Counter(dict(dated.annotate(Count("pk")).order_by()))
