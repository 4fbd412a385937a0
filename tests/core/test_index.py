import pytest
from django.contrib.auth.models import Permission

from core import audit
from core.wiring import declared
from tests.dashboards import queries
from tests.factories.accounts import PASSWORD, UserFactory
from tests.sample.models import Counter

pytestmark = pytest.mark.django_db

START = "/admin/"


def titles(page) -> list[str]:
    return [shown.summary.title for shown in page.context["overview"]]


def test_every_app_says_how_it_is(office):
    page = office.get(START)

    assert page.status_code == 200
    assert titles(page) == [summary.title for summary in declared("SUMMARIES").values()]
    assert all(shown.link in page.text for shown in page.context["overview"])


def test_an_operator_sees_what_she_may_see(client):
    operator = UserFactory(is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename="view_counter"))
    client.force_login(operator)

    assert titles(client.get(START)) == ["Counters"]


def test_one_who_may_see_nothing_is_told_so(client):
    client.force_login(UserFactory(is_staff=True))

    assert "There is no summary that you may see." in client.get(START).text


@pytest.mark.parametrize(("total", "alarms"), [(100, 0), (101, 1)])
def test_an_alarm_is_seen(client, total, alarms):
    Counter.objects.create(total=total)
    operator = UserFactory(is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename="view_counter"))
    client.force_login(operator)

    assert client.get(START).text.count("ops-alarm") == alarms


def test_it_takes_as_many_queries_for_many_acts_as_for_none(office):
    operator = UserFactory(is_staff=True)

    audit.record(operator, operator, "Changed")
    for_one = queries(office, START)
    for _ in range(8):
        audit.record(UserFactory(), Counter.objects.create(), "Changed")

    assert queries(office, START) == for_one


def test_what_others_did_is_shown_to_those_who_may_read_the_log(client, office):
    other = UserFactory(is_staff=True)
    audit.record(other, other, "Did something")
    assert "Did something" in office.get(START).text

    client.force_login(UserFactory(is_staff=True))
    assert "Did something" not in client.get(START).text

    client.force_login(other)
    assert "Did something" in client.get(START).text


def test_nothing_comes_from_another_host(office):
    page = office.get(START).text

    assert 'src="http' not in page
    assert 'href="http' not in page


def test_who_signs_in_and_names_no_page_comes_to_the_index(client):
    operator = UserFactory(is_staff=True)

    answer = client.post("/admin/login/", {"username": operator.email, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
