"""The operators' dashboards: each is drawn, moves by itself, and has buttons that do something."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.templatetags.figures import whole
from tests.browser.windows import DESK, PHONE, Window
from tests.house import Web

OPERATOR = "admin@demo.test"
CHARTS = {
    "dispatch": ["statuses", "priorities", "first", "accepted"],
    "bookings": ["statuses", "made", "revenue-EGP", "utilisation"],
    "fleet": ["movements", "states"],
    "chat": ["sent"],
    "notifications": ["planned", "rates", "waits"],
    "realtime": ["events"],
}


@pytest.fixture(scope="module")
def signed_in(browser: Browser, demo: Web) -> Iterator[Window]:
    """Once for all: an account may sign in ten times a minute."""
    one = Window(browser, demo.url)
    one.sign_in(OPERATOR)
    yield one
    one.close()


@pytest.fixture
def operator(signed_in: Window) -> Iterator[Window]:
    signed_in.complaints.clear()
    signed_in.page.set_viewport_size(DESK)
    signed_in.page.emulate_media(color_scheme="light")
    yield signed_in
    assert signed_in.complaints == []


def address(name: str) -> str:
    return f"/admin/dashboards/{name}/"


def value(page: Page, label: str) -> Locator:
    card = page.locator(".ops-card", has=page.get_by_role("heading", name=label, exact=True))
    return card.locator(".ops-value")


@pytest.mark.parametrize(("size", "colours"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_each_is_drawn_and_can_be_used_by_all(operator, name, size, colours):
    operator.page.set_viewport_size(size)
    operator.page.emulate_media(color_scheme=colours)

    page = operator.open(address(name))

    page.wait_for_function(
        "names => names.every((name) => Chart.getChart(`chart-${name}`)?.data.datasets.length > 0)", arg=CHARTS[name]
    )
    assert operator.grave_violations() == []
    assert operator.sticking_out() == []


def test_a_report_comes_up_by_itself_and_is_handed_out_and_cancelled_by_buttons(operator, demo_house):
    page = operator.open(address("dispatch"))
    page.evaluate("document.body.dataset.same = 'page'")
    before = int(value(page, "Open").inner_text())

    report = demo_house.call("tests.browser.desk.break_something")
    expect(value(page, "Open")).to_have_text(str(before + 1))
    assert page.evaluate("document.body.dataset.same") == "page"
    row = page.get_by_role("row", name=report)
    row.get_by_role("button", name="Distribute now").click()
    expect(page.get_by_text(f"Distributed anew: {report}")).to_be_visible()
    row.get_by_text("Cancel …").click()
    row.get_by_role("button", name="Yes, cancel it").click()

    expect(page.get_by_text(f"Cancelled: {report}")).to_be_visible()
    expect(value(page, "Open")).to_have_text(str(before))


def test_the_page_of_a_report_is_live_and_shows_its_rings(operator):
    page = operator.open(address("dispatch"))
    page.get_by_role("table").first.get_by_role("link").first.click()

    operator.is_live()
    expect(page.get_by_role("heading", name="Rings")).to_be_visible()
    assert page.locator(".ops-dot").count() > 0
    assert operator.grave_violations() == []


def test_a_step_of_the_funnel_leads_to_its_reports(operator):
    page = operator.open(f"{address('dispatch')}?period=7")
    row = page.get_by_role("row", name="completed repaired")
    count = row.locator("td").nth(1).inner_text()

    row.get_by_role("link").click()

    expect(page.locator("#result_list tbody tr")).to_have_count(int(count))


def test_a_reservation_shows_by_itself(operator, demo_house):
    page = operator.open(address("bookings"))
    before = int(value(page, "Confirmed").inner_text())

    demo_house.call("tests.browser.desk.book")

    expect(value(page, "Confirmed")).to_have_text(str(before + 1))


def test_a_provider_is_found_by_a_part_of_its_name(operator):
    page = operator.open(address("bookings"))

    page.get_by_label("Provider", exact=True).fill("nile")
    page.get_by_label("Provider", exact=True).press("Tab")

    expect(page.get_by_role("link", name="All providers")).to_be_visible()
    assert "provider=nile" in page.url


def test_a_slot_that_drifts_is_counted_anew_by_a_button(operator, demo_house):
    demo_house.call("tests.browser.desk.drift")
    page = operator.open(address("bookings"))

    page.get_by_role("button", name="Count anew").click()

    expect(page.get_by_text("Counted anew:")).to_be_visible()
    expect(page.get_by_role("button", name="Count anew")).to_have_count(0)


def test_the_fleet_moves_while_a_day_is_replayed(operator, demo, demo_house, tmp_path):
    day = tmp_path / "day.csv"
    demo_house.manage("makescans", str(day), "600")
    gate = demo_house.hand()
    page = operator.open(address("fleet"))
    page.evaluate("document.body.dataset.same = 'page'")
    shown = value(page, "Entries")
    canvas = page.evaluate_handle("document.querySelector('#chart-movements')")
    seen = [shown.inner_text()]

    gate.begin([("tests.browser.gate.post_a_day", (str(day), demo.url, 7200))])
    for _ in range(3):
        expect(shown).not_to_have_text(seen[-1])
        seen.append(shown.inner_text())

    assert gate.end() == [["ok", None]]
    expect(shown).to_have_text(whole(demo_house.call("tests.browser.gate.entries")))
    assert len(set(seen)) == 4
    assert page.evaluate("document.body.dataset.same") == "page"
    assert page.evaluate("canvas => canvas === document.querySelector('#chart-movements')", canvas)


def test_a_reported_message_comes_up_by_itself_and_is_dismissed_by_a_button(operator, demo_house):
    page = operator.open(address("chat"))
    before = int(value(page, "Open reports").inner_text())

    demo_house.call("tests.browser.gate.complain", "alice@demo.test", "bob@demo.test")
    expect(value(page, "Open reports")).to_have_text(str(before + 1))
    page.get_by_role("button", name="Dismiss").last.click()

    expect(page.get_by_text("Dismissed: abuse")).to_be_visible()
    expect(value(page, "Open reports")).to_have_text(str(before))


def test_somebodys_sockets_are_seen(operator, demo, window):
    window(demo, "nurse5@demo.test").open("/live/shifts")
    page = operator.open(f"{address('realtime')}?person=nurse5%40demo.test")

    expect(page.get_by_role("button", name="Sign out of all apps")).to_be_visible()
    expect(page.get_by_role("table", name="Open sockets", exact=True).locator("tbody tr")).to_have_count(1)
    expect(value(page, "Open sockets")).not_to_have_text("0")


def test_what_somebody_types_stays_while_figures_are_fetched_anew(operator):
    page = operator.open(address("notifications"))
    field = page.get_by_label("Test all channels of")
    field.press_sequentially("nurse1@")

    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.evaluate("document.body.dispatchEvent(new Event('moved'))")

    expect(field).to_have_value("nurse1@")
