import pytest

from accounts import services
from accounts.selectors import personal_data
from fleet import selectors
from fleet.models import Officer, Violation
from fleet.services.sanctions import confirm_and_sanction
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, dismiss_violation, report_violations
from fleet.shapes import violation as shown
from fleet.sources import of_device, of_person
from realtime.models import BoardChange
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(guard, officer, vehicle, now):
    """A guard and an officer, who did what they do."""
    record_scans(of_person(guard), [Seen("1", "ABC 123", "in", now), Seen("2", "XYZ 9", "in", now)], now=now)
    record_scans(of_device("key-gate"), [Seen("1", "ABC 123", "out", now)], now=now)
    reported = [Reported(str(n), "ABC 123", "Other", now, note="Horn") for n in range(3)]
    report_violations(of_person(guard), reported, now=now)
    report_violations(of_device("key-gate"), [Reported("1", "ABC 123", "Other", now)], now=now)
    first, second, *_ = Violation.objects.order_by("created_at", "pk")
    dismiss_violation(first.pk, by=officer, now=now)
    confirm_and_sanction(second.pk, by=officer, now=now)
    return first, second


def test_a_guard_takes_home_what_she_reported_and_how_much_she_scanned(busy, guard):
    kept = personal_data(guard)["fleet"]

    assert kept["officer"] == {"role": "guard", "is_active": True}
    assert kept["scans"] == 2
    assert [(one["plate"], one["note"], one["status"]) for one in kept["reported"]] == [
        ("ABC123", "Horn", "dismissed"),
        ("ABC123", "Horn", "sanctioned"),
        ("ABC123", "Horn", "pending"),
    ]
    assert (kept["decided"], kept["sanctions"]) == ([], [])


def test_an_officer_takes_home_what_she_decided_and_nothing_of_an_owner(busy, officer, vehicle):
    first, second = busy

    kept = personal_data(officer)["fleet"]

    assert [(one["id"], one["status"]) for one in kept["decided"]] == [
        (first.pk, "dismissed"),
        (second.pk, "sanctioned"),
    ]
    assert [(one["violation_id"], one["type"]) for one in kept["sanctions"]] == [(second.pk, "warning")]
    assert (kept["reported"], vehicle.owner_name in str(kept)) == ([], False)


def test_of_others_nothing_is_kept(busy):
    kept = personal_data(UserFactory())["fleet"]

    assert [name for name, found in kept.items() if found] == []


def test_who_is_gone_sees_and_decides_nothing_and_is_named_nowhere(busy, guard, officer):
    for user in (guard, officer):
        services.delete_account(user, password=PASSWORD)

    assert [one.is_active for one in Officer.objects.all()] == [False, False]
    assert selectors.readers([guard.pk, officer.pk]) | selectors.deciders([guard.pk, officer.pk]) == set()
    assert {shown(one)["reported_by"] for one in selectors.violations()} == {""}
    assert BoardChange.objects.filter(board="fleet.violations").exists()
    assert Violation.objects.count() == 4
