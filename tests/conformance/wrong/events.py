import asyncio
from contextlib import suppress
from sqlite3 import ProgrammingError

from conformance.example.client import Client
from conformance.example.connection import Frame
from tests.conformance.wrong.breaking import breaks


@breaks("what_is_acknowledged_survives_a_kill", "a_pong_claims_no_more_than_is_stored")
class AcknowledgesBeforeItStores(Client):
    def _store_events(self) -> bool:
        events, self._unstored = self._unstored, []
        if not events or self.position is None:
            return False
        asyncio.get_running_loop().call_later(0.5, store_late, self, events, self.position)
        return True


def store_late(client: Client, events: list[Frame], position: tuple[str, int]) -> None:
    with suppress(ProgrammingError):
        client.store.apply(events, position)


@breaks("the_view_and_its_position_are_stored_together")
class StoresThePositionFirst(Client):
    def _store_events(self) -> bool:
        events, self._unstored = self._unstored, []
        if not events or self.position is None:
            return False
        self.store.keep("position", self.position)
        asyncio.get_running_loop().call_later(0.2, store_late, self, events, self.position)
        return True


@breaks("a_single_event_is_acknowledged_within_200_ms")
class AcknowledgesLate(Client):
    ack = 2.0


@breaks("of_many_events_every_32_are_acknowledged")
class AcknowledgesSeldom(Client):
    events_per_ack = 1000


@breaks("a_repeat_is_dropped", "a_repeat_after_reconnecting_is_dropped")
class AppliesRepeats(Client):
    async def hear_event(self, event: Frame) -> bool:
        assert self.position is not None
        if event["offset"] <= self.position[1]:
            self.apply(event)
        return await super().hear_event(event)


@breaks("a_repeat_is_dropped")
class LeavesAtARepeat(Client):
    async def hear_event(self, event: Frame) -> bool:
        assert self.position is not None
        return event["offset"] > self.position[1] and await super().hear_event(event)


@breaks("an_event_that_skips_an_offset_is_never_applied")
class AppliesGaps(Client):
    async def hear_event(self, event: Frame) -> bool:
        assert self.position is not None
        self.position = (self.position[0], event["offset"] - 1)
        return await super().hear_event(event)


@breaks("an_object_is_replaced_whole")
class MergesObjects(Client):
    def apply(self, event: Frame) -> None:
        known = self.view.get(event["kind"], {}).get(event["key"], {})
        super().apply({**event, "data": {**known, **event["data"]}})


@breaks("null_deletes_the_object")
class KeepsWhatIsNull(Client):
    def apply(self, event: Frame) -> None:
        if event["data"] is not None:
            super().apply(event)


@breaks("names_of_events_compute_nothing")
class BelievesNames(Client):
    def apply(self, event: Frame) -> None:
        super().apply({**event, "data": None} if event["event"].endswith("_deleted") else event)


# Resuming


@breaks("it_resumes_where_it_was", "codes_of_networks_and_4000_to_4099_lead_back_with_the_position")
class ReloadsEachTime(Client):
    async def _once(self) -> float:
        self.position = None
        return await super()._once()


@breaks("a_reset_reloads", "another_epoch_replaces_all")
class IgnoresResets(Client):
    async def hear(self, frame: Frame) -> bool:
        return frame["type"] == "reset" or await super().hear(frame)


@breaks("events_during_a_reload_are_held_and_then_judged")
class AppliesEventsWhileItReloads(Client):
    async def hear(self, frame: Frame) -> bool:
        if frame["type"] != "reset":
            return await super().hear(frame)
        self.position = (frame["epoch"], frame["head"])
        self._help(self._reload())
        return True


@breaks("another_epoch_replaces_all", "a_reset_reloads")
class KeepsTheOldView(Client):
    async def _reload(self) -> None:
        old = self.view.get("kit.note", {})
        await super()._reload()
        self.view["kit.note"] = {**old, **self.view.get("kit.note", {})}


@breaks("close_4300_reloads", "codes_4300_to_4399_drop_the_position")
class KeepsAPositionThatIsLost(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return self._backoff() if code // 100 == 43 else await super()._after(code, going)


@breaks("a_ping_is_answered_with_the_offset")
class IgnoresPings(Client):
    async def _pong(self, head: int) -> None:
        pass


@breaks("a_pong_claims_no_more_than_is_stored")
class PongsWhatItHasHeard(Client):
    async def _pong(self, head: int) -> None:
        assert self.position is not None
        await self._say({"type": "pong", "offset": self.position[1]})
