"""Photos are uploaded first and named afterwards by what they belong to, so that a report can wait in a queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from core.errors import refuse
from core.files import insert_with_file
from core.images import CleanImage
from core.unit import unit
from dispatch.conf import limits
from dispatch.errors import NoSuchPhoto, PhotoTaken
from dispatch.models import DamageReport, Estimate, Photo


def keep(uploader: User, image: CleanImage) -> Photo:
    photo = Photo(uploader=uploader, content_type=image.content_type, width=image.width, height=image.height)
    insert_with_file(photo, f"photo.{image.extension}", ContentFile(image.content))
    return photo


def attach(
    ids: Sequence[UUID], uploader: UUID, *, report: DamageReport | None = None, estimate: Estimate | None = None
) -> None:
    """Each belongs to one thing, and only who uploaded it says to which."""
    wanted = set(ids)
    hers = Photo.objects.filter(pk__in=wanted, uploader=uploader)
    refuse(NoSuchPhoto, unless=hers.count() == len(wanted))
    refuse(PhotoTaken, unless=_loose(hers).update(report=report, estimate=estimate) == len(wanted))


def remove_loose(now: datetime) -> None:
    """Beat: what was uploaded for something that was never sent."""
    old = Photo.objects.filter(created_at__lte=now - timedelta(hours=limits.photo_hours))
    for photo in list(_loose(old)):
        _remove(photo)


def remove_of(report: DamageReport) -> None:
    for photo in list(report.photos.all()):
        photo.delete()
        _delete_file(photo)


@unit
def _remove(photo: Photo) -> None:
    if _loose(Photo.objects.filter(pk=photo.pk)).delete()[0]:
        _delete_file(photo)


def _loose(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    return photos.filter(report=None, estimate=None)


def _delete_file(photo: Photo) -> None:
    """Once the row is gone for good."""
    transaction.on_commit(partial(photo.file.delete, save=False), robust=True)
