"""The way of a message into its conversation, for many at once: they are numbered, stored and told in one commit."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from chat import events
from chat.conf import limits
from chat.errors import Blocked, ClientIdTaken, NobodyThere, NoSuchConversation, NoSuchMedia, OutOfOrder
from chat.models import Conversation, Media, Message, Participant
from chat.positions import lock
from core.bulk import insert
from core.errors import DomainError, Invalid, refuse
from core.sql import Columns, relation
from realtime.publishing import publish


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody sends. `client_id` is her name for it, and `after` her name for the one it follows, if she says."""

    sender_id: UUID
    client_id: UUID
    conversation_id: UUID
    body: str = ""
    media_id: UUID | None = None
    after: UUID | None = None
    command: UUID | None = None


Sent = Message | DomainError


def send_all(drafts: Sequence[Draft], *, now: datetime) -> list[Sent]:
    """Inside a unit. Each stands or falls alone: answers, in their order, the message that there is now, or why there
    is none.
    """
    batch = _Batch(drafts, now)
    sent = [batch.take(draft) for draft in drafts]
    batch.store()
    publish(*(fact for draft, message in batch.new for fact in batch.facts(draft, message)))
    return sent


class _Batch:
    """What there is, read under the locks of the conversations; and what is to be stored."""

    def __init__(self, drafts: Sequence[Draft], now: datetime) -> None:
        self.now = now
        self.new: list[tuple[Draft, Message]] = []
        wanted = {draft.conversation_id for draft in drafts}
        self._conversations = _lock_conversations(wanted)
        self._places = _places_in(self._conversations)
        self._known = _messages_called(drafts)
        self._media = _media_of(drafts, now)

    def take(self, draft: Draft) -> Sent:
        try:
            known = self._known.get((draft.sender_id, draft.client_id))
            refuse(ClientIdTaken, unless=known is None or known.conversation_id == draft.conversation_id)
            return known or self._number(draft)
        except DomainError as refusal:
            return refusal

    def _number(self, draft: Draft) -> Message:
        self._check(draft)
        conversation = self._conversations[draft.conversation_id]
        conversation.last_seq += 1
        media = self._media[draft.sender_id, draft.media_id] if draft.media_id else None
        message = Message(
            conversation_id=conversation.pk,
            seq=conversation.last_seq,
            sender_id=draft.sender_id,
            client_id=draft.client_id,
            kind=media.kind if media else Message.Kind.TEXT,
            body=draft.body,
            media=media,
            created_at=self.now,
        )
        self._known[draft.sender_id, draft.client_id] = message
        self.new.append((draft, message))
        return message

    def _check(self, draft: Draft) -> None:
        places = self._places.get(draft.conversation_id, {})
        if draft.sender_id not in places:
            raise NoSuchConversation
        if len(places) == 1:
            is_direct = self._conversations[draft.conversation_id].is_direct
            raise Blocked if is_direct and self._is_blocked(draft) else NobodyThere
        if not draft.body and draft.media_id is None:
            raise Invalid(body=["Say something, or send a picture or a file."])
        if len(draft.body) > limits.body:
            raise Invalid(body=[f"A message has at most {limits.body} characters."])
        if draft.media_id and (draft.sender_id, draft.media_id) not in self._media:
            raise NoSuchMedia
        if draft.after and (draft.sender_id, draft.after) not in self._known:
            raise OutOfOrder

    def _is_blocked(self, draft: Draft) -> bool:
        others = Participant.objects.filter(conversation=draft.conversation_id).exclude(user=draft.sender_id)
        return others.exclude(blocked_at=None).exists()

    def store(self) -> None:
        if not self.new:
            return
        messages = [message for _, message in self.new]
        insert(messages)
        _keep({message.media_id for message in messages if message.media_id})
        touched = {message.conversation_id for message in messages}
        _note_last([self._conversations[pk] for pk in touched], self.now)
        _count_own(messages, self._places)

    def facts(self, draft: Draft, message: Message) -> Iterable[object]:
        return events.message_sent(message, list(self._places[message.conversation_id]), draft.command)


Places = Mapping[UUID, Mapping[UUID, int]]  # of each conversation, those who are in it, and their rows


def _lock_conversations(ids: Iterable[UUID]) -> dict[UUID, Conversation]:
    """In one order, so that two batches do not deadlock."""
    wanted = Conversation.objects.filter(pk__in=set(ids)).only("kind", "last_seq").order_by("pk")
    return {conversation.pk: conversation for conversation in wanted.select_for_update(no_key=True)}


def _places_in(conversations: Iterable[UUID]) -> Places:
    places: defaultdict[UUID, dict[UUID, int]] = defaultdict(dict)
    active = Participant.objects.active().filter(conversation__in=list(conversations)).order_by("pk")
    for conversation_id, user_id, pk in active.values_list("conversation", "user", "pk"):
        places[conversation_id][user_id] = pk
    return places


def _messages_called(drafts: Sequence[Draft]) -> dict[tuple[UUID, UUID], Message]:
    """What these senders have sent by these names, or by the names of what it follows.

    In a batch of commands, whose ids were never seen before, nothing is looked for; should there be something all the
    same, the batch fails at its unique row, and each is sent alone.
    """
    names = [(draft.sender_id, draft.after) for draft in drafts if draft.after]
    if len(drafts) == 1 or any(draft.command is None for draft in drafts):
        names += [(draft.sender_id, draft.client_id) for draft in drafts]
    if not names:
        return {}
    senders, client_ids = zip(*names, strict=True)
    given, parameters = relation("given", {"sender_id": ("uuid", senders), "client_id": ("uuid", client_ids)})
    sql = f"""SELECT message.id FROM {given} JOIN chat_message message
              ON message.sender_id = given.sender_id AND message.client_id = given.client_id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        ids = [pk for (pk,) in cursor.fetchall()]
    found = Message.objects.filter(pk__in=ids).select_related("media") if ids else []
    return {(message.sender_id, message.client_id): message for message in found}


def _media_of(drafts: Sequence[Draft], now: datetime) -> dict[tuple[UUID, UUID], Media]:
    """By who uploaded it: nobody sends what is another's. Locked, so that none is removed meanwhile."""
    ids = {draft.media_id for draft in drafts if draft.media_id}
    if not ids:
        return {}
    kept = Media.objects.kept(now).filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {(media.uploader_id, media.pk): media for media in kept}


def _keep(media: Collection[UUID]) -> None:
    if media:
        Media.objects.filter(pk__in=media).update(remove_at=None)


def _note_last(conversations: Sequence[Conversation], now: datetime) -> None:
    """What is due already stays as it is: an index that does not change need not be written."""
    columns: Columns = {
        "id": ("uuid", [conversation.pk for conversation in conversations]),
        "last_seq": ("bigint", [conversation.last_seq for conversation in conversations]),
    }
    given, parameters = relation("given", columns)
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE chat_conversation SET last_seq = given.last_seq, last_at = %s,
                    look_at = CASE WHEN look_at <= %s THEN look_at ELSE %s END
                FROM {given} WHERE chat_conversation.id = given.id""",
            [at, at, at, *parameters],
        )


def _count_own(messages: Sequence[Message], places: Places) -> None:
    """Nobody's own messages are unread to her."""
    sent = Counter(places[message.conversation_id][message.sender_id] for message in messages)
    lock(sent)
    given, parameters = relation("given", {"id": ("bigint", list(sent)), "sent": ("bigint", list(sent.values()))})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE chat_participant SET uncounted = chat_participant.uncounted + given.sent
                FROM {given} WHERE chat_participant.id = given.id""",
            parameters,
        )
