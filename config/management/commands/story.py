import asyncio
import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import PASSWORD
from config.env import env, number
from core.wiring import declared
from realtime.playing.stage import NoDemoWorld, Place, Played, Step, perform

COLUMNS = "{:<10} {:>6} {:>6} {:>10} {:>10}  {}"


class Command(BaseCommand):
    help = (
        "Play every product against a running server, as people of the demo world, and say how soon the others heard. "
        "Fails if something was not heard, or not exactly once. Can be played again and again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        here = f"http://localhost:{number('PORT', 8000)}"
        parser.add_argument("--url", action="append", help=f"the server, by default {here}; or each of its processes")
        parser.add_argument("--only", action="append", choices=[*declared("STORIES")], help="this product")
        parser.add_argument("--patience", type=float, default=10, help="seconds until something counts as not heard")
        parser.add_argument(
            "--phones", default=env("OUTSIDE_URL"), help="the page of the demo's phones, where one pays"
        )
        parser.add_argument("--json", action="store_true", help="one document at the end, and nothing else")
        parser.set_defaults(here=here)

    def handle(self, **options: Any) -> None:
        urls = [url.rstrip("/") for url in options["url"] or [options["here"]]]
        self._is_json = options["json"]
        try:
            played = asyncio.run(self._play(urls, options["phones"], options["patience"], options["only"]))
        except NoDemoWorld as missing:
            raise CommandError(f"{missing} Make the demo world first: manage.py demo") from None
        except aiohttp.ClientConnectorError:
            raise CommandError(f"Nothing answers at {urls[0]}. Start the server first, or say --url.") from None
        if self._is_json:
            self.stdout.write(json.dumps([as_json(one) for one in played], indent=2))
        else:
            self._table(played)
        if failed := [one.product for one in played if not one.is_good]:
            raise CommandError(f"Not as it should be: {', '.join(failed)}.")

    async def _play(self, urls: list[str], phones: str, patience: float, only: list[str] | None) -> list[Played]:
        outside = await first_that_pays([phones] if phones else [beside(urls[0])])
        place = Place(urls, PASSWORD, outside, patience)
        played = []
        for product, play in declared("STORIES").items():
            if only is None or product in only:
                self._say(f"\n{self.style.MIGRATE_HEADING(product)}")
                played.append(await perform(product, play, place, self._tell))
                if played[-1].failure:
                    self._say(self.style.ERROR(f"  FAILED: {played[-1].failure}"))
        return played

    def _tell(self, step: Step) -> None:
        self._say(f"  +{step.at:6.3f} s  {step.deed}")
        for heard in step.heard:
            self._say(f"{self.style.SUCCESS(f'{heard.ms:>18.0f} ms')}  → {heard.who} {heard.what}")

    def _table(self, played: list[Played]) -> None:
        self._say("\n" + self.style.MIGRATE_HEADING(COLUMNS.format("product", "deeds", "heard", "median", "worst", "")))
        for one in played:
            latencies = (f"{ms:.0f} ms" if ms is not None else "–" for ms in (one.median_ms, one.worst_ms))
            style = self.style.SUCCESS if one.is_good else self.style.ERROR
            row = COLUMNS.format(one.product, len(one.steps), len(one.latencies), *latencies, "{}")
            self._say(row.format(style(verdict(one))))

    def _say(self, line: str) -> None:
        if not self._is_json:
            self.stdout.write(line)


def verdict(played: Played) -> str:
    if played.failure:
        return "failed"
    wrong = [name for name, is_true in played.apps.items() if not is_true]
    if wrong:
        return f"NOT exactly once: {', '.join(wrong)}"
    return f"exactly once, in each of {len(played.apps)} apps"


def as_json(played: Played) -> dict[str, Any]:
    figures = {"median_ms": played.median_ms, "worst_ms": played.worst_ms, "is_good": played.is_good}
    return {**asdict(played), **figures}


def beside(url: str) -> str:
    """Where `make run` has the page of the phones."""
    server = urlsplit(url)
    return urlunsplit(server._replace(netloc=f"{server.hostname}:{(server.port or 80) + 1}"))


async def first_that_pays(pages: list[str]) -> str:
    """Of these, or none: then people pay at the desk."""
    for page in pages:
        try:
            async with asyncio.timeout(2), aiohttp.request("GET", f"{page.rstrip('/')}/payments") as answer:
                if answer.ok and isinstance(await answer.json(), list):
                    return page.rstrip("/")
        except (aiohttp.ClientError, TimeoutError, ValueError):
            continue
    return ""
