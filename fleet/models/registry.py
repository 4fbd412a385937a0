from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from fleet.plates import LONGEST


class OfficerQuerySet(models.QuerySet["Officer"]):
    def active(self) -> "OfficerQuerySet":
        return self.filter(is_active=True, user__is_active=True)


class Officer(models.Model):
    """Somebody who works with the fleet: guards scan and report, officers decide what becomes of it."""

    class Role(models.TextChoices):
        GUARD = "guard"
        OFFICER = "officer"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="officer")
    role = models.CharField(max_length=7, choices=Role, default=Role.GUARD)
    is_active = models.BooleanField(default=True)

    objects = OfficerQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.user)


class Vehicle(models.Model):
    """A registered vehicle and who answers for it. Where it is follows from its scans: see fleet.settling."""

    class Type(models.TextChoices):
        TWO_WHEELED = "two-wheeled"
        FOUR_WHEELED = "four-wheeled"

    class Status(models.TextChoices):
        ONSITE = "onsite"
        OFFSITE = "offsite"

    class Registration(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        EXPIRED = "expired"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plate_number = models.CharField(max_length=LONGEST)
    plate = models.CharField(max_length=LONGEST, unique=True, editable=False)  # see fleet.plates.key_of
    vehicle_type = models.CharField(max_length=12, choices=Type, blank=True)
    vehicle_model = models.CharField(max_length=80, blank=True)
    vehicle_color = models.CharField(max_length=40, blank=True)

    owner_name = models.CharField(max_length=120)
    school_id = models.CharField(max_length=40, blank=True, db_index=True)
    department = models.CharField(max_length=40, blank=True)
    academic_year = models.CharField(max_length=20, blank=True)
    semester = models.CharField(max_length=20, blank=True)
    year_level = models.CharField(max_length=20, blank=True)
    block = models.CharField(max_length=20, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    contact = models.CharField(max_length=20, blank=True)
    purok = models.CharField(max_length=80, blank=True)
    barangay = models.CharField(max_length=80, blank=True)
    city = models.CharField(max_length=80, blank=True)
    province = models.CharField(max_length=80, blank=True)
    license_number = models.CharField(max_length=40, blank=True)
    or_number = models.CharField(max_length=40, blank=True)
    cr_number = models.CharField(max_length=40, blank=True)

    registration_status = models.CharField(max_length=9, choices=Registration, default=Registration.ACTIVE)
    registration_valid_from = models.DateField(null=True, blank=True)
    registration_valid_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    status = models.CharField(max_length=7, choices=Status, blank=True, editable=False)  # blank: never scanned
    status_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["-status_at", "-id"], condition=Q(status_at__isnull=False), name="vehicles_by_movement"
            ),
            models.Index(
                fields=["registration_valid_until"],
                condition=Q(registration_status="active"),
                name="vehicles_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return self.plate_number

    @property
    def is_barred(self) -> bool:
        return self.registration_status in (self.Registration.SUSPENDED, self.Registration.REVOKED)
