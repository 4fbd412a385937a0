"""What operators are told of the fleet, in the admin, in /metrics and before a release."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import keys
from fleet import metrics, preflight
from fleet.models import Sanction, Tally, Vehicle, Violation
from fleet.operators import gates
from fleet.operators.review import review as review_of
from fleet.services import sanctions, violations
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source
from tests.factories.accounts import UserFactory
from tests.factories.fleet import VehicleFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GATE = Source("key-gate")


def scan(plate, direction, at, *, now=NOW):
    record_scans(GATE, [Seen(f"{plate} {at}", plate, direction, at)], now=now)


def report(plate, *, ago=HOUR, now=NOW):
    event_id = f"{plate} {Violation.objects.count()}"
    report_violations(GATE, [Reported(event_id, plate, "Speed Violation", now - ago)], now=now)
    return Violation.objects.get(event_id=event_id)


def test_it_is_counted_who_is_here_and_who_is_a_stranger():
    VehicleFactory(plate_number="AAA 111")
    VehicleFactory(plate_number="BBB 222")
    scan("AAA 111", "in", NOW - HOUR)
    scan("BBB 222", "in", NOW - DAY)
    scan("BBB 222", "out", NOW - 2 * HOUR)
    scan("CCC 333", "in", NOW - HOUR, now=NOW + MINUTE)

    assert (gates.onsite(), gates.strangers(), gates.newest_scan_at()) == (1, 1, NOW + MINUTE)


def test_a_campus_that_has_just_opened_has_nothing():
    assert (gates.onsite(), gates.strangers(), gates.overdue(NOW)) == (0, 0, 0)
    assert (gates.newest_scan_at(), gates.reviews().pending, gates.reviews().age(NOW)) == (None, 0, 0)
    assert (gates.devices(NOW), list(gates.queue())) == ([], [])


def test_the_queue_has_what_waits_the_longest_first_however_long_ago_it_was():
    VehicleFactory(plate_number="AAA 111")
    first = report("AAA 111", ago=HOUR, now=NOW - 2 * HOUR)
    late = report("AAA 111", ago=30 * DAY, now=NOW - HOUR)
    decided = report("AAA 111", now=NOW - DAY)
    violations.dismiss_violation(decided.pk, by=UserFactory(), now=NOW)

    waiting = gates.reviews()

    assert [one.pk for one in gates.queue()] == [first.pk, late.pk]
    assert (waiting.pending, waiting.age(NOW)) == (2, 2 * 3600)


def test_a_device_is_silent_an_hour_after_it_was_heard_of_or_made():
    owner = UserFactory()

    def key(name, scope, **facts):
        made, _ = keys.create_key(owner, name=name, scopes=[scope], now=NOW - 5 * HOUR)
        for field, value in facts.items():
            setattr(made, field, value)
        made.save()

    key("lively", "fleet.scans", last_used_at=NOW - HOUR)
    key("silent", "fleet.violations", last_used_at=NOW - HOUR - MINUTE)
    key("never used", "fleet.scans")
    key("new", "fleet.scans", created_at=NOW - MINUTE)
    key("revoked", "fleet.scans", revoked_at=NOW)
    key("expired", "fleet.scans", expires_at=NOW)
    key("of another domain", "sample.ring")

    assert [(device.key.name, device.is_silent) for device in gates.devices(NOW)] == [
        ("never used", True),
        ("silent", True),
        ("lively", False),
        ("new", False),
    ]


def test_what_sweeps_have_left_is_overdue():
    vehicle = VehicleFactory(plate_number="AAA 111")
    for _ in range(2):
        sanctions.confirm_and_sanction(report("AAA 111").pk, by=UserFactory(), now=NOW)
    Sanction.objects.filter(type="suspension").update(end_at=NOW)
    VehicleFactory(registration_valid_until=NOW.date() - DAY)
    VehicleFactory(registration_valid_until=NOW.date())
    Vehicle.objects.filter(pk=vehicle.pk).update(
        registration_valid_until=NOW.date() - DAY
    )  # suspended: not yet expired

    assert gates.overdue(NOW) == 1
    assert gates.overdue(NOW + MINUTE) == 2


def test_a_review_tells_what_would_follow_and_what_was_before():
    vehicle = VehicleFactory(plate_number="AAA 111")
    decider = UserFactory()
    sanctioned = report("AAA 111", ago=3 * HOUR)
    sanctions.confirm_and_sanction(sanctioned.pk, by=decider, now=NOW)
    dismissed = report("AAA 111", ago=2 * HOUR)
    violations.dismiss_violation(dismissed.pk, by=decider, now=NOW)
    scan("AAA 111", "in", NOW - HOUR)
    pending = report("AAA 111")

    review = review_of(pending)

    assert (review.next_type, review.sanction, review.reporter) == ("suspension", None, "key-gate")
    assert [one.pk for one in review.former] == [dismissed.pk, sanctioned.pk]
    assert [one.violation_id for one in review.sanctions] == [sanctioned.pk]
    assert review.states == {"pending": 0, "confirmed": 0, "sanctioned": 1, "dismissed": 1}
    assert [(stay.log.vehicle_id, stay.in_by, stay.out_by) for stay in review.stays] == [(vehicle.pk, "key-gate", "")]
    assert review.next_in_queue is None


def test_a_review_of_what_is_sanctioned_tells_by_what():
    VehicleFactory(plate_number="AAA 111")
    violation = report("AAA 111")
    sanction = sanctions.confirm_and_sanction(violation.pk, by=UserFactory(), now=NOW)

    review = review_of(Violation.objects.get())

    assert (review.sanction, review.next_type) == (sanction, None)


def test_a_review_of_a_strangers_violation_has_no_history():
    review = review_of(report("XYZ 999"))

    assert (review.next_type, review.former, review.sanctions, review.stays) == (None, [], [], [])


def test_metrics_say_what_the_page_says():
    VehicleFactory(plate_number="AAA 111")
    scan("AAA 111", "in", NOW - HOUR)
    scan("XYZ 999", "in", NOW - HOUR)
    report("AAA 111", now=NOW - MINUTE)
    keys.create_key(UserFactory(), name="Gate", scopes=["fleet.scans"], now=NOW - DAY)

    gauges = {family.name: family.samples[0].value for family in metrics.figures(NOW + MINUTE)}

    assert gauges == {
        "fleet_onsite": 1,
        "fleet_pending_reviews": 1,
        "fleet_pending_reviews_seconds": 120,
        "fleet_strangers": 1,
        "fleet_silent_devices": 1,
        "fleet_overdue": 0,
        "fleet_newest_scan_seconds": 60,
    }


def test_metrics_have_no_age_of_a_scan_that_never_came():
    [age] = [family for family in metrics.figures(NOW) if family.name == "fleet_newest_scan_seconds"]

    assert age.samples == []


class TestPreflight:
    def test_a_campus_in_order_passes(self):
        assert [is_good for is_good, _ in preflight.fleet()] == [True] * 5

    def test_a_zone_that_nobody_knows_is_found(self, settings):
        settings.CAMPUS_ZONE = "Manila"

        assert list(preflight.fleet()) == [(False, "CAMPUS_ZONE is no time zone: Manila")]

    def test_counts_that_are_wrong_are_found(self):
        now = timezone.now()
        VehicleFactory(plate_number="AAA 111")
        scan("AAA 111", "in", now, now=now)
        Tally.objects.update(count=3)

        assert (False, "1 counts of the last 7 days are not what the rows say") in list(preflight.fleet())
