import os
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fleet.arrivals import Result
from fleet.replaying.mixing import Sending, in_order, mixed
from fleet.replaying.playing import Progress, Send, Told, play
from fleet.replaying.recordings import BadRecording, load, moved
from fleet.replaying.senders import Refused, ToServer, ToService
from fleet.services.scans import Seen

SHOWN = 100  # errors
TOLD_EVERY_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Send a recorded day of scans again: lines of JSON, or CSV with the columns event_id, plate, direction, at "
        "and, if you like, gate. It is moved to the latest day on which it has happened when all is sent. Safe to "
        "repeat: scans that are known change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--speed", type=_speed, default=60.0, metavar="N|max", help="seconds of the recording in one of ours (60)"
        )
        parser.add_argument("--as-recorded", action="store_true", help="do not move it to another day")
        parser.add_argument(
            "--mix", type=int, metavar="SEED", help="repeat some, send some late, and shuffle within minutes"
        )
        parser.add_argument("--source", default="replay", help="the name of the device, where no server is asked")
        parser.add_argument("--url", help="a server to post to, such as https://fleet.example.org; wants --key")
        parser.add_argument("--key", help="the id of an API key with the scope fleet.scans")
        parser.add_argument(
            "--secret-env", metavar="NAME", default="SECRET", help="where the environment has the key's secret (SECRET)"
        )

    def handle(self, **options: Any) -> None:
        send = _sender(options)
        sendings = _sendings(options)
        try:
            done = play(sendings, send, speed=options["speed"], told=self._teller(len(sendings)))
        except Refused as refusal:
            raise CommandError(f"The server refuses: {refusal}") from refusal
        self.stdout.write(_summary(done))
        if done.refused:
            raise CommandError("Some scans were refused.", returncode=1)

    def _teller(self, total: int) -> Told | None:
        """A line on a terminal that is written over."""
        if not self.stderr.isatty():
            return None
        told_at = 0.0

        def tell(progress: Progress) -> None:
            nonlocal told_at
            if time.monotonic() - told_at > TOLD_EVERY_SECONDS or progress.sent == total:
                told_at = time.monotonic()
                line = f"\r{progress.sent:,} of {total:,}, {progress.per_second:,.0f} scans/s "
                self.stderr.write(line, ending="\n" if progress.sent == total else "")

        return tell


def _sender(options: dict[str, Any]) -> Send:
    if not options["url"]:
        return ToService(options["source"])
    secret = os.environ.get(options["secret_env"])
    if not options["key"] or not secret:
        raise CommandError(f"A server is posted to with --key, and with its secret in ${options['secret_env']}.")
    return ToServer(options["url"], options["key"], secret)


def _sendings(options: dict[str, Any]) -> list[Sending]:
    scans = _scans(options["file"])
    plan = partial(mixed, seed=options["mix"]) if options["mix"] is not None else in_order
    sendings = plan(scans)
    if options["as_recorded"]:
        return sendings
    lasts = (sendings[-1].at - sendings[0].at) / max(options["speed"], 1) if options["speed"] else timedelta()
    return plan(moved(scans, until=timezone.now() + lasts))


def _scans(file: Path) -> list[Seen]:
    try:
        with file.open("rb") as lines:
            return load(lines)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    except BadRecording as bad:
        lines_of_it = [f"line {number}: {text}" for number, text in bad.errors[:SHOWN]]
        rest = len(bad.errors) - len(lines_of_it)
        more = [f"and {rest} more lines"] if rest else []
        raise CommandError("\n".join([f"{file} is no recording.", *lines_of_it, *more])) from bad


def _summary(done: Progress) -> str:
    refused = "".join(f", {count:,} {code}" for code, count in sorted(done.refused.items()))
    lag = f", at most {done.worst_lag:.1f} s late" if done.is_paced else ""
    return (
        f"{done.sent:,} sent in {done.seconds:.1f} s: {done.results[Result.RECORDED]:,} recorded, "
        f"{done.results[Result.REPEATED]:,} repeated, {sum(done.refused.values()):,} refused{refused}; "
        f"{done.per_second:,.0f} scans/s{lag}."
    )


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError("a number above nothing, or max")
    return speed
