"""Uploads over real connections, under both servers."""

from collections.abc import Iterator

import httpx
import pytest

from tests.chat.test_media import MAX_BYTES, picture
from tests.house import House, Web

MEGABYTE = 1024 * 1024
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, house: House) -> Web:
    return house.web(server=request.param)


@pytest.fixture(scope="module")
def app(server: Web) -> Iterator[httpx.Client]:
    """Signed in as seed 004's app is."""
    address = {"email": f"{server.port}@uploads.test", "password": "a-pass-of-tests"}
    assert server.post("/api/auth/register", {**address, "full_name": "Alice"})[0] == 201
    sign_in = {"email_or_phone": address["email"], "password": address["password"], "long_lived": True}
    token = server.post("/api/auth/login", sign_in)[1]["access_token"]
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client


class Body:
    """Megabyte after megabyte, for as long as somebody takes them."""

    def __init__(self, megabytes: int) -> None:
        self.left = megabytes

    def __iter__(self) -> Iterator[bytes]:
        while self.left:
            self.left -= 1
            yield b"x" * MEGABYTE


def test_what_is_uploaded_is_shown_to_whoever_has_its_address(app: httpx.Client) -> None:
    kept = app.post("/api/upload", files={"image": ("../../me.jpg", picture())})

    shown = httpx.get(kept.json()["url"])

    assert (kept.status_code, kept.json()["name"]) == (200, "me.jpg")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert (len(shown.content), shown.headers["X-Content-Type-Options"]) == (kept.json()["size"], "nosniff")


def test_ten_megabytes_and_a_byte_are_refused_in_the_words_of_the_seed(app: httpx.Client) -> None:
    refused = app.post("/api/upload", files={"image": ("me.jpg", b"\xff\xd8\xff".ljust(MAX_BYTES + 1))})

    assert (refused.status_code, refused.json()["error"]) == (400, "File too large (max 10MB)")


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_without_end_is_not_taken(app: httpx.Client, declared: bool) -> None:
    body = Body(500)
    length = {"Content-Length": str(500 * MEGABYTE)} if declared else {}

    refused = app.post("/api/upload", headers={**FORM, **length}, content=body)

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert body.left > 400


def test_a_form_is_read_by_nobody_but_us(app: httpx.Client) -> None:
    """Twisted would refuse this one itself, without a word, once it had read it in the event loop."""
    refused = app.post("/api/chat/media", headers=FORM, content=b"no form at all")

    assert (refused.status_code, refused.json()["error"]) == (400, "Send one file.")
