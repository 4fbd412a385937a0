"""What the tests of operators' dashboards have in common."""

import csv
import re
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.dashboards import Figure
from tests.factories.accounts import UserFactory


def operator(*rights: str) -> User:
    """With these rights alone, such as "chat.view_messagereport"."""
    user = UserFactory(is_staff=True)
    for right in rights:
        app, codename = right.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def words(answer: Any) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def card(cards: list[Figure], label: str) -> Figure:
    return next(one for one in cards if one.label == label)


def exported(client: Client, page: str, table: str, **query: str) -> list[list[str]]:
    """The lines of a CSV, its head first."""
    text = _read(client.get(page, {"export": table, **query})).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@async_to_sync
async def _read(answer: Any) -> bytes:
    return b"".join([part async for part in answer.streaming_content])
