"""Nurses in windows of their own, on two web processes: whoever accepts first has the shift."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import DESK, PHONE, Window
from tests.browser.wires import Wire
from tests.house import House, Street, Web

WORLD = "tests.shift_world."
SHIFTS = "/live/shifts"
TOMORROW, LATER = 24, 48  # hours ahead
UNREACHABLE = "net::ERR_", "WebSocket connection to"

Nurse = dict[str, Any]
Windows = Callable[..., Window]


@pytest.fixture(scope="module")
def ward(street: Street) -> Iterator[House]:
    with street.staffed() as house:
        yield house


@pytest.fixture(scope="module")
def doors(ward: House) -> tuple[Web, Web]:
    return ward.web(), ward.web()


@pytest.fixture
def nurses(ward: House) -> list[Nurse]:
    """Two whom nobody has asked for anything yet."""
    return ward.call(f"{WORLD}hire", 2)


@pytest.fixture
def pages(doors: tuple[Web, Web], nurses: list[Nurse], window: Windows) -> list[Page]:
    return [window(door, nurse["email"]).open(SHIFTS) for door, nurse in zip(doors, nurses, strict=True)]


@pytest.fixture
def wire(doors: tuple[Web, Web]) -> Iterator[Wire]:
    with Wire.to(doors[0].port) as one:
        yield one


@pytest.fixture
def away(wire: Wire, nurses: list[Nurse], window: Windows) -> Window:
    """One whose way to the server can be cut."""
    one = window(wire, nurses[0]["email"])
    one.expect_complaints(*UNREACHABLE)
    one.open(SHIFTS)
    return one


def offer(ward: House, nurses: list[Nurse], hours_ahead: int = TOMORROW) -> int:
    return ward.call(f"{WORLD}offered", hours_ahead, [nurse["emp_id"] for nurse in nurses])


def is_asked(page: Page) -> None:
    expect(page.locator("#dialog[open]")).to_be_visible()


def is_not_asked(page: Page) -> None:
    expect(page.locator("dialog[open]")).to_have_count(0)


def told(page: Page, words: str) -> None:
    expect(page.locator("#toasts p", has_text=words)).to_have_count(1)


def press(page: Page, name: str) -> None:
    """By the keyboard alone: on to the button of this name, and Enter."""
    button = page.locator("#dialog").get_by_role("button", name=name)
    for _ in range(3):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            return page.keyboard.press("Enter")
    raise AssertionError(f"The keyboard does not come to {name}.")


def state(ward: House, shift_id: int) -> dict[str, Any]:
    found: dict[str, Any] = ward.call(f"{WORLD}state", shift_id)
    return found


def wait_until_given_up(ward: House, shift_id: int) -> None:
    """By the sweep, once it has begun."""
    deadline = time.monotonic() + 60
    while state(ward, shift_id)["status"] == "open" and time.monotonic() < deadline:
        time.sleep(0.5)
    assert state(ward, shift_id)["status"] == "unfilled"


def test_one_of_two_accepts_and_the_others_dialog_closes_and_says_that_a_colleague_was_quicker(ward, nurses, pages):
    shift = offer(ward, nurses)
    quick, slow = pages
    is_asked(quick)
    is_asked(slow)

    quick.locator("#dialog").get_by_role("button", name="Accept").click()

    told(quick, "The shift is yours: Willow Place")
    expect(quick.locator("#coming li")).to_contain_text("Yours")
    is_not_asked(slow)
    told(slow, "A colleague was quicker: Willow Place")
    expect(slow.locator("#pending li")).to_have_count(0)
    expect(slow.locator("#past li")).to_contain_text("A colleague has it")
    assert state(ward, shift)["assignee"] == nurses[0]["emp_id"]


def test_the_keyboard_is_enough_to_reject_and_to_accept(ward, nurses, pages):
    shift = offer(ward, nurses)
    first, second = pages

    is_asked(first)
    press(first, "Reject")
    is_not_asked(first)
    expect(first.locator("#past li")).to_contain_text("You said no")
    is_asked(second)
    press(second, "Accept")

    told(second, "The shift is yours")
    assert state(ward, shift)["assignee"] == nurses[1]["emp_id"]


def test_nobody_accepts_by_an_enter_that_was_meant_for_something_else(ward, nurses, pages):
    shift = offer(ward, nurses)
    is_asked(pages[0])

    pages[0].keyboard.press("Enter")
    pages[0].keyboard.press("Space")

    is_asked(pages[0])
    assert state(ward, shift)["status"] == "open"


def test_escape_puts_off_what_can_be_accepted_from_the_list_later(ward, nurses, pages):
    offer(ward, nurses)
    page = pages[0]
    is_asked(page)

    page.keyboard.press("Escape")

    is_not_asked(page)
    expect(page.locator("#pending li")).to_contain_text("Waiting for you")
    page.locator("#pending").get_by_role("button", name="Accept").click()
    told(page, "The shift is yours")
    page.locator("#coming").get_by_role("button", name="Give it back").click()
    expect(page.locator("#past li")).to_contain_text("You gave it back")
    told(pages[1], "A colleague was quicker")


def test_each_that_comes_is_asked_about_and_who_opens_the_page_only_about_the_last_that_is_new_to_her(
    ward, nurses, pages
):
    page = pages[0]
    offer(ward, nurses)
    is_asked(page)
    offer(ward, nurses, LATER)
    expect(page.locator("#pending li")).to_have_count(2)
    page.keyboard.press("Escape")
    is_asked(page)
    page.keyboard.press("Escape")
    is_not_asked(page)

    page.reload()
    expect(page.locator("body[data-state=live]")).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(2)
    is_not_asked(page)

    page.goto("about:blank")
    offer(ward, nurses, 3 * TOMORROW)
    offer(ward, nurses, 4 * TOMORROW)
    page.goto(SHIFTS)
    is_asked(page)
    expect(page.locator("#pending li")).to_have_count(4)
    expect(page.locator("#dialog [data-field=day]")).to_have_text(
        page.locator("#pending li").last.locator("[data-field=day]").inner_text()
    )
    page.keyboard.press("Escape")
    is_not_asked(page)


def test_an_offer_that_came_while_she_was_away_is_shown_once_she_is_back(ward, nurses, away, wire):
    wire.cut()
    away.is_stale()
    offer(ward, nurses)
    is_not_asked(away.page)

    wire.mend()

    away.is_live()
    is_asked(away.page)


def test_what_she_accepts_on_the_way_is_hers_once_she_is_back(ward, nurses, away, wire):
    shift = offer(ward, nurses)
    is_asked(away.page)
    wire.cut()
    away.is_stale()
    away.page.locator("#dialog").get_by_role("button", name="Accept").click()
    expect(away.page.locator("#coming li")).to_contain_text("Sending your answer")

    wire.mend()
    away.is_live()

    expect(away.page.locator("#coming li .tag")).to_have_text("Yours")
    assert state(ward, shift)["assignee"] == nurses[0]["emp_id"]


def test_what_she_accepts_on_the_way_and_too_late_is_refused_and_said_so(ward, nurses, away, wire):
    shift = ward.call("tests.browser.ward.offer_soon", 6, [nurses[0]["emp_id"]])
    is_asked(away.page)
    wire.cut()
    away.is_stale()
    away.page.locator("#dialog").get_by_role("button", name="Accept").click()
    expect(away.page.locator("#waiting")).to_have_text("1 waiting to be sent")
    wait_until_given_up(ward, shift)

    wire.mend()
    away.is_live()

    told(away.page, "Too late: that was possible until")
    expect(away.page.locator("#past li")).to_contain_text("Too late")
    assert state(ward, shift)["assignee"] is None


@pytest.mark.parametrize("look", [{"size": PHONE}, {"size": DESK, "dark": True}, {"size": PHONE, "language": "ar"}])
def test_the_page_is_for_everybody_on_every_screen(look, ward, nurses, doors, window):
    one = window(doors[0], nurses[0]["email"], **look)
    page = one.open(SHIFTS)
    offer(ward, nurses)
    is_asked(page)
    assert one.grave_violations() == []
    page.keyboard.press("Escape")
    assert one.grave_violations() == []
    assert one.sticking_out() == []
    if look.get("language") == "ar":
        assert page.evaluate("document.dir") == "rtl"
        expect(page.get_by_role("heading", level=1)).to_have_text("المناوبات")
