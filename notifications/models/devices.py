from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class DeviceQuerySet(models.QuerySet["Device"]):
    def enabled(self) -> "DeviceQuerySet":
        return self.filter(is_enabled=True)


class Device(models.Model):
    """An installed app that push can reach. Its address is a secret: kept sealed, told apart by its fingerprint."""

    class Platform(models.TextChoices):
        ANDROID = "android"
        IOS = "ios"
        WEB = "web"

    class AddressKind(models.TextChoices):
        TOKEN = "token"  # FCM registration token
        FID = "fid"  # Firebase installation id

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    session_id = models.UUIDField(null=True)
    install_id = models.CharField(max_length=80, null=True, unique=True)
    address = models.TextField()
    address_kind = models.CharField(max_length=5, choices=AddressKind, default=AddressKind.TOKEN)
    fingerprint = models.CharField(max_length=64, unique=True)
    platform = models.CharField(max_length=7, choices=Platform, default=Platform.ANDROID)
    renders_data = models.BooleanField(default=False)
    locale = models.CharField(max_length=10, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    last_registered_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)
    is_enabled = models.BooleanField(default=True)
    dead_reason = models.CharField(max_length=40, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user"], condition=Q(is_enabled=True), name="enabled_device")]

    def __str__(self) -> str:
        return f"{self.platform} {self.fingerprint[:8]}"


class DeviceChange(models.Model):
    """What became of addresses, for figures and for "why did she not get this?". Appended only."""

    class What(models.TextChoices):
        REGISTERED = "registered"
        REFRESHED = "refreshed"
        MOVED = "moved"  # to another user of the same phone
        UNBOUND = "unbound"
        DIED = "died"
        AGED = "aged"  # not seen for so long that it was deleted

    user_id = models.UUIDField()
    device_id = models.UUIDField()
    what = models.CharField(max_length=10, choices=What)
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["user_id", "at"], name="device_change_of_user")]
