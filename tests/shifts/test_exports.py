import pytest

from accounts import services as accounts
from accounts.selectors import personal_data
from shifts.models import Employee
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.shifts import HeldQualificationFactory

pytestmark = pytest.mark.django_db


def test_an_employee_takes_home_what_is_kept_of_her(nurse, offered):
    HeldQualificationFactory(employee=nurse)
    shift = offered()

    kept = personal_data(nurse.user)["shifts"]

    assert kept["employee"]["id"] == nurse.pk
    assert kept["qualifications"] == [{"qualification": "rn", "expires_on": None}]
    assert [offer["shift_id"] for offer in kept["offers"]] == [shift.pk]


def test_of_others_nothing_is_kept(db):
    assert personal_data(UserFactory())["shifts"] == {}


def test_who_deletes_her_account_works_here_no_more(nurse):
    accounts.delete_account(nurse.user, password=PASSWORD)

    assert not Employee.objects.get(pk=nurse.pk).is_active
