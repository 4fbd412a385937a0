"""One Stripe account: its payments, what payers and people at its desk do to them, and the events this makes."""

import time
from collections.abc import Callable
from typing import Any

from tests.outside.stripe_errors import Refused, no_such
from tests.outside.stripe_shapes import JSON, Charge, Intent, Refund, new_id

PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "processing")
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
DECLINED = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "insufficient_funds": "Your card has insufficient funds.",
    "payment_intent_authentication_failure": "The provided PaymentMethod has failed authentication.",
}


class Clock:
    """Of the `created` times, and of how long keys are remembered. It runs, from wherever it is set to."""

    def __init__(self) -> None:
        self._ahead: float = 0

    def now(self) -> float:
        return time.time() + self._ahead

    def set(self, at: float) -> None:
        self._ahead = at - time.time()

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Account:
    def __init__(self, clock: Clock, tell: Callable[[str, JSON], None]) -> None:
        self._clock = clock
        self._tell = tell
        self.intents: dict[str, Intent] = {}
        self.charges: dict[str, Charge] = {}
        self.refunds: dict[str, Refund] = {}

    def create(self, amount: int, currency: str, metadata: dict[str, str], description: str | None) -> Intent:
        intent = Intent(amount, currency, self._now(), metadata, description)
        self.intents[intent.id] = intent
        self._tell("payment_intent.created", intent.as_json())
        return intent

    def intent(self, intent_id: str, param: str = "intent") -> Intent:
        if intent_id not in self.intents:
            raise no_such("payment_intent", intent_id, param)
        return self.intents[intent_id]

    def cancel(self, intent: Intent, reason: str | None = None) -> None:
        self._refuse_unless(intent, CANCELABLE, "cancel", "canceled")
        intent.status, intent.canceled_at, intent.cancellation_reason = "canceled", self._now(), reason
        if intent.charge and intent.charge.status == "pending":
            intent.charge.status = "failed"
        self._tell("payment_intent.canceled", intent.as_json())

    def pay(self, intent: Intent) -> None:
        charge = self._charge(intent, "succeeded")
        intent.status, intent.error = "succeeded", None
        self._tell("charge.succeeded", charge.as_json())
        self._tell("payment_intent.succeeded", intent.as_json())

    def decline(self, intent: Intent, code: str = "card_declined") -> None:
        charge = self._charge(intent, "failed")
        reason = {"decline_code": "generic_decline"} if code == "card_declined" else {}
        charge.failure = {"code": code, "message": DECLINED.get(code, "Your card was declined.")}
        intent.status, intent.payment_method = "requires_payment_method", None
        intent.error = {"charge": charge.id, "type": "card_error", **charge.failure, **reason}
        self._tell("charge.failed", charge.as_json())
        self._tell("payment_intent.payment_failed", intent.as_json())

    def require_action(self, intent: Intent) -> None:
        self._refuse_unless(intent, PAYABLE[:3], "confirm", "confirmed")
        intent.status, intent.error, intent.payment_method = "requires_action", None, new_id("pm")
        self._tell("payment_intent.requires_action", intent.as_json())

    def process(self, intent: Intent) -> None:
        """A method that takes days, as a debit does."""
        charge = self._charge(intent, "pending")
        intent.status, intent.error = "processing", None
        self._tell("charge.pending", charge.as_json())
        self._tell("payment_intent.processing", intent.as_json())

    def refund(self, charge: Charge, amount: int | None, status: str, reason: str | None, metadata: JSON) -> Refund:
        left = charge.intent.amount - charge.refunded
        amount = left if amount is None else amount
        if not left:
            raise Refused(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
        if amount > left:
            raise Refused(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                code="amount_too_large",
                param="amount",
            )
        refund = Refund(charge, amount, self._now(), status, reason, metadata)
        charge.refunds.append(refund)
        self.refunds[refund.id] = refund
        self._tell("refund.created", refund.as_json())
        self._tell("charge.refunded", charge.as_json())
        return refund

    def settle_refund(self, refund: Refund) -> None:
        if refund.status != "pending":
            raise Refused(f"This refund is {refund.status}.")
        refund.status = "succeeded"
        self._tell("refund.updated", refund.as_json())

    def fail_refund(self, refund: Refund, reason: str = "lost_or_stolen_card") -> None:
        """Also days after it succeeded, when the bank of the card sends it back."""
        if refund.status == "failed":
            raise Refused("This refund has failed already.")
        refund.status, refund.failure_reason = "failed", reason
        self._tell("refund.updated", refund.as_json())
        self._tell("refund.failed", refund.as_json())

    def paid_charge(self, intent: Intent) -> Charge:
        if intent.charge is None or intent.charge.status != "succeeded":
            raise Refused(f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.")
        return intent.charge

    def charge(self, charge_id: str) -> Charge:
        if charge_id not in self.charges:
            raise no_such("charge", charge_id, "charge")
        return self.charges[charge_id]

    def one_refund(self, refund_id: str) -> Refund:
        if refund_id not in self.refunds:
            raise no_such("refund", refund_id, "refund")
        return self.refunds[refund_id]

    def refunds_of(self, intent_id: str | None, charge_id: str | None, after: str | None = None) -> list[Refund]:
        """Newest first."""
        found = [
            refund
            for refund in reversed(self.refunds.values())
            if intent_id in (None, refund.charge.intent.id) and charge_id in (None, refund.charge.id)
        ]
        if after is None:
            return found
        ids = [refund.id for refund in found]
        if after not in ids:
            raise no_such("refund", after, "starting_after")
        return found[ids.index(after) + 1 :]

    def _charge(self, intent: Intent, status: str) -> Charge:
        """What was pending becomes something; else it is another try."""
        self._refuse_unless(intent, PAYABLE, "confirm", "confirmed")
        intent.payment_method = intent.payment_method or new_id("pm")
        charge = intent.charge
        if charge is None or charge.status != "pending":
            charge = Charge(intent, self._now(), status)
            intent.charges.append(charge)
            self.charges[charge.id] = charge
        charge.status = status
        return charge

    def _refuse_unless(self, intent: Intent, statuses: tuple[str, ...], verb: str, done: str) -> None:
        if intent.status in statuses:
            return
        raise Refused(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent.status}. "
            f"Only a PaymentIntent with one of the following statuses may be {done}: {', '.join(statuses)}.",
            code="payment_intent_unexpected_state",
            payment_intent=intent.as_json(),
        )

    def _now(self) -> int:
        return int(self._clock.now())


def expanded(account: Account, thing: Any, paths: list[str]) -> Any:
    """An id in the way of a path becomes the object; only the lists that are asked for are there."""
    shown = thing.as_json()
    for path in paths:
        inner = shown
        for name in path.split("."):
            inner = _open(account, inner, name)
            if inner is None:
                break
    return shown


def _open(account: Account, shown: JSON, name: str) -> Any:
    kept: dict[str, dict[str, Any]] = {
        "latest_charge": account.charges,
        "charge": account.charges,
        "payment_intent": account.intents,
    }
    if name == "refunds" and shown["object"] == "charge":
        shown.setdefault("refunds", account.charges[shown["id"]].list_of_refunds())
    elif name not in kept or name not in shown:
        raise Refused(f"This property cannot be expanded ({name}).", param="expand")
    elif isinstance(shown[name], str):
        shown[name] = kept[name][shown[name]].as_json()
    return shown[name]
