"""The dashboard of the fleet shows what the rows say, and its buttons decide."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from fleet.models import Sanction, Scan, VehicleLog, Violation
from fleet.operators import gates
from fleet.operators.dashboard import figures
from fleet.ranges import Days, Grouping, local_date
from fleet.services import sanctions
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source
from tests.dashboards import card, exported, operator, queries, said, words
from tests.factories.accounts import UserFactory
from tests.factories.fleet import VehicleFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/fleet/"
GATE = Source("key-gate")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def scan(plate: str, direction: str, at: datetime, *, now: datetime | None = None) -> None:
    record_scans(GATE, [Seen(f"{plate} {direction} {at}", plate, direction, at)], now=now or timezone.now())


def report(plate: str, kind: str = "Speed Violation", *, at: datetime | None = None) -> Violation:
    now = timezone.now()
    event_id = f"{plate} {Violation.objects.count()}"
    report_violations(GATE, [Reported(event_id, plate, kind, at or now)], now=now)
    return Violation.objects.get(event_id=event_id)


def shown(now: datetime, days: str = "7d") -> dict[str, Any]:
    return figures({"range": days}, now)


def test_it_shows_where_vehicles_are_and_what_is_to_be_decided(office):
    VehicleFactory(plate_number="ABC 123")
    scan("ABC 123", "in", timezone.now())
    scan("XYZ 999", "in", timezone.now())
    report("XYZ 999")

    text = words(office.get(PAGE))

    for part in [
        "On the campus 1 now",
        "To be reviewed 1",
        "Strangers 1",
        "Overdue 0",
        "Speed Violation XYZ999, unknown",
    ]:
        assert part in text


def test_a_quiet_day_says_so(office):
    text = words(office.get(PAGE))

    for part in ["Newest scan – none has come yet", "nothing waits", "None has a key yet.", "Nobody is suspended."]:
        assert part in text


def test_a_device_that_is_not_heard_of_is_an_alarm(office):
    keys.create_key(UserFactory(), name="Camera 3", scopes=["fleet.scans"], now=timezone.now() - 2 * HOUR)

    device = card(office.get(PAGE).context["cards"], "Devices")

    assert (device.value, device.hint, device.is_alarm) == ("1", "1 not heard of for an hour", True)


def test_figures_are_what_a_naive_count_finds():
    for number in range(4):
        VehicleFactory(plate_number=f"ABC 10{number}")
        for days_ago in range(number + 1):
            at = NOON - days_ago * DAY
            scan(f"ABC 10{number}", "in", at - 3 * HOUR, now=NOON)
            scan(f"ABC 10{number}", "out", at - number * HOUR, now=NOON)
            report(f"ABC 10{number}", at=at)

    context = shown(NOON)
    movements, states = context["movements"], context["states"]

    assert sum(movements.series[0].values) == VehicleLog.objects.filter(in_at__gt=NOON - 7 * DAY).count() == 10
    assert sum(movements.series[1].values) == VehicleLog.objects.filter(out_at__gt=NOON - 7 * DAY).count() == 10
    assert sum(states.series[0].values) == Violation.objects.count() == 10
    assert (card(context["cards"], "Entries").value, card(context["cards"], "Violations").value) == ("10", "10")
    assert len(movements.labels) == 7


def test_scans_are_counted_by_the_hour_of_the_campus(settings):
    settings.CAMPUS_ZONE = "Asia/Manila"
    VehicleFactory(plate_number="ABC 123")
    scan("ABC 123", "in", NOON - HOUR, now=NOON)
    scan("ABC 123", "out", NOON - HOUR / 2, now=NOON)
    scan("XYZ 999", "in", NOON - HOUR, now=NOON)

    hours = gates.hours_of(local_date(NOON))

    assert hours[19] == gates.Hour(entries=1, exits=1, strangers=1)
    assert sum(hour.entries + hour.exits + hour.strangers for hour in hours) == Scan.objects.count()


def test_a_range_leaves_out_the_days_before():
    report("XYZ 999", at=NOON - 3 * DAY)

    assert card(shown(NOON, "today")["cards"], "Violations").value == "0"
    assert card(shown(NOON, "7d")["cards"], "Violations").value == "1"
    found = gates.violations_by_state(Days(NOON.date() - 3 * DAY, NOON.date()), Grouping.DAY)
    assert {key: dict(states) for key, states in found.items()} == {"2026 2026-11-07": {"pending": 1}}


def test_strangers_are_ranked_and_lead_to_where_they_are_registered():
    for minutes, plate in enumerate(["XYZ 999", "QQQ 111", "XYZ 999"]):
        scan(plate, "in", NOON - minutes * timedelta(minutes=1), now=NOON)

    bars = shown(NOON, "today")["strangers"]

    assert [(bar.words, bar.count) for bar in bars] == [(("XYZ999",), 2), (("QQQ111",), 1)]
    assert bars[0].link == f"{reverse('admin:fleet_vehicle_add')}?plate_number=XYZ999"


@pytest.mark.parametrize(
    ("press", "done", "status"),
    [
        ("confirm", "Confirmed", "confirmed"),
        ("confirm_and_sanction", "Sanctioned", "sanctioned"),
        ("dismiss", "Dismissed", "dismissed"),
    ],
)
def test_a_violation_is_decided_by_a_button(client, press, done, status):
    VehicleFactory(plate_number="ABC 123")
    violation = report("ABC 123")
    client.force_login(decider := operator("fleet.view_violation", "fleet.change_violation"))

    answer = client.post(PAGE, {"press": press, "on": violation.pk}, follow=True)

    assert said(answer) == [f"{done}: {violation}"]
    violation.refresh_from_db()
    assert (violation.status, violation.reviewed_by) == (status, decider)
    assert LogEntry.objects.get().get_change_message() == done


def test_a_suspension_is_lifted_by_a_button(office):
    VehicleFactory(plate_number="ABC 123")
    for _ in range(2):
        sanctions.confirm_and_sanction(report("ABC 123").pk, by=UserFactory(), now=timezone.now())
    [suspension] = office.get(PAGE).context["suspensions"]

    office.post(PAGE, {"press": "lift", "on": suspension.pk})

    assert Sanction.objects.get(pk=suspension.pk).status == "lifted"
    assert list(office.get(PAGE).context["suspensions"]) == []


@pytest.mark.parametrize("key", ["", "nonsense", "01970000-0000-7000-8000-000000000000"])
def test_what_is_gone_is_said(office, key):
    answer = office.post(PAGE, {"press": "dismiss", "on": key}, follow=True)

    assert len(said(answer)) == 1
    assert not LogEntry.objects.exists()


def test_who_may_only_look_sees_no_button_and_presses_none(client):
    violation = report("XYZ 999")
    client.force_login(operator("fleet.view_violation"))

    assert 'name="press"' not in client.get(PAGE).text
    assert client.post(PAGE, {"press": "dismiss", "on": violation.pk}).status_code == 403
    assert Violation.objects.get().status == "pending"


def test_without_the_right_there_is_nothing_to_see(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(PAGE).status_code == client.get(PAGE, {"export": "days"}).status_code == 403


def test_tables_are_exported(office):
    VehicleFactory(plate_number="ABC 123")
    scan("ABC 123", "in", timezone.now())
    scan("XYZ 999", "in", timezone.now())
    violation = report("ABC 123")

    assert exported(office, PAGE, "days", range="today")[1][1:] == ["1", "0", "1", "0", "0", "0"]
    assert [row[0] for row in exported(office, PAGE, "violations")] == ["Violation", str(violation.pk)]
    assert [row[:2] for row in exported(office, PAGE, "strangers")] == [["Plate", "Times"], ["XYZ999", "1"]]
    assert len(exported(office, PAGE, "days")) == 1 + 7


def test_it_costs_the_same_for_much_as_for_little(office):
    VehicleFactory(plate_number="ABC 123")
    sanctions.confirm_and_sanction(report("ABC 123").pk, by=UserFactory(), now=timezone.now())
    report("ABC 123")
    few = queries(office, PAGE)
    for number in range(5):
        VehicleFactory(plate_number=f"MNO {number}00")
        scan(f"MNO {number}00", "in", timezone.now())
        scan(f"XYZ {number}00", "in", timezone.now())
        keys.create_key(UserFactory(), name=f"Gate {number}", scopes=["fleet.scans"], now=timezone.now())
        for _ in range(2):
            sanctions.confirm_and_sanction(report(f"MNO {number}00").pk, by=UserFactory(), now=timezone.now())
        report(f"MNO {number}00", "Reckless Driving")

    assert queries(office, PAGE) == few
