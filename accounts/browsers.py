"""Browsers that sign in on live pages. Each has a session like any device, which its cookie's session names: so ending
it ends the sockets of the browser, its polls and its requests, whoever ends it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from accounts import sessions
from accounts.models import User

KEY = "session"


def open_session(cookie: SessionBase, user: User, *, device: str, now: datetime) -> None:
    cookie[KEY] = str(sessions.open_for_browser(user, device=device[:100], now=now).pk)


def end_session(cookie: SessionBase, user: User) -> None:
    if session_id := session_of(cookie):
        sessions.revoke(user.pk, [session_id])


def session_of(cookie: Mapping[str, Any] | SessionBase) -> UUID | None:
    """None: the admin's own way in has none."""
    return UUID(cookie[KEY]) if KEY in cookie else None
