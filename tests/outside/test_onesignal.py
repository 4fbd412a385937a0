import uuid

import httpx
import pytest


def test_a_repeated_key_answers_the_same_and_shows_it_once(world, notify):
    key = str(uuid.uuid4())
    answers = [notify(include_aliases={"external_id": ["u1"]}, idempotency_key=key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert [(phone["address"], phone["visible_writes"]) for phone in world.phones()] == [("u1", 1)]


def test_nobody_subscribed_is_a_success_without_an_id(world, notify):
    world.control("onesignal", script={"u1": "unsubscribed"})

    answer = notify(include_aliases={"external_id": ["u1"]})

    assert (answer.status_code, answer.json()["id"]) == (200, "")
    assert world.phones() == []


def test_an_unknown_user_is_named_though_there_is_an_id(world, notify):
    world.control("onesignal", script={"u1": "unknown"})

    answer = notify(include_aliases={"external_id": ["u1"]}).json()

    assert answer["id"] != ""
    assert answer["errors"] == {"invalid_aliases": {"external_id": ["u1"]}}
    assert world.phones() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"included_segments": ["Subscribed Users"]}, 200),
        ({"include_aliases": {"external_id": ["u"]}, "key": "wrong"}, 403),
        ({"include_aliases": {"external_id": ["u"]}, "app_id": str(uuid.uuid4())}, 400),
        ({"include_aliases": {"external_id": ["u"]}, "contents": {"ar": "مرحبا"}}, 400),
        ({"include_aliases": {"external_id": ["u"]}, "idempotency_key": str(uuid.uuid1())}, 400),
        ({"include_aliases": {"external_id": ["u"]}, "included_segments": ["All"]}, 400),
        ({}, 400),
    ],
)
def test_it_takes_what_the_api_takes(notify, body, status):
    assert notify(**body).status_code == status


def test_a_limit_says_when_to_come_again(world, notify):
    world.control("onesignal", script={"u1": "quota:9"})

    answer = notify(include_aliases={"external_id": ["u1"]})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "9")


def test_an_outage_ends(world, notify):
    world.control("onesignal", outage="refused")
    with pytest.raises(httpx.ConnectError):
        notify(included_segments=["Subscribed Users"])

    world.reset()

    assert notify(included_segments=["Subscribed Users"]).status_code == 200
