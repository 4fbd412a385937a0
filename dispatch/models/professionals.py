from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.zones import validate_zone
from core.hours import validate_hours
from dispatch.geo import Point

MIDDLING = 0.5


class Skill(models.Model):
    code = models.SlugField(max_length=40, primary_key=True)
    title = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.title


class Place(models.Model):
    latitude = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="%(class)s_is_on_earth"
            )
        ]

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)


class ProfessionalQuerySet(models.QuerySet["Professional"]):
    def at_work(self) -> Self:
        """The two conditions of the index `professionals_near`, in the words that both engines know it by."""
        return self.filter(is_approved=True, is_available=True)


class Professional(Place):
    """Who repairs vehicles. The key is the user's, so that whom to ask is whom to tell."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="professional")
    business_name = models.CharField(max_length=120)
    bio = models.TextField(max_length=1000, blank=True)
    skills = models.ManyToManyField(Skill, related_name="professionals", blank=True)
    radius_km = models.PositiveSmallIntegerField(
        default=25, validators=[MinValueValidator(1), MaxValueValidator(500)], help_text="How far she goes."
    )
    hours = models.JSONField(default=list, blank=True, validators=[validate_hours], help_text="None: always.")
    zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    most_open = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1)], help_text="With so many requests to answer she is asked no more."
    )
    is_approved = models.BooleanField(default=False, help_text="Checked by staff; nobody else is asked.")
    is_available = models.BooleanField(default=True)
    standing = models.FloatField(default=MIDDLING, editable=False, help_text="0 to 1: who is asked first.")
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProfessionalQuerySet.as_manager()

    class Meta(Place.Meta):
        indexes = [
            models.Index(
                fields=["latitude", "longitude"],
                condition=Q(is_approved=True, is_available=True),
                name="professionals_near",
            ),
            models.Index(fields=["-created_at", "user"], name="professionals_newest"),
        ]

    def __str__(self) -> str:
        return self.business_name

    @property
    def rating(self) -> float | None:
        return round(self.rating_sum / self.rating_count, 2) if self.rating_count else None


class Block(models.Model):
    """Neither is ever brought to the other; only who blocked may know."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="blocked_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="blocks_another"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker} blocks {self.blocked}"
