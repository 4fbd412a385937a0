from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from bookings.models.providers import Provider, Service


class Slot(models.Model):
    """Seats at a time. A row begins with the first who wants one; until then its hours and its service say it all.

    `held` counts the seats of all pending reservations, lapsed ones too until somebody takes them back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="slots", db_index=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="slots", db_index=False)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    is_closed = models.BooleanField(default=False, help_text="By the provider: what was booked is cancelled.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "start_at"], name="one_slot_of_service"),
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="slot_takes_time"),
            models.CheckConstraint(
                condition=Q(held__gte=0, confirmed__gte=0, capacity__gte=F("held") + F("confirmed")),
                name="never_oversold",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "start_at"], name="slots_of_provider"),
            models.Index(fields=["end_at"], condition=Q(is_closed=True), name="slots_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.start_at:%Y-%m-%d %H:%M} ({str(self.pk)[-8:]})"

    @property
    def free(self) -> int:
        return self.capacity - self.held - self.confirmed


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def pending(self) -> Self:
        return self.filter(status=Reservation.Status.PENDING)

    def confirmed(self) -> Self:
        return self.filter(status=Reservation.Status.CONFIRMED)

    def lapsed(self, now: datetime) -> Self:
        return self.pending().filter(hold_expires_at__lte=now)

    def active(self) -> Self:
        return self.filter(status__in=Reservation.ACTIVE)


class Reservation(models.Model):
    """Seats of one customer. Pending is a hold: it lapses by the clock, whether or not a sweep has come by.

    Its terms are its own: price and policy are what they were when it was made.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        COMPLETED = "completed"
        NO_SHOW = "no_show"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    class PaymentStatus(models.TextChoices):
        PENDING = "pending"
        COMPLETED = "completed"
        FAILED = "failed"
        REFUNDED = "refunded"

    class By(models.TextChoices):
        USER = "user"
        PROVIDER = "provider"
        ADMIN = "admin"
        SYSTEM = "system"

    ACTIVE = [Status.PENDING, Status.CONFIRMED]
    SEATED = [Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reservations", db_index=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="reservations", db_index=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="reservations", db_index=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="reservations", db_index=False)
    provider_name = models.CharField(max_length=120)
    service_name = models.CharField(max_length=120)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    seats = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    attendees = models.JSONField(default=list, blank=True)
    notes = models.TextField(max_length=1000, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    payment_status = models.CharField(max_length=9, choices=PaymentStatus, default=PaymentStatus.PENDING)
    price = models.PositiveBigIntegerField(help_text="Of all seats, in minor units.")
    currency = models.CharField(max_length=3)
    policy = models.JSONField(default=list, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was completed, missed, or expired.")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=8, choices=By, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "user"],
                condition=Q(status__in=["pending", "confirmed"]),
                name="one_reservation_of_slot",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="reservation_of_a_seat"),
            models.CheckConstraint(
                condition=Q(status="pending", hold_expires_at__isnull=False)
                | ~Q(status="pending") & Q(hold_expires_at=None),
                name="pending_is_a_hold",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "completed", "no_show"]) | Q(confirmed_at__isnull=False),
                name="confirmed_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | ~Q(status="cancelled") & Q(cancelled_at=None),
                name="cancelled_at_some_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="reservations_of_user"),
            models.Index(fields=["provider", "status", "-start_at"], name="reservations_by_status"),
            models.Index(fields=["provider", "-created_at", "-id"], name="reservations_of_provider"),
            models.Index(fields=["slot", "status"], name="reservations_of_slot"),
            models.Index(fields=["hold_expires_at"], condition=Q(status="pending"), name="holds_to_lapse"),
            models.Index(fields=["end_at"], condition=Q(status="confirmed"), name="reservations_to_complete"),
            models.Index(
                fields=["start_at"],
                condition=Q(status="confirmed", reminded_at=None),
                name="reservations_to_remind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} {str(self.pk)[-8:]}"

    def is_held(self, now: datetime) -> bool:
        return self.status == self.Status.PENDING and self.hold_expires_at is not None and now < self.hold_expires_at

    @property
    def needs_payment(self) -> bool:
        """Before it can be confirmed."""
        return self.price > 0 and self.service.requires_payment


class WaitlistQuerySet(models.QuerySet["WaitlistEntry"]):
    def live(self) -> Self:
        return self.filter(status__in=WaitlistEntry.LIVE)

    def waiting(self) -> Self:
        """In the order in which they came."""
        return self.filter(status=WaitlistEntry.Status.WAITING).order_by("created_at", "pk")


class WaitlistEntry(models.Model):
    """Who wants seats of a slot that is full. An offer is a hold: its reservation."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        BOOKED = "booked"
        LAPSED = "lapsed"
        LEFT = "left"

    LIVE = [Status.WAITING, Status.OFFERED]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="waitlist")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="waitlist_entries")
    seats = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    reservation = models.OneToOneField(
        Reservation, models.SET_NULL, null=True, blank=True, related_name="waitlist_entry"
    )
    created_at = models.DateTimeField()

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "waitlist entries"
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "user"], condition=Q(status__in=["waiting", "offered"]), name="waits_once_for_slot"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="waits_for_a_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.status} for {self.slot}"


class Review(models.Model):
    reservation = models.OneToOneField(Reservation, models.CASCADE, primary_key=True, related_name="review")
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="reviews", db_index=False)
    rating = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="booking_rated_1_to_5")]
        indexes = [models.Index(fields=["provider", "-created_at", "-reservation"], name="reviews_of_provider")]

    def __str__(self) -> str:
        return f"{self.rating} of {self.reservation_id}"
