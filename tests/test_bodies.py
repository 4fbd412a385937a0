"""A body that is too long is refused before it is kept. Spoken as a server speaks: uvicorn hands on what arrives."""

import json

import pytest

from config.bodies import limited_bodies

MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def limit(settings):
    settings.REQUEST_BYTES = 2 * MEGABYTE


class Client:
    """Sends chunks for as long as it is listened to, and keeps what it hears."""

    def __init__(self, megabytes, headers=()):
        self.scope = {"type": "http", "method": "POST", "path": "/api/upload", "headers": list(headers)}
        self.left = megabytes
        self.heard = []

    async def receive(self):
        self.left -= 1
        return {"type": "http.request", "body": b"x" * MEGABYTE, "more_body": self.left > 0}

    async def send(self, message):
        self.heard.append(message)

    @property
    def status(self):
        return self.heard[0]["status"]


async def reader(scope, receive, send):
    """An application that takes all there is."""
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def ask(client):
    await limited_bodies(reader)(client.scope, client.receive, client.send)
    return client


async def test_one_that_says_how_long_it_is_is_not_even_begun():
    client = await ask(Client(10_000, [(b"content-length", str(10_000 * MEGABYTE).encode())]))

    assert (client.status, client.left) == (413, 10_000)
    assert json.loads(client.heard[1]["body"]) == {
        "code": "too_large",
        "message": "A request has at most 2 MB.",
        "error": "A request has at most 2 MB.",
    }


async def test_one_that_does_not_is_ended_where_it_is_too_long():
    client = await ask(Client(10_000))

    assert (client.status, client.left) == (413, 10_000 - 3)


@pytest.mark.parametrize("headers", [[], [(b"content-length", str(2 * MEGABYTE).encode())]])
async def test_what_is_short_enough_is_taken(headers):
    client = await ask(Client(2, headers))

    assert (client.status, client.left) == (200, 0)
