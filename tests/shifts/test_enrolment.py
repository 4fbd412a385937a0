from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from shifts.enrolment import import_employees
from shifts.models import Employee
from tests.factories.shifts import EmployeeFactory, QualificationFactory

pytestmark = pytest.mark.django_db

FILE = """\
emp_id,address,full_name,type,seniority,qualifications,zone
123,Nurse.One@hospital.test,Nurse One,part_time,7,rn:2031-05-31;cpr,America/Toronto
124,+14155550123,Nurse Two,,,,
"""


@pytest.fixture(autouse=True)
def qualifications(db):
    QualificationFactory()
    QualificationFactory(code="cpr")


def test_employees_come_with_their_own_numbers():
    report = import_employees(FILE.splitlines())

    assert (report.enrolled, report.renewed, report.errors) == (2, 0, [])
    one, two = Employee.objects.order_by("pk")
    assert (one.pk, one.user.email, one.type, one.seniority) == (123, "nurse.one@hospital.test", "part_time", 7)
    assert (one.user.zone, one.user.has_usable_password()) == ("America/Toronto", False)
    assert dict(one.held.values_list("qualification", "expires_on")) == {"rn": date(2031, 5, 31), "cpr": None}
    assert (two.pk, two.user.phone, two.type) == (124, "+14155550123", "full_time")


def test_importing_again_changes_nothing():
    import_employees(FILE.splitlines())

    report = import_employees(FILE.splitlines())

    assert (report.enrolled, report.renewed, report.errors) == (0, 2, [])
    assert (Employee.objects.count(), User.objects.count()) == (2, 2)


def test_a_new_file_renews_what_it_says_and_leaves_the_rest():
    import_employees(FILE.splitlines())

    import_employees(["emp_id,address,full_name,seniority", "123,nurse.one@hospital.test,Nurse One,8"])

    employee = Employee.objects.get(pk=123)
    assert (employee.seniority, employee.type, employee.held.count()) == (8, "part_time", 2)


def test_bad_lines_are_reported_together_and_good_ones_count():
    EmployeeFactory(pk=200, user__email="taken@hospital.test")
    lines = [
        "emp_id,address,full_name,type,qualifications",
        "x,a@hospital.test,A,,",
        "1,nobody,B,,",
        "2,c@hospital.test,C,chief,",
        "3,d@hospital.test,D,,md",
        "4,e@hospital.test,E,,rn:someday",
        "200,other@hospital.test,F,,",
        "201,taken@hospital.test,G,,",
        "5,h@hospital.test,,,",
        "",
        "6,good@hospital.test,Good,casual,rn",
    ]

    report = import_employees(lines)

    assert report.enrolled == 1
    assert [line for line, _ in report.errors] == [2, 3, 4, 5, 6, 7, 8, 9]
    texts = dict(report.errors)
    assert "There is no qualification 'md'." in texts[5]
    assert texts[7] == "This employee number belongs to somebody else."
    assert texts[8] == "This person has another employee number."
    assert not User.objects.filter(email="other@hospital.test").exists()


def test_the_command_prints_one_report(tmp_path, capsys):
    file = tmp_path / "staff.csv"
    file.write_text("\ufeff" + FILE + "125,nobody,X\n", encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("importemployees", str(file))

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 enrolled, 0 renewed, 1 refused."
    assert said[1].startswith("line 4: address: ")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path, content):
    file = tmp_path / "staff.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("importemployees", str(file))
