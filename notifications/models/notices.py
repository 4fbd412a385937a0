from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class NoticeQuerySet(models.QuerySet["Notice"]):
    def listed(self) -> "NoticeQuerySet":
        return self.filter(is_listed=True, archived_at=None, withdrawn_at=None)

    def unread(self) -> "NoticeQuerySet":
        return self.listed().filter(read_at=None)


class Notice(models.Model):
    """Words for one person: a row of her inbox. `title` and `body` are message ids, put into her words when shown."""

    class Importance(models.TextChoices):
        NORMAL = "normal"
        IMPORTANT = "important"
        URGENT = "urgent"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=80)
    subject_key = models.CharField(max_length=80)
    dedupe_key = models.CharField(max_length=64)
    title = models.TextField()
    body = models.TextField()
    params = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    importance = models.CharField(max_length=9, choices=Importance, default=Importance.NORMAL)
    is_listed = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    offset = models.BigIntegerField(null=True)  # of its event in her stream: who acknowledged that has it
    planned_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            # What was withdrawn may be told again.
            models.UniqueConstraint(fields=["dedupe_key"], condition=Q(withdrawn_at=None), name="told_once")
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_of_recipient"),
            models.Index(
                fields=["recipient"],
                condition=Q(is_listed=True, archived_at=None, withdrawn_at=None, read_at=None),
                name="unread_notice",
            ),
            models.Index(fields=["subject_kind", "subject_key"], name="notice_subject"),
            models.Index(fields=["id"], condition=Q(planned_at=None), name="unplanned_notice"),
            models.Index(fields=["created_at"], name="notice_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Digest(models.Model):
    """What was too much to push one by one: to be told as one notice."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests", db_index=False)
    kind = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind"], condition=Q(sent_at=None), name="one_open_digest_per_kind"
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="open_digest")]
