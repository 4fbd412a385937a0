"""`Idempotency-Key`: a repeated POST gets the first answer again, instead of a second effect."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.keys import Machine
from core.errors import Invalid, Unauthenticated
from core.ids import uuid_or_none
from realtime import commands

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A UUIDv7, or any text of up to 255 characters. A repeat within seven days gets the first answer.",
)

P = ParamSpec("P")
V = TypeVar("V", bound=APIView)

Post = Callable[Concatenate[V, Request, P], Response]


def idempotent(post: Post[V, P]) -> Post[V, P]:
    """On the `post` of a view: honours the header where the caller sends one."""

    @extend_schema(parameters=[IDEMPOTENCY_KEY])
    @wraps(post)
    def answer(view: V, request: Request, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return post(view, request, *args, **kwargs)
        user_id = caller(request)
        fingerprint = commands.fingerprint(f"{request.method} {request.path}", request.data)

        def act() -> tuple[int, Any]:
            response = post(view, request, *args, **kwargs)
            return response.status_code, response.data

        kept = commands.once(user_id, _command_id(request, user_id, key), fingerprint, act)
        headers = {"Idempotency-Replayed": "true"} if kept.is_replay else {}
        return Response(kept.body, status=kept.status, headers=headers)

    return answer


def caller(request: Request) -> uuid.UUID:
    """The id of the user whom the permissions of the view have let in."""
    user_id = request.user.pk
    if user_id is None:
        raise Unauthenticated
    return user_id


def _command_id(request: Request, user_id: uuid.UUID, key: str) -> uuid.UUID:
    if not 1 <= len(key) <= 255:
        raise Invalid("An Idempotency-Key has at most 255 characters.")
    command_id = uuid_or_none(key)
    if command_id is not None and commands.issued_at(command_id) is not None:
        commands.refuse_untimely(command_id)
    if isinstance(request.auth, Machine):  # one owner may have several, which do not know of each other
        return commands.derived_id(user_id, f"{request.auth.key_id}\n{key}")
    return command_id or commands.derived_id(user_id, key)
