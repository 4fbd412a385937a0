"""docs/asyncapi.yaml and docs/protocol.md against a real conversation: every frame, both ways."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils.timezone import now
from jsonschema import Draft7Validator, FormatChecker
from uuid_utils.compat import uuid7

from core.errors import DomainError
from realtime.conf import Limits
from realtime.frames import Close
from tests.house import House, Street, Web
from tests.sockets import Phone

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text()
ASYNCAPI = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())

# A frame type that the conversation below cannot bring about would be listed here, with the reason.
NOT_PROVOKED: dict[str, str] = {}

SHARED_LAYERS = {"core", "accounts", "realtime"}

Frame = dict[str, Any]

formats = FormatChecker(formats=["uuid", "date"])


@formats.checks("date-time", raises=ValueError)
def is_instant(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


def resolved(reference: dict[str, str]) -> Any:
    found: Any = ASYNCAPI
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found) if "$ref" in found else found


def payloads(operation: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The frame types of an operation, each with the reference to its schema."""
    for reference in ASYNCAPI["operations"][operation]["messages"]:
        payload = resolved(reference)["payload"]
        schema = resolved(payload)
        shapes = schema.get("oneOf", [schema])
        yield shapes[0]["properties"]["type"]["const"], payload


@cache
def validators(operation: str) -> dict[str, Draft7Validator]:
    components = ASYNCAPI["components"]
    return {
        frame_type: Draft7Validator({**payload, "components": components}, format_checker=formats)
        for frame_type, payload in payloads(operation)
    }


def faults(operation: str, frame: Frame) -> list[str]:
    validator = validators(operation).get(frame["type"])
    if validator is None:
        return [f"{frame['type']}: not in asyncapi.yaml"]
    return [f"{frame['type']}: {error.message} in {json.dumps(frame)}" for error in validator.iter_errors(frame)]


class Transcript(Phone):
    """A phone that keeps all it says and hears."""

    said: list[Frame]
    heard: list[Frame]

    async def send(self, **frame: Any) -> None:
        self.said.append(json.loads(json.dumps(frame, default=str)))
        await super().send(**frame)

    async def receive(self, patience: float = 10) -> Frame:
        frame = await super().receive(patience)
        self.heard.append(frame)
        return frame


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def house(street: Street, request: pytest.FixtureRequest) -> Iterator[House]:
    """One of our own, since a board is made to fail in it, and that is logged."""
    with street.house(request.param, redis_url=os.environ["REDIS_URL"], LOG_LEVEL="CRITICAL") as built:
        yield built


@pytest.fixture
def brisk(house: House) -> Iterator[Web]:
    """A web process that pings every second and drains in one."""
    web = house.web(REALTIME_HEARTBEAT_SECONDS="1", REALTIME_DRAIN_SECONDS="1")
    yield web
    if web.is_running:
        web.stop()


async def test_every_frame_of_a_conversation_is_as_documented(house: House, brisk: Web, people, share, add):
    said: list[Frame] = []
    heard: list[Frame] = []
    ann, ben = people(2)

    def phone(person: dict[str, str]) -> Transcript:
        transcript = Transcript(brisk, person["token"])
        transcript.said, transcript.heard = said, heard
        return transcript

    counters = [share(ann, ben, text=f"counter {number}") for number in range(12)]
    async with phone(ann) as anns:
        await meet(anns)
        await watch(house, anns, lambda: add(counters[0], ben))
        await act(anns, counters[1])
        await idle(anns)
        beginning = (anns.welcome["epoch"], 0)
    async with phone(ann) as anns:
        await come_back(anns, beginning)
    async with phone(ann) as anns:
        await come_from_another_world(anns)
    await fail_boards(house, phone(ann), share)
    await be_refused(phone({"token": "no token at all"}))
    async with phone(ben) as bens:
        await bens.hello(client={"name": "test", "version": "1.0"})
        brisk.popen.send_signal(signal.SIGTERM)
        await bens.next("going")
        assert await bens.close_code() == Close.DRAIN

    assert [fault for frame in said for fault in faults("hearClient", frame)] == []
    assert [fault for frame in heard for fault in faults("tellClient", frame)] == []
    assert {frame["type"] for frame in said} == set(validators("hearClient"))
    assert {frame["type"] for frame in heard} | NOT_PROVOKED.keys() == set(validators("tellClient"))
    assert forms(heard) == {"whole", "change", "cannot be computed", "closed", "ok", "refused", "replayed", "temporary"}


