from datetime import UTC, datetime

import aiohttp
import pytest

from notifications.channels.http import Client, brief, failure_of, retry_after
from notifications.channels.parcel import Outcome, Scope, Verdict
from tests.services import free_port

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 11:59:00 GMT", 0),
        ("Mon, 02 Mar 2026 12:00:30", None),  # of no zone
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}, NOON) == seconds


def test_no_retry_after_says_nothing() -> None:
    assert retry_after({}) is None


def test_a_provider_that_repeats_the_address_is_not_quoted_with_it() -> None:
    assert brief("No such number: +15005550001.", "+15005550001") == "No such number: …."
    assert brief("x" * 190 + "+15005550001", "+15005550001") == "x" * 190 + "…"
    assert len(brief("x" * 500)) == 200


async def test_a_closed_door_means_that_nothing_was_sent() -> None:
    outcome = failure_of(await failure(f"http://127.0.0.1:{free_port()}/"))

    assert (outcome.verdict, outcome.code, outcome.scope) == (Verdict.UNSENT, "CONNECT", Scope.LANE)


async def test_an_endpoint_that_is_no_url_is_for_the_operator_to_mend() -> None:
    outcome = failure_of(await failure("fcm.example.com/v1"))

    assert (outcome.verdict, outcome.code, outcome.scope) == (Verdict.MISCONFIGURED, "ENDPOINT", Scope.CHANNEL)


def test_what_failed_after_it_was_sent_may_have_been_delivered() -> None:
    assert failure_of(aiohttp.SocketTimeoutError()) == Outcome(Verdict.TRANSIENT, "TIMEOUT", error="No answer in time.")
    assert failure_of(aiohttp.ServerDisconnectedError()).verdict == Verdict.TRANSIENT
    assert failure_of(aiohttp.ClientPayloadError()).verdict == Verdict.TRANSIENT
    assert failure_of(ConnectionResetError()).verdict == Verdict.TRANSIENT


def test_no_connection_in_time_means_that_nothing_was_sent() -> None:
    assert failure_of(aiohttp.ConnectionTimeoutError()).verdict == Verdict.UNSENT


def test_a_defect_of_ours_is_not_an_outcome() -> None:
    with pytest.raises(KeyError):
        failure_of(KeyError("nid"))


async def failure(url: str) -> Exception:
    client = Client()
    try:
        await client.ask("POST", url)
    except (aiohttp.ClientError, OSError) as error:
        return error
    finally:
        await client.close()
    raise AssertionError("it was answered")
