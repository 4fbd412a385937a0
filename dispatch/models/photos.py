from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from dispatch.models.estimates import Estimate
from dispatch.models.reports import DamageReport


def place_of(photo: "Photo", name: str) -> str:
    """Never by the name a client gave it."""
    return f"dispatch/{photo.pk}{name[name.rindex('.') :]}"


class Photo(models.Model):
    """Uploaded first, then named by the report or the estimate it belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    report = models.ForeignKey(DamageReport, models.CASCADE, null=True, blank=True, related_name="photos")
    estimate = models.ForeignKey(Estimate, models.CASCADE, null=True, blank=True, related_name="photos")
    file = models.FileField(upload_to=place_of)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(report=None) | Q(estimate=None), name="photo_of_one_thing"),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(report=None, estimate=None), name="photos_of_nothing"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
