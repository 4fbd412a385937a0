"""Finding what somebody has named."""

from django.db.models import Q

from accounts.addresses import normalise
from core.ids import uuid_or_none
from dispatch import selectors
from dispatch.errors import NoSuchReport, NoSuchUser
from dispatch.models import DamageReport, Professional

SHOWN_OF_ID = 8


def find_report(text: str) -> DamageReport:
    """By its id, or by the end of it that the admin shows."""
    text = text.strip().lower()
    key = uuid_or_none(text)
    if key is not None:
        return selectors.report(key)
    found = list(selectors.reports().filter(pk__endswith=text)[:2]) if len(text) >= SHOWN_OF_ID else []
    if not found:
        raise NoSuchReport
    if len(found) > 1:
        raise NoSuchReport("Several reports end so. Give the whole id.")
    return found[0]


def find_professional(text: str) -> Professional:
    """By her id, email address or phone number."""
    key, address = uuid_or_none(text.strip()), normalise(text)
    named = Q(pk=key) if key else Q(user__email=address) | Q(user__phone=address)
    found = Professional.objects.filter(named).select_related("user").first()
    if found is None:
        raise NoSuchUser("There is no such professional here.")
    return found
