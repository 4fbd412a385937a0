"""Runs the ASGI application in this process, under Daphne or uvicorn, and stops it politely: drain first, then exit."""

SERVERS = {"daphne": "config.serving.by_daphne.serve", "uvicorn": "config.serving.by_uvicorn.serve"}
