"""What is written down of a request: never a token, wherever in the URL it stands."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.signing import Signer
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response
from pythonjsonlogger.json import JsonFormatter

from core.logs import TraceFilter, without_tokens

TOKEN = Signer(sep=".", salt="feed").sign("01995b4e6f0a7cc0b1d2e3f405162738.1")


@pytest.fixture
def written() -> Iterator[StringIO]:
    """All that is logged meanwhile, as the settings have it written."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(TraceFilter())
    loggers = [logging.getLogger(name) for name in ("requests", "django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("path", ["/nowhere/{}", "/nowhere/{}.ics", "/nowhere/{}/", "/nowhere?token={}"])
def test_a_request_is_logged_without_the_token_of_its_url(client, written, path):
    client.get(path.format(TOKEN))

    assert "/nowhere" in written.getvalue()
    assert TOKEN[:40] not in written.getvalue()


def test_djangos_own_lines_about_a_request_hold_no_token(written):
    request = RequestFactory().get(f"/nowhere/{TOKEN}?token={TOKEN}")

    log_response("%s: %s", "Internal Server Error", request.path, request=request, response=HttpResponse(status=500))

    assert "Internal Server Error: /nowhere/..." in written.getvalue()
    assert TOKEN[:40] not in written.getvalue()


def test_ids_and_names_stay_readable():
    path = "/api/dispatch/reports/01995b4e-6f0a-7cc0-b1d2-e3f405162738/distribution"

    assert without_tokens(path) == path
