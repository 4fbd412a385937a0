"""The documents name files, tests, commands and settings; what they name is there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from bookings import conf as bookings
from chat import conf as chat
from core.wiring import declared
from dispatch import conf as dispatch
from fleet import conf as fleet
from payments import conf as payments
from realtime import conf as realtime

ROOT = Path(__file__).resolve().parent.parent
FOREIGN = {".venv", ".git", "node_modules", "var"}


def documents() -> list[Path]:
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(path for path in found if not any(part in FOREIGN or part.startswith(".") for part in path.parts))


def text_of(document: Path | str) -> str:
    return (ROOT / document).read_text()


def prose(document: Path) -> str:
    """Without blocks of code, where a bracket is no link."""
    return re.sub(r"^```.*?^```", "", text_of(document), flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)\s]+)\)", prose(document))
    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / document.parent / path).resolve() if path else ROOT / document
        if not target.exists() or (anchor and anchor not in anchors(target.relative_to(ROOT))):
            broken.append(link)

    assert broken == []


@cache
def names_in(test_file: str) -> frozenset[str]:
    """Its tests: functions, classes and `class::method`."""
    return frozenset(definitions(ast.parse(text_of(test_file)).body))


def definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from definitions(node.body, f"{prefix}{node.name}::")


@pytest.mark.parametrize("document", documents(), ids=str)
def test_the_tests_that_documents_name_exist(document):
    named = re.findall(r"(tests/[\w/]+\.py)((?:::\w+)*)", text_of(document))
    missing = [
        file + name
        for file, name in named
        if not (ROOT / file).exists() or (name and name.removeprefix("::") not in names_in(file))
    ]

    assert missing == []


def test_every_line_of_the_seeds_names_a_test():
    lines = [line for line in text_of("docs/seeds.md").splitlines() if re.match(r"\| \d{3} \|", line)]

    assert lines
    assert [line for line in lines if re.search(r"\| holds \|", line) and "tests/" not in line] == []


DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))


def test_decisions_are_numbered_one_after_another():
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_and_what_follows(decision):
    title, *sections = re.findall(r"^#+ (.+)$", decision.read_text(), re.MULTILINE)

    assert title.startswith(decision.name[:5].replace("-", " "))
    assert sections == ["Context", "Decision", "Consequences"]


def test_every_direct_requirement_has_its_reason():
    names = [
        re.match(r"[\w-]+", line)[0]
        for file in ("requirements.in", "requirements-dev.in", "requirements-services.txt")
        for line in text_of(file).splitlines()
        if line and not line.startswith(("#", "-"))
    ]
    reasons = text_of("docs/decisions/0001-dependencies.md")

    assert [name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", reasons, re.IGNORECASE)] == []


# Also those of domains that are not installed here.
OUR_COMMANDS = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_the_commands_of_documents_exist(document):
    shown = " ".join(re.findall(r"^```sh\n.*?^```|`[^`\n]+`", text_of(document), re.MULTILINE | re.DOTALL))
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z]+)\b", shown)) <= targets
    assert set(re.findall(r"\bmanage\.py ([a-z]+)", shown)) <= get_commands().keys() | OUR_COMMANDS


def table(title: str) -> dict[str, str]:
    """Name and default of the settings in the table below a heading of docs/operations.md."""
    section = re.split(r"^#+ ", text_of("docs/operations.md").partition(f"# {title}\n")[2], flags=re.MULTILINE)[0]
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]*?) \|", section, re.MULTILINE))


def test_every_scope_is_documented_and_no_other():
    documented = re.findall(r"^\| `(\w+\.\w+)` \|", text_of("docs/clients/machines.md"), re.MULTILINE)

    assert set(documented) == {scope for scope in declared("SCOPES") if not scope.startswith("sample.")}


def test_every_setting_is_documented_and_no_other():
    sources = [*ROOT.glob("config/*.py"), *ROOT.glob("config/management/commands/*.py")]
    read = {
        name
        for source in sources
        for name in re.findall(r"\b(?:env|flag|number|words|secret)\(\s*\"([A-Z_]+)\"", source.read_text())
    }

    assert table("Settings").keys() == read


@pytest.mark.parametrize(
    ("title", "prefix", "limits"),
    [
        ("Limits of the socket server", "REALTIME", realtime.Limits),
        ("Limits of dispatch", "DISPATCH", dispatch.Limits),
        ("Limits of bookings", "BOOKINGS", bookings.Limits),
        ("Limits of chat", "CHAT", chat.Limits),
        ("Limits of fleet", "FLEET", fleet.Limits),
        ("Limits of payments", "PAYMENTS", payments.Limits),
    ],
)
def test_every_limit_is_documented_with_its_default(title, prefix, limits):
    assert {name: float(default) for name, default in table(title).items()} == {
        f"{prefix}_{field.name.upper()}": getattr(limits(), field.name) for field in fields(limits)
    }


ALERTS = [rule for group in yaml.safe_load(text_of("docs/alerts.yaml"))["groups"] for rule in group["rules"]]
OF_OURS = r"\b((?:realtime|notifications|payments|chat|fleet|process)_[a-z_]+)"


@pytest.fixture
def metrics(client, db) -> set[str]:
    """Names that a process tells of."""
    return set(re.findall(r"^# TYPE (\w+) ", client.get("/metrics").content.decode(), re.MULTILINE))


def named_in(expression: str) -> set[str]:
    return {re.sub(r"_bucket$", "", name) for name in re.findall(OF_OURS, expression)}


def test_every_metric_is_documented_and_no_other(metrics):
    lines = re.findall(
        r"^\| (`(?:realtime|notifications|payments|chat|fleet)_[^|]*) \|", text_of("docs/operations.md"), re.M
    )
    documented = set().union(*(named_in(re.sub(r"{[^}]*}", "", line)) for line in lines))
    ours = {name for name in metrics if re.match(OF_OURS, name) and not name.endswith("_created")}

    assert documented == {name for name in ours if not name.startswith("process_")}


def test_alerts_are_about_metrics_that_there_are(metrics):
    asked = {rule["alert"]: named_in(re.sub(r'"[^"]*"', '""', rule["expr"])) for rule in ALERTS}

    assert len(asked) == len(ALERTS)
    assert [alert for alert, names in asked.items() if not names] == []
    assert {alert: names - metrics for alert, names in asked.items() if names - metrics} == {}


def test_every_alert_has_its_place_in_the_runbook():
    runbook = text_of("docs/operations.md").partition("\n## At three in the morning\n")[2].partition("\n## ")[0]

    assert [rule["alert"] for rule in ALERTS if f"`{rule['alert']}`" not in runbook] == []
    assert {rule["labels"]["severity"] for rule in ALERTS} == {"page", "ticket"}
