"""What fits into one text message: 160 characters of the GSM alphabet, or 70 as soon as one is from elsewhere."""

# ruff: noqa: RUF001 (characters that look alike are what this is about)

from collections.abc import Callable

ONE_SEPTET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWO_SEPTETS = frozenset("\f^{}\\[~]|€")
SEPTETS = 160
UTF16_UNITS = 70

SPACES = "\t\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

# What looks alike, or cannot be seen; written by editors and keyboards, and each doubles the price of a message.
LOOK_ALIKES = str.maketrans(
    dict.fromkeys(SPACES, " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
    | dict.fromkeys("‘’‚‛′´ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("•·", "*")
    | {"…": "...", "⁄": "/", "×": "x", "‹": "<", "›": ">"}
)


def fold(text: str) -> str:
    """In the GSM alphabet, if only look-alikes keep it out of that. Otherwise as it is: other scripts need them."""
    folded = text.translate(LOOK_ALIKES)
    return folded if is_gsm(folded) else text


def segment(text: str) -> str:
    """In one line and one message, cut where a word ends."""
    line = fold(" ".join(text.split()))
    if is_gsm(line):
        return _cut(line, SEPTETS, septets, "...")
    return _cut(line, UTF16_UNITS, utf16_units, "…")


def is_gsm(text: str) -> bool:
    return all(character in ONE_SEPTET or character in TWO_SEPTETS for character in text)


def septets(text: str) -> int:
    return len(text) + sum(character in TWO_SEPTETS for character in text)


def utf16_units(text: str) -> int:
    """Characters beyond the first plane, such as most emoji, are pairs that must not be parted."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def _cut(line: str, most: int, size: Callable[[str], int], ellipsis: str) -> str:
    if size(line) <= most:
        return line
    room = most - size(ellipsis)
    end = _fitting(line, room, size)
    at_word = line.rfind(" ", 0, end + 1)
    # A single long word is cut itself rather than lost.
    return line[: at_word if at_word > end // 2 else end].rstrip() + ellipsis


def _fitting(line: str, room: int, size: Callable[[str], int]) -> int:
    """How many characters of the line have room."""
    for index, character in enumerate(line):
        room -= size(character)
        if room < 0:
            return index
    return len(line)
