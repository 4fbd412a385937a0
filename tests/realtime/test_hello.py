"""Who may come in, how she says who she is, and how she is told that she may not."""

import pytest

from tests.house import House, Web
from tests.sockets import Phone


@pytest.fixture(scope="module")
def strict(house: House) -> Web:
    """A server with little patience."""
    return house.web(
        REALTIME_HELLO_SECONDS="1",
        MINIMUM_APP_VERSION="2.0",
        ALLOWED_ORIGINS="https://app.example.test",
        REALTIME_SOCKETS_BEFORE_AUTH_PER_ADDRESS="3",
        REALTIME_SOCKETS_PER_USER="2",
    )


@pytest.mark.parametrize(
    "way", [lambda t: {"path": f"/ws?token={t}"}, lambda t: {"additional_headers": {"Authorization": f"Bearer {t}"}},
            lambda t: {"subprotocols": ["stream.v1", f"bearer.{t}"]}],
    ids=["query", "header", "subprotocol"],
)  # fmt: skip
async def test_a_token_may_come_with_the_handshake(web, person, way):
    async with Phone(web, **way(person["token"])) as phone:
        await phone.send(type="hello", id="1", device_id="phone")
        welcome = await phone.next("welcome")

    assert welcome["user"] == person["id"]


async def test_a_ticket_lets_in_once(web, person):
    _, issued = web.post("/api/auth/ticket", token=person["token"])
    async with Phone(web, path=f"/ws?ticket={issued['ticket']}") as phone:
        await phone.send(type="hello", id="1", device_id="phone")
        assert (await phone.next("welcome"))["user"] == person["id"]
    async with Phone(web, path=f"/ws?ticket={issued['ticket']}") as phone:
        await phone.send(type="hello", id="1", device_id="phone")
        assert await phone.close_code() == 4401


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 4096])
async def test_a_token_that_is_none_is_told_so_and_closed(web, token):
    async with Phone(web, token) as phone:
        error = await phone.hello()
        code = await phone.close_code()

    assert (error["type"], error["code"], code) == ("error", "unauthenticated", 4401)


async def test_an_expired_token_asks_for_a_new_one(house, web):
    expired = house.call("tests.people.sign_in_long_ago")
    async with Phone(web, expired["token"]) as phone:
        error = await phone.hello()
        code = await phone.close_code()

    assert (error["code"], code) == ("token_expired", 4201)


async def test_a_long_lived_token_is_for_dialects_only(house, web):
    [person] = house.call("tests.people.sign_up_long_lived")
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        assert await phone.close_code() == 4401


async def test_silence_instead_of_hello_is_ended(strict):
    async with Phone(strict) as phone:
        error = await phone.next("error")
        code = await phone.close_code()

    assert (error["code"], code) == ("no_hello", 4408)


async def test_an_app_that_is_too_old_is_told_so(strict, person):
    async with Phone(strict, person["token"]) as phone:
        error = await phone.hello(client={"name": "app", "version": "1.9"})
        code = await phone.close_code()
    async with Phone(strict, person["token"]) as phone:
        welcome = await phone.hello(client={"name": "app", "version": "2.0"})

    assert (error["code"], code) == ("version_too_old", 4406)
    assert welcome["type"] == "welcome"


@pytest.mark.parametrize("origin", ["https://app.example.test", None])
async def test_pages_of_allowed_origins_and_native_apps_come_in(strict, person, origin):
    async with Phone(strict, person["token"], origin=origin) as phone:
        assert (await phone.hello())["type"] == "welcome"


async def test_pages_of_foreign_origins_stay_out(strict, person):
    async with Phone(strict, person["token"], origin="https://evil.example") as phone:
        error = await phone.next("error")
        code = await phone.close_code()

    assert (error["code"], code) == ("forbidden", 4403)


async def test_an_address_may_have_only_so_many_strangers(strict):
    async with Phone(strict), Phone(strict), Phone(strict), Phone(strict) as fourth:
        error = await fourth.next("error")
        code = await fourth.close_code()

    assert (error["code"], code) == ("overloaded", 4013)


async def test_one_socket_too_many_of_a_user_closes_the_oldest_in_the_background(strict, person):
    async with (
        Phone(strict, person["token"]) as in_front,
        Phone(strict, person["token"]) as behind,
        Phone(strict, person["token"]) as newest,
    ):
        await in_front.hello(foreground=True)
        await behind.hello(foreground=False)
        await newest.hello(foreground=True)

        assert await behind.close_code() == 4101
        await in_front.send(type="ping", id="1")
        assert (await in_front.next("pong"))["id"] == "1"


async def test_other_frames_before_hello_are_refused_but_forgiven(web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.send(type="ack", offset=1)
        error = await phone.next("error")
        welcome = await phone.hello()

    assert (error["code"], welcome["type"]) == ("bad_frame", "welcome")


async def test_a_second_hello_is_refused(web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="hello", id="again", token=person["token"], device_id="phone")
        reply = await phone.next("reply")

    assert (reply["id"], reply["ok"], reply["error"]["code"]) == ("again", False, "bad_frame")


@pytest.mark.parametrize(
    "wrong", [{"device_id": ""}, {"device_id": 7 * ["x"]}, {"resume": {"epoch": "x", "offset": -1}}, {"resume": "x"},
              {"client": "x"}, {"boards": 3}, {"foreground": "perhaps"}],
)  # fmt: skip
async def test_a_hello_of_the_wrong_shape_names_the_field(web, person, wrong):
    async with Phone(web, person["token"]) as phone:
        await phone.send(**{"type": "hello", "id": "1", "token": person["token"], "device_id": "phone", **wrong})
        error = await phone.next("error")
        code = await phone.close_code()

    assert (error["code"], code) == ("invalid", 4400)
    assert next(iter(wrong)) in error["details"]


async def test_a_token_can_be_renewed_without_reconnecting(house, web, person):
    renewed = house.call("tests.people.sign_in_again", person["id"])
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="auth", id="1", token=renewed["token"])
        reply = await phone.next("reply")
        house.call("tests.people.sign_out", person["session"])
        still_there = await phone.silence(0.5)

    assert reply["ok"] is True
    assert [frame for frame in still_there if frame["type"] == "error"] == []


async def test_another_users_token_renews_nothing(web, people):
    ann, ben = people(2)
    async with Phone(web, ann["token"]) as phone:
        await phone.hello()
        await phone.send(type="auth", id="1", token=ben["token"])
        reply = await phone.next("reply")

    assert (reply["ok"], reply["error"]["code"]) == (False, "forbidden")


async def test_an_unknown_socket_path_is_refused(web, person):
    with pytest.raises(Exception, match="403"):
        async with Phone(web, person["token"], path="/no/such/socket"):
            pass


async def test_tokens_in_the_query_reach_no_log(house: House, person):
    web = house.web(LOG_LEVEL="INFO", server="uvicorn")
    async with Phone(web, path=f"/ws?token={person['token']}") as phone:
        await phone.send(type="hello", id="1", device_id="phone")
        await phone.next("welcome")
    web.get(f"/api/sync?token={person['token']}")
    web.get(f"/api/stream?token={person['token']}")
    web.stop()

    assert "/api/sync" in web.output()
    assert person["token"] not in web.output()
