"""Where a product is played: its people, what they do, and how soon the others hear of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median
from time import monotonic
from typing import Any

import aiohttp

from realtime.playing.apps import App, Frame, PlayFailed, Refused

IsIt = Callable[[Frame], bool]

IDLE_SECONDS = 2  # of a connection; servers close theirs after five, and what is sent in that moment is lost


class NoDemoWorld(Exception):
    """Somebody, or something, of the demo world is not here."""


@dataclass(frozen=True, slots=True)
class Heard:
    who: str
    what: str
    ms: float


@dataclass(frozen=True, slots=True)
class Step:
    at: float
    """Seconds since the beginning of the story."""
    deed: str
    heard: list[Heard] = field(default_factory=list)


@dataclass(slots=True)
class Played:
    """What became of a play."""

    product: str
    steps: list[Step] = field(default_factory=list)
    apps: dict[str, bool] = field(default_factory=dict)
    """Whether each ended with the view that an app which begins now is given."""
    failure: str = ""

    @property
    def is_good(self) -> bool:
        return not self.failure and all(self.apps.values())

    @property
    def latencies(self) -> list[float]:
        return [heard.ms for step in self.steps for heard in step.heard]

    @property
    def median_ms(self) -> float | None:
        return median(self.latencies) if self.latencies else None

    @property
    def worst_ms(self) -> float | None:
        return max(self.latencies, default=None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the story is played: the addresses of the server, and of look-alikes of providers, where there are any."""

    urls: Sequence[str]
    password: str
    outside: str = ""
    patience: float = 10
    began: float = field(default_factory=monotonic)


async def perform(
    product: str, play: Callable[["Stage"], Awaitable[None]], place: Place, tell: Callable[[Step], None]
) -> Played:
    """The end of the stage is the end of its people's sessions."""
    played = Played(product)
    try:
        async with AsyncExitStack() as stack:
            stage = Stage(place, played, stack, tell)
            await play(stage)
            await stage.leave()
    except (PlayFailed, aiohttp.ClientError, TimeoutError) as failure:
        if not played.steps and isinstance(failure, aiohttp.ClientConnectorError):
            raise  # nobody answers
        played.failure = str(failure) or type(failure).__name__
    return played


class Stage:
    def __init__(self, place: Place, played: Played, stack: AsyncExitStack, tell: Callable[[Step], None]) -> None:
        self.place = place
        self._played = played
        self._stack = stack
        self._tell = tell
        self._urls = cycle(place.urls)
        self._apps: list[App] = []

    async def enter(self, *emails: str) -> list[App]:
        """Their apps are open when they enter; one after another connects to the next address."""
        return [await self._enter(email) for email in emails]

    @asynccontextmanager
    async def deed(self, what: str) -> AsyncIterator["Deed"]:
        began = monotonic()
        step = Step(began - self.place.began, what)
        self._played.steps.append(step)
        try:
            yield Deed(step, began, self.place.patience)
        finally:
            self._tell(step)

    async def outside(self, path: str, body: Mapping[str, Any]) -> None:
        """Tell the look-alikes of providers what somebody does there."""
        async with aiohttp.request("POST", f"{self.place.outside}{path}", json=body) as answer:
            expect(answer.ok, f"{path} was refused outside: {await answer.text()}")

    async def leave(self) -> None:
        """Everybody has seen what is to be seen."""
        for app in self._apps:
            try:
                async with asyncio.timeout(self.place.patience):
                    is_true = await app.is_true()
            except TimeoutError:
                is_true = False
            self._played.apps[app.name] = self._played.apps.get(app.name, True) and is_true

    async def _enter(self, email: str) -> App:
        connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
        http = await self._stack.enter_async_context(aiohttp.ClientSession(next(self._urls), connector=connector))
        app = App(http, email, device=f"story-{len(self._apps)}")
        try:
            await app.sign_in(self.place.password)
        except Refused as refusal:
            if refusal.code == "wrong_credentials":
                raise NoDemoWorld(f"{email} does not live here.") from None
            raise
        self._stack.push_async_callback(app.sign_out)
        async with asyncio.timeout(self.place.patience):
            await app.open()
        self._apps.append(app)
        return app


class Deed:
    """Somebody does something; it counts from here."""

    def __init__(self, step: Step, began: float, patience: float) -> None:
        self._step = step
        self._began = began
        self._patience = patience

    async def heard(self, app: App, what: str, is_it: IsIt) -> Any:
        """What `app` was told."""
        left = self._began + self._patience - monotonic()
        try:
            at, frame = await asyncio.wait_for(app.until(is_it, self._began), max(left, 0.001))
        except TimeoutError:
            raise PlayFailed(f"not heard within {self._patience:g} s: {app.name} {what}") from None
        self.note(app.name, what, at)
        return frame["data"]

    def note(self, who: str, what: str, at: float) -> None:
        self._step.heard.append(Heard(who, what, round((at - self._began) * 1000, 1)))


def told(kind: str, key: str, where: Callable[[Any], bool] = bool, **facts: Any) -> IsIt:
    """An event about this object, in which it is as it should be."""

    def is_it(frame: Frame) -> bool:
        if frame["type"] != "event" or (frame["kind"], frame["key"]) != (kind, key) or not frame["data"]:
            return False
        return where(frame["data"]) and all(frame["data"].get(name) == value for name, value in facts.items())

    return is_it


def shows(board: str, where: Callable[[Any], bool]) -> IsIt:
    return lambda frame: frame["type"] == "board" and frame["board"] == board and where(frame.get("data", {}))


def signalled(name: str, **facts: Any) -> IsIt:
    return lambda frame: (
        frame["type"] == "signal"
        and frame["signal"] == name
        and all(frame["data"].get(fact) == value for fact, value in facts.items())
    )


def expect(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise PlayFailed(otherwise)
