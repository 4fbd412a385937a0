"""Plates as people and cameras write them: ` abc-123 ` and `ABC 123` are the same."""

import re

LONGEST = 20
PATTERN = re.compile(r"[A-Z0-9][A-Z0-9 -]*")
LEAST = 3


def spelled(plate: str) -> str:
    """As it is shown."""
    return " ".join(plate.upper().split())


def key_of(plate: str) -> str:
    """As it is compared."""
    return "".join(sign for sign in plate.upper() if sign.isalnum())


def is_plate(plate: str) -> bool:
    return bool(PATTERN.fullmatch(plate)) and len(key_of(plate)) >= LEAST
