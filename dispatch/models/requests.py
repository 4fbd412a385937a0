from typing import Self

from django.db import models
from django.db.models import Q

from dispatch.models.professionals import Professional
from dispatch.models.reports import DamageReport


class RequestQuerySet(models.QuerySet["EstimateRequest"]):
    def unanswered(self) -> Self:
        return self.filter(status__in=EstimateRequest.UNANSWERED)


class EstimateRequest(models.Model):
    """One professional asked to price one report: once and never again. Written only under its report's lock, but for
    what she does alone with it (`seen`).

    Who is asked hears of it as a program at once (`asked_at`), is told in words (`told_at`) and, once half of her time
    is over, reminded (`prompted_at`).
    """

    class Status(models.TextChoices):
        NOTIFIED = "notified"
        SEEN = "seen"
        ANSWERED = "answered"
        DECLINED = "declined"
        CEASED = "ceased"

    class Reason(models.TextChoices):
        NEAR = "near", "one of the best near it"
        NEWCOMER = "newcomer", "became eligible while it was open"

    UNANSWERED = [Status.NOTIFIED, Status.SEEN]
    OPEN = [*UNANSWERED, Status.ANSWERED]

    report = models.ForeignKey(DamageReport, models.CASCADE, related_name="requests")
    professional = models.ForeignKey(Professional, models.CASCADE, related_name="requests")
    status = models.CharField(max_length=8, choices=Status, default=Status.NOTIFIED)
    reason = models.CharField(max_length=8, choices=Reason)
    distance_km = models.FloatField()
    rough_km = models.PositiveIntegerField(help_text="What she is told of the distance.")
    wave = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    prompt_at = models.DateTimeField()
    prompted_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "professional"], name="asked_once")]
        indexes = [
            models.Index(fields=["professional", "-asked_at", "-id"], name="requests_of_professional"),
            models.Index(
                fields=["report"],
                condition=Q(status__in=["notified", "seen"], told_at=None),
                name="requests_to_tell",
            ),
            models.Index(
                fields=["prompt_at"],
                condition=Q(status__in=["notified", "seen"], prompted_at=None),
                name="requests_to_prompt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} request of {self.report_id} to {self.professional_id}"


class PassedOver(models.Model):
    """One professional who was considered for a report and not asked: what spoke against it, and when to look again."""

    report = models.ForeignKey(DamageReport, models.CASCADE, related_name="passed_over")
    professional = models.ForeignKey(Professional, models.CASCADE, related_name="+")
    reasons = models.JSONField()
    look_again_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "professional"], name="passed_over_once")]
        verbose_name_plural = "passed over"

    def __str__(self) -> str:
        return f"{self.professional_id} passed over for {self.report_id}"
