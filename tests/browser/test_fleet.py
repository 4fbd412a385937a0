"""The campus board: it moves by itself, shows other days, and lets each do what is for them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from fleet.demo import GUARD, OFFICER
from tests.browser.windows import PHONE, Window
from tests.house import House, Web

Windows = Callable[..., Window]
Figures = dict[str, Any]

SCANS = 300
SPEED = "7200"  # a day in twelve seconds


@pytest.fixture
def officer(window: Windows, demo: Web) -> Page:
    return window(demo, OFFICER).open("/live/fleet")


@pytest.fixture
def guard(window: Windows, demo: Web) -> Page:
    return window(demo, GUARD, size=PHONE).open("/live/fleet")


def board(page: Page, name: str, **days: str) -> Figures:
    """As REST has it now, whoever changed it."""
    query = urlencode({**days, "ttl": 0})
    figures: Figures = page.evaluate(f"fetch('/api/fleet/boards/{name}?{query}').then((answer) => answer.json())")
    return figures


def shows(page: Page, **tiles: int) -> None:
    for name, value in tiles.items():
        expect(page.locator(f"#tiles [data-field={name}]")).to_have_text(f"{value:,}")


def shows_summary(page: Page, **days: str) -> Figures:
    figures = board(page, "summary", **days)
    shows(page, **{name: figures[name] for name in ("entries", "exits", "total_violations")})
    return figures


def test_it_moves_while_a_day_is_played_again_and_ends_at_what_rest_answers(officer, demo_house: House, tmp_path: Path):
    before = shows_summary(officer)
    officer.evaluate("window.loadedOnce = true")
    recorded = str(tmp_path / "day.csv")
    demo_house.manage("makescans", recorded, str(SCANS), "--seed", "11")

    with ThreadPoolExecutor() as elsewhere:
        replay = elsewhere.submit(demo_house.manage, "replayscans", recorded, "--speed", SPEED)
        expect(officer.locator("#tiles [data-field=entries]")).not_to_have_text(
            f"{before['entries']:,}", timeout=60_000
        )
        expect(officer.locator("#vehicles tr.is-new [data-field=since]").first).to_have_text("just now")
        replay.result()

    after = shows_summary(officer)
    assert after["entries"] + after["exits"] > before["entries"] + before["exits"]
    shows(officer, onsite=board(officer, "vehicles")["onsite"])
    days = [value for key, value in board(officer, "vehicle_logs").items() if key.startswith("day:")]
    for row, day in enumerate(sorted(days, key=lambda one: one["date"])):
        told = officer.locator("#logs-chart tbody tr").nth(row).locator("td")
        expect(told).to_have_text([str(day["entries"]), str(day["exits"])])
    assert officer.evaluate("window.loadedOnce") is True


def test_other_days_are_shown_when_they_are_asked_for_and_the_last_seven_are_live_again(officer):
    live = shows_summary(officer)
    ranges = officer.locator("#ranges")

    ranges.get_by_label("Days").select_option("30d")
    expect(officer.locator("#span")).to_contain_text("As of")
    month = shows_summary(officer, range="30d")
    assert month["entries"] > live["entries"]
    expect(officer.locator("#logs-chart tbody tr")).to_have_count(30)

    ranges.get_by_label("Days").select_option(label="From … to …")
    ranges.get_by_label("From", exact=True).fill(month["days"]["first"])
    ranges.get_by_label("To", exact=True).fill(month["days"]["first"])
    shows_summary(officer, since=month["days"]["first"], until=month["days"]["first"])

    ranges.get_by_label("Days").select_option("7d")
    shows_summary(officer)
    expect(officer.locator("#span")).not_to_contain_text("As of")


def test_a_guard_scans_and_reports_and_an_officer_decides(guard, officer):
    plate = officer.locator("#vehicles [data-field=plate_number]").last.inner_text()
    scan, report = guard.locator("#scan"), guard.locator("#report")

    scan.get_by_label("Plate").fill(plate.lower())
    scan.get_by_role("button", name="Record it").click()
    expect(guard.locator("#sent > li").first).to_contain_text("Recorded")
    moved = officer.locator("#vehicles tr", has_text=plate)
    expect(moved.locator("[data-field=where]")).to_have_text("On the campus")
    expect(officer.locator("#vehicles tr").first).to_contain_text(plate)

    report.get_by_label("Plate").fill(plate)
    report.get_by_label("What it did").select_option("Reckless Driving")
    report.get_by_label("Note").fill("Down the stairs")
    report.get_by_role("button", name="Report it").click()
    reported = officer.locator("#violations > li", has_text="Down the stairs")
    expect(reported.locator(".tag")).to_have_text("Pending")
    expect(reported.locator("[data-field=when]")).to_have_text("just now")

    seen_by_guard = guard.locator("#violations > li", has_text="Down the stairs")
    expect(seen_by_guard.locator(".tag")).to_have_text("Pending")
    expect(seen_by_guard.get_by_role("button")).to_have_count(0)

    reported.get_by_role("button", name="Confirm").click()
    reported.get_by_role("button", name="Sanction").click()
    expect(reported.locator(".tag")).to_contain_text("Sanctioned")
    expect(seen_by_guard.locator(".tag")).to_contain_text("Sanctioned")
    expect(reported.get_by_role("button")).to_have_count(0)


def test_what_is_refused_is_said_where_it_was_sent(guard):
    guard.locator("#scan").get_by_label("Plate").fill("!!!")
    guard.locator("#scan").get_by_role("button", name="Record it").click()

    expect(guard.locator("#sent > li").first).to_contain_text("Refused")


def test_a_search_and_filters_find_vehicles(officer):
    rows = officer.locator("#vehicles tr")
    row = rows.nth(3)
    plate, owner = (row.locator(f"[data-field={name}]").inner_text() for name in ("plate_number", "owner_name"))
    search = officer.get_by_role("searchbox")

    search.fill(plate.replace(" ", "").lower())
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(owner)

    search.fill("no such vehicle")
    expect(officer.get_by_text("No vehicle is like that.")).to_be_visible()

    search.fill("")
    officer.locator("#filters").get_by_label("Registration").select_option("revoked")
    expect(rows.locator("[data-field=registration]").first).to_have_text("Revoked")
    assert set(rows.locator("[data-field=registration]").all_inner_texts()) == {"Revoked"}


def test_it_is_for_nobody_else(window, demo):
    customer = window(demo, "customer@demo.test")
    customer.expect_complaints("404")

    answer = customer.page.goto("/live/fleet")

    assert answer.status == 404
