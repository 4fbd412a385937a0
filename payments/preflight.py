"""Can people pay here? Each check answers with what it found, good or bad."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from payments.backlog import backlogs
from payments.errors import GatewayAway, GatewayRefused
from payments.gateways.registry import available, gateway
from payments.models import Payment

LONGEST_WAIT = 3600.0  # seconds a webhook or a command may wait

Found = tuple[bool, str]


def payments() -> Iterator[Found]:
    yield from _stripe()
    for backlog in backlogs(timezone.now()):
        yield backlog.age < LONGEST_WAIT, f"{backlog.waiting} {backlog.name} wait, for up to {backlog.age:.0f} s"
        yield not backlog.failed, f"{backlog.failed} {backlog.name} failed and need somebody"


def _stripe() -> Iterator[Found]:
    if Payment.Gateway.STRIPE not in available():
        yield True, "stripe is not configured: nobody can pay by it"
        return
    if not settings.STRIPE_WEBHOOK_SECRETS:
        yield False, "STRIPE_WEBHOOK_SECRETS is empty: no call of Stripe is believed"
    try:
        gateway(Payment.Gateway.STRIPE).retrieve("pi_of_preflight")
    except GatewayRefused:  # there is none: so our key was taken
        yield True, "stripe answers"
    except GatewayAway as error:
        yield False, f"stripe: {type(error.__cause__).__name__}"
