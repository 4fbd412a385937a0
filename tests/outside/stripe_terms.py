"""What Stripe takes: the terms that go together, and how its lists are shown."""

from collections.abc import Sequence
from typing import Any

from tests.outside.stripe_account import Account, expanded
from tests.outside.stripe_errors import Refused
from tests.outside.stripe_shapes import JSON, Intent, Refund, page
from tests.outside.stripe_wire import expansions, whole_number

LONGEST_PAGE = 100
INTENT_TERMS = (
    "automatic_payment_methods", "confirm", "customer", "description", "metadata", "off_session", "payment_method",
    "setup_future_usage",
)  # fmt: skip
USAGES = ("off_session", "on_session")
REDIRECTS = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`."
)
DETACHED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again."
)


def check_limit(form: dict[str, Any]) -> None:
    if "limit" in form and whole_number(form, "limit") > LONGEST_PAGE:
        raise Refused(f"This value must be less than or equal to {LONGEST_PAGE}.", param="limit")


def check_confirm(form: dict[str, Any]) -> None:
    """Who is away is charged at once, by a method that is named, and taken nowhere."""
    is_confirmed = form.get("confirm") == "true"
    if form.get("off_session") == "true" and not is_confirmed:
        raise Refused("You can only set `off_session` when `confirm` is true.", param="off_session")
    if is_confirmed and not form.get("payment_method"):
        raise Refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    if is_confirmed and redirects(form) != "never":
        raise Refused(REDIRECTS)


def redirects(form: dict[str, Any]) -> str:
    return str(form.get("automatic_payment_methods", {}).get("allow_redirects", "always"))


def listed(found: Sequence[Intent | Refund], form: dict[str, Any], account: Account, url: str) -> JSON:
    limit = int(form.get("limit", 10))
    paths = [path.removeprefix("data.") for path in expansions(form)]
    shown = [expanded(account, one, paths) for one in found[:limit]]
    return page(shown, len(found) > limit, url)
