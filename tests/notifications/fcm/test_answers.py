import asyncio
import json
import logging
import time
from typing import Any

import pytest
from pytest_django import Settings

from notifications.channels.fcm import Fcm
from notifications.channels.fcm.answers import Answer
from notifications.channels.parcel import Scope, Verdict
from tests.notifications.fcm.phone import ADDRESS, arrived, parcel, told
from tests.outside.world import World
from tests.services import free_port

ACCEPTED, DEAD, REJECTED, MISCONFIGURED, LIMITED, TRANSIENT, UNSENT = Verdict
LANE, CHANNEL = Scope
IN_ABOUT_SEVEN = pytest.approx(5, abs=2.1)  # a date has whole seconds, and a machine may be busy


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("phone", (ACCEPTED, "", 200, LANE, None)),
        ("unregistered:", (DEAD, "UNREGISTERED", 404, LANE, None)),
        ("badpayload:", (REJECTED, "INVALID_ARGUMENT", 400, LANE, None)),
        ("badtoken:", (DEAD, "INVALID_TOKEN", 400, LANE, None)),
        ("badtokenfield:", (DEAD, "INVALID_TOKEN", 400, LANE, None)),
        ("mismatch:", (DEAD, "SENDER_ID_MISMATCH", 403, LANE, None)),
        ("forbidden:", (MISCONFIGURED, "PERMISSION_DENIED", 403, CHANNEL, None)),
        ("apnsauth:", (MISCONFIGURED, "THIRD_PARTY_AUTH_ERROR", 401, LANE, None)),
        ("oldapnsauth:", (MISCONFIGURED, "APNS_AUTH_ERROR", 401, LANE, None)),
        ("unauthenticated:", (MISCONFIGURED, "UNAUTHENTICATED", 401, CHANNEL, None)),
        ("quota:7:", (LIMITED, "QUOTA_EXCEEDED", 429, LANE, 7)),
        ("quotadate:7:", (LIMITED, "QUOTA_EXCEEDED", 429, LANE, IN_ABOUT_SEVEN)),
        ("quotabare:", (LIMITED, "QUOTA_EXCEEDED", 429, LANE, None)),
        ("internal:", (TRANSIENT, "INTERNAL", 500, LANE, None)),
        ("unavailable:7:", (TRANSIENT, "UNAVAILABLE", 503, LANE, 7)),
        ("badgateway:", (TRANSIENT, "HTTP_502", 502, LANE, None)),
        ("gatewaytimeout:", (TRANSIENT, "DEADLINE_EXCEEDED", 504, LANE, None)),
        ("reset:", (TRANSIENT, "CONNECTION", None, LANE, None)),
        ("stall:", (TRANSIENT, "TIMEOUT", None, LANE, None)),
    ],
    ids=lambda value: value.strip(":") if isinstance(value, str) else f"{value[0]}-{value[1]}",
)
async def test_every_answer_of_fcm_has_its_outcome(
    fcm: Fcm, caplog: pytest.LogCaptureFixture, address: str, expected: tuple[Any, ...]
) -> None:
    caplog.set_level(logging.DEBUG)
    address += "the-secret-of-grace"

    outcome = await fcm.send(parcel(address))

    assert told(outcome) == expected
    assert bool(outcome.provider_id) == (outcome.verdict is ACCEPTED)
    assert "the-secret" not in f"{outcome!r} {parcel(address)!r} {caplog.text}"


def error(code: int, status: str, *details: dict[str, Any]) -> bytes:
    return json.dumps({"error": {"code": code, "status": status, "message": "So it is.", "details": details}}).encode()


