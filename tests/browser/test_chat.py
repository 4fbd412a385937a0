"""Two people talk, and what they say survives tunnels and reloads."""

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import PHONE, Window
from tests.browser.wires import Sockets, Wire
from tests.house import House, Web

ALICE, BOB = "alice@demo.test", "bob@demo.test"
TUNNEL_MS = 60_000

Windows = Callable[..., Window]


@pytest.fixture
def wire(demo: Web) -> Iterator[Wire]:
    with Wire.to(demo.port) as one:
        yield one


def open_talk(page: Page, name: str) -> None:
    page.locator("#talks a", has_text=name).first.click()
    expect(page.locator("#talk-title")).to_have_text(name)


def in_talk(window: Windows, web: Web | Wire, email: str, **options: object) -> Window:
    one = window(web, email, **options)
    open_talk(one.open("/live/chat"), "Bob" if email == ALICE else "Alice")
    return one


def write(page: Page, words: str) -> None:
    page.locator("#words").fill(words)
    page.locator("#words").press("Enter")


def bubble(page: Page, words: str) -> Locator:
    return page.locator(".said", has_text=words)


def test_what_one_types_and_says_the_other_sees_and_the_ticks_tell_how_far_it_has_come(demo, window):
    alice, bob = in_talk(window, demo, ALICE), in_talk(window, demo, BOB)
    bob.page.bring_to_front()

    alice.page.locator("#words").press_sequentially("Sunday at nine?")
    expect(bob.page.locator(".typing")).to_have_text("Alice is typing …")
    alice.page.locator("#words").press("Enter")

    expect(bubble(bob.page, "Sunday at nine?")).to_be_visible()
    expect(bob.page.locator(".typing")).to_have_text("")
    expect(bubble(alice.page, "Sunday at nine?")).to_have_attribute("data-state", "read")
    expect(bubble(alice.page, "Sunday at nine?").locator(".why")).to_have_text("Read")


def test_what_nobody_has_looked_at_is_delivered_and_not_read(demo, window):
    bob = window(demo, BOB)
    bob.open("/live/chat")
    alice = in_talk(window, demo, ALICE)

    write(alice.page, "Are you there?")

    expect(bubble(alice.page, "Are you there?")).to_have_attribute("data-state", "delivered")
    line = bob.page.locator("#talks a", has_text="Alice")
    expect(line.locator(".badge")).to_have_text("1")
    line.click()
    expect(bob.page.locator('[data-key="unread"]')).to_be_visible()
    expect(bubble(alice.page, "Are you there?")).to_have_attribute("data-state", "read")
    expect(line.locator(".badge")).to_be_hidden()


def test_what_was_written_in_a_tunnel_arrives_in_order_and_once_though_the_page_was_loaded_anew(
    demo, demo_house: House, window, wire
):
    """It is loaded anew once the way is free, before anything was sent. Without a network a page cannot be loaded,
    since it has no service worker.
    """
    alice, bob = in_talk(window, wire, ALICE), in_talk(window, demo, BOB)
    alice.expect_complaints("net::ERR_", "WebSocket connection to")
    words = [f"From the tunnel, {number}" for number in ("one", "two", "three", "four", "five")]

    wire.cut()
    alice.is_stale(within_ms=5_000)
    for one in words:
        write(alice.page, one)
    alice.page.wait_for_timeout(TUNNEL_MS)
    waiting = alice.page.locator('.said[data-state="waiting"] .body')
    expect(waiting).to_have_text(words)
    expect(alice.page.locator("#waiting")).to_have_text("5 waiting to be sent")
    wire.sockets = Sockets.UNANSWERED
    wire.mend()
    alice.page.reload()
    expect(waiting).to_have_text(words)
    expect(bubble(bob.page, "From the tunnel")).to_have_count(0)

    wire.sockets = Sockets.OPEN
    wire.hang_up()

    expect(bubble(bob.page, "From the tunnel").locator(".body")).to_have_text(words, timeout=40_000)
    expect(bubble(alice.page, "From the tunnel").locator(".body")).to_have_text(words)
    expect(waiting).to_have_count(0)
    expect(alice.page.locator("#waiting")).to_have_text("")
    assert demo_house.call("tests.browser.deeds.said", ALICE, BOB, 5) == words


def test_pictures_and_files_go_up_and_are_seen_by_the_other(demo, window):
    alice, bob = in_talk(window, demo, ALICE), in_talk(window, demo, BOB)

    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"North"}
    alice.page.set_input_files("#files", [picture(), plan])

    shown = bob.page.get_by_role("img", name="garden.png")
    expect(shown).to_be_visible()
    bob.page.wait_for_function("document.querySelector('.picture img')?.naturalWidth === 640")
    with bob.page.expect_download() as download:
        bob.page.get_by_role("link", name="plan.txt").press("Enter")
    assert download.value.path().read_bytes() == b"North"
    expect(alice.page.locator("#uploads li")).to_have_count(0)


def test_a_file_that_will_not_do_stays_with_the_reason(demo, window):
    alice = in_talk(window, demo, ALICE)
    alice.expect_complaints("400")

    alice.page.set_input_files("#files", {"name": "a.bin", "mimeType": "application/x", "buffer": b"\xff\xfe\x00"})

    expect(alice.page.locator("#uploads [role=alert]")).to_contain_text("Send a picture")
    alice.page.locator("#uploads").get_by_role("button", name="Cancel").click()
    expect(alice.page.locator("#uploads li")).to_have_count(0)


