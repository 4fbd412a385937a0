"""How a test plays the payers of Stripe, the people at its desk, and the order of its calls."""

from collections.abc import Callable
from typing import Any

JSON = dict[str, Any]


class StripeDesk:
    """`world.control("stripe", …)` takes, beside outage, latency_ms and script (by the names of the library's calls:
    {"refunds.create": "lost:1"}; also flaky, slow, internal, quota, locked, inuse):

    * webhook_url: who is called. Events are called about in order and at once, again after retry_ms (which doubles)
      until the answer is a 2xx. With held=True none are, but by `deliver`.
    * webhook_secrets: those that sign; several while one is being replaced.
    * refund_status: what a new refund is, "succeeded" or "pending".
    * clock: seconds since 1970, or advance: seconds. It is for what is created and for how long keys are remembered;
      calls are signed by the true time, unless `deliver` says otherwise.

    An act that Stripe would refuse is a ValueError with its words.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def pay(self, intent_id: str) -> JSON:
        return self._act("pay", intent=intent_id)

    def decline(self, intent_id: str, code: str = "card_declined") -> JSON:
        return self._act("decline", intent=intent_id, code=code)

    def require_action(self, intent_id: str) -> JSON:
        return self._act("require_action", intent=intent_id)

    def process(self, intent_id: str) -> JSON:
        """By a method that takes days; then pay or decline it."""
        return self._act("process", intent=intent_id)

    def refund(self, intent_id: str, amount: int | None = None) -> JSON:
        """By a person at the desk: nobody else knows of it."""
        return self._act("refund", intent=intent_id, amount=amount)

    def settle_refund(self, refund_id: str) -> JSON:
        return self._act("settle_refund", refund=refund_id)

    def fail_refund(self, refund_id: str, reason: str = "lost_or_stolen_card") -> JSON:
        """Also one that succeeded."""
        return self._act("fail_refund", refund=refund_id, reason=reason)

    def spoil(self, method_id: str, code: str = "insufficient_funds") -> JSON:
        """From now on its charges are declined; "authentication_required" wants its owner, and "" makes it good."""
        return self._act("spoil", method=method_id, code=code)

    def customers(self) -> list[JSON]:
        """Oldest first."""
        found: list[JSON] = self._ask("control/stripe/customers")
        return found

    def methods(self) -> list[JSON]:
        """Oldest first, of all payers; `customer` is whose it is, if it may be charged again."""
        found: list[JSON] = self._ask("control/stripe/methods")
        return found

    def intents(self) -> list[JSON]:
        """Oldest first, with their last charge and its refunds."""
        found: list[JSON] = self._ask("control/stripe/intents")
        return found

    def events(self, type: str = "") -> list[JSON]:
        """Oldest first: id, type, created, object, and the statuses that calls were answered with (0: not at all)."""
        return [event for event in self._ask("control/stripe/events") if type in ("", event["type"])]

    def deliver(self, event_id: str, **how: Any) -> list[int]:
        """Call about it now, and answer with the statuses.

        times=3 calls as often, at_once=True in parallel; age=301 signs as of so many seconds ago, signed_at=… as of
        then; secret="…" signs by another; is_live=True says it is of real money.
        """
        answered: list[int] = self._act("deliver", event=event_id, **how)
        return answered

    def settle(self) -> None:
        """Wait until all calls that are due were made."""
        self._act("settled")

    def _act(self, act: str, **terms: Any) -> Any:
        return self._ask(f"control/stripe/{act}", terms)
