from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from core.money import validate_currency
from dispatch.models.professionals import Place, Skill


class ReportQuerySet(models.QuerySet["DamageReport"]):
    def pending(self) -> Self:
        return self.filter(status=DamageReport.Status.PENDING)

    def most_urgent_first(self) -> Self:
        order = [When(priority=priority, then=Value(-place)) for place, priority in enumerate(DamageReport.Priority)]
        return self.order_by(Case(*order, output_field=IntegerField()), "created_at", "pk")


class DamageReport(Place):
    """What one owner wants repaired, until one estimate is accepted.

    Whom to ask next is not kept as a list: it follows from who was asked or passed over already, within `ring`. The
    next look is due at `look_at`. `generation` counts what changed the question: an answer may say to which it belongs.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    class Priority(models.TextChoices):
        LOW = "low", gettext_noop("Low")
        MEDIUM = "medium", gettext_noop("Medium")
        HIGH = "high", gettext_noop("High")
        URGENT = "urgent", gettext_noop("Urgent")

    LIVE = [Status.PENDING, Status.IN_PROGRESS]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="damage_reports")
    vehicle_make = models.CharField(max_length=60)
    vehicle_model = models.CharField(max_length=60)
    vehicle_year = models.PositiveSmallIntegerField(validators=[MinValueValidator(1900)])
    description = models.TextField(max_length=2000, validators=[MinLengthValidator(20)])
    notes = models.TextField(max_length=2000, blank=True)
    skills = models.ManyToManyField(Skill, related_name="+", blank=True)
    priority = models.CharField(max_length=6, choices=Priority, default=Priority.MEDIUM)
    estimated_cost = models.PositiveBigIntegerField(null=True, blank=True, help_text="In minor units.")
    currency = models.CharField(max_length=3, validators=[validate_currency])
    status = models.CharField(max_length=11, choices=Status, default=Status.PENDING)
    generation = models.PositiveIntegerField(default=1)
    ring = models.PositiveSmallIntegerField(default=0)
    wave = models.PositiveIntegerField(default=0)
    look_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    overdue_at = models.DateTimeField(null=True, blank=True, help_text="Since when somebody is to act.")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta(Place.Meta):
        constraints = [
            *Place.Meta.constraints,
            models.CheckConstraint(
                condition=Q(estimated_cost__gt=0) | Q(estimated_cost=None), name="report_costs_something"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="reports_of_owner"),
            models.Index(fields=["status", "-created_at", "-id"], name="reports_by_status"),
            models.Index(fields=["look_at"], condition=Q(status="pending"), name="reports_to_look_at"),
            models.Index(fields=["answer_by"], condition=Q(status="pending"), name="reports_to_answer"),
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="reports_to_expire"),
            models.Index(fields=["latitude", "longitude"], condition=Q(status="pending"), name="reports_near"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} ({str(self.pk)[-8:]})"

    @property
    def vehicle(self) -> str:
        return f"{self.vehicle_year} {self.vehicle_make} {self.vehicle_model}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    def takes_answers(self, now: datetime) -> bool:
        """The clock decides, whether or not a sweep has come by."""
        return self.is_pending and now < self.expires_at
