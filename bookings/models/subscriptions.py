from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from bookings.models.providers import Provider
from bookings.models.reservations import Reservation
from payments.models import Payment


class Plan(models.Model):
    class Interval(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        YEAR = "year"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="plans")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    features = models.JSONField(default=list, blank=True)
    price = models.PositiveBigIntegerField(help_text="Of a period, in minor units.")
    interval = models.CharField(max_length=5, choices=Interval, default=Interval.MONTH)
    interval_count = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    renews = models.BooleanField(default=True, help_text="Otherwise it ends after a period.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(interval_count__gte=1), name="plan_of_some_time")]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def live(self) -> Self:
        return self.filter(status__in=Subscription.LIVE)


class Subscription(models.Model):
    """Periods of a plan, counted from the anchor: no month drifts because the one before it was short.

    `period` is the one that was paid last; `expires_at` is its end, and with it the access that was paid for.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        ACTIVE = "active"
        PAYMENT_FAILED = "payment_failed"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    LIVE = [Status.PENDING, Status.ACTIVE, Status.PAYMENT_FAILED]
    RUNNING = [Status.ACTIVE, Status.PAYMENT_FAILED]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions", db_index=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="subscriptions", db_index=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions")
    plan_name = models.CharField(max_length=120)
    price = models.PositiveBigIntegerField(help_text="Of a period, in minor units.")
    currency = models.CharField(max_length=3)
    gateway = models.CharField(max_length=10, choices=Payment.Gateway)
    interval = models.CharField(max_length=5, choices=Plan.Interval)
    interval_count = models.PositiveSmallIntegerField()
    zone = models.CharField(max_length=64)
    subscribers = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=14, choices=Status, default=Status.PENDING)
    renews = models.BooleanField()
    period = models.PositiveIntegerField(default=0)
    anchor_at = models.DateTimeField(help_text="When its first period began.")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=8, choices=Reservation.By, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "plan"],
                condition=Q(status__in=["pending", "active", "payment_failed"]),
                name="one_subscription_of_plan",
            ),
            models.CheckConstraint(condition=Q(expires_at__gte=F("anchor_at")), name="subscription_takes_time"),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | ~Q(status="cancelled") & Q(cancelled_at=None),
                name="subscription_cancelled_at_some_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="subscriptions_of_user"),
            models.Index(fields=["provider", "-created_at", "-id"], name="subscriptions_of_provider"),
            models.Index(fields=["provider", "-updated_at"], name="subscriptions_changed"),
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=["pending", "active", "payment_failed"]),
                name="subscriptions_to_renew",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_name} {str(self.pk)[-8:]}"


class Invoice(models.Model):
    """One period, asked for once. Its payments are made for it, one after the other until one succeeds."""

    class Status(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        VOID = "void"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="invoices")
    period = models.PositiveIntegerField()
    amount = models.PositiveBigIntegerField(help_text="In minor units.")
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN)
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="When the saved method is charged.")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "period"], name="one_invoice_of_period")]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(status="open"), name="invoices_to_try")]

    def __str__(self) -> str:
        return f"{self.status} invoice {self.period} of {self.subscription}"


class ScheduledReminder(models.Model):
    """What is told before a period ends, unless that is no longer so by then."""

    class Type(models.TextChoices):
        SUBSCRIPTION_RENEWAL = "subscription_renewal"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DROPPED = "dropped"

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="reminders")
    type = models.CharField(max_length=20, choices=Type, default=Type.SUBSCRIPTION_RENEWAL)
    period = models.PositiveIntegerField()
    days_before = models.PositiveSmallIntegerField()
    scheduled_for = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "type", "period", "days_before"], name="reminded_once_of_period"
            )
        ]
        indexes = [models.Index(fields=["scheduled_for"], condition=Q(state="waiting"), name="reminders_due")]

    def __str__(self) -> str:
        return f"{self.type} {self.days_before} days before"
