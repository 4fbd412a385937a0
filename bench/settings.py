"""The tests' settings, with the triggers of `bench/asgi.py` and a bus that other benchmarked servers do not hear."""

from datetime import timedelta

from tests.settings import *  # noqa: F403
from tests.settings import CHANNEL_LAYERS, SIMPLE_JWT, env

ASGI_APPLICATION = "bench.asgi.application"
if "prefix" in CHANNEL_LAYERS["default"]["CONFIG"]:
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = env("BENCH_BUS")
SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] = timedelta(hours=2)  # longer than a run
