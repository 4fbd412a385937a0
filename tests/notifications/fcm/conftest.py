from collections.abc import AsyncIterator, Iterator

import pytest
from pytest_django import Settings

from notifications.channels.fcm import Fcm
from tests.notifications.fcm.phone import PATIENCE
from tests.outside.world import World, outside


@pytest.fixture(scope="package")
def world() -> Iterator[World]:
    with outside() as world:
        yield world


@pytest.fixture
async def fcm(world: World, settings: Settings) -> AsyncIterator[Fcm]:
    world.reset()
    world.answer_fcm_of(settings)
    channel = Fcm(http_seconds=PATIENCE)
    yield channel
    await channel.close()
