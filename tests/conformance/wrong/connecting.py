import asyncio
from typing import Any
from uuid import uuid4

from conformance.example.client import Client
from conformance.example.connection import Frame
from tests.conformance.wrong.breaking import breaks


@breaks("hello_comes_first_over_stream_v1")
class SaysStateFirst(Client):
    async def _converse(self) -> tuple[int, float | None]:
        await self._say({"type": "state", "foreground": True})
        return await super()._converse()


@breaks("commands_wait_for_welcome")
class FlushesBeforeWelcome(Client):
    def _hello(self) -> Frame:
        self._help(self.outbox.flush(self._carry))
        return super()._hello()


@breaks("the_device_id_stays_through_a_kill")
class AnotherDeviceEachTime(Client):
    def _hello(self) -> Frame:
        return {**super()._hello(), "device_id": str(uuid4())}


@breaks("who_has_no_position_loads_the_view_first")
class BeginsWithNothing(Client):
    async def _reload(self) -> None:
        self.view, self.position = {}, ("", 0)


@breaks("the_state_is_catching_up_until_live")
class LiveAtOnce(Client):
    async def _welcomed(self, frame: Frame) -> None:
        await super()._welcomed(frame)
        self.state = "live"


@breaks("what_was_stored_is_shown_before_there_is_a_connection")
class ShowsNothingUntilConnected(Client):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.view, self.position = {}, None


@breaks("it_says_when_it_goes_to_the_background_and_returns", "who_leaves_before_welcome_says_so")
class NeverSaysState(Client):
    async def look(self, foreground: bool) -> None:
        self.foreground = foreground


@breaks("who_connects_in_the_background_says_so")
class AlwaysInTheForeground(Client):
    def _hello(self) -> Frame:
        return {**super()._hello(), "foreground": True}


@breaks("unknown_frames_and_fields_are_passed_over")
class LeavesAtWhatItDoesNotKnow(Client):
    async def hear(self, frame: Frame) -> bool:
        return not frame["type"].startswith("a_frame") and await super().hear(frame)


@breaks("signals_are_heard_and_change_nothing")
class DeafToSignals(Client):
    async def hear(self, frame: Frame) -> bool:
        return frame["type"] == "signal" or await super().hear(frame)


@breaks("a_signal_is_sent_now_or_never")
class KeepsSignals(Client):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kept: list[tuple[str, dict[str, Any]]] = []

    async def signal(self, signal: str, data: dict[str, Any]) -> None:
        if self._is_ready:
            await super().signal(signal, data)
        else:
            self.kept.append((signal, data))

    async def _welcomed(self, frame: Frame) -> None:
        await super()._welcomed(frame)
        for signal, data in self.kept:
            await self.signal(signal, data)


# Tokens


@breaks("the_token_is_renewed_before_it_expires", "a_refused_auth_changes_nothing")
class NeverRenews(Client):
    async def _keep_token(self, expires_at: str) -> None:
        pass


@breaks("the_token_is_renewed_before_it_expires")
class RenewsOnce(Client):
    def _replied(self, frame: Frame) -> None:
        if not frame["id"].startswith("auth-"):
            super()._replied(frame)


@breaks("the_servers_clock_says_when_a_token_expires")
class RenewsByItsOwnClock(Client):
    async def _keep_token(self, expires_at: str) -> None:
        self.clock_ahead *= 0
        await super()._keep_token(expires_at)


@breaks("a_refused_auth_changes_nothing")
class LeavesWhenAuthIsRefused(Client):
    def _replied(self, frame: Frame) -> None:
        if frame["id"].startswith("auth-") and self._socket is not None:
            self._help(leave(self._socket))


async def leave(socket: Any) -> None:
    await asyncio.sleep(0)
    await socket.close()
