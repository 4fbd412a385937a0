"""What the look-alikes keep of what arrived, and how they are told what to do."""

import time

import httpx
import pytest

MESSAGE = {"token": "phone", "data": {"nid": "n1", "kind": "shift_offers", "title": "Night shift", "body": "Ward 3"}}
CLEAR = {"token": "phone", "data": {"nid": "n1", "type": "clear"}}


def test_a_repeated_notice_replaces_itself(world, send):
    send(MESSAGE)
    send({**MESSAGE, "data": {**MESSAGE["data"], "title": "Late shift"}})

    [phone] = world.phones()
    assert (phone["title"], phone["visible_writes"], phone["state"]) == ("Late shift", 2, "shown")
    assert world.counts()["most_visible_writes"] == 2


def test_a_clear_removes_it(world, send):
    send(MESSAGE)
    send(CLEAR)

    assert [(phone["title"], phone["state"]) for phone in world.phones()] == [("Night shift", "cleared")]


def test_a_clear_of_what_was_never_shown_shows_nothing(world, send):
    send(CLEAR)

    assert [(arrival["is_clear"], arrival["is_visible"]) for arrival in world.journal()] == [(True, False)]
    assert world.phones() == []


def test_an_alert_is_seen_and_a_hint_is_not(world, send):
    alert = {"aps": {"alert": {"title": "T", "body": "B"}}}
    send({"token": "iphone", "data": {"nid": "n2"}, "apns": {"payload": alert}})
    send({"token": "iphone", "data": {"nid": "n3"}})

    assert [(phone["nid"], phone["title"]) for phone in world.phones()] == [("n2", "T")]


def test_the_journal_keeps_the_whole_message_and_the_time_it_came(world, send):
    before = time.time()
    world.control("fcm", latency_ms=200)
    send(MESSAGE)
    answered = time.time()

    [arrival] = world.journal("fcm", since=before)
    assert arrival["message"] == MESSAGE
    assert (arrival["address"], arrival["nid"], arrival["kind"]) == ("phone", "n1", "shift_offers")
    assert before <= arrival["at"] <= answered - 0.2
    assert world.journal("fcm", since=answered) == []


def test_the_page_shows_the_end_of_an_address_only(world, send):
    send({**MESSAGE, "token": "secret:phone-123456"})

    assert "What the phones received" in httpx.get(world.url).text
    assert [phone["address"] for phone in httpx.get(f"{world.url}newest").json()] == ["…123456"]


def test_reset_forgets_everything(world, send):
    world.control("fcm", outage="unavailable")
    send(MESSAGE)

    world.reset()

    assert (world.journal(), world.phones(), world.counts()["received"]) == ([], [], 0)
    assert send(MESSAGE).status_code == 200


@pytest.mark.parametrize(
    ("channel", "settings"), [("fcm", {"outage": "none at all"}), ("mail", {"latency": 1}), ("fax", {})]
)
def test_what_it_does_not_know_is_not_passed_over(world, channel, settings):
    with pytest.raises(ValueError, match=r"knows no|Not Found"):
        world.control(channel, **settings)


def test_the_keys_of_sign_in_can_be_away(world):
    url = world.env["FIREBASE_KEYS_URL"]
    before = httpx.get(url).status_code
    world.control("identity", is_away=True)
    away = httpx.get(url).status_code
    world.reset()

    assert (before, away, httpx.get(url).status_code) == (200, 503, 200)
