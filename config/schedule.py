"""What beat rings, and that beat is alive. The apps declare their bells in `wiring.SCHEDULE`."""

import logging
from time import monotonic
from typing import Any

from celery import current_app
from django.db import Error, close_old_connections, connection
from django_celery_beat.schedulers import DatabaseScheduler

from core.wiring import declared
from realtime.conf import limits
from realtime.models import Node
from realtime.nodes import beat

logger = logging.getLogger(__name__)


class Scheduler(DatabaseScheduler):
    """Beats from inside its own loop, so that a scheduler that hangs is not taken for a living one."""

    _beaten_at = 0.0

    def setup_schedule(self) -> None:
        current_app.conf.beat_schedule = {**current_app.conf.beat_schedule, **declared("SCHEDULE")}
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        try:
            if monotonic() - self._beaten_at > limits.node_seconds:
                close_old_connections()
                beat(Node.Role.BEAT)
                self._beaten_at = monotonic()
            return float(super().tick(*args, **kwargs))
        except Error as error:
            # A clock that stopped with the database would not go on when the database does.
            logger.warning("beat_without_database", extra={"error": repr(error)})
            connection.close()
            return 1.0