async def meet(phone: Transcript) -> None:
    await phone.send(type="ping", id="early")
    assert (await phone.next("reply"))["error"]["code"] == "bad_frame"
    await phone.hello(boards=["sample.totals", "no.such"], foreground=True)
    boards = [await phone.next("board"), await phone.next("board")]
    assert {board.get("error", {}).get("code") for board in boards} == {None, "unknown_board"}
    await phone.send(type="state", foreground=False)
    await phone.send(type="auth", id="again", token=phone.token)
    assert (await phone.next("reply"))["ok"]
    await phone.socket.send("this is no frame")
    assert (await phone.next("error"))["code"] == "bad_frame"


async def watch(house: House, phone: Transcript, change: Any) -> None:
    await phone.send(type="unsubscribe", id="less", board="sample.totals")
    await phone.next("reply")
    await phone.send(type="subscribe", id="more", board="sample.totals", version=-1)
    await phone.next("board")
    change()
    event = await phone.next("event")
    await phone.send(type="ack", offset=event["offset"])
    await asyncio.sleep(1.1)  # a board is rendered once a second
    house.call("realtime.rendering.render", "sample.totals")
    assert "set" in await phone.next("board")


async def act(phone: Transcript, counter: int) -> None:
    command = {"id": uuid7(), "expires_at": now() + timedelta(minutes=1), "data": {"counter": counter}}
    for _ in range(2):
        await phone.send(type="command", name="sample.add", **command)
        await phone.next("reply")
    await phone.command("sample.add", counter=0)
    await phone.send(type="command", id=uuid7(), name="sample.wave", data={"to": phone.welcome["user"]})
    assert {(await phone.next("reply", "signal"))["type"] for _ in range(2)} == {"reply", "signal"}  # in either order
    await phone.send(type="signal", id="knock", signal="sample.knock", data={"counter": counter})
    assert (await phone.next("reply"))["ok"]
    for number in range(50):  # more than the burst: some are refused for now
        await phone.send(type="ping", id=f"ping {number}")
    assert (await phone.next("reply"))["error"]["code"] == "rate_limited"


async def idle(phone: Transcript) -> None:
    ping = await phone.next("ping")
    await phone.send(type="pong", offset=min(ping["head"], phone.position[1]))


async def come_back(phone: Transcript, position: tuple[str, int]) -> None:
    """As somebody with wscat would."""
    assert (await phone.hello(resume=position, ack=False))["resumed"]
    while (await phone.next("event", "live"))["type"] == "event":
        pass


async def come_from_another_world(phone: Transcript) -> None:
    await phone.hello(resume=("another", 7))
    assert (await phone.next("reset"))["reason"] == "epoch"
    await phone.next("live")


async def fail_boards(house: House, phone: Transcript, share: Any) -> None:
    share(text="uncomputable")
    async with phone:
        await phone.hello(boards=["sample.totals"])
        await phone.next("board")
        await asyncio.sleep(1.1)
        house.call("realtime.rendering.render", "sample.totals")
        assert (await phone.next("board"))["error"]["code"] == "board_unavailable"


async def be_refused(phone: Transcript) -> None:
    async with phone:
        await phone.hello()
        assert await phone.close_code() == Close.UNAUTHENTICATED
    async with phone:
        await phone.socket.send('{"type": "hello"}')
        assert "device_id" in (await phone.next("error"))["details"]
        assert await phone.close_code() == Close.BAD_FRAME


def forms(frames: Sequence[Frame]) -> set[str]:
    """Which of the forms that one frame type can take were there."""
    seen = set()
    for frame in frames:
        if frame["type"] == "board":
            seen.add(
                "closed" if "version" not in frame
                else "cannot be computed" if "error" in frame
                else "change" if "base" in frame
                else "whole"
            )  # fmt: skip
        if frame["type"] == "reply":
            seen.add("ok" if frame["ok"] else "temporary" if frame["error"]["temporary"] else "refused")
            if "replayed" in frame:
                seen.add("replayed")
    return seen


async def test_the_events_of_a_poll_are_the_frames_of_a_socket(web, person, share):
    share(person)
    epoch = (web.get("/api/sync", person["token"])[1])["position"].partition(":")[0]
    _, page = web.get(f"/api/stream?after={epoch}:0", person["token"])

    assert len(page["events"]) == 1
    assert [fault for event in page["events"] for fault in faults("tellClient", event)] == []


