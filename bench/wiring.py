"""A domain without tables, so that what is measured is the stream and not somebody's queries."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from bench.payload import payload
from notifications.catalogue import NoticeKind, Throttle
from realtime.boards import BoardKind
from realtime.kinds import Kind

_versions = count()


def notes(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    return {key: payload(int(key)) for key in keys}


def no_keys(user_id: UUID) -> Iterable[str]:
    return ()


def board(argument: str) -> dict[str, Any]:
    return payload(next(_versions))


def everyone(argument: str, users: Collection[UUID]) -> set[UUID]:
    return set(users)


KINDS = {"bench.note": Kind(render=notes, keys_of=no_keys)}
BOARDS = {"bench.board": BoardKind(render=board, readers=everyone)}
# Counted as any kind is, but never too much.
NOTICES = {"bench_news": NoticeKind("News", throttle=Throttle(most=1_000_000, per=timedelta(hours=1)))}
