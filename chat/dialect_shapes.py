"""How seed 004's app wants to have its conversations and messages. What it cannot bear to be null never is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from chat.conf import limits
from chat.listing import Listed
from chat.models import Conversation, Media, Message, Participant
from chat.shapes import unread
from notifications.serializers import instant

Address = Callable[[Media], str]
Reached = tuple[int, int]

# The keys of a context that the app names itself; its own `context` is kept whole, beside them.
CAR_ID, CAR_TITLE, CAR_SELLER, ABOUT = "car_id", "car_title", "car_seller", "about"
OURS = {CAR_ID, CAR_TITLE, CAR_SELLER, ABOUT}


def context(car_id: str, car_title: str, seller: UUID, about: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever says who sells it, the same people find the same conversation about a car: so `car_seller` is no id."""
    car = {CAR_ID: car_id, CAR_SELLER: str(seller)} if car_id else {}
    named = {CAR_TITLE: car_title, ABOUT: dict(about)}
    return {**car, **{key: value for key, value in named.items() if value}}


# Ticks


@dataclass(frozen=True, slots=True)
class Ticks:
    """How far the reader has come in a conversation, and the furthest of the others."""

    reader: UUID
    own: Reached
    others: Reached

    def status(self, message: Message) -> str:
        delivered, read = self.others if message.sender_id == self.reader else self.own
        return "seen" if message.seq <= read else "delivered" if message.seq <= delivered else "sent"


def ticks(conversations: Collection[UUID], reader: UUID) -> dict[UUID, Ticks]:
    """In large groups nobody is told who has read what."""
    places: defaultdict[UUID, list[Participant]] = defaultdict(list)
    for place in Participant.objects.filter(conversation__in=conversations).only(
        "conversation", "user", "delivered_seq", "read_seq"
    ):
        places[place.conversation_id].append(place)
    return {conversation: _ticks(here, reader) for conversation, here in places.items()}


def _ticks(places: Sequence[Participant], reader: UUID) -> Ticks:
    mine = [place for place in places if place.user_id == reader]
    others = [place for place in places if place.user_id != reader] if len(places) <= limits.receipts_upto else []
    return Ticks(reader, _furthest(mine), _furthest(others))


def _furthest(places: Iterable[Participant]) -> Reached:
    reached = [(place.delivered_seq, place.read_seq) for place in places] or [(0, 0)]
    return max(delivered for delivered, _ in reached), max(read for _, read in reached)


# Messages


def message(message: Message, ticks: Ticks, names: Mapping[UUID, str], address: Address) -> dict[str, Any]:
    """Of when it was delivered and seen, only that it was is known."""
    status, created_at = ticks.status(message), instant(message.created_at)
    return {
        "id": str(message.pk),
        "client_id": str(message.client_id),
        "conversation_id": str(message.conversation_id),
        "sender_id": str(message.sender_id),
        "sender_name": names.get(message.sender_id, ""),
        "content": gettext("This message was deleted.") if message.deleted_at else message.body,
        "message_type": Message.Kind.TEXT if message.deleted_at else message.kind,
        "media_url": address(message.media) if message.media else None,
        "is_read": status == "seen",
        "isRead": status == "seen",
        "status": status,
        "delivered_at": None,
        "seen_at": None,
        "created_at": created_at,
        "createdAt": created_at,
    }


def names(participants: Iterable[Participant]) -> dict[UUID, str]:
    return {participant.user_id: participant.user.full_name for participant in participants}


# Conversations


def conversation(listed: Listed, ticks: Ticks, address: Address) -> dict[str, Any]:
    here, place, last = listed.conversation, listed.place, listed.last_message
    others = [participant for participant in listed.participants if participant.user_id != place.user_id]
    shown = message(last, ticks, names(listed.participants), address) if last else None
    return {
        "id": str(here.pk),
        **_car(here),
        "participants": [person(participant) for participant in others],
        "last_message": shown,
        "unread_count": unread(here.last_seq, place.read_seq, place.uncounted)["unread"],
        "created_at": instant(here.created_at),
        "updated_at": instant(here.last_at),
    }


def person(participant: Participant) -> dict[str, Any]:
    return {"user_id": str(participant.user_id), "full_name": participant.user.full_name, "avatar_url": None}


def opened(listed: Listed, ticks: Ticks, places: Iterable[Participant], address: Address) -> dict[str, Any]:
    """As it is answered to whoever begins it: with all who are in it, and how far each has read."""
    here = listed.conversation
    places = list(places)
    read = Message.objects.filter(conversation=here, seq__in={place.read_seq for place in places})
    ids = dict(read.values_list("seq", "pk"))
    participants = [
        {
            **person(place),
            "conversation_id": str(here.pk),
            "last_read_message_id": str(ids[place.read_seq]) if place.read_seq in ids else None,
            "unread_count": unread(here.last_seq, place.read_seq, place.uncounted)["unread"],
            "joined_at": instant(place.joined_at),
        }
        for place in places
    ]
    return {**conversation(listed, ticks, address), "participants": participants}


def _car(conversation: Conversation) -> dict[str, Any]:
    context = conversation.context
    own = context.get(ABOUT)
    about = {key: value for key, value in context.items() if key not in OURS} | (own if isinstance(own, dict) else {})
    price = about.get("car_price")
    return {
        "car_id": _text(context.get(CAR_ID)),
        "car_title": _text(context.get(CAR_TITLE)) or conversation.title or None,
        "car_image_url": _text(about.get("car_image_url")),
        "car_price": price if isinstance(price, int | float) and not isinstance(price, bool) else None,
        "car_seller_id": _text(context.get(CAR_SELLER)),
        "metadata": about,
    }


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None
