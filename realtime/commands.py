"""Commands take effect once per id: the first answer is kept, and a repeat gets it again."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth import get_user_model
from django.utils.timezone import now

from core.api import refusal_of
from core.errors import DomainError, Invalid
from core.logs import traced
from core.unit import unit
from core.wiring import declared
from realtime.conf import limits
from realtime.errors import CommandConflict, CommandExpired, CommandTooOld, UnknownCommand
from realtime.kinds import encode
from realtime.models import Command

NAMELESS_IDS = UUID("5f0e6d4e-6c1b-5d4e-9f5a-3f6f2f0c9d11")
LATEST_MILLISECONDS = 253_000_000_000_000  # in the year 9987: what a UUIDv7 can say beyond, a datetime cannot

_current: ContextVar[UUID | None] = ContextVar("command", default=None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to: `status` as HTTP would say it, `body` the data or the refusal's envelope."""

    status: int
    body: Any
    is_replay: bool = False

    @property
    def is_ok(self) -> bool:
        return self.status < 400


def current_command() -> UUID | None:
    """The one command that is being carried out in this thread; its events carry the id, for local echo."""
    return _current.get()


def run(user_id: UUID, command_id: UUID, name: str, data: dict[str, Any], expires_at: datetime | None = None) -> Answer:
    """Carry out one command of a socket or an offline queue. Temporary refusals are raised, others are the answer."""

    def act() -> tuple[int, Any]:
        if expires_at is not None and expires_at <= now():
            raise CommandExpired
        user = get_user_model().objects.get(pk=user_id)
        return 200, _command(name)(user, data)

    refuse_untimely(command_id)
    return once(user_id, command_id, fingerprint(name, data), act)


@unit
def run_all(user_id: UUID, commands: list[tuple[UUID, str, dict[str, Any], datetime | None]]) -> list[Answer]:
    """All or nothing: the first refusal undoes the others, and is raised with its place in the list."""
    answers = []
    for place, (command_id, name, data, expires_at) in enumerate(commands):
        answer = run(user_id, command_id, name, data, expires_at)
        if not answer.is_ok:
            raise BatchRefused(place, answer)
        answers.append(answer)
    return answers


class BatchRefused(DomainError):
    code = "batch_refused"
    message = "One command was refused, so none took effect."

    def __init__(self, place: int, answer: Answer) -> None:
        super().__init__(place=place, error=answer.body)
        self.status = answer.status


@unit
def once(user_id: UUID, command_id: UUID, fingerprint: str, act: Callable[[], tuple[int, Any]]) -> Answer:
    """`act` the first time, and its answer ever after. A refusal undoes what `act` did and is an answer too."""
    kept, is_first = Command.objects.get_or_create(
        user_id=user_id,
        command_id=command_id,
        defaults={"fingerprint": fingerprint, "forget_at": forget_at(command_id)},
    )
    if not is_first:
        if kept.fingerprint != fingerprint:
            raise CommandConflict
        return Answer(kept.status, json.loads(kept.answer), is_replay=True)
    answer = _attempt(command_id, act)
    Command.objects.filter(pk=kept.pk).update(status=answer.status, answer=encode(answer.body))
    return answer


def fingerprint(name: str, body: object) -> str:
    return hashlib.sha256(f"{name} {json.dumps(body, sort_keys=True, default=str)}".encode()).hexdigest()


def derived_id(user_id: UUID, key: str) -> UUID:
    """The id of a command that came with some other unique text instead of a UUID."""
    return uuid5(NAMELESS_IDS, f"{user_id} {key}")


def issued_at(command_id: UUID) -> datetime | None:
    """When a UUIDv7 was made, by its maker's clock; None for other UUIDs."""
    if command_id.version != 7:
        return None
    milliseconds = min(command_id.int >> 80, LATEST_MILLISECONDS)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def refuse_untimely(command_id: UUID) -> None:
    """Ids must be about as old as they say: too old ones were forgotten, and a clock far ahead would outlive memory."""
    issued = issued_at(command_id)
    if issued is None:
        raise Invalid(id=["Use a UUIDv7."])
    if issued < now() - timedelta(days=limits.command_days):
        raise CommandTooOld
    if issued > now() + timedelta(days=1):
        raise Invalid(id=["This UUIDv7 comes from a clock that runs ahead; correct it by `server_time`."])


def forget_at(command_id: UUID) -> datetime:
    """Late enough that an id is remembered for as long as it would be taken."""
    return max(now(), issued_at(command_id) or now()) + timedelta(days=limits.command_days, hours=1)


def _attempt(command_id: UUID, act: Callable[[], tuple[int, Any]]) -> Answer:
    try:
        with traced(command_id=str(command_id)), _carrying_out(command_id), unit():
            return Answer(*act())
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None or refusal.is_temporary:
            raise
        return Answer(refusal.status, refusal.envelope())


@contextmanager
def _carrying_out(command_id: UUID) -> Iterator[None]:
    token = _current.set(command_id)
    try:
        yield
    finally:
        _current.reset(token)


def _command(name: str) -> Callable[[Any, dict[str, Any]], Any]:
    try:
        command: Callable[[Any, dict[str, Any]], Any] = declared("COMMANDS")[name]
    except KeyError:
        raise UnknownCommand from None
    return command
