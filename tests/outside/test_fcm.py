import json
import time

import httpx
import jwt
import pytest
from firebase_admin import credentials
from google.auth.exceptions import RefreshError

MESSAGE = {"token": "phone", "data": {"nid": "n1", "kind": "shift_offers", "title": "Night shift", "body": "Ward 3"}}
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token_of(world):
    return credentials.Certificate(json.loads(world.env["FIREBASE_CREDENTIALS"])).get_access_token().access_token


def fcm_code(answer):
    details = answer.json()["error"].get("details", [])
    return next((detail["errorCode"] for detail in details if detail["@type"].endswith(".FcmError")), None)


def fields(answer):
    details = answer.json()["error"].get("details", [])
    return [violation["field"] for detail in details for violation in detail.get("fieldViolations", [])]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("unregistered:a", 404, "UNREGISTERED"),
        ("badtoken:a", 400, "INVALID_ARGUMENT"),
        ("badtokenfield:a", 400, "INVALID_ARGUMENT"),
        ("badpayload:a", 400, None),
        ("toobig:a", 400, "INVALID_ARGUMENT"),
        ("mismatch:a", 403, "SENDER_ID_MISMATCH"),
        ("forbidden:a", 403, None),
        ("apnsauth:a", 401, "THIRD_PARTY_AUTH_ERROR"),
        ("oldapnsauth:a", 401, "APNS_AUTH_ERROR"),
        ("unauthenticated:a", 401, None),
        ("quota:7:a", 429, "QUOTA_EXCEEDED"),
        ("quotadate:7:a", 429, "QUOTA_EXCEEDED"),
        ("quotabare:a", 429, "QUOTA_EXCEEDED"),
        ("internal:a", 500, "INTERNAL"),
        ("unavailable:7:a", 503, "UNAVAILABLE"),
        ("gatewaytimeout:a", 504, None),
        ("slow:50:unregistered:a", 404, "UNREGISTERED"),
    ],
)
def test_an_address_says_how_it_is_refused(world, send, address, status, code):
    answer = send({**MESSAGE, "token": address})

    assert (answer.status_code, answer.json()["error"]["code"], fcm_code(answer)) == (status, status, code)
    assert [arrival["code"] for arrival in world.journal("fcm")] == [status]
    assert world.phones() == []


def test_other_addresses_accept_even_with_a_colon_as_real_ones_have(send):
    answer = send({**MESSAGE, "token": "dKx:APA91b"})

    assert answer.status_code == 200
    assert answer.json()["name"].startswith("projects/demo-project/messages/")


