from django.db import models
from django.db.models import Q

from notifications.models.devices import Device
from notifications.models.notices import Notice


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def active(self) -> "DeliveryQuerySet":
        return self.filter(state__in=Delivery.ACTIVE)

    def waiting(self) -> "DeliveryQuerySet":
        """Not on the wire now."""
        return self.filter(state__in=Delivery.WAITING)


class Delivery(models.Model):
    """One notice on one way to its recipient: a row of the outbox, and afterwards the record of what became of it.

    Whatever is active is a job that is due at `due_at`; a claimed job is due again when its lease ends.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        RETRYING = "retrying"
        ACCEPTED = "accepted"
        OPENED = "opened"
        FAILED = "failed"
        DEAD_ADDRESS = "dead_address"
        SKIPPED = "skipped"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    class Reason(models.TextChoices):
        """Why it was skipped, or expired."""

        MUTED = "muted"
        ACKED = "acked_on_socket"
        SEEN = "seen"
        READ = "read"
        DIGESTED = "digested"
        NO_ADDRESS = "no_address"
        NOT_CONFIGURED = "not_configured"
        STALE = "stale"
        INACTIVE = "inactive"
        SUPERSEDED = "superseded"
        HELD = "held"  # on purpose until its time was over

    class Unless(models.TextChoices):
        """What makes this delivery needless: each includes those before."""

        NEVER = "never"
        READ = "read"
        SEEN = "seen"
        ACKED = "acked"

    WAITING = [State.PENDING, State.RETRYING]
    ACTIVE = [*WAITING, State.SENDING]

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=40)  # of the notice, so that figures need not read notices
    channel = models.CharField(max_length=10)
    lane = models.CharField(max_length=20)
    # No database foreign key: what became of a notice is told after the device is gone.
    device = models.ForeignKey(
        Device, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="deliveries"
    )
    step = models.SmallIntegerField(default=0)
    unless = models.CharField(max_length=5, choices=Unless, default=Unless.NEVER)
    is_clear = models.BooleanField(default=False)
    rank = models.SmallIntegerField(default=5)  # urgent jobs first
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)  # waited on purpose: for other steps, an ack, quiet hours
    begun_at = models.DateTimeField(null=True)  # the first time it was claimed
    ended_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "device", "step", "is_clear"],
                condition=Q(device__isnull=False),
                name="pushed_once_per_device_and_step",
            ),
            models.UniqueConstraint(
                fields=["notice", "channel", "step"], condition=Q(device=None), name="sent_once_per_step"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "rank", "due_at"],
                condition=Q(state__in=["pending", "retrying", "sending"]),
                name="delivery_queue",
            ),
            models.Index(fields=["planned_at"], name="delivery_planned"),
        ]

    def __str__(self) -> str:
        return f"{self.lane} {self.state}"


class Attempt(models.Model):
    """One call to a provider, and what it said. Appended only."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    verdict = models.CharField(max_length=13)
    code = models.CharField(max_length=40, blank=True)
    http = models.SmallIntegerField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    retry_after = models.FloatField(null=True)
    error = models.CharField(max_length=250, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="attempt_at")]
