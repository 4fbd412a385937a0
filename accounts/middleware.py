import re
from collections.abc import Callable
from itertools import dropwhile

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.errors import AppTooOld

VERSION = re.compile(r"v?([0-9]{1,9}(?:\.[0-9]{1,9})*)")


def app_version_gate(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """426 on the API for apps whose X-App-Version is below MINIMUM_APP_VERSION. Callers that name none may pass."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") and is_too_old(request.headers.get("X-App-Version", "")):
            refusal = AppTooOld(minimum_version=settings.MINIMUM_APP_VERSION)
            return JsonResponse(refusal.envelope(), status=refusal.status)
        return get_response(request)

    return middleware


def is_too_old(version: str) -> bool:
    numbers, minimum = _numbers(version), _numbers(settings.MINIMUM_APP_VERSION)
    return numbers is not None and minimum is not None and numbers < minimum


def _numbers(version: str) -> tuple[int, ...] | None:
    """2.10.0-beta+7 -> (2, 10); None for what is no version."""
    found = VERSION.match(version)
    if found is None:
        return None
    backwards = dropwhile(lambda number: number == 0, reversed([int(part) for part in found[1].split(".")]))
    return tuple(backwards)[::-1]
