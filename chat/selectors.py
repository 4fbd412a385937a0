from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from chat.conf import limits
from chat.errors import NoSuchConversation, NoSuchMessage
from chat.models import Block, Conversation, Message, Participant

SHOWN_PARTICIPANTS = 2 * limits.participants
SHOWN_OF_PARTICIPANT = ["conversation", "role", "left_at", "blocked_at", "user__full_name"]


def place_in(conversation_id: UUID, user_id: UUID) -> Participant:
    """Of one who reads and writes there, with the conversation."""
    active = Participant.objects.active().select_related("conversation")
    place = active.filter(conversation=conversation_id, user=user_id).first()
    if place is None:
        raise NoSuchConversation
    return place


def conversations_read_by(user_id: UUID) -> QuerySet[Conversation]:
    places = Participant.objects.active().filter(user=user_id, conversation=OuterRef("pk"))
    return Conversation.objects.filter(Exists(places))


def conversation_ids(user_id: UUID) -> list[UUID]:
    """As a list, for a query that is to begin with them."""
    return list(Participant.objects.active().filter(user=user_id).values_list("conversation", flat=True))


def newest_messages(user_id: UUID) -> QuerySet[Message]:
    """The last of each conversation she is in, where she sees it."""
    return messages_seen_by(user_id).filter(seq=F("conversation__last_seq"))


def messages_seen_by(user_id: UUID) -> QuerySet[Message]:
    places = Participant.objects.active().filter(
        user=user_id, conversation=OuterRef("conversation"), since_seq__lt=OuterRef("seq")
    )
    return Message.objects.filter(Exists(places))


def message_seen_by(user_id: UUID, message_id: UUID) -> Message:
    message = messages_seen_by(user_id).filter(pk=message_id).select_related("conversation", "media").first()
    if message is None:
        raise NoSuchMessage
    return message


def participants_of(conversations: Collection[UUID]) -> Mapping[UUID, list[Participant]]:
    """Of each, all who are in it and those who left it last, with their names."""
    found: defaultdict[UUID, list[Participant]] = defaultdict(list)
    places = Participant.objects.filter(conversation__in=conversations).select_related("user")
    for place in places.only(*SHOWN_OF_PARTICIPANT).order_by(F("left_at").desc(nulls_first=True), "pk"):
        if len(found[place.conversation_id]) < SHOWN_PARTICIPANTS:
            found[place.conversation_id].append(place)
    for of_one in found.values():
        of_one.sort(key=lambda place: place.pk)  # in the order in which they came
    return found


def active_users(conversation_id: UUID) -> list[UUID]:
    return [user for of_one in readers_of([conversation_id]).values() for user in of_one]


def readers_of(conversations: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
    """Of each, those who read and write there."""
    users: defaultdict[UUID, list[UUID]] = defaultdict(list)
    active = Participant.objects.active().filter(conversation__in=conversations).order_by("pk")
    for conversation_id, user_id in active.values_list("conversation", "user"):
        users[conversation_id].append(user_id)
    return users


def are_blocked(user_id: UUID, others: Collection[UUID]) -> bool:
    """Either way."""
    blocks = Q(blocker=user_id, blocked__in=others) | Q(blocker__in=others, blocked=user_id)
    return Block.objects.filter(blocks).exists()


def people(ids: Collection[UUID]) -> list[User]:
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def is_in(conversation_id: UUID, user_id: UUID) -> bool:
    return Participant.objects.active().filter(conversation=conversation_id, user=user_id).exists()
