"""The stream without a socket: sync, the long poll, and the state of the server."""

import threading
import time

from tests.sockets import Phone


def poll(web, person, position, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return web.get(f"/api/stream?after={position}&{asked}", person["token"])


def test_sync_answers_the_view_and_where_to_go_on(web, people, share, add):
    ann, ben = people(2)
    counter = share(ann, ben, text="ours")
    share(ben, text="not hers")
    add(counter, ann, 2)
    status, fresh = web.get("/api/sync?kinds=sample.counter", ann["token"])

    assert status == 200
    assert fresh["view"] == {"sample.counter": {str(counter): {"id": counter, "total": 2, "text": "ours", "mine": 2}}}
    assert fresh["position"].endswith(":2")


def test_sync_of_an_unknown_kind_names_it(web, person):
    status, refusal = web.get("/api/sync?kinds=sample.counter,no.such", person["token"])

    assert (status, refusal["code"], refusal["details"]) == (400, "unknown_kind", {"unknown": ["no.such"]})


async def test_the_position_of_sync_resumes_a_socket(web, person, share):
    share(person)
    position = web.get("/api/sync", person["token"])[1]["position"]
    share(person)
    epoch, offset = position.split(":")
    async with Phone(web, person["token"]) as phone:
        welcome = await phone.hello(resume=(epoch, int(offset)))
        event = await phone.next("event")

    assert (welcome["resumed"], event["offset"]) == (True, int(offset) + 1)


def test_a_poll_answers_at_once_what_is_there(web, person, share):
    position = web.get("/api/stream", person["token"])[1]["position"]
    share(person, text="one")
    share(person, text="two")
    status, answer = poll(web, person, position, wait=20)

    assert status == 200
    assert [event["data"]["text"] for event in answer["events"]] == ["one", "two"]
    assert answer["position"].endswith(":2")


def test_a_waiting_poll_is_woken_by_a_commit(web, person, share):
    position = web.get("/api/stream", person["token"])[1]["position"]
    threading.Timer(0.7, share, [person]).start()
    started = time.monotonic()
    _, answer = poll(web, person, position, wait=20)

    assert [event["offset"] for event in answer["events"]] == [1]
    assert 0.6 < time.monotonic() - started < 15


def test_a_poll_that_waits_in_vain_answers_nothing_new(web, person):
    position = web.get("/api/stream", person["token"])[1]["position"]
    started = time.monotonic()
    status, answer = poll(web, person, position, wait=1)

    assert (status, answer["events"], answer["position"]) == (200, [], position)
    assert 0.9 < time.monotonic() - started < 15


def test_polls_page_through_any_number_of_events(house, web, person, share):
    counter = share(person)
    house.call("tests.sample.services.add_often", counter, person["id"], 600)
    epoch = web.get("/api/stream", person["token"])[1]["position"].split(":")[0]
    position, offsets = f"{epoch}:0", []
    while len(offsets) < 601:
        answer = poll(web, person, position)[1]
        offsets += [event["offset"] for event in answer["events"]]
        position = answer["position"]

    assert offsets == list(range(1, 602))


def test_a_poll_from_a_lost_position_says_reload(web, person, share):
    share(person)
    for after, reason in (
        ("another:0", "epoch"),
        (web.get("/api/stream", person["token"])[1]["position"] + "9", "ahead"),
    ):
        status, refusal = web.get(f"/api/stream?after={after}", person["token"])

        assert (status, refusal["code"], refusal["details"]["reason"]) == (410, "position_lost", reason)


def test_positions_and_waits_that_are_none_are_refused(web, person):
    for query in (
        "after=x",
        "after=:",
        "after=x:y",
        "after=x:-1",
        "after=x:" + "9" * 30,
        "after=x:%C2%B2",
        "wait=soon",
    ):
        status, refusal = web.get(f"/api/stream?{query}", person["token"])

        assert (status, refusal["code"] in {"bad_position", "invalid"}) == (400, True), query


def test_a_poll_wants_a_user(web):
    status, refusal = web.get("/api/stream")

    assert (status, refusal["code"]) == (401, "unauthenticated")


def test_a_revoked_session_ends_its_poll(house, web, person):
    position = web.get("/api/stream", person["token"])[1]["position"]
    threading.Timer(0.5, house.call, ["tests.people.sign_out", person["session"]]).start()
    started = time.monotonic()
    status, _ = poll(web, person, position, wait=20)

    assert status == 401
    assert time.monotonic() - started < 15


def test_a_user_has_only_so_many_polls(house, person):
    web = house.web(REALTIME_LONGPOLLS_PER_USER="1")
    position = web.get("/api/stream", person["token"])[1]["position"]
    waiting = threading.Thread(target=poll, args=(web, person, position), kwargs={"wait": 2})
    waiting.start()
    time.sleep(0.5)
    status, refusal = poll(web, person, position, wait=1)
    waiting.join()

    assert (status, refusal["code"]) == (429, "too_many_polls")


def test_health_and_readiness_are_told(house, web):
    house.worker()
    house.beat()
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        status, report = web.get("/readyz")
        if report.get("workers") and report.get("beats"):
            break
        time.sleep(0.2)

    assert web.get("/healthz") == (200, {"status": "ok"})
    assert status == 200
    assert {
        name: bool(report[name]) for name in ("ready", "database", "bus", "webs", "workers", "beats")
    } == dict.fromkeys(("ready", "database", "bus", "webs", "workers", "beats"), True)
    assert report["draining"] is False


async def test_metrics_count_what_happens(web, person, share):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        share(person)
        await phone.next("event")
        text = web.get("/metrics")[1]

    assert 'realtime_connections{protocol="stream.v1"} 1.0' in text
    assert "realtime_delivery_seconds_count" in text


def test_answers_carry_the_request_id_that_log_lines_carry(house, person):
    web = house.web(LOG_LEVEL="INFO")
    web.get("/api/sync", person["token"], X_Request_ID="trace-me-7")
    web.stop()

    assert '"request_id": "trace-me-7"' in web.output()
