"""What operators see, as they see it: it moves by itself, and says so when it does not."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import DESK, PHONE

SHIFTS = "/admin/dashboards/shifts/"
OPERATOR = "admin@demo.test"
STALE_MS = 5000

LOOKS = [
    pytest.param({"size": DESK, "dark": False}, id="desk-light"),
    pytest.param({"size": DESK, "dark": True}, id="desk-dark"),
    pytest.param({"size": PHONE, "dark": False}, id="phone"),
]
PAGES = ["/admin/", SHIFTS, "/admin/shifts/shift/", "/admin/shifts/shift/add/", "/admin/admin/logentry/"]


def offers_out(page: Page) -> int:
    card = page.locator(".ops-card", has=page.get_by_role("heading", name="Offers out"))
    return int(card.locator(".ops-value").inner_text())


def test_a_dashboard_moves_while_another_operator_acts(demo, window):
    watching, acting = window(demo, OPERATOR), window(demo, OPERATOR)
    page = watching.open(SHIFTS)
    page.evaluate("document.body.dataset.same = 'page'")
    canvas = page.evaluate_handle("document.querySelector('#chart-coverage')")
    before = offers_out(page)

    button = acting.open(SHIFTS).get_by_role("button", name="Withdraw").first
    button.click()
    expect(acting.page.get_by_text("Offers withdrawn:")).to_be_visible()

    expect(page.locator(".ops-card", has_text="Offers out").locator(".ops-value")).not_to_have_text(str(before))
    assert offers_out(page) < before
    assert page.evaluate("document.body.dataset.same") == "page"
    assert page.evaluate("canvas => canvas === document.querySelector('#chart-coverage')", canvas)
    assert page.evaluate("Chart.getChart('chart-coverage').data.labels.length > 7")


def test_a_filter_changes_the_figures_and_the_address(demo, window):
    page = window(demo, OPERATOR).open(SHIFTS)
    assert page.evaluate("Chart.getChart('chart-coverage').data.labels.length") == 36

    page.get_by_label("Period").select_option("7 days")

    page.wait_for_function("Chart.getChart('chart-coverage').data.labels.length === 15")
    assert "period=7" in page.url
    page.reload()
    expect(page.get_by_label("Period")).to_have_value("7")


def test_a_dashboard_says_that_it_is_stale_and_heals_by_itself(street, window):
    with street.house("sqlite") as house:
        house.manage("demo")
        web = house.live()
        one = window(web, OPERATOR)
        one.expect_complaints("ERR_", "WebSocket", "htmx:")
        page = one.open(SHIFTS)
        page.evaluate("document.body.dataset.same = 'page'")

        web.kill()
        one.is_stale(within_ms=STALE_MS)
        expect(page.locator("[data-live]")).to_contain_text("not live")

        house.live(port=web.port)
        one.is_live()
        assert page.evaluate("document.body.dataset.same") == "page"


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_whole_and_can_be_used_by_all(demo, window, look):
    one = window(demo, OPERATOR, **look)
    for path in PAGES:
        one.page.goto(path, wait_until="networkidle")
        assert (path, one.grave_violations()) == (path, [])
        assert (path, one.sticking_out()) == (path, [])


def test_nothing_is_asked_of_another_host(demo, window):
    one = window(demo, OPERATOR)
    asked: list[str] = []
    one.page.on("request", lambda request: asked.append(request.url))

    one.open(SHIFTS)

    assert [
        url for url in asked if not url.startswith((demo.url, demo.url.replace("http", "ws"), "data:", "blob:"))
    ] == []
