from django import template
from django.conf import settings

from payments.gateways.registry import available
from payments.models import Payment

register = template.Library()


@register.simple_tag
def card_page() -> str:
    """Where a browser pays by card; blank where nobody can."""
    return settings.CARD_PAGE if Payment.Gateway.STRIPE in available() else ""
