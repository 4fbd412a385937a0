import time

import jwt
import pytest

from accounts.errors import FirebaseNotConfigured, FirebaseUnreachable, IdTokenExpired, WrongIdToken
from accounts.firebase import FirebaseUser, Keys, read_id_token
from tests.accounts.race import at_once
from tests.outside.identity import ISSUER, Key

FAR_FUTURE = 4_000_000_000


class RestlessKeys(Keys):
    rest_seconds = 0


def test_a_token_tells_who_signed_in(google):
    token = google.mint(
        sub="uid-1", email="Nadia@Example.test", email_verified=True, phone_number="+33123456789", name="Nadia"
    )

    assert read_id_token(token) == FirebaseUser("uid-1", "nadia@example.test", True, "+33123456789", "Nadia")


def test_a_token_may_tell_no_more_than_a_uid(google):
    assert read_id_token(google.mint(sub="uid-1")) == FirebaseUser("uid-1", None, False, None, "")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-project"},
        {"aud": ["our-project"]},
        {"aud": None},
        {"iss": f"{ISSUER}another-project"},
        {"iss": None},
        {"sub": ""},
        {"sub": "x" * 129},
        {"sub": 1},
        {"sub": None},
        {"exp": None},
        {"exp": "soon"},
        {"iat": FAR_FUTURE},
        {"iat": None},
        {"auth_time": FAR_FUTURE},
        {"auth_time": "then"},
        {"auth_time": None},
        {"firebase": {"tenant": "another"}},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(google, claims):
    with pytest.raises(WrongIdToken):
        read_id_token(google.mint(**claims))


def test_a_token_signed_by_somebody_else_is_refused(google):
    with pytest.raises(WrongIdToken):
        read_id_token(google.mint(Key.FOREIGN))


@pytest.mark.parametrize(("algorithm", "secret"), [("none", None), ("HS256", "a secret that is long enough for it")])
def test_a_token_that_is_signed_in_another_way_is_refused(google, algorithm, secret):
    claims = jwt.decode(google.mint(), options={"verify_signature": False})

    with pytest.raises(WrongIdToken):
        read_id_token(jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": Key.CURRENT}))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "e30.e30.", "W10.W10.", f"{'W1tb' * 2000}.e30.aa"])
def test_what_is_no_token_is_refused(google, token):
    with pytest.raises(WrongIdToken):
        read_id_token(token)


def test_an_expired_token_is_told_apart_so_that_the_app_gets_a_fresh_one(google):
    with pytest.raises(IdTokenExpired):
        read_id_token(google.mint(exp=int(time.time()) - 60))


def test_clocks_may_differ_by_some_seconds(google):
    now = int(time.time())

    assert read_id_token(google.mint(sub="uid-1", iat=now + 5, auth_time=now + 5, exp=now - 5)).uid == "uid-1"


def test_the_keys_are_fetched_once(google):
    for _ in range(3):
        read_id_token(google.mint())

    assert google.asked == 1


def test_a_key_that_is_new_is_fetched(google, settings):
    keys = Keys(settings.FIREBASE_KEYS_URL, cooldown_duration=0)
    keys.get_signing_key_from_jwt(google.mint())

    found = keys.get_signing_key_from_jwt(google.mint(Key.ROTATED))

    assert (found.key_id, google.asked) == (Key.ROTATED, 2)


def test_forged_key_names_do_not_make_us_ask_again_and_again(google):
    for n in range(3):
        forged = jwt.encode({"sub": "uid-1"}, "not a key of Google's, but long enough", headers={"kid": str(n)})
        with pytest.raises(WrongIdToken):
            read_id_token(forged)

    assert google.asked == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_keys_are_away_callers_are_told_when_to_come_back(google):
    google.is_away = True

    answers = at_once(lambda: read_id_token(google.mint()), times=4)

    assert [type(answer) for answer in answers] == [FirebaseUnreachable] * 4
    assert answers[0].envelope() == {
        "code": "firebase_unreachable",
        "message": FirebaseUnreachable.message,
        "temporary": True,
        "retry_after_ms": 5000,
    }
    assert google.asked == 1


def test_the_keys_are_asked_for_again_after_a_rest(google, settings):
    google.is_away = True
    keys = RestlessKeys(settings.FIREBASE_KEYS_URL)
    with pytest.raises(FirebaseUnreachable):
        keys.get_signing_keys()
    google.is_away = False

    assert [key.key_id for key in keys.get_signing_keys()] == [Key.CURRENT]


def test_keys_once_fetched_serve_while_google_is_away(google):
    read_id_token(google.mint())
    google.is_away = True

    assert read_id_token(google.mint(sub="uid-1")).uid == "uid-1"


def test_a_host_that_is_not_there_is_a_host_that_is_away(google, settings):
    settings.FIREBASE_KEYS_URL = "http://127.0.0.1:1/google/jwk"

    with pytest.raises(FirebaseUnreachable):
        read_id_token(google.mint())


def test_without_a_project_nobody_signs_in_with_firebase(google, settings):
    settings.FIREBASE_PROJECT = ""

    with pytest.raises(FirebaseNotConfigured):
        read_id_token(google.mint(aud="", iss=ISSUER))


@pytest.mark.parametrize("email", ["x", "a@b", f"{'a' * 250}@example.test", 1, None])
def test_an_email_address_that_we_do_not_keep_counts_as_none(google, email):
    assert read_id_token(google.mint(email=email, email_verified=True)).email is None


@pytest.mark.parametrize("phone", ["12", "a@example.test", "", 1])
def test_a_phone_number_that_we_do_not_keep_counts_as_none(google, phone):
    assert read_id_token(google.mint(phone_number=phone)).phone is None


@pytest.mark.parametrize("said", ["true", 1, False, None])
def test_only_true_is_verified(google, said):
    assert read_id_token(google.mint(email="a@example.test", email_verified=said)).is_email_verified is False


@pytest.mark.parametrize(
    ("called", "kept"), [("Na\x00dia\n", "Nadia"), ("x" * 200, "x" * 150), ("سارة", "سارة"), (1, ""), ("", "")]
)
def test_a_name_is_kept_as_far_as_it_can_be(google, called, kept):
    assert read_id_token(google.mint(name=called)).full_name == kept
