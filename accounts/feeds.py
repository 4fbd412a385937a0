"""Secret URLs of calendars: a calendar app shows no token in a header, so the URL itself says who may read.

A token is signed, not stored: her id and a generation, under Django's SECRET_KEY. So it can be shown to its owner as
often as she asks, a copy of the database opens no calendar, and renewing the URL is counting on, which ends every
earlier one. Changing SECRET_KEY ends them all.
"""

from django.core.signing import BadSignature, Signer
from django.db.models import F

from accounts.models import Feed, User
from core.errors import NotFound
from core.unit import unit


def feed_url_token(user: User, name: str) -> str:
    """For a query string or a path: letters, digits, `-`, `_` and dots."""
    return _signer(name).sign(f"{user.pk.hex}.{_generation(user, name)}")


def user_of(token: str, name: str) -> User:
    try:
        user_id, generation = _signer(name).unsign(token).split(".")
    except (BadSignature, UnicodeError):
        raise NotFound from None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or int(generation) != _generation(user, name):
        raise NotFound
    return user


@unit
def renew_feed(user: User, name: str) -> str:
    """The new token; the URL given out before leads nowhere from now on."""
    feed, _ = Feed.objects.get_or_create(user=user, name=name)
    Feed.objects.filter(pk=feed.pk).update(generation=F("generation") + 1)
    return feed_url_token(user, name)


def _generation(user: User, name: str) -> int:
    return user.feeds.filter(name=name).values_list("generation", flat=True).first() or 1


def _signer(name: str) -> Signer:
    return Signer(sep=".", salt=f"accounts.feeds.{name}")
