from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chat.models.messages import Message


class Block(models.Model):
    """One wants nothing to do with another: what they have together of direct conversations is closed to the other."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="chat_blocked_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="chat_nobody_blocks_herself"),
        ]


class MessageReport(models.Model):
    """Somebody asks the moderators to look at a message, which is kept as it was then."""

    class Reason(models.TextChoices):
        SPAM = "spam"
        ABUSE = "abuse"
        FRAUD = "fraud"
        OTHER = "other"

    class Status(models.TextChoices):
        OPEN = "open"
        DISMISSED = "dismissed"
        UPHELD = "upheld"  # and the message removed

    message = models.ForeignKey(Message, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=5, choices=Reason)
    note = models.TextField(blank=True)
    body = models.TextField()  # the message's, when it was reported
    media_name = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "reporter"], name="reported_once")]
        indexes = [models.Index(fields=["created_at"], condition=Q(status="open"), name="open_message_report")]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"
