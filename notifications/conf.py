"""Every limit of the outbox, in one place. `NOTIFICATIONS_<NAME>` in the environment overrides one."""

from dataclasses import dataclass

from django.conf import settings

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    # Sending, per process and lane.
    slots: int = 100
    mail_slots: int = 8  # each takes a thread
    claim: int = 500
    look: int = 50
    look_seconds: float = 0.2
    lease_seconds: float = 60
    http_seconds: float = 12
    connect_seconds: float = 5

    # Trying again.
    try_for_seconds: float = 3600
    rate_limited_seconds: float = 60

    # Breakers.
    breaker_row: int = 5
    breaker_window: int = 20
    breaker_seconds: float = 30
    breaker_longest_seconds: float = 600
    probe_seconds: float = 15

    # Planning.
    plan: int = 500
    ack_seconds: float = 5
    digest_seconds: float = 900

    # Devices and what is kept of the past.
    devices_per_user: int = 10
    stale_days: int = 30
    dead_days: int = 270
    notice_days: int = 90
    attempt_days: int = 90
    figures_seconds: float = 10


limits = Limits.from_settings("NOTIFICATIONS_", settings.NOTIFICATIONS)
