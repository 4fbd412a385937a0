"""What is said on the bus, as a hub hears it."""

import asyncio
import json
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any
from uuid import UUID, uuid4

from accounts.models import User
from realtime import bus, hints

PATIENCE_SECONDS = 20

Signal = tuple[dict[str, Any], set[UUID]]  # its data, and who is to hear it


class Ear:
    def __init__(self) -> None:
        self.hints: Queue[dict[str, Any]] = Queue()

    def signals(self, name: str, among: Collection[User]) -> list[Signal]:
        """All that were sent until now to some of these, and how often to each: others may use the same bus."""
        last, heard = str(uuid4()), []
        hints.signal(last, {}, [])
        users = {user.pk for user in among}
        while (frame := self._next())["signal"] != last:
            listeners = [UUID(bytes=key) for key in hints.user_keys(frame["users"])]
            assert len(set(listeners)) == len(listeners)
            if frame["signal"] == name and users & set(listeners):
                heard.append((frame["data"], set(listeners)))
        return heard

    def _next(self) -> dict[str, Any]:
        while (hint := self.hints.get(timeout=PATIENCE_SECONDS))["type"] != "signal":
            pass
        return {**json.loads(hint["frame"]), "users": hint["users"]}


@contextmanager
def listening() -> Iterator[Ear]:
    ear, joined = Ear(), threading.Event()
    loop, enough = asyncio.new_event_loop(), asyncio.Event()

    async def hear() -> None:
        hearing = asyncio.create_task(bus.listen(ear.hints.put, joined.set))
        await enough.wait()
        hearing.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=[hear()])
    thread.start()
    try:
        assert joined.wait(PATIENCE_SECONDS)
        yield ear
    finally:
        loop.call_soon_threadsafe(enough.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
