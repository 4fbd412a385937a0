from functools import cache

from django.conf import settings

from payments.errors import NoSuchGateway
from payments.gateways.cash import Cash
from payments.gateways.port import Gateway
from payments.gateways.stripe import Stripe
from payments.models import Payment

MAKERS: dict[str, type[Gateway]] = {Payment.Gateway.STRIPE: Stripe, Payment.Gateway.CASH: Cash}


def gateway(name: str) -> Gateway:
    if name not in available():
        raise NoSuchGateway
    return _made(name, settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


def available() -> list[str]:
    """Stripe is there once it has a key."""
    return [name for name in MAKERS if name != Payment.Gateway.STRIPE or settings.STRIPE_API_KEY]


@cache
def _made(name: str, *configured: str) -> Gateway:
    """Made anew where the configuration is another: it is read when one is made."""
    return MAKERS[name]()
