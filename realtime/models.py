from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7


class Epoch(models.Model):
    """One row. It names the history that offsets belong to, and changes only when a restore lost part of it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_epoch")]


class Stream(models.Model):
    """Where a user's events stand: offsets `floor + 1 .. head` are kept, without a gap."""

    user_id = models.UUIDField(primary_key=True)
    head = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(floor__gte=0, floor__lte=F("head")), name="floor_below_head")]


class Event(models.Model):
    """What happened, and how its object looked then: `data` is encoded JSON, null once it must not be seen."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    shape = models.SmallIntegerField()
    data = models.TextField(null=True)
    command = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "key"], name="event_object"),
            models.Index(fields=["at"], name="event_at"),
        ]


class Entry(models.Model):
    """An event in one user's stream. No database foreign keys: they would double its cost and lock users."""

    pk = models.CompositePrimaryKey("user_id", "offset")
    user_id = models.UUIDField()
    offset = models.BigIntegerField()
    event = models.ForeignKey(Event, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="entries")
    own = models.TextField(null=True)
    is_gone = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "entries"


class Cursor(models.Model):
    """How far a device has come: push waits for `acked_foreground`."""

    user_id = models.UUIDField()
    device = models.CharField(max_length=80)
    epoch = models.CharField(max_length=32)
    acked = models.BigIntegerField(default=0)
    acked_foreground = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "device"], name="one_cursor_per_device")]


class Command(models.Model):
    """The first answer to a command; a repeat gets it again."""

    user_id = models.UUIDField()
    command_id = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    answer = models.TextField(default="")
    at = models.DateTimeField(auto_now_add=True)
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "command_id"], name="one_effect_per_command")]


class Board(models.Model):
    """The latest value many look at together. `version` only grows; `data` or `error` is what it shows."""

    name = models.CharField(primary_key=True, max_length=120)
    version = models.BigIntegerField(default=0)
    data = models.TextField(null=True)
    error = models.TextField(null=True)
    rendered_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)


class BoardChange(models.Model):
    """A commit touched what a board shows. Appended, claimed by the renderer, gone."""

    board = models.CharField(max_length=120, db_index=True)


class Node(models.Model):
    """A process that is alive while `seen_at` is young."""

    class Role(models.TextChoices):
        WEB = "web"
        WORKER = "worker"
        BEAT = "beat"

    name = models.CharField(primary_key=True, max_length=120)
    role = models.CharField(max_length=10, choices=Role)
    seen_at = models.DateTimeField()


class Connection(models.Model):
    """An open socket, as operators and presence see it. Counts only while its node is alive."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="connections")
    device = models.CharField(max_length=80)
    protocol = models.CharField(max_length=40)
    client = models.CharField(max_length=80, blank=True)
    node = models.CharField(max_length=120, db_index=True)
    is_foreground = models.BooleanField(default=True)
    since = models.DateTimeField()
