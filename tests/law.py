"""The law of the stream: an old view and the events since make a fresh view. For any service of any domain."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from core.wiring import declared
from realtime import kinds, selectors
from realtime.selectors import Range
from tests.sockets import fold

View = dict[str, dict[str, Any]]


@contextmanager
def law_holds_for(users: Collection[UUID]) -> Iterator[None]:
    """Whatever the services called inside did, these users' views follow from their events."""
    before = remember(users)
    yield
    assert breaches(before) == []


def remember(users: Collection[UUID]) -> dict[str, Any]:
    """Where each user stands, and her view there."""
    return {str(user): _standing(user) for user in users}


def breaches(before: dict[str, Any]) -> list[str]:
    """Every object that the fold and the fresh view show differently."""
    found = []
    for user, (offset, view) in before.items():
        head, fresh = _standing(UUID(str(user)))
        folded = _folded(UUID(str(user)), offset, head, view)
        found += [f"{user} {difference}" for difference in _differences(folded, fresh)]
    return found


def _standing(user: UUID) -> tuple[int, View]:
    with selectors.snapshot():
        return selectors.state(user).head, kinds.view(user, declared("KINDS"))


def _folded(user: UUID, after: int, upto: int, view: View) -> View:
    folded: View = json.loads(json.dumps(view))
    for event in selectors.stored_events([Range(user, after, upto)]).get(user, []):
        fold(folded, json.loads(event.frame))
    return folded


def _differences(folded: View, fresh: View) -> Iterator[str]:
    for kind in declared("KINDS"):
        mine, theirs = folded.get(kind, {}), fresh.get(kind, {})
        # Beyond the window of a windowed kind a client may know more than a fresh view shows.
        keys = theirs if kinds.kind(kind).is_windowed else {*mine, *theirs}
        for key in keys:
            if mine.get(key) != theirs.get(key):
                yield f"{kind} {key}: folded {mine.get(key)}, fresh {theirs.get(key)}"
