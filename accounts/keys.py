"""The life of a machine's key: made, shown once, used by signing, revoked.

Decision 0033 says why the secret is kept sealed and not hashed.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from accounts.errors import (
    AccountDeactivated,
    ExpiresInThePast,
    KeyEnded,
    NoSuchScope,
    ReplayedSignature,
    StaleSignature,
    WrongSignature,
)
from accounts.models import ApiKey, UsedSignature, User
from accounts.signing import Claim, Message
from core.errors import refuse
from core.sealing import SealBroken, reseal, seal, unseal
from core.unit import unit
from core.wiring import declared

logger = logging.getLogger(__name__)

WINDOW = timedelta(seconds=300)
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Machine:
    """Who has signed a request."""

    key_id: str
    name: str
    owner_id: UUID
    scopes: frozenset[str]


@unit
def create_key(
    owner: User, *, name: str, scopes: Collection[str], expires_at: datetime | None = None, now: datetime
) -> tuple[ApiKey, str]:
    """The key and its secret, which is never to be had again."""
    refuse(AccountDeactivated, unless=owner.is_active)
    refuse(NoSuchScope, unless=scopes and declared("SCOPES").keys() >= set(scopes), scopes=sorted(declared("SCOPES")))
    refuse(ExpiresInThePast, unless=expires_at is None or now < expires_at)
    secret = secrets.token_hex(32)
    key = ApiKey.objects.create(
        id=f"key-{secrets.token_hex(6)}",
        owner=owner,
        name=name,
        scopes=sorted(set(scopes)),
        sealed_secret=seal(secret),
        fingerprint=hashlib.sha256(secret.encode()).hexdigest()[:12],
        created_at=now,
        expires_at=expires_at,
    )
    return key, secret


@unit
def revoke_key(key: ApiKey, *, now: datetime) -> None:
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)


@unit
def revoke_keys_of(owner: User, *, now: datetime) -> None:
    owner.api_keys.filter(revoked_at=None).update(revoked_at=now)


@unit
def reseal_keys() -> tuple[int, int]:
    """Every secret under the newest of DEVICE_KEYS. How many there are, and how many none of them opens."""
    keys = list(ApiKey.objects.order_by("pk").select_for_update(no_key=True))
    broken = 0
    for key in keys:
        try:
            key.sealed_secret = reseal(key.sealed_secret)
        except SealBroken:
            logger.error("seal_broken", extra={"key": key.pk})
            broken += 1
    ApiKey.objects.bulk_update(keys, ["sealed_secret"])
    return len(keys) - broken, broken


def admit(claim: Claim, message: Message, *, now: datetime) -> tuple[User, Machine]:
    """Who answers for the machine, and the machine; once for each signature."""
    key = _signer(claim, message)
    refuse(KeyEnded, unless=key.is_live(now))
    signed_at = datetime.fromtimestamp(float(claim.timestamp), UTC)
    if abs(now - signed_at) > WINDOW:
        logger.warning("stale_signature", extra={"key": key.pk, "seconds": round((now - signed_at).total_seconds())})
        raise StaleSignature(server_time=now)
    try:
        _use(key, claim, signed_at, now)
    except IntegrityError:
        raise ReplayedSignature from None
    return key.owner, Machine(key.pk, key.name, key.owner_id, frozenset(key.scopes))


def _signer(claim: Claim, message: Message) -> ApiKey:
    """The same answer and the same work whether or not there is such a key. Who does not have its secret learns
    nothing of it, not even that it was revoked.
    """
    key = ApiKey.objects.filter(pk=claim.key_id).select_related("owner").first()
    secret = unseal(key.sealed_secret if key else _nobodys_secret(tuple(settings.DEVICE_KEYS)))
    is_right = hmac.compare_digest(message.signature(secret, claim.timestamp), claim.signature)
    if key is None or not is_right:
        raise WrongSignature
    return key


@unit
def _use(key: ApiKey, claim: Claim, signed_at: datetime, now: datetime) -> None:
    """Only one of those who show a signature inserts it. Kept for twice as long as it is good, since the clocks of two
    servers may differ.
    """
    UsedSignature.objects.create(digest=claim.signature, expires_at=signed_at + 2 * WINDOW)
    if key.last_used_at is None or now - key.last_used_at > NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


@lru_cache(maxsize=1)
def _nobodys_secret(keys: tuple[str, ...]) -> str:
    """Sealed with the newest of `keys`."""
    return seal(secrets.token_hex(32))
