"""What officers are told: once of a batch, and not of what is long over."""

from datetime import timedelta

import pytest

from fleet.models import Officer, Vehicle
from fleet.services.scans import record_scans
from fleet.services.violations import Reported, report_violations
from notifications.messages import text_of
from notifications.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.fleet import GuardFactory, OfficerFactory, VehicleFactory
from tests.fleet.eyes import EAST, EVENING, PLATE, clock, reported, saw, seen

pytestmark = pytest.mark.django_db

ENTERED, MANY_ENTERED = "A barred vehicle entered", "Barred vehicles entered"
MINUTE = timedelta(minutes=1)


def notices(user):
    return Notice.objects.listed().filter(recipient=user).order_by("id")


def said(user):
    texts = [text_of(notice, "en", "UTC") for notice in notices(user)]
    return [(text.title, text.body) for text in texts]


@pytest.fixture
def barred(officer):
    return VehicleFactory(plate_number=PLATE, registration_status="suspended")


class TestWho:
    def test_active_officers_and_nobody_else(self, officer, vehicle):
        other = OfficerFactory().user
        GuardFactory(), OfficerFactory(is_active=False), OfficerFactory(user__is_active=False)
        UserFactory(is_staff=True), UserFactory()

        reported()

        assert set(Notice.objects.values_list("recipient", flat=True)) == {officer.pk, other.pk}

    def test_without_officers_nobody_is_told_and_nothing_fails(self, vehicle):
        Officer.objects.all().delete()

        reported()

        assert Notice.objects.count() == 0


class TestViolations:
    def test_one_says_what_and_whose_plate_and_leads_to_it(self, officer, vehicle):
        violation = reported(type="Other", note="Loud music")

        assert said(officer) == [("Violation reported", "Other: Loud music: ABC 123")]
        [notice] = notices(officer)
        assert notice.data == {"type": "violation_reported", "violation_id": str(violation.pk)}

    def test_of_a_batch_officers_are_told_once(self, officer, vehicle):
        batch = [Reported(str(n), plate, "Other", clock("12:00")) for n, plate in enumerate([PLATE, "XYZ 999"])]
        report_violations(EAST, batch, now=EVENING)

        assert said(officer) == [("Violations reported", "2 violations, the last of XYZ999")]

    def test_repeats_are_not_told_again(self, officer, vehicle):
        batch = [Reported("1", PLATE, "Other", clock("12:00"))]
        for later in range(2):
            report_violations(EAST, batch, now=EVENING + later * MINUTE)

        assert len(said(officer)) == 1

    def test_another_of_the_same_moment_is(self, officer, vehicle):
        reported()
        reported()

        assert len(said(officer)) == 2


class TestBarredVehicles:
    @pytest.mark.parametrize("registration", Vehicle.Registration)
    def test_officers_are_told_when_one_comes_that_is_suspended_or_revoked(self, officer, vehicle, registration):
        Vehicle.objects.update(registration_status=registration)
        saw("in 22:50")

        assert said(officer) == ([(ENTERED, PLATE)] if registration in ("suspended", "revoked") else [])

    def test_it_leads_to_the_vehicle(self, officer, barred):
        saw("in 22:50")

        [notice] = notices(officer)
        assert notice.data == {"type": "barred_vehicle_entered", "vehicle_id": str(barred.pk)}

    def test_of_a_batch_they_are_told_once_and_who_was_last(self, officer, barred):
        VehicleFactory(plate_number="XYZ 999", registration_status="revoked")
        record_scans(EAST, [seen("in 22:59", "XYZ 999"), seen("in 22:50"), seen("in 22:50:10")], now=EVENING)

        assert said(officer) == [(MANY_ENTERED, "2 vehicles, the last XYZ 999")]

    @pytest.mark.parametrize("moment", ["22:45", "12:00"])
    def test_what_was_long_ago_is_no_news(self, officer, barred, moment):
        saw(f"in {moment}")

        assert said(officer) == []

    @pytest.mark.parametrize("scans", [["out 22:50"], ["in 22:50", "out 22:55"]])
    def test_nor_is_one_that_has_left(self, officer, barred, scans):
        saw(*scans)

        assert said(officer) == []

    @pytest.mark.parametrize(("first", "second"), [("in 22:50", "in 22:50:30"), ("in 22:50:30", "in 22:50")])
    def test_two_antennas_see_one_entry(self, officer, barred, first, second):
        saw(first, now=EVENING - MINUTE)
        saw(second)

        assert said(officer) == [(ENTERED, PLATE)]

    def test_who_comes_again_is_told_again(self, officer, barred):
        saw("in 22:50", now=clock("22:51"))
        saw("in 22:55", now=clock("22:56"))
        saw("out 22:57", "in 22:59")

        assert said(officer) == [(ENTERED, PLATE)] * 3
