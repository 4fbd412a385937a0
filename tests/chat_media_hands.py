"""What hands do with pictures of messages."""

import time
from datetime import timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from accounts.models import User
from chat import media
from chat.files import CleanFile
from chat.models import Media, Message
from chat.sending import Draft
from chat.services import messages
from core.unit import unit


def keep(user_id: UUID) -> str:
    picture = CleanFile(ContentFile(b"pixels"), Media.Kind.IMAGE, "car.jpg", "image/jpeg", 1, 1)
    return str(media.keep(User.objects.get(pk=user_id), picture, now=now()).pk)


def send_picture(user_id: UUID, conversation_id: UUID, media_id: UUID) -> str:
    draft = Draft(user_id, uuid7(), conversation_id, media_id=media_id)
    return str(messages.send_message(draft, now=now()).pk)


def delete(user_id: UUID, message_id: UUID) -> None:
    messages.delete_message(User.objects.get(pk=user_id), message_id, now=now())


@unit
def release_after_a_look(media_id: UUID) -> None:
    """As it would be without the lock."""
    if Message.objects.filter(media=media_id).exists():
        return
    time.sleep(0.3)
    Media.objects.filter(pk=media_id).update(remove_at=now())


def sweep() -> None:
    media.remove_loose(now() + timedelta(minutes=2))


def lost() -> list[str]:
    """What messages name, and is not there."""
    named = Media.objects.filter(messages__isnull=False).distinct()
    without_file = [one for one in named if not one.file.storage.exists(one.file.name)]
    about_to_go = list(named.exclude(remove_at=None))
    emptied = Message.objects.filter(kind=Message.Kind.IMAGE, media=None, deleted_at=None)
    return [str(one.pk) for one in [*without_file, *about_to_go, *emptied]]


def left_over() -> list[str]:
    """What no message names, and is there."""
    return [str(one.pk) for one in Media.objects.filter(messages=None)]
