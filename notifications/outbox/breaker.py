"""Breakers: what keeps failing is left alone for a while, then tried with one call.

A breaker has a row once something failed. `lanes` are those of `trees.LANES`; a kind of notice has one too, for
messages that the provider calls malformed: nobody is helped by sending ten thousand more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.unit import unit
from notifications.channels.parcel import Outcome, Scope, Verdict
from notifications.conf import limits
from notifications.models import ChannelHealth
from notifications.trees import LANES

State = ChannelHealth.State

SEPARATOR = ":"  # between a channel and a kind of notice
UNLIMITED = 1_000_000
FAULTS = {Verdict.TRANSIENT, Verdict.LIMITED, Verdict.UNSENT, Verdict.MISCONFIGURED}
AT_ONCE = {Verdict.MISCONFIGURED}  # the next call would fail just so


def allowance(lane: str, now: datetime) -> int:
    """How many calls the lane may begin: all, none, or the one that finds out."""
    health = ChannelHealth.objects.open().filter(pk=lane).first()
    if health is None:
        return UNLIMITED
    return int(health.retry_at <= now and _begin_probe(lane, now))


def open_lanes(now: datetime) -> list[str]:
    """Lanes on which nothing may be sent now."""
    return list(ChannelHealth.objects.open().filter(retry_at__gt=now).values_list("pk", flat=True))


def note(lane: str, outcomes: Sequence[Outcome], now: datetime) -> list[str]:
    """Learn from the outcomes of a lane, in their order; answers the lanes whose breakers opened. Inside a unit."""
    of_all = [outcome for outcome in outcomes if outcome.scope == Scope.CHANNEL and outcome.verdict in FAULTS]
    lanes = [lane]
    if of_all:
        lanes = sorted(name for name, channel in LANES.items() if channel == LANES[lane])
    return [name for name in lanes if _learn(name, outcomes if name == lane else of_all, now)]


def note_kind(name: str, rejected: Sequence[bool], now: datetime) -> None:
    """A kind whose messages are rejected one after another is stopped until an operator closes its breaker."""
    health = _locked(name, create=any(rejected))
    if health is None:
        return
    for is_rejected in rejected:
        health.failures_in_a_row = health.failures_in_a_row + 1 if is_rejected else 0
    if not health.is_open and health.failures_in_a_row >= limits.breaker_row:
        health.state, health.opened_at, health.retry_at = State.OPEN, now, now + timedelta(days=36_500)
    health.save()


def stopped_kinds() -> set[str]:
    stopped = ChannelHealth.objects.open().filter(pk__contains=SEPARATOR)
    return set(stopped.values_list("pk", flat=True))


def name_of_kind(channel: str, kind: str) -> str:
    return f"{channel}{SEPARATOR}{kind}"


@unit
def give_up_probe(lane: str, now: datetime) -> None:
    """What was taken for it needs no call: the next one may find out."""
    ChannelHealth.objects.filter(pk=lane, state=State.PROBING).update(state=State.OPEN, retry_at=now)


@unit
def close(name: str) -> None:
    """An operator has mended what was wrong."""
    ChannelHealth.objects.open().filter(pk=name).update(**_CLOSED)


_CLOSED = {"state": State.CLOSED, "failures_in_a_row": 0, "recent": 0, "open_seconds": 0}


@unit
def _begin_probe(lane: str, now: datetime) -> bool:
    """For one caller only; if it dies before it knows, the next may after a while."""
    due = ChannelHealth.objects.open().filter(pk=lane, retry_at__lte=now)
    return bool(due.update(state=State.PROBING, retry_at=now + timedelta(seconds=limits.probe_seconds)))


def _learn(lane: str, outcomes: Sequence[Outcome], now: datetime) -> bool:
    is_clean = not any(outcome.verdict in FAULTS for outcome in outcomes)
    health = _locked(lane, create=not is_clean)
    # A lane without trouble, which is nearly always, is not written to.
    if health is None or not outcomes or (is_clean and not health.is_open and not health.recent):
        return False
    was_open = health.state == State.OPEN
    for outcome in outcomes:
        _learn_one(health, outcome, now)
    health.save()
    return health.state == State.OPEN and not was_open


def _learn_one(health: ChannelHealth, outcome: Outcome, now: datetime) -> None:
    failed = outcome.verdict in FAULTS
    health.recent = (health.recent << 1 | failed) & ((1 << limits.breaker_window) - 1)
    health.failures_in_a_row = health.failures_in_a_row + 1 if failed else 0
    if not failed:
        if health.state == State.PROBING:
            health.state, health.recent, health.open_seconds = State.CLOSED, 0, 0
        return
    health.code, health.error = outcome.code[:40], outcome.error[:250]
    is_enough = (
        outcome.verdict in AT_ONCE
        or health.state == State.PROBING
        or health.failures_in_a_row >= limits.breaker_row
        or health.recent.bit_count() * 2 >= limits.breaker_window
    )
    if is_enough and health.state != State.OPEN:
        _open(health, outcome, now)


def _open(health: ChannelHealth, outcome: Outcome, now: datetime) -> None:
    longer = min(health.open_seconds * 2, limits.breaker_longest_seconds)
    health.open_seconds = max(longer, limits.breaker_seconds)
    health.state, health.opened_at = State.OPEN, now
    health.retry_at = now + timedelta(seconds=max(health.open_seconds, outcome.retry_after or 0))


def _locked(name: str, *, create: bool) -> ChannelHealth | None:
    if create:
        ChannelHealth.objects.bulk_create([ChannelHealth(name=name)], ignore_conflicts=True)
    return ChannelHealth.objects.select_for_update(no_key=True).filter(pk=name).first()
