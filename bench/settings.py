"""The tests' settings, with the triggers of `bench/asgi.py` and a bus that other benchmarked servers do not hear."""

import os

os.environ.setdefault("DOMAINS", "shifts,tests.sample,bench")

from tests.settings import *  # noqa: E402, F403
from tests.settings import CHANNEL_LAYERS, env

ASGI_APPLICATION = "bench.asgi.application"
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = env("BENCH_BUS", "bench")
