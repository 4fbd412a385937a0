"""docs/asyncapi.yaml says how the five boards look, and docs/protocol.md names all that a client may hear."""

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator, FormatChecker

from core.errors import DomainError
from fleet import boards, errors
from fleet.commands import COMMANDS
from fleet.models import Violation
from fleet.ranges import NAMED, Days, Grouping
from fleet.services.sanctions import confirm_and_sanction
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from fleet.shapes import CONFIDENTIAL
from fleet.sources import of_person
from realtime.kinds import encode

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).resolve().parents[2] / "docs"
ASYNCAPI = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
DESCRIBED = ASYNCAPI["components"]["messages"]["board"]["x-boards"]
CHAPTER = (DOCS / "protocol.md").read_text().partition("\n## Fleet\n")[2].partition("\n## ")[0]


def faults(name, data):
    schema = {**DESCRIBED[name], "components": ASYNCAPI["components"]}
    found = Draft7Validator(schema, format_checker=FormatChecker()).iter_errors(json.loads(encode(data)))
    return [error.message for error in found]


@pytest.fixture
def busy(guard, officer, vehicle, now):
    record_scans(of_person(guard), [Seen("1", "ABC 123", "in", now)], now=now)
    reported = [Reported(str(n), plate, "Other", now) for n, plate in enumerate(["ABC 123", "XYZ 9"])]
    report_violations(of_person(guard), reported, now=now)
    confirm_and_sanction(Violation.objects.get(event_id="0").pk, by=officer, now=now)


@pytest.mark.parametrize("name", boards.BOARDS)
def test_a_board_looks_as_described_with_and_without_anything_on_it(name, request):
    empty = boards.BOARDS[name].render("")
    request.getfixturevalue("busy")
    full = boards.BOARDS[name].render("")

    assert (faults(name, empty), faults(name, full)) == ([], [])
    assert empty != full
    assert faults(name, {**full, "something": "else"}) != []


@pytest.mark.parametrize("group", Grouping)
def test_logs_of_any_group_look_as_described(busy, now, group):
    assert faults("fleet.vehicle_logs", boards.show_logs(Days(now.date(), now.date()), group)) == []


def test_no_other_board_is_described():
    assert DESCRIBED.keys() == boards.BOARDS.keys()


@pytest.mark.parametrize(
    "names",
    [
        boards.BOARDS,
        COMMANDS,
        NAMED,
        CONFIDENTIAL,
        Violation.Type.values,
        [error.code for error in vars(errors).values() if isinstance(error, type) and issubclass(error, DomainError)][
            1:
        ],
    ],
    ids=["boards", "commands", "ranges", "what is confidential", "types", "codes"],
)
def test_the_chapter_names_them_all(names):
    named = set(re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", CHAPTER, flags=re.MULTILINE | re.DOTALL)))

    assert len(names) > 4
    assert [name for name in names if name not in named] == []
