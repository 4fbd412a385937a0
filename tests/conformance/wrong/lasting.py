from typing import Any

from conformance.example.client import Client
from conformance.example.rest import Refused, Rest, SignedOut
from tests.conformance.wrong.breaking import breaks

FOR_EVER = 1e6


class RestThatWaitsForEver(Rest):
    def __init__(self, *arguments: Any, longest: float) -> None:
        super().__init__(*arguments, longest=FOR_EVER)


@breaks("a_reload_that_is_never_answered_is_tried_again")
class WaitsForEver(Client):
    rest_class = RestThatWaitsForEver


@breaks("sixty_seconds_of_silence_lead_to_another_connection")
class EnduresSilence(Client):
    silence = FOR_EVER


@breaks("a_welcome_that_never_comes_is_given_up")
class WaitsForWelcome(Client):
    opening = FOR_EVER


@breaks("pings_are_no_silence")
class Impatient(Client):
    silence = 15.0


@breaks("who_stays_below_the_head_reconnects")
class NeverDoubts(Client):
    async def _doubt(self, offset: int) -> None:
        pass


@breaks("a_lost_server_shows_within_5_seconds")
class AlwaysLive(Client):
    @property
    def state(self) -> str:
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        self._state = "live" if state == "stale" else state


@breaks("a_lost_network_shows_within_5_seconds_and_heals")
class DeafToTheSystem(Client):
    async def network(self, is_there: bool) -> None:
        pass


# Closes


@breaks("codes_of_networks_and_4000_to_4099_lead_back_with_the_position")
class StopsAt1012(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return await super()._after(4400 if code == 1012 else code, going)


@breaks("codes_of_networks_and_4000_to_4099_lead_back_with_the_position")
class DropsThePositionAt4077(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return await super()._after(4300 if code == 4077 else code, going)


@breaks("going_says_how_long_to_wait")
class DeafToGoing(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return await super()._after(code, None) if going else await super()._after(code, going)


@breaks("codes_4100_to_4199_lead_back_within_5_seconds")
class SlowToReturn(Client):
    soon = 300.0


@breaks("codes_4200_to_4299_ask_for_a_token_first")
class ReturnsWithTheOldToken(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return self._backoff() if code // 100 == 42 else await super()._after(code, going)


@breaks("codes_4200_to_4299_ask_for_a_token_first", "codes_4300_to_4399_drop_the_position")
class KnowsTheListedCodesOnly(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return await super()._after(code if code in (4201, 4300) else 1006, going)


@breaks("code_4401_stops", "code_4406_stops", "a_code_between_4400_and_4499_that_is_new_stops", "a_refused_hello_stops")
class NeverStops(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return self._backoff() if code // 100 == 44 else await super()._after(code, going)


@breaks("a_code_between_4400_and_4499_that_is_new_stops")
class StopsAtListedCodesOnly(Client):
    async def _after(self, code: int, going: float | None) -> float:
        return await super()._after(code if code in (4400, 4401, 4403, 4406) else 1006, going)


# Tokens


class RestThatGivesUp(Rest):
    async def refresh(self) -> None:
        try:
            await super().refresh()
        except Exception:
            raise SignedOut from None


@breaks("a_refresh_without_an_answer_is_tried_again")
class SignsOutWhenARefreshFails(Client):
    rest_class = RestThatGivesUp


class RestWithoutRefresh(Rest):
    async def refresh(self) -> None:
        raise SignedOut


@breaks("a_token_that_expired_on_the_way_to_a_reload_is_refreshed", "a_poll_refreshes_a_token_that_expired")
class NeverRefreshes(Client):
    rest_class = RestWithoutRefresh


class RestThatInsists(Rest):
    async def _ask(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        status, answer = await super()._ask(method, path, body)
        if status == 401 and answer["code"] != "token_expired":
            raise Refused(0)
        return status, answer


@breaks("a_reload_that_is_refused_for_good_stops", "a_poll_that_is_refused_for_good_stops", "a_refused_refresh_stops")
class NeverTakesAnAnswer(Client):
    rest_class = RestThatInsists


class RestThatForgets(Rest):
    async def refresh(self) -> None:
        former = self._store.fact("tokens")
        await super().refresh()
        fresh = self._store.fact("tokens")
        self._store.keep("tokens", {**fresh, "refresh_token": former["refresh_token"]})


@breaks("the_newest_refresh_token_survives_a_kill")
class KeepsTheOldRefreshToken(Client):
    rest_class = RestThatForgets
