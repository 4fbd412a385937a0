"""How words reach an address: mail by Django, text messages by the carrier that an upper layer's wiring declares."""

import logging
from typing import Protocol

from django.core.mail import send_mail

from accounts.addresses import is_email
from accounts.errors import SmsNotConfigured
from core.wiring import declared

logger = logging.getLogger(__name__)


class Carrier(Protocol):
    """Of text messages: `CARRIERS = {"sms": ...}`."""

    def is_configured(self) -> bool: ...

    def send(self, address: str, text: str) -> None:
        """Waits until the provider has it; raises if it did not take it."""


def refuse_unreachable(address: str) -> None:
    if not is_email(address):
        _carrier()


def deliver(address: str, subject: str, text: str) -> None:
    """Waits for a mail server or a carrier: never inside a unit, and on a worker."""
    if is_email(address):
        send_mail(subject, text, None, [address])
    else:
        _carrier().send(address, text)


def _carrier() -> Carrier:
    carrier: Carrier | None = declared("CARRIERS").get("sms")
    if carrier is None or not carrier.is_configured():
        logger.warning("sms_not_configured")
        raise SmsNotConfigured
    return carrier
