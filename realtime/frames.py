"""The words of `/ws`, subprotocol stream.v1: JSON texts, and the codes a socket is closed with."""

import json
from datetime import datetime
from enum import IntEnum
from typing import Any

from realtime.kinds import encode

SUBPROTOCOL = "stream.v1"


class Close(IntEnum):
    """By range, so that an old client reacts right to a code it does not know: see docs/protocol.md."""

    INTERNAL = 4000
    SLOW = 4008
    NO_PONG = 4009
    OVERLOADED = 4013
    DRAIN = 4100
    TOO_MANY_SOCKETS = 4101
    TOKEN_EXPIRED = 4201
    POSITION_LOST = 4300
    BAD_FRAME = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    VERSION_TOO_OLD = 4406
    NO_HELLO = 4408
    FRAME_TOO_BIG = 4413
    ABUSE = 4429


def frame(type: str, **fields: Any) -> str:
    """One frame; fields that are None are left out."""
    return encode({"type": type, **{name: value for name, value in fields.items() if value is not None}})


def event_tail(name: str, at: datetime, kind: str, key: str, command: object) -> str:
    """All of an event frame between its offset and its data: encoded once, whatever the number of readers."""
    fields = {"event": name, "at": at, "kind": kind, "key": key}
    if command is not None:
        fields["command"] = command
    return f"{encode(fields)[1:-1]},"


def event_rest(tail: str, data: str) -> str:
    return f'{tail}"data":{data}}}'


def event(offset: int, rest: str) -> str:
    return f'{{"type":"event","offset":{offset},{rest}'


def board(name: str, epoch: str, version: int, part: str) -> str:
    """`part` is `"data":…`, `"error":…`, or `"base":…,"set":…,"del":…`, encoded."""
    return f'{{"type":"board","board":{json.dumps(name)},"epoch":"{epoch}","version":{version},{part}}}'


def refusal(envelope: dict[str, Any]) -> dict[str, Any]:
    """A refusal as frames show it: clients decide by `temporary`, never by the code alone."""
    return {"temporary": False, **envelope}
