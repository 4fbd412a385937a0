from typing import Any

from django.utils import timezone

from accounts.models import User
from core.api import read
from shifts import selectors, services
from shifts.serializers import OfferOut, ShiftIdIn


def accept_offer(user: User, data: dict[str, Any]) -> dict[str, Any]:
    offer = selectors.offer_of(user, **read(ShiftIdIn, data))
    return OfferOut(services.accept_offer(offer, now=timezone.now())).data


def reject_offer(user: User, data: dict[str, Any]) -> dict[str, Any]:
    offer = selectors.offer_of(user, **read(ShiftIdIn, data))
    return OfferOut(services.reject_offer(offer, now=timezone.now())).data


def drop_shift(user: User, data: dict[str, Any]) -> dict[str, Any]:
    offer = selectors.offer_of(user, **read(ShiftIdIn, data))
    return OfferOut(services.drop_shift(offer, now=timezone.now())).data


COMMANDS = {
    "shifts.accept_offer": accept_offer,
    "shifts.reject_offer": reject_offer,
    "shifts.drop_shift": drop_shift,
}
