"""Every limit of payments, in one place. `PAYMENTS_<NAME>` in the environment overrides one."""

from dataclasses import dataclass

from django.conf import settings

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    gateway_seconds: float = 10
    intent_seconds: float = 2  # a payer waits for an intent that somebody else is asking for
    webhook_bytes: int = 256 * 1024
    webhook_tolerance_seconds: float = 300
    lease_seconds: float = 60  # who works on a row and dies is followed by another after this
    first_retry_seconds: float = 5
    longest_retry_seconds: float = 3600
    forget_webhooks_days: int = 90
    unmatched_hours: float = 72  # how long an event waits for the payment it is about
    reconcile_after_seconds: float = 120
    reconcile_every_seconds: float = 300
    reconcile_days: int = 30
    lot: int = 50


limits = Limits.from_settings("PAYMENTS_", settings.PAYMENTS)
