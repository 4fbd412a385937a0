import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from uuid_utils.compat import uuid7

from core.logs import traced, without_tokens

logger = logging.getLogger("requests")

ACCEPTED_ID = re.compile(r"[\w.-]{1,64}")
QUIET = {"/healthz", "/readyz", "/metrics"}


def request_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id (the caller's own X-Request-ID when it is a sane one), log it, and answer with it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-ID", "")
        request_id = asked if ACCEPTED_ID.fullmatch(asked) else uuid7().hex
        started = time.perf_counter()
        with traced(request_id=request_id):
            response = get_response(request)
            if request.path not in QUIET:
                took = round((time.perf_counter() - started) * 1000, 1)
                path = without_tokens(request.path)
                line = {"method": request.method, "path": path, "status": response.status_code, "ms": took}
                logger.info("request", extra=line)
        response["X-Request-ID"] = request_id
        return response

    return middleware
