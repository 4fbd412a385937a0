from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from core.errors import Invalid
from core.money import (
    EXPONENTS,
    MOST,
    CurrencyField,
    MinorUnitsField,
    exponent,
    to_major,
    to_minor,
    validate_currency,
)

CODES = st.sampled_from(sorted(EXPONENTS))


class PriceIn(serializers.Serializer):
    cost = MinorUnitsField()
    currency = CurrencyField()


@pytest.mark.parametrize(
    ("code", "decimals"), [("EUR", 2), ("MRU", 2), ("JPY", 0), ("ISK", 0), ("UGX", 0), ("KWD", 3), ("TND", 3)]
)
def test_currencies_have_the_decimals_of_iso_4217(code, decimals):
    assert exponent(code) == decimals


# The last six are withdrawn, or nobody can pay with them.
@pytest.mark.parametrize("code", ["", "eur", "EURO", "XYZ", "HRK", "BGN", "ANG", "XAU", "XXX", "CLF"])
def test_what_is_no_currency_of_today_has_no_exponent(code):
    with pytest.raises(Invalid) as refused:
        exponent(code)
    with pytest.raises(ValidationError):
        validate_currency(code)

    assert refused.value.details == {"currency": ["There is no currency of this code, such as EUR."]}


@pytest.mark.parametrize(
    ("amount", "code", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        (" 12.500 ", "EUR", 1250),
        (12, "EUR", 1200),
        (19.99, "EUR", 1999),
        (0.1 + 0.7, "USD", None),  # 0.7999999999999999
        (Decimal("-3.75"), "USD", -375),
        ("0", "USD", 0),
        ("1e3", "JPY", 1000),
        ("12.5", "JPY", None),
        ("1.234", "KWD", 1234),
        ("1.2345", "KWD", None),
        ("1.234", "EUR", None),
        ("1.0000000000000000000000000000000001", "EUR", None),
        (MOST, "JPY", MOST),
        (MOST + 1, "JPY", None),
        (MOST, "EUR", None),
        ("1e999999999", "EUR", None),
        ("1e-999999999", "EUR", None),
        ("9" * 5000, "EUR", None),
        ("NaN", "EUR", None),
        ("sNaN", "EUR", None),
        ("-Infinity", "EUR", None),
        (float("inf"), "EUR", None),
        (True, "EUR", None),
        ("", "EUR", None),
        ("twelve", "EUR", None),
        ("12,50", "EUR", None),
    ],
)
def test_an_amount_becomes_minor_units_or_is_refused_but_never_rounded(amount, code, minor):
    if minor is None:
        with pytest.raises(Invalid) as refused:
            to_minor(amount, code)
        assert list(refused.value.details) == ["amount"]
    else:
        assert to_minor(amount, code) == minor


@given(st.integers(-MOST, MOST), CODES)
def test_minor_units_survive_being_written_by_people(minor, code):
    major = to_major(minor, code)

    assert (to_minor(major, code), to_minor(str(major), code)) == (minor, minor)
    assert -major.as_tuple().exponent == exponent(code)


@pytest.mark.parametrize(("minor", "code", "written"), [(1250, "EUR", "12.50"), (5, "KWD", "0.005"), (7, "JPY", "7")])
def test_an_amount_is_written_with_all_its_decimals(minor, code, written):
    assert str(to_major(minor, code)) == written


def test_a_currency_is_read_in_small_letters_too():
    shape = PriceIn(data={"cost": 1250, "currency": " try "})

    assert shape.is_valid()
    assert shape.validated_data == {"cost": 1250, "currency": "TRY"}


@pytest.mark.parametrize("currency", ["", "XAU", 978, None, ["EUR"], "€"])
def test_an_unknown_currency_is_an_error_of_its_field(currency):
    shape = PriceIn(data={"cost": 1, "currency": currency})

    assert not shape.is_valid()
    assert list(shape.errors) == ["currency"]


@pytest.mark.parametrize(("cost", "read"), [(1, 1), ("1250", 1250), (MOST, MOST)])
def test_minor_units_are_whole_numbers(cost, read):
    shape = PriceIn(data={"cost": cost, "currency": "EUR"})

    assert shape.is_valid()
    assert shape.validated_data["cost"] == read


@pytest.mark.parametrize(
    "cost", [0, -1, MOST + 1, 100.0, 1e22, 12.5, "100.0", "", "1e3", True, False, None, [1], {}, float("nan")]
)
def test_what_is_no_whole_number_of_minor_units_is_an_error_of_its_field(cost):
    shape = PriceIn(data={"cost": cost, "currency": "EUR"})

    assert not shape.is_valid()
    assert list(shape.errors) == ["cost"]


def test_a_number_too_long_for_the_interpreter_is_refused():
    with pytest.raises(Invalid):
        to_minor(10**5000, "EUR")


def test_a_bound_of_minor_units_can_be_moved():
    class DiscountIn(serializers.Serializer):
        discount = MinorUnitsField(min_value=0, max_value=500)

    accepted = [discount for discount in (-1, 0, 500, 501) if DiscountIn(data={"discount": discount}).is_valid()]
    assert accepted == [0, 500]
