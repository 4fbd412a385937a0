"""Google's token endpoint, and a service account it knows."""

import asyncio
import json
import secrets
import time
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.outside.provider import answer_json

AUDIENCE = "https://oauth2.googleapis.com/token"  # which Google's library writes wherever the token_uri leads
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = {"https://www.googleapis.com/auth/firebase.messaging", "https://www.googleapis.com/auth/cloud-platform"}
MODES = ("ok", "failing", "slow", "denied")


class TokenEndpoint:
    def __init__(self, project: str, url: str) -> None:
        self.token_uri = f"{url}/token"
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._email = f"sender@{project}.iam.gserviceaccount.com"
        self._project = project
        self._issued: dict[str, float] = {}  # token -> when it expires
        self.reset()

    def reset(self) -> None:
        """What was issued stays good: clients keep their tokens across tests."""
        self.mode = "ok"
        self.latency_ms: float = 5000  # when slow
        self.lifetime = 3600
        self.asked = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/token", self.grant)]

    def service_account(self) -> str:
        key = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return json.dumps(
            {
                "type": "service_account",
                "project_id": self._project,
                "private_key_id": secrets.token_hex(20),
                "private_key": key,
                "client_email": self._email,
                "client_id": "100000000000000000001",
                "token_uri": self.token_uri,
                "universe_domain": "googleapis.com",
            }
        )

    def knows(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self._issued.get(token, 0) > time.time()

    def revoke(self) -> None:
        self._issued.clear()

    async def grant(self, request: web.Request) -> web.Response:
        self.asked += 1
        form = await request.post()
        if self.mode == "slow":
            await asyncio.sleep(self.latency_ms / 1000)
        if self.mode == "failing":
            return answer_json({"error": "internal_failure", "error_description": "Backend Error"}, 500)
        if form.get("grant_type") != GRANT:
            return refused("unsupported_grant_type", "Invalid grant_type.")
        try:
            claims = self._verified(str(form.get("assertion", "")))
        except jwt.InvalidSignatureError:
            return refused("invalid_grant", "Invalid JWT Signature.")
        except jwt.InvalidTokenError as defect:
            return refused("invalid_grant", f"Invalid JWT: {defect}")
        if self.mode == "denied":
            return refused("invalid_grant", "Invalid grant: account not found")
        if not SCOPES & set(str(claims.get("scope", "")).split()):
            return refused("invalid_scope", "Empty or missing scope not allowed.")
        return answer_json({"access_token": self._issue(), "expires_in": self.lifetime - 1, "token_type": "Bearer"})

    def _verified(self, assertion: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            self._key.public_key(),
            algorithms=["RS256"],
            audience=[AUDIENCE, self.token_uri],
            issuer=self._email,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
        return claims

    def _issue(self) -> str:
        token = f"ya29.{secrets.token_urlsafe(48)}"
        self._issued[token] = time.time() + self.lifetime
        return token


def refused(error: str, description: str) -> web.Response:
    return answer_json({"error": error, "error_description": description}, 400)
