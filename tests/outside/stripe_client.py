"""Our side of Stripe in the tests of its look-alike: the library that calls it, and a server that it calls."""

import itertools
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

from tests.outside.world import World


def library(world: World, key: str = "", timeout: float = 5) -> stripe.StripeClient:
    return stripe.StripeClient(
        key or world.env["STRIPE_API_KEY"],
        base_addresses={"api": world.env["STRIPE_API_BASE"]},
        http_client=stripe.RequestsClient(timeout=timeout),
        max_network_retries=0,
    )


class Receiver(ThreadingHTTPServer):
    """Answers with 200, or as it is told, and keeps what it was called with."""

    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[tuple[bytes, str]] = []
        self.answers: Iterator[int] = itertools.repeat(200)
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhooks"

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.calls]


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((body, self.headers["Stripe-Signature"]))
        self.send_response(next(self.server.answers))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not to the output of the tests."""
