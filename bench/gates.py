"""What a deployment is asked to do for the measurement of the fleet; runs in a hand (tests/hand.py)."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts.models import User
from bench.cost import Cost, cost_of
from bench.payload import digest
from core.clocks import local_day
from core.unit import unit
from core.wiring import declared
from fleet import auditing, freshness
from fleet.conf import limits
from fleet.models import Officer, Vehicle
from fleet.ranges import DAY, local_date, zone
from fleet.replaying.making import make
from fleet.replaying.mixing import in_order
from fleet.replaying.playing import Progress, play
from fleet.replaying.senders import ToServer
from fleet.services.scans import Seen
from realtime.kinds import encode

_day: list[Seen] = []


def appoint(users: Sequence[Any]) -> None:
    Officer.objects.bulk_create(Officer(user=user) for user in User.objects.filter(pk__in=users))


@unit
def touch_boards() -> None:
    freshness.all_changed()


def plates() -> list[str]:
    return list(Vehicle.objects.order_by("plate").values_list("plate_number", flat=True))


def record(scans: int, days_ago: int, place: int = 0, of: int = 1) -> int:
    """Keep the scans of a day to send them: those of every so-many-eth vehicle."""
    midnight = local_day(local_date(timezone.now()) - days_ago * DAY, zone().key).start
    made = make(plates()[place::of], scans // of, midnight, seed=days_ago)
    _day[:] = [replace(scan, event_id=f"{days_ago}-{place}-{scan.event_id}") for scan in made]
    return len(_day)


def post(url: str, key: str, secret: str, seconds: float) -> Cost:
    """Batches of what is kept, one after the other for so long."""
    send = ToServer(url, key, secret)
    end = time.perf_counter() + seconds

    def work() -> int:
        for start in range(0, len(_day), limits.batch):
            if time.perf_counter() >= end:
                return start
            results = Counter(send(_day[start : start + limits.batch]))
            if results.keys() != {"recorded"}:
                raise RuntimeError(f"Of a batch became {dict(results)}.")
        raise RuntimeError("There were too few scans.")

    return cost_of(work)


def replay(url: str, key: str, secret: str, speed: float | None) -> list[tuple[float, float, int]]:
    """All that is kept: of each batch when it was sent and when it was answered, and how many were sent by then."""
    batches: list[tuple[float, float, int]] = []
    sent_at = 0.0
    server = ToServer(url, key, secret)

    def send(scans: Sequence[Seen]) -> list[str]:
        nonlocal sent_at
        sent_at = time.time()
        return server(scans)

    def told(progress: Progress) -> None:
        batches.append((sent_at, time.time(), progress.sent))

    done = play(in_order(_day), send, speed=speed, told=told)
    if done.results["recorded"] != len(_day):
        raise RuntimeError(f"Of {len(_day)} scans became {dict(done.results)}.")
    return batches


def boards() -> dict[str, str]:
    """A digest of each board of the fleet, as it is computed now from the rows."""
    kinds = {name: kind for name, kind in declared("BOARDS").items() if name.startswith("fleet.")}
    return {name: digest(json.loads(encode(kind.render("")))) for name, kind in kinds.items()}


def is_miscounted() -> bool:
    days = auditing.whole()
    return bool(days and auditing.recount(days) != auditing.counted(days))
