"""An owner and two garages: one reports a damage, both are asked, one of them gets the job."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import DESK, PHONE, Window
from tests.browser.wires import Wire
from tests.house import Web

OWNER, GARAGE, OTHER = "owner@demo.test", "pro1@demo.test", "pro3@demo.test"  # at work around the clock
JOBS, REPORTS = "/live/jobs", "/live/reports"
DAMAGE = "The rear door is dented and does not close any more."
WITHIN_SECONDS = 5_000
UNREACHABLE = "net::ERR_", "WebSocket connection to"

Windows = Callable[..., Window]


@pytest.fixture
def owner(window: Windows, demo: Web) -> Page:
    return window(demo, OWNER).open(REPORTS)


@pytest.fixture
def garage(window: Windows, demo: Web) -> Page:
    return at_work(window(demo, GARAGE))


def at_work(window: Window) -> Page:
    """With what waited when she came out of the way."""
    page = window.open(JOBS)
    if page.locator("#arrival[open]").count():
        page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    return page


def photo() -> dict[str, object]:
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), "firebrick").save(picture, "JPEG")
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}


def report(page: Page, model: str, **more: str) -> None:
    """Everybody near is asked at once."""
    page.locator("#new").click()
    form = page.locator("#report-dialog")
    facts = {"vehicle_make": "Toyota", "vehicle_model": model, "vehicle_year": "2016", "description": DAMAGE}
    for name, value in {**facts, "latitude": "18.02", "longitude": "-76.797", "address": "7 Hope Road", **more}.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=priority]").select_option("urgent")
    form.locator("[type=file]").set_input_files([photo()])
    expect(form.locator(".photos img")).to_have_count(1)
    form.get_by_role("button", name="Send").click()


def offer(page: Page, cost: str, description: str = "A new door from stock, painted.") -> None:
    form = page.locator("#offer")
    form.locator("[name=cost]").fill(cost)
    form.locator("[name=lead_time_days]").fill("3")
    form.locator("[name=description]").fill(description)
    form.get_by_role("button", name="Send").click()


def card(page: Page, within: str, vehicle: str) -> Locator:
    return page.locator(f"#{within} > li", has_text=vehicle)


def say_yes(page: Page) -> None:
    page.locator("#confirm[open] [value=yes]").click()


def told(page: Page, words: str) -> None:
    expect(page.locator("#toasts p", has_text=words)).to_have_count(1)


def test_both_garages_see_a_report_within_seconds_and_the_one_that_is_accepted_gets_the_job(
    owner, garage, window, demo
):
    other = at_work(window(demo, OTHER, size=PHONE))

    report(owner, "Probox", notes="Ring twice.")
    for page in (garage, other):
        expect(page.locator("#arrival[open]", has_text="2016 Toyota Probox")).to_be_visible(timeout=WITHIN_SECONDS)
    garage.locator("#arrival").get_by_role("button", name="Send an estimate").click()
    offer(garage, "45000.50")

    estimate = card(owner, "open", "Probox").locator(".offers > li")
    expect(estimate).to_contain_text("JMD 45,000.50", use_inner_text=True)
    told(owner, "Half Way Tree Motors offers")
    estimate.get_by_role("button", name="Accept").click()
    say_yes(owner)

    expect(card(owner, "working", "Probox")).to_contain_text("Accepted")
    expect(other.locator("#arrival[open]")).to_have_count(0)
    told(other, "Assigned to another professional: 2016 Toyota Probox.")
    expect(card(other, "earlier", "Probox")).to_contain_text("Assigned to another professional")
    told(garage, "Your estimate was accepted: 2016 Toyota Probox.")
    garage.get_by_role("tab", name="My Estimates").click()
    expect(card(garage, "working", "Probox")).to_contain_text("7 Hope Road")
    expect(card(garage, "working", "Probox")).to_contain_text("Ring twice.")

    card(owner, "working", "Probox").get_by_role("button", name="The repair is done").click()
    say_yes(owner)
    owner.locator("#review-dialog [value='5']").check()
    owner.locator("#review-dialog").get_by_role("button", name="Send").click()
    expect(card(owner, "earlier", "Probox").get_by_role("img", name="You gave 5 of 5 stars.")).to_be_visible()
    expect(card(garage, "decided", "Probox")).to_have_count(1)


def test_an_estimate_for_a_report_that_changed_meanwhile_comes_back_beside_the_report_as_it_is(owner, window, demo):
    with Wire.to(demo.port) as wire:
        away = window(wire, GARAGE)
        away.expect_complaints(*UNREACHABLE)
        garage = at_work(away)
        report(owner, "Hiace")
        garage.locator("#arrival[open]").get_by_role("button", name="Send an estimate").click()
        expect(card(garage, "open", "Hiace")).to_have_attribute("data-status", "seen")
        expect(garage.locator("#waiting")).to_have_text("")
        wire.cut()
        away.is_stale()
        offer(garage, "30000", "As described, one door.")
        expect(garage.locator("#waiting")).to_have_text("1 waiting to be sent")

        card(owner, "open", "Hiace").get_by_role("button", name="Change").click()
        owner.locator("#report-dialog [name=description]").fill("Both rear doors are dented, and the window is broken.")
        owner.locator("#report-dialog").get_by_role("button", name="Send").click()
        expect(card(owner, "open", "Hiace")).to_contain_text("Both rear doors are dented")
        expect(card(owner, "open", "Hiace")).not_to_contain_text("Being sent")
        wire.mend()
        away.is_live()

        form = garage.locator("#offer[open]")
        expect(form.get_by_role("alert")).to_contain_text("The report was changed meanwhile.")
        expect(form.locator(".summary")).to_contain_text("Both rear doors are dented, and the window is broken.")
        expect(form.locator("[name=description]")).to_have_value("As described, one door.")
        expect(form.locator("[name=cost]")).to_have_value("30000")
        offer(garage, "52000", "Both doors, and the window.")
        expect(card(owner, "open", "Hiace").locator(".offers > li")).to_contain_text("Both doors, and the window.")


def test_what_is_withdrawn_goes_and_what_is_declined_says_who_said_no(owner, garage):
    report(owner, "Noah")
    garage.locator("#arrival[open]").get_by_role("button", name="Later").click()
    expect(card(garage, "open", "Noah").locator(".photos img")).to_have_count(1)
    card(garage, "open", "Noah").get_by_role("button", name="Send an estimate").click()
    offer(garage, "20000")
    expect(card(owner, "open", "Noah").locator(".offers > li")).to_have_count(1)

    garage.get_by_role("tab", name="My Estimates").click()
    card(garage, "sent", "Noah").get_by_role("button", name="Withdraw").click()
    say_yes(garage)
    expect(card(owner, "open", "Noah").locator(".offers > li")).to_have_count(0)
    card(garage, "decided", "Noah").get_by_role("button", name="Send another").click()
    offer(garage, "18000")
    card(owner, "open", "Noah").locator(".offers").get_by_role("button", name="Decline").click()
    say_yes(owner)

    told(garage, "The owner declined your estimate: 2016 Toyota Noah.")
    expect(card(garage, "decided", "Noah").first).to_contain_text("The owner said no")
    card(owner, "open", "Noah").get_by_role("button", name="Cancel the report").click()
    say_yes(owner)
    expect(card(owner, "earlier", "Noah")).to_contain_text("Cancelled")


def test_an_owner_gives_more_time_and_has_everybody_looked_at_once_more(owner):
    report(owner, "Axio")
    expect(card(owner, "open", "Axio")).to_contain_text("Answer in")

    card(owner, "open", "Axio").get_by_role("button", name="Give more time").click()
    owner.locator("#extend-dialog").get_by_role("button", name="Give more time").click()
    expect(card(owner, "open", "Axio")).to_contain_text("Answer tomorrow")

    card(owner, "open", "Axio").get_by_role("button", name="Look again").click()
    told(owner, "We look at everybody near you once more.")


def test_what_was_on_her_screen_was_seen_and_what_she_declines_leaves_the_list(owner, garage):
    report(owner, "Vitz")
    expect(garage.locator("#arrival[open]", has_text="Vitz")).to_be_visible()
    expect(card(garage, "open", "Vitz")).to_have_attribute("data-status", "seen")

    garage.locator("#arrival").get_by_role("button", name="Decline").click()

    expect(card(garage, "open", "Vitz")).to_have_count(0)
    expect(card(garage, "earlier", "Vitz")).to_contain_text("You said no")
    expect(card(garage, "earlier", "Vitz").get_by_role("button", name="Send an estimate after all")).to_be_visible()


def test_a_switch_says_whether_she_takes_jobs(garage):
    switch = garage.get_by_role("switch", name="Available for new jobs")
    expect(switch).to_be_checked()
    switch.click()
    garage.reload()
    expect(switch).to_be_enabled()
    expect(switch).not_to_be_checked()
    switch.click()
    garage.reload()
    expect(switch).to_be_checked()


def test_what_the_server_refuses_is_said_beside_the_field(owner):
    """The browser would have said so itself; a word that only the server knows to be wrong is treated alike."""
    owner.locator("#new").click()
    owner.locator("#report-dialog [name=vehicle_year]").evaluate("field => field.removeAttribute('max')")
    owner.keyboard.press("Escape")
    report(owner, "Wish", vehicle_year="2999")

    form = owner.locator("#report-dialog[open]")
    expect(form.locator("[name=vehicle_year]")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("[name=vehicle_year] + .why")).to_contain_text("the newest")
    expect(form.locator("[name=vehicle_model]")).to_have_value("Wish")
    expect(form.locator(".photos img")).to_have_count(1)


@pytest.mark.parametrize("look", [{"size": PHONE}, {"size": DESK, "dark": True}, {"size": PHONE, "language": "ar"}])
def test_the_pages_are_for_everybody_on_every_screen(look, window, demo):
    for email, path in ((GARAGE, JOBS), (OWNER, REPORTS)):
        one = window(demo, email, **look)
        page = one.open(path)
        page.keyboard.press("Escape")
        for tab in page.get_by_role("tab").all():
            tab.click()
            assert one.grave_violations() == []
        assert one.grave_violations() == []
        assert one.sticking_out() == []
