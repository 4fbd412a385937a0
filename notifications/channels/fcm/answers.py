"""What FCM's answers mean. Every row is in tests/notifications/fcm/test_answers.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from notifications.channels.http import brief, retry_after
from notifications.channels.parcel import Outcome, Scope, Verdict

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
ADDRESS_FIELDS = {"message.token", "message.fid"}


class NotSent(Exception):
    """It ended before FCM was asked; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.error)
        self.outcome = outcome


@dataclass(frozen=True)
class Answer:
    http: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_unauthenticated(self) -> bool:
        """Our own token was refused; a code of FCM's would speak of the key for Apple or for the browsers."""
        return self.http == 401 and self._said is not None and not self._code

    @property
    def doubts_address(self) -> bool:
        """Nothing of the message is named as wrong, so it may be the address: FCM has one code for both."""
        if self.http != 400 or self._violated_fields - ADDRESS_FIELDS:
            return False
        return self._code == "INVALID_ARGUMENT" or bool(self._violated_fields)

    def outcome(self, address: str = "") -> Outcome:
        said = self._said
        if said is None:
            # A balancer or a proxy spoke in FCM's place.
            return self._as(Verdict.TRANSIENT, f"HTTP_{self.http}", "Not an answer of FCM.")
        if self.http == 200:
            return Outcome(Verdict.ACCEPTED, http=200, provider_id=said["name"])
        verdict, scope = _verdict(self.http, self._code)
        code = self._code or str(self._error.get("status") or f"HTTP_{self.http}")
        return replace(self._as(verdict, code, brief(str(self._error.get("message", "")), address)), scope=scope)

    def _as(self, verdict: Verdict, code: str, error: str) -> Outcome:
        may_be_later = verdict in (Verdict.LIMITED, Verdict.TRANSIENT)
        wait = retry_after(self.headers) if may_be_later else None
        return Outcome(verdict, code, self.http, retry_after=wait, error=error)

    @cached_property
    def _said(self) -> dict[str, Any] | None:
        """The parsed body, if FCM wrote it."""
        try:
            said = json.loads(self.body)
        except ValueError:
            return None
        key, kind = ("name", str) if self.http == 200 else ("error", dict)
        return said if isinstance(said, dict) and isinstance(said.get(key), kind) else None

    @property
    def _error(self) -> dict[str, Any]:
        return (self._said or {}).get("error", {})

    @cached_property
    def _code(self) -> str:
        return next((str(detail.get("errorCode", "")) for detail in self._details(FCM_ERROR)), "")

    @cached_property
    def _violated_fields(self) -> set[str]:
        violations = [each for detail in self._details(BAD_REQUEST) for each in detail.get("fieldViolations", [])]
        return {str(each.get("field", "")) for each in violations}

    def _details(self, kind: str) -> list[dict[str, Any]]:
        return [detail for detail in self._error.get("details") or [] if detail.get("@type") == kind]


def _verdict(http: int, code: str) -> tuple[Verdict, Scope]:
    match http, code:
        case (404, "UNREGISTERED") | (403, "SENDER_ID_MISMATCH"):
            return Verdict.DEAD, Scope.LANE
        case 401, "THIRD_PARTY_AUTH_ERROR" | "APNS_AUTH_ERROR":
            return Verdict.MISCONFIGURED, Scope.LANE
        case (401, _) | (403, ""):
            return Verdict.MISCONFIGURED, Scope.CHANNEL
        case 429, _:
            return Verdict.LIMITED, Scope.LANE
        case ((408 | 499), _):  # given up midway
            return Verdict.TRANSIENT, Scope.LANE
        case _ if 400 <= http < 500:
            return Verdict.REJECTED, Scope.LANE
        case _:
            return Verdict.TRANSIENT, Scope.LANE
