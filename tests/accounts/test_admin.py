import pytest
from django.urls import reverse

from accounts import linking
from accounts.firebase import FirebaseUser
from accounts.models import Session, User
from tests.factories.accounts import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def act(operator, action, user):
    body = {"action": action, "_selected_action": [str(user.pk)]}
    return operator.post(reverse("admin:accounts_user_changelist"), body, follow=True)


def test_operators_deactivate_and_reactivate(operator):
    session = SessionFactory()

    act(operator, "deactivate", session.user)
    session.refresh_from_db()
    session.user.refresh_from_db()
    assert (session.revoked_at is None, session.user.is_active) == (False, False)

    act(operator, "reactivate", session.user)
    assert User.objects.get(pk=session.user_id).is_active


def test_operators_sign_somebody_out_everywhere(operator):
    session = SessionFactory()

    answer = act(operator, "revoke_sessions", session.user)

    assert "Ended 1 sessions." in answer.text
    assert not Session.objects.live().exists()


def test_operators_see_who_signs_in_with_firebase_and_end_it(operator, now):
    user = linking.user_of(FirebaseUser("uid-1", "nadia@example.test"), now=now)
    assert "uid-1" in operator.get(reverse("admin:accounts_user_change", args=[user.pk])).text

    answer = act(operator, "unlink_firebase", user)

    assert "Forgot 1 Firebase identities." in answer.text
    assert not user.firebase_identities.exists()


def test_a_password_set_by_an_operator_ends_sessions(operator):
    session = SessionFactory()
    body = {"password1": "another-pass-9", "password2": "another-pass-9", "usable_password": "true"}

    operator.post(reverse("admin:auth_user_password_change", args=[session.user_id]), body)

    assert User.objects.get(pk=session.user_id).check_password("another-pass-9")
    assert not Session.objects.live().exists()


def test_an_operator_adds_somebody_by_phone(operator):
    body = {"phone": "+33123456789", "password1": "another-pass-9", "password2": "another-pass-9"}

    operator.post(reverse("admin:accounts_user_add"), {**body, "email": "", "usable_password": "true"})

    assert User.objects.get(phone="+33123456789").check_password("another-pass-9")


@pytest.mark.parametrize("page", ["user_changelist", "session_changelist", "user_add"])
def test_the_pages_open(operator, page):
    SessionFactory()

    assert operator.get(reverse(f"admin:accounts_{page}"), {"q": "a"}).status_code == 200


def test_sessions_are_only_looked_at(operator):
    session = SessionFactory()

    assert operator.get(reverse("admin:accounts_session_change", args=[session.pk])).status_code == 200
    assert operator.get(reverse("admin:accounts_session_add")).status_code == 403
    assert operator.post(reverse("admin:accounts_session_delete", args=[session.pk])).status_code == 403


def test_an_operator_logs_in_by_email_or_phone(client):
    UserFactory(is_staff=True, phone="+33123456789")

    for address in [User.objects.get().email, "+33123456789"]:
        answer = client.post(reverse("admin:login"), {"username": address, "password": "demo-pass"})
        assert answer.status_code == 302


class TestGuessing:
    def guess(self, client, address, password="wrong"):
        return client.post(reverse("admin:login"), {"username": address, "password": password})

    def test_after_some_guesses_even_the_password_is_refused(self, client):
        operator = UserFactory(is_staff=True)
        for _ in range(10):
            assert "Too many attempts" not in self.guess(client, operator.email).text

        answer = self.guess(client, operator.email.upper(), "demo-pass")

        assert answer.status_code == 200
        assert "Too many attempts. Please wait a minute, then try again." in answer.text

    def test_guesses_of_one_account_keep_nobody_else_out(self, client):
        tried, other = UserFactory(is_staff=True), UserFactory(is_staff=True)
        for _ in range(11):
            self.guess(client, tried.email)

        assert self.guess(client, other.email, "demo-pass").status_code == 302

    def test_what_was_tried_by_the_api_counts(self, client):
        operator = UserFactory(is_staff=True)
        for _ in range(10):
            body = {"email_or_phone": operator.email, "password": "wrong"}
            client.post("/api/auth/login", body, content_type="application/json")

        assert "Too many attempts" in self.guess(client, operator.email, "demo-pass").text
