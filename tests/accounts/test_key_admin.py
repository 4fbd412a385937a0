import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session as BrowserSession
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey
from core.sealing import unseal
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

ADD = "admin:accounts_apikey_add"
LIST = "admin:accounts_apikey_changelist"


@pytest.fixture
def operator(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def clerk(client, *rights):
    somebody = UserFactory(is_staff=True)
    somebody.user_permissions.set(Permission.objects.filter(codename__in=[f"{right}_apikey" for right in rights]))
    client.force_login(somebody)
    return client


def form(owner, **fields):
    return {"owner": str(owner.pk), "name": "Gate 3", "scopes": ["sample.scan"], **fields}


def page(name, key):
    return reverse(f"admin:accounts_apikey_{name}", args=[key.pk])


def revoke_by_list(client, key):
    return client.post(reverse(LIST), {"action": "revoke", "_selected_action": [key.pk]}, follow=True)


class TestMaking:
    def test_the_secret_is_in_the_answer_and_nowhere_else(self, operator, upper_layer, user):
        answer = operator.post(reverse(ADD), form(user))
        key = ApiKey.objects.get()
        secret = unseal(key.sealed_secret)

        assert (answer.status_code, key.owner, key.scopes) == (200, user, ["sample.scan"])
        assert (key.pk in answer.text, secret in answer.text, key.fingerprint in answer.text) == (True, True, True)
        assert "no-store" in answer["Cache-Control"]
        assert list(get_messages(answer.wsgi_request)) == []
        kept = [entry.change_message + entry.object_repr for entry in LogEntry.objects.all()]
        kept += [str(session.get_decoded()) for session in BrowserSession.objects.all()] + [str(operator.cookies)]
        assert len(kept) == 3
        assert [text for text in kept if secret in text] == []

    def test_it_is_never_shown_again(self, operator, make_machine):
        machine = make_machine()
        key = ApiKey.objects.get()
        pages = [operator.get(url).text for url in (reverse(LIST), page("change", key), page("history", key))]

        assert [text for text in pages if machine.secret in text or key.sealed_secret in text] == []
        assert key.fingerprint in pages[1]

    def test_a_key_has_scopes_that_there_are(self, operator, upper_layer, user):
        assert "sample.scan: Send scans" in operator.get(reverse(ADD)).text

        for scopes in ([], ["sample.unknown"]):
            assert "errorlist" in operator.post(reverse(ADD), form(user, scopes=scopes)).text
        assert not ApiKey.objects.exists()

    def test_what_the_service_refuses_is_said(self, operator, upper_layer, user):
        expired = form(user, expires_at_0="2020-01-01", expires_at_1="00:00")
        answers = [
            operator.post(reverse(ADD), body, follow=True).text
            for body in (expired, form(UserFactory(is_active=False)))
        ]

        assert "would have expired before its first use" in answers[0]
        assert "has been deactivated" in answers[1]
        assert not ApiKey.objects.exists()


class TestRevoking:
    def test_keys_are_revoked_in_the_list(self, operator, machine):
        answer = revoke_by_list(operator, ApiKey.objects.get())

        assert "Revoked (1)." in answer.text
        assert ApiKey.objects.get().revoked_at <= timezone.now()

    def test_a_key_is_revoked_on_its_page(self, operator, machine):
        key = ApiKey.objects.get()
        revoke = reverse("admin:accounts_revoke", args=[key.pk])
        assert revoke in operator.get(page("change", key)).text

        assert operator.get(revoke).status_code == 405
        answer = operator.post(revoke, follow=True)

        assert ("Revoked (1)." in answer.text, revoke in answer.text) == (True, False)
        assert ApiKey.objects.get().revoked_at is not None

    def test_nothing_else_of_a_key_changes(self, operator, machine, user):
        key = ApiKey.objects.get()

        assert operator.post(page("change", key), form(user, name="Gate 4")).status_code == 403
        assert operator.post(page("delete", key), {"post": "yes"}).status_code == 403
        assert ApiKey.objects.get().name == "Gate 3"


class TestRights:
    def test_who_may_look_does_not_make_or_revoke(self, client, machine, user):
        key, looker = ApiKey.objects.get(), clerk(client, "view")

        assert looker.get(page("change", key)).status_code == 200
        assert looker.post(reverse(ADD), form(user)).status_code == 403
        assert looker.post(reverse("admin:accounts_revoke", args=[key.pk])).status_code == 403
        revoke_by_list(looker, key)
        assert ApiKey.objects.get().revoked_at is None

    def test_who_may_change_them_revokes(self, client, machine):
        revoke_by_list(clerk(client, "view", "change"), ApiKey.objects.get())

        assert ApiKey.objects.get().revoked_at is not None
