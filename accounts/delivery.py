"""How words reach an address. Text messages come with notifications; until then a phone is refused, not pretended."""

import logging

from django.core.mail import send_mail

from accounts.addresses import is_email
from accounts.errors import SmsNotConfigured

logger = logging.getLogger(__name__)


def refuse_unreachable(address: str) -> None:
    if not is_email(address):
        logger.warning("sms_not_configured")
        raise SmsNotConfigured


def deliver(address: str, subject: str, text: str) -> None:
    """Waits for a mail server: never inside a unit, and on a worker."""
    refuse_unreachable(address)
    send_mail(subject, text, None, [address])