@pytest.mark.parametrize(
    ("http", "body", "expected"),
    [
        (404, error(404, "NOT_FOUND"), (REJECTED, "NOT_FOUND")),
        (409, error(409, "ABORTED"), (REJECTED, "ABORTED")),
        (499, error(499, "CANCELLED"), (TRANSIENT, "CANCELLED")),
        (501, error(501, "UNIMPLEMENTED"), (TRANSIENT, "UNIMPLEMENTED")),
        (400, error(400, "FAILED_PRECONDITION"), (REJECTED, "FAILED_PRECONDITION")),
        (403, b"<html>The proxy forbids it</html>", (TRANSIENT, "HTTP_403")),
        (404, b"<html>No such page</html>", (TRANSIENT, "HTTP_404")),
        (401, b"<html>Who are you?</html>", (TRANSIENT, "HTTP_401")),
        (302, b"", (TRANSIENT, "HTTP_302")),
        (200, b"<html>Welcome to the hotel's Wi-Fi</html>", (TRANSIENT, "HTTP_200")),
        (200, b"[]", (TRANSIENT, "HTTP_200")),
        (200, b"{}", (TRANSIENT, "HTTP_200")),
    ],
)
async def test_what_fcm_never_promised_to_answer_kills_no_address(
    http: int, body: bytes, expected: tuple[Verdict, str]
) -> None:
    answer = Answer(http, {}, body)

    assert (answer.outcome().verdict, answer.outcome().code) == expected
    assert not answer.is_unauthenticated
    assert not answer.doubts_address


async def test_an_answer_that_repeats_the_address_is_stored_without_it() -> None:
    body = json.dumps({"error": {"status": "NOT_FOUND", "message": f"No {ADDRESS}. " + "x" * 300}}).encode()

    assert Answer(404, {}, body).outcome(ADDRESS).error == ("No …. " + "x" * 300)[:200]


async def test_a_limit_is_answered_at_once_and_holds_up_nobody(fcm: Fcm) -> None:
    await fcm.check()
    began = time.monotonic()

    outcomes = await asyncio.gather(*(fcm.send(parcel(address)) for address in ["quota:7:a", "b", "quota:7:c", "d"]))

    assert time.monotonic() - began < 5
    assert [outcome.verdict for outcome in outcomes] == [LIMITED, ACCEPTED, LIMITED, ACCEPTED]


async def test_nothing_is_resent_in_secret(fcm: Fcm, world: World) -> None:
    for address in ("flaky:2:phone", "internal:", "reset:", "stall:", "quota:7:", "unregistered:"):
        await fcm.send(parcel(address))

    assert len(arrived(world)) == 6


async def test_a_doubted_address_is_asked_once_more_with_a_message_that_cannot_be_wrong(fcm: Fcm, world: World) -> None:
    await fcm.send(parcel("badtoken:abc"))

    sent, probe = arrived(world)
    assert not sent["validate_only"]
    assert probe["validate_only"]
    assert probe["message"] == {"token": "badtoken:abc", "data": {"type": "probe"}}


async def test_an_address_stays_doubted_when_the_second_question_is_not_answered(fcm: Fcm, world: World) -> None:
    await fcm.check()
    sending = asyncio.create_task(fcm.send(parcel("slow:1500:badtoken:abc")))
    await asyncio.sleep(0.2)  # it is on its way, and not answered
    world.control("fcm", outage="unavailable")

    assert told(await sending) == (TRANSIENT, "UNAVAILABLE", 503, LANE, None)


async def test_a_payload_that_fcm_refuses_without_naming_it_kills_no_address(fcm: Fcm, world: World) -> None:
    outcome = await fcm.send(parcel("toobig:abc"))

    assert told(outcome) == (REJECTED, "INVALID_ARGUMENT", 400, LANE, None)
    assert [arrival["code"] for arrival in arrived(world)] == [400, 200]


async def test_a_closed_door_means_that_nothing_was_sent(fcm: Fcm, settings: Settings) -> None:
    settings.FCM_ENDPOINT = f"http://127.0.0.1:{free_port()}"

    assert told(await fcm.send(parcel())) == (UNSENT, "CONNECT", None, LANE, None)
