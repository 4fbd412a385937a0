"""What a customer gets back who cancels. A policy is a list of `{"hours": 48, "percent": 50}`: with at least so many
hours to go, so many percent. The kindest that applies counts, and without any that applies nothing is given back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_TIERS = 10
MOST_HOURS = 24 * 366


class Tier(TypedDict):
    hours: int
    percent: int


def kindly() -> list[Tier]:
    """All of it until a day before."""
    return [{"hours": 24, "percent": 100}]


def percent_back(policy: Sequence[Tier], start_at: datetime, now: datetime) -> int:
    left = start_at - now
    return max((tier["percent"] for tier in policy if left >= timedelta(hours=tier["hours"])), default=0)


def share(amount: int, percent: int) -> int:
    """In minor units; half of one goes to the customer."""
    return (amount * percent + 50) // 100


def validate_policy(value: object) -> None:
    if not isinstance(value, list) or len(value) > MOST_TIERS:
        raise ValidationError(_("A policy is a list of %(most)s entries at most."), params={"most": MOST_TIERS})
    for number, tier in enumerate(value, start=1):
        is_tier = isinstance(tier, dict) and tier.keys() == Tier.__annotations__.keys()
        if not is_tier or type(tier["hours"]) is not int or type(tier["percent"]) is not int:
            raise ValidationError(
                _("Entry %(number)s: give hours and percent, nothing else."), params={"number": number}
            )
        if not (0 <= tier["hours"] <= MOST_HOURS and 0 <= tier["percent"] <= 100):
            message = _("Entry %(number)s: hours within a year, and 0 to 100 percent.")
            raise ValidationError(message, params={"number": number})
