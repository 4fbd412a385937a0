import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import chain, islice
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

LOT = 1000
MARK = "\ufeff"  # without it, spreadsheets take UTF-8 for something else
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Any]], filename: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _lots(chain([columns], rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


async def _lots(rows: Iterable[Sequence[Any]]) -> AsyncIterator[str]:
    yield MARK
    iterator = iter(rows)
    while lot := await sync_to_async(_next_lot)(iterator):
        yield lot


def _next_lot(rows: Iterator[Sequence[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in islice(rows, LOT))
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A spreadsheet would run what somebody typed as a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
