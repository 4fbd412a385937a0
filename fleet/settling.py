"""Makes the logs of vehicles say what their scans say, from the first scan that is new on.

The vehicles are locked, so what is read here is all there is. The last log before says where a vehicle was; from there
on its scans are folded anew. Those of before are not read: they may be forgotten.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.bulk import insert, update
from core.sql import instant_of, relation, texts_of
from fleet import tallies
from fleet.folding import Reading, Stay, fold
from fleet.models import Scan, Vehicle, VehicleLog
from fleet.tallies import Changes

Instants = Mapping[UUID, datetime]

LOGS_SINCE = """
    SELECT log.* FROM {source} JOIN fleet_vehiclelog log ON log.vehicle_id = since.vehicle
    WHERE log.at >= COALESCE(
        (SELECT MAX(before.at) FROM fleet_vehiclelog before
         WHERE before.vehicle_id = since.vehicle AND before.at < {at}),
        {at})
    ORDER BY log.vehicle_id, log.at
"""
SCANS_SINCE = """
    SELECT scan.id, scan.vehicle_id, scan.at, scan.direction, scan.source
    FROM {source} JOIN fleet_scan scan ON scan.vehicle_id = since.vehicle AND scan.at >= {at}
"""


@dataclass(slots=True)
class Difference:
    """Between the logs there are and those there should be."""

    inserted: list[VehicleLog] = field(default_factory=list)
    changed: list[VehicleLog] = field(default_factory=list)
    deleted: list[VehicleLog] = field(default_factory=list)
    before: Changes = field(default_factory=Counter)
    after: Changes = field(default_factory=Counter)

    def insert(self, log: VehicleLog) -> None:
        self.inserted.append(log)
        self.after.update(tallies.of_log(log))

    def change(self, log: VehicleLog, stay: Stay) -> None:
        self.before.update(tallies.of_log(log))
        for name, value in stay.columns().items():
            setattr(log, name, value)
        self.changed.append(log)
        self.after.update(tallies.of_log(log))

    def delete(self, log: VehicleLog) -> None:
        self.deleted.append(log)
        self.before.update(tallies.of_log(log))


def settle(vehicles: Sequence[Vehicle], since: Instants) -> list[VehicleLog]:
    """`since` has the first new scan of each of these vehicles, which are locked. Answers the logs that are new."""
    logs, readings = _logs(since), _readings(since)
    difference = Difference()
    for vehicle in vehicles:
        _compare(vehicle, since[vehicle.pk], logs[vehicle.pk], readings[vehicle.pk], difference)
    _write(difference)
    update(vehicles, ["status", "status_at"])
    tallies.move(difference.before, difference.after)
    return difference.inserted


def _logs(since: Instants) -> defaultdict[UUID, list[VehicleLog]]:
    """Of each vehicle the last log that began before, and all since."""
    source, parameters = _since(since)
    found: defaultdict[UUID, list[VehicleLog]] = defaultdict(list)
    for log in VehicleLog.objects.raw(LOGS_SINCE.format(source=source, at=instant_of("since.at")), parameters):
        found[log.vehicle_id].append(log)
    return found


def _readings(since: Instants) -> defaultdict[UUID, list[Reading]]:
    source, parameters = _since(since)
    found: defaultdict[UUID, list[Reading]] = defaultdict(list)
    for scan in Scan.objects.raw(SCANS_SINCE.format(source=source, at=instant_of("since.at")), parameters):
        found[scan.vehicle_id].append(Reading(scan.at, scan.direction, scan.source))
    return found


def _since(since: Instants) -> tuple[str, list[object]]:
    return relation("since", {"vehicle": ("uuid", list(since)), "at": ("text", texts_of(since.values()))})


def _compare(
    vehicle: Vehicle, since: datetime, logs: list[VehicleLog], readings: list[Reading], difference: Difference
) -> None:
    begin = _stay(logs[0]).known_before(since) if logs and logs[0].at < since else None
    # In the order of their instants, directions and sources: which came first to us must not matter.
    stays, last = fold(sorted(readings), begin)
    known = {log.at: log for log in logs}
    for stay in stays:
        log = known.pop(stay.at, None)
        if log is None:
            difference.insert(VehicleLog(vehicle=vehicle, department=vehicle.department, **stay.columns()))
        elif _stay(log) != stay:
            difference.change(log, stay)
    for log in known.values():
        difference.delete(log)
    if last:
        vehicle.status = Vehicle.Status.ONSITE if stays[-1].is_open else Vehicle.Status.OFFSITE
        vehicle.status_at = last.at


def _stay(log: VehicleLog) -> Stay:
    return Stay(log.at, log.in_at, log.out_at, log.is_open, log.in_by, log.out_by)


def _write(difference: Difference) -> None:
    """Deleted first and inserted last: a vehicle has one open log at any time."""
    if difference.deleted:
        VehicleLog.objects.filter(pk__in=[log.pk for log in difference.deleted]).delete()
    update(difference.changed, ["in_at", "out_at", "is_open", "in_by", "out_by"])
    insert(difference.inserted)
