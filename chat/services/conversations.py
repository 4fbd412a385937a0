"""Conversations begin once for the same people about the same thing. Of two they stay of two; groups change."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from chat import events, membership, selectors
from chat.conf import limits
from chat.errors import Blocked, GroupFull, NoSuchPerson, NotAGroup, TooManyConversations
from chat.models import Conversation, Participant
from core.bulk import insert
from core.errors import Forbidden, Invalid, refuse
from core.unit import unit
from realtime.publishing import publish

Role = Participant.Role
DAY = timedelta(days=1)


@unit
def open_conversation(
    creator: User,
    others: Collection[UUID],
    *,
    now: datetime,
    title: str = "",
    context: Mapping[str, Any] | None = None,
    is_group: bool = False,
) -> tuple[Conversation, bool]:
    """The one these people have about this already, or a new one; and whether it is new.

    What a conversation is about is said by the ids in its context: the keys that end in `_id`.
    """
    context = dict(context or {})
    people = [creator, *_found({*others} - {creator.pk})]
    if len(people) == 2:
        membership.lock_people([person.pk for person in people])
    _check(creator, people, context)
    kind = Conversation.Kind.GROUP if is_group or len(people) > 2 else Conversation.Kind.DIRECT
    identity = _identity(kind, people, title if kind == Conversation.Kind.GROUP else "", context)
    known = Conversation.objects.filter(identity=identity).first()
    if known is not None:
        return known, False
    refuse(TooManyConversations, unless=_opened_today(creator, now) < limits.conversations_per_day)
    conversation = Conversation(
        kind=kind, title=title, context=context, identity=identity, created_by=creator, created_at=now, last_at=now
    )
    if not insert([conversation], ignore_conflicts=True):  # somebody was quicker
        return Conversation.objects.get(identity=identity), False
    _seat(conversation, creator, people, now)
    membership.tell_change(conversation, "conversation_opened")
    return conversation, True


@unit
def add_participants(user: User, conversation_id: UUID, user_ids: Collection[UUID], *, now: datetime) -> Conversation:
    conversation = _group_owned_by(user, conversation_id)
    here = set(selectors.active_users(conversation.pk))
    coming = [person.pk for person in _found(set(user_ids)) if person.pk not in here]
    refuse(Blocked, unless=not selectors.are_blocked(user.pk, coming))
    refuse(GroupFull, unless=len(here) + len(coming) <= limits.participants, at_most=limits.participants)
    if coming:
        membership.let_in(conversation, coming, now=now)
        membership.forget_identity(conversation)
        membership.tell_change(conversation, "participants_added")
    return conversation


@unit
def remove_participant(user: User, conversation_id: UUID, user_id: UUID, *, now: datetime) -> Conversation:
    conversation = _group_owned_by(user, conversation_id)
    place = Participant.objects.active().filter(conversation=conversation, user=user_id).first()
    refuse(NoSuchPerson, unless=place is not None)
    membership.take_out(conversation, user_id, now=now)
    return conversation


@unit
def leave(user: User, conversation_id: UUID, *, now: datetime) -> None:
    selectors.place_in(conversation_id, user.pk)
    [conversation] = membership.lock_with_places([conversation_id])
    selectors.place_in(conversation_id, user.pk)
    refuse(NotAGroup, unless=not conversation.is_direct)
    membership.take_out(conversation, user.pk, now=now)


@unit
def rename(user: User, conversation_id: UUID, title: str) -> Conversation:
    conversation = _group_owned_by(user, conversation_id)
    conversation.title = title
    Conversation.objects.filter(pk=conversation.pk).update(title=title)
    membership.forget_identity(conversation)
    users = selectors.active_users(conversation.pk)
    publish(*events.conversation_changed("conversation_renamed", conversation.pk, users))
    return conversation


@unit
def mute(user: User, conversation_id: UUID, *, is_muted: bool) -> Participant:
    place = selectors.place_in(conversation_id, user.pk)
    if Participant.objects.filter(pk=place.pk).exclude(is_muted=is_muted).update(is_muted=is_muted):
        publish(events.setting_changed(conversation_id, user.pk))
    return selectors.place_in(conversation_id, user.pk)


def _found(ids: Collection[UUID]) -> list[User]:
    people = selectors.people(ids)
    refuse(NoSuchPerson, unless=len(people) == len(set(ids)))
    return people


def _check(creator: User, people: Collection[User], context: Mapping[str, Any]) -> None:
    if len(people) < 2:
        raise Invalid(participant_ids=["Name somebody else."])
    refuse(GroupFull, unless=len(people) <= limits.participants, at_most=limits.participants)
    if len(_stored(context)) > limits.context_bytes:
        raise Invalid(context=[f"A context has at most {limits.context_bytes} bytes."])
    refuse(Blocked, unless=not selectors.are_blocked(creator.pk, [person.pk for person in people]))


def _stored(context: Mapping[str, Any]) -> bytes:
    """As JSON that a database keeps: it knows no NaN, no half of a surrogate pair, and no null character."""
    try:
        text = json.dumps(context, ensure_ascii=False, allow_nan=False)
        stored = text.encode()
    except ValueError:
        raise Invalid(context=["This cannot be kept."]) from None
    if r"\u0000" in text.replace(r"\\", ""):
        raise Invalid(context=["This cannot be kept."])
    return stored


def _identity(kind: str, people: Collection[User], title: str, context: Mapping[str, Any]) -> str:
    about = sorted((key, str(value)) for key, value in context.items() if key.endswith("_id") and value)
    named = [kind, title, sorted(person.pk.hex for person in people), about]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _opened_today(creator: User, now: datetime) -> int:
    return Conversation.objects.filter(created_by=creator, created_at__gt=now - DAY).count()


def _seat(conversation: Conversation, creator: User, people: Collection[User], now: datetime) -> None:
    places = [
        Participant(
            conversation=conversation,
            user=person,
            joined_at=now,
            role=Role.OWNER if person == creator and not conversation.is_direct else Role.MEMBER,
        )
        for person in people
    ]
    Participant.objects.bulk_create(places)


def _group_owned_by(user: User, conversation_id: UUID) -> Conversation:
    """Locked."""
    selectors.place_in(conversation_id, user.pk)
    [conversation] = membership.lock_with_places([conversation_id])
    refuse(NotAGroup, unless=not conversation.is_direct)
    refuse(Forbidden, unless=selectors.place_in(conversation_id, user.pk).role == Role.OWNER)
    return conversation
