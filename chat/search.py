"""Words in the messages somebody sees, the newest first.

PostgreSQL has an index of the words. It is combined with that of the conversations, so that neither a word that all the
world uses nor a conversation of years is read through. SQLite compares the texts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from chat import selectors
from chat.conf import limits
from chat.errors import NoSuchMessage
from chat.models import Message
from core.errors import refuse

PLAIN = re.compile(r"[\w\s]+")
SHORTEST_BEGINNING = 3  # letters: less than that begins too many words


@dataclass(frozen=True, slots=True)
class Page:
    messages: Sequence[Message]
    has_older: bool


def find(user_id: UUID, text: str, conversation_id: UUID | None = None, before: UUID | None = None) -> Page:
    """In one conversation, or in all of hers; before a message is a place in what was found."""
    found = selectors.messages_seen_by(user_id).filter(_says(text), deleted_at=None)
    last = selectors.message_seen_by(user_id, before) if before else None
    if conversation_id is not None:
        selectors.place_in(conversation_id, user_id)
        refuse(NoSuchMessage, unless=last is None or last.conversation_id == conversation_id)
        return _page(_in_one(found.filter(conversation=conversation_id), last))
    return _page(_in_all(found.filter(conversation__in=selectors.conversation_ids(user_id)), last))


def _in_one(found: QuerySet[Message], last: Message | None) -> QuerySet[Message]:
    """Backwards from the end where the word is common, by the index of words where it is rare."""
    return (found.filter(seq__lt=last.seq) if last else found).order_by("-seq")


def _in_all(found: QuerySet[Message], last: Message | None) -> QuerySet[Message]:
    """By time, of which there is no index: everybody's would be read in its order."""
    if last is not None:
        at_once = Q(created_at=last.created_at, pk__lt=last.pk)
        found = found.filter(Q(created_at__lt=last.created_at) | at_once)
    return found.order_by("-created_at", "-pk")


def _page(found: QuerySet[Message]) -> Page:
    """What is found is put in order by its ids alone: of a common word there is very much."""
    ids = list(found.values_list("pk", flat=True)[: limits.search_results + 1])
    messages = Message.objects.select_related("media").in_bulk(ids[: limits.search_results])
    return Page([messages[pk] for pk in ids if pk in messages], len(ids) > limits.search_results)


def _says(text: str) -> Any:
    if connection.vendor == "postgresql":
        query, parameters = _query(text)
        return RawSQL(f"chat_message.words @@ ({query})", parameters, output_field=BooleanField())
    return Q(*[("body__icontains", word) for word in text.split()])


def _query(text: str) -> tuple[str, list[str]]:
    """As people write in search engines; the last of plain words may be the beginning of one."""
    words = text.split()
    is_plain = PLAIN.fullmatch(text) and "or" not in text.lower().split()
    if is_plain and len(words[-1]) >= SHORTEST_BEGINNING:
        whole, beginning = " ".join(words[:-1]), f"{words[-1]}:*"
        return "websearch_to_tsquery('simple', %s) && to_tsquery('simple', %s)", [whole, beginning]
    return "websearch_to_tsquery('simple', %s)", [text]
