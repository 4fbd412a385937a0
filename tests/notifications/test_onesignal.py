import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from notifications.channels.onesignal import OneSignal, outcome_of
from notifications.channels.parcel import Scope, Verdict
from tests.notifications.fcm.phone import NID, PATIENCE, USER_ID, parcel, told
from tests.outside.world import World
from tests.services import free_port

ACCEPTED, DEAD, REJECTED, MISCONFIGURED, LIMITED, TRANSIENT, UNSENT = Verdict
LANE, CHANNEL = Scope
GRACE = str(USER_ID)


@pytest.fixture
async def onesignal(world: World, settings: Settings) -> AsyncIterator[OneSignal]:
    world.reset()
    for name in ("ONESIGNAL_ENDPOINT", "ONESIGNAL_APP_ID", "ONESIGNAL_API_KEY"):
        setattr(settings, name, world.env[name])
    channel = OneSignal(http_seconds=PATIENCE)
    yield channel
    await channel.close()


def only_message(world: World) -> dict[str, Any]:
    [arrival] = world.journal("onesignal")
    message: dict[str, Any] = arrival["message"]
    return message


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", (ACCEPTED, "", 200, LANE, None)),
        ("unsubscribed", (DEAD, "NO_SUBSCRIBER", 200, LANE, None)),
        ("unknown", (DEAD, "NO_SUBSCRIBER", 200, LANE, None)),
        ("badrequest", (REJECTED, "HTTP_400", 400, LANE, None)),
        ("unauthorized", (MISCONFIGURED, "HTTP_401", 401, CHANNEL, None)),
        ("forbidden", (MISCONFIGURED, "HTTP_403", 403, CHANNEL, None)),
        ("quota:7", (LIMITED, "HTTP_429", 429, LANE, 7)),
        ("quotadate:7", (LIMITED, "HTTP_429", 429, LANE, pytest.approx(5, abs=2.1))),
        ("quotabare", (LIMITED, "HTTP_429", 429, LANE, None)),
        ("internal", (TRANSIENT, "HTTP_500", 500, LANE, None)),
        ("unavailable:7", (TRANSIENT, "HTTP_503", 503, LANE, 7)),
        ("badgateway", (TRANSIENT, "HTTP_502", 502, LANE, None)),
        ("reset", (TRANSIENT, "CONNECTION", None, LANE, None)),
        ("stall", (TRANSIENT, "TIMEOUT", None, LANE, None)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_answer_of_onesignal_has_its_outcome(
    onesignal: OneSignal, world: World, caplog: pytest.LogCaptureFixture, answer: str, expected: tuple[Any, ...]
) -> None:
    caplog.set_level(logging.DEBUG)
    world.control("onesignal", script={GRACE: answer})

    outcome = await onesignal.send(parcel(GRACE))

    assert told(outcome) == expected
    assert bool(outcome.provider_id) == (outcome.verdict is ACCEPTED)
    assert world.env["ONESIGNAL_API_KEY"] not in f"{outcome!r} {caplog.text}"
    assert GRACE not in outcome.error


@pytest.mark.parametrize(
    ("http", "body", "expected"),
    [
        (200, {"id": "", "errors": {"invalid_aliases": {"external_id": [GRACE]}}}, (DEAD, "NO_SUBSCRIBER")),
        (200, {"id": ""}, (DEAD, "NO_SUBSCRIBER")),
        (200, {"errors": ["Nobody"]}, (DEAD, "NO_SUBSCRIBER")),
        (200, {"id": None, "errors": ["Nobody"]}, (DEAD, "NO_SUBSCRIBER")),
        (200, {"id": "n1", "errors": {"invalid_external_user_ids": [GRACE]}}, (DEAD, "NO_SUBSCRIBER")),
        (200, {"id": "n1", "errors": ["Something of no weight"]}, (ACCEPTED, "")),
        (200, {"success": True}, (TRANSIENT, "HTTP_200")),
        (400, {"errors": {"invalid_aliases": {"external_id": [GRACE]}}}, (DEAD, "NO_SUBSCRIBER")),
        (400, {"errors": ["All included players are not subscribed"]}, (DEAD, "NO_SUBSCRIBER")),
        (400, {"errors": [{"code": "invalid", "title": "The data are too long"}]}, (REJECTED, "HTTP_400")),
        (404, {"errors": ["Not found"]}, (MISCONFIGURED, "HTTP_404")),
        (409, {"errors": ["The first request with this key is not over"]}, (TRANSIENT, "HTTP_409")),
        (413, {"errors": ["Too large"]}, (REJECTED, "HTTP_413")),
        (403, "<html>The proxy forbids it</html>", (TRANSIENT, "HTTP_403")),
        (302, "", (TRANSIENT, "HTTP_302")),
        (200, "<html>Welcome to the hotel's Wi-Fi</html>", (TRANSIENT, "HTTP_200")),
        (200, [], (TRANSIENT, "HTTP_200")),
    ],
)
def test_an_answer_that_is_seldom_has_an_outcome_too(http: int, body: Any, expected: tuple[Any, ...]) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)

    outcome = outcome_of(http, {}, raw.encode(), GRACE)

    assert (outcome.verdict, outcome.code) == expected
    assert GRACE not in outcome.error


async def test_the_notice_is_addressed_to_the_person_and_names_itself(onesignal: OneSignal, world: World) -> None:
    await onesignal.send(parcel(GRACE, locale="en-GB"))

    message = only_message(world)
    assert UUID(message["idempotency_key"]).version == 3
    assert message == {
        "app_id": world.env["ONESIGNAL_APP_ID"],
        "target_channel": "push",
        "include_aliases": {"external_id": [GRACE]},
        "headings": {"en": "New shift"},
        "contents": {"en": "Home care, tomorrow 09:00"},
        "data": {"shift_id": "42", "nid": str(NID), "kind": "shift_offers"},
        "collapse_id": str(NID),
        "idempotency_key": message["idempotency_key"],
        "ttl": 86_400,
        "ios_badgeType": "SetTo",
        "ios_badgeCount": 3,
    }


