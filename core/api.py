"""The HTTP adapter of refusals: every error a REST client sees is `{"code", "message", "details"?}`."""

import json
import logging
import math
import re
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.errors import Busy, DomainError, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated

logger = logging.getLogger(__name__)

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # as JSON escapes it


class Pages(CursorPagination):
    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"

    def paginate_queryset(self, *args: Any, **kwargs: Any) -> Any:
        """A cursor may be well-formed and yet say nothing that could be a place in this list."""
        try:
            return super().paginate_queryset(*args, **kwargs)
        except (ValidationError, ValueError):
            raise exceptions.NotFound(self.invalid_cursor_message) from None


class Parser(JSONParser):
    """A body nested deeper than the interpreter goes is a bad body, not a fault of ours. So is one with half of a
    surrogate pair, which is no text: an answer that repeats it could not be written.
    """

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        body = stream.read()
        try:
            data = super().parse(BytesIO(body), *args, **kwargs)
            if SURROGATE.search(body):
                json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError):
            raise exceptions.ParseError from None
        return data


class OneAnswer(BaseContentNegotiation):
    """Of views whose answer has one form, such as a picture, whatever the caller says that he takes."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


def read(shape: type[Serializer], data: object, *, partial: bool = False) -> dict[str, Any]:
    """What the shape makes of a body, a query or a frame, or a refusal by field."""
    return dict(_reader(shape, partial).run_validation({} if data is None else data))


@cache
def _reader(shape: type[Serializer], partial: bool) -> Serializer:
    """One for all: to make one copies all its fields, which takes five times as long as to read with it."""
    return shape(partial=partial)


def refusal_of(error: Exception) -> DomainError | None:
    """The refusal an exception amounts to, or None when it is a defect of ours."""
    match error:
        case DomainError():
            return error
        case exceptions.ValidationError():
            return Invalid(**_by_field(error.detail))
        case exceptions.Throttled():
            return TooManyRequests(retry_after_ms=math.ceil((getattr(error, "wait", None) or 1) * 1000))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Unauthenticated()
        case exceptions.PermissionDenied() | PermissionDenied():
            return Forbidden()
        case exceptions.NotFound() | Http404():
            return NotFound()
        case exceptions.APIException():
            return _framework_refusal(error)
        # The database being away or overloaded is not the caller's fault and not a defect: say "later".
        case OperationalError() | InterfaceError():
            logger.warning("database_unavailable", exc_info=error)
            return Busy()
        case DatabaseError():
            return None
    return None


def answer_refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER."""
    refusal = refusal_of(error)
    if refusal is None:
        return None
    headers = {}
    if refusal.retry_after_ms is not None:
        headers["Retry-After"] = str(math.ceil(refusal.retry_after_ms / 1000))
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = refusal.scheme
    return Response(refusal.envelope(), status=refusal.status, headers=headers)


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"errors": detail}


def _framework_refusal(error: exceptions.APIException) -> DomainError:
    refusal = DomainError(str(error.detail))
    refusal.code = str(error.default_code)
    refusal.status = error.status_code
    return refusal
