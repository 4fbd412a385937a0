"""Looks like Google's keys of Firebase sign-in, and hands out ID tokens, good ones and forged ones."""

import time
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from threading import Lock
from typing import Any
from uuid import uuid4

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://securetoken.google.com/"
HOUR = 3600


class Key(StrEnum):
    CURRENT = "current"  # published, and signs
    ROTATED = "rotated"  # the next one: published from the first token it signs on
    FOREIGN = "foreign"  # somebody else's, under the name of the current one


_making = Lock()  # without it two threads that need a key first would have two


def private(key: Key) -> rsa.RSAPrivateKey:
    with _making:
        return _made(key)


@cache
def _made(key: Key) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key: Key) -> dict[str, str]:
    numbers = RSAAlgorithm.to_jwk(private(key).public_key(), as_dict=True)
    return {"kid": key, "kty": "RSA", "alg": "RS256", "use": "sig", "n": numbers["n"], "e": numbers["e"]}


class Identity:
    """`POST /google/mint?key=current` with claims answers `{"id_token"}`; a claim that is null is left out."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.keys = [Key.CURRENT]
        self.is_away = False
        self.asked = 0  # how often for the keys

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/google/jwk", self._show_keys), web.post("/google/mint", self._mint)]

    def mint(self, key: Key = Key.CURRENT, **claims: Any) -> str:
        if key == Key.ROTATED and key not in self.keys:
            self.keys.append(key)
        name = Key.CURRENT if key == Key.FOREIGN else key
        return jwt.encode(self._claims(claims), private(key), algorithm="RS256", headers={"kid": name})

    def _claims(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Of somebody who signed in a minute ago."""
        at = int(time.time()) - 60
        usual = {
            "iss": f"{ISSUER}{self.project}",
            "aud": self.project,
            "auth_time": at,
            "iat": at,
            "exp": at + HOUR,
            "sub": uuid4().hex[:28],
            "firebase": {"identities": {}, "sign_in_provider": "custom"},
        }
        return {name: value for name, value in {**usual, **claims}.items() if value is not None}

    async def _show_keys(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.is_away:
            return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
        headers = {"Cache-Control": "public, max-age=19204, must-revalidate, no-transform"}
        return web.json_response({"keys": [published(key) for key in self.keys]}, headers=headers)

    async def _mint(self, request: web.Request) -> web.Response:
        try:
            key = Key(request.query.get("key", Key.CURRENT))
        except ValueError as unknown:
            raise web.HTTPBadRequest(text=str(unknown)) from unknown
        return web.json_response({"id_token": self.mint(key, **await request.json())})
