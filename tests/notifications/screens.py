"""What phones may show, as far as anybody can know: the provider's side of a call, answered or not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from notifications.channels.parcel import Verdict
from notifications.conf import limits
from notifications.outbox.courier import Job

LEASE = timedelta(seconds=limits.lease_seconds)
MAY_HAVE_REACHED = {Verdict.ACCEPTED, Verdict.TRANSIENT}

Screen = tuple[str, str]  # address, notice


class Screens:
    """The worst is assumed: a notice is shown as late as it is answered, and a clear works before its call is over."""

    def __init__(self) -> None:
        self.showing: set[Screen] = set()
        self._open: list[tuple[Job, datetime]] = []

    def begin(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._open.append((job, datetime.now(UTC)))
            if job.parcel.is_clear:
                self.showing.discard(screen_of(job))

    def answer(self, job: Job, verdict: Verdict) -> None:
        is_open = any(one is job for one, _ in self._open)
        self._open = [(one, at) for one, at in self._open if one is not job]
        if is_open and verdict in MAY_HAVE_REACHED and not job.parcel.is_clear:
            self.showing.add(screen_of(job))

    def pass_time(self, by: timedelta) -> None:
        """No call takes as long as a lease: what nobody answered until then is shown, or never will be."""
        self._open = [(job, at - by) for job, at in self._open]
        for job, at in list(self._open):
            if at < datetime.now(UTC) - LEASE:
                self.answer(job, Verdict.ACCEPTED)

    def forget(self, address: str) -> None:
        """Somebody signed in on that phone: what it shows of before, and what is on the way, nobody can clear."""
        self.showing = {screen for screen in self.showing if screen[0] != address}
        self._open = [(job, at) for job, at in self._open if job.parcel.address != address]


def screen_of(job: Job) -> Screen:
    return job.parcel.address, str(job.parcel.nid)
