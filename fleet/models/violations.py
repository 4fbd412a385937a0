from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from fleet.models.registry import Vehicle
from fleet.plates import LONGEST


class Violation(models.Model):
    """Something a guard or a device reports of a vehicle; an officer decides what becomes of it."""

    class Type(models.TextChoices):
        PARKING = "Parking Violation"
        SPEED = "Speed Violation"
        NO_REGISTRATION = "No Valid Registration"
        NO_LICENSE = "No Valid License"
        RECKLESS_DRIVING = "Reckless Driving"
        UNAUTHORIZED_ENTRY = "Unauthorized Entry"
        IMPROPER_PARKING = "Improper Parking"
        MODIFICATION = "Vehicle Modification"
        OVER_SPEEDING = "Over Speeding"
        EXPIRED_MVP = "Expired MVP Registration"
        OTHER = "Other"

    class Status(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        SANCTIONED = "sanctioned"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=50)
    event_id = models.CharField(max_length=64)
    plate = models.CharField(max_length=LONGEST)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, related_name="violations", db_index=False
    )  # null until the plate is registered
    department = models.CharField(max_length=40, blank=True)
    type = models.CharField(max_length=30, choices=Type)
    note = models.CharField(max_length=200, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reported_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_violation_per_event")]
        indexes = [
            models.Index(fields=["vehicle", "-reported_at"], name="violations_of_vehicle"),
            models.Index(fields=["-reported_at", "-id"], name="violations_newest_first"),
            models.Index(fields=["plate"], condition=Q(vehicle=None), name="violations_of_strangers"),
            models.Index(fields=["created_at", "id"], condition=Q(status="pending"), name="violations_to_review"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.plate}"

    @property
    def label(self) -> str:
        """The type as the seed's lists have it."""
        return f"{self.type}: {self.note}" if self.type == self.Type.OTHER and self.note else self.type

    @property
    def plate_number(self) -> str:
        """As it is shown."""
        return self.vehicle.plate_number if self.vehicle else self.plate

    @property
    def standing_sanction(self) -> "Sanction | None":
        """None where it was lifted, too."""
        sanction: Sanction | None = getattr(self, "sanction", None)
        return None if sanction is None or sanction.status == Sanction.Status.LIFTED else sanction


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def standing(self) -> "SanctionQuerySet":
        return self.exclude(status=Sanction.Status.LIFTED)

    def active(self) -> "SanctionQuerySet":
        return self.filter(status=Sanction.Status.ACTIVE)


class Sanction(models.Model):
    """What a confirmed violation led to: a warning, the second time a suspension, then the end of the registration."""

    class Type(models.TextChoices):
        WARNING = "warning"
        SUSPENSION = "suspension"
        REVOCATION = "revocation"

    class Status(models.TextChoices):
        ACTIVE = "active"
        COMPLETED = "completed"
        LIFTED = "lifted"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    violation = models.OneToOneField(Violation, models.PROTECT, related_name="sanction")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="sanctions")
    offense_number = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=10, choices=Type)
    status = models.CharField(max_length=9, choices=Status)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    lifted_at = models.DateTimeField(null=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["end_at"], condition=Q(status="active"), name="sanctions_to_end"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.vehicle}"
