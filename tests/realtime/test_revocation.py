"""After revocation nothing more is delivered: at once over the bus, within seconds without it."""

import pytest

from tests.sockets import Phone


@pytest.fixture(scope="module")
def web(house):
    """It checks nothing by itself, so whatever happens at once came over the bus."""
    return house.web(REALTIME_CHECK_SECONDS="600")


@pytest.mark.parametrize("how", ["sign_out", "deactivate", "change_password"])
async def test_a_revoked_session_is_closed_at_once(house, web, person, how, share):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        house.call(f"tests.people.{how}", person["session"])
        share(person)
        error = await phone.next("error", "event")
        code = await phone.close_code()

    assert (error["type"], error["code"], code) == ("error", "unauthenticated", 4401)


async def test_without_the_bus_a_revoked_session_is_closed_by_the_check(house, person):
    deaf = house.web(CHANNEL_LAYER="tests.faults.lossy.DeafLayer")
    async with Phone(deaf, person["token"]) as phone:
        await phone.hello()
        house.call("tests.people.sign_out", person["session"])

        assert await phone.close_code() == 4401


async def test_other_sessions_of_the_same_user_stay(house, web, person):
    other = house.call("tests.people.sign_in_again", person["id"])
    async with Phone(web, other["token"]) as phone:
        await phone.hello()
        house.call("tests.people.sign_out", person["session"])
        await phone.silence(0.3)
        await phone.send(type="ping", id="1")

        assert (await phone.next("pong"))["id"] == "1"


async def test_a_socket_does_not_outlive_its_token(house, web, person):
    short = house.call("tests.people.sign_in_for_seconds", person["id"], 3)
    async with Phone(web, short["token"]) as phone:
        await phone.hello()
        error = await phone.next("error")
        code = await phone.close_code()

    assert (error["code"], code) == ("token_expired", 4201)


async def test_a_revoked_session_cannot_come_back(house, web, person):
    house.call("tests.people.sign_out", person["session"])
    async with Phone(web, person["token"]) as phone:
        await phone.hello()

        assert await phone.close_code() == 4401