def test_two_tabs_of_one_person_agree(demo, demo_house: House, window):
    alice = in_talk(window, demo, ALICE)
    other = alice.tab()
    other.goto("/live/chat")
    open_talk(other, "Bob")

    write(other, "From the other tab")
    expect(bubble(alice.page, "From the other tab")).to_have_count(1)
    demo_house.call("tests.browser.deeds.say", BOB, ALICE, "Seen in both")
    expect(bubble(other, "Seen in both")).to_be_visible()
    expect(bubble(alice.page, "Seen in both")).to_be_visible()
    for tab in (alice.page, other):
        expect(tab.locator("#talks a[aria-current] .badge")).to_be_hidden()
    assert demo_house.call("tests.browser.deeds.said", ALICE, BOB, 1) == ["From the other tab"]


def test_old_messages_come_as_one_scrolls_up_and_what_one_reads_stays_in_its_place(demo, demo_house: House, window):
    demo_house.call("tests.browser.deeds.say", ALICE, BOB, *[f"Line {number}" for number in range(1, 121)])
    bob = in_talk(window, demo, BOB, size=PHONE)
    scroller = bob.page.locator("#scroller")

    scroller.evaluate("element => element.scrollTo(0, 0)")
    first = bob.page.locator(".said").first
    top = first.get_attribute("data-key")
    scroller.evaluate("element => element.scrollTo(0, 0)")

    expect(bob.page.locator(f'.said[data-key="{top}"]')).to_be_attached()
    expect(bubble(bob.page, "Line 1").first).to_be_attached()
    bob.page.locator("#newest").click()
    expect(bubble(bob.page, "Line 120")).to_be_in_viewport()


def test_one_finds_what_was_said_long_ago_and_stands_before_it(demo, window):
    bob = in_talk(window, demo, BOB)

    bob.page.get_by_role("searchbox").fill("scratch")
    bob.page.locator("#found-list a").first.click()

    expect(bubble(bob.page, "A scratch on the rear bumper")).to_be_in_viewport()


def test_what_was_sent_can_be_changed_and_deleted_for_everybody(demo, window):
    alice, bob = in_talk(window, demo, ALICE), in_talk(window, demo, BOB)
    write(alice.page, "At tenn o'clock")
    expect(bubble(bob.page, "At tenn o'clock")).to_be_visible()

    do(alice.page, "At tenn o'clock", "Change")
    write(alice.page, "At ten o'clock")
    expect(bubble(bob.page, "At ten o'clock").locator("[data-field=edited]")).to_have_text("edited")
    do(alice.page, "At ten o'clock", "Delete for everybody")

    expect(bob.page.locator(".said").last).to_contain_text("This message was deleted.")
    expect(bubble(bob.page, "At ten o'clock")).to_have_count(0)


def test_whom_one_blocks_sees_why_nothing_is_sent_and_can_send_it_again_later(demo, window):
    alice, bob = in_talk(window, demo, ALICE), in_talk(window, demo, BOB)

    about(bob.page, "Block")
    expect(bob.page.locator("#closed")).to_be_visible()
    expect(alice.page.locator("#talks a", has_text="Bob")).to_have_count(0)

    about(bob.page, "No longer block")
    open_talk(alice.page, "Bob")
    write(alice.page, "Friends again?")
    expect(bubble(bob.page, "Friends again?")).to_be_visible()


def test_a_group_is_begun_with_people_one_knows_named_anew_and_left(demo, window):
    alice, bob = window(demo, ALICE), window(demo, BOB)
    for one in (alice, bob):
        one.open("/live/chat")

    alice.page.get_by_role("button", name="New", exact=True).click()
    for name in ("Bob", "Carl Customer"):
        alice.page.get_by_role("checkbox", name=name).check()
    alice.page.locator("#people-dialog").get_by_label("Name of the group").fill("Trip")
    alice.page.get_by_role("button", name="Go on").click()
    expect(alice.page.locator("#talk-title")).to_have_text("Trip")
    write(alice.page, "Where to?")
    open_talk(bob.page, "Trip")
    expect(bubble(bob.page, "Where to?")).to_be_visible()

    alice.page.locator("#about").click()
    alice.page.get_by_role("button", name="Change the name").click()
    alice.page.locator("#name-dialog").get_by_label("Name of the group").fill("Trip to the sea")
    alice.page.get_by_role("button", name="Save").click()
    expect(bob.page.locator("#talk-title")).to_have_text("Trip to the sea")
    about(bob.page, "Leave")
    expect(bob.page.locator("#talks a", has_text="Trip")).to_have_count(0)


def test_on_a_phone_one_sees_the_list_or_the_conversation_in_any_language_and_colours(demo, window):
    bob = window(demo, BOB, size=PHONE, dark=True, language="ar")
    page = bob.open("/live/chat")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    page.locator("#talks a", has_text="Alice").first.click()
    expect(page.locator("#words")).to_be_visible()
    expect(page.locator("#talks")).to_be_hidden()
    assert bob.grave_violations() == []
    page.locator("#back").click()

    expect(page.locator("#talks")).to_be_visible()
    expect(page.locator("#words")).to_be_hidden()
    assert bob.sticking_out() == []


def do(page: Page, words: str, name: str) -> None:
    bubble(page, words).hover()
    bubble(page, words).get_by_role("button").click()
    page.locator("#message-dialog").get_by_role("button", name=name).click()


def about(page: Page, name: str) -> None:
    page.locator("#about").click()
    page.locator("#talk-dialog").get_by_role("button", name=name, exact=True).click()


def picture() -> dict[str, object]:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(file, "PNG")
    return {"name": "garden.png", "mimeType": "image/png", "buffer": file.getvalue()}
