import random
from typing import Any

from conformance.example.client import Client
from conformance.example.connection import Frame
from conformance.example.rest import Refused, Rest, SignedOut
from tests.conformance.wrong.breaking import breaks

REFUSALS = "waits_are_random_below_a_bound_that_doubles_and_it_never_gives_up"


@breaks(REFUSALS)
class WaitsTheSameEachTime(Client):
    def _backoff(self) -> float:
        return self.scaled(1)


@breaks(REFUSALS)
class DoublesWithoutJitter(Client):
    def _backoff(self) -> float:
        self._waits += 1
        return self.scaled(min(self.longest_wait, self.first_wait * 2 ** (self._waits - 1)))


@breaks(REFUSALS)
class JittersByHalf(Client):
    def _backoff(self) -> float:
        bound = min(self.longest_wait, self.first_wait * 2**self._waits)
        self._waits += 1
        return self.scaled(random.uniform(bound / 2, bound))


@breaks(REFUSALS)
class WaitsLongerAndLonger(Client):
    longest_wait = 600.0


@breaks(REFUSALS, "a_handshake_that_fails_is_tried_again_for_ever")
class GivesUp(Client):
    def _backoff(self) -> float:
        if self._waits == 12:
            raise SignedOut
        return super()._backoff()


@breaks("a_reload_that_fails_is_tried_again")
class ReloadsOnce(Client):
    async def _reload(self) -> None:
        try:
            await super()._reload()
        except Exception:
            self.state = "stopped"
            raise


class DeafRest(Rest):
    async def _ask(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        try:
            return await super()._ask(method, path, body)
        except Refused:
            raise Refused(0) from None


@breaks(
    "a_reload_that_is_refused_for_now_waits_retry_after_ms",
    "a_poll_that_is_refused_for_now_waits_retry_after_ms",
)
class DeafToRetryAfterByRest(Client):
    rest_class = DeafRest


@breaks("a_hello_that_is_refused_for_now_waits_retry_after_ms")
class DeafToRetryAfterInErrors(Client):
    async def _after(self, code: int, going: float | None) -> float:
        self._rest = 0.0
        return await super()._after(code, going)


@breaks("a_connection_that_breaks_at_once_does_not_shorten_the_waits")
class BeginsAnewAtEachWelcome(Client):
    async def _welcomed(self, frame: Frame) -> None:
        self._waits = 0
        await super()._welcomed(frame)


@breaks("the_waits_begin_anew_after_a_good_connection")
class NeverBeginsAnew(JittersByHalf):
    good = 1e6
