import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from django.conf import settings

from notifications.channels.fcm import messages
from notifications.channels.fcm.access import Access, ServiceAccount
from notifications.channels.fcm.answers import Answer, NotSent
from notifications.channels.http import HTTP_ERRORS, Client, failure_of
from notifications.channels.parcel import Outcome, Parcel, Scope, Verdict
from notifications.conf import limits

P = ParamSpec("P")


def explained(ask: Callable[P, Awaitable[Outcome]]) -> Callable[P, Awaitable[Outcome]]:
    """What ends before FCM is asked, or on the way to it, has an outcome like any answer."""

    @wraps(ask)
    async def explain(*args: P.args, **kwargs: P.kwargs) -> Outcome:
        try:
            return await ask(*args, **kwargs)
        except NotSent as error:
            return error.outcome
        except HTTP_ERRORS as error:
            return failure_of(error)

    return explain


class Fcm:
    def __init__(self, http_seconds: float = limits.http_seconds) -> None:
        self._client = Client(http_seconds)
        self._account = ServiceAccount(min(limits.connect_seconds, http_seconds))

    async def close(self) -> None:
        await self._client.close()

    @explained
    async def send(self, parcel: Parcel) -> Outcome:
        message = messages.notice(parcel)
        access = await self._account.access()
        parcel.refuse_if_stale()  # getting a token may take longer than the look at the parcel is good for
        answer = await self._ask(message, access)
        if answer.doubts_address:
            return _judged(answer.outcome(parcel.address), await self._probe(parcel))
        return answer.outcome(parcel.address)

    @explained
    async def broadcast(self, topic: str, title: str, body: str, data: Mapping[str, str]) -> Outcome:
        """To everybody who follows the topic, so only what is public."""
        answer = await self._ask(messages.broadcast(topic, title, body, data))
        return answer.outcome()

    @explained
    async def check(self) -> Outcome:
        """Would FCM take a message from us? Nothing is delivered."""
        answer = await self._ask(messages.topic_probe(), validate_only=True)
        return answer.outcome()

    @explained
    async def _probe(self, parcel: Parcel) -> Outcome:
        answer = await self._ask(messages.probe(parcel), validate_only=True)
        return answer.outcome(parcel.address)

    async def _ask(self, message: str, access: Access | None = None, *, validate_only: bool = False) -> Answer:
        body = f'{{"message": {message}, "validate_only": {json.dumps(validate_only)}}}'.encode()
        access = access or await self._account.access()
        answer = await self._post(body, access)
        if answer.is_unauthenticated:
            answer = await self._post(body, await self._account.access(refused=access))
        return answer

    async def _post(self, body: bytes, access: Access) -> Answer:
        url = f"{settings.FCM_ENDPOINT}/v1/projects/{access.project}/messages:send"
        headers = {
            "Authorization": f"Bearer {access.token}",
            "Content-Type": "application/json",
            "X-GOOG-API-FORMAT-VERSION": "2",
        }
        return Answer(*await self._client.ask("POST", url, data=body, headers=headers))


def _judged(refused: Outcome, probed: Outcome) -> Outcome:
    """A message was refused without saying whether it or the address is wrong: the probe of the address tells."""
    if probed.verdict == Verdict.ACCEPTED:
        return refused
    if probed.http == 400:
        return replace(probed, verdict=Verdict.DEAD, code="INVALID_TOKEN")
    return replace(probed, verdict=Verdict.TRANSIENT, scope=Scope.LANE)
