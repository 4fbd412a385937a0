"""All that people read exists in Arabic, and the compiled catalogues are those of the texts beside them.

After a change: `manage.py makemessages -l ar --no-location`, translate, and `manage.py compilemessages`.
"""

import ast
import re
import string
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils import translation

from notifications.catalogue import all_kinds
from tests.house import ROOT

HOUSE = "config"  # with the templates that all share: its catalogue stands beside them
APPS = [HOUSE, "core", "accounts", "notifications", "shifts", "dispatch", "bookings", "chat", "fleet"]
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
MARKS_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
IN_TEMPLATES = re.compile(
    r'{%\s*translate\s+"([^"]+)"|{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate\s*%}', re.DOTALL
)


def catalogue(app: str) -> Path:
    folder = ROOT if app == HOUSE else ROOT / app
    return folder / "locale/ar/LC_MESSAGES/django.po"


def written(app: str) -> dict[str, str]:
    """What stands in a catalogue: message ids and their translations."""
    entries = catalogue(app).read_text().split("\n\n")
    parts = r"^(?:msgctxt (?P<context>.*?))?^msgid (?P<id>.*?)^msgstr (?P<text>.*)"
    found = [match for entry in entries if (match := re.search(parts, entry, re.DOTALL | re.MULTILINE))]
    return {
        _id(*map(_joined, match.group("id", "context"))): _joined(match["text"])
        for match in found
        if _joined(match["id"])
    }


def compiled(app: str) -> dict[str, str]:
    with catalogue(app).with_suffix(".mo").open("rb") as file:
        return {id: text for id, text in GNUTranslations(file)._catalog.items() if id}


def marked(app: str) -> set[str]:
    """Message ids in the code and the templates of an app."""
    in_code = {text for path in (ROOT / app).rglob("*.py") for text in _marked_in(ast.parse(path.read_text()))}
    folder = ROOT / "templates" if app == HOUSE else ROOT / app / "templates"
    templates = [path.read_text() for path in folder.rglob("*.*")]
    found = [one or block for template in templates for one, block in IN_TEMPLATES.findall(template)]
    return in_code | {re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text) for text in found}


def _marked_in(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=mark), args=[ast.Constant(value=str(text)), *_]) if mark in MARKS:
                yield text
            case ast.Call(func=ast.Name(id=mark), args=[ast.Constant(context), ast.Constant(text)]) if (
                mark in MARKS_IN_CONTEXT
            ):
                yield _id(text, context)


def _id(text: str, context: str) -> str:
    """As compiled catalogues have it."""
    return f"{context}\x04{text}" if context else text


def _joined(lines: str | None) -> str:
    return "".join(ast.literal_eval(line) for line in (lines or "").strip().splitlines())


def placeholders(text: str) -> set[str]:
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return braces | set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("app", APPS)
class TestCatalogues:
    def test_every_text_is_translated_and_no_other(self, app):
        assert written(app).keys() == marked(app)
        assert [id for id, text in written(app).items() if not text] == []

    def test_what_is_compiled_is_what_is_written(self, app):
        assert compiled(app) == written(app)

    def test_translations_have_the_same_places_for_values(self, app):
        assert [id for id, text in written(app).items() if placeholders(id) != placeholders(text)] == []


def test_kinds_of_notice_have_arabic_names():
    ours = {name: kind for name, kind in all_kinds().items() if not name.startswith("sample_")}

    with translation.override("ar"):
        assert [name for name, kind in ours.items() if translation.gettext(kind.title) == kind.title] == []
