"""A day that might have been recorded: most come in the morning and go in the evening, and some go out at noon."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from fleet.models import Scan
from fleet.services.scans import Seen

GATES = ["north", "south", "east", "west"]
PEAKS = [(8.0, 1.0, 5), (12.5, 0.7, 2), (17.0, 1.3, 5)]  # hour, spread, how many of all
FIRST_HOUR, LAST_HOUR = 5.5, 22.5
APART = timedelta(minutes=2)  # at least, of two scans of a vehicle


def make(plates: Sequence[str], scans: int, midnight: datetime, seed: int = 0) -> list[Seen]:
    """So many scans of these vehicles, in order; the same each time. Each vehicle comes first, and then goes."""
    dice = Random(seed)
    visits = Counter(dice.sample(plates, (scans + 1) // 2 % len(plates)))
    visits.update({plate: (scans + 1) // 2 // len(plates) for plate in plates})
    passages = [passage for plate in plates for passage in _passages(plate, visits[plate], midnight, dice)]
    passages.sort()
    return [
        Seen(f"e{number}", plate, direction, at, dice.choice(GATES))
        for number, (at, plate, direction) in enumerate(passages[:scans])
    ]


def _passages(plate: str, visits: int, midnight: datetime, dice: Random) -> list[tuple[datetime, str, str]]:
    hours = sorted(_hour(dice) for _ in range(2 * visits))
    passages: list[tuple[datetime, str, str]] = []
    for place, hour in enumerate(hours):
        at = midnight + timedelta(milliseconds=round(hour * 3_600_000))
        if passages:
            at = max(at, passages[-1][0] + APART)
        passages.append((at, plate, Scan.Direction.OUT if place % 2 else Scan.Direction.IN))
    return passages


def _hour(dice: Random) -> float:
    [(peak, spread, _)] = dice.choices(PEAKS, [weight for *_, weight in PEAKS])
    return min(max(dice.gauss(peak, spread), FIRST_HOUR), LAST_HOUR)
