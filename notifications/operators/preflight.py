"""Is what notifications need there? Each check answers with what it found, good or bad."""

from collections.abc import Iterator

from django.utils import timezone

from notifications import channels, trees
from notifications.channels.parcel import Outcome, Verdict
from notifications.operators import backlog
from notifications.outbox.courier import courier

LONGEST_WAIT = 60.0  # seconds something may be due and not begun

Found = tuple[bool, str]


def providers() -> Iterator[Found]:
    """Asks each that is configured; nothing is delivered."""
    for name in trees.CHANNELS:
        if not channels.is_configured(name):
            yield True, f"{name} is not configured: its ways are skipped"
            continue
        outcome = courier.run(_check(name))
        if outcome.verdict == Verdict.ACCEPTED:
            yield True, f"{name} answers"
        else:
            yield False, f"{name}: {outcome.verdict} {outcome.code} {outcome.error}".rstrip()


def queues() -> Iterator[Found]:
    now = timezone.now()
    unplanned = backlog.unplanned(now)
    yield (
        unplanned.age < LONGEST_WAIT,
        f"{unplanned.count} notices wait to be planned, for up to {unplanned.age:.0f} s",
    )
    for queue in backlog.queues(now):
        if queue.due:
            yield (
                queue.age < LONGEST_WAIT,
                f"{queue.lane}: {queue.due} deliveries are due, for up to {queue.age:.0f} s",
            )


def breakers() -> Iterator[Found]:
    is_open = [health for health in backlog.breakers() if health.is_open]
    for health in is_open:
        yield False, f"the breaker of {health.name} is {health.state}: {health.code} {health.error}".rstrip()
    if not is_open:
        yield True, "none is open"


async def _check(name: str) -> Outcome:
    return await channels.channel(name).check()
