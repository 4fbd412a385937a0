import re

import pytest
from django.core import mail

from accounts import tasks
from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

GOOD = "fresh-pass-9"


def test_a_newcomer_registers_and_is_signed_in(api, bearer):
    body = {"email": "New@Example.test", "password": GOOD, "full_name": "Nadia", "zone": "Europe/Paris", "locale": "ar"}

    answer = api.post("/api/auth/register", body)

    assert answer.status_code == 201
    assert set(answer.json()) == {"access_token", "refresh_token", "user"}
    me = bearer(answer.json()["access_token"]).get("/api/auth/me").json()
    assert me == answer.json()["user"]
    assert (me["email"], me["phone"], me["full_name"], me["zone"], me["locale"]) == (
        "new@example.test",
        None,
        "Nadia",
        "Europe/Paris",
        "ar",
    )


def test_one_may_register_by_phone(api):
    answer = api.post("/api/auth/register", {"phone": "+33 1 23 45 67 89", "password": GOOD})

    assert (answer.status_code, answer.json()["user"]["phone"]) == (201, "+33123456789")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"password"}),
        ({"password": GOOD}, {"email"}),
        ({"email": "x", "password": GOOD}, {"email"}),
        ({"email": None, "phone": "12", "password": GOOD}, {"phone"}),
        ({"email": "a@b.test", "password": "short"}, {"password"}),
        ({"email": "a@b.test", "password": "12345678901"}, {"password"}),
        ({"email": "a@b.test", "password": GOOD * 50}, {"password"}),
        ({"email": "a@b.test", "password": GOOD, "zone": "Mars"}, {"zone"}),
        ({"email": "a@b.test", "password": GOOD, "locale": "xx"}, {"locale"}),
        ({"email": "a@b.test", "password": GOOD, "full_name": "\x00"}, {"full_name"}),
        ({"email": {"a": 1}, "password": [GOOD]}, {"email", "password"}),
        ([1, 2], {"non_field_errors"}),
        ("text", {"non_field_errors"}),
    ],
)
def test_a_bad_registration_is_answered_by_field(api, body, fields):
    answer = api.post("/api/auth/register", body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert set(answer.json()["details"]) == fields


@pytest.mark.parametrize(
    "path",
    ["register", "login", "firebase", "refresh", "send-otp", "verify-otp", "reset-password", "change-password", "me"],
)
@pytest.mark.parametrize(
    "body", ["{", "[]", "null", "1", '{"email_or_phone": {"$gt": ""}}', '{"email_or_phone": "\\ud800"}', "\xff"]
)
def test_no_body_is_a_defect_of_ours(bearer, user, sign_in, path, body):
    api = bearer(sign_in(user).access_token)
    ask = api.patch if path == "me" else api.post

    answer = ask(f"/api/auth/{path}", body.encode("latin-1"), content_type="application/json")

    assert answer.status_code == 400 or (path, answer.status_code) == ("me", 200)
    assert path == "me" or answer.json()["code"]


def test_login_answers_tokens_and_user(api, user):
    answer = api.post("/api/auth/login", {"email_or_phone": user.email, "password": PASSWORD, "device": "Pixel"})

    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(user.pk)
    assert user.sessions.get().device == "Pixel"


def test_a_stale_token_does_not_stand_in_the_way_of_login(bearer, user):
    answer = bearer("stale").post("/api/auth/login", {"email_or_phone": user.email, "password": PASSWORD})

    assert answer.status_code == 200


def test_who_signs_in_with_firebase_is_answered_as_at_login(api, bearer, google):
    body = {"id_token": google.mint(sub="uid-1", email="nadia@example.test", email_verified=True), "device": "Pixel"}

    answer = api.post("/api/auth/firebase", body)

    assert (answer.status_code, set(answer.json())) == (200, {"access_token", "refresh_token", "user"})
    assert bearer(answer.json()["access_token"]).get("/api/auth/me").json() == answer.json()["user"]
    assert answer.json()["user"]["email"] == "nadia@example.test"
    assert api.get("/api/auth/me/export").json()["account"]["firebase"][0]["uid"] == "uid-1"


def test_refusals_of_firebase_have_their_codes(api, google, settings):
    def refusal(token):
        answer = api.post("/api/auth/firebase", {"id_token": token})
        return answer.status_code, answer.json()["code"], answer.get("Retry-After"), answer.get("WWW-Authenticate")

    assert refusal("x") == (401, "wrong_id_token", None, "Bearer")
    assert refusal(google.mint(exp=1)) == (401, "id_token_expired", None, "Bearer")
    assert refusal(google.mint()) == (409, "no_address", None, None)
    settings.FIREBASE_KEYS_URL = "http://127.0.0.1:1/"
    assert refusal(google.mint()) == (503, "firebase_unreachable", "5", None)
    settings.FIREBASE_PROJECT = ""
    assert refusal(google.mint()) == (409, "firebase_not_configured", None, None)


def test_login_and_codes_do_not_tell_who_has_an_account(api, user):
    for path, extra in [("login", {"password": "x"}), ("send-otp", {}), ("send-otp", {"purpose": "reset"})]:
        known = api.post(f"/api/auth/{path}", {"email_or_phone": user.email, **extra})
        unknown = api.post(f"/api/auth/{path}", {"email_or_phone": "nobody@example.test", **extra})

        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_refresh_turns_the_pair_and_logout_ends_it(api, bearer, user):
    signed_in = api.post("/api/auth/login", {"email_or_phone": user.email, "password": PASSWORD}).json()
    renewed = api.post("/api/auth/refresh", {"refresh_token": signed_in["refresh_token"]}).json()

    assert bearer(renewed["access_token"]).post("/api/auth/logout").status_code == 204

    refused = api.get("/api/auth/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    again = api.post("/api/auth/refresh", {"refresh_token": renewed["refresh_token"]})
    assert (again.status_code, again.json()["code"]) == (401, "session_ended")


def test_a_long_lived_token_opens_only_dialect_routes_and_can_be_logged_out(api, bearer, user):
    body = {"email_or_phone": user.email, "password": PASSWORD, "long_lived": True}
    signed_in = api.post("/api/auth/login", body).json()
    assert signed_in["refresh_token"] is None

    refused = bearer(signed_in["access_token"]).get("/api/auth/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "long_lived_refused")
    assert api.post("/api/auth/ticket").status_code == 401

    api.credentials()
    assert api.post(f"/api/auth/logout?token={signed_in['access_token']}").status_code == 204
    assert not user.sessions.live().exists()


def test_without_a_token_one_is_asked_to_sign_in(api):
    answer = api.get("/api/auth/me")

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "unauthenticated"


def test_a_password_is_changed_and_the_caller_goes_on(bearer, user, sign_in):
    api = bearer(sign_in(user).access_token)

    wrong = api.post("/api/auth/change-password", {"current_password": "x", "new_password": GOOD})
    weak = api.post("/api/auth/change-password", {"current_password": PASSWORD, "new_password": "password"})
    done = api.post("/api/auth/change-password", {"current_password": PASSWORD, "new_password": GOOD})

    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert (weak.status_code, set(weak.json()["details"])) == (400, {"new_password"})
    assert done.status_code == 200
    assert api.get("/api/auth/me").status_code == 401
    assert bearer(done.json()["access_token"]).get("/api/auth/me").status_code == 200


def test_a_forgotten_password_is_reset_by_a_code(api, user):
    asked = api.post("/api/auth/send-otp", {"email_or_phone": user.email, "purpose": "reset"})
    tasks.send_codes()
    digits = re.search(r"[0-9]{6}", mail.outbox[0].body)[0]

    body = {"email_or_phone": user.email, "code": digits, "new_password": GOOD}
    assert (asked.status_code, asked.json()) == (202, {"expires_in_s": 600})
    assert api.post("/api/auth/reset-password", body).status_code == 204
    assert api.post("/api/auth/reset-password", body).json()["code"] == "wrong_code"
    assert api.post("/api/auth/login", {"email_or_phone": user.email, "password": GOOD}).status_code == 200


def test_an_address_is_verified_by_a_code(api, user):
    api.post("/api/auth/send-otp", {"email_or_phone": user.email})
    tasks.send_codes()
    digits = re.search(r"[0-9]{6}", mail.outbox[0].body)[0]

    answer = api.post("/api/auth/verify-otp", {"email_or_phone": user.email.upper(), "code": digits})

    user.refresh_from_db()
    assert (answer.status_code, user.email_verified_at is not None) == (204, True)


def test_one_edits_what_one_is_called_and_where_one_is(bearer, user, sign_in):
    api = bearer(sign_in(user).access_token)

    answer = api.patch(
        "/api/auth/me", {"full_name": "Nadia", "zone": "Asia/Riyadh", "email": "x@y.test", "is_staff": True}
    )

    assert (answer.status_code, answer.json()["full_name"], answer.json()["zone"]) == (200, "Nadia", "Asia/Riyadh")
    assert (answer.json()["email"], answer.json()["is_staff"]) == (user.email, False)
    assert api.patch("/api/auth/me", {"zone": "Mars"}).json()["details"].keys() == {"zone"}


def test_one_deletes_oneself_by_password(bearer, user, sign_in):
    api = bearer(sign_in(user).access_token)

    assert api.delete("/api/auth/me", {"password": "x"}).json()["code"] == "wrong_password"
    assert api.delete("/api/auth/me", {"password": PASSWORD}).status_code == 204

    assert api.get("/api/auth/me").status_code == 401
    assert User.objects.get(pk=user.pk).anonymised_at


def test_an_export_holds_what_each_app_keeps(bearer, user, sign_in, upper_layer):
    exported = bearer(sign_in(user).access_token).get("/api/auth/me/export").json()

    assert exported["account"]["user"]["email"] == user.email
    assert [session["device"] for session in exported["account"]["sessions"]] == ["Phone"]
    assert exported["shoes"] == {"size": 42}
    assert "password" not in str(exported)


def test_a_ticket_is_issued_to_who_has_a_token(bearer, user, sign_in):
    answer = bearer(sign_in(user).access_token).post("/api/auth/ticket")

    assert (answer.status_code, answer.json()["expires_in_s"]) == (201, 30)


def test_a_browser_uses_its_cookie(api, user):
    api.force_login(user)

    assert api.get("/api/auth/me").json()["id"] == str(user.pk)


def test_somebody_deactivated_may_not_log_in(api):
    user = UserFactory(is_active=False)

    answer = api.post("/api/auth/login", {"email_or_phone": user.email, "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (403, "account_deactivated")
