from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from notifications.channels.fcm import Fcm
from notifications.channels.parcel import Scope, Verdict
from tests.notifications.fcm.phone import ADDRESS, NID, arrived, only_message, parcel, told
from tests.outside.world import World


async def test_an_app_that_draws_notices_itself_gets_data_alone(fcm: Fcm, world: World) -> None:
    now = datetime.now(UTC)
    sent = parcel(is_urgent=True, expires_at=now + timedelta(hours=1))

    await fcm.send(sent)

    message = only_message(world)
    assert_ends(message, now + timedelta(hours=1))
    assert message == {
        "token": ADDRESS,
        "data": {
            "shift_id": "42",
            "nid": str(NID),
            "kind": "shift_offers",
            "channel": "shift_offers",
            "title": "New shift",
            "body": "Home care, tomorrow 09:00",
        },
        "android": {"priority": "high"},
        "apns": {
            "headers": {"apns-priority": "10", "apns-collapse-id": str(NID)},
            "payload": {
                "aps": {
                    "alert": {"title": "New shift", "body": "Home care, tomorrow 09:00"},
                    "badge": 3,
                    "sound": "default",
                    "thread-id": "shift_offers",
                    "interruption-level": "time-sensitive",
                }
            },
        },
        "fcm_options": {"analytics_label": "shift_offers"},
    }


async def test_an_app_that_draws_nothing_gets_a_notification_android_can_draw(fcm: Fcm, world: World) -> None:
    await fcm.send(parcel(renders_data=False))

    message = only_message(world)
    assert message["notification"] == {"title": "New shift", "body": "Home care, tomorrow 09:00"}
    assert message["android"] == {
        "priority": "high",
        "ttl": "86400s",
        "notification": {
            "channel_id": "shift_offers",
            "tag": str(NID),
            "click_action": "FLUTTER_NOTIFICATION_CLICK",
        },
    }
    assert message["data"]["nid"] == str(NID)
    assert "interruption-level" not in message["apns"]["payload"]["aps"]
    assert "webpush" not in message


@pytest.mark.parametrize(
    ("given", "webpush"),
    [
        (
            {"renders_data": False},
            {"headers": {"TTL": "86400", "Urgency": "normal"}, "notification": {"tag": str(NID)}},
        ),
        ({"is_urgent": True}, {"headers": {"TTL": "14400", "Urgency": "high"}}),
        ({"is_clear": True}, {"headers": {"TTL": "86400", "Urgency": "low"}}),
    ],
    ids=["drawn by the browser", "drawn by the page", "clear"],
)
async def test_a_browser_is_told_how_long_and_how_urgent(
    fcm: Fcm, world: World, given: dict[str, bool], webpush: dict[str, Any]
) -> None:
    await fcm.send(parcel(platform="web", **given))

    assert only_message(world)["webpush"] == webpush


async def test_a_clear_makes_no_sound_and_shows_nothing(fcm: Fcm, world: World) -> None:
    now = datetime.now(UTC)

    await fcm.send(parcel(is_clear=True, badge=0, renders_data=False, expires_at=now + timedelta(hours=2)))

    message = only_message(world)
    assert_ends(message, now + timedelta(hours=2))
    assert message == {
        "token": ADDRESS,
        "data": {"type": "clear", "nid": str(NID), "badge": "0"},
        "android": {"priority": "normal"},
        "apns": {"headers": {"apns-priority": "5"}, "payload": {"aps": {"badge": 0, "content-available": 1}}},
        "fcm_options": {"analytics_label": "shift_offers"},
    }


@pytest.mark.parametrize(
    ("is_urgent", "lasts", "ttl"),
    [
        (True, None, 4 * 3600),
        (False, None, 24 * 3600),
        (False, timedelta(days=90), 28 * 24 * 3600),
        (False, timedelta(minutes=-5), 0),
    ],
    ids=["urgent", "normal", "for ever", "over"],
)
async def test_a_message_waits_for_a_phone_no_longer_than_it_is_news(
    fcm: Fcm, world: World, is_urgent: bool, lasts: timedelta | None, ttl: int
) -> None:
    now = datetime.now(UTC)

    await fcm.send(parcel(is_urgent=is_urgent, expires_at=lasts and now + lasts))

    message = only_message(world)
    assert message["android"]["ttl"] == f"{ttl}s"
    assert int(message["apns"]["headers"]["apns-expiration"]) == pytest.approx(now.timestamp() + ttl, abs=2)


