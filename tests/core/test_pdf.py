"""Sheets of paper, whatever is to stand on them."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from core.pdf import MISSING, Sheet

DAY = datetime(2026, 3, 29, tzinfo=UTC)
ODD = ["", " ", "\0", "\n\t", "\u202e\u2066", "\u200d", "e\u0301" * 40, "\ufdfa" * 60, "\U0001f697\U0001f1f5\U0001f1ed"]
ODD += ["\u0644\u0627" * 80, "A" * 5000, "\u0928\u092e\u0938\u094d\u0924\u0947", "\u05e9\u05dc\u05d5\u05dd (1) ABC"]


def sheet(*, is_from_right=False):
    return Sheet("Sheet", language="ar" if is_from_right else "en", is_from_right=is_from_right, at=DAY)


def pages(sheet):
    return [page.extract_text() for page in PdfReader(io.BytesIO(sheet.content())).pages]


def places(sheet):
    """Where each text begins, in points from the left."""
    found = {}
    page = PdfReader(io.BytesIO(sheet.content())).pages[0]
    page.extract_text(visitor_text=lambda text, user, matrix, *_: found.setdefault(text.strip(), round(matrix[4])))
    return found


@pytest.mark.parametrize("is_from_right", [False, True])
def test_no_text_is_too_odd(is_from_right):
    written = sheet(is_from_right=is_from_right)

    written.title(ODD[0], ODD[-1])
    written.figures([(text, text) for text in ODD])
    written.facts([(text, text) for text in ODD])
    written.bars([(text, count) for count, text in enumerate(ODD)])
    written.columns([(text, count) for count, text in enumerate(ODD)])
    written.table(["One", "Two"], [1, 2], [(text, text) for text in ODD])

    assert MISSING in "".join(pages(written))


def test_without_a_font_there_is_a_document_all_the_same(settings, tmp_path):
    settings.PDF_FONT = tmp_path / "none.ttf"
    written = sheet()

    written.note("Peña, Łukasz, أحمد")
    written.table(["Name"], [1], [("A" * 500,), *((text,) for text in ODD)])

    [page, *_] = pages(written)
    assert page.splitlines()[0] == "Peña, ?ukasz, ????"
    assert page.splitlines()[2].endswith("A...")


def test_charts_and_tables_of_nothing_are_empty():
    written = sheet()

    written.heading("Nothing")
    written.bars([])
    written.columns([])
    written.columns([("none", 0)])
    written.table(["Name"], [1], [])
    written.progress(0)

    assert pages(written) == ["Nothing\n1\n1\nnone\nName\n1"]


def test_a_table_has_the_names_of_its_columns_on_every_page():
    written = sheet()

    written.table(["Number", "Square"], [1, 1], [(str(n), str(n * n)) for n in range(100)])

    shown = pages(written)
    assert len(shown) == 3
    assert [page.splitlines()[0] for page in shown] == ["Number Square"] * 3
    assert [page.splitlines()[-1] for page in shown] == ["1", "2", "3"]
    assert "99 9801" in shown[2].splitlines()


def test_a_heading_stays_with_what_follows():
    written = sheet()

    for _ in range(42):
        written.note("x")
    written.heading("Chart")
    written.bars([("one", 1)])

    assert ["Chart" in page for page in pages(written)] == [False, True]


def test_the_page_is_turned_around_for_who_reads_from_the_right():
    left, right = sheet(), sheet(is_from_right=True)
    for written in (left, right):
        written.table(["First", "Second"], [1, 1], [])

    assert [places(left)[name] < 595 / 2 for name in ("First", "Second")] == [True, False]
    assert [places(right)[name] < 595 / 2 for name in ("First", "Second")] == [False, True]


def test_the_same_content_is_the_same_bytes():
    def written(text):
        one = sheet()
        one.title(text, "أحمد")
        return one.content()

    assert written("José") == written("José")
    assert written("José") != written("Jose")
