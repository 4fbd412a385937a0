"""A recorded day in a file: CSV with a header, or a line of JSON for each scan."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from rest_framework.exceptions import ValidationError

from core.api import read
from fleet.serializers import ScanIn
from fleet.services.scans import Seen

COLUMNS = ["event_id", "plate", "direction", "at", "gate"]
OPTIONAL = {"gate"}
LONGEST_ID = 58  # so that there is room for what `moved` adds
DAY = timedelta(days=1)


class BadRecording(Exception):
    """`errors` are a number of a line and what is wrong there."""

    def __init__(self, errors: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(errors)} lines are wrong.")
        self.errors = errors


def load(file: Iterable[bytes]) -> list[Seen]:
    """All of it, or none."""
    scans: list[Seen] = []
    errors: list[tuple[int, str]] = []
    for number, facts in _facts(file):
        try:
            scans.append(_scan(facts))
        except ValueError as error:
            errors.append((number, str(error)))
    if not scans and not errors:
        errors = [(1, "There are no scans here.")]
    if errors:
        raise BadRecording(errors)
    return scans


def moved(scans: list[Seen], *, until: datetime) -> list[Seen]:
    """To the latest day on which all of it is over by then, at the same times of day (where the clocks do not change
    between). What is moved elsewhere is another event.
    """
    days = (until - max(scan.at for scan in scans)) // DAY
    if not days:
        return scans
    return [replace(scan, at=scan.at + days * DAY, event_id=f"{scan.event_id}{days:+d}") for scan in scans]


def _facts(file: Iterable[bytes]) -> Iterator[tuple[int, object]]:
    """What each line says: of one that does not fit the header its cells, and None of what is no object."""
    lines = _decoded(file)
    first = next(lines, "")
    yield from (_json if first.lstrip().startswith("{") else _csv)(chain([first], lines))


def _json(lines: Iterable[str]) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> object:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _csv(lines: Iterable[str]) -> Iterator[tuple[int, object]]:
    rows = csv.reader(lines, strict=True)
    try:
        names = next(rows, [])
        if len(set(names)) < len(names):
            raise BadRecording([(1, "Two columns have the same name.")])
        if missing := set(COLUMNS) - OPTIONAL - set(names):
            raise BadRecording([(1, f"These columns are missing: {', '.join(sorted(missing))}.")])
        for row in rows:
            if row:
                yield rows.line_num, dict(zip(names, row, strict=True)) if len(row) == len(names) else row
    except csv.Error as error:
        raise BadRecording([(rows.line_num, f"This is no CSV: {error}.")]) from error


def _scan(facts: object) -> Seen:
    if isinstance(facts, list):
        raise ValueError("There are more or fewer cells than columns.")
    if facts is None:
        raise ValueError("This is no JSON object.")
    try:
        scan = Seen(**read(ScanIn, facts))
    except ValidationError as refusal:
        raise ValueError(_words(refusal.detail)) from refusal
    if len(scan.event_id) > LONGEST_ID:
        raise ValueError(f"event_id: no more than {LONGEST_ID} characters.")
    return scan


def _words(detail: Any) -> str:
    return " ".join(f"{field}: {' '.join(map(str, errors))}" for field, errors in detail.items())


def _decoded(file: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise BadRecording([(number, "This is not UTF-8.")]) from None
