"""What happens in a deployment while a browser looks, or cannot."""

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts import services
from accounts.demo import NAMES
from accounts.models import User
from chat.demo import conversation_of
from chat.events import CONVERSATION
from chat.models import Message as Said
from chat.sending import Draft
from chat.services import messages
from config.live import pages_of
from core.unit import unit
from notifications.messages import Message, notify


def say(email: str, to: str, *bodies: str) -> None:
    talk, speaker = conversation_of(email, to), User.objects.get(email=email)
    for body in bodies:
        messages.send_message(Draft(speaker.pk, uuid7(), talk.pk, body), now=timezone.now())


def said(email: str, to: str, last: int) -> list[str]:
    """The last words of hers there, in their order."""
    found = Said.objects.filter(conversation=conversation_of(email, to), sender__email=email).order_by("-seq")
    return list(found.values_list("body", flat=True)[:last])[::-1]


def talk_of(email: str, to: str) -> str:
    return str(conversation_of(email, to).pk)


def bar(email: str) -> None:
    """As an operator does."""
    services.deactivate_user(User.objects.get(email=email))


def let_in(email: str) -> None:
    services.reactivate_user(User.objects.get(email=email))


def visitors() -> dict[str, str]:
    """Of the demo world: for each page somebody whom it is for."""
    found: dict[str, str] = {}
    for name in [*NAMES, "admin"]:
        user = User.objects.get(email=f"{name}@demo.test")
        for page in pages_of(user):
            found.setdefault(page.path, user.email)
    return found


@unit
def tell(email: str, title: str) -> None:
    """Something about a conversation of hers."""
    user = User.objects.get(email=email)
    about = (CONVERSATION, uuid7())
    notify(Message("shift_offers", about, title, "Come and see.", to=[user.pk]))
