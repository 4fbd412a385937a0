"""How the inbox looks in its owner's view: the newest notices, and the absolute numbers for a badge."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from notifications import selectors, telling
from notifications.models import Notice
from notifications.serializers import NoticeOut
from realtime.kinds import Key, Kind


def notices(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    """One that was archived or withdrawn has left the view."""
    shown = Notice.objects.listed().filter(pk__in=keys).select_related("recipient").only(*NoticeOut.READS)
    return {str(notice.pk): NoticeOut(notice).data for notice in shown}


def inboxes(keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    unread = selectors.unread_counts([UUID(key) for key in keys])
    return {key: {"unread": unread[UUID(key)]} for key in keys}


def own_inbox(user_id: UUID) -> Iterable[Key]:
    return [str(user_id)]


NOTICE = Kind(render=notices, keys_of=selectors.newest_keys, told=telling.note_offsets, is_windowed=True, rank=30)
INBOX = Kind(render=inboxes, keys_of=own_inbox, rank=10)
