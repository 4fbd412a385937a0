"""Photos are uploaded first and named afterwards by what they belong to, so that a report can wait in a queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models import QuerySet

from accounts.models import User
from core.errors import refuse
from core.images import CleanImage
from core.unit import unit
from dispatch.conf import limits
from dispatch.errors import NoSuchPhoto, PhotoTaken
from dispatch.models import DamageReport, Estimate, Photo


@unit
def keep(uploader: User, image: CleanImage) -> Photo:
    photo = Photo(uploader=uploader, content_type=image.content_type, width=image.width, height=image.height)
    photo.file.save(f"photo{image.extension}", ContentFile(image.content), save=False)
    Photo.objects.bulk_create([photo])
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


@unit
def _remove(photo: Photo) -> None:
    if _loose(Photo.objects.filter(pk=photo.pk)).delete()[0]:
        photo.file.delete(save=False)


def _loose(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    return photos.filter(report=None, estimate=None)
