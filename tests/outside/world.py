"""The look-alikes in a process of their own, and how a test speaks with them."""

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.outside.stripe_desk import StripeDesk
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]


class World:
    def __init__(self, url: str, settings: list[dict[str, str]]) -> None:
        self.url = url
        self.settings = settings
        self.stripe = StripeDesk(self._ask)

    @property
    def env(self) -> dict[str, str]:
        """What makes our server speak to these."""
        return {name: value for group in self.settings for name, value in group.items()}

    def answer_fcm_of(self, settings: Any) -> None:
        """`settings`: pytest-django's, of this process. Only pushes go out; other channels are as they were."""
        for name in ("FIREBASE_PROJECT", "FIREBASE_CREDENTIALS", "FCM_ENDPOINT"):
            setattr(settings, name, self.env[name])

    def journal(self, channel: str = "", since: float = 0) -> list[dict[str, Any]]:
        """What arrived, oldest first; `since` is a time.time()."""
        arrived: list[dict[str, Any]] = self._ask(
            f"control/journal?{urllib.parse.urlencode({'channel': channel, 'since': since})}"
        )
        return arrived

    def phones(self) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = self._ask("control/phones")
        return shown

    def counts(self) -> dict[str, Any]:
        totals: dict[str, Any] = self._ask("control/counts")
        return totals

    def control(self, channel: str, **settings: Any) -> None:
        """Tell fcm, onesignal, sms, stripe or mail how to be.

        All take outage= none, unavailable, refused or stall, and script={address: "quota:7"}; those of HTTP also
        outage="reset" and latency_ms. fcm takes token= ok, failing, slow (token_latency_ms) or denied, token_lifetime
        in seconds, and revoke=True. identity takes is_away. What else stripe takes stands at `StripeDesk`.
        """
        self._ask(f"control/{channel}", settings)

    def reset(self) -> None:
        """Forget what arrived, what was paid, what was scripted and every outage."""
        self._ask("control/reset", {})

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(self.url + path, data, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as refusal:
            raise ValueError(refusal.read().decode()) from None


@contextmanager
def outside(port: int = 0) -> Iterator[World]:
    command = [sys.executable, "-m", "tests.outside.server", str(port or free_port())]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,  # whose end is the server's: it needs no signal, and none can be lost
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the command, which may need the outside to end well
        text=True,
    ) as server:
        assert server.stdout is not None
        ready = server.stdout.readline()
        if not ready:
            raise RuntimeError("The look-alikes did not start; their standard error says why.")
        yield World(**json.loads(ready))