EVENT = {
    "type": "event", "offset": 1, "event": "a.b_c", "at": "2026-11-20T08:00:00Z",
    "kind": "a.b", "key": "1", "data": None,
}  # fmt: skip
WRONG: dict[str, Frame] = {
    "an unknown type": {"type": "surprise"},
    "no offset": {name: value for name, value in EVENT.items() if name != "offset"},
    "an offset of nothing": {**EVENT, "offset": 0},
    "a time without a zone": {**EVENT, "at": "2026-11-20T08:00:00"},
    "a field nobody documented": {**EVENT, "extra": 1},
    "a command that is no id": {**EVENT, "command": "7"},
    "a reply that is neither": {"type": "reply", "id": "1", "ok": False, "data": {}},
    "a refusal that does not say whether to repeat": {
        "type": "reply", "id": "1", "ok": False, "error": {"code": "no", "message": "No."},
    },
    "a board that is half a change": {
        "type": "board", "board": "a.b", "epoch": "e", "version": 2, "base": 1, "set": {},
    },
    "a board of no version": {"type": "board", "board": "a.b", "epoch": "e", "version": 0, "data": {}},
    "a reset without a known reason": {"type": "reset", "epoch": "e", "head": 1, "reason": "why not"},
}  # fmt: skip


@pytest.mark.parametrize("frame", WRONG.values(), ids=WRONG)
def test_what_is_not_documented_would_be_noticed(frame):
    assert faults("tellClient", EVENT) == []
    assert faults("tellClient", frame)


def test_every_schema_is_one_and_every_channel_message_is_used():
    used = {reference["$ref"] for operation in ASYNCAPI["operations"].values() for reference in operation["messages"]}
    declared = {
        f"#/channels/{name}/messages/{message}"
        for name, channel in ASYNCAPI["channels"].items()
        for message in channel["messages"]
    }
    for schema in ASYNCAPI["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)

    assert used == declared
    assert all(resolved({"$ref": reference})["payload"] for reference in used)


def examples() -> list[Frame]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PROTOCOL, re.DOTALL)]


def test_the_examples_are_frames():
    shown = examples()

    for frame in shown:
        assert not faults("hearClient", frame) or not faults("tellClient", frame), frame
    assert {frame["type"] for frame in shown} == {*validators("hearClient"), *validators("tellClient")}


def rows(title: str, pattern: str) -> list[tuple[str, ...]]:
    """What a pattern finds at the beginning of the table rows of a section."""
    section = PROTOCOL.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^\| {pattern} \|", section, re.MULTILINE)


def test_the_table_of_close_codes_is_complete():
    assert {int(code): name for code, name in rows("Close codes", r"(\d{4}) \| `(\w+)`")} == {
        code.value: code.name.lower() for code in Close
    }


def test_the_table_of_limits_is_what_welcome_tells():
    told = {*resolved({"$ref": "#/components/schemas/Welcome"})["properties"]["limits"]["required"], "window"}

    assert {name: int(value) for name, value in rows("Limits", r"`(\w+)` \| (\d+)")} == {
        name: getattr(Limits(), name) for name in told
    }


def refusals(family: type[DomainError]) -> Iterator[type[DomainError]]:
    for refusal in family.__subclasses__():
        yield refusal
        yield from refusals(refusal)


def test_every_refusal_of_the_shared_layers_is_explained():
    shared = {refusal for refusal in refusals(DomainError) if refusal.__module__.split(".")[0] in SHARED_LAYERS}

    assert {refusal.code for refusal in shared} <= set(rows("Refusals", r"`(\w+)`"))


@pytest.mark.skipif("shifts" not in settings.DOMAINS, reason="this company has no shifts")
async def test_the_shift_app_hears_its_dialect_and_nothing_else(house: House, brisk: Web):
    house.manage("demo")
    nurse = {"email_or_phone": "nurse1@demo.test", "password": "demo-pass", "long_lived": True}
    status, signed_in = brisk.post("/api/auth/login", nurse)
    app = Transcript(brisk, path=f"/ws/123?token={signed_in['access_token']}", subprotocols=None)
    app.said, app.heard = [], []
    async with app:
        await app.next("shift_offer")
        await app.next("ping")
        await app.send(type="pong")
        await app.silence(1.5)

    assert status == 200
    assert [fault for frame in app.said for fault in faults("hearShiftApp", frame)] == []
    assert [fault for frame in app.heard for fault in faults("tellShiftApp", frame)] == []
    assert {frame["type"] for frame in app.heard} == set(validators("tellShiftApp"))
