"""What one was told, and how one is reached."""

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.windows import PHONE
from tests.house import House

GARY = "guard@demo.test"


def notice(page: Page, title: str) -> Locator:
    return page.locator(".notice", has_text=title)


def test_what_happens_appears_and_its_number_stands_beside_the_page_until_it_was_read(demo, demo_house: House, window):
    gary = window(demo, GARY)
    page = gary.open("/live/inbox")
    badge = page.locator('nav a[href="/live/inbox"] .badge')
    before = int(badge.text_content() or 0)

    demo_house.call("tests.browser.deeds.tell", GARY, "The gate is open")
    demo_house.call("tests.browser.deeds.tell", GARY, "The gate is shut")
    expect(notice(page, "The gate is shut")).to_be_visible()
    expect(page.locator(".notice").first).to_contain_text("The gate is shut")
    expect(badge).to_have_text(str(before + 2))

    notice(page, "The gate is open").get_by_role("button", name="Mark as read").click()
    expect(badge).to_have_text(str(before + 1))
    page.get_by_role("checkbox", name="Only unread").check()
    expect(notice(page, "The gate is open")).to_have_count(0)
    page.get_by_role("button", name="Mark all as read").click()
    expect(badge).to_be_hidden()
    expect(page.locator("#unread")).to_have_text("All read")


def test_what_was_archived_is_gone_in_all_tabs_and_for_good(demo, demo_house: House, window):
    demo_house.call("tests.browser.deeds.tell", GARY, "Lost property")
    gary = window(demo, GARY)
    page = gary.open("/live/inbox")
    other = gary.tab()
    other.goto("/live/inbox")
    expect(notice(other, "Lost property")).to_be_visible()

    notice(page, "Lost property").get_by_role("button", name="Archive").click()

    expect(notice(page, "Lost property")).to_have_count(0)
    expect(notice(other, "Lost property")).to_have_count(0)
    page.reload()
    gary.is_live()
    expect(notice(page, "Lost property")).to_have_count(0)


def test_a_notice_leads_to_the_page_that_shows_what_it_is_about(demo, demo_house: House, window):
    demo_house.call("tests.browser.deeds.tell", GARY, "Somebody wrote")
    page = window(demo, GARY).open("/live/inbox")

    notice(page, "Somebody wrote").get_by_role("link", name="Open").click()

    page.wait_for_url("**/live/chat")


def test_who_sets_quiet_hours_and_channels_finds_them_so_again(demo, window):
    gary = window(demo, GARY, size=PHONE)
    page = gary.open("/live/settings")

    page.get_by_role("button", name="Add quiet hours").click()
    page.locator(".window [name=start]").fill("21:30")
    page.locator(".window").get_by_role("checkbox", name="Sun").uncheck()
    page.locator("#quiet-hours").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    page.get_by_role("checkbox", name="Messages: Email").uncheck()
    expect(page.locator("#toasts p")).to_have_count(2)
    page.reload()

    expect(page.locator(".window [name=start]")).to_have_value("21:30")
    expect(page.locator(".window").get_by_role("checkbox", name="Sun")).not_to_be_checked()
    expect(page.locator(".window").get_by_role("checkbox", name="Mon")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Messages: Email")).not_to_be_checked()
    assert gary.grave_violations() == []


def test_nobody_changes_what_the_page_does_not_know_yet(demo, window):
    page = window(demo, GARY).tab()
    held: list[Route] = []
    page.route("**/api/quiet-hours", lambda route: held.append(route))
    page.goto("/live/settings")
    expect(page.locator("#profile [name=zone]")).not_to_have_value("")
    expect(page.locator("#quiet-hours")).to_have_attribute("inert", "")

    held[0].continue_()

    expect(page.locator("#quiet-hours")).not_to_have_attribute("inert", "")
    page.get_by_role("button", name="Add quiet hours").click()
    expect(page.locator(".window [name=start]").last).to_have_value("22:00")


def test_what_the_server_finds_wrong_is_said_beside_the_form(demo, window):
    gary = window(demo, GARY)
    gary.expect_complaints("400")
    page = gary.open("/live/settings")
    expect(page.locator("#profile [name=zone]")).not_to_have_value("")

    page.locator("#profile [name=zone]").fill("Moon/Sea of Tranquility")
    page.locator("#profile").get_by_role("button", name="Save").click()

    expect(page.locator("#profile [role=alert]")).not_to_be_empty()
