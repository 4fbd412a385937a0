"""Reading what a client sent on `/ws`: shapes of frames, and the patience a server has with bad ones."""

import json
import logging
import re
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.api import read, refusal_of
from core.errors import DomainError, Invalid
from realtime.conf import limits

logger = logging.getLogger(__name__)

Frame = dict[str, Any]

QUESTIONS = {"auth", "subscribe", "unsubscribe", "command"}


class ClientIn(serializers.Serializer):
    name = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    version = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class ResumeIn(serializers.Serializer):
    epoch = serializers.CharField(max_length=32)
    offset = serializers.IntegerField(min_value=0, max_value=2**53)


class HelloIn(serializers.Serializer):
    token = serializers.CharField(max_length=4096, required=False, allow_null=True, allow_blank=True, default=None)
    device_id = serializers.CharField(max_length=80)
    client = ClientIn(required=False, default=dict)
    resume = ResumeIn(required=False, allow_null=True, default=None)
    boards = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, default=list, max_length=limits.boards
    )
    foreground = serializers.BooleanField(required=False, default=True)
    ack = serializers.BooleanField(required=False, default=True)


class CommandIn(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(max_length=80)
    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SubscribeIn(serializers.Serializer):
    board = serializers.CharField(max_length=120)
    version = serializers.IntegerField(min_value=-1, max_value=2**53, required=False, default=-1)


class SignalIn(serializers.Serializer):
    signal = serializers.CharField(max_length=80)
    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]


class Internal(DomainError):
    code = "internal"
    message = "Something went wrong on our side. It has been noted."
    status = 500
    is_temporary = True


class BadFrame(Invalid):
    code = "bad_frame"
    message = "A frame is one JSON object with a text `type`."


def parse(message: dict[str, Any]) -> Frame:
    """The frame in an ASGI message."""
    text = message.get("text")
    if text is None:
        raise BadFrame("Frames are text, not binary.")
    try:
        frame = _decode(text)
        if SURROGATE.search(text):
            json.dumps(frame, ensure_ascii=False).encode()  # half of a pair is no text, and no answer could repeat it
    except (ValueError, RecursionError):
        raise BadFrame from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame
    if not isinstance(frame.get("id"), str | None) or len(frame.get("id") or "") > 64:
        raise BadFrame("The `id` of a frame is a text of at most 64 characters.")
    return frame


def command_in(frame: Frame) -> dict[str, Any]:
    """What CommandIn makes of a frame; of a plain one, as nearly all are, in a fifth of the time."""
    match frame:
        case {"id": str(id), "name": str(name), "data": dict(data)} if "expires_at" not in frame and is_name(name):
            with suppress(ValueError):
                return {"id": UUID(id), "name": name, "data": data, "expires_at": None}
    return read(CommandIn, frame)


SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # as JSON escapes it
is_name = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,39}").fullmatch


def check_id(frame: Frame) -> None:
    if frame["type"] in QUESTIONS and "id" not in frame:
        raise BadFrame("This frame wants an answer, so give it an `id`.")


def size(message: dict[str, Any]) -> int:
    """Of an ASGI message, in bytes."""
    text = message.get("text")
    return len(text.encode()) if text is not None else len(message.get("bytes") or b"")


def refusal(error: Exception) -> DomainError:
    """What a client is told of an error: a refusal, or that the fault is ours."""
    known = refusal_of(error)
    if known is not None:
        return known
    logger.error("frame_failed", exc_info=error)
    return Internal()


def offset_in(frame: Frame) -> int:
    offset = frame.get("offset")
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
        raise BadFrame("`offset` is a whole number.")
    return offset


def flag_in(frame: Frame, name: str) -> bool:
    value = frame.get(name)
    if not isinstance(value, bool):
        raise BadFrame(f"`{name}` is true or false.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = self._tokens = burst
        self._at = monotonic()

    def take(self) -> float:
        """Take a token; answers 0, or the seconds until there is one."""
        at = monotonic()
        self._tokens = min(self._burst, self._tokens + (at - self._at) * self._rate)
        self._at = at
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0.0
