"""How this house says no: one family of refusals, one envelope, whatever the edge."""

from typing import Any


class DomainError(Exception):
    """A refusal. Subclasses say the state that stands in the way; `details` holds what helps the caller."""

    code = "refused"
    message = "This is not possible now."
    status = 409
    is_temporary = False
    retry_after_ms: int | None = None

    def __init__(self, message: str | None = None, *, retry_after_ms: int | None = None, **details: Any) -> None:
        self.message = message or self.message
        self.retry_after_ms = retry_after_ms if retry_after_ms is not None else self.retry_after_ms
        self.details = details
        super().__init__(self.message)

    def envelope(self) -> dict[str, Any]:
        envelope: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            envelope["details"] = self.details
        if self.is_temporary:
            envelope["temporary"] = True
        if self.retry_after_ms is not None:
            envelope["retry_after_ms"] = self.retry_after_ms
        return envelope


class Invalid(DomainError):
    code = "invalid"
    message = "Some fields need another look."
    status = 400


class Unauthenticated(DomainError):
    code = "unauthenticated"
    message = "Sign in first."
    status = 401
    scheme = "Bearer"  # what to authenticate by


class Forbidden(DomainError):
    code = "forbidden"
    message = "You may not do this."
    status = 403


class NotFound(DomainError):
    code = "not_found"
    message = "There is no such thing here."
    status = 404


class TooManyRequests(DomainError):
    code = "rate_limited"
    message = "Too many requests. Try again a little later."
    status = 429
    is_temporary = True


class Busy(DomainError):
    """The database or a neighbour could not answer now; nothing was done and the same request may be sent again."""

    code = "busy"
    message = "The server is busy. Try again in a moment."
    status = 503
    is_temporary = True
    retry_after_ms = 1000


def refuse(refusal: type[DomainError], *, unless: object, **details: Any) -> None:
    if not unless:
        raise refusal(**details)
