"""Commands of one name that arrive together are carried out together: one unit, one commit, one wait for the disk."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.timezone import now

from core.api import refusal_of
from core.errors import DomainError
from core.sql import Columns, as_uuid, relation
from core.unit import unit
from core.wiring import declared
from realtime.commands import Answer, current_command, fingerprint, forget_at, refuse_untimely, run
from realtime.errors import CommandConflict, CommandExpired
from realtime.kinds import encode

logger = logging.getLogger(__name__)

Key = tuple[UUID, UUID]
Outcome = Answer | Exception


@dataclass(frozen=True, slots=True)
class Order:
    """One command of a batch."""

    user_id: UUID
    command_id: UUID
    data: dict[str, Any]
    expires_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.user_id, self.command_id


@dataclass(frozen=True, slots=True)
class Batched:
    """A command for which volume is expected. `act` answers each order with its data or its refusal, in their order;
    it writes nothing for one that it refuses, since all others are committed with it. Of a socket's commands those
    `about` the same keep their order: it names what in their data says so.
    """

    act: Callable[[Sequence[Order]], Sequence[Any]]
    about: str

    def __call__(self, user: Any, data: dict[str, Any]) -> Any:
        """As any other command, alone."""
        command_id = current_command()
        assert command_id is not None
        [outcome] = self.act([Order(user.pk, command_id, data)])
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome


def is_batched(name: str) -> bool:
    return isinstance(declared("COMMANDS").get(name), Batched)


def about(name: str, order: Order) -> str:
    return str(order.data.get(declared("COMMANDS")[name].about))


def carry_out(name: str, orders: Sequence[Order]) -> list[Outcome]:
    """What each came to. Exceptions are temporary refusals, those of which nothing is kept, and defects of ours."""
    outcomes: dict[int, Outcome] = {}
    timely = []
    for place, order in enumerate(orders):
        try:
            refuse_untimely(order.command_id)
            timely.append(place)
        except DomainError as refusal:
            outcomes[place] = refusal
    answers = _carried_out(name, [orders[place] for place in timely])
    outcomes |= dict(zip(timely, answers, strict=True))
    return [outcomes[place] for place in range(len(orders))]


def _carried_out(name: str, orders: Sequence[Order]) -> list[Outcome]:
    if len(orders) > 1:
        try:
            return _together(name, orders)
        except Exception as error:
            # Whichever it was, the others are not to blame for it.
            logger.warning("batch_undone", extra={"command": name, "orders": len(orders), "error": repr(error)})
    return [_alone(name, order) for order in orders]


def _alone(name: str, order: Order) -> Outcome:
    try:
        return run(order.user_id, order.command_id, name, order.data, order.expires_at)
    except Exception as error:
        return refusal_of(error) or error


@unit
def _together(name: str, orders: Sequence[Order]) -> list[Outcome]:
    """Whoever carries out the same command elsewhere at this moment makes one of the two fail at its unique row."""
    fingerprints = {id(order): fingerprint(name, order.data) for order in orders}
    kept = _kept(orders)
    new = {order.key: order for order in reversed(orders) if order.key not in kept}
    outcomes = _acted(name, [order for order in orders if new.get(order.key) is order])
    _keep([(new[key], fingerprints[id(new[key])], outcome) for key, outcome in outcomes.items()])
    return [
        outcomes[order.key] if new.get(order.key) is order else _repeated(order, fingerprints, kept, new, outcomes)
        for order in orders
    ]


@dataclass(frozen=True, slots=True)
class _Kept:
    fingerprint: str
    status: int
    answer: str


def _kept(orders: Sequence[Order]) -> dict[Key, _Kept]:
    users, ids = zip(*(order.key for order in orders), strict=True)
    given, parameters = relation("given", {"user_id": ("uuid", users), "command_id": ("uuid", ids)})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT kept.user_id, kept.command_id, kept.fingerprint, kept.status, kept.answer
                FROM {given} JOIN realtime_command kept
                ON kept.user_id = given.user_id AND kept.command_id = given.command_id""",
            parameters,
        )
        return {(as_uuid(user), as_uuid(command)): _Kept(*rest) for user, command, *rest in cursor.fetchall()}


def _acted(name: str, orders: Sequence[Order]) -> dict[Key, Outcome]:
    at = now()
    outcomes: dict[Key, Any] = {o.key: CommandExpired() for o in orders if o.expires_at and o.expires_at <= at}
    live = [order for order in orders if order.key not in outcomes]
    if live:
        results = declared("COMMANDS")[name].act(live)
        outcomes |= {order.key: result for order, result in zip(live, results, strict=True)}
    return {key: _answer(result) for key, result in outcomes.items()}


def _answer(result: Any) -> Outcome:
    if not isinstance(result, DomainError):
        return Answer(200, result)
    return result if result.is_temporary else Answer(result.status, result.envelope())


def _keep(outcomes: Sequence[tuple[Order, str, Outcome]]) -> None:
    """Of a temporary refusal nothing is kept: the same id may come again."""
    kept = [(order, digest, outcome) for order, digest, outcome in outcomes if isinstance(outcome, Answer)]
    if not kept:
        return
    # In one order, so that whoever repeats the same at once waits for the other, and not both for each other.
    kept.sort(key=lambda one: one[0].key)
    stored = connection.ops.adapt_datetimefield_value
    columns: Columns = {
        "user_id": ("uuid", [order.user_id for order, _, _ in kept]),
        "command_id": ("uuid", [order.command_id for order, _, _ in kept]),
        "fingerprint": ("text", [digest for _, digest, _ in kept]),
        "status": ("bigint", [answer.status for _, _, answer in kept]),
        "answer": ("text", [encode(answer.body) for _, _, answer in kept]),
        "until": ("text", [str(stored(forget_at(order.command_id))) for order, _, _ in kept]),
    }
    given, parameters = relation("given", columns)
    until = "until::timestamptz" if connection.vendor == "postgresql" else "until"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO realtime_command (user_id, command_id, fingerprint, status, answer, at, forget_at)
                SELECT user_id, command_id, fingerprint, status, answer, %s, {until} FROM {given}""",
            [stored(now()), *parameters],
        )


def _repeated(
    order: Order,
    fingerprints: Mapping[int, str],
    kept: Mapping[Key, _Kept],
    new: Mapping[Key, Order],
    outcomes: Mapping[Key, Outcome],
) -> Outcome:
    """Of one that was carried out before, or stands in this batch before."""
    before = kept.get(order.key)
    known = before.fingerprint if before else fingerprints[id(new[order.key])]
    if known != fingerprints[id(order)]:
        return CommandConflict()
    if before:
        return Answer(before.status, json.loads(before.answer), is_replay=True)
    outcome = outcomes[order.key]
    return Answer(outcome.status, outcome.body, is_replay=True) if isinstance(outcome, Answer) else outcome
