from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7


class Conversation(models.Model):
    """Messages are numbered here, from 1 without a gap: who sends locks this row."""

    class Kind(models.TextChoices):
        DIRECT = "direct"  # of two people, for good
        GROUP = "group"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=6, choices=Kind)
    title = models.CharField(max_length=120, blank=True)
    context = models.JSONField(default=dict, blank=True)  # what it is about, as its app says: {"car_id": ...}
    # The same people find it again by this; null once other people have come or gone.
    identity = models.CharField(max_length=64, unique=True, null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seq = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    look_at = models.DateTimeField(null=True, blank=True)  # when to look again who is to be pushed; null: nobody

    class Meta:
        indexes = [models.Index(fields=["look_at"], condition=~Q(look_at=None), name="conversation_to_look_at")]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def is_direct(self) -> bool:
        return self.kind == self.Kind.DIRECT


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def active(self) -> "ParticipantQuerySet":
        """Those who read and write."""
        return self.filter(left_at=None, blocked_at=None)


class Participant(models.Model):
    """One person's place in a conversation. Positions are numbers of messages, and never go back.

    What she has not read is counted without counting: `last_seq - read_seq - uncounted`.
    """

    class Role(models.TextChoices):
        OWNER = "owner"  # adds and removes people
        MEMBER = "member"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations", db_index=False)
    role = models.CharField(max_length=6, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)
    since_seq = models.BigIntegerField(default=0)  # she sees what comes after
    delivered_seq = models.BigIntegerField(default=0)
    read_seq = models.BigIntegerField(default=0)
    uncounted = models.IntegerField(default=0)  # after `read_seq`: her own, and what was deleted
    told_seq = models.BigIntegerField(default=0)  # up to here it was decided whether to push
    noticed_seq = models.BigIntegerField(default=0)  # the last she was pushed
    is_muted = models.BooleanField(default=False)
    left_at = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)  # by the other one, of a direct conversation

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="one_place_per_person"),
            models.CheckConstraint(
                condition=Q(read_seq__gte=F("since_seq"), delivered_seq__gte=F("read_seq"), uncounted__gte=0),
                name="read_is_delivered",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(left_at=None, blocked_at=None), name="conversations_of_user")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"
