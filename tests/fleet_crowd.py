"""A campus with years of history on PostgreSQL, as a hand makes it, and what is asked of it."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.clocks import DAY, local_day
from fleet import auditing, boards, freshness, kept
from fleet.models import Vehicle, VehicleLog, Violation
from fleet.ranges import Days, local_date, zone
from realtime.kinds import encode
from tests.gate_world import register

MONTHS = 36
HISTORY = MONTHS * 31  # days, the last of them today
SHOWN: dict[str, Callable[[Days], dict[str, Any]]] = {
    freshness.SUMMARY: boards.show_summary,
    freshness.DISTRIBUTION: boards.show_distribution,
    freshness.LOGS: boards.show_logs,
}

# Visit after visit of all vehicles, from the first day to the last, each at an hour of its own, for six hours.
LOGS = """
    INSERT INTO fleet_vehiclelog (vehicle_id, department, at, in_at, out_at, is_open, in_by, out_by)
    SELECT vehicle.id, vehicle.department, came, came, came + interval '6 hours', false, 'key-1', 'key-2'
    FROM generate_series(0, %(visits)s - 1) AS visit
    CROSS JOIN (SELECT id, department, row_number() OVER (ORDER BY id) AS place FROM fleet_vehicle) AS vehicle
    CROSS JOIN LATERAL (
        SELECT %(first)s::timestamptz + visit * (%(days)s * interval '1 day' / %(visits)s)
            + (6 * 3600 + place %% 43200) * interval '1 second' AS came
    ) AS hour
"""
VIOLATIONS = """
    INSERT INTO fleet_violation
        (id, source, event_id, plate, vehicle_id, department, type, note, reported_at, created_at, status)
    SELECT gen_random_uuid(), 'key-1', number::text, vehicle.plate, vehicle.id, vehicle.department,
        (%(types)s::text[])[1 + number %% 11], '', at, at, (%(states)s::text[])[1 + number / 11 %% 4]
    FROM generate_series(0, %(violations)s - 1) AS number
    JOIN (SELECT id, plate, department, row_number() OVER () - 1 AS place FROM fleet_vehicle) AS vehicle
        ON vehicle.place = number %% %(vehicles)s
    CROSS JOIN LATERAL (
        SELECT %(first)s::timestamptz + number * (%(days)s * interval '1 day' / %(violations)s) AS at
    ) AS moment
"""


def crowd(vehicles: int, logs: int, violations: int) -> None:
    register(vehicles)
    today = local_date(timezone.now())
    facts = {
        "first": local_day(today - (HISTORY - 1) * DAY, zone().key).start,
        "days": HISTORY - 1,
        "vehicles": vehicles,
        "visits": logs // vehicles,
        "violations": violations,
        "types": list(Violation.Type.values),
        "states": list(Violation.Status.values),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(LOGS, facts)
        cursor.execute(VIOLATIONS, facts)
        cursor.execute("VACUUM ANALYZE fleet_vehicle, fleet_vehiclelog, fleet_violation")  # as after a while
        auditing.repair(Days(today - HISTORY * DAY, today))
        cursor.execute("VACUUM ANALYZE fleet_tally")
        cursor.execute("RESET statement_timeout")


def size() -> tuple[int, int, int]:
    return Vehicle.objects.count(), VehicleLog.objects.count(), Violation.objects.count()


# What is measured


def months() -> list[Days]:
    """The last of them is this one, as far as it has come."""
    last = local_date(timezone.now())
    found: list[Days] = []
    while len(found) < MONTHS:
        found.append(Days(last.replace(day=1), last))
        last = found[-1].first - DAY
    return found


def time_reads(board: str, is_kept: bool, times: int) -> list[float]:
    """Milliseconds until a board was there as it is sent, of each month so many times."""
    return [_timed(partial(read, board, days, is_kept)) for _ in range(times) for days in months()]


def time_boards() -> dict[str, float]:
    """Milliseconds until each was computed."""
    return {name: _timed(partial(kind.render, "")) for name, kind in boards.BOARDS.items()}


def read(board: str, days: Days, is_kept: bool = False) -> bytes:
    def make() -> bytes:
        return encode(SHOWN[board](days)).encode()

    found: bytes = kept.read(board, f"{days.first}/{days.last}", make, anew=not is_kept)
    return found


def look_through_logs(days: Days) -> int:
    """As if nothing had been counted."""
    start, end = local_day(days.first, zone().key).start, local_day(days.last, zone().key).end
    return VehicleLog.objects.filter(out_at__gte=start, out_at__lt=end).count()


def plans(board: str) -> str:
    """How PostgreSQL answers all that is asked for a month of it."""
    return _plans(lambda: read(board, months()[1]))


def plans_of_looking() -> str:
    return _plans(lambda: look_through_logs(months()[1]))


def _plans(look: Callable[[], Any]) -> str:
    with CaptureQueriesContext(connection) as asked:
        look()
    lines = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            lines += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(lines)


def _timed(look: Callable[[], Any]) -> float:
    start = time.perf_counter()
    look()
    return (time.perf_counter() - start) * 1000
