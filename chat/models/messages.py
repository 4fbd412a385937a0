from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from chat.models.conversations import Conversation


def place_of(media: "Media", name: str) -> str:
    """Never by the name a client gave it."""
    return f"chat/{media.pk}{name[name.rindex('.') :]}"


class MediaQuerySet(models.QuerySet["Media"]):
    def kept(self, now: datetime) -> "MediaQuerySet":
        return self.filter(Q(remove_at=None) | Q(remove_at__gt=now))


class Media(models.Model):
    """A picture or a file: uploaded first, then named by a message."""

    class Kind(models.TextChoices):
        IMAGE = "image"
        FILE = "file"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    file = models.FileField(upload_to=place_of, max_length=120)
    name = models.CharField(max_length=120)  # as it is shown and downloaded
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    remove_at = models.DateTimeField(null=True, blank=True)  # null: a message names it

    objects = MediaQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "media"
        indexes = [models.Index(fields=["remove_at"], condition=~Q(remove_at=None), name="media_to_remove")]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """`client_id` is its sender's own name for it: who sends the same again has sent it once.

    Of a deleted one nothing is left but its place. On PostgreSQL a column `words` holds what is searched. No foreign
    keys in the database: they would lock every sender's row, and neither users nor conversations are ever removed.
    """

    class Kind(models.TextChoices):
        TEXT = "text"
        IMAGE = "image"
        FILE = "file"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    seq = models.BigIntegerField()
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    client_id = models.UUIDField()
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.TEXT)
    body = models.TextField(blank=True)
    media = models.ForeignKey(Media, models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_message_per_place"),
            models.UniqueConstraint(fields=["sender", "client_id"], name="one_message_per_client_id"),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(body="", media=None), name="nothing_left_of_deleted_message"
            ),
        ]
        indexes = [models.Index(fields=["media"], condition=~Q(media=None), name="message_with_media")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"
