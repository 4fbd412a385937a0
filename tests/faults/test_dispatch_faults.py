"""Whoever dies while a report is handed out: everybody is asked once, hears of it once, and her phone shows it once."""

from collections import Counter
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.dispatch_laws import NEW_REPORT, REMINDER
from tests.faults.conftest import Build
from tests.faults.outbox import WORKERS, Outbox, flush, open_outbox
from tests.outside.world import World
from tests.services import Server
from tests.waiting import wait_for

CROWD = 600
LOT = 10  # of which each is a unit
SLOTS = 20
LIMITS = {"slots": str(SLOTS), "lease_seconds": "8"}
MOST_UNWRITTEN = 2 * WORKERS * SLOTS  # on the wire as all workers die, or just come back


class Dispatch:
    """An owner, professionals with a phone each, and the workers between them."""

    def __init__(self, office: Outbox) -> None:
        self.office = office
        self.phones = [person["phones"][0] for person in office.people]
        self.call("register", [person["id"] for person in office.people])

    def call(self, name: str, *arguments: Any) -> Any:
        return self.office.house.call(f"tests.dispatch_world.{name}", *arguments)

    def open_report(self) -> str:
        report: str = self.call("open_report", self.call("owner"))
        return report

    def shown(self) -> Counter[tuple[str, str]]:
        """How many notices with which title are on which phone."""
        return Counter((phone["address"], phone["title"]) for phone in self.office.world.phones())

    def due(self, *titles: str) -> Counter[tuple[str, str]]:
        return Counter((phone, title) for phone in self.phones for title in titles)

    def wait_until_shown(self, *titles: str) -> None:
        number = len(self.phones) * len(titles)
        wait_for(lambda: len(self.office.world.phones()) >= number and not self.call("pushes_under_way"))

    def kill_workers_once(self, verb: str, report: str, many: int = LOT * 5) -> None:
        """While so many are `asked`, `told` or `prompted`, and others not yet. New workers come, and another sweep."""
        wait_for(lambda: self.call("progress", report)[verb] >= many)
        self.office.kill_workers()
        assert self.call("progress", report)[verb] < CROWD
        self.office.start_workers()
        self.call("ring_the_sweeps")

    def breaches(self) -> list[str]:
        return self.office.house.call("tests.dispatch_laws.breaches") + self.office.house.call("tests.people.gaps")


def test_a_report_that_no_worker_heard_of_is_handed_out_by_the_next_sweep(
    world: World, closing: ExitStack, build: Build, own_redis: Server
) -> None:
    """All workers are dead when it is opened, and the broker forgets it."""
    dispatch = Dispatch(open_outbox(closing, world, build, 60, **LIMITS))
    dispatch.office.kill_workers()
    report = dispatch.open_report()
    flush(own_redis)
    assert dispatch.call("progress", report) == {"asked": 0, "told": 0, "prompted": 0}
    dispatch.office.start_workers()
    dispatch.wait_until_shown(NEW_REPORT)

    assert dispatch.call("asked_of", report) == {"near": 60}
    assert dispatch.shown() == dispatch.due(NEW_REPORT)
    assert dispatch.breaches() == []


def test_workers_that_die_again_and_again_ask_and_tell_and_prompt_everybody_once(
    world: World, closing: ExitStack, build: Build
) -> None:
    dispatch = Dispatch(open_outbox(closing, world, partial(build, DISPATCH_LOT=str(LOT)), CROWD, **LIMITS))
    report = dispatch.open_report()
    dispatch.kill_workers_once("asked", report)
    dispatch.kill_workers_once("told", report)
    dispatch.wait_until_shown(NEW_REPORT)

    assert dispatch.call("asked_of", report) == {"near": CROWD}
    assert dispatch.shown() == dispatch.due(NEW_REPORT)

    dispatch.call("let_half_of_the_time_pass", report)
    dispatch.call("ring_the_sweeps")
    dispatch.kill_workers_once("prompted", report)
    dispatch.wait_until_shown(NEW_REPORT, REMINDER)

    assert dispatch.call("progress", report) == {"asked": CROWD, "told": CROWD, "prompted": CROWD}
    assert dispatch.shown() == dispatch.due(NEW_REPORT, REMINDER)
    assert dispatch.breaches() == []
    repeated = sum(phone["visible_writes"] - 1 for phone in world.phones())
    unwritten = len(world.journal("fcm")) - dispatch.office.house.call("tests.outbox_world.attempts")
    assert repeated <= unwritten <= 3 * MOST_UNWRITTEN
