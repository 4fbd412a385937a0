"""Codes that prove an address: asked for by a row, drawn and sent by a worker, spent once."""

import logging
import secrets
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import delivery, selectors
from accounts.models import Code, User
from core.unit import unit

logger = logging.getLogger(__name__)

LIFE = timedelta(minutes=10)
MOST_ATTEMPTS = 5


@unit
def ask(*, purpose: Code.Purpose, address: str, now: datetime) -> Code:
    """One live code per address and purpose: asking again forgets the one before."""
    code = Code(address=address, purpose=purpose, expires_at=now + LIFE)
    Code.objects.bulk_create(
        [code],
        update_conflicts=True,
        unique_fields=["address", "purpose"],
        update_fields=["digest", "attempts", "expires_at"],
    )
    return code


def send(code_id: int) -> None:
    """Draw the digits and send them, once, if the address is somebody's. What failed is left for the sweep."""
    digits = f"{secrets.randbelow(1_000_000):06}"
    code = _claim(code_id, digits)
    if code is None:
        return
    user = _addressee(code)
    if user is None:
        return
    try:
        with translation.override(user.locale):
            delivery.deliver(code.address, *_words(code, digits))
    except Exception as error:  # whatever a mail server's or a carrier's client raises
        # Without its text, which may hold the address.
        logger.warning("code_not_sent", extra={"code_id": code_id, "error": type(error).__name__})
        _release(code)


def unsent(now: datetime) -> QuerySet[Code]:
    return Code.objects.filter(digest="", expires_at__gt=now)


@unit
def spend(*, purpose: Code.Purpose, address: str, digits: str, now: datetime) -> bool:
    """Whether these are the digits. Every guess is counted before it is looked at."""
    live = Code.objects.filter(purpose=purpose, address=address, expires_at__gt=now).exclude(digest="")
    if not live.filter(attempts__lt=MOST_ATTEMPTS).update(attempts=F("attempts") + 1):
        return False
    deleted, _by_model = live.filter(digest=_digest(purpose, address, digits)).delete()
    return bool(deleted)


@unit
def _claim(code_id: int, digits: str) -> Code | None:
    now = timezone.now()
    code = unsent(now).filter(pk=code_id).first()
    if code is None:
        return None
    code.digest = _digest(code.purpose, code.address, digits)
    # Nothing updated: another worker draws and sends this one.
    claimed = unsent(now).filter(pk=code_id).update(digest=code.digest, expires_at=now + LIFE)
    return code if claimed else None


@unit
def _release(code: Code) -> None:
    """With the life it was asked for, so that a code which cannot be sent is not tried for ever."""
    Code.objects.filter(pk=code.pk, digest=code.digest).update(digest="", expires_at=code.expires_at)


def _addressee(code: Code) -> User | None:
    """Who may have this code; nobody is told apart from somebody before this point, which only a worker reaches."""
    user = selectors.user_at(code.address)
    return user if user is not None and user.is_active else None


def _words(code: Code, digits: str) -> tuple[str, str]:
    if code.purpose == Code.Purpose.RESET:
        subject, use = _("Your password reset code"), _("Enter this code to choose a new password: %(digits)s")
    else:
        subject, use = _("Your verification code"), _("Enter this code to confirm your address: %(digits)s")
    warning = _("It is good for ten minutes. If you did not ask for it, ignore this message.")
    return subject, f"{use % {'digits': digits}}\n\n{warning}\n"


def _digest(purpose: str, address: str, digits: str) -> str:
    """Keyed, since anyone could try all six digits against a plain hash."""
    return salted_hmac("accounts.codes", f"{purpose}:{address}:{digits}", algorithm="sha256").hexdigest()
