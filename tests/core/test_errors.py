"""One envelope for every refusal, whoever raised it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions

from core.api import answer_refusal, refusal_of
from core.errors import Busy, DomainError, Invalid, NotFound, refuse


class ShiftTaken(DomainError):
    code = "shift_taken"
    message = "Somebody was first."


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ShiftTaken(), 409, "shift_taken"),
        (NotFound(), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.NotAuthenticated(), 401, "unauthenticated"),
        (exceptions.AuthenticationFailed(), 401, "unauthenticated"),
        (exceptions.ValidationError({"name": ["no"]}), 400, "invalid"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("x"), 415, "unsupported_media_type"),
        (exceptions.Throttled(7), 429, "rate_limited"),
        (OperationalError("gone"), 503, "busy"),
        (InterfaceError("gone"), 503, "busy"),
    ],
)
def test_every_refusal_has_a_status_and_a_code(error, status, code):
    response = answer_refusal(error, {})

    assert response is not None
    assert (response.status_code, response.data["code"]) == (status, code)
    assert set(response.data) >= {"code", "message"}


@pytest.mark.parametrize("error", [ValueError("ours"), IntegrityError("ours"), KeyError("ours")])
def test_a_defect_is_not_passed_off_as_a_refusal(error):
    assert refusal_of(error) is None


def test_details_help_the_caller():
    envelope = ShiftTaken(by="another").envelope()

    assert envelope == {"code": "shift_taken", "message": "Somebody was first.", "details": {"by": "another"}}


def test_a_temporary_refusal_says_so_and_when_to_come_back():
    response = answer_refusal(Busy(retry_after_ms=1500), {})

    assert response is not None
    assert (response.data["temporary"], response.data["retry_after_ms"]) == (True, 1500)
    assert response.headers["Retry-After"] == "2"


def test_field_errors_are_named():
    assert Invalid(name=["Too long."]).envelope()["details"] == {"name": ["Too long."]}


def test_refuse_raises_unless_it_holds():
    refuse(ShiftTaken, unless=True)
    with pytest.raises(ShiftTaken):
        refuse(ShiftTaken, unless=0)
