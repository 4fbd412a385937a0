"""What hands do for the tests of seed 004's app: see tests/hand.py."""

from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.timezone import now

from accounts.models import User
from chat import media
from chat.models import Media, Participant
from chat.services import conversations, messages, people
from tests import people as signing_up


def sign_up(count: int) -> list[dict[str, Any]]:
    return signing_up.sign_up(count, is_long_lived=True)


def block(user_id: UUID, other_id: UUID) -> None:
    people.block(_user(user_id), UUID(str(other_id)), now=now())


def leave(user_id: UUID, conversation_id: UUID) -> None:
    conversations.leave(_user(user_id), UUID(str(conversation_id)), now=now())


def edit(user_id: UUID, message_id: UUID, body: str) -> None:
    messages.edit_message(_user(user_id), UUID(str(message_id)), body, now=now())


def delete(user_id: UUID, message_id: UUID) -> None:
    messages.delete_message(_user(user_id), UUID(str(message_id)), now=now())


def positions(conversation_id: UUID) -> dict[str, list[int]]:
    places = Participant.objects.filter(conversation=conversation_id)
    return {str(place.user_id): [place.delivered_seq, place.read_seq] for place in places}


def upload(user_id: UUID) -> str:
    picture = Media(
        uploader=_user(user_id), kind="image", name="car.png", content_type="image/png", size=3, width=1, height=1
    )
    picture.file.save("file.png", ContentFile(b"png"), save=False)
    Media.objects.bulk_create([picture])
    return str(picture.pk)


def address(media_id: UUID, reader_id: UUID) -> str:
    return media.signed_url(media_id, reader_id, now=now())


def _user(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)
