"""Ten thousand pushes, and everything that can break does: `make soak`."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial

import pytest

from notifications.conf import limits
from tests import services
from tests.faults.outbox import WORKERS, NoticeOutcome, Outbox, flush, open_outbox, per_bucket
from tests.house import Street
from tests.outside.world import outside
from tests.services import Server

pytestmark = pytest.mark.soak

PHONES = 10_000
OUTAGE_SECONDS = 120
MOST_UNWRITTEN = 2 * WORKERS * limits.slots


def test_ten_thousand_survive_kills_a_forgetful_broker_and_two_minutes_without_fcm(
    street: Street, closing: ExitStack, record_property: Callable[[str, object], None]
) -> None:
    directory = closing.enter_context(services.workspace())
    postgres = closing.enter_context(services.postgres(directory))
    redis = closing.enter_context(services.redis(directory))
    world = closing.enter_context(outside())
    house = partial(street.house, "postgresql", database_url=postgres.url, redis_url=redis.url)
    office = open_outbox(closing, world, house, PHONES)
    world.control("fcm", latency_ms=80)
    outage: list[float] = []

    def break_everything() -> None:
        office.wait_for_calls(1500)
        kill(office, redis)
        office.wait_for_calls(4000)
        outage.append(office.break_down("unavailable"))
        time.sleep(OUTAGE_SECONDS / 2)
        kill(office, redis)
        time.sleep(outage[0] + OUTAGE_SECONDS - time.time())
        outage.append(office.break_down("none"))

    outcome = office.tell("all of it, in 10,000 pushes", break_everything, lots=20, seconds=0.5, patience=600)
    record_property("notices", asdict(outcome))

    assert_all_were_told(outcome)
    assert office.house.call("tests.outbox_world.outcome") == {"accepted": PHONES}
    assert office.clock.is_running
    assert len(office.calls_between(*outage)) <= MOST_UNWRITTEN + 10  # of which ten find out that it is still out
    after = per_bucket(office.calls_between(outage[1], time.time()))
    assert sum(after[:2]) <= max(after)


def kill(office: Outbox, redis: Server) -> None:
    """The workers, and whatever the broker knew of their work."""
    office.kill_workers()
    flush(redis)
    office.start_workers()
    flush(redis)


def assert_all_were_told(outcome: NoticeOutcome) -> None:
    assert (outcome.told, outcome.lost, outcome.strange) == (PHONES, 0, 0)
    assert outcome.repeated <= outcome.unwritten <= 2 * MOST_UNWRITTEN
    assert outcome.most_in_100_ms <= 2 * WORKERS * limits.slots
