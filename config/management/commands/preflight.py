from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.files import FilesAway
from core.wiring import declared
from realtime import nodes
from realtime.models import Node

Found = tuple[bool, str]
Check = Callable[[], Iterable[Found]]


class Command(BaseCommand):
    help = "Look whether this deployment is fit to serve. Fails if something is wrong; changes and sends nothing."

    def handle(self, **options: Any) -> None:
        failed = 0
        for name, check in checks().items():
            for is_good, text in check():
                failed += not is_good
                mark = self.style.SUCCESS("ok    ") if is_good else self.style.ERROR("FAILED")
                self.stdout.write(f"{mark} {name}: {text}")
        if failed:
            raise CommandError(f"{failed} of these must be mended.")


def checks() -> Mapping[str, Check]:
    """Ours, and those that the apps declare as PREFLIGHT."""
    return {"migrations": migrations, "processes": processes, "files": files, **declared("PREFLIGHT")}


def migrations() -> Iterable[Found]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield False, f"{len(missing)} are not applied, the first is {missing[0][0]}"
    else:
        yield True, "all are applied"


def files() -> Iterable[Found]:
    where = f"the bucket {settings.S3_BUCKET}" if settings.S3_BUCKET else f"the folder {settings.MEDIA_ROOT}"
    try:
        default_storage.exists("preflight")
        yield True, f"they are in {where}"
    except FilesAway as away:
        yield False, f"{where} cannot be reached, or refuses us: {away.__cause__}"


def processes() -> Iterable[Found]:
    for role in (Node.Role.BEAT, Node.Role.WORKER):
        alive = len(nodes.alive(role))
        yield bool(alive), f"{alive} {role} alive"
