import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import audit
from tests.factories.accounts import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db

LOG = reverse("admin:admin_logentry_changelist")


@pytest.fixture
def operator():
    return UserFactory(is_staff=True, is_superuser=True, full_name="Olga Operator")


@pytest.fixture
def office(client, operator):
    client.force_login(operator)
    return client


def shown(page) -> list[str]:
    return [entry.get_change_message() for entry in page.context["cl"].result_list]


@pytest.mark.parametrize(
    ("action", "did"),
    [
        ("deactivate", "Deactivated"),
        ("reactivate", "Reactivated"),
        ("revoke_sessions", "Signed out everywhere"),
        ("unlink_firebase", "Unlinked from Firebase"),
    ],
)
def test_what_is_done_to_a_person_is_kept(office, operator, action, did):
    person = SessionFactory().user

    body = {"action": action, "_selected_action": [str(person.pk)]}
    office.post(reverse("admin:accounts_user_changelist"), body)

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (operator, str(person.pk), did)


def test_the_log_says_who_did_what_to_which(office, operator):
    person = UserFactory(full_name="Nadia Bell")
    audit.record(operator, person, "Deactivated")

    page = office.get(LOG).text

    assert "Deactivated" in page
    assert "Olga Operator" in page
    assert f'<a href="{reverse("admin:accounts_user_change", args=[person.pk])}">Nadia Bell</a>' in page


def test_it_is_searched_by_what_by_whom_and_by_the_words(office, operator):
    other = UserFactory(is_staff=True, full_name="Otto Other")
    audit.record(operator, UserFactory(full_name="Nadia Bell"), "Deactivated")
    audit.record(other, UserFactory(full_name="Carl Dunn"), "Reactivated")

    assert shown(office.get(LOG, {"q": "Nadia"})) == ["Deactivated"]
    assert shown(office.get(LOG, {"q": "Otto"})) == ["Reactivated"]
    assert shown(office.get(LOG, {"q": "reactivated"})) == ["Reactivated"]


def test_it_is_filtered_by_person_by_app_and_by_act(office, operator):
    other = UserFactory(is_staff=True)
    audit.record(operator, UserFactory(), "Deactivated")
    audit.record(other, "shifts-open.csv", "Exported", act=audit.EXPORT)

    assert shown(office.get(LOG, {"user__id__exact": str(other.pk)})) == ["Exported"]
    assert shown(office.get(LOG, {"app": "accounts"})) == ["Deactivated"]
    assert shown(office.get(LOG, {"act": str(audit.EXPORT)})) == ["Exported"]


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_nobody_writes_it_by_hand(office, operator, page):
    audit.record(operator, operator, "Deactivated")
    entry = LogEntry.objects.get()
    address = reverse(f"admin:admin_logentry_{page}", args=[] if page == "add" else [entry.pk])

    assert office.post(address, {"change_message": "Nothing", "post": "yes"}).status_code == 403
    assert LogEntry.objects.get().change_message == "Deactivated"


def test_nothing_is_deleted_from_its_list(office, operator):
    audit.record(operator, operator, "Deactivated")
    body = {"action": "delete_selected", "_selected_action": [str(LogEntry.objects.get().pk)], "post": "yes"}

    office.post(LOG, body)

    assert LogEntry.objects.count() == 1


def test_it_is_read_by_those_who_may(client):
    reader, other = UserFactory(is_staff=True), UserFactory(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_logentry"))

    client.force_login(other)
    assert client.get(LOG).status_code == 403
    client.force_login(reader)
    assert client.get(LOG).status_code == 200


def test_an_entry_of_what_is_no_row_is_shown_too(office, operator):
    audit.record(operator, "shifts-open.csv", "Exported", act=audit.EXPORT)

    assert "shifts-open.csv" in office.get(LOG).text
    assert office.get(reverse("admin:admin_logentry_change", args=[LogEntry.objects.get().pk])).status_code == 200


def test_the_list_takes_as_many_queries_for_many_as_for_one(office, operator):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            office.get(LOG)
        return len(captured)

    audit.record(operator, operator, "Deactivated")
    for_one = queries()
    for _ in range(10):
        audit.record(UserFactory(), UserFactory(), "Deactivated")

    assert queries() == for_one
