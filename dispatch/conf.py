"""How far, how many and how long. `DISPATCH_<NAME>` in the environment overrides a limit."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from core.limits import Overridable
from dispatch.models import DamageReport

Priority = DamageReport.Priority


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    lot: int = 1000  # professionals who are judged, asked or told in one unit
    enough_estimates: int = 5  # with so many to choose from, nobody new is asked
    look_again_seconds: float = 60  # when everybody near is asked, for those who come later
    at_least: int = 5  # before so many are asked, a ring that has nobody left is widened at once
    busy_seconds: float = 300  # how long one with too many open requests is left alone
    reconsider_seconds: float = 3600  # how long any other who was passed over, unless she changes something
    expire_hours: float = 72
    decide_hours: float = 24  # what the owner has at least, after the last day to answer
    open_reports: int = 20  # of one owner
    photos: int = 10  # of one report or estimate
    photo_hours: float = 24  # until a photo that belongs to nothing is removed
    deposit_percent: int = 0  # of what was accepted, to be paid ahead

    def __post_init__(self) -> None:
        if not 0 <= self.deposit_percent <= 100:
            raise ValueError("DISPATCH_DEPOSIT_PERCENT is 0 to 100.")


limits = Limits.from_settings("DISPATCH_", settings.DISPATCH)

RINGS_KM = (10, 25, 50, 100)
WIDEST = len(RINGS_KM) - 1


@dataclass(frozen=True, slots=True)
class Policy:
    """The ring a report begins in, how many are asked in a wave, and the pause before the next."""

    ring: int
    wave: int
    pause: timedelta
    answer_within: timedelta


POLICIES = {
    Priority.LOW: Policy(0, 5, timedelta(minutes=30), timedelta(hours=48)),
    Priority.MEDIUM: Policy(0, 10, timedelta(minutes=15), timedelta(hours=24)),
    Priority.HIGH: Policy(1, 20, timedelta(minutes=5), timedelta(hours=8)),
    Priority.URGENT: Policy(2, limits.lot, timedelta(), timedelta(hours=2)),  # all in range, lot after lot
}


def policy_of(report: DamageReport) -> Policy:
    return POLICIES[Priority(report.priority)]
