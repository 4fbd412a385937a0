"""A relation of lists reads as the rows that were put in, on both engines."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection

from core.sql import as_uuid, date_of, instant_of, relation, texts_of

pytestmark = pytest.mark.django_db

KEYS = [UUID(int=n) for n in range(1, 4)]
TEXTS = ['"quoted"', "back\\slash", "طلب 🚗"]


def read(columns, fields="*"):
    source, parameters = relation("given", columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {fields} FROM {source}", parameters)
        return cursor.fetchall()


def test_rows_are_those_of_the_columns_in_their_order():
    rows = read({"id": ("uuid", KEYS), "n": ("bigint", [3, -1, 2**40]), "said": ("text", TEXTS)})

    assert [(as_uuid(key), n, said) for key, n, said in rows] == list(zip(KEYS, [3, -1, 2**40], TEXTS, strict=True))


@pytest.mark.parametrize("count", [1, 2, 50])
def test_what_is_the_same_in_all_rows_is_in_all_rows(count):
    columns = {"n": ("bigint", range(count)), "said": ("text", ["{a,b}"] * count), "yes": ("boolean", [True] * count)}

    assert [(n, said, bool(yes)) for n, said, yes in read(columns)] == [(n, "{a,b}", True) for n in range(count)]


def test_the_first_column_may_be_the_same_in_all_rows():
    assert read({"said": ("text", ["x", "x"]), "n": ("bigint", [1, 1])}) == [("x", 1), ("x", 1)]


@pytest.mark.parametrize("texts", [["a", None], [None, None], ["", None], ["null", None]])
def test_nothing_stays_nothing(texts):
    assert read({"n": ("bigint", [1, 2]), "said": ("text", texts)}) == list(zip([1, 2], texts, strict=True))


def test_of_no_rows_nothing_is_read():
    assert read({"id": ("uuid", []), "n": ("bigint", []), "said": ("text", [])}) == []


def test_columns_of_different_lengths_are_no_rows():
    with pytest.raises(ValueError, match="each row"):
        read({"n": ("bigint", [1, 2]), "m": ("bigint", [1])})


def test_instants_and_dates_are_those_that_are_stored():
    """To the microsecond, and in the order of time: SQLite compares them as texts."""
    whole, later = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, 0, 5, tzinfo=UTC)
    stored = connection.ops.adapt_datetimefield_value
    source, parameters = relation("given", {"at": ("text", texts_of([whole, later, None]))})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {instant_of('given.at')} = %s, {instant_of('given.at')} < %s FROM {source}",
            [stored(whole), stored(later), *parameters],
        )
        compared = [tuple(None if one is None else bool(one) for one in row) for row in cursor.fetchall()]

    assert compared == [(True, True), (False, False), (None, None)]
    [(day,)] = read({"day": ("text", ["2026-03-29"])}, date_of("given.day"))
    assert str(day) == str(date(2026, 3, 29))
