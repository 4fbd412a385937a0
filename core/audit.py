"""What operators did through the admin. Django keeps it, in one table for all apps; nobody changes it."""

from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

EXPORT = 4  # after Django's three
ACTS = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted", EXPORT: "exported"}
MAY_READ = "admin.view_logentry"
NEWEST = 10


def record(user: Any, thing: Any, did: str, *, act: int = CHANGE) -> None:
    """`thing` is a row, or the name of what no row stands for."""
    row = thing if isinstance(thing, Model) else None
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(row, for_concrete_model=False) if row else None,
        object_id=row.pk if row else None,
        object_repr=str(thing)[:200],
        action_flag=act,
        change_message=did,
    )


def newest_for(user: Any) -> QuerySet[LogEntry]:
    """Those of everybody for those who may read the log, her own for others."""
    entries = LogEntry.objects.select_related("user", "content_type")
    return (entries if user.has_perm(MAY_READ) else entries.filter(user=user))[:NEWEST]
