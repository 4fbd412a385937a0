"""Scans come late, twice, in any order and in batches of any size: what they say in the end is the same."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import auditing
from fleet.folding import Reading, fold
from fleet.models import Scan, Vehicle, VehicleLog
from fleet.services.scans import Seen, record_scans
from fleet.sources import Source
from tests.factories.fleet import VehicleFactory
from tests.properties import one_try

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
PLATES = ["AAA 111", "BBB 222", "CCC 333"]

moments = st.integers(0, 4000).map(lambda n: NOW - timedelta(seconds=17 * n))
scans = st.tuples(st.sampled_from(PLATES), st.sampled_from(["in", "out"]), moments)


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Seen]]:
    """All scans at least once, some twice, in batches."""
    facts = draw(st.lists(scans, min_size=1, max_size=30))
    seen = [Seen(str(n), plate, direction, at) for n, (plate, direction, at) in enumerate(facts)]
    again = draw(st.lists(st.sampled_from(seen), max_size=10))
    mixed = draw(st.permutations([*seen, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(mixed)), max_size=6)) | {0, len(mixed)})
    return [mixed[start:end] for start, end in pairwise(cuts)]


def expected() -> dict[str, list[tuple[object, ...]]]:
    """By the whole of the scans, in their order."""
    stays = {}
    for vehicle in Vehicle.objects.all():
        readings = sorted(Reading(scan.at, scan.direction, scan.source) for scan in vehicle.scans.all())
        stays[vehicle.plate] = [(stay.in_at, stay.out_at, stay.is_open) for stay in fold(readings)[0]]
    return stays


def found() -> dict[str, list[tuple[object, ...]]]:
    logs = {vehicle.plate: vehicle.logs.order_by("at") for vehicle in Vehicle.objects.all()}
    return {plate: list(of.values_list("in_at", "out_at", "is_open")) for plate, of in logs.items()}


@pytest.mark.django_db
@given(deliveries())
def test_whatever_the_order_the_logs_are_those_of_all_scans(batches: list[list[Seen]]):
    with one_try():
        for plate in PLATES[:2]:
            VehicleFactory(plate_number=plate)
        for batch in batches:
            record_scans(Source("key-gate"), batch, now=NOW)

        assert Scan.objects.count() == len({seen.event_id for batch in batches for seen in batch})
        assert found() == expected()
        days = auditing.whole()
        if days:
            assert auditing.counted(days) == auditing.recount(days)
        inside = {log.vehicle_id for log in VehicleLog.objects.filter(is_open=True)}
        assert {vehicle.pk for vehicle in Vehicle.objects.filter(status="onsite")} == inside
