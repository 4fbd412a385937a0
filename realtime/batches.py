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
from core.sql import Columns, relation
from core.unit import unit
from core.wiring import declared
from realtime.commands import Answer, current_command, fingerprint, forget_at, refuse_untimely, run
from realtime.errors import CommandConflict, CommandExpired
from realtime.kinds import encode
from realtime.models import Command

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
    it writes nothing for one that it refuses, since all others are committed with it.
    """

    act: Callable[[Sequence[Order]], Sequence[Any]]

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
            logger.warning("batch_undone", extra={"name": name, "orders": len(orders), "error": repr(error)})
    return [_alone(name, order) for order in orders]


def _alone(name: str, order: Order) -> Outcome:
    try:
        return run(order.user_id, order.command_id, name, order.data, order.expires_at)
    except Exception as error:
        return refusal_of(error) or error


@unit
def _together(name: str, orders: Sequence[Order]) -> list[Outcome]:
    fingerprints = [fingerprint(name, order.data) for order in orders]
    kept = _keep(orders, fingerprints)
    new = {order.key: order for order in reversed(orders) if not kept[order.key].status}
    outcomes = _acted(name, [order for order in orders if new.get(order.key) is order])
    _store(kept, outcomes)
    return [
        _outcome(order, digest, kept[order.key], outcomes, is_first=new.get(order.key) is order)
        for order, digest in zip(orders, fingerprints, strict=True)
    ]


def _keep(orders: Sequence[Order], fingerprints: Sequence[str]) -> dict[Key, Command]:
    """The rows of these commands: those that have no status yet are ours to carry out."""
    rows = {
        order.key: Command(
            user_id=order.user_id,
            command_id=order.command_id,
            fingerprint=digest,
            forget_at=forget_at(order.command_id),
        )
        for order, digest in zip(reversed(orders), reversed(fingerprints), strict=True)
    }
    # In one order, so that whoever repeats the same at once waits for the other, and not both for each other.
    Command.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)
    users, ids = zip(*rows, strict=True)
    found = Command.objects.filter(user_id__in=set(users), command_id__in=ids)
    return {(command.user_id, command.command_id): command for command in found}


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


def _store(kept: Mapping[Key, Command], outcomes: Mapping[Key, Outcome]) -> None:
    """Of a temporary refusal nothing is kept: the same id may come again."""
    answers = {kept[key].pk: outcome for key, outcome in outcomes.items() if isinstance(outcome, Answer)}
    if undone := [kept[key].pk for key in outcomes if kept[key].pk not in answers]:
        Command.objects.filter(pk__in=undone).delete()
    if not answers:
        return
    columns: Columns = {
        "id": ("bigint", list(answers)),
        "status": ("bigint", [answer.status for answer in answers.values()]),
        "answer": ("text", [encode(answer.body) for answer in answers.values()]),
    }
    given, parameters = relation("given", columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE realtime_command SET status = given.status, answer = given.answer
                FROM {given} WHERE realtime_command.id = given.id""",
            parameters,
        )


def _outcome(order: Order, digest: str, kept: Command, outcomes: Mapping[Key, Outcome], *, is_first: bool) -> Outcome:
    if kept.fingerprint != digest:
        return CommandConflict()
    outcome = outcomes.get(order.key)
    if outcome is None:
        return Answer(kept.status, json.loads(kept.answer), is_replay=True)
    if is_first or not isinstance(outcome, Answer):
        return outcome
    return Answer(outcome.status, outcome.body, is_replay=True)
