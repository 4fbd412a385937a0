from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from uuid_utils.compat import uuid7

from accounts.zones import validate_zone
from bookings.policies import kindly, validate_policy
from core.hours import Hours, validate_hours, validate_spans
from core.money import validate_currency


class ProviderQuerySet(models.QuerySet["Provider"]):
    def open(self) -> Self:
        return self.filter(is_approved=True, is_active=True)


class Provider(models.Model):
    """Who can be booked. Where `capacity` is set, no more people than that are there at once, whatever they booked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="providers")
    staff = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="works_for", blank=True)
    business_name = models.CharField(max_length=120)
    category = models.CharField(max_length=60, blank=True)
    description = models.TextField(max_length=2000, blank=True)
    zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(max_length=3, validators=[validate_currency])
    hours = models.JSONField(default=list, blank=True, validators=[validate_hours], help_text="None: never open.")
    policy = models.JSONField(default=kindly, blank=True, validators=[validate_policy])
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="Of all services together. None: no limit.")
    accepts_cash = models.BooleanField(default=False)
    is_approved = models.BooleanField(default=False, help_text="Checked by staff; nobody else can be booked.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="providers_newest")]

    def __str__(self) -> str:
        return self.business_name

    @property
    def is_open(self) -> bool:
        return self.is_approved and self.is_active

    @cached_property
    def team(self) -> list[UUID]:
        """The users who work there: its owner and its staff."""
        staff = Provider.staff.through.objects.filter(provider=self).values_list("user_id", flat=True)
        return sorted({self.owner_id, *staff})

    @property
    def payee(self) -> str:
        """Whose ledger it is, in the words of the payments."""
        return f"provider:{self.pk}"


class SpecialDay(models.Model):
    """A local day with hours of its own, or with none."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="special_days")
    date = models.DateField()
    spans = models.JSONField(default=list, blank=True, validators=[validate_spans], help_text="None: closed.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "date"], name="one_special_day")]

    def __str__(self) -> str:
        return f"{self.provider} on {self.date}"


class Service(models.Model):
    """What is booked: for how long, by how many at once, and on what terms."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="services")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(1440)])
    buffer_minutes = models.PositiveSmallIntegerField(default=0, help_text="Between one slot and the next.")
    capacity = models.PositiveIntegerField(default=1, help_text="Seats of a slot.")
    price = models.PositiveBigIntegerField(default=0, help_text="Of a seat, in minor units.")
    requires_payment = models.BooleanField(default=True, help_text="Otherwise it is paid at the desk.")
    hold_minutes = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    notice_minutes = models.PositiveIntegerField(default=0)
    horizon_days = models.PositiveSmallIntegerField(default=90, validators=[MaxValueValidator(730)])
    hours = models.JSONField(
        default=list, blank=True, validators=[validate_hours], help_text="None: the provider's hours."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(duration_minutes__gt=0), name="service_takes_time"),
            models.CheckConstraint(condition=Q(hold_minutes__range=(1, 60)), name="hold_of_an_hour_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"

    @property
    def weekly_hours(self) -> Hours:
        hours: Hours = self.hours or self.provider.hours
        return hours

    @property
    def is_bookable(self) -> bool:
        return self.is_active and self.provider.is_open

    @property
    def is_paid_ahead(self) -> bool:
        return self.requires_payment and self.price > 0


class ProviderStats(models.Model):
    """Counters, moved in the units that change what they count (`bookings.stats`). `manage.py auditstats` recounts."""

    provider = models.OneToOneField(Provider, models.CASCADE, primary_key=True, related_name="stats")
    total_reservations = models.IntegerField(default=0)
    pending_reservations = models.IntegerField(default=0)
    confirmed_reservations = models.IntegerField(default=0)
    cancelled_reservations = models.IntegerField(default=0)
    total_subscriptions = models.IntegerField(default=0)
    active_subscriptions = models.IntegerField(default=0)
    cancelled_subscriptions = models.IntegerField(default=0)
    revenue = models.BigIntegerField(default=0, help_text="In minor units, less what was given back.")
    rating_sum = models.IntegerField(default=0)
    rating_count = models.IntegerField(default=0)
    last_reservation_at = models.DateTimeField(null=True, blank=True)
    last_confirmation_at = models.DateTimeField(null=True, blank=True)
    last_subscription_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "provider stats"

    def __str__(self) -> str:
        return f"Stats of {self.provider}"


class ProviderDay(models.Model):
    """What a local day that is over came to. A row can be taken away at any time: it is counted again."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="days")
    date = models.DateField()
    created = models.PositiveIntegerField(help_text="Reservations that were made on that day.")
    revenue = models.BigIntegerField(help_text="In minor units, by when it was paid or given back.")
    offered_minutes = models.PositiveBigIntegerField(help_text="Seats times minutes that could be booked.")
    used_minutes = models.PositiveBigIntegerField(help_text="Seats times minutes that were booked.")
    load = models.JSONField(help_text="Seats times minutes that were booked, by the hour its clocks showed.")
    lengths = models.JSONField(help_text="Minutes that each hour of the day lasted: 120 where it was shown twice.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "date"], name="one_day_of_provider")]

    def __str__(self) -> str:
        return f"{self.provider} on {self.date}"
