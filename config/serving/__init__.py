"""Runs the ASGI application in this process, under Daphne or uvicorn, and stops it politely: drain first, then exit."""

SERVERS = {"daphne": "config.serving.by_daphne.serve", "uvicorn": "config.serving.by_uvicorn.serve"}

LONGEST_MESSAGE = 1024 * 1024  # far above what the protocol allows, so that a frame too big is answered, not cut
