from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from uuid_utils.compat import uuid7

from accounts.models import User
from chat.models import Conversation, Media, Message, Participant
from chat.sending import Draft, send_all
from chat.services import conversations, messages
from core.errors import DomainError
from core.unit import unit
from tests.factories.accounts import UserFactory


class MediaFactory(DjangoModelFactory):
    """A row only: nothing is stored."""

    class Meta:
        model = Media

    uploader = factory.SubFactory(UserFactory)
    kind = Media.Kind.IMAGE
    file = factory.LazyFunction(lambda: f"chat/{uuid4()}.jpg")
    name = "car.jpg"
    content_type = "image/jpeg"
    size = 1024
    width = 640
    height = 480


def two(**about: Any) -> tuple[Conversation, User, User]:
    """A conversation of two, and the two."""
    alice, bob = UserFactory(full_name="Alice"), UserFactory(full_name="Bob")
    return between(alice, bob, **about), alice, bob


def between(creator: User, *others: User, **about: Any) -> Conversation:
    opened, _ = conversations.open_conversation(creator, [other.pk for other in others], now=timezone.now(), **about)
    return opened


def group(count: int = 3) -> tuple[Conversation, list[User]]:
    """The first is its owner."""
    people = [UserFactory(full_name=f"Person {n}") for n in range(count)]
    return between(people[0], *people[1:], is_group=True), people


def draft(sender: User, conversation: Conversation, body: str = "Hello", **more: Any) -> Draft:
    return Draft(sender.pk, more.pop("client_id", None) or uuid7(), conversation.pk, body, **more)


def send(
    sender: User,
    conversation: Conversation,
    body: str = "Hello",
    client_id: UUID | None = None,
    now: datetime | None = None,
    **more: Any,
) -> Message:
    wanted = draft(sender, conversation, body, client_id=client_id, **more)
    return messages.send_message(wanted, now=now or timezone.now())


@unit
def send_together(drafts: Sequence[Draft]) -> list[Message | DomainError]:
    return send_all(drafts, now=timezone.now())


def place_of(user: User, conversation: Conversation) -> Participant:
    return Participant.objects.select_related("conversation").get(conversation=conversation, user=user)


def unread(user: User, conversation: Conversation) -> int:
    """As it is counted without counting."""
    place = place_of(user, conversation)
    return place.conversation.last_seq - place.read_seq - place.uncounted


def recounted(user: User, conversation: Conversation) -> int:
    """What is unread to her, message by message."""
    read = place_of(user, conversation).read_seq
    others = Message.objects.filter(conversation=conversation, seq__gt=read, deleted_at=None).exclude(sender=user)
    return others.count()
