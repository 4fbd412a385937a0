"""`GET /api/stream`: the stream without a socket. Not a Django view, since each waiting one would hold a thread."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from accounts.identity import Identity
from accounts.sockets import credentials, identity_of, is_allowed_origin
from core.errors import DomainError, Forbidden, Invalid, Unauthenticated
from realtime import protocol, selectors, upkeep
from realtime.conf import limits
from realtime.errors import PositionLost, TooManyPolls
from realtime.hub import Poll, hub
from realtime.selectors import Position, Range, State
from realtime.threads import in_thread


async def poll_stream(scope: dict[str, Any], receive: Any, send: Any) -> None:
    upkeep.ensure_started()
    answering = asyncio.create_task(_answer(scope))
    leaving = asyncio.create_task(_client_left(receive))
    await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    if not answering.done():
        answering.cancel()
        return
    status, body, headers = answering.result()
    await _respond(scope, send, status, body, headers)


async def _answer(scope: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    try:
        return 200, await _events(scope), {}
    except Exception as error:
        refusal = protocol.refusal(error)
        return refusal.status, json.dumps(refusal.envelope()), _headers(refusal)


async def _events(scope: dict[str, Any]) -> str:
    if not is_allowed_origin(scope):
        raise Forbidden
    position, wait = _asked(scope)
    identity = await in_thread(_identity, scope)
    poll = Poll(identity.user_id, identity.session_id)
    # Join first, read then: what is committed in between wakes the poll.
    if not hub.join_poll(poll):
        raise TooManyPolls
    try:
        state = await in_thread(selectors.state, identity.user_id)
        position = position or Position(state.epoch, state.head)
        _refuse_lost(state, position)
        poll.head = max(poll.head, state.head)
        await _wait_for_more(poll, position, wait)
    finally:
        hub.leave_poll(poll)
    upto = min(poll.head, position.offset + limits.page)
    events = await in_thread(_stored, Range(identity.user_id, position.offset, upto))
    reached = Position(position.epoch, upto)
    return f'{{"position":"{reached}","head":{poll.head},"events":[{",".join(events)}]}}'


def _stored(asked: Range) -> list[str]:
    events = selectors.stored_events([asked]).get(asked.user_id, [])
    if len(events) != asked.upto - asked.after:  # purged between the look at the floor and this one
        raise PositionLost
    return [event.frame for event in events]


async def _wait_for_more(poll: Poll, position: Position, wait: float) -> None:
    try:
        async with asyncio.timeout(wait):
            while poll.head <= position.offset and not hub.is_draining and not poll.is_revoked:
                poll.woken.clear()
                await poll.woken.wait()
    except TimeoutError:
        pass
    if poll.is_revoked:
        raise Unauthenticated


def _asked(scope: Mapping[str, Any]) -> tuple[Position | None, float]:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    after, wait = query.get("after", [""])[0], query.get("wait", ["0"])[0]
    if not wait.isascii() or not wait.isdigit():
        raise Invalid(wait=["A whole number of seconds."])
    return Position.parse(after) if after else None, min(float(wait[:6]), limits.longpoll_seconds)


def _identity(scope: Mapping[str, Any]) -> Identity:
    found = credentials(scope)
    if found is None:
        raise Unauthenticated
    return identity_of(found)


def _refuse_lost(state: State, position: Position) -> None:
    reason = state.why_lost(position)
    # Here the client takes pages at its own pace, so a long way to go is no reason to reload.
    if reason not in {None, "too_far"}:
        raise PositionLost(epoch=state.epoch, head=state.head, reason=reason)


def _headers(refusal: DomainError) -> dict[str, str]:
    if refusal.retry_after_ms is None:
        return {}
    return {"Retry-After": str(-(-refusal.retry_after_ms // 1000))}


async def _client_left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _respond(scope: Mapping[str, Any], send: Any, status: int, body: str, headers: dict[str, str]) -> None:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **headers, **_cors(scope)}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body.encode()})


def _cors(scope: Mapping[str, Any]) -> dict[str, str]:
    """As django-cors-headers would; preflights (OPTIONS) go to Django and get its answer."""
    origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin in settings.ALLOWED_ORIGINS else {}
