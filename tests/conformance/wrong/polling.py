import asyncio
from typing import Any

from conformance.example.client import Client
from conformance.example.rest import Gone, Rest
from conformance.example.store import Position
from tests.conformance.wrong.breaking import breaks
from tests.conformance.wrong.lasting import RestThatWaitsForEver


class RestThatNeverWaits(Rest):
    async def poll(self, position: Position, wait: int) -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return await super().poll(position, 0)


@breaks("without_a_socket_events_come_by_polls")
class PollsWithoutWaiting(Client):
    rest_class = RestThatNeverWaits


class RestOfOnePage(Rest):
    async def poll(self, position: Position, wait: int) -> dict[str, Any]:
        page = await super().poll(position, wait)
        if page["events"]:
            page["position"], page["head"] = "", page["events"][-1]["offset"]
            await asyncio.sleep(5)
        return page


@breaks("a_poll_goes_on_at_once_while_the_head_is_above")
class ReadsOnePage(Client):
    rest_class = RestOfOnePage


class RestThatEndures(Rest):
    async def poll(self, position: Position, wait: int) -> dict[str, Any]:
        try:
            return await super().poll(position, wait)
        except Gone:
            await asyncio.sleep(1)
            return {"events": [], "head": position[1]}


@breaks("a_lost_position_in_a_poll_reloads")
class PassesOver410(Client):
    rest_class = RestThatEndures


@breaks("polls_end_when_a_socket_opens_again")
class PollsForEver(Client):
    longest_wait = 1e6


@breaks("a_poll_that_is_never_answered_is_given_up")
class WaitsForAPollForEver(Client):
    rest_class = RestThatWaitsForEver
    longest_wait = 1e6
