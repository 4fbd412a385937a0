import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from conformance.example.client import Client
from conformance.example.connection import Frame
from conformance.example.outbox import Outbox
from conformance.example.store import Store
from tests.conformance.wrong.breaking import breaks

Send = Callable[[Frame], Awaitable[Frame | None]]


class OwnClock(Outbox):
    def __init__(self, store: Store, clock: Callable[[], datetime], time_factor: float) -> None:
        super().__init__(store, lambda: datetime.now(UTC), time_factor)


@breaks("ids_are_made_by_the_servers_clock")
class MakesIdsByItsOwnClock(Client):
    outbox_class = OwnClock


class Insisting(Outbox):
    def judge(self, command: Frame, reply: Frame | None) -> float:
        return super().judge(command, None)


@breaks("an_answer_ends_a_command", "a_refusal_is_final_and_shown")
class RepeatsWhatWasAnswered(Client):
    outbox_class = Insisting


class Renaming(Outbox):
    async def flush(self, send: Send) -> None:
        for command in self.commands:
            command["id"] = self._new_id()
        await super().flush(send)

    def judge(self, command: Frame, reply: Frame | None) -> float:
        if reply is None:
            command["id"] = self._new_id()
        return super().judge(command, reply)


@breaks(
    "a_lost_answer_is_asked_for_with_the_same_id",
    "a_command_survives_a_kill_with_its_id",
    "what_was_commanded_offline_is_sent_in_order_after_a_kill",
    "without_a_socket_commands_go_by_post",
)
class NewIdsForOldCommands(Client):
    outbox_class = Renaming


class InMemory(Outbox):
    def add(self, name: str, data: dict[str, Any], expires_at: str | None = None) -> str:
        id = super().add(name, data, expires_at)
        self._store.remove_command(id)
        return id


@breaks("a_command_survives_a_kill_with_its_id", "what_was_commanded_offline_is_sent_in_order_after_a_kill")
class KeepsTheQueueInMemory(Client):
    outbox_class = InMemory


class LastFirst(Outbox):
    def __init__(self, store: Store, clock: Callable[[], datetime], time_factor: float) -> None:
        super().__init__(store, clock, time_factor)
        self.commands.reverse()


@breaks("what_was_commanded_offline_is_sent_in_order_after_a_kill")
class SendsTheLastFirst(Client):
    outbox_class = LastFirst


class Hasty(Outbox):
    def judge(self, command: Frame, reply: Frame | None) -> float:
        return super().judge(command, reply) / 100


@breaks("what_is_refused_for_now_is_sent_again_after_retry_after_ms")
class DeafToRetryAfter(Client):
    outbox_class = Hasty


class Resigned(Outbox):
    def judge(self, command: Frame, reply: Frame | None) -> float:
        if reply and "error" in reply:
            reply = {**reply, "error": {**reply["error"], "temporary": False}}
        return super().judge(command, reply)


@breaks("what_is_refused_for_now_is_sent_again_after_retry_after_ms")
class TakesEveryRefusalForFinal(Client):
    outbox_class = Resigned


class Hopeful(Outbox):
    def judge(self, command: Frame, reply: Frame | None) -> float:
        if reply and reply.get("error", {}).get("code", "").startswith("a_code"):
            reply = {**reply, "error": {**reply["error"], "temporary": True}}
        return super().judge(command, reply)


@breaks("a_refusal_that_nobody_knows_is_final_where_it_is_not_temporary")
class JudgesByCode(Client):
    outbox_class = Hopeful


class Timeless(Outbox):
    async def flush(self, send: Send) -> None:
        async def send_without(frame: Frame) -> Frame | None:
            return await send({name: frame[name] for name in frame if name != "expires_at"})

        await super().flush(send_without)


@breaks("expires_at_goes_along")
class ForgetsExpiresAt(Client):
    outbox_class = Timeless


@breaks("a_long_queue_is_paced")
class FloodsTheServer(Client):
    async def _welcomed(self, frame: Frame) -> None:
        await super()._welcomed(frame)
        for command in self.outbox.commands:
            self._help(asyncio.wait_for(self._carry(command), 60))
