"""What is done with messages: by those who are in their conversation, and each by her own only."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from accounts.models import User
from chat import clearing, events, media, membership, selectors
from chat.conf import limits
from chat.errors import AlreadyDeleted, NoSuchMessage, TooLateToEdit
from chat.models import Message, Participant
from chat.positions import lock
from chat.sending import Draft, send_all
from core.errors import DomainError, Forbidden, Invalid, refuse
from core.unit import unit
from realtime.publishing import blank, publish


@unit
def send_message(draft: Draft, *, now: datetime) -> Message:
    [sent] = send_all([draft], now=now)
    if isinstance(sent, DomainError):
        raise sent
    return sent


@unit
def edit_message(user: User, message_id: UUID, body: str, *, now: datetime) -> Message:
    message = _own(user, message_id)
    refuse(AlreadyDeleted, unless=message.deleted_at is None)
    refuse(TooLateToEdit, unless=now < message.created_at + timedelta(hours=limits.edit_hours))
    if not (body or message.media_id) or len(body) > limits.body:
        raise Invalid(body=[f"A message has 1 to {limits.body} characters."])
    if body == message.body:
        return message
    message.body, message.edited_at = body, now
    Message.objects.filter(pk=message.pk).update(body=body, edited_at=now)
    publish(events.message_edited(message, selectors.active_users(message.conversation_id)))
    return message


@unit
def delete_message(user: User, message_id: UUID, *, now: datetime) -> Message:
    message = _own(user, message_id)
    remove(message, now=now)
    return message


@unit
def remove(message: Message, *, now: datetime) -> None:
    """For everybody: nothing is left but its place. Its conversation is locked."""
    if message.deleted_at is not None:
        return
    media_id = message.media_id
    message.body, message.media, message.deleted_at = "", None, now
    Message.objects.filter(pk=message.pk).update(body="", media=None, deleted_at=now)
    if media_id is not None:
        media.release(media_id, now=now)
    _discount(message)
    blank(events.MESSAGE, message.pk)
    clearing.withdraw_all(message.pk)
    publish(*events.message_deleted(message, selectors.active_users(message.conversation_id)))


def locked(message_id: UUID) -> Message:
    """With its conversation, which is locked first."""
    found = Message.objects.filter(pk=message_id)
    conversations = membership.lock(list(found.values_list("conversation", flat=True)))
    refuse(NoSuchMessage, unless=conversations)
    return found.select_related("conversation", "media").get()


def _own(user: User, message_id: UUID) -> Message:
    seen = selectors.message_seen_by(user.pk, message_id)
    refuse(Forbidden, unless=seen.sender_id == user.pk)
    message = locked(message_id)
    refuse(NoSuchMessage, unless=selectors.is_in(message.conversation_id, user.pk))  # still
    return message


def _discount(message: Message) -> None:
    """Unread to nobody any more."""
    unread_to = Participant.objects.filter(conversation=message.conversation_id, read_seq__lt=message.seq)
    places = list(unread_to.exclude(user=message.sender_id).values_list("pk", flat=True))
    lock(places)
    unread_to.filter(pk__in=places).update(uncounted=F("uncounted") + 1)
