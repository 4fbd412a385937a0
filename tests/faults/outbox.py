"""A story of the outbox: many are told something by and by, something breaks, and every phone shows it all the same."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from redis import Redis

from tests.house import House, Process
from tests.outside.world import World
from tests.services import Server
from tests.waiting import wait_for

WORKERS = 2
BUCKET = 0.1  # seconds


@dataclass
class NoticeOutcome:
    fault: str
    told: int
    lost: int  # phones that do not show it
    strange: int  # phones that show something else, or the same as two notices
    repeated: int  # messages that the provider accepted once more
    unwritten: int  # calls of which nobody lived to write down what they came to: each may be repeated
    unanswered: int  # calls that came to nothing
    most_in_100_ms: int
    seconds: float


OUTCOMES: list[NoticeOutcome] = []


class Outbox:
    """A deployment with two workers and a clock, the phones of many people, and the provider between them."""

    def __init__(self, house: House, world: World, phones: int) -> None:
        self.house = house
        self.world = world
        self.people = house.call("tests.outbox_world.people_with_phones", phones)
        self.clock = house.beat()
        self._workers: list[Process] = []
        self.start_workers()

    def start_workers(self) -> None:
        self._workers = [self.house.worker() for _ in range(WORKERS)]
        wait_for(lambda: self.house.call("tests.outbox_world.workers") == WORKERS)

    def kill_workers(self) -> None:
        """At once, and so that nobody knows what became of what they had on the wire."""
        for worker in self._workers:
            worker.popen.kill()
        for worker in self._workers:
            worker.popen.wait()

    def under_way(self) -> dict[str, int]:
        found: dict[str, int] = self.house.call("tests.outbox_world.under_way")
        return found

    def break_down(self, outage: str) -> float:
        """Of FCM. Answers since when it is so."""
        self.world.control("fcm", outage=outage)
        return time.time()

    def calls_between(self, start: float, end: float) -> list[float]:
        return [call["at"] for call in self.world.journal("fcm", since=start) if call["at"] < end]

    def wait_for_calls(self, count: int) -> None:
        wait_for(lambda: self.world.counts()["received"] >= count)

    def tell(
        self, fault: str, disturb: Callable[[], Any], *, lots: int = 6, seconds: float = 0.2, patience: float = 60
    ) -> NoticeOutcome:
        """Run the story; it ends when nothing is under way any more."""
        ids = [person["id"] for person in self.people]
        hand, began = self.house.hand(), time.monotonic()
        hand.begin([("tests.outbox_world.tell_in_lots", [ids, len(ids) // lots, seconds])])
        disturb()
        [answer] = hand.end()
        assert answer == ["ok", None]
        wait_for(lambda: set(self.under_way().values()) == {0}, patience)
        outcome = self._outcome(fault, time.monotonic() - began)
        OUTCOMES.append(outcome)
        return outcome

    def _outcome(self, fault: str, seconds: float) -> NoticeOutcome:
        phones, calls = self.world.phones(), self.world.journal("fcm")
        due = Counter(address for person in self.people for address in person["phones"])
        shown = Counter(phone["address"] for phone in phones if phone["state"] == "shown")
        return NoticeOutcome(
            fault=fault,
            told=due.total(),
            lost=(due - shown).total(),
            strange=(shown - due).total(),
            repeated=sum(phone["visible_writes"] - 1 for phone in phones),
            unwritten=len(calls) - self.house.call("tests.outbox_world.attempts"),
            unanswered=sum(call["code"] != 200 for call in calls),
            most_in_100_ms=max(per_bucket([call["at"] for call in calls])),
            seconds=round(seconds, 1),
        )


def open_outbox(closing: ExitStack, world: World, house: Callable[..., Any], phones: int, **limits: str) -> Outbox:
    """On a house that is about to be built: `house(**env)`. There is one way to push: a minute is soon over."""
    world.reset()
    env = {f"NOTIFICATIONS_{name.upper()}": value for name, value in limits.items()}
    return Outbox(closing.enter_context(house(**{**world.env, "ONESIGNAL_APP_ID": ""}, **env)), world, phones)


def flush(redis: Server) -> None:
    with Redis.from_url(redis.url) as client:
        client.flushall()


def per_bucket(times: Sequence[float]) -> list[int]:
    """How many there were in each tenth of a second, from the first to the last."""
    first = min(times)
    counts = Counter(int((at - first) / BUCKET) for at in times)
    return [counts[number] for number in range(max(counts) + 1)]
