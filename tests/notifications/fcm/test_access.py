import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytest_django import Settings

from notifications.channels.fcm import Fcm
from notifications.channels.parcel import Scope, Verdict
from tests.notifications.fcm.phone import PATIENCE, arrived, parcel, told
from tests.outside.world import World
from tests.services import free_port
from tests.waiting import until


@pytest.fixture
async def patient(fcm: Fcm) -> AsyncIterator[Fcm]:
    """Google's library asks a failing token endpoint three times, which takes it three seconds."""
    channel = Fcm(http_seconds=30)
    yield channel
    await channel.close()


async def test_a_token_endpoint_that_does_not_answer_leaves_the_message_unsent(fcm: Fcm, world: World) -> None:
    world.control("fcm", token="slow", token_latency_ms=1000 * PATIENCE + 500)

    outcome = await fcm.send(parcel())

    assert told(outcome) == (Verdict.UNSENT, "OAUTH", None, Scope.CHANNEL, None)
    assert outcome.error == "No access token in time."
    assert arrived(world) == []


async def test_a_token_endpoint_that_fails_leaves_the_message_unsent(patient: Fcm, world: World) -> None:
    world.control("fcm", token="failing")

    outcome = await patient.send(parcel())

    assert told(outcome) == (Verdict.UNSENT, "OAUTH", None, Scope.CHANNEL, None)
    assert "internal_failure" in outcome.error
    assert arrived(world) == []


async def test_a_token_endpoint_that_cannot_be_reached_is_no_fault_of_the_credentials(
    fcm: Fcm, settings: Settings
) -> None:
    account = json.loads(settings.FIREBASE_CREDENTIALS)
    settings.FIREBASE_CREDENTIALS = json.dumps(account | {"token_uri": f"http://127.0.0.1:{free_port()}/token"})

    assert told(await fcm.send(parcel())) == (Verdict.UNSENT, "OAUTH", None, Scope.CHANNEL, None)


async def test_a_late_token_serves_who_comes_next(fcm: Fcm, world: World) -> None:
    world.control("fcm", token="slow", token_latency_ms=1000 * PATIENCE + 500)
    assert (await fcm.send(parcel())).verdict == Verdict.UNSENT

    assert (await fcm.send(parcel())).verdict == Verdict.ACCEPTED
    assert world.counts()["token_requests"] == 1


async def test_a_service_account_that_google_refuses_stops_the_channel(fcm: Fcm, world: World) -> None:
    world.control("fcm", token="denied")

    assert told(await fcm.send(parcel())) == (Verdict.MISCONFIGURED, "invalid_grant", None, Scope.CHANNEL, None)


@pytest.mark.parametrize("given", ["{", "{}", '{"type": "service_account"}', "/no/such/file.json", "a pasted key"])
async def test_credentials_that_are_none_stop_the_channel_and_are_not_quoted(
    fcm: Fcm, settings: Settings, given: str
) -> None:
    settings.FIREBASE_CREDENTIALS = given

    outcome = await fcm.send(parcel())

    assert told(outcome) == (Verdict.MISCONFIGURED, "CREDENTIALS", None, Scope.CHANNEL, None)
    assert "pasted" not in outcome.error


async def test_credentials_may_be_the_path_of_a_file(fcm: Fcm, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "service-account.json"
    file.write_text(settings.FIREBASE_CREDENTIALS)
    settings.FIREBASE_CREDENTIALS = str(file)
    settings.FIREBASE_PROJECT = ""  # the account names it

    assert (await fcm.send(parcel())).verdict == Verdict.ACCEPTED


async def test_a_hundred_messages_need_one_access_token(patient: Fcm, world: World) -> None:
    outcomes = await asyncio.gather(*(patient.send(parcel(f"phone-{number}")) for number in range(100)))

    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert world.counts()["token_requests"] == 1


async def test_a_failing_token_endpoint_is_asked_once_for_all_who_wait(patient: Fcm, world: World) -> None:
    world.control("fcm", token="denied")

    outcomes = await asyncio.gather(*(patient.send(parcel(f"phone-{number}")) for number in range(100)))

    assert {outcome.verdict for outcome in outcomes} == {Verdict.MISCONFIGURED}
    assert world.counts()["token_requests"] == 1


async def test_a_revoked_access_token_is_replaced_once_and_the_messages_are_sent_again(fcm: Fcm, world: World) -> None:
    await fcm.check()
    world.control("fcm", revoke=True)

    outcomes = await asyncio.gather(*(fcm.send(parcel(f"phone-{number}")) for number in range(50)))

    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert world.counts()["token_requests"] == 2


async def test_an_expired_access_token_is_replaced(fcm: Fcm, world: World) -> None:
    world.control("fcm", token_lifetime=1)

    assert [(await fcm.send(parcel())).verdict for _ in range(2)] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert world.counts()["token_requests"] == 2


async def test_an_access_token_near_its_end_serves_while_another_is_fetched(fcm: Fcm, world: World) -> None:
    world.control("fcm", token_lifetime=7)
    await fcm.check()
    world.control("fcm", token="slow", token_latency_ms=1500)
    await asyncio.sleep(3.1)  # past half of its life

    began = time.monotonic()
    outcome = await fcm.send(parcel())

    assert outcome.verdict == Verdict.ACCEPTED
    assert time.monotonic() - began < 1.2
    await until(lambda: world.counts()["token_requests"], 2)


async def test_a_refused_access_token_is_replaced_exactly_once(fcm: Fcm, world: World) -> None:
    await fcm.send(parcel("unauthenticated:abc"))

    assert [arrival["code"] for arrival in arrived(world)] == [401, 401]
    assert world.counts()["token_requests"] == 2


async def test_a_token_endpoint_that_fails_after_a_refusal_leaves_the_message_unsent(fcm: Fcm, world: World) -> None:
    await fcm.check()
    world.control("fcm", revoke=True, token="failing")

    assert told(await fcm.send(parcel())) == (Verdict.UNSENT, "OAUTH", None, Scope.CHANNEL, None)
