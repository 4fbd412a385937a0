"""What programs hear of an inbox: a notice as its reader sees it, and how many she has not read."""

from collections.abc import Iterable
from uuid import UUID

from notifications.models import Notice
from realtime.publishing import Fact

NOTICE = "notifications.notice"
INBOX = "notifications.inbox"


def notices_added(notices: Iterable[Notice]) -> list[Fact]:
    return _told("notice_added", notices)


def notices_seen(notices: Iterable[Notice]) -> list[Fact]:
    """As unread as before."""
    return _about_each("notice_changed", notices)


def notices_changed(notices: Iterable[Notice]) -> list[Fact]:
    """Read or archived: the data says which."""
    return _told("notice_changed", notices)


def notices_withdrawn(notices: Iterable[Notice]) -> list[Fact]:
    return _told("notice_withdrawn", notices)


def inbox_changed(user_id: UUID) -> Fact:
    return Fact("notifications.inbox_changed", about=(INBOX, user_id), to=[user_id])


def _told(what: str, notices: Iterable[Notice]) -> list[Fact]:
    facts = _about_each(what, notices)
    readers = dict.fromkeys(user_id for fact in facts for user_id in fact.to)
    return facts + [inbox_changed(user_id) for user_id in readers]


def _about_each(what: str, notices: Iterable[Notice]) -> list[Fact]:
    """What is not in the inbox is no object of anybody's view."""
    return [
        Fact(f"notifications.{what}", about=(NOTICE, notice.pk), to=[notice.recipient_id])
        for notice in notices
        if notice.is_listed
    ]
