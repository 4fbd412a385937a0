"""Alice writes to Bob, sees his ticks, and goes on while he is in a tunnel."""

from typing import Any

from chat.demo import ALICE, BOB, CAR
from realtime.playing.apps import App, Frame
from realtime.playing.stage import Stage, expect, signalled, told

MESSAGE, RECEIPTS, UNREAD = "chat.message", "chat.receipts", "chat.unread"
IN_THE_TUNNEL = ["I am at the station.", "The train is late.", "It will be noon."]


async def play(stage: Stage) -> None:
    alice, bob = await stage.enter(ALICE, BOB)
    opened = {"participant_ids": [bob.user_id], "title": CAR["car_title"], "context": CAR}
    talk = (await alice.do("chat.open", **opened))["conversation_id"]

    async with stage.deed("alice begins to write") as deed:
        await alice.signal("chat.typing", conversation_id=talk)
        await deed.heard(bob, "sees her typing", signalled("chat.typing", user_id=alice.user_id, is_typing=True))

    async with stage.deed("alice sends a message") as deed:
        sent = await alice.do("chat.send", conversation_id=talk, body="On my way.")
        await deed.heard(bob, "has it", told(MESSAGE, sent["id"]))
        await deed.heard(alice, "sees two ticks: delivered", ticks(talk, bob, delivered_seq=sent["seq"]))

    async with stage.deed("bob reads it") as deed:
        await bob.do("chat.mark_read", conversation_id=talk, seq=sent["seq"])
        await deed.heard(alice, "sees the ticks turn blue", ticks(talk, bob, read_seq=sent["seq"]))

    await bob.close()
    async with stage.deed(f"bob is in a tunnel; alice sends {len(IN_THE_TUNNEL)} messages") as deed:
        missed = [await alice.do("chat.send", conversation_id=talk, body=body) for body in IN_THE_TUNNEL]
        for one in missed:
            await deed.heard(alice, f"sees one tick: sent, {one['seq']}", told(MESSAGE, one["id"]))

    before = len(bob.heard)
    async with stage.deed("bob comes out of the tunnel") as deed:
        await bob.open()
        for one in missed:
            await deed.heard(bob, f"has message {one['seq']}", told(MESSAGE, one["id"]))
        expect(
            numbers(bob.heard[before:], talk) == [one["seq"] for one in missed],
            "what bob had missed did not come once each and in its order",
        )
        await deed.heard(alice, "sees two ticks on all", ticks(talk, bob, delivered_seq=missed[-1]["seq"]))

    async with stage.deed("bob answers") as deed:
        answer = await bob.do("chat.send", conversation_id=talk, body="Noon is fine.")
        await deed.heard(alice, "has it", told(MESSAGE, answer["id"]))
        await bob.do("chat.mark_read", conversation_id=talk, seq=answer["seq"])
        await alice.do("chat.mark_read", conversation_id=talk, seq=answer["seq"])
        await deed.heard(alice, "has nothing unread", told(UNREAD, talk, unread=0))


def ticks(talk: str, reader: App, **atleast: int) -> Any:
    def are_there(receipts: dict[str, Any]) -> bool:
        hers = receipts["participants"].get(reader.user_id, {})
        return all(hers.get(name, 0) >= seq for name, seq in atleast.items())

    return told(RECEIPTS, talk, are_there)


def numbers(heard: list[tuple[float, Frame]], talk: str) -> list[int]:
    """Of the messages of this conversation, as they came."""
    events = [frame for _, frame in heard if frame["type"] == "event" and frame["kind"] == MESSAGE]
    return [event["data"]["seq"] for event in events if event["data"] and event["data"]["conversation_id"] == talk]
