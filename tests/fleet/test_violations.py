"""What guards and devices report, and what officers make of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from fleet import sources
from fleet.errors import AlreadyReviewed, NoSuchViolation, UnknownVehicle
from fleet.models import Tally, Violation
from fleet.services.registry import revise_vehicle
from fleet.services.sanctions import confirm_and_sanction
from fleet.services.violations import Reported, confirm_violation, dismiss_violation, report_violations
from tests.factories.fleet import GuardFactory, OfficerFactory
from tests.fleet.eyes import EAST, EVENING, PLATE, WEST, clock, reported, results, touched

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LATER = EVENING + HOUR
SHOWN = {"fleet.violations", "fleet.summary", "fleet.violation_distribution"}


def counts():
    rows = Tally.objects.filter(measure="violation").exclude(count=0)
    return set(rows.values_list("department", "type", "status", "count"))


def report(*events, source=EAST, now=EVENING):
    return results(report_violations(source, events, now=now))


def event(**facts):
    given = {"event_id": uuid4().hex, "plate": PLATE, "type": "Speed Violation", "at": clock("12:00")}
    return Reported(**given | facts)


class TestReporting:
    def test_it_waits_for_somebody_to_decide(self, vehicle):
        guard = GuardFactory().user
        violation = reported(source=sources.of_person(guard), note="Twice as fast.")

        assert (violation.status, violation.vehicle, violation.department) == ("pending", vehicle, "CCS")
        assert (violation.reported_by, violation.reported_at, violation.created_at) == (guard, clock("12:00"), EVENING)
        assert counts() == {("CCS", "Speed Violation", "pending", 1)}
        assert touched() == SHOWN

    def test_a_device_is_nobody(self, vehicle):
        assert reported().reported_by is None

    def test_it_is_of_the_department_that_the_vehicle_had(self, vehicle):
        violation = reported()
        revise_vehicle(vehicle, now=EVENING, department="CBA")
        violation.refresh_from_db()

        assert (violation.department, reported().department) == ("CCS", "CBA")

    def test_a_plate_that_nobody_registered_has_neither_vehicle_nor_department(self):
        violation = reported(plate="xyz-999")

        assert (violation.plate, violation.vehicle, violation.department) == ("XYZ999", None, "")
        assert counts() == {("", "Speed Violation", "pending", 1)}

    def test_each_is_stored_and_counted_once(self, vehicle):
        one, two = event(), event(type="Parking Violation")

        assert report(one, one, two) == ["recorded", "repeated", "recorded"]
        touched()
        assert report(two, replace(one, note="Said again."), replace(one, type="Other")) == [
            "repeated", "repeated", "event_taken",
        ]  # fmt: skip
        assert report(one, source=WEST) == ["recorded"]
        assert counts() == {("CCS", "Speed Violation", "pending", 2), ("CCS", "Parking Violation", "pending", 1)}

    def test_repeats_render_nothing(self, vehicle):
        one = event()
        report(one)
        touched()

        assert (report(one), report(), touched()) == (["repeated"], [], set())

    def test_what_is_too_old_or_not_yet_is_refused_alone(self, vehicle):
        old, early = event(at=EVENING - timedelta(days=91)), event(at=EVENING + HOUR)

        assert report(old, event(), early) == ["too_old", "recorded", "not_yet"]

    @pytest.mark.parametrize(
        ("type", "note", "label"),
        [
            ("Other", "Loud music", "Other: Loud music"),
            ("Other", "", "Other"),
            ("Speed Violation", "Loud music", "Speed Violation"),
        ],
    )
    def test_another_kind_is_called_by_its_note(self, vehicle, type, note, label):
        assert reported(type=type, note=note).label == label


class TestDeciding:
    @pytest.mark.parametrize(
        ("decide", "status", "confirmed_at"),
        [(confirm_violation, "confirmed", LATER), (dismiss_violation, "dismissed", None)],
    )
    def test_an_officer_decides_and_is_remembered(self, vehicle, officer, decide, status, confirmed_at):
        violation = reported()
        touched()

        decide(violation.pk, by=officer, now=LATER)

        violation.refresh_from_db()
        assert (violation.status, violation.confirmed_at) == (status, confirmed_at)
        assert (violation.reviewed_by, violation.reviewed_at) == (officer, LATER)
        assert counts() == {("CCS", "Speed Violation", status, 1)}
        assert touched() == SHOWN

    @pytest.mark.parametrize("decide", [confirm_violation, dismiss_violation])
    def test_who_says_the_same_again_changes_nothing(self, vehicle, officer, decide):
        violation = reported()
        decide(violation.pk, by=officer, now=EVENING)
        touched()

        again = decide(violation.pk, by=OfficerFactory().user, now=LATER)

        assert (again.reviewed_by, again.reviewed_at, touched()) == (officer, EVENING, set())

    @pytest.mark.parametrize("order", [(confirm_violation, dismiss_violation), (dismiss_violation, confirm_violation)])
    def test_what_is_decided_is_not_decided_otherwise(self, vehicle, officer, order):
        violation = reported()
        first, second = order
        status = first(violation.pk, by=officer, now=EVENING).status

        with pytest.raises(AlreadyReviewed) as refused:
            second(violation.pk, by=officer, now=LATER)

        assert refused.value.details == {"status": status}
        assert counts() == {("CCS", "Speed Violation", status, 1)}

    @pytest.mark.parametrize("decide", [confirm_violation, dismiss_violation])
    def test_what_led_to_a_sanction_stands(self, vehicle, officer, decide):
        violation = reported()
        confirm_and_sanction(violation.pk, by=officer, now=EVENING)

        with pytest.raises(AlreadyReviewed):
            decide(violation.pk, by=officer, now=LATER)

    def test_of_an_unknown_vehicle_it_can_only_be_dismissed(self, officer):
        violation = reported(plate="XYZ 999")

        with pytest.raises(UnknownVehicle):
            confirm_violation(violation.pk, by=officer, now=LATER)

        assert dismiss_violation(violation.pk, by=officer, now=LATER).status == Violation.Status.DISMISSED

    @pytest.mark.parametrize("decide", [confirm_violation, dismiss_violation, confirm_and_sanction])
    def test_there_must_be_one(self, officer, decide):
        with pytest.raises(NoSuchViolation):
            decide(uuid4(), by=officer, now=LATER)
