"""A page survives whatever happens between it and the server, and says meanwhile that what it shows may be old."""

import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.windows import Window
from tests.browser.wires import Sockets, Wire
from tests.house import House, Street, Web

ALICE, BOB = "alice@demo.test", "bob@demo.test"
NOTICED_MS = 5_000
HEALED_MS = 60_000  # the longest wait before a page tries again is 30 seconds
LOST = ("net::ERR_", "WebSocket connection to", "503", "502")

UNTIL_KEPT = """async () => {
  for (let tries = 0; tries < 400; tries++) {
    if (await caches.match(location.pathname)) return navigator.serviceWorker.ready.then(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("not kept");
}"""

Windows = Callable[..., Window]


@pytest.fixture(scope="module")
def home(street: Street) -> Iterator[House]:
    """Its server is killed, so it is not that of the other tests."""
    with street.house("sqlite") as built:
        built.manage("demo")
        yield built
        assert built.complaints() == []


@pytest.fixture
def web(home: House) -> Iterator[Web]:
    one = home.live()
    yield one
    one.stop(signal.SIGKILL)


@pytest.fixture
def wire(web: Web) -> Iterator[Wire]:
    with Wire.to(web.port) as one:
        yield one


def at_chat(window: Windows, home: House, web: Web | Wire, email: str = ALICE) -> Window:
    one = window(web, email)
    one.expect_complaints(*LOST)
    one.open(f"/live/chat?c={home.call('tests.browser.deeds.talk_of', ALICE, BOB)}")
    expect(one.page.locator("#words")).to_be_visible()
    return one


def write(one: Window, words: str) -> None:
    one.page.locator("#words").fill(words)
    one.page.locator("#words").press("Enter")


def shown(one: Window, words: str) -> Locator:
    return one.page.locator(".said", has_text=words)


def keeps_its_page(one: Window) -> None:
    """Which the browser does by itself, some time after the page was opened."""
    one.page.evaluate(UNTIL_KEPT)


def heals(one: Window) -> None:
    expect(one.body("live")).to_have_count(1, timeout=HEALED_MS)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_a_page_whose_server_is_gone_says_so_and_heals_without_loss_once_it_is_back(home, web, window, by):
    alice = at_chat(window, home, web)

    web.popen.send_signal(by)
    web.popen.wait(30)
    alice.is_stale(within_ms=NOTICED_MS)
    expect(alice.page.locator("#state")).to_contain_text("Not connected. Shown is what was known at")
    write(alice, f"Said while the server was {by.name}")
    home.call("tests.browser.deeds.say", BOB, ALICE, f"Heard after {by.name}")
    expect(shown(alice, f"Said while the server was {by.name}")).to_have_attribute("data-state", "waiting")
    back = home.live(port=web.port)

    heals(alice)
    expect(shown(alice, f"Heard after {by.name}")).to_have_count(1)
    expect(shown(alice, f"Said while the server was {by.name}")).to_have_attribute("data-state", "sent")
    said = home.call("tests.browser.deeds.said", ALICE, BOB, 50)
    assert said.count(f"Said while the server was {by.name}") == 1
    back.stop(signal.SIGKILL)


def test_a_network_that_goes_silent_is_noticed_and_left(home, window, wire):
    alice = at_chat(window, home, wire)

    wire.fall_silent()
    alice.is_stale(within_ms=NOTICED_MS)
    write(alice, "Said into the silence")
    home.call("tests.browser.deeds.say", BOB, ALICE, "Nobody hears this yet")
    wire.mend()

    heals(alice)
    expect(shown(alice, "Nobody hears this yet")).to_have_count(1)
    expect(shown(alice, "Said into the silence")).to_have_attribute("data-state", "sent")
    said = home.call("tests.browser.deeds.said", ALICE, BOB, 50)
    assert said.count("Said into the silence") == 1


