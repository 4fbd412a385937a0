"""A violation, and what it is decided by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.counting import count_by_status
from fleet import sources, standing
from fleet.models import Sanction, VehicleLog, Violation
from fleet.operators.gates import queue

SHOWN = 25
LOGS_SHOWN = 10


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
