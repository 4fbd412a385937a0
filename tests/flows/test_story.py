"""`manage.py story` on real servers: what it tells, and that it does not tell of success where there is none."""

import json
import subprocess
import sys
from collections.abc import Iterator

import aiohttp
import pytest

from accounts.demo import PASSWORD
from realtime.playing.apps import App
from tests.house import ROOT, House, Street, Web
from tests.outside.world import World
from tests.services import free_port

PRODUCTS = ["dispatch", "bookings", "shifts", "chat", "fleet"]
TURNING_POINTS = [
    "pro1 is asked for an estimate",
    "pro3 sees the dialog close",
    "provider hears that it is confirmed",
    "is answered “Shift already taken”",
    "nurse3 sees her dialog close",
    "alice sees two ticks: delivered",
    "bob comes out of the tunnel",
    "admin sees it on the board",
]


def tell(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "story", *arguments]
    return subprocess.run(command, cwd=ROOT, env=house.env, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def embedded(street: Street) -> Iterator[House]:
    with street.house("sqlite") as house:
        house.manage("demo")
        yield house
        assert house.complaints() == []


@pytest.fixture(scope="module")
def live(embedded: House) -> Web:
    return embedded.live()


@pytest.fixture(scope="module")
def town(street: Street, world: World) -> Iterator[House]:
    """With look-alikes of providers, workers and beat."""
    with street.staffed(**world.env) as house:
        house.manage("demo")
        yield house


def test_all_five_are_played_in_one_process_and_again_on_the_same_world(embedded, live):
    first, second = (tell(embedded, "--url", live.url, "--patience", "30") for _ in range(2))

    for told in (first, second):
        assert (told.returncode, told.stderr) == (0, ""), told.stdout
        assert [line for line in told.stdout.splitlines() if line in PRODUCTS] == PRODUCTS
        assert [words for words in TURNING_POINTS if words not in told.stdout] == []
        assert told.stdout.count("exactly once, in each of") == len(PRODUCTS)
        assert "\x1b[" not in told.stdout


def test_two_processes_workers_and_a_gateway_play_together(town, world):
    one, other = town.web(), town.web(server="uvicorn")
    world.control("stripe", webhook_url=f"{one.url}/api/payments/webhooks/stripe", retry_ms=200)

    told = tell(town, "--url", one.url, "--url", other.url, "--phones", world.url, "--patience", "30", "--json")

    assert told.stdout, told.stderr
    played = {play["product"]: play for play in json.loads(told.stdout)}
    assert (told.returncode, told.stderr, [*played]) == (0, "", PRODUCTS)
    assert [name for name, play in played.items() if play["failure"] or not all(play["apps"].values())] == []
    deeds = [step["deed"] for step in played["bookings"]["steps"]]
    assert deeds[1] == "customer pays, by stripe"
    assert played["bookings"]["steps"][2]["heard"][-1]["what"] == "has the money back"
    assert all(0 < play["median_ms"] <= play["worst_ms"] < 30_000 for play in played.values())
    [accepted] = [step for step in played["shifts"]["steps"] if "same moment" in step["deed"]]
    assert accepted["heard"][0]["what"] == "is answered that the shift is hers"
    assert len({heard["who"] for heard in accepted["heard"]}) == 3


def test_without_a_worker_it_says_what_was_not_heard_and_fails(street):
    with street.house("postgresql") as house:
        house.manage("demo")
        web = house.web()
        told = tell(house, "--url", web.url, "--only", "chat", "--only", "fleet", "--patience", "4")

    assert told.returncode == 1
    assert "FAILED: not heard within 4 s: admin sees it on the board" in told.stdout
    assert told.stderr.strip() == "CommandError: Not as it should be: fleet."
    assert "exactly once, in each of 2 apps" in told.stdout  # of chat, which needs no worker


def test_without_the_demo_world_it_says_how_to_make_it(street):
    with street.house("sqlite") as house:
        told = tell(house, "--url", house.web().url)

    assert told.returncode == 1
    assert "owner@demo.test does not live here. Make the demo world first: manage.py demo" in told.stderr


def test_without_a_server_it_says_so(embedded):
    told = tell(embedded, "--url", f"http://127.0.0.1:{free_port()}")

    assert told.returncode == 1
    assert "Nothing answers at http://127.0.0.1:" in told.stderr


async def test_an_app_that_mistook_or_missed_something_is_found_out(live):
    async with aiohttp.ClientSession(live.url) as http:
        app = App(http, "alice@demo.test", device="test")
        await app.sign_in(PASSWORD)
        await app.open()
        good = await app.is_true()
        kept = app.view["chat.conversation"].popitem()
        mistaken = await app.is_true()
        app.view["chat.conversation"].update([kept])
        app.has_missed = True
        missed = await app.is_true()
        await app.sign_out()

    assert (good, mistaken, missed) == (True, False, False)