def test_a_page_opens_without_its_server_and_what_is_written_there_is_sent_once_it_is_back(home, web, window):
    alice = at_chat(window, home, web)
    home.call("tests.browser.deeds.say", BOB, ALICE, "Heard before the server was gone")
    expect(shown(alice, "Heard before the server was gone")).to_have_count(1)
    keeps_its_page(alice)
    web.stop(signal.SIGKILL)

    alice.page.reload()
    alice.is_stale()
    expect(shown(alice, "Heard before the server was gone")).to_have_count(1)
    write(alice, "Said without a server")
    expect(shown(alice, "Said without a server")).to_have_attribute("data-state", "waiting")
    alice.page.reload()
    expect(shown(alice, "Said without a server")).to_have_attribute("data-state", "waiting")
    back = home.live(port=web.port)

    heals(alice)
    expect(shown(alice, "Said without a server")).to_have_attribute("data-state", "sent")
    said = home.call("tests.browser.deeds.said", ALICE, BOB, 50)
    assert said.count("Said without a server") == 1
    back.stop(signal.SIGKILL)


def test_each_page_that_was_opened_opens_again_without_the_server(home, web, window):
    alice = at_chat(window, home, web)
    keeps_its_page(alice)
    paths = [str(link.get_attribute("href")) for link in alice.page.locator(".bar nav a").all()]
    for path in paths:
        alice.open(path)
    web.stop(signal.SIGKILL)

    assert len(paths) > 2
    for path in paths:
        alice.page.goto(path)
        alice.is_stale()
        expect(alice.page.locator("#state")).to_have_text("Not connected. Shown is what this device has kept.")
        expect(alice.page.locator(".bar nav [aria-current]")).to_have_attribute("href", path)


def test_a_page_opens_in_a_tunnel(home, window, wire):
    alice = at_chat(window, home, wire)
    keeps_its_page(alice)
    wire.fall_silent()

    alice.page.reload(wait_until="domcontentloaded")  # pictures do not come

    alice.is_stale()
    expect(alice.page.locator("#words")).to_be_visible()
    wire.mend()
    heals(alice)


def test_where_no_socket_gets_through_the_page_works_by_polls(home, window, wire):
    wire.sockets = Sockets.REFUSED
    alice = at_chat(window, home, wire)

    write(alice, "Carried by a poll")
    expect(shown(alice, "Carried by a poll")).to_have_attribute("data-state", "sent")
    home.call("tests.browser.deeds.say", BOB, ALICE, "Brought by a poll")
    expect(shown(alice, "Brought by a poll")).to_have_count(1, timeout=HEALED_MS)

    said = home.call("tests.browser.deeds.said", ALICE, BOB, 50)
    assert said.count("Carried by a poll") == 1


def test_who_signs_out_in_one_tab_is_signed_out_in_the_other(home, web, window):
    alice = at_chat(window, home, web)
    other = alice.tab()
    other.goto("/live/inbox")

    other.locator(".menu summary").click()
    other.get_by_role("button", name="Sign out").click()

    other.wait_for_url("**/live/sign-in")
    expect(alice.body("stopped")).to_have_count(1)
    expect(alice.page.locator("#state a")).to_have_text("Signed out. Sign in again to go on.")


def test_whom_an_operator_bars_is_told_so_and_is_sent_nothing_more(home, web, window):
    alice = at_chat(window, home, web)
    alice.expect_complaints(*LOST, "401", "403")

    home.call("tests.browser.deeds.bar", ALICE)
    expect(alice.body("stopped")).to_have_count(1)
    home.call("tests.browser.deeds.let_in", ALICE)
    home.call("tests.browser.deeds.say", BOB, ALICE, "Not for who was barred")

    alice.page.wait_for_timeout(3_000)  # it is not even tried
    expect(alice.body("stopped")).to_have_count(1)
    expect(shown(alice, "Not for who was barred")).to_have_count(0)


def test_what_was_kept_of_one_is_not_there_for_the_next_who_signs_in_with_the_same_browser(home, web, window):
    alice = at_chat(window, home, web)
    kept = "indexedDB.databases().then((found) => found.map(({ name }) => name))"
    me = alice.page.locator("body").get_attribute("data-user")
    assert alice.page.evaluate(kept) == [f"stream:{me}"]
    keeps_its_page(alice)

    alice.page.locator(".menu summary").click()
    alice.page.get_by_role("button", name="Sign out").click()
    alice.page.wait_for_url("**/live/sign-in")
    assert alice.page.evaluate(kept) == []
    assert alice.page.evaluate("caches.match('/live/chat')") is None

    alice.sign_in("guard@demo.test")
    alice.open("/live/chat")
    expect(alice.page.locator("#talks a")).to_have_count(0)
    me = alice.page.locator("body").get_attribute("data-user")
    assert alice.page.evaluate(kept) == [f"stream:{me}"]
