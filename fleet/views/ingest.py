"""Where gates and patrols post what they saw. Repeats change nothing, so that no Idempotency-Key is needed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.machines import MACHINES_TOO, HasScope, Machine
from core.api import read, refusal_of
from core.errors import DomainError
from fleet import sources
from fleet.arrivals import Outcome, Result
from fleet.permissions import IsOfTheFleet
from fleet.serializers import OutcomesOut, ScanIn, ScansIn, ViolationIn, ViolationsIn
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.sources import Source


class Scans(APIView):
    authentication_classes = MACHINES_TOO
    permission_classes = [HasScope("fleet.scans", people=IsOfTheFleet)]

    @extend_schema(request=ScansIn, responses=OutcomesOut)
    def post(self, request: Request) -> Response:
        return _take(request, read(ScansIn, request.data)["scans"], ScanIn, Seen, record_scans)


class Violations(APIView):
    authentication_classes = MACHINES_TOO
    permission_classes = [HasScope("fleet.violations", people=IsOfTheFleet)]

    @extend_schema(request=ViolationsIn, responses=OutcomesOut)
    def post(self, request: Request) -> Response:
        return _take(request, read(ViolationsIn, request.data)["violations"], ViolationIn, Reported, report_violations)


def _take(
    request: Request,
    sent: Sequence[Any],
    shape: type[Serializer],
    event: Callable[..., Any],
    record: Callable[..., list[Outcome]],
) -> Response:
    """Of a batch each stands or falls alone: a device that keeps one bad event would never get rid of the others."""
    readings = [_read(shape, one) for one in sent]
    good = [event(**reading) for reading in readings if isinstance(reading, dict)]
    recorded = iter(record(_source(request), good, now=timezone.now()) if good else [])
    outcomes = [
        next(recorded) if isinstance(reading, dict) else Outcome(_event_id(one), Result.REFUSED, reading)
        for one, reading in zip(sent, readings, strict=True)
    ]
    return Response({"outcomes": [_shown(outcome) for outcome in outcomes]})


def _read(shape: type[Serializer], sent: Any) -> dict[str, Any] | DomainError:
    try:
        return read(shape, sent)
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        return refusal


def _event_id(sent: Any) -> str | None:
    event_id = sent.get("event_id") if isinstance(sent, dict) else None
    return event_id if isinstance(event_id, str) else None


def _source(request: Request) -> Source:
    if isinstance(request.auth, Machine):
        return sources.of_device(request.auth.key_id)
    return sources.of_person(request.user)


def _shown(outcome: Outcome) -> dict[str, Any]:
    shown: dict[str, Any] = {"event_id": outcome.event_id, "result": outcome.result}
    return shown if outcome.refusal is None else {**shown, "refusal": outcome.refusal.envelope()}