@pytest.mark.filterwarnings("error::DeprecationWarning")
@pytest.mark.parametrize(("kind", "key"), [("token", "token"), ("fid", "fid"), ("", "token")])
async def test_an_address_is_a_token_or_an_installation(fcm: Fcm, world: World, kind: str, key: str) -> None:
    await fcm.send(parcel(address_kind=kind))

    assert only_message(world)[key] == ADDRESS


@pytest.mark.parametrize("key", ["from", "message_type", "google.sent_time", "gcm.notification.body", "gcm.x"])
async def test_words_that_fcm_reserves_are_refused_before_it_is_asked(fcm: Fcm, world: World, key: str) -> None:
    outcome = await fcm.send(parcel(data={key: "1"}))

    assert told(outcome) == (Verdict.REJECTED, "LOCAL", None, Scope.LANE, None)
    assert key in outcome.error
    assert arrived(world) == []


@pytest.mark.parametrize("given", [{"data": {"shift_id": 42}}, {"kind": "shift offers"}, {"title": 7}], ids=str)
async def test_a_message_that_cannot_be_built_is_refused_before_fcm_is_asked(
    fcm: Fcm, world: World, given: dict[str, Any]
) -> None:
    outcome = await fcm.send(parcel(**given))

    assert told(outcome) == (Verdict.REJECTED, "LOCAL", None, Scope.LANE, None)
    assert arrived(world) == []


async def test_a_message_too_big_for_fcm_is_refused_before_it_is_asked(fcm: Fcm, world: World) -> None:
    outcome = await fcm.send(parcel(data={"note": "x" * 4096}))

    assert told(outcome) == (Verdict.REJECTED, "TOO_BIG", None, Scope.LANE, None)
    assert arrived(world) == []


@pytest.mark.parametrize("renders_data", [True, False])
async def test_the_largest_message_we_let_through_is_the_largest_that_fcm_takes(
    fcm: Fcm, world: World, renders_data: bool
) -> None:
    smallest, largest = 0, 4096
    while largest - smallest > 1:
        middle = (smallest + largest) // 2
        refused = (await fcm.send(parcel(renders_data=renders_data, data={"note": "x" * middle}))).code == "TOO_BIG"
        smallest, largest = (smallest, middle) if refused else (middle, largest)

    outcome = await fcm.send(parcel(renders_data=renders_data, data={"note": "x" * smallest}))

    assert outcome.verdict == Verdict.ACCEPTED
    assert smallest > 3400
    assert {arrival["code"] for arrival in arrived(world)} == {200}


async def test_words_of_another_script_count_as_their_bytes_not_as_their_escapes(fcm: Fcm) -> None:
    assert (await fcm.send(parcel(body="مرحبا " * 70))).verdict == Verdict.ACCEPTED


async def test_a_broadcast_goes_to_a_topic(fcm: Fcm, world: World) -> None:
    outcome = await fcm.broadcast("weather", "Storm", "Stay at home.", {"area": "north"})

    assert outcome.verdict == Verdict.ACCEPTED
    assert only_message(world) == {
        "topic": "weather",
        "notification": {"title": "Storm", "body": "Stay at home."},
        "data": {"area": "north", "title": "Storm", "body": "Stay at home."},
    }


async def test_a_broadcast_may_be_half_as_big(fcm: Fcm, world: World) -> None:
    assert (await fcm.broadcast("weather", "Storm", "x" * 1100, {})).code == "TOO_BIG"
    assert (await fcm.broadcast("no topic!", "Storm", "Stay at home.", {})).code == "LOCAL"
    assert arrived(world) == []


async def test_a_check_shows_nobody_anything(fcm: Fcm, world: World) -> None:
    assert (await fcm.check()).verdict == Verdict.ACCEPTED

    [arrival] = arrived(world)
    assert arrival["validate_only"]
    assert world.phones() == []


async def test_a_check_tells_that_the_project_is_not_ours(fcm: Fcm, settings: Settings) -> None:
    settings.FIREBASE_PROJECT = "another"

    assert told(await fcm.check()) == (Verdict.MISCONFIGURED, "PERMISSION_DENIED", 403, Scope.CHANNEL, None)


def assert_ends(message: dict[str, Any], end: datetime) -> None:
    """Take the two readings of the clock out of a message, and see that they are right."""
    expiration = int(message["apns"]["headers"].pop("apns-expiration"))
    left = int(message["android"].pop("ttl").removesuffix("s"))
    assert expiration == pytest.approx(end.timestamp(), abs=2)
    assert left == pytest.approx((end - datetime.now(UTC)).total_seconds(), abs=2)
