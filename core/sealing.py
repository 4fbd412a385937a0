"""Texts that are kept but must not be read from a copy of the database: sealed to store, fingerprinted to find."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """None of DEVICE_KEYS opens this: the key was taken away too early, or the text was changed."""


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def reseal(sealed: str) -> str:
    """The same text under the newest key, so that older keys can be taken away."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def fingerprint(text: str) -> str:
    """Equal for equal texts, for ever: its key does not change with those that seal."""
    return hmac.new(settings.DEVICE_FINGERPRINT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _keys() -> MultiFernet:
    return _multi_fernet(tuple(settings.DEVICE_KEYS))


@lru_cache(maxsize=4)
def _multi_fernet(keys: tuple[str, ...]) -> MultiFernet:
    """Newest first: the first seals, all unseal. A key may be any text; Fernet wants 32 bytes."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])
