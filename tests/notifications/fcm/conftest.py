from collections.abc import AsyncIterator

import pytest
from pytest_django import Settings

from notifications.channels.fcm import Fcm
from tests.notifications.fcm.phone import PATIENCE
from tests.outside.world import World


@pytest.fixture
async def fcm(world: World, settings: Settings) -> AsyncIterator[Fcm]:
    world.reset()
    world.answer_fcm_of(settings)
    channel = Fcm(http_seconds=PATIENCE)
    yield channel
    await channel.close()
