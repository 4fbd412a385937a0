"""Whatever breaks, every phone shows what was told, once: see the table of notices at the end of the run."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from itertools import pairwise

import pytest

from tests.faults import outbox
from tests.faults.conftest import Build
from tests.faults.outbox import NoticeOutcome, Outbox, flush, open_outbox
from tests.outside.world import World
from tests.services import Server

PHONES = 600
SLOTS = 20
LATENCY_MS = 80
LIMITS = {"slots": str(SLOTS), "lease_seconds": "8", "breaker_seconds": "2"}
# Of each worker: those on the wire, and as many that have come back and are being written down.
MOST_UNWRITTEN = 2 * outbox.WORKERS * SLOTS


@pytest.fixture
def post_office(world: World, closing: ExitStack, build: Build) -> Outbox:
    office = open_outbox(closing, world, build, PHONES, **LIMITS)
    world.control("fcm", latency_ms=LATENCY_MS)
    return office


@pytest.fixture(autouse=True)
def told_of_notices(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What a story came to goes into the table at the end of the run, from whichever process ran it."""
    outbox.OUTCOMES.clear()
    yield
    for outcome in outbox.OUTCOMES:
        record_property("notices", asdict(outcome))


def assert_all_were_told(outcome: NoticeOutcome, office: Outbox, *, disturbances: int = 0) -> None:
    assert (outcome.told, outcome.lost, outcome.strange) == (PHONES, 0, 0)
    assert outcome.repeated <= outcome.unwritten <= disturbances * MOST_UNWRITTEN
    assert outcome.most_in_100_ms <= 2 * outbox.WORKERS * SLOTS  # each slot once, and once more as its call ends
    assert office.house.call("tests.outbox_world.outcome") == {"accepted": PHONES}
    assert office.clock.is_running


def test_the_workers_are_killed(post_office: Outbox) -> None:
    def kill_and_restart() -> None:
        post_office.wait_for_calls(200)
        post_office.kill_workers()
        post_office.start_workers()

    outcome = post_office.tell("kill -9 of all workers", kill_and_restart)
    assert_all_were_told(outcome, post_office, disturbances=1)


def test_the_broker_forgets_everything(post_office: Outbox, own_redis: Server) -> None:
    def flush_again_and_again() -> None:
        for _ in range(30):
            flush(own_redis)
            time.sleep(0.1)

    outcome = post_office.tell("Redis flushed thirty times", flush_again_and_again)
    assert_all_were_told(outcome, post_office)
    assert outcome.unanswered == 0
    assert post_office.house.complaints() == []


def test_fcm_is_out(post_office: Outbox) -> None:
    """What finds out is one call at a time; and what has waited does not come all at once."""
    out: dict[str, float] = {}

    def be_out_for_a_while() -> None:
        post_office.wait_for_calls(100)
        out["from"] = post_office.break_down("unavailable")
        time.sleep(5)
        out["until"] = post_office.break_down("none")

    outcome = post_office.tell("FCM out for 5 s", be_out_for_a_while)
    assert_all_were_told(outcome, post_office)
    during = post_office.calls_between(out["from"], out["until"])
    after = post_office.calls_between(out["until"], out["until"] + 60)
    assert len(during) <= MOST_UNWRITTEN + 2
    assert_recovery_is_gentle(after)


def test_postgresql_is_stopped(post_office: Outbox, own_postgres: Server) -> None:
    """What was on the wire may come again: nobody could write down that it had arrived."""

    def stop_and_start() -> None:
        post_office.wait_for_calls(150)
        own_postgres.stop()
        time.sleep(7)  # longer than anybody waits for a connection
        own_postgres.start()

    outcome = post_office.tell("PostgreSQL stopped for 7 s", stop_and_start)
    assert_all_were_told(outcome, post_office, disturbances=1)


def assert_recovery_is_gentle(times: list[float]) -> None:
    buckets = outbox.per_bucket(times)
    steady = max(map(sum, pairwise(buckets)))
    assert sum(buckets[:2]) <= steady / 2
