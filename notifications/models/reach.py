from django.conf import settings
from django.db import models

from accounts.zones import validate_zone


class Preference(models.Model):
    """What somebody wants, or does not want, to hear on a channel; of one kind of notice, or of all (kind empty)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences", db_index=False
    )
    kind = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=10)
    is_enabled = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="one_preference_per_kind_and_channel")
        ]


class QuietHours(models.Model):
    """When she is not to be disturbed, by her clock: see notifications/quiet.py for the windows."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="quiet_hours")
    zone = models.CharField(max_length=64, validators=[validate_zone])
    windows = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "quiet hours"
