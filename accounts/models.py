from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.addresses import LONGEST, normalise, validate_phone
from accounts.zones import validate_zone

GRACE = timedelta(seconds=60)


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str | None = None, password: str | None = None, *, phone: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(
            email=normalise(email) if email else None, phone=normalise(phone) if phone else None, **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What she may do in a domain is a profile there; an address counts once it is verified."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=LONGEST, unique=True, null=True, blank=True)
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True, validators=[validate_phone])
    email_verified_at = models.DateTimeField(null=True, blank=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    full_name = models.CharField(max_length=150, blank=True)
    locale = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(anonymised_at__isnull=False),
                name="reachable_unless_anonymised",
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or str(self.id)

    def clean(self) -> None:
        self.email = normalise(self.email) if self.email else None
        self.phone = normalise(self.phone) if self.phone else None

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> "SessionQuerySet":
        return self.filter(revoked_at=None)


class Session(models.Model):
    """A device somebody signed in on; every token names its session, so that ending it ends them all.

    Each refresh makes a new pair of tokens, the next generation.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    device = models.CharField(max_length=100, blank=True)
    is_long_lived = models.BooleanField(default=False)
    generation = models.PositiveIntegerField(default=1)
    is_generation_seen = models.BooleanField(default=False)
    rotated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.device or str(self.id)

    def honours(self, generation: int, now: datetime) -> bool:
        """May this generation still be refreshed? Answers get lost in tunnels, so the one before the newest may:
        for a minute, and for as long as nobody has shown a token of the newest.
        """
        if generation == self.generation:
            return True
        was_recent = self.rotated_at is not None and now < self.rotated_at + GRACE
        return generation == self.generation - 1 and (was_recent or not self.is_generation_seen)


class Ticket(models.Model):
    """Opens one socket, once, for a client that can only carry a query string."""

    digest = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE, related_name="tickets")
    identity_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"ticket until {self.expires_at:%H:%M:%S}"


class Feed(models.Model):
    """A calendar of hers whose URL was renewed; one that never was has no row, and generation 1."""

    user = models.ForeignKey(User, models.CASCADE, related_name="feeds")
    name = models.CharField(max_length=50)
    generation = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_feed_of_a_name")]

    def __str__(self) -> str:
        return self.name


class FirebaseIdentity(models.Model):
    """A user of our Firebase project who may sign in as this user."""

    uid = models.CharField(max_length=128, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="firebase_identities")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "Firebase identities"

    def __str__(self) -> str:
        return self.uid


class ApiKey(models.Model):
    """What a machine signs its requests with. Its owner answers for it: it ends when she goes."""

    id = models.CharField("ID", max_length=40, primary_key=True, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    scopes = models.JSONField(default=list)
    sealed_secret = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=12, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at) and self.owner.is_active


class UsedSignature(models.Model):
    """A signature of a machine that is good no more."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"used, until {self.expires_at:%H:%M:%S}"


class Code(models.Model):
    """Six digits that prove an address. The row asks for them; a worker draws, stores their digest, and sends."""

    class Purpose(models.TextChoices):
        VERIFY = "verify"
        RESET = "reset"

    address = models.CharField(max_length=LONGEST)
    purpose = models.CharField(max_length=10, choices=Purpose)
    digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "purpose"], name="one_live_code")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.address}"
