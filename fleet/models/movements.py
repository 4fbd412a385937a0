from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from fleet.models.registry import Vehicle
from fleet.plates import LONGEST

MINUTE = timedelta(minutes=1)


class Scan(models.Model):
    """What a gate or a guard saw, as it came: never changed. `source` is who says so, `event_id` his number for it."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=50)
    event_id = models.CharField(max_length=64)
    plate = models.CharField(max_length=LONGEST)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, related_name="scans", db_constraint=False, db_index=False
    )  # null until the plate is registered
    direction = models.CharField(max_length=3, choices=Direction)
    at = models.DateTimeField()
    gate = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "event_id"], name="one_scan_per_event")]
        indexes = [
            models.Index(fields=["vehicle", "at"], name="scans_of_vehicle"),
            models.Index(fields=["plate"], condition=Q(vehicle=None), name="scans_of_strangers"),
            models.Index(fields=["at"], name="scans_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.plate} {self.direction} at {self.at:%Y-%m-%d %H:%M:%S}"


class VehicleLog(models.Model):
    """A stay on the campus, as the scans of the vehicle tell it: see fleet.folding.

    Without `in_at` nobody saw it come; without `out_at` it is still there (`is_open`) or nobody saw it go. `at` is the
    first that is known of it. The department is the one that the vehicle belonged to.
    """

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="logs", db_constraint=False, db_index=False)
    department = models.CharField(max_length=40)
    at = models.DateTimeField()
    in_at = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)
    is_open = models.BooleanField()
    in_by = models.CharField(max_length=50)  # sources of the scans
    out_by = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "at"], name="one_log_at_a_time"),
            models.UniqueConstraint(fields=["vehicle"], condition=Q(is_open=True), name="one_open_log"),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(in_at__isnull=False, out_at__isnull=True), name="open_is_in_and_not_out"
            ),
            models.CheckConstraint(condition=Q(out_at=None) | Q(out_at__gte=F("at")), name="out_after_in"),
            models.CheckConstraint(
                condition=Q(in_at=F("at")) | Q(in_at=None, out_at=F("at")), name="log_begins_with_what_is_known"
            ),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="logs_newest_first")]

    def __str__(self) -> str:
        return f"{self.vehicle} since {self.at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int | None:
        """That are over, of a stay whose beginning and end are known."""
        return (self.out_at - self.in_at) // MINUTE if self.in_at and self.out_at else None
