from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings import auditing
from bookings.models import Provider
from core.ids import uuid_or_none
from realtime.selectors import snapshot


class Command(BaseCommand):
    help = (
        "Count anew what the counters of providers and of their slots say: reservations, subscriptions, ratings, and "
        "revenue by the ledger. Prints where they differ, and fails unless it is to repair them. Safe while others "
        "book."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", nargs="?", help="its id; all of them where none is given")
        parser.add_argument("--repair", action="store_true", help="write what was counted, row by row, each locked")

    def handle(self, *, provider: str | None, repair: bool, **options: Any) -> None:
        audited = differing = 0
        for one in self._chosen(provider):
            audited += 1
            for drift in auditing.repair(one) if repair else _drifts(one):
                differing += 1
                self.stdout.write(f"{one.pk} {drift}")
        self.stdout.write(f"{audited} providers, {differing} differences{' repaired' if repair else ''}.")
        if differing and not repair:
            raise CommandError("Some counters are not what the rows say.", returncode=1)

    def _chosen(self, provider: str | None) -> Iterator[Provider]:
        if provider is None:
            yield from Provider.objects.order_by("pk")
            return
        key = uuid_or_none(provider)
        found = Provider.objects.filter(pk=key).first() if key else None
        if found is None:
            raise CommandError("There is no such provider.")
        yield found


def _drifts(provider: Provider) -> list[auditing.Drift]:
    """Of one moment: who books meanwhile is no difference."""
    with snapshot():
        return auditing.drifts(provider)
