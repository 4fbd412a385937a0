"""Runs the ASGI application in this process, under Daphne or uvicorn, and stops it politely: drain first, then exit."""

import gc

SERVERS = {"daphne": "config.serving.by_daphne.serve", "uvicorn": "config.serving.by_uvicorn.serve"}

LONGEST_MESSAGE = 1024 * 1024  # far above what the protocol allows, so that a frame too big is answered, not cut


def spare_collector() -> None:
    """What is loaded stays: the garbage collector need not look through it again and again, while sockets wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
