"""What hands are asked to do with keys of machines."""

from django.db import connection
from django.utils.timezone import now

from accounts import keys
from accounts.models import ApiKey, UsedSignature, User
from accounts.signing import Message, read
from tests.signing import Machine

BODY = b'{"plate": "AB 123"}'
DROP_THE_LAST_GUARD = {
    "postgresql": "ALTER TABLE accounts_usedsignature DROP CONSTRAINT accounts_usedsignature_pkey",
    "sqlite": "DROP TABLE accounts_usedsignature; "
    "CREATE TABLE accounts_usedsignature (digest varchar(64) NOT NULL, expires_at datetime NOT NULL)",
}


def make_key(*scopes: str) -> list[str]:
    """Its id and secret; nobody's but somebody's who has nothing else."""
    owner = User.objects.create(email=f"owner{User.objects.count()}@campus.test")
    key, secret = keys.create_key(owner, name="Gate 3", scopes=scopes or ["shifts.schedule"], now=now())
    return [key.pk, secret]


def show(key: str, secret: str, at: str) -> str:
    """What became of a request that was signed then."""
    claim = read(Machine(key, secret).header("POST", "/api/scans", BODY, at))
    assert claim is not None
    keys.admit(claim, Message("POST", b"/api/scans", BODY), now=now())
    return "let in"


def used() -> int:
    return UsedSignature.objects.count()


def revoke(key: str) -> None:
    keys.revoke_key(ApiKey.objects.get(pk=key), now=now())


def drop_the_last_guard() -> None:
    with connection.cursor() as cursor:
        for statement in DROP_THE_LAST_GUARD[connection.vendor].split(";"):
            cursor.execute(statement)