async def test_what_is_urgent_wakes_the_phone_and_is_no_news_after_four_hours(
    onesignal: OneSignal, world: World
) -> None:
    await onesignal.send(parcel(GRACE, is_urgent=True))

    message = only_message(world)
    assert (message["priority"], message["ios_interruption_level"], message["ttl"]) == (10, "time-sensitive", 14_400)


@pytest.mark.parametrize(("left", "ttl"), [(90, 90), (-5, 0), (86_400 * 99, 2_419_200)])
async def test_a_notice_is_not_kept_for_a_phone_longer_than_it_is_good_for(
    onesignal: OneSignal, world: World, left: int, ttl: int
) -> None:
    await onesignal.send(parcel(GRACE, expires_at=datetime.now(UTC) + timedelta(seconds=left)))

    assert only_message(world)["ttl"] == pytest.approx(ttl, abs=2)


async def test_arabic_words_are_there_for_phones_of_either_language(onesignal: OneSignal, world: World) -> None:
    title, body = "وردية جديدة", "غدًا صباحًا"

    await onesignal.send(parcel(GRACE, title=title, body=body, locale="ar-EG"))

    message = only_message(world)
    assert message["headings"] == {"en": title, "ar": title}
    assert message["contents"] == {"en": body, "ar": body}


@pytest.mark.parametrize(("title", "body"), [("New shift", ""), ("", "New shift")])
async def test_a_notice_of_one_line_has_no_heading(onesignal: OneSignal, world: World, title: str, body: str) -> None:
    assert (await onesignal.send(parcel(GRACE, title=title, body=body))).verdict == ACCEPTED

    message = only_message(world)
    assert (message["contents"], "headings" in message) == ({"en": "New shift"}, False)


async def test_what_somebody_wrote_is_not_taken_for_a_placeholder(onesignal: OneSignal, world: World) -> None:
    await onesignal.send(parcel(GRACE, title="{{ name }}", body="{{{x}}} {% if %} {a} 100 %}"))

    message = only_message(world)
    written = message["headings"]["en"] + message["contents"]["en"]
    assert ("{{" in written, "{%" in written) == (False, False)
    assert written.replace("\u2060", "") == "{{ name }}{{{x}}} {% if %} {a} 100 %}"


async def test_a_notice_whose_answer_was_lost_is_shown_once(onesignal: OneSignal, world: World) -> None:
    world.control("onesignal", script={GRACE: "lost:1"})

    outcomes = [(await onesignal.send(parcel(GRACE))).verdict for _ in range(2)]

    assert outcomes == [TRANSIENT, ACCEPTED]
    assert [(phone["nid"], phone["visible_writes"]) for phone in world.phones()] == [(str(NID), 1)]


async def test_two_notices_are_not_taken_for_one(onesignal: OneSignal, world: World) -> None:
    await onesignal.send(parcel(GRACE))
    await onesignal.send(parcel(GRACE, nid=UUID(int=NID.int + 1)))

    assert len({arrival["message"]["idempotency_key"] for arrival in world.journal("onesignal")}) == 2


async def test_a_segment_is_told_what_is_public(onesignal: OneSignal, world: World) -> None:
    outcome = await onesignal.broadcast("Subscribed Users", "Maintenance", "Tonight at 02:00", {"page": "status"})

    assert outcome.verdict == ACCEPTED
    assert only_message(world) == {
        "app_id": world.env["ONESIGNAL_APP_ID"],
        "target_channel": "push",
        "included_segments": ["Subscribed Users"],
        "headings": {"en": "Maintenance"},
        "contents": {"en": "Tonight at 02:00"},
        "data": {"page": "status"},
    }


async def test_onesignal_takes_nothing_off_a_screen(onesignal: OneSignal, world: World) -> None:
    outcome = await onesignal.send(parcel(GRACE, is_clear=True))

    assert (outcome.verdict, outcome.code) == (REJECTED, "UNSUPPORTED")
    assert world.journal("onesignal") == []


async def test_a_wrong_key_is_for_the_operator_to_mend(onesignal: OneSignal, settings: Settings) -> None:
    settings.ONESIGNAL_API_KEY = "os_v2_app_of_yesterday"

    outcome = await onesignal.send(parcel(GRACE))

    assert told(outcome) == (MISCONFIGURED, "HTTP_403", 403, CHANNEL, None)
    assert "os_v2_app_of_yesterday" not in repr(outcome)


async def test_a_wrong_app_is_for_the_operator_to_mend(onesignal: OneSignal, settings: Settings) -> None:
    settings.ONESIGNAL_APP_ID = "8250eaf6-1a58-489e-b136-7c74a864b434"

    assert told(await onesignal.send(parcel(GRACE))) == (MISCONFIGURED, "APP_ID", 400, CHANNEL, None)


async def test_without_a_way_there_nothing_was_sent(onesignal: OneSignal, settings: Settings) -> None:
    settings.ONESIGNAL_ENDPOINT = f"http://127.0.0.1:{free_port()}"

    assert told(await onesignal.send(parcel(GRACE))) == (UNSENT, "CONNECT", None, LANE, None)


async def test_an_endpoint_that_is_no_url_is_for_the_operator_to_mend(onesignal: OneSignal, settings: Settings) -> None:
    settings.ONESIGNAL_ENDPOINT = "nowhere"

    assert told(await onesignal.send(parcel(GRACE))) == (MISCONFIGURED, "ENDPOINT", None, CHANNEL, None)
