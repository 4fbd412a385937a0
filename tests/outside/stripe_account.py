"""One Stripe account: its payments, what payers and people at its desk do to them, and the events this makes."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.outside.stripe_errors import Refused, no_such
from tests.outside.stripe_shapes import JSON, Charge, Customer, Intent, Method, Refund

PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "processing")
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
# Why a card is declined: Stripe's code, the bank's, and the words for the payer.
DECLINED: dict[str, tuple[str, str | None, str]] = {
    "card_declined": ("card_declined", "generic_decline", "Your card was declined."),
    "expired_card": ("expired_card", "expired_card", "Your card has expired."),
    "insufficient_funds": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "authentication_required": (
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
    "payment_intent_authentication_failure": (
        "payment_intent_authentication_failure",
        None,
        "The provided PaymentMethod has failed authentication.",
    ),
}

Listed = TypeVar("Listed", Intent, Refund)


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
        self.customers: dict[str, Customer] = {}
        self.methods: dict[str, Method] = {}

    def create(
        self, amount: int, currency: str, metadata: dict[str, str], description: str | None, **more: str | None
    ) -> Intent:
        intent = Intent(amount, currency, self._now(), metadata, description, **more)  # type: ignore[arg-type]
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
        if intent.future_usage and intent.customer and intent.payment_method:
            self.attach(self.methods[intent.payment_method], intent.customer)
        self._tell("charge.succeeded", charge.as_json())
        self._tell("payment_intent.succeeded", intent.as_json())

    def decline(self, intent: Intent, code: str = "card_declined") -> None:
        charge = self._charge(intent, "failed")
        if code not in DECLINED:
            raise Refused(f"No card is declined for {code}.")
        its_code, of_bank, words = DECLINED[code]
        charge.failure = {"code": its_code, "message": words}
        reason = {"decline_code": of_bank} if of_bank else {}
        method = self.methods[str(intent.payment_method)].as_json()
        intent.status, intent.payment_method = "requires_payment_method", None
        intent.error = {
            "charge": charge.id, "type": "card_error", "payment_method": method, **charge.failure, **reason
        }  # fmt: skip
        self._tell("charge.failed", charge.as_json())
        self._tell("payment_intent.payment_failed", intent.as_json())

    def require_action(self, intent: Intent) -> None:
        self._refuse_unless(intent, PAYABLE[:3], "confirm", "confirmed")
        intent.status, intent.error, intent.payment_method = "requires_action", None, self._new_method().id
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

    def create_customer(self, metadata: dict[str, str]) -> Customer:
        customer = Customer(self._now(), metadata)
        self.customers[customer.id] = customer
        self._tell("customer.created", customer.as_json())
        return customer

    def customer(self, customer_id: str) -> Customer:
        if customer_id not in self.customers:
            raise no_such("customer", customer_id, "customer")
        return self.customers[customer_id]

    def method(self, method_id: str) -> Method:
        if method_id not in self.methods:
            raise no_such("PaymentMethod", method_id, "payment_method")
        return self.methods[method_id]

    def attach(self, method: Method, customer_id: str) -> None:
        if method.customer != customer_id:
            method.customer, method.was_attached = customer_id, True
            self._tell("payment_method.attached", method.as_json())

    def detach(self, method: Method) -> None:
        if method.customer is None:
            raise Refused(
                "The payment method you provided is not attached to a customer so detachment is impossible."
            )  # fmt: skip
        method.customer = None
        self._tell("payment_method.detached", method.as_json())

    def confirm(self, intent: Intent, method: Method) -> None:
        """Of a payer who is away: it is paid or declined, there and then."""
        self._refuse_unless(intent, PAYABLE[:3], "confirm", "confirmed")
        intent.payment_method = method.id
        if not method.declines:
            self.pay(intent)
            return
        self.decline(intent, method.declines)
        assert intent.error is not None
        terms = {name: value for name, value in intent.error.items() if name not in ("message", "type")}
        raise Refused(intent.error["message"], status=402, type="card_error", **terms, payment_intent=intent.as_json())

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
        return _those_after(after, found, "refund")

    def intents_of(self, customer: str | None, after: str | None = None) -> list[Intent]:
        """Newest first."""
        found = [intent for intent in reversed(self.intents.values()) if customer in (None, intent.customer)]
        return _those_after(after, found, "payment_intent")

    def _charge(self, intent: Intent, status: str) -> Charge:
        """What was pending becomes something; else it is another try."""
        self._refuse_unless(intent, PAYABLE, "confirm", "confirmed")
        intent.payment_method = intent.payment_method or self._new_method().id
        charge = intent.charge
        if charge is None or charge.status != "pending":
            charge = Charge(intent, self._now(), status)
            intent.charges.append(charge)
            self.charges[charge.id] = charge
        charge.status = status
        return charge

    def _new_method(self) -> Method:
        method = Method(self._now())
        self.methods[method.id] = method
        return method

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


def _those_after(last: str | None, found: list[Listed], kind: str) -> list[Listed]:
    if last is None:
        return found
    ids = [one.id for one in found]
    if last not in ids:
        raise no_such(kind, last, "starting_after")
    return found[ids.index(last) + 1 :]


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
