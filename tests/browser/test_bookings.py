"""A customer books, another is too late, and the provider sees it as it happens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from bookings.demo import CUSTOMER, OWNER
from tests.browser.windows import PHONE, Window
from tests.house import House, Web

OTHER = "nurse4@demo.test"
CONSULTATION, MASSAGE = "Consultation 30", "Massage 60"

Windows = Callable[..., Window]


@pytest.fixture
def customer(window: Windows, demo: Web) -> Page:
    return window(demo, CUSTOMER).open("/live/book")


@pytest.fixture
def other(window: Windows, demo: Web) -> Page:
    return window(demo, OTHER, size=PHONE).open("/live/book")


@pytest.fixture
def provider(window: Windows, demo: Web) -> Page:
    return window(demo, OWNER).open("/live/provider")


def days(page: Page) -> Locator:
    return page.locator("#times [role=radio]")


def slots(page: Page) -> Locator:
    return page.locator("#times .slot")


def look_at(page: Page, service: str, *, day: int) -> None:
    """The slots of a day so many days ahead."""
    page.get_by_role("button", name=service).click()
    days(page).nth(day).click()
    expect(days(page).nth(day)).to_have_attribute("aria-checked", "true")


def reserve(page: Page, slot: int) -> None:
    slots(page).nth(slot).click()
    page.locator("#reserving").get_by_role("button", name="Reserve").click()


def outcome(page: Page) -> Locator:
    return page.locator("#paying .outcome")


def card(page: Page, within: str, words: str) -> Locator:
    return page.locator(f"#{within} > li", has_text=words)


def test_of_two_customers_the_second_is_told_that_it_is_full_waits_and_is_offered_the_seat_that_comes_free(
    customer, other, provider
):
    look_at(customer, CONSULTATION, day=10)
    look_at(other, CONSULTATION, day=10)
    slots(other).first.click()  # while it was free
    time = other.locator("#reserving [data-field=when]").inner_text()

    reserve(customer, 0)

    expect(outcome(customer)).to_have_text("Your reservation is confirmed.")
    newest = provider.locator("#references li").first
    expect(newest).to_have_class("is-new")
    expect(newest.locator(".tag")).to_have_text("Confirmed")

    dialog = other.locator("#reserving")
    dialog.get_by_role("button", name="Reserve").click()
    expect(dialog.get_by_role("alert")).to_have_text("Somebody was quicker: this time is fully booked now.")
    dialog.get_by_role("button", name="Join the waitlist").click()
    expect(dialog).to_be_hidden()
    expect(slots(other).first.locator(".tag")).to_have_text("Fully Booked")

    customer.goto("/live/bookings")
    card(customer, "coming", time).get_by_role("button", name="Cancel it").click()
    expect(customer.locator("#cancelling [data-field=refund]")).to_have_text("Nothing was paid, so nothing is owed.")
    customer.locator("#cancelling").get_by_role("button", name="Cancel it").click()
    expect(card(customer, "earlier", time).first).to_contain_text("Cancelled by you")

    other.goto("/live/bookings")
    offer = card(other, "waitlist", time)
    expect(offer.locator(".tag")).to_have_text("Offered to you")
    offer.get_by_role("button", name="Take it").click()
    other.locator("#paying").get_by_role("button", name="Take it").click()
    expect(outcome(other)).to_have_text("Your reservation is confirmed.")
    other.locator("#paying").get_by_role("button", name="Close").click()
    expect(card(other, "coming", time).locator(".tag")).to_have_text("Confirmed")
    expect(other.locator("#waitlist > li")).to_have_count(0)


def test_what_is_paid_ahead_is_held_while_the_time_runs_and_moved_by_keyboard_later(customer):
    look_at(customer, MASSAGE, day=9)
    slots(customer).first.click()
    dialog = customer.locator("#reserving")
    dialog.get_by_label("Seats").fill("2")
    dialog.get_by_role("button", name="Add somebody").click()
    dialog.get_by_label("Attendee 1").fill("Nadia")
    expect(dialog.locator("[data-field=total]")).to_have_text("EGP 1,000.00 in total")
    dialog.get_by_role("button", name="Reserve").click()

    paying = customer.locator("#paying")
    expect(paying.get_by_role("timer")).to_contain_text("9:")
    expect(slots(customer).first.locator(".tag")).to_have_text("Yours")
    paying.get_by_role("button", name="Close").click()
    hold = customer.locator("#holds > li")
    expect(hold).to_contain_text("2 seats · EGP 1,000.00")

    customer.reload()
    hold.get_by_role("button", name="Go on").click()
    paying.get_by_role("button", name="Pay there, in cash").click()
    expect(outcome(customer)).to_have_text("Your reservation is confirmed.")
    expect(hold).to_have_count(0)

    customer.goto("/live/bookings")
    held = card(customer, "coming", "EGP 1,000.00, not paid yet")
    before = held.locator("[data-field=when]").inner_text()
    held.get_by_role("button", name="Reschedule").click()
    moving = customer.locator("#moving")
    chosen = moving.get_by_role("radio", checked=True)
    expect(moving.locator(".slot").first).to_be_visible()
    day = chosen.get_attribute("data-key")
    chosen.press("ArrowDown")
    customer.keyboard.press("ArrowLeft")
    expect(moving.locator(f"[data-key='{day}']")).to_have_attribute("aria-checked", "false")
    moving.locator(".slot", has_text="2 of 2").first.press("Enter")
    customer.keyboard.press("Enter")
    expect(customer.locator("#toasts")).to_contain_text("Moved to")
    expect(held.locator("[data-field=when]")).not_to_have_text(before)


def test_a_plan_is_subscribed_to_at_the_desk_and_cancelled_with_what_stays(other):
    plan = card(other, "plans", "Year of Yoga")

    plan.get_by_role("button", name="Subscribe, pay in cash").click()

    expect(outcome(other)).to_have_text("Your subscription is active.")
    other.locator("#paying").get_by_role("button", name="Close").click()
    expect(plan.locator(".tag")).to_have_text("You have this.")

    other.goto("/live/bookings")
    mine = card(other, "subscriptions", "Year of Yoga")
    expect(mine.locator("[data-field=until]")).to_contain_text("Renews on")
    mine.get_by_role("button", name="Cancel it").click()
    expect(other.locator("#cancelling [data-field=refund]")).to_contain_text("You keep what you paid for until")
    other.locator("#cancelling").get_by_role("button", name="Cancel it").click()
    expect(mine.locator(".tag")).to_have_text("Cancelled")
    expect(mine.locator("[data-field=until]")).to_contain_text("Ends on")


def test_a_provider_sees_figures_charts_and_who_comes_and_says_who_was_there(provider, demo_house: House):
    key = demo_house.call("tests.browser.spa.visit_under_way")

    figures = provider.evaluate(
        """async () => {
          const { results: [spa] } = await (await fetch("/api/bookings/providers/mine")).json();
          return (await fetch(`/api/bookings/providers/${spa.provider_id}/analytics`)).json();
        }"""
    )
    tiles = provider.locator("#figures")
    expect(tiles.locator("[data-field=subscriptions]")).to_have_text(str(figures["activeSubscriptions"]))
    expect(tiles.locator("[data-field=rating]")).to_have_text(str(figures["averageRating"]))
    rows = provider.locator("#reservations-chart tbody tr")
    expect(rows).to_have_count(len(figures["series"]))

    visit = provider.locator(f"#days [data-key='{key}']")
    expect(visit).to_contain_text("Carl")
    visit.get_by_role("button", name="Was there").click()
    expect(visit.locator(".tag")).to_have_text("Completed")


def test_only_those_who_work_there_have_its_page(window, demo):
    nurse = window(demo, OTHER)
    nurse.expect_complaints("404")

    answer = nurse.page.goto("/live/provider")

    assert answer.status == 404
