"""No more mails of a kind, by a link that needs no sign-in: whoever holds it has the mail."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core import signing

from accounts.models import User
from core.unit import unit
from notifications import catalogue
from notifications.errors import LinkBroken
from notifications.models import Preference
from notifications.trees import EMAIL

SALT = "notifications.unsubscribing"


def link(user_id: UUID, kind: str) -> str:
    """It stays good for as long as SECRET_KEY does: a mail may be read years later."""
    token = signing.dumps([user_id.hex, kind], salt=SALT)
    return f"{settings.PUBLIC_URL.rstrip('/')}/api/unsubscribe/{token}"


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


@unit
def unsubscribe(subscription: Subscription) -> None:
    """Safe to repeat. A kind that has become mandatory since the mail was written stays."""
    if subscription.is_mandatory:
        return
    Preference.objects.bulk_create(
        [Preference(user=subscription.user, kind=subscription.kind, channel=EMAIL, is_enabled=False)],
        update_conflicts=True,
        unique_fields=["user", "kind", "channel"],
        update_fields=["is_enabled"],
    )
