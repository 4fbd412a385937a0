from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class Broadcast(models.Model):
    """Words of an operator for everybody who follows a topic or is in a segment. The row is the queue here, too.

    Sent at most once: whoever began and did not come back is not followed by a second try.
    """

    class Channel(models.TextChoices):
        FCM = "fcm", "FCM topic"
        ONESIGNAL = "onesignal", "OneSignal segment"

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        ACCEPTED = "accepted"
        FAILED = "failed"
        UNCERTAIN = "uncertain"  # the provider may have it or not

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=10, choices=Channel)
    target = models.CharField(max_length=900)
    title = models.CharField(max_length=200)
    body = models.TextField(max_length=1000)
    data = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=250, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state__in=["pending", "sending"]), name="open_broadcast")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.channel} {self.target})"
