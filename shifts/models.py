import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When

from accounts.zones import validate_zone


class Qualification(models.Model):
    code = models.SlugField(max_length=40, primary_key=True)
    title = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.title


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)

    def by_rank(self) -> Self:
        """Whom a sequential shift is offered to first."""
        order = [When(type=kind, then=Value(place)) for place, kind in enumerate(Employee.Type)]
        return self.order_by(Case(*order, output_field=models.IntegerField()), "-seniority", "pk")


class Employee(models.Model):
    """A person who works shifts. The key is the number she has with her employer."""

    class Type(models.TextChoices):
        FULL_TIME = "full_time"
        PART_TIME = "part_time"
        CASUAL = "casual"

    id = models.PositiveIntegerField("employee number", primary_key=True, validators=[MinValueValidator(1)])
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="employee")
    type = models.CharField(max_length=10, choices=Type, default=Type.FULL_TIME)
    seniority = models.PositiveIntegerField(default=0, help_text="The higher, the earlier asked.")
    max_daily_hours = models.PositiveSmallIntegerField(default=15, validators=[MaxValueValidator(24)])
    max_weekly_hours = models.PositiveSmallIntegerField(default=48, validators=[MaxValueValidator(168)])
    min_rest_hours = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(48)])
    is_active = models.BooleanField(default=True)

    objects = EmployeeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} ({self.pk})"


class HeldQualification(models.Model):
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="held")
    qualification = models.ForeignKey(Qualification, models.PROTECT, related_name="+")
    expires_on = models.DateField(null=True, blank=True, help_text="The last day on which it counts.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "qualification"], name="held_once")]

    def __str__(self) -> str:
        return self.qualification_id


class Period(models.Model):
    """Half-open: from `start_at` up to, and not including, `end_at`."""

    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="%(class)s_ends_after_start")]


class Availability(Period):
    """When an employee said she could work. Adjoining ones count as one."""

    employee = models.ForeignKey(Employee, models.CASCADE, related_name="availabilities")

    class Meta(Period.Meta):
        verbose_name_plural = "availabilities"
        indexes = [models.Index(fields=["employee", "end_at"], name="availability_of_employee")]


class Leave(Period):
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="leaves")
    reason = models.CharField(max_length=120, blank=True)
    is_approved = models.BooleanField(default=False)

    class Meta(Period.Meta):
        indexes = [models.Index(fields=["employee", "end_at"], name="leave_of_employee")]


class ShiftQuerySet(models.QuerySet["Shift"]):
    def open(self) -> Self:
        return self.filter(status=Shift.Status.OPEN)

    def worked(self) -> Self:
        """Those that take an employee's time: hers to work, or worked."""
        return self.filter(status__in=Shift.WORKED)


class Shift(Period):
    """Work for one employee: first to accept gets it.

    `is_asking` says that somebody is still to be considered in this `round` of offers. A new round begins when the
    shift is offered again, and considers everybody anew who has not said no.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        ASSIGNED = "assigned"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        UNFILLED = "unfilled"

    class Mode(models.TextChoices):
        BROADCAST = "broadcast"
        SEQUENTIAL = "sequential"

    class Priority(models.IntegerChoices):
        NORMAL = 0
        HIGH = 1

    WORKED = [Status.ASSIGNED, Status.COMPLETED]

    zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    location_name = models.CharField(max_length=120, blank=True)
    client_name = models.CharField(max_length=120, blank=True)
    service_type = models.CharField(max_length=120, blank=True)
    description = models.TextField(max_length=2000, blank=True)
    qualifications = models.ManyToManyField(Qualification, related_name="+", blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.BROADCAST)
    window_minutes = models.PositiveSmallIntegerField(
        default=60,
        validators=[MinValueValidator(1)],
        help_text="How long each is asked alone, in sequential mode.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    assignee = models.ForeignKey(Employee, models.PROTECT, null=True, blank=True, related_name="shifts")
    round = models.PositiveIntegerField(default=0)
    is_asking = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=["assigned", "completed"], assignee__isnull=False)
                | (~Q(status__in=["assigned", "completed"]) & Q(assignee__isnull=True)),
                name="worked_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "start_at"], name="shift_by_status"),
            models.Index(fields=["assignee", "end_at"], name="shift_of_assignee"),
            models.Index(fields=["-start_at", "-id"], name="shift_newest"),
        ]

    def __str__(self) -> str:
        return f"Shift {self.pk}, {self.date} {self.start_time:%H:%M}–{self.end_time:%H:%M}"

    @property
    def local_start(self) -> datetime.datetime:
        return self.start_at.astimezone(ZoneInfo(self.zone))

    @property
    def local_end(self) -> datetime.datetime:
        return self.end_at.astimezone(ZoneInfo(self.zone))

    @property
    def date(self) -> datetime.date:
        return self.local_start.date()

    @property
    def start_time(self) -> datetime.time:
        return self.local_start.time()

    @property
    def end_time(self) -> datetime.time:
        return self.local_end.time()


class ShiftOfferQuerySet(models.QuerySet["ShiftOffer"]):
    def pending(self) -> Self:
        return self.filter(status=ShiftOffer.Status.PENDING)

    def live(self, now: datetime.datetime) -> Self:
        """Those that may be accepted: the clock decides, whether or not a sweep has come by."""
        return self.pending().filter(expires_at__gt=now)


class ShiftOffer(models.Model):
    """A shift held out to one employee. Written only under its shift's lock.

    `responded_at` is empty where somebody else decided: a coordinator, a faster colleague, or the clock.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        DROPPED = "dropped"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"
        TAKEN = "taken"

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="offers")
    employee = models.ForeignKey(Employee, models.PROTECT, related_name="offers")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    rank = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    objects = ShiftOfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "employee"], name="offered_once"),
            models.UniqueConstraint(fields=["shift"], condition=Q(status="accepted"), name="one_accepted_offer"),
        ]
        indexes = [
            models.Index(fields=["employee", "-sent_at", "-id"], name="offers_of_employee"),
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="offers_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.status} offer of shift {self.shift_id} to {self.employee_id}"


class Consideration(models.Model):
    """That an employee was thought of for a shift, and what spoke against asking her: nothing, if she was asked."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="considerations")
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="+")
    round = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shift", "employee"], name="considered_once")]
