import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import delivery
from accounts.errors import SmsNotConfigured
from core.wiring import declared
from notifications.carriers import NotTaken
from notifications.channels.gsm import SEPTETS, UTF16_UNITS, fold, is_gsm, segment, septets, utf16_units
from notifications.channels.parcel import Outcome, Scope, Verdict
from notifications.channels.sms import Sms, outcome_of
from notifications.outbox.courier import courier
from tests.notifications.fcm.phone import PATIENCE, parcel, told
from tests.outside.world import World
from tests.services import free_port

ACCEPTED, DEAD, REJECTED, MISCONFIGURED, LIMITED, TRANSIENT, UNSENT = Verdict
LANE, CHANNEL = Scope
NUMBER = "+14155550123"


@pytest.fixture
def twilio(world: World, settings: Settings) -> World:
    world.reset()
    for name in ("TWILIO_ENDPOINT", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"):
        setattr(settings, name, world.env[name])
    return world


@pytest.fixture
async def sms(twilio: World) -> AsyncIterator[Sms]:
    channel = Sms(http_seconds=PATIENCE)
    yield channel
    await channel.close()


def only_form(world: World) -> dict[str, str]:
    [arrival] = world.journal("sms")
    form: dict[str, str] = arrival["message"]
    return form


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", (ACCEPTED, "", 201, LANE, None)),
        ("invalid", (DEAD, "21211", 400, LANE, None)),
        ("unroutable", (DEAD, "21612", 400, LANE, None)),
        ("notpermitted", (DEAD, "21408", 400, LANE, None)),
        ("unsubscribed", (DEAD, "21610", 400, LANE, None)),
        ("nomobile", (DEAD, "21614", 400, LANE, None)),
        ("unauthorized", (MISCONFIGURED, "20003", 401, CHANNEL, None)),
        ("forbidden", (MISCONFIGURED, "20003", 403, CHANNEL, None)),
        ("quota:7", (LIMITED, "20429", 429, LANE, 7)),
        ("quotabare", (LIMITED, "20429", 429, LANE, None)),
        ("internal", (TRANSIENT, "20500", 500, LANE, None)),
        ("unavailable:7", (TRANSIENT, "20503", 503, LANE, 7)),
        ("badgateway", (TRANSIENT, "HTTP_502", 502, LANE, None)),
        ("reset", (TRANSIENT, "CONNECTION", None, LANE, None)),
        ("stall", (TRANSIENT, "TIMEOUT", None, LANE, None)),
        ("lost:1", (TRANSIENT, "CONNECTION", None, LANE, None)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_answer_of_twilio_has_its_outcome(
    sms: Sms, world: World, caplog: pytest.LogCaptureFixture, answer: str, expected: tuple[Any, ...]
) -> None:
    caplog.set_level(logging.DEBUG)
    world.control("sms", script={NUMBER: answer})

    outcome = await sms.send(parcel(NUMBER))

    assert told(outcome) == expected
    assert bool(outcome.provider_id) == (outcome.verdict is ACCEPTED)
    for secret in (NUMBER, world.env["TWILIO_AUTH_TOKEN"]):
        assert secret not in f"{outcome!r} {parcel(NUMBER)!r} {caplog.text}"


@pytest.mark.parametrize(
    ("http", "body", "expected"),
    [
        (400, {"code": 21265}, (DEAD, "21265")),  # a short code
        (400, {"code": 21635}, (DEAD, "21635")),  # a landline
        (400, {"code": 21608}, (DEAD, "21608")),  # not verified with a trial account
        (400, {"code": 21611}, (LIMITED, "21611")),  # our number's own queue is full
        (400, {"code": 21212}, (MISCONFIGURED, "21212")),
        (400, {"code": 21606}, (MISCONFIGURED, "21606")),
        (400, {"code": 21703}, (MISCONFIGURED, "21703")),
        (400, {"code": 21617, "message": "Too long"}, (REJECTED, "21617")),
        (400, {"message": "What?"}, (REJECTED, "HTTP_400")),
        (404, {"code": 20404}, (MISCONFIGURED, "20404")),
        (408, {"code": 20408}, (TRANSIENT, "20408")),
        (201, {"status": "queued"}, (TRANSIENT, "HTTP_201")),
        (429, "slow down", (LIMITED, "HTTP_429")),
        (403, "<html>The proxy forbids it</html>", (TRANSIENT, "HTTP_403")),
        (200, "<html>Welcome to the hotel's Wi-Fi</html>", (TRANSIENT, "HTTP_200")),
        (302, "", (TRANSIENT, "HTTP_302")),
        (200, [], (TRANSIENT, "HTTP_200")),
    ],
)
def test_an_answer_that_is_seldom_has_an_outcome_too(http: int, body: Any, expected: tuple[Any, ...]) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)

    outcome = outcome_of(http, {}, raw.encode(), NUMBER)

    assert (outcome.verdict, outcome.code) == expected


def test_a_number_that_twilio_repeats_is_not_kept() -> None:
    body = json.dumps({"code": 21211, "message": f"The 'To' number {NUMBER} is not a valid phone number."})

    outcome = outcome_of(400, {}, body.encode(), NUMBER)

    assert outcome == Outcome(DEAD, "21211", 400, error="The 'To' number … is not a valid phone number.")


async def test_the_message_says_title_and_text_and_is_not_kept_for_long(sms: Sms, world: World) -> None:
    await sms.send(parcel(NUMBER, is_urgent=True))

    assert only_form(world) == {
        "To": NUMBER,
        "From": world.env["TWILIO_FROM"],
        "Body": "New shift: Home care, tomorrow 09:00",
        "ValidityPeriod": "14400",
    }


async def test_a_message_that_is_out_of_date_when_it_leaves_the_queue_is_not_sent(sms: Sms, world: World) -> None:
    await sms.send(parcel(NUMBER, expires_at=datetime.now(UTC) + timedelta(seconds=90)))

    assert int(only_form(world)["ValidityPeriod"]) == pytest.approx(90, abs=2)


async def test_a_messaging_service_may_choose_the_sender(sms: Sms, world: World, settings: Settings) -> None:
    settings.TWILIO_FROM = f"MG{'0' * 32}"

    assert (await sms.send(parcel(NUMBER, body=""))).verdict == ACCEPTED

    form = only_form(world)
    assert (form["MessagingServiceSid"], form["Body"], "From" in form) == (settings.TWILIO_FROM, "New shift", False)


async def test_a_text_message_cannot_be_taken_back(sms: Sms, world: World) -> None:
    outcome = await sms.send(parcel(NUMBER, is_clear=True))

    assert (outcome.verdict, outcome.code, world.journal("sms")) == (REJECTED, "UNSUPPORTED", [])


async def test_a_wrong_password_is_for_the_operator_to_mend(sms: Sms, settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = "token-of-yesterday"

    assert told(await sms.send(parcel(NUMBER))) == (MISCONFIGURED, "20003", 401, CHANNEL, None)


async def test_a_wrong_account_is_for_the_operator_to_mend(sms: Sms, settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID = f"AC{'1' * 32}"

    assert (await sms.send(parcel(NUMBER))).verdict == MISCONFIGURED


async def test_without_a_way_there_nothing_was_sent(sms: Sms, settings: Settings) -> None:
    settings.TWILIO_ENDPOINT = f"http://127.0.0.1:{free_port()}"

    assert told(await sms.send(parcel(NUMBER))) == (UNSENT, "CONNECT", None, LANE, None)


async def test_an_endpoint_that_is_no_url_is_for_the_operator_to_mend(sms: Sms, settings: Settings) -> None:
    settings.TWILIO_ENDPOINT = "nowhere"

    assert told(await sms.send(parcel(NUMBER))) == (MISCONFIGURED, "ENDPOINT", None, CHANNEL, None)


# One message, whatever is in it.


@given(st.text(max_size=400) | st.text(st.sampled_from("ab {}€“”—…\u00a0\n😀ش"), max_size=400))
def test_whatever_is_written_fits_into_one_valid_message(written: str) -> None:
    text = segment(written)

    size, most = (septets(text), SEPTETS) if is_gsm(text) else (utf16_units(text), UTF16_UNITS)
    assert size <= most
    assert len(text.encode("utf-16-le")) == 2 * utf16_units(text)
    assert text == text.strip()


@given(st.text(max_size=400))
def test_only_what_has_no_room_is_left_out(written: str) -> None:
    line = fold(" ".join(written.split()))
    most, ellipsis = (SEPTETS, "...") if is_gsm(line) else (UTF16_UNITS, "…")

    text = segment(written)

    kept = text.removesuffix(ellipsis)
    assert text == line or (line.startswith(kept) and len(kept) >= most // 4)


@given(st.text(max_size=400))
def test_a_code_is_not_cut(written: str) -> None:
    assert fold(written) == written or is_gsm(fold(written))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("It’s “urgent” – call…", 'It\'s "urgent" - call...'),
        ("9:00\u202fAM\u00a0sharp", "9:00 AM sharp"),
        ("soft\u00adware\u200b", "software"),
        ("Home\ncare,\n\n  09:00 ", "Home care, 09:00"),
        ("Größe: 5 €", "Größe: 5 €"),
        ("غدًا «9:00»…", "غدًا «9:00»…"),  # not in the alphabet anyhow, so nothing is gained by folding
        ("", ""),
        ("a" * 160, "a" * 160),
        ("a" * 161, "a" * 157 + "..."),
        ("€" * 80, "€" * 80),
        ("€" * 81, "€" * 78 + "..."),
        ("ش" * 70, "ش" * 70),
        ("ش" * 71, "ش" * 69 + "…"),
        ("😀" * 35, "😀" * 35),
        ("😀" * 36, "😀" * 34 + "…"),
        ("a" * 150 + " " + "b" * 20, "a" * 150 + "..."),
        ("a" * 20 + " " + "b" * 150, "a" * 20 + " " + "b" * 136 + "..."),
    ],
)
def test_a_message_is_written_with_the_cheapest_letters_and_cut_where_a_word_ends(written: str, sent: str) -> None:
    assert segment(written) == sent


# Codes of accounts go the same way.


@pytest.fixture
def carrier(twilio: World) -> Iterator[World]:
    yield twilio
    courier.close()


def test_a_code_goes_to_a_phone_by_the_declared_carrier(carrier: World) -> None:
    delivery.deliver(NUMBER, "Your code", "Enter this code: 123456\n\nIt’s good for ten minutes.")

    assert only_form(carrier) == {
        "To": NUMBER,
        "From": carrier.env["TWILIO_FROM"],
        "Body": "Enter this code: 123456\n\nIt's good for ten minutes.",
    }


def test_a_code_that_was_not_taken_says_so_without_the_number(carrier: World) -> None:
    carrier.control("sms", script={NUMBER: "unsubscribed"})

    with pytest.raises(NotTaken) as refusal:
        delivery.deliver(NUMBER, "Your code", "123456")

    assert str(refusal.value) == "dead 21610"


def test_a_server_without_an_account_at_twilio_sends_no_codes(twilio: World, settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""

    assert declared("CARRIERS")["sms"].is_configured() is False
    with pytest.raises(SmsNotConfigured):
        delivery.refuse_unreachable(NUMBER)
