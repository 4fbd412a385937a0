"""Figures for /metrics that come from the database, so that every process says the same."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)


class FiguresCollector(Collector):
    """Reads at most once in so many seconds. Without a database it has no figures, and the rest of /metrics goes on."""

    def __init__(self, read: Callable[[datetime], list[GaugeMetricFamily]], *, seconds: float = 10) -> None:
        self._read = read
        self._seconds = seconds
        self._lock = threading.Lock()
        self._families: list[GaugeMetricFamily] = []
        self._good_until = 0.0

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: the registry asks when the process starts, and would have it read the database then."""
        return []

    def collect(self) -> Iterable[GaugeMetricFamily]:
        with self._lock:
            if monotonic() >= self._good_until:
                self._families = self._figures()
                self._good_until = monotonic() + self._seconds
            return self._families

    def _figures(self) -> list[GaugeMetricFamily]:
        try:
            return self._read(timezone.now())
        except Exception as error:  # whatever the driver or its pool raises
            logger.warning("figures_unavailable", extra={"error": type(error).__name__})
            return []
