"""Commands take effect once per id, over the socket, the offline queue and Idempotency-Key alike."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.sockets import Phone


def id_from(at: datetime) -> UUID:
    """A UUIDv7 made by a clock that said `at`."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | uuid7().int & ((1 << 80) - 1))


async def test_a_command_acts_and_its_event_names_it(web, person, share):
    counter = share(person)
    command_id = uuid7()
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.send(type="command", id=command_id, name="sample.add", data={"counter": counter, "amount": 4})
        frames = [await phone.next("reply", "event") for _ in range(2)]

    by_type = {frame["type"]: frame for frame in frames}
    assert (by_type["reply"]["ok"], by_type["reply"]["data"]) == (True, {"total": 4})
    assert by_type["event"]["command"] == str(command_id)


async def test_a_repeated_command_gets_its_first_answer_and_acts_once(web, person, share):
    counter = share(person)
    command_id = uuid7()
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        first = await phone.command("sample.add", id=command_id, counter=counter)
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        again = await phone.command("sample.add", id=command_id, counter=counter)
        next_one = await phone.command("sample.add", counter=counter)

    assert (first["data"], first.get("replayed")) == ({"total": 1}, None)
    assert (again["data"], again["replayed"]) == ({"total": 1}, True)
    assert next_one["data"] == {"total": 2}


async def test_a_refusal_is_an_answer_that_stays(house, web, people, share):
    ann, ben = people(2)
    counter = share(ann)
    command_id = uuid7()
    async with Phone(web, ben["token"]) as phone:
        await phone.hello()
        first = await phone.command("sample.add", id=command_id, counter=counter)
        house.call("tests.sample.services.join", counter, ben["id"])
        again = await phone.command("sample.add", id=command_id, counter=counter)

    assert first["error"]["code"] == again["error"]["code"] == "not_a_member"
    assert first["error"]["temporary"] is False
    assert again["replayed"] is True


async def test_an_id_used_for_something_else_is_a_conflict(web, person, share):
    counter = share(person)
    command_id = uuid7()
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        await phone.command("sample.add", id=command_id, counter=counter)
        other = await phone.command("sample.add", id=command_id, counter=counter, amount=2)

    assert other["error"]["code"] == "conflict"


async def test_an_id_may_be_used_by_two_users(web, people, share):
    ann, ben = people(2)
    counter = share(ann, ben)
    command_id = uuid7()
    totals = []
    for person in (ann, ben):
        async with Phone(web, person["token"]) as phone:
            await phone.hello()
            totals.append((await phone.command("sample.add", id=command_id, counter=counter))["data"]["total"])

    assert totals == [1, 2]


async def test_ids_of_wrong_clocks_are_refused(web, person, share):
    counter = share(person)
    now = datetime.now(UTC)
    codes = {}
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        for days in (-8, -6, 0.9, 2, 20_000, 2_000_000):
            command_id = id_from(now + timedelta(days=days))
            reply = await phone.command("sample.add", id=command_id, counter=counter)
            codes[days] = reply.get("error", {}).get("code", "done")
        furthest = await phone.command("sample.add", id=UUID("ffffffff-ffff-7000-8000-000000000000"), counter=counter)

    assert codes == {-8: "too_old", -6: "done", 0.9: "done", 2: "invalid", 20_000: "invalid", 2_000_000: "invalid"}
    assert furthest["error"]["code"] == "invalid"


async def test_a_command_may_say_until_when_it_is_wanted(web, person, share):
    counter = share(person)
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        too_late = {"type": "command", "name": "sample.add", "data": {"counter": counter}}
        await phone.send(id=uuid7(), expires_at="2020-01-01T00:00:00Z", **too_late)
        expired = await phone.next("reply")
        await phone.send(id=uuid7(), expires_at="2999-01-01T00:00:00Z", **too_late)
        done = await phone.next("reply")

    assert expired["error"]["code"] == "expired"
    assert done["data"] == {"total": 1}


async def test_commands_of_a_connection_are_carried_out_in_order(web, person, share):
    counter = share(person)
    ids = [uuid7() for _ in range(20)]
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        for command_id in ids:
            await phone.send(type="command", id=command_id, name="sample.add", data={"counter": counter})
        replies = [await phone.next("reply") for _ in ids]

    assert [reply["id"] for reply in replies] == [str(command_id) for command_id in ids]
    assert [reply["data"]["total"] for reply in replies] == list(range(1, 21))


async def test_too_many_commands_are_refused_for_a_moment(web, person, share):
    counter = share(person)
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        for _ in range(50):
            await phone.send(type="command", id=uuid7(), name="sample.add", data={"counter": counter})
        replies = [await phone.next("reply") for _ in range(50)]
    refused = [reply["error"] for reply in replies if not reply["ok"]]

    assert 0 < len(refused) <= 11  # of 51 frames that wanted an answer, 40 may come at once
    assert all(error["code"] == "rate_limited" and error["temporary"] for error in refused)
    assert all(0 < error["retry_after_ms"] <= 1000 for error in refused)


async def test_an_unknown_command_is_refused(web, person):
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        reply = await phone.command("sample.destroy_everything")

    assert reply["error"]["code"] == "unknown_command"


async def test_a_command_that_fails_by_our_fault_says_so_and_may_be_repeated(house, person, share):
    web = house.web(LOG_LEVEL="CRITICAL")
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        reply = await phone.command("sample.add")

    assert (reply["error"]["code"], reply["error"]["temporary"]) == ("internal", True)


def test_an_offline_queue_is_carried_out_in_order_and_once(web, person, share):
    counter = share(person)
    queue = [
        {"id": str(uuid7()), "name": "sample.add", "data": {"counter": counter}},
        {"id": str(uuid7()), "name": "sample.add", "data": {"counter": 999_999}},
        {"id": str(uuid7()), "name": "sample.add", "data": {"counter": counter, "amount": 10}},
    ]
    status, first = web.post("/api/commands", {"commands": queue}, person["token"])
    _, again = web.post("/api/commands", {"commands": queue}, person["token"])

    assert status == 200
    assert [reply["ok"] for reply in first["replies"]] == [True, False, True]
    assert [reply.get("data") for reply in first["replies"]] == [{"total": 1}, None, {"total": 11}]
    assert again["replies"] == [{**reply, "replayed": True} for reply in first["replies"]]


def test_an_atomic_queue_is_all_or_nothing(web, person, share):
    counter = share(person)
    good = {"id": str(uuid7()), "name": "sample.add", "data": {"counter": counter}}
    bad = {"id": str(uuid7()), "name": "sample.add", "data": {"counter": 999_999}}
    status, refusal = web.post("/api/commands", {"commands": [good, bad], "atomic": True}, person["token"])
    _, alone = web.post("/api/commands", {"commands": [good], "atomic": True}, person["token"])

    assert (status, refusal["code"], refusal["details"]["place"]) == (404, "batch_refused", 1)
    assert refusal["details"]["error"]["code"] == "not_a_member"
    assert alone["replies"] == [{"id": good["id"], "ok": True, "data": {"total": 1}}]


def test_a_queue_of_the_wrong_shape_names_the_field(web, person):
    for body in ({}, {"commands": []}, {"commands": "x"}, {"commands": [{"id": "x", "name": "y"}]}, [1, 2]):
        status, refusal = web.post("/api/commands", body, person["token"])
        assert (status, refusal["code"]) == (400, "invalid"), body


def test_the_queue_wants_a_user(web):
    assert web.post("/api/commands", {"commands": []})[0] == 401
