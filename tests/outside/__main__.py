"""Run a command with look-alikes of the outside world: python -m tests.outside COMMAND ...

The command finds them by the settings of those channels that the environment does not configure, and by OUTSIDE_URL,
where a page shows what the phones received, and pays. It is beside PORT if that is free. A COMMAND that ends in .py is
run by this Python.
"""

import os
import signal
import socket
import sys
from typing import Any

from tests.outside.world import World, outside
from tests.services import free_port, run


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.exit(__doc__)
    command = [sys.executable, *arguments] if arguments[0].endswith(".py") else arguments
    signal.signal(signal.SIGTERM, end)
    with outside(port_of_page()) as world:
        found = environment(world)
        if "STRIPE_API_BASE" in found:
            world.control("stripe", webhook_url=f"http://127.0.0.1:{port()}/api/payments/webhooks/stripe")
        return run(command, found)


def environment(world: World) -> dict[str, str]:
    unset = [group for group in world.settings if not any(os.environ.get(name) for name in group)]
    found = {name: value for group in unset for name, value in group.items()}
    return {**found, "OUTSIDE_URL": world.url}


def port() -> int:
    """Of the command."""
    return int(os.environ.get("PORT") or 8000)


def port_of_page() -> int:
    beside = port() + 1
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", beside))
        except OSError:
            return free_port()
    return beside


def end(*_: Any) -> None:
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
