import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from shifts.models import Employee, Shift
from tests.factories.accounts import UserFactory
from tests.factories.shifts import EmployeeFactory, ShiftFactory
from tests.shifts.hearing import heard

pytestmark = pytest.mark.django_db

SHIFTS = "/admin/shifts/shift/"


@pytest.fixture
def office(client):
    operator = UserFactory(is_staff=True, is_superuser=True, password=make_password(None))
    client.force_login(operator)
    return client


def press(office, action, *shifts, **more):
    body = {"action": action, "_selected_action": [shift.pk for shift in shifts], **more}
    return office.post(SHIFTS, body, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_offer_withdraw_assign_and_cancel_are_buttons(office, nurse):
    shift = ShiftFactory()

    press(office, "offer", shift)
    press(office, "withdraw", shift)
    press(office, "offer_to", shift, employee=nurse.pk)
    press(office, "assign", shift, employee=nurse.pk)
    assert Shift.objects.get().assignee == nurse
    press(office, "cancel", shift)

    assert heard(nurse.user) == [
        "shift_offered", "offer_closed", "shift_offered", "shift_assigned", "shift_cancelled",
    ]  # fmt: skip


def test_a_refusal_is_shown_and_the_others_are_done(office):
    busy = EmployeeFactory(availability=None)
    over, draft = ShiftFactory(status="unfilled"), ShiftFactory()

    assert said(press(office, "cancel", over, draft)) == [
        f"{over}: This shift no longer takes offers or answers.",
        "Done for 1 of 2.",
    ]
    [refusal] = said(press(office, "assign", ShiftFactory(), employee=busy.pk))
    assert refusal.endswith("unavailable")


@pytest.mark.parametrize(
    ("employee", "answer"),
    [("", "Choose an employee beside the action."), ("x", "No action selected."), ("77", "No action selected.")],
)
def test_assigning_needs_an_employee(office, employee, answer):
    assert said(press(office, "assign", ShiftFactory(), employee=employee)) == [answer]


def test_a_shift_is_created_and_revised_by_its_services(office, nurse):
    form = {
        "start_at_0": "2031-01-20", "start_at_1": "09:00", "end_at_0": "2031-01-20", "end_at_1": "17:00",
        "zone": "UTC", "priority": "0", "mode": "broadcast", "window_minutes": "60", "client_name": "Ms. Frost",
        **{f"{name}-{count}": "0" for name in ("offers", "considerations") for count in
           ("TOTAL_FORMS", "INITIAL_FORMS")},
    }  # fmt: skip

    assert office.post(f"{SHIFTS}add/", form).status_code == 302
    shift = Shift.objects.get()
    assert office.post(f"{SHIFTS}{shift.pk}/change/", {**form, "client_name": "Mr. Hill"}).status_code == 302

    shift.refresh_from_db()
    assert (shift.client_name, shift.status, shift.date.isoformat()) == ("Mr. Hill", "draft", "2031-01-20")


def test_what_is_offered_cannot_be_edited(office, offered, nurse):
    shift = offered()

    page = office.get(f"{SHIFTS}{shift.pk}/change/")

    assert page.status_code == 200
    assert page.context["adminform"].form.fields.keys() == set()


@pytest.mark.parametrize("path", ["shift/", "shift/add/", "employee/", "employee/add/", "qualification/"])
def test_pages_open(office, offered, nurse, path):
    offered()
    assert office.get(f"/admin/shifts/{path}").status_code == 200


def test_an_employee_keeps_her_number_and_her_user(office, nurse):
    page = office.get(f"/admin/shifts/employee/{nurse.pk}/change/")

    assert page.status_code == 200
    assert not {"id", "user"} & page.context["adminform"].form.fields.keys()


def test_the_list_takes_as_many_queries_for_many_as_for_one(office, nurse, offered):
    def queries_of_the_list() -> int:
        with CaptureQueriesContext(connection) as captured:
            office.get(SHIFTS)
        return len(captured)

    offered()
    for_one = queries_of_the_list()
    for _ in range(3):
        offered()

    assert queries_of_the_list() == for_one


def test_operators_delete_neither_shifts_nor_employees(office, nurse):
    shift = ShiftFactory()

    assert office.post(f"{SHIFTS}{shift.pk}/delete/", {"post": "yes"}).status_code == 403
    assert office.post(f"/admin/shifts/employee/{nurse.pk}/delete/", {"post": "yes"}).status_code == 403
    assert (Shift.objects.count(), Employee.objects.count(), User.objects.count()) == (1, 1, 2)
