"""A warning, a suspension of thirty working days, the end of the registration; and what lifts and ends them."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from fleet import standing
from fleet.errors import NoSuchSanction, NotConfirmed, UnknownVehicle
from fleet.models import Sanction, Vehicle, Violation
from fleet.services.registry import revise_vehicle
from fleet.services.sanctions import confirm_and_sanction, lift_sanction, sanction_violation
from fleet.services.violations import confirm_violation, dismiss_violation
from tests.factories.fleet import VehicleFactory
from tests.fleet.eyes import EVENING, PLATE, reported, touched
from tests.fleet.test_violations import counts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
LATER = EVENING + DAY


@pytest.fixture
def sanctioned(vehicle, officer):
    """The vehicle, so many times."""

    def sanction(times=1, plate=PLATE, now=EVENING):
        return [confirm_and_sanction(reported(plate).pk, by=officer, now=now) for _ in range(times)]

    return sanction


def registration(vehicle):
    vehicle.refresh_from_db()
    return vehicle.registration_status


def statuses():
    return list(Sanction.objects.order_by("pk").values_list("status", flat=True))


class TestSanctioning:
    def test_each_is_harder_than_the_one_before(self, vehicle, sanctioned):
        registrations = []
        for number, kind in enumerate(["warning", "suspension", "revocation", "revocation"], 1):
            [sanction] = sanctioned()
            registrations.append(registration(vehicle))
            assert (sanction.offense_number, sanction.type, sanction.vehicle) == (number, kind, vehicle)

        assert registrations == ["active", "suspended", "revoked", "revoked"]
        assert statuses() == ["completed", "active", "active", "active"]

    def test_it_says_who_and_since_when_and_only_a_suspension_until_when(self, officer, sanctioned):
        warning, suspension, revocation = sanctioned(3)

        assert {(one.created_by, one.start_at) for one in (warning, suspension, revocation)} == {(officer, EVENING)}
        assert (warning.end_at, revocation.end_at) == (None, None)
        assert suspension.end_at == standing.suspended_until(EVENING)

    def test_offenses_are_counted_by_vehicle(self, sanctioned):
        VehicleFactory(plate_number="XYZ 999")
        sanctioned(2)

        assert [one.type for one in sanctioned(plate="XYZ 999")] == ["warning"]

    def test_the_violation_is_sanctioned_and_shows(self, vehicle, officer):
        violation = confirm_violation(reported().pk, by=officer, now=EVENING)
        touched()

        sanction = sanction_violation(violation.pk, by=officer, now=LATER)

        violation.refresh_from_db()
        assert (violation.status, violation.sanction, violation.reviewed_at) == ("sanctioned", sanction, EVENING)
        assert counts() == {("CCS", "Speed Violation", "sanctioned", 1)}
        assert touched() == {"fleet.violations", "fleet.summary", "fleet.violation_distribution", "fleet.vehicles"}

    @pytest.mark.parametrize("again", [sanction_violation, confirm_and_sanction])
    def test_who_asks_again_gets_the_sanction_there_is(self, officer, sanctioned, again):
        [sanction] = sanctioned()

        assert again(sanction.violation_id, by=officer, now=LATER) == sanction
        assert Sanction.objects.count() == 1

    def test_what_nobody_confirmed_is_not_sanctioned(self, vehicle, officer):
        pending, dismissed = reported(), dismiss_violation(reported().pk, by=officer, now=EVENING)

        for violation in (pending, dismissed):
            with pytest.raises(NotConfirmed) as refused:
                sanction_violation(violation.pk, by=officer, now=LATER)
            assert refused.value.details == {"status": violation.status}

    @pytest.mark.parametrize("sanction", [sanction_violation, confirm_and_sanction])
    def test_nor_is_a_vehicle_that_nobody_registered(self, officer, sanction):
        with pytest.raises(UnknownVehicle):
            sanction(reported(plate="XYZ 999").pk, by=officer, now=LATER)

        assert Violation.objects.get().status == "pending"


class TestLifting:
    def test_the_violation_is_dismissed_and_the_vehicle_free(self, vehicle, officer, sanctioned):
        _, suspension = sanctioned(2)
        touched()

        lift_sanction(suspension.pk, by=officer, now=LATER)

        suspension.refresh_from_db()
        assert (suspension.status, suspension.lifted_at, registration(vehicle)) == ("lifted", LATER, "active")
        assert (suspension.violation.status, suspension.violation.reviewed_at) == ("dismissed", LATER)
        assert counts() == {("CCS", "Speed Violation", status, 1) for status in ("sanctioned", "dismissed")}
        assert touched() == {"fleet.violations", "fleet.summary", "fleet.violation_distribution", "fleet.vehicles"}

    def test_later_ones_are_counted_without_it(self, officer, sanctioned):
        [warning] = sanctioned()
        lift_sanction(warning.pk, by=officer, now=LATER)

        assert [one.type for one in sanctioned(2)] == ["warning", "suspension"]

    def test_what_else_stands_against_the_vehicle_still_stands(self, vehicle, officer, sanctioned):
        _, suspension, revocation = sanctioned(3)

        lift_sanction(suspension.pk, by=officer, now=LATER)
        assert registration(vehicle) == "revoked"
        lift_sanction(revocation.pk, by=officer, now=LATER)
        assert registration(vehicle) == "active"

    def test_it_is_lifted_once_and_the_violation_is_not_sanctioned_again(self, officer, sanctioned):
        [warning] = sanctioned()
        lift_sanction(warning.pk, by=officer, now=LATER)

        assert lift_sanction(warning.pk, by=officer, now=LATER + DAY).lifted_at == LATER
        with pytest.raises(NotConfirmed):
            sanction_violation(warning.violation_id, by=officer, now=LATER)

    def test_there_must_be_one(self, officer):
        with pytest.raises(NoSuchSanction):
            lift_sanction(uuid4(), by=officer, now=LATER)


class TestEnding:
    def test_a_suspension_ends_when_it_is_served(self, vehicle, sanctioned):
        _, suspension = sanctioned(2)

        standing.end_what_is_over(suspension.end_at - TICK)
        assert (statuses(), registration(vehicle)) == (["completed", "active"], "suspended")
        touched()
        standing.end_what_is_over(suspension.end_at)

        assert (statuses(), registration(vehicle)) == (["completed", "completed"], "active")
        assert touched() == {"fleet.vehicles", "fleet.summary", "fleet.violations"}

    def test_served_or_not_it_counts(self, sanctioned):
        _, suspension = sanctioned(2)
        standing.end_what_is_over(suspension.end_at)

        assert [one.type for one in sanctioned(now=suspension.end_at)] == ["revocation"]

    def test_a_revocation_does_not_end(self, vehicle, sanctioned):
        sanctioned(3)

        standing.end_what_is_over(EVENING + 1000 * DAY)

        assert (statuses(), registration(vehicle)) == (["completed", "completed", "active"], "revoked")

    def test_what_ran_out_meanwhile_is_expired(self, vehicle, sanctioned):
        revise_vehicle(vehicle, now=EVENING, registration_valid_until=EVENING.date() + 7 * DAY)
        _, suspension = sanctioned(2)
        standing.end_what_is_over(EVENING + 8 * DAY)
        assert registration(vehicle) == "suspended"

        standing.end_what_is_over(suspension.end_at)

        assert registration(vehicle) == "expired"

    def test_when_nothing_is_over_nothing_is_rendered(self, sanctioned):
        sanctioned(2)
        touched()

        standing.end_what_is_over(LATER)

        assert touched() == set()


class TestExpiring:
    @pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
    def test_a_registration_is_valid_until_the_end_of_its_last_day_on_the_campus(self, settings, vehicle, zone):
        settings.CAMPUS_ZONE = zone
        last = date(2026, 5, 31)
        revise_vehicle(vehicle, now=EVENING, registration_valid_until=last)
        midnight = datetime.combine(last + DAY, datetime.min.time(), ZoneInfo(zone))
        found = []
        for now in (midnight - TICK, midnight):
            standing.end_what_is_over(now)
            found.append(registration(vehicle))

        assert found == ["active", "expired"]

    def test_it_shows_once(self, vehicle):
        revise_vehicle(vehicle, now=EVENING, registration_valid_until=EVENING.date())
        touched()
        shown = []
        for _ in range(2):
            standing.end_what_is_over(EVENING + 2 * DAY)
            shown.append(touched())

        assert shown == [{"fleet.vehicles", "fleet.summary", "fleet.violations"}, set()]

    def test_when_a_year_ends_all_expire_at_once(self):
        today = EVENING.date()
        Vehicle.objects.bulk_create(
            Vehicle(plate_number=f"A{n}", plate=f"A{n}", registration_valid_until=today)
            for n in range(standing.LOT + 1)
        )

        standing.end_what_is_over(EVENING + DAY)

        assert Vehicle.objects.filter(registration_status="expired").count() == standing.LOT + 1

    def test_one_without_an_end_does_not_expire(self, vehicle):
        assert vehicle.registration_valid_until is None

        standing.end_what_is_over(EVENING + 10_000 * DAY)

        assert registration(vehicle) == "active"

    def test_one_that_is_made_longer_is_active_again(self, vehicle):
        revise_vehicle(vehicle, now=EVENING, registration_valid_until=EVENING.date() - DAY)
        assert registration(vehicle) == "expired"
        revise_vehicle(vehicle, now=EVENING, registration_valid_until=EVENING.date())

        assert registration(vehicle) == "active"


MANILA, NEW_YORK, CAIRO = "Asia/Manila", "America/New_York", "Africa/Cairo"


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("zone", "since", "until"),
        [
            (MANILA, "2026-03-02 09:30", "2026-04-13 09:30"),  # from a Monday six weeks
            (MANILA, "2026-03-06 09:30", "2026-04-17 09:30"),  # from a Friday
            (MANILA, "2026-03-07 09:30", "2026-04-17 09:30"),  # a weekend has no working day
            (MANILA, "2026-03-08 09:30", "2026-04-17 09:30"),
            (MANILA, "2026-12-01 23:59", "2027-01-12 23:59"),  # nobody knows the holidays of the campus
            (NEW_YORK, "2026-02-16 10:00", "2026-03-30 10:00"),  # an hour less
            (NEW_YORK, "2026-10-01 10:00", "2026-11-12 10:00"),  # an hour more
            (CAIRO, "2026-03-13 00:30", "2026-04-24 01:00"),  # a time that the clocks skip on the last day
        ],
    )
    def test_a_suspension_ends_after_thirty_at_the_same_time_of_day(self, settings, zone, since, until):
        settings.CAMPUS_ZONE = zone
        local = ZoneInfo(zone)

        ends = standing.suspended_until(datetime.fromisoformat(since).replace(tzinfo=local).astimezone(UTC))

        assert f"{ends.astimezone(local):%Y-%m-%d %H:%M}" == until

    @pytest.mark.parametrize("day", range(14))
    def test_it_ends_on_a_working_day_and_has_thirty_of_them(self, day):
        since = datetime(2026, 3, 2, 9, tzinfo=UTC) + day * DAY

        until = standing.suspended_until(since)

        days = [since + n * DAY for n in range(1, (until - since).days + 1)]
        assert days[-1] == until
        assert (sum(one.isoweekday() < 6 for one in days), until.isoweekday() < 6) == (30, True)
