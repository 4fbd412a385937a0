"""Notices by what a caller or a log knows of them."""

from django.db.models import QuerySet

from accounts.addresses import is_email, normalise
from accounts.models import User
from core.ids import uuid_or_none
from notifications.models import Notice


def notices_about(text: str) -> QuerySet[Notice]:
    """The id of a notice or of its recipient, an email address, a phone number, a subject such as `shifts.offer:17` or
    its key alone, or a name.
    """
    text = text.strip()
    if user_or_notice := uuid_or_none(text):
        found = Notice.objects.filter(pk=user_or_notice) | Notice.objects.filter(recipient=user_or_notice)
        return found | Notice.objects.filter(subject_key=str(user_or_notice))
    if is_email(text):
        return _told_to(User.objects.filter(email=normalise(text)))
    if text.startswith(("+", "00")):
        return _told_to(User.objects.filter(phone=normalise(text)))
    kind, colon, key = text.rpartition(":")
    if colon:
        return Notice.objects.filter(subject_kind=kind, subject_key=key)
    return Notice.objects.filter(subject_key=text) | _told_to(User.objects.filter(full_name__icontains=text))


def _told_to(users: QuerySet[User]) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient__in=users)
