"""Midnight comes while somebody looks at the boards, and nothing else happens."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet import freshness
from fleet.freshness import SUMMARY
from tests.fleet.watchers import Watcher
from tests.house import House, Street
from tests.sockets import PATIENCE_SECONDS
from tests.waiting import until
from tests.zones import DAY, offset_of_midnight, soon, write_zone

DAILY = [SUMMARY, freshness.DISTRIBUTION, freshness.LOGS]
SOON, LATER = 8, 90  # seconds: a machine that is busy is asked again
# What the clocks do at midnight, and which day comes after the first.
WAYS = [
    pytest.param(0, 1, id="nothing"),
    pytest.param(3600, 1, id="it is one o'clock", marks=pytest.mark.soak),
    pytest.param(DAY, 2, id="a day is skipped", marks=pytest.mark.soak),
]


@pytest.mark.parametrize(("jump", "days"), WAYS)
async def test_after_midnight_the_boards_show_the_new_day(street: Street, tmp_path: Path, jump: int, days: int):
    """The zone is named before there is one: its midnight comes soon, however long the house takes to open."""
    for ahead in (SOON, LATER):
        zones = tmp_path / f"{ahead}"
        zone = {"PYTHONTZPATH": str(zones), "CAMPUS_ZONE": "Test/Campus"}
        with street.house("sqlite", REALTIME_BOARD_SECONDS="0.2", **zone) as house:
            web = house.live()
            [officer] = house.call("tests.fleet_world.officers", 1)
            midnight = soon(datetime.now(UTC), ahead)
            west = offset_of_midnight(midnight)
            write_zone(zones / "Test" / "Campus", west, [(midnight, west + jump)] if jump else [])
            if await comes_while_watched(house, Watcher([web.url], officer["token"]), midnight, days):
                return
    pytest.fail("To begin takes longer than until midnight.")


async def comes_while_watched(house: House, watcher: Watcher, midnight: datetime, days: int) -> bool:
    [plate] = house.call("tests.fleet_world.populate", 1)
    rows = [["1", plate, "in", (datetime.now(UTC) - timedelta(minutes=5)).isoformat()]]
    house.call("tests.fleet_world.scan", "gate", rows)
    async with watcher:
        await until(lambda: watcher.boards.get(SUMMARY, {}).get("entries"), 1)
        before = dict(watcher.boards[SUMMARY])
        if datetime.now(UTC) > midnight - timedelta(seconds=1):
            return False
        today = datetime.fromisoformat(before["days"]["last"])
        tomorrow = (today + timedelta(days=days)).date().isoformat()
        await until(
            lambda: all(watcher.boards[name]["days"]["last"] == tomorrow for name in DAILY),
            patience=LATER + PATIENCE_SECONDS,
        )

        assert datetime.now(UTC) >= midnight
        assert watcher.boards[SUMMARY]["entries"] == 1
        assert watcher.boards[freshness.LOGS][f"day:{tomorrow}"]["entries"] == 0
        assert watcher.faults == []
    assert await asyncio.to_thread(house.call, "tests.fleet_laws.breaches_at_rest") == []
    return True
