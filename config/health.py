"""Is this process alive, may traffic be sent to it, and what does it count."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from core.wiring import hooks
from realtime import nodes
from realtime.bus import bus
from realtime.hub import hub
from realtime.models import Node

for collector in hooks("COLLECTORS"):
    REGISTRY.register(collector)


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """503 only for what another process could do better: the database is away, or this one is draining.

    A stopped Redis or worker is told, but must not take every web process out of service.
    """
    database = _database()
    report = {
        "database": database,
        "draining": hub.is_draining,
        "bus": bus.is_up,
        **({f"{role}s": len(nodes.alive(role)) for role in Node.Role} if database else {}),
    }
    is_ready = database and not hub.is_draining
    return JsonResponse({"ready": is_ready, **report}, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the driver or its pool raises, the answer is no
        return False
    return True
