"""A conversation with very many messages, as hands bring it into a deployment, and what is asked of it."""

import time
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from chat import history, search, selectors
from chat.conf import limits
from chat.models import Conversation, Message
from core.bulk import insert
from tests.factories.accounts import UserFactory
from tests.factories.chat import between

AT_ONCE = 5000  # rows of an INSERT
WORDS = 5000
OF_SMALL = 20
EVERY = {"common": 2, "rare": 2500}  # one message in so many has the word; "early" is said in the first tenth alone
OLD = 10


def crowd(messages: int, others: int) -> dict[str, str]:
    """Alice's and Bob's; small ones that Alice has with others; and as much again in the same words among strangers."""
    alice, bob = UserFactory(full_name="Alice"), UserFactory(full_name="Bob")
    large = between(alice, bob)
    _talk(large, [alice, bob], messages)
    for _ in range(others):
        other = UserFactory()
        _talk(between(other, alice), [alice, other], OF_SMALL)
    strangers = [UserFactory(), UserFactory()]
    _talk(between(*strangers), strangers, messages, besides="elsewhere")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")  # as after a while
    return {"reader": str(alice.pk), "conversation": str(large.pk)}


# What is measured


def show_page(reader: UUID, conversation: UUID, **where: int) -> int:
    place = selectors.place_in(conversation, reader)
    return len(history.page(place, **where, limit=limits.page).messages)


def page_before(reader: UUID, conversation: UUID) -> int:
    """In its middle, as all of these."""
    return show_page(reader, conversation, before=_middle(conversation))


def page_after(reader: UUID, conversation: UUID) -> int:
    return show_page(reader, conversation, after=_middle(conversation))


def page_around(reader: UUID, conversation: UUID) -> int:
    return show_page(reader, conversation, around=_middle(conversation))


def find(reader: UUID, conversation: UUID | None, text: str) -> int:
    return len(search.find(reader, text, conversation).messages)


def find_anywhere(reader: UUID) -> bool:
    """Nothing helps to find it."""
    return Message.objects.filter(body=f"{reader}").exists()


def timed(times: int, look: str, *asked: Any) -> list[float]:
    """Milliseconds of each."""
    took = []
    globals()[look](*asked)
    for _ in range(times):
        start = time.perf_counter()
        globals()[look](*asked)
        took.append((time.perf_counter() - start) * 1000)
    return took


def plan(look: str, *asked: Any) -> str:
    """How the database answers all that is asked there."""
    with CaptureQueriesContext(connection) as queries:
        globals()[look](*asked)
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    lines = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"{how} {query['sql']}")
            lines += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(lines)


def _middle(conversation: UUID) -> int:
    return Conversation.objects.get(pk=conversation).last_seq // 2


# How it is made


def _talk(conversation: Conversation, people: list[User], count: int, besides: str = "") -> None:
    dice, now = Random(count), timezone.now()
    rows: list[Message] = []
    for seq in range(1, count + 1):
        said = [f"word{int(dice.paretovariate(0.4)) % WORDS}" for _ in range(16)]
        said += [word for word, every in EVERY.items() if seq % every == 0]
        said += ["early"] if seq <= count // OLD else []
        rows.append(
            Message(
                conversation=conversation,
                seq=seq,
                sender=people[seq % len(people)],
                client_id=uuid7(),
                body=" ".join([*said, besides]),
                created_at=now - timedelta(seconds=count - seq),
            )
        )
    for start in range(0, count, AT_ONCE):
        insert(rows[start : start + AT_ONCE])
    Conversation.objects.filter(pk=conversation.pk).update(last_seq=count)
