"""What may stand in a cell of a vehicle registry, by column. Plain functions: a file has a million cells."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.fields import YEARS
from fleet.models import Vehicle
from fleet.names import FACTS
from fleet.plates import LEAST, is_plate, spelled
from fleet.ranges import local_date
from fleet.serializers.fields import LEAST_OF_A_DOCUMENT, TELEPHONE

SEPARATORS = re.compile(r"[\s().-]+")
JOINERS = "\u200c\u200d"  # which names in some scripts are written with


class BadCell(ValueError):
    """Says what is wrong."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`column` is its name in seed 003, `field` the one of Vehicle."""

    column: str
    field: str
    parse: Callable[[str], Any]
    longest: int | None
    is_needed: bool

    def read(self, text: str) -> Any:
        """None where nothing is said."""
        text = " ".join(text.split())
        if not text:
            if self.is_needed:
                raise BadCell("is empty.")
            return None
        if not text.isprintable():
            self._check(text)
        value = self.parse(text)
        if self.longest and len(value) > self.longest:
            raise BadCell(f"has {len(value)} signs, {self.longest} are possible.")
        return value

    def _check(self, text: str) -> None:
        if hidden := [sign for sign in text if not sign.isprintable() and sign not in JOINERS]:
            raise BadCell(f"has {hidden[0]!a} in it.")


def _plate(text: str) -> str:
    plate = spelled(text)
    if not is_plate(plate):
        raise BadCell(
            f"{text} is no plate: at least {LEAST} letters or digits, and nothing else but spaces and dashes."
        )
    return plate


def _type(text: str) -> str:
    if text.lower() not in Vehicle.Type.values:
        raise BadCell(f"{text} is none of {', '.join(Vehicle.Type.values)}.")
    return text.lower()


def _contact(text: str) -> str:
    digits = SEPARATORS.sub("", text)
    if not TELEPHONE.fullmatch(digits):
        raise BadCell(f"{text} is no number of 10 or 11 digits, such as 09171234567.")
    return digits


def _number(text: str) -> str:
    if len(text) < LEAST_OF_A_DOCUMENT:
        raise BadCell(f"{text} is too short: at least {LEAST_OF_A_DOCUMENT} signs.")
    return text


def _day(text: str) -> date:
    """A day, or an instant: then the day on the campus."""
    try:
        day = _day_of(text)
    except (ValueError, OverflowError):
        day = None
    if day is None or day.year not in YEARS:
        raise BadCell(f"{text} is no date such as 2026-01-31.")
    return day


def _day_of(text: str) -> date:
    if len(text) == len("2026-01-31"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return local_date(moment) if moment.tzinfo else moment.date()


PARSED: dict[str, Callable[[str], Any]] = {
    "plateNumber": _plate,
    "vehicleType": _type,
    "contact": _contact,
    "licenseNumber": _number,
    "orNumber": _number,
    "crNumber": _number,
    "registrationValidFrom": _day,
    "registrationValidUntil": _day,
}
FIELDS = {
    **FACTS,
    "registrationValidFrom": "registration_valid_from",
    "registrationValidUntil": "registration_valid_until",
}


def _cell(column: str, name: str) -> Cell:
    stored = Vehicle._meta.get_field(name)
    is_needed = not (stored.blank or stored.null)
    longest = getattr(stored, "max_length", None)
    return Cell(column, name, PARSED.get(column, str), longest, is_needed)


CELLS = {column: _cell(column, name) for column, name in FIELDS.items()}
