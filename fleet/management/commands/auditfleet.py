from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.clocks import DAY
from fleet import auditing
from fleet.ranges import Days
from fleet.tallies import Counted

LOT = 366 * DAY  # of one statement, which has some seconds


class Command(BaseCommand):
    help = (
        "Count anew what the counts by day say: entries, exits, and violations by their state. Prints where they "
        "differ, and fails unless it is to repair them. Safe while gates and patrols report."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="write what was counted; who counts meanwhile waits")
        parser.add_argument("--since", type=date.fromisoformat, help="a day of the campus, such as 2026-01-31")
        parser.add_argument("--until", type=date.fromisoformat, help="the last day; by default all days")

    def handle(self, *, repair: bool, since: date | None, until: date | None, **options: Any) -> None:
        differing = audited = 0
        for days in _lots(since, until):
            audited += days.count
            wrong = auditing.repair(days) if repair else auditing.drift(days)
            for counted, by in sorted(wrong.items()):
                differing += 1
                self.stdout.write(f"{_named(counted)}: {abs(by)} too {'few' if by > 0 else 'many'}")
        self.stdout.write(f"{audited} days, {differing} differences{' repaired' if repair else ''}.")
        if differing and not repair:
            raise CommandError("Some counts are not what the rows say.", returncode=1)


def _lots(since: date | None, until: date | None) -> Iterator[Days]:
    whole = auditing.whole()
    if whole is None:
        return
    first, last = since or whole.first, until or whole.last
    if last < first and since and until:
        raise CommandError("--until is before --since.")
    while first <= last:
        lot = Days(first, min(last, first + LOT - DAY))
        yield lot
        first = lot.last + DAY


def _named(counted: Counted) -> str:
    return " ".join(filter(None, [counted.day.isoformat(), *counted[1:]]))
