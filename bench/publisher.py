"""A process that commits and hears nothing, as a worker does: the triggers of bench/asgi.py without the server."""

import django

django.setup()

from bench.asgi import publish_on_demand as application  # noqa: E402

__all__ = ["application"]
