"""Documents on A4, for people who read from the left or from the right. The only module that knows fpdf2.

The font is the machine's (settings.PDF_FONT): DejaVu Sans has the letters of Latin, Greek, Cyrillic, Arabic and other
scripts. Without it only Western European letters are shown, in a font that every reader of PDF has. A sign that the
font has not is shown as one that is missing.
"""

from collections.abc import Container, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from fpdf import FPDF
from fpdf.fonts import TTFFont

MISSING, POORLY_MISSING = "\N{REPLACEMENT CHARACTER}", "?"
CUT, POORLY_CUT = "…", "..."
WESTERN = frozenset([*range(32, 127), *range(160, 256)])  # what the fonts have that need no file
JOINERS = "\u200c\u200d"

PAGE, MARGIN, LINE = 210.0, 15.0, 6.0  # millimetres
WIDTH = PAGE - 2 * MARGIN
INK, FAINT, ACCENT, SHADE = (33, 37, 41), (108, 117, 125), (13, 110, 253), (233, 236, 239)
LABELS = 10  # below a chart, at most

Colour = tuple[int, int, int]


def has_font() -> bool:
    return bool(settings.PDF_FONT.is_file())


class Sheet:
    """Written from above to below. The same content, made `at` the same time, is the same bytes."""

    def __init__(self, title: str, *, language: str, is_from_right: bool, at: datetime) -> None:
        self._is_from_right = is_from_right
        self._pdf = _Pages(title, "L" if is_from_right else "R")
        self._pdf.set_lang(language)
        self._pdf.set_creation_date(at)
        self._pdf.add_page()

    def title(self, text: str, below: str) -> None:
        self._line(text, size=20, height=10)
        self._line(below, size=9, colour=FAINT)
        self._pdf.ln(2)

    def heading(self, text: str, *, space: float = 3 * LINE) -> None:
        """`space` is what has to follow on the same page."""
        self._keep(2 * LINE + space)
        self._pdf.ln(LINE / 2)
        self._line(text, size=12, height=8)

    def note(self, text: str) -> None:
        self._line(text, size=8, colour=FAINT)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """In two columns, what they are called before what they are."""
        half = WIDTH / 2
        for first in range(0, len(facts), 2):
            self._keep(LINE)
            for column, (name, value) in enumerate(facts[first : first + 2]):
                self._write(name, column * half, 35, size=9, colour=FAINT)
                self._write(value, column * half + 35, half - 37, size=9)
            self._pdf.ln(LINE)

    def figures(self, figures: Sequence[tuple[str, str]]) -> None:
        """Beside each other, each large, with what it is below."""
        self._keep(3 * LINE)
        width = WIDTH / len(figures)
        top = self._pdf.get_y()
        for column, (name, value) in enumerate(figures):
            self._fill(SHADE, column * width + 1, top, width - 2, 3 * LINE - 2)
            self._write(value, column * width + 2, width - 4, size=15, align="C", height=9)
            self._pdf.set_y(top + 8)
            self._write(name, column * width + 2, width - 4, size=8, colour=FAINT, align="C")
            self._pdf.set_y(top)
        self._pdf.set_y(top + 3 * LINE)

    def progress(self, part: float) -> None:
        self._keep(LINE)
        top = self._pdf.get_y() + 1
        self._fill(SHADE, 0, top, WIDTH, 3)
        self._fill(ACCENT, 0, top, WIDTH * part, 3)
        self._pdf.set_y(top + LINE)

    def bars(self, counted: Sequence[tuple[str, int]]) -> None:
        """One below the other."""
        most = max((count for _, count in counted), default=0) or 1
        for name, count in counted:
            self._keep(LINE)
            self._write(name, 0, 58, size=9)
            length = (WIDTH - 75) * count / most
            self._fill(ACCENT, 60, self._pdf.get_y() + 1.2, length, LINE - 2.4)
            self._write(str(count), 61 + length, 14, size=9)
            self._pdf.ln(LINE)

    def columns(self, counted: Sequence[tuple[str, int]], height: float = 30.0) -> None:
        """Beside each other, as time goes on; some of them have their names below."""
        self._keep(height + 2 * LINE)
        most = max((count for _, count in counted), default=0) or 1
        width = WIDTH / max(len(counted), 1)
        top, bottom = self._pdf.get_y(), self._pdf.get_y() + height
        self._write(str(most), 0, WIDTH, size=8, colour=FAINT)
        for number, (_, count) in enumerate(counted):
            tall = (height - LINE) * count / most
            self._fill(ACCENT, number * width + width * 0.1, bottom - tall, width * 0.8, tall)
        self._fill(FAINT, 0, bottom, WIDTH, 0.2)
        self._pdf.set_y(bottom + 0.5)
        step = -(-len(counted) // LABELS)
        for number in range(0, len(counted), step or 1):
            self._write(counted[number][0], number * width, max(width * step, 16), size=7, colour=FAINT)
        self._pdf.set_y(top + height + LINE)

    def table(self, names: Sequence[str], shares: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
        """`shares` of the width, by column."""
        self._row(names, shares, colour=FAINT)
        for number, row in enumerate(rows):
            if self._keep(LINE):
                self._row(names, shares, colour=FAINT)
            if number % 2 == 0:
                self._fill(SHADE, 0, self._pdf.get_y(), WIDTH, LINE)
            self._row(row, shares)

    def content(self) -> bytes:
        return bytes(self._pdf.output())

    def _row(self, cells: Sequence[str], shares: Sequence[float], colour: Colour = INK) -> None:
        begin = 0.0
        for cell, share in zip(cells, shares, strict=True):
            width = WIDTH * share / sum(shares)
            self._write(cell, begin + 1, width - 2, size=8, colour=colour)
            begin += width
        self._pdf.ln(LINE)

    def _line(self, text: str, *, size: float, colour: Colour = INK, height: float = LINE) -> None:
        self._keep(height)
        self._write(text, 0, WIDTH, size=size, colour=colour, height=height)
        self._pdf.ln(height)

    def _write(
        self,
        text: str,
        begin: float,
        width: float,
        *,
        size: float,
        colour: Colour = INK,
        align: str = "",
        height: float = LINE,
    ) -> None:
        """One line, as much of it as there is room for. `begin` counts from where people begin to read."""
        pdf = self._pdf
        pdf.set_font_size(size)
        pdf.set_text_color(*colour)
        pdf.set_x(self._left(begin, width))
        pdf.cell(width, height, self._fitting(text, width), align=align or ("R" if self._is_from_right else "L"))

    def _fitting(self, text: str, width: float) -> str:
        room = max(width - 2 * self._pdf.c_margin, 0)
        text = fitting = self._pdf.drawable(text)
        while text and (wide := self._pdf.get_string_width(fitting)) > room:
            text = text[: min(len(text) - 1, int(len(text) * room / wide))]
            fitting = f"{text.rstrip()}{self._pdf.cut}"
        return fitting

    def _fill(self, colour: Colour, begin: float, top: float, width: float, height: float) -> None:
        if width > 0 and height > 0:
            self._pdf.set_fill_color(*colour)
            self._pdf.rect(self._left(begin, width), top, width, height, style="F")

    def _left(self, begin: float, width: float) -> float:
        return PAGE - MARGIN - begin - width if self._is_from_right else MARGIN + begin

    def _keep(self, height: float) -> bool:
        """Together on a page. True for a new one."""
        is_new = self._pdf.will_page_break(height)
        if is_new:
            self._pdf.add_page()
        return is_new


class _Pages(FPDF):
    def __init__(self, title: str, outside: str) -> None:
        super().__init__(format="A4")
        self._outside = outside
        self.set_title(title)
        self.set_margin(MARGIN)
        self._signs: Container[int] = WESTERN
        self.cut, self._missing = POORLY_CUT, POORLY_MISSING
        if has_font():
            self._use(settings.PDF_FONT)
        else:
            self.set_font("helvetica")

    def drawable(self, text: str) -> str:
        seen = (sign for sign in text if sign.isprintable() or sign in JOINERS)
        return "".join(sign if ord(sign) in self._signs else self._missing for sign in seen)

    def _use(self, font_file: Path) -> None:
        self.add_font("sans", fname=font_file)
        self.set_font("sans")
        font = self.fonts["sans"]
        assert isinstance(font, TTFFont)
        self._signs = font.cmap
        self.cut, self._missing = CUT, MISSING
        # Arabic is joined and runs from the right; what is neither needed nor searched for stays as it was written.
        self.set_text_shaping(features={"kern": False, "liga": False})

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font_size(8)
        self.set_text_color(*FAINT)
        self.cell(0, LINE, str(self.page_no()), align=self._outside)
