"""docs/conformance.md is true."""

import re
from pathlib import Path

from conformance.example.driver import Driver
from conformance.scenarios import SCENARIOS
from conformance.stage import Report

DOCUMENT = (Path(__file__).resolve().parent.parent.parent / "docs/conformance.md").read_text()


def section(title: str) -> str:
    return re.split(r"^## ", DOCUMENT.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


def test_the_table_of_scenarios_is_that_of_the_kit() -> None:
    documented = re.findall(r"^\| (\d+|–) \| `(\w+)` \|$", section("Scenarios"), re.MULTILINE)

    assert documented == [(str(one.rule or "–"), name) for name, one in SCENARIOS.items()]


def test_every_line_of_the_checklist_has_a_scenario() -> None:
    assert {one.rule for one in SCENARIOS.values()} - {0} == set(range(1, 15))


def test_every_order_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", section("Orders"), re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    understood = {name.removeprefix("_") for name in vars(Driver) if re.fullmatch(r"_[a-z]+", name)}

    assert documented == understood


def test_the_report_is_documented() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", section("The report"), re.MULTILINE)

    assert set(documented) == set(Report.__dataclass_fields__)
