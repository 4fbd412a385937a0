"""Can deposits be paid, where they are asked for?"""

from collections.abc import Iterator

from django.conf import settings

from dispatch.conf import limits
from payments.gateways.registry import available


def deposits(percent: int = limits.deposit_percent) -> Iterator[tuple[bool, str]]:
    if percent:
        by = settings.DEPOSIT_GATEWAY
        yield by in available(), f"deposits of {percent} % are paid by {by}"
