"""What a scenario works with: the client, the wire, and what is true on the server."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from aiohttp import web

from conformance.commands import Given
from conformance.drivers import Driver
from conformance.frames import Frame, faults
from conformance.sockets import Socket
from conformance.verdict import Failed, LeftOut, check

LOOK_SECONDS = 0.02
NOTE = "kit.note"
USER = "0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10"
LIMITS = {
    "frame_in_bytes": 65536,
    "frame_out_bytes": 262144,
    "commands_per_second": 20,
    "commands_burst": 40,
    "boards": 50,
    "sockets_per_user": 20,
}

numbers = count(1)


@dataclass(frozen=True)
class Report:
    state: str
    view: dict[str, dict[str, Any]]
    position: str | None
    queue: list[str]
    boards: dict[str, dict[str, Any]]
    answers: dict[str, dict[str, Any]]
    signals: list[dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """A request that was not for a socket."""

    route: str
    at: float
    token: str
    query: dict[str, str]
    body: Any


Answering = Callable[[Call], Any]


class Stage:
    def __init__(self, driver: Driver, *, time_factor: float, patience: float, slack: float) -> None:
        self.driver = driver
        self.time_factor = time_factor
        self.patience = patience
        self.slack = slack  # what a busy machine may add to a wait
        self.url = ""
        self.storage = f"kit-{uuid4()}"
        self.lacks: frozenset[str] = frozenset()
        self.was_opened = False
        # What is true on the server
        self.epoch = "5f1c9e0a7b21"
        self.head = 0
        self.view: dict[str, dict[str, Any]] = {}
        self.log: list[Frame] = []
        self.happened = asyncio.Event()
        self.clock_ahead = timedelta()
        self.life_of_tokens = timedelta(minutes=15)
        self.valid_tokens: set[str] = set()
        self.access_token = self.refresh_token = ""
        self.new_tokens()
        # What came in
        self.sockets: asyncio.Queue[Socket] = asyncio.Queue()
        self.calls: list[Call] = []
        self.commands: asyncio.Queue[Given] = asyncio.Queue()
        self.unanswered: list[Given] = []
        self.faults: list[str] = []
        # What goes otherwise than usual
        self.over = asyncio.Event()
        self.lets_sockets_in = True
        self.refused_sockets = 0
        self.instead: dict[str, Answering] = {}

    # Time

    @staticmethod
    def now() -> float:
        return asyncio.get_running_loop().time()

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    def scaled(self, seconds: float) -> float:
        """So long, as the client counts."""
        return seconds * self.time_factor

    async def eventually(self, holds: Callable[[], bool], what: str, *, patience: float | None = None) -> None:
        patience = self.patience if patience is None else patience
        until = self.now() + patience
        while not holds():
            if self.now() > until:
                raise Failed(f"not within {patience:g} s: {what}")
            await asyncio.sleep(LOOK_SECONDS / 4)

    async def never(self, _: Call) -> None:
        """The answer to a request that gets none."""
        await self.over.wait()

    def end(self) -> None:
        """Nobody waits for an answer any more."""
        self.over.set()
        for given in self.unanswered:
            given.drop()

    # The client

    async def open(self) -> None:
        """Tokens are given once. Later the client has those that it kept."""
        given = {} if self.was_opened else {"access_token": self.access_token, "refresh_token": self.refresh_token}
        self.was_opened = True
        answer = await self.do("open", url=self.url, storage=self.storage, time_factor=self.time_factor, **given)
        self.lacks = frozenset(answer.get("lacks", ()))

    async def do(self, what: str, **fields: Any) -> dict[str, Any]:
        return await self.driver.do({"do": what, **fields})

    def needs(self, ability: str) -> None:
        if ability in self.lacks:
            raise LeftOut(f"the client has no {ability}")

    async def command(self, number: int, **more: Any) -> str:
        answer = await self.do("command", name="kit.count", data={"number": number}, **more)
        return str(answer["id"])

    async def report(self) -> Report:
        answer = await self.do("report")
        return Report(**{name: answer[name] for name in Report.__dataclass_fields__})

    async def shows(self, what: str, holds: Callable[[Report], bool], *, patience: float | None = None) -> Report:
        """Until the report says so."""
        patience = self.patience if patience is None else patience
        until = self.now() + patience
        while not holds(report := await self.report()):
            if self.now() > until:
                raise Failed(f"it does not show {what}: {report}"[:1000])
            await asyncio.sleep(LOOK_SECONDS)
        return report

    async def shows_the_truth(self) -> Report:
        return await self.shows(
            f"the view at {self.position}",
            lambda report: (report.position, seen(report.view)) == (self.position, seen(self.view)),
        )

    # The wire

    async def socket(self, *, patience: float | None = None) -> Socket:
        """The next one the client opens, after its hello. Those that it gave up meanwhile are passed over."""
        while True:
            opened = await self.opened_socket(patience=patience)
            try:
                opened.hello = await opened.next("hello")
            except Failed:
                if opened.is_open:
                    raise
            else:
                return opened

    async def opened_socket(self, *, patience: float | None = None) -> Socket:
        patience = self.patience if patience is None else patience
        try:
            return await asyncio.wait_for(self.sockets.get(), patience)
        except TimeoutError:
            raise Failed(f"it opened no socket within {patience:g} s") from None

    async def live(self) -> Socket:
        """Opened, and up to date."""
        await self.open()
        return await self.serve_until("live", lambda report: report.state == "live")

    async def serve_until(self, what: str, holds: Callable[[Report], bool], socket: Socket | None = None) -> Socket:
        """Whatever socket the client opens is brought up to date. It may give one up, where the machine is slow."""
        until = self.now() + self.patience
        while True:
            report = await self.report()
            if not self.sockets.empty():
                socket = await self.socket()
                with suppress(Failed):
                    await socket.catch_up()
            elif socket is not None and holds(report):
                return socket
            check(self.now() < until, f"it does not become {what}: {report}"[:1000])
            await asyncio.sleep(LOOK_SECONDS)

    async def live_again(self, socket: Socket | None = None) -> Socket:
        """By the socket it has opened, or by another."""
        if socket is not None:
            with suppress(Failed):
                await socket.catch_up()
        return await self.serve_until(
            f"live at {self.position}",
            lambda report: (report.state, report.position) == ("live", self.position),
            socket,
        )

    async def opens_no_socket(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        check(self.sockets.empty(), f"it opened a socket within {seconds:g} s")

    async def given(self, *, patience: float | None = None) -> Given:
        patience = self.patience if patience is None else patience
        try:
            return await asyncio.wait_for(self.commands.get(), patience)
        except TimeoutError:
            raise Failed(f"it sent no command within {patience:g} s") from None

    def called(self, route: str) -> list[Call]:
        return [call for call in self.calls if call.route == route]

    async def next_call(self, route: str, *, after: int = 0, patience: float | None = None) -> Call:
        """The one that follows so many others."""
        await self.eventually(lambda: len(self.called(route)) > after, f"{route} is called", patience=patience)
        return self.called(route)[after]

    def take(self, given: Given) -> None:
        self.commands.put_nowait(given)
        self.unanswered.append(given)

    def judge(self, frame: Frame) -> None:
        self.faults.extend(faults(frame))

    # What is true on the server

    @property
    def position(self) -> str:
        return f"{self.epoch}:{self.head}"

    def happens(self, key: str, data: dict[str, Any] | None, *, kind: str = NOTE, **more: Any) -> Frame:
        """The event, and what is true after it."""
        self.head += 1
        fold(self.view, kind, key, data)
        frame = {
            "type": "event",
            "offset": self.head,
            "event": "kit.note_changed",
            "at": self.clock().isoformat(),
            "kind": kind,
            "key": key,
            "data": data,
            **more,
        }
        self.log.append(frame)
        self.happened.set()
        self.happened = asyncio.Event()
        return frame

    def since(self, offset: int) -> list[Frame]:
        return [frame for frame in self.log if frame["offset"] > offset]

    def restored(self, epoch: str, *, head: int, view: dict[str, dict[str, Any]]) -> None:
        """Another history, as after a backup."""
        self.epoch, self.head, self.view, self.log = epoch, head, view, []

    def welcome(self, hello: Frame, **changes: Any) -> Frame:
        resume = hello.get("resume")
        answered = {"id": hello["id"]} if "id" in hello else {}
        return {
            "type": "welcome",
            **answered,
            "user": USER,
            "epoch": self.epoch,
            "head": self.head,
            "resumed": bool(resume and resume["epoch"] == self.epoch),
            "heartbeat_s": 25,
            "window": 256,
            "limits": LIMITS,
            "server_time": self.clock().isoformat(),
            "expires_at": (self.clock() + self.life_of_tokens).isoformat(),
            **changes,
        }

    def new_tokens(self) -> dict[str, str]:
        number = next(numbers)
        self.access_token, self.refresh_token = f"access-{number}", f"refresh-{number}"
        self.valid_tokens.add(self.access_token)
        return {"access_token": self.access_token, "refresh_token": self.refresh_token}

    def expire_tokens(self) -> None:
        self.valid_tokens.clear()


def refusal(status: int, code: str, *, temporary: bool = False, **more: Any) -> web.Response:
    return web.json_response({"code": code, "message": "No.", "temporary": temporary, **more}, status=status)


def fold(view: dict[str, dict[str, Any]], kind: str, key: str, data: dict[str, Any] | None) -> None:
    """All that a client does with an event."""
    objects = view.setdefault(kind, {})
    if data is None:
        objects.pop(key, None)
    else:
        objects[key] = data


def seen(view: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """A kind without objects may be shown or not."""
    return {kind: objects for kind, objects in view.items() if objects}
