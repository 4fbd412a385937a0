from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from core.money import validate_currency


class PaymentQuerySet(models.QuerySet["Payment"]):
    def live(self) -> Self:
        return self.exclude(status__in=Payment.OVER)

    def unsettled(self) -> Self:
        """Those of which the gateway may know more than we do."""
        return self.filter(status__in=Payment.UNSETTLED)


class Payment(models.Model):
    """What one person pays for one thing, which another app names (kind, key). The ledger is kept for the `payee`."""

    class Status(models.TextChoices):
        CREATED = "created"
        REQUIRES_ACTION = "requires_action"
        FAILED = "failed"
        PROCESSING = "processing"
        CANCELLED = "cancelled"
        SUCCEEDED = "succeeded"
        PARTIALLY_REFUNDED = "partially_refunded"
        REFUNDED = "refunded"

    class Gateway(models.TextChoices):
        STRIPE = "stripe"
        CASH = "cash"

    OVER = [Status.CANCELLED, Status.REFUNDED]
    UNSETTLED = [Status.CREATED, Status.REQUIRES_ACTION, Status.FAILED, Status.PROCESSING]
    PAID = [Status.SUCCEEDED, Status.PARTIALLY_REFUNDED, Status.REFUNDED]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_kind = models.CharField(max_length=60)
    subject_key = models.CharField(max_length=64)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payments")
    payee = models.CharField(max_length=100)
    gateway = models.CharField(max_length=10, choices=Gateway)
    intent_id = models.CharField(max_length=100, null=True, blank=True)
    amount = models.PositiveBigIntegerField(help_text="In minor units.")
    currency = models.CharField(max_length=3, validators=[validate_currency])
    status = models.CharField(max_length=20, choices=Status, default=Status.CREATED)
    captured = models.PositiveBigIntegerField(default=0)
    refunded = models.PositiveBigIntegerField(default=0)
    saves_method = models.BooleanField(default=False, help_text="The payer may be charged again while he is away.")
    is_off_session = models.BooleanField(default=False, help_text="The payer is away, and is charged by what he saved.")
    customer_id = models.CharField(max_length=100, blank=True, help_text="The payer, where a method is saved.")
    method_id = models.CharField(max_length=100, blank=True, help_text="What was saved, or is charged.")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the reconciler last asked the gateway.")
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When the gateway was asked for what stands here.")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "intent_id"], name="one_payment_of_intent"),
            # Not of those that were paid: money may still come for one that was given up, or come back.
            models.UniqueConstraint(
                fields=["subject_kind", "subject_key"],
                condition=Q(status__in=["created", "requires_action", "failed", "processing"]),
                name="one_open_payment_of_subject",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(captured__lte=F("amount"), refunded__lte=F("captured")), name="refunded_within_captured"
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-created_at", "-id"], name="payments_of_payer"),
            models.Index(fields=["subject_kind", "subject_key"], name="payments_of_subject"),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["created", "requires_action", "failed", "processing"]),
                name="payments_to_reconcile",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} payment {self.pk} by {self.gateway}"

    @property
    def subject(self) -> tuple[str, str]:
        return self.subject_kind, self.subject_key

    @property
    def is_paid(self) -> bool:
        return self.status in self.PAID


class RefundQuerySet(models.QuerySet["Refund"]):
    def standing(self) -> Self:
        """All that took, or may yet take, money back."""
        return self.exclude(status=Refund.Status.FAILED)


class Refund(models.Model):
    """Money that goes back. One the gateway knows of and we do not (a person at its desk) is `external`."""

    class Status(models.TextChoices):
        REQUESTED = "requested"
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    gateway_id = models.CharField(max_length=100, null=True, blank=True, unique=True)
    is_external = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something")]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(status__in=["requested", "pending"]), name="refunds_to_reconcile"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} refund of {self.payment_id}"
