from typing import Self

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from core.money import validate_currency
from dispatch.models.professionals import Professional
from dispatch.models.reports import DamageReport
from payments.models import Payment


class EstimateQuerySet(models.QuerySet["Estimate"]):
    def pending(self) -> Self:
        return self.filter(status=Estimate.Status.PENDING)

    def standing(self) -> Self:
        """All that were not withdrawn."""
        return self.exclude(status=Estimate.Status.WITHDRAWN)


class Estimate(models.Model):
    """What one professional would repair one report for. Written only under its report's lock.

    One that is sent anew after it was withdrawn is another, so that nobody accepts what she has not seen.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    class Because(models.TextChoices):
        """Why it was declined."""

        OWNER = "owner", "the owner said no"
        RIVAL = "rival", "another one was accepted"
        REPORT = "report", "the report was cancelled or expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(DamageReport, models.CASCADE, related_name="estimates")
    professional = models.ForeignKey(Professional, models.CASCADE, related_name="estimates")
    professional_name = models.CharField(max_length=120, help_text="Under which it was sent.")
    cost = models.PositiveBigIntegerField(validators=[MinValueValidator(1)], help_text="In minor units.")
    currency = models.CharField(max_length=3, validators=[validate_currency])
    lead_time_days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(365)])
    description = models.TextField(max_length=2000, validators=[MinLengthValidator(10)])
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    declined_because = models.CharField(max_length=6, choices=Because, blank=True)
    generation = models.PositiveIntegerField(help_text="Of the report, as it was when this was sent.")
    deposit = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="+", help_text="The newest, if one was asked for."
    )
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = EstimateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "professional"], condition=~Q(status="withdrawn"), name="estimated_once"
            ),
            models.UniqueConstraint(fields=["report"], condition=Q(status="accepted"), name="one_accepted_estimate"),
            models.CheckConstraint(condition=Q(cost__gt=0), name="estimate_costs_something"),
            models.CheckConstraint(
                condition=Q(status="declined") & ~Q(declined_because="")
                | ~Q(status="declined") & Q(declined_because=""),
                name="declined_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["professional", "-submitted_at", "-id"], name="estimates_of_professional"),
            models.Index(fields=["report", "submitted_at", "id"], name="estimates_of_report"),
        ]

    def __str__(self) -> str:
        return f"{self.status} estimate of {self.professional_id} for {self.report_id}"


class Review(models.Model):
    """The owner's, of who did the repair."""

    report = models.OneToOneField(DamageReport, models.CASCADE, related_name="review")
    professional = models.ForeignKey(Professional, models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="one_to_five_stars")]

    def __str__(self) -> str:
        return f"{self.rating} for {self.professional_id}"
