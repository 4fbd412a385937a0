"""Browsers against real servers. Debian's Chromium is driven; what a page complains of fails the test."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.windows import Window
from tests.house import House, Street, Web, settle_sqlite

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright has a loop of its own in the thread of the test, so nothing of it may stay for the tests of others."""
    os.environ[UNSAFE] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield chromium
        chromium.close()
    del os.environ[UNSAFE]


@pytest.fixture(scope="session")
def demo_database(street: Street, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world, made once for all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made = folder / "demo.sqlite3"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with street.house("sqlite") as house:
                house.manage("demo")
                settle_sqlite(house.directory)
                shutil.copy(house.directory / "db.sqlite3", made)
    return made


@pytest.fixture(scope="module")
def demo_house(street: Street, demo_database: Path) -> Iterator[House]:
    """The demo world in one process, as `make run` has it; a fresh one for each module."""
    with street.house("sqlite") as built:
        shutil.copy(demo_database, built.directory / "db.sqlite3")
        yield built
        assert built.complaints() == []


@pytest.fixture(scope="module")
def demo(demo_house: House) -> Web:
    return demo_house.live()


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Window]]:
    """Opens windows: each is a browser of its own, such as another person has."""
    opened: list[Window] = []

    def open_window(web: Web, email: str = "", **options: Any) -> Window:
        one = Window(browser, web.url, **options)
        opened.append(one)
        if email:
            one.sign_in(email)
        return one

    yield open_window
    complaints = [complaint for one in opened for complaint in one.complaints]
    for one in opened:
        one.close()
    assert complaints == []
