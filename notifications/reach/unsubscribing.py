"""No more mails of a kind, by a link that needs no sign-in: whoever holds it has the mail."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core import signing

from accounts.models import User
from notifications import catalogue
from notifications.errors import LinkBroken
from notifications.reach import preferences
from notifications.trees import EMAIL

SALT = "notifications.unsubscribing"


def link(user_id: UUID, kind: str) -> str:
    """It stays good for as long as SECRET_KEY does: a mail may be read years later. Query strings are not logged."""
    token = signing.dumps([user_id.hex, kind], salt=SALT)
    return f"{settings.PUBLIC_URL.rstrip('/')}/api/unsubscribe?token={token}"


@dataclass(frozen=True, slots=True)
class Subscription:
    user: User
    kind: str

    @classmethod
    def by(cls, token: str) -> Self:
        try:
            user_id, kind = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            raise LinkBroken from None
        user = User.objects.filter(pk=UUID(user_id)).first()
        if user is None:
            raise LinkBroken
        return cls(user, kind)

    @property
    def title(self) -> str:
        return catalogue.kind(self.kind).title

    @property
    def is_mandatory(self) -> bool:
        return catalogue.kind(self.kind).is_mandatory


def unsubscribe(subscription: Subscription) -> None:
    """Safe to repeat. A kind that has become mandatory since the mail was written stays."""
    if not subscription.is_mandatory:
        preferences.choose(subscription.user.pk, channels={}, kinds={subscription.kind: {EMAIL: False}})
