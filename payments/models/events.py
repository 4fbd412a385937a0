from django.db import models
from django.db.models import Q


class WebhookEvent(models.Model):
    """What a gateway called to say. Stored before it is answered; what it means is asked of the gateway afterwards."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        IGNORED = "ignored"
        DEAD = "dead"

    gateway = models.CharField(max_length=10)
    event_id = models.CharField(max_length=100)
    type = models.CharField(max_length=80)
    intent_id = models.CharField(max_length=100, blank=True)
    payload = models.TextField(help_text="Without its secrets.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(help_text="When it is worked on, or again if whoever does so dies.")
    error = models.CharField(max_length=300, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    waiting_since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="received_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="webhooks_due"),
            models.Index(fields=["received_at"], condition=Q(state="dead"), name="webhooks_dead"),
            models.Index(fields=["received_at"], name="webhooks_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
