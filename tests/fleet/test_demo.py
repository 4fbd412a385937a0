"""The campus of the demo world, and the lines that a newcomer is shown."""

import re
import shlex
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import demo as people
from fleet import auditing, demo, figures, ranges, selectors
from fleet.models import Officer, Scan, Vehicle, VehicleLog, Violation
from notifications.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(db: None) -> None:
    people.people()
    demo.campus()


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Vehicle, Violation, Officer, Notice))


def test_it_is_made_once_and_watched_on_whenever_it_is_made_again(campus):
    made, scans = rows(), Scan.objects.count()
    Scan.objects.filter(at__gt=timezone.now() - timedelta(days=3)).delete()
    demo.campus()

    assert rows() == made
    assert scans - Scan.objects.count() == 0
    assert len({(scan.source, scan.event_id) for scan in Scan.objects.all()}) == scans


def test_it_has_something_of_everything_to_show(campus):
    assert Vehicle.objects.count() == demo.VEHICLES
    assert set(Vehicle.objects.values_list("department", flat=True)) == {*demo.DEPARTMENTS}
    assert set(Violation.objects.values_list("status", flat=True)) == {*Violation.Status.values}
    standings = Counter(Vehicle.objects.values_list("registration_status", flat=True))
    assert {*standings} == {*Vehicle.Registration.values}
    assert VehicleLog.objects.filter(is_open=True).exists()
    assert Violation.objects.filter(vehicle=None, status="pending").count() == 1
    summary = figures.summary(ranges.named("30d", timezone.now()))
    assert summary.movements.exits > 500
    assert len(summary.department_movements) == len(demo.DEPARTMENTS)


def test_its_counts_are_right(campus):
    days = auditing.whole()

    assert auditing.counted(days) == auditing.recount(days)


def test_the_guard_looks_and_the_operator_decides(campus):
    guard, officer = (people.User.objects.get(email=email) for email in (demo.GUARD, demo.OFFICER))

    assert selectors.readers([guard.pk]) == {guard.pk}
    assert selectors.deciders([guard.pk]) == set()
    assert selectors.officers() == [officer.pk]


def test_the_ways_in_work_and_change_nothing_when_sent_again(campus, client):
    lines = demo.ways_in("127.0.0.1:8000")
    tokens = dict(line.strip().split("=", 1) for line in lines if re.match("  [A-Z]+=", line))
    onsite = Vehicle.objects.filter(status="onsite").count()

    for _ in range(2):
        results = []
        for line in (line for line in lines if line.startswith("  curl")):
            _, _, _, url, *_, body = shlex.split(line)
            answer = client.post(
                url.removeprefix("http://127.0.0.1:8000"),
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {tokens['GUARD']}"},
            )
            results += [outcome["result"] for outcome in answer.json()["outcomes"]]

    assert results == ["repeated", "repeated"]
    assert Vehicle.objects.filter(status="onsite").count() == onsite + 1
    assert [line for line in lines if 'wscat -c "ws://127.0.0.1:8000/ws/fleet?token=' in line] != []