def test_a_proxy_answers_with_a_page(send):
    answer = send({**MESSAGE, "token": "badgateway:a"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


@pytest.mark.parametrize(("address", "said"), [("quota:7:a", "7"), ("unavailable:9:a", "9"), ("quotabare:a", None)])
def test_it_says_when_to_come_again(send, address, said):
    assert send({**MESSAGE, "token": address}).headers.get("Retry-After") == said


def test_it_may_say_when_as_a_date(send):
    assert send({**MESSAGE, "token": "quotadate:7:a"}).headers["Retry-After"].endswith(" GMT")


def test_a_flaky_address_accepts_after_as_many_failures(send):
    assert [send({**MESSAGE, "token": "flaky:2:a"}).status_code for _ in range(3)] == [503, 503, 200]


def test_a_stalled_answer_never_comes(world, send):
    with pytest.raises(httpx.ReadTimeout):
        send({**MESSAGE, "token": "stall:a"}, timeout=0.3)

    assert [arrival["code"] for arrival in world.journal("fcm")] == [None]
    assert world.phones() == []


def test_a_lost_answer_leaves_the_notice_on_the_phone(world, send):
    with pytest.raises(httpx.RemoteProtocolError):
        send({**MESSAGE, "token": "lost:1:a"})

    assert [phone["visible_writes"] for phone in world.phones()] == [1]
    assert send({**MESSAGE, "token": "lost:1:a"}).status_code == 200
    assert [phone["visible_writes"] for phone in world.phones()] == [2]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"data": {"n": 7}}, "message.data[0].value"),
        ({"data": {"from": "x"}}, "message.data[from]"),
        ({"data": {"google.x": "x"}}, "message.data[google.x]"),
        ({"data": {"gcm.notification.x": "x"}}, "message.data[gcm.notification.x]"),
        ({"android": {"ttl": "3600"}}, "message.android.ttl"),
        ({"android": {"ttl": "2419201s"}}, "message.android.ttl"),
        ({"android": {"priority": "urgent"}}, "message.android.priority"),
        ({"token": "", "topic": "all nurses"}, "message.topic"),
        ({"topic": "all"}, "message"),
        ({"titel": "x"}, "message"),
        ({"apns": {"headers": {"apns-collapse-id": "x" * 65}}}, "message.apns.headers[apns-collapse-id]"),
        (
            {"apns": {"headers": {"apns-priority": "10"}, "payload": {"aps": {"content-available": 1}}}},
            "message.apns.headers[apns-priority]",
        ),
    ],
)
def test_a_defect_of_the_message_is_named(send, changed, field):
    answer = send({**MESSAGE, **changed})

    assert (answer.status_code, fields(answer)) == (400, [field])


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ({"token": "a", "data": {"k": "x" * 4095}}, 200),
        ({"token": "a", "data": {"k": "x" * 4096}}, 400),
        ({"topic": "a", "data": {"k": "x" * 2047}}, 200),
        ({"topic": "a", "data": {"k": "x" * 2048}}, 400),
    ],
)
def test_too_much_is_refused_without_naming_a_field(send, message, status):
    answer = send(message)

    assert answer.status_code == status
    assert status == 200 or (fcm_code(answer), fields(answer)) == ("INVALID_ARGUMENT", [])


def test_validating_shows_nothing(world, send):
    assert send(MESSAGE, validate_only=True).json() == {"name": "projects/demo-project/messages/fake_message_id"}
    assert [arrival["validate_only"] for arrival in world.journal("fcm")] == [True]
    assert world.phones() == []


def test_a_bad_address_is_found_by_validating_but_a_bad_payload_is_not_in_another_message(send):
    statuses = [send({"token": address}, validate_only=True).status_code for address in ("badtoken:a", "badpayload:a")]

    assert statuses == [400, 200]


def test_without_its_token_nothing_is_accepted(world, send):
    assert send(MESSAGE, token="ya29.forged").json()["error"]["status"] == "UNAUTHENTICATED"
    assert world.phones() == []


def test_a_forged_assertion_gets_no_token(world):
    account = json.loads(world.env["FIREBASE_CREDENTIALS"])
    now = int(time.time())
    claims = {"iss": account["client_email"], "aud": account["token_uri"], "iat": now, "exp": now + 60}
    forged = jwt.encode(claims, "a key that is no RSA key, but long enough", algorithm="HS256")

    answer = httpx.post(account["token_uri"], data={"grant_type": GRANT, "assertion": forged})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("outage", "failure"), [("refused", httpx.ConnectError), ("reset", httpx.RemoteProtocolError)])
def test_an_outage_ends(world, send, outage, failure):
    world.control("fcm", outage=outage)
    with pytest.raises(failure):
        send(MESSAGE)

    world.control("fcm", outage="none")

    assert send(MESSAGE).status_code == 200


def test_a_token_can_be_revoked_or_expire(world, send, access_token):
    world.control("fcm", token_lifetime=0)
    expired = token_of(world)
    world.control("fcm", token_lifetime=3600)
    renewed = token_of(world)
    before = [send(MESSAGE, token=token).status_code for token in (access_token, expired, renewed)]
    world.control("fcm", revoke=True)

    assert before == [200, 401, 200]
    assert send(MESSAGE, token=renewed).status_code == 401
    assert world.counts()["token_requests"] == 3


def test_a_token_endpoint_can_deny(world):
    world.control("fcm", token="denied")

    with pytest.raises(RefreshError, match="invalid_grant"):
        token_of(world)
