"""Where scans are sent: to the service in this process, or to a server over HTTP, as a gate does."""

import json
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from accounts.signing import SCHEME, Message
from fleet.services.scans import Seen, record_scans
from fleet.sources import Source

PATH = "/api/fleet/scans"
ANSWER_SECONDS = 60
PAUSES = [0.2, 0.5, 1, 2, 5, 10, 20]  # between tries, after which we give up
OK = 200
BUSY = {429, 502, 503, 504}


class Refused(Exception):
    """The server takes nothing of us. The message has what it says."""


class ToService:
    def __init__(self, source: str) -> None:
        self._source = Source(source)

    def __call__(self, scans: Sequence[Seen]) -> list[str]:
        outcomes = record_scans(self._source, scans, now=timezone.now())
        return [outcome.refusal.code if outcome.refusal else str(outcome.result) for outcome in outcomes]


class ToServer:
    """Signs as docs/clients/machines.md says. What got no answer is sent again: no harm if it was taken."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        place = urlsplit(url)
        connection = HTTPSConnection if place.scheme == "https" else HTTPConnection
        self._connection = connection(place.netloc, timeout=ANSWER_SECONDS)
        self._path = place.path.rstrip("/") + PATH
        self._key = key
        self._secret = secret

    def __call__(self, scans: Sequence[Seen]) -> list[str]:
        body = json.dumps({"scans": [_shape(scan) for scan in scans]}).encode()
        outcomes = self._post(body)["outcomes"]
        return [outcome["refusal"]["code"] if "refusal" in outcome else outcome["result"] for outcome in outcomes]

    def _post(self, body: bytes) -> Any:
        complaint = ""
        for pause in [*PAUSES, 0]:
            try:
                status, later, answer = self._ask(body)
            except (OSError, HTTPException) as error:
                self._connection.close()
                complaint, later = f"{type(error).__name__}: {error}", 0
            else:
                if status == OK:
                    return json.loads(answer)
                complaint = f"{status} {answer.decode(errors='replace')[:500]}"
                if status not in BUSY:
                    raise Refused(complaint)
            time.sleep(max(pause, later))
        raise Refused(complaint)

    def _ask(self, body: bytes) -> tuple[int, float, bytes]:
        """Signed anew each time: a signature is good once."""
        headers = {"Content-Type": "application/json", "Authorization": self._authorization(body)}
        self._connection.request("POST", self._path, body, headers)
        answer = self._connection.getresponse()
        later = answer.headers.get("Retry-After", "")
        return answer.status, float(later) if later.isdigit() else 0, answer.read()

    def _authorization(self, body: bytes) -> str:
        timestamp = f"{time.time():.9f}"
        signature = Message("POST", self._path.encode(), body).signature(self._secret, timestamp)
        return f"{SCHEME} key={self._key},timestamp={timestamp},signature={signature}"


def _shape(scan: Seen) -> dict[str, str]:
    return {
        "event_id": scan.event_id,
        "plate": scan.plate,
        "direction": scan.direction,
        "at": scan.at.isoformat(),
        "gate": scan.gate,
    }
