from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import refusal_of
from core.wiring import declared
from realtime import batches, commands, frames, kinds, selectors
from realtime.api import caller
from realtime.batches import Order, is_batched
from realtime.commands import Answer
from realtime.conf import limits
from realtime.errors import UnknownKind
from realtime.selectors import Position
from realtime.serializers import CommandsIn, RepliesOut, SyncOut

Command = tuple[UUID, str, dict[str, Any], datetime | None]


class Sync(APIView):
    """The user's whole view, with the position to resume from, read at one moment."""

    @extend_schema(
        parameters=[OpenApiParameter("kinds", str, description="Comma-separated; all kinds by default.")],
        responses=SyncOut,
    )
    def get(self, request: Request) -> Response:
        user_id = caller(request)
        names = _kinds(request.query_params.get("kinds", ""))
        with selectors.snapshot():
            state = selectors.state(user_id)
            view = kinds.view(user_id, names)
        return Response({"position": str(Position(state.epoch, state.head)), "view": view})


class Commands(APIView):
    """An offline queue: carried out in order, each standing or falling alone unless `atomic`."""

    @extend_schema(request=CommandsIn, responses=RepliesOut)
    def post(self, request: Request) -> Response:
        user_id = caller(request)
        commands_in = CommandsIn(data=request.data)
        commands_in.is_valid(raise_exception=True)
        batch = [(c["id"], c["name"], c["data"], c["expires_at"]) for c in commands_in.validated_data["commands"]]
        carry_out = commands.run_all if commands_in.validated_data["atomic"] else _answers
        answers = carry_out(user_id, batch)
        return Response({"replies": [_reply(c[0], answer) for c, answer in zip(batch, answers, strict=True)]})


def _kinds(text: str) -> list[str]:
    names = [name for name in text.split(",") if name] or list(declared("KINDS"))
    if unknown := [name for name in names if not kinds.is_known(name)]:
        raise UnknownKind(unknown=unknown)
    return names


def _answers(user_id: UUID, batch: Sequence[Command]) -> list[Answer]:
    """In order; neighbours of one name are committed together where the command is a batched one."""
    answers: list[Answer] = []
    for name, group in groupby(batch, key=lambda command: command[1]):
        if is_batched(name):
            orders = [Order(user_id, command_id, data, expires_at) for command_id, _, data, expires_at in group]
            for start in range(0, len(orders), limits.batch):
                answers += map(_settled, batches.carry_out(name, orders[start : start + limits.batch]))
        else:
            answers += [_answer(user_id, *command) for command in group]
    return answers


def _answer(user_id: UUID, *command: Any) -> Answer:
    try:
        return commands.run(user_id, *command)
    except Exception as error:
        return _settled(error)


def _settled(outcome: Answer | Exception) -> Answer:
    """A temporary refusal is the answer to this command only; the client repeats it, and may go on with the others."""
    if isinstance(outcome, Answer):
        return outcome
    refusal = refusal_of(outcome)
    if refusal is None:
        raise outcome
    return Answer(refusal.status, refusal.envelope())


def _reply(command_id: Any, answer: Answer) -> dict[str, Any]:
    outcome = {"data": answer.body} if answer.is_ok else {"error": frames.refusal(answer.body)}
    replayed = {"replayed": True} if answer.is_replay else {}
    return {"id": command_id, "ok": answer.is_ok, **outcome, **replayed}
