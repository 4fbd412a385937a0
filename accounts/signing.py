"""How a machine signs a request: docs/clients/machines.md says it to those who build machines."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from accounts.errors import MalformedSignature

SCHEME = "HMAC-SHA256"
FIELDS = {
    "key": re.compile(r"[a-z0-9-]{1,40}"),
    "timestamp": re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?"),
    "signature": re.compile(r"[0-9a-fA-F]{64}"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What the header says: that whoever has this key has signed the request then."""

    key_id: str
    timestamp: str
    signature: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed of a request; `target` is its path, with the query if there is one, as it was sent."""

    method: str
    target: bytes
    body: bytes

    def signature(self, secret: str, timestamp: str) -> str:
        digest = hashlib.sha256(self.body).hexdigest()
        text = b"\n".join([timestamp.encode(), self.method.encode(), self.target, digest.encode()])
        return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def read(header: str) -> Claim | None:
    """None where the header is another scheme's."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.upper() != SCHEME:
        return None
    pairs = [part.strip().partition("=") for part in rest.split(",")]
    fields = {name: value for name, _, value in pairs}
    is_whole = len(pairs) == len(FIELDS) and fields.keys() == FIELDS.keys()
    if not is_whole or not all(pattern.fullmatch(fields[name]) for name, pattern in FIELDS.items()):
        raise MalformedSignature
    return Claim(fields["key"], fields["timestamp"], fields["signature"].lower())
