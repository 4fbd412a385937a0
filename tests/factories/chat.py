from typing import Any
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from chat.models import Conversation, Message
from chat.sending import Draft
from chat.services import conversations, messages
from tests.factories.accounts import UserFactory


def two(**about: Any) -> tuple[Conversation, User, User]:
    """A conversation of two, and the two."""
    alice, bob = UserFactory(full_name="Alice"), UserFactory(full_name="Bob")
    return between(alice, bob, **about), alice, bob


def between(creator: User, *others: User, **about: Any) -> Conversation:
    opened, _ = conversations.open_conversation(creator, [other.pk for other in others], now=timezone.now(), **about)
    return opened


def group(count: int = 3) -> tuple[Conversation, list[User]]:
    people = [UserFactory(full_name=f"Person {n}") for n in range(count)]
    return between(people[0], *people[1:], is_group=True), people


def send(
    sender: User, conversation: Conversation, body: str = "Hello", client_id: UUID | None = None, **more: Any
) -> Message:
    draft = Draft(sender.pk, client_id or uuid7(), conversation.pk, body, **more)
    return messages.send_message(draft, now=timezone.now())
