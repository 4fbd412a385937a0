"""The registry of another system, as a CSV file: all of its vehicles, or none and what is wrong with each line.

The columns have the names of seed 003 (`plateNumber`) or ours (`plate_number`). A line is a vehicle, so a quote that is
not closed costs its own line and not the rest of the file. What the file does not say, by a column or in a cell, stays.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fleet.cells import CELLS, BadCell, Cell
from fleet.plates import key_of
from fleet.services.registry import known_plates, put_vehicles

SHOWN = 1000  # errors; how many more there are is said
NEEDED = ["plateNumber", "ownerName"]
FOLLOWS = ["vehicleId", "status", "statusAt", "registrationStatus", "createdAt"]  # from scans, sanctions and dates
LOT = 1000  # lines between two signs of life

Heard = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """`errors` are the first of them, by line."""

    vehicles: int = 0
    added: int = 0
    revised: int = 0
    ignored: list[str] = field(default_factory=list)  # columns
    errors: list[tuple[int, str]] = field(default_factory=list)
    errors_in_all: int = 0

    def refuse(self, line: int, text: str) -> None:
        self.errors_in_all += 1
        if len(self.errors) < SHOWN:
            self.errors.append((line, text))


class Unreadable(Exception):
    """Nothing of the file can be told."""


def import_vehicles(content: bytes, *, now: datetime, dry_run: bool = False, heard: Heard | None = None) -> Report:
    """In one unit, so all or nothing. `heard` is told how many lines of how many are read."""
    report = Report()
    facts_of = _read(content, report, heard or _nobody)
    report.vehicles = len(facts_of)
    if report.errors_in_all:
        return report
    if dry_run:
        report.revised = len(known_plates(facts_of))
        report.added = report.vehicles - report.revised
    else:
        report.added, report.revised = put_vehicles(facts_of, now=now)
    return report


def _nobody(read: int, lines: int) -> None:
    pass


def _read(content: bytes, report: Report, heard: Heard) -> Mapping[str, Mapping[str, Any]]:
    lines = _lines(content)
    rows = _rows(lines, report)
    number, header = next(rows, (1, []))
    cells = [] if report.errors_in_all else _columns(number, header, report)
    if report.errors_in_all:
        return {}
    facts_of: dict[str, Mapping[str, Any]] = {}
    line_of: dict[str, int] = {}
    for number, row in rows:
        if number % LOT == 0:
            heard(number, len(lines))
        facts = _facts(number, row, cells, report)
        plate = key_of(facts.get("plate_number", ""))
        if plate in line_of:
            report.refuse(number, f"{facts['plate_number']} is in line {line_of[plate]} as well.")
        elif plate:
            line_of[plate] = number
            facts_of[plate] = facts
    if not line_of and not report.errors_in_all:
        report.refuse(number, "There is no vehicle below the columns.")
    heard(len(lines), len(lines))
    return facts_of


def _lines(content: bytes) -> list[bytes]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:4]:
        raise Unreadable("This is UTF-16. Save the file as UTF-8.")
    if content.startswith(b"PK\x03\x04"):
        raise Unreadable("This is a workbook, not a CSV file. Save it as CSV in UTF-8.")
    lines = content.removeprefix(codecs.BOM_UTF8).splitlines()
    if not any(line.strip() for line in lines):
        raise Unreadable("The file is empty.")
    return lines


def _rows(lines: Sequence[bytes], report: Report) -> Iterator[tuple[int, list[str]]]:
    """Those that have something in them, with the numbers of their lines."""
    for number, line in enumerate(lines, start=1):
        try:
            row = next(csv.reader([line.decode()], strict=True), [])
        except UnicodeDecodeError as error:
            report.refuse(number, f"Byte {error.start + 1} of the line, {line[error.start]:#04x}, is not UTF-8.")
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            report.refuse(
                number, "A quote is not closed within the line." if is_open else f"It cannot be read: {error}."
            )
        else:
            if any(cell.strip() for cell in row):
                yield number, row


def _columns(number: int, header: Sequence[str], report: Report) -> list[Cell | None]:
    """What each column holds; None for one that is not read."""
    names = [_plain(name) for name in header]
    if len(names) == 1 and any(sign in header[0] for sign in ";\t"):
        report.refuse(number, "The columns are separated by semicolons or tabs. Save the file with commas.")
        return []
    known = {_plain(name): name for name in [*CELLS, *FOLLOWS]}
    if unknown := [name.strip() or "(no name)" for name in header if _plain(name) not in known]:
        report.refuse(number, f"Unknown columns: {', '.join(unknown)}. There are {', '.join(CELLS)}.")
    if twice := sorted({known[name] for name in names if name in known and names.count(name) > 1}):
        report.refuse(number, f"More than one column: {', '.join(twice)}.")
    if missing := [name for name in NEEDED if _plain(name) not in names]:
        report.refuse(number, f"Missing columns: {', '.join(missing)}.")
    report.ignored = [known[name] for name in names if known.get(name) in FOLLOWS]
    return [CELLS.get(known.get(name, "")) for name in names]


def _plain(name: str) -> str:
    return name.strip().replace("_", "").lower()


def _facts(number: int, row: Sequence[str], cells: Sequence[Cell | None], report: Report) -> dict[str, Any]:
    """The good ones of a line. Every bad one is an error."""
    facts: dict[str, Any] = {}
    if len(row) != len(cells):
        report.refuse(number, f"{len(row)} cells, where there are {len(cells)} columns.")
        return facts
    for cell, text in zip(cells, row, strict=True):
        if cell is None:
            continue
        try:
            value = cell.read(text)
        except BadCell as error:
            report.refuse(number, f"{cell.column}: {error}")
        else:
            if value is not None:
                facts[cell.field] = value
    since, until = facts.get("registration_valid_from"), facts.get("registration_valid_until")
    if since and until and until < since:
        report.refuse(number, f"registrationValidUntil: {until} is before registrationValidFrom, {since}.")
    return facts
