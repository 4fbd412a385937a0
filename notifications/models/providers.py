from django.db import models
from django.db.models import F, Q


class ChannelHealthQuerySet(models.QuerySet["ChannelHealth"]):
    def open(self) -> "ChannelHealthQuerySet":
        """Being probed, too."""
        return self.exclude(state=ChannelHealth.State.CLOSED)


class ChannelHealth(models.Model):
    """A breaker: of a lane, such as `fcm.ios`, or of a kind of notice whose messages the provider calls malformed."""

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        PROBING = "probing"

    name = models.CharField(primary_key=True, max_length=60)
    state = models.CharField(max_length=7, choices=State, default=State.CLOSED)
    failures_in_a_row = models.PositiveSmallIntegerField(default=0)
    recent = models.BigIntegerField(default=0)  # the last outcomes, the newest in bit 0; set: failed
    opened_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    open_seconds = models.FloatField(default=0)
    code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=250, blank=True)

    objects = ChannelHealthQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "channel health"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed") | Q(opened_at__isnull=False, retry_at__gte=F("opened_at")),
                name="open_breaker_says_until_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED
