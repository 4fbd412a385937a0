"""Amounts of money: whole numbers of the currency's smallest unit, beside its code. 12.50 euros are 1250 EUR.

The codes are those of ISO 4217 (list one, amendment 180) that somebody can pay with: without funds, metals and units of
account.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.errors import Invalid

MOST = 2**53 - 1  # above it a number of JavaScript is no longer exact; a bigint holds it too

BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
        CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
        KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
        NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
}
EXPONENTS = {code: exponent for exponent, codes in BY_EXPONENT.items() for code in codes.split()}


def exponent(code: str) -> int:
    """How many decimals its amounts have: 2 for EUR, 0 for JPY, 3 for KWD."""
    try:
        validate_currency(code)
    except ValidationError as error:
        raise Invalid(currency=error.messages) from None
    return EXPONENTS[code]


def to_minor(amount: Decimal | int | float | str, code: str) -> int:
    """An amount as people write it, in the smallest unit. Refused where it would have to be rounded."""
    decimals = exponent(code)
    try:
        value = Decimal(str(amount))  # a float counts as it is written: 19.99 means just that
        rounded = value.quantize(Decimal(1).scaleb(-decimals))
        is_amount = value == rounded and abs(rounded.scaleb(decimals)) <= MOST
    except (InvalidOperation, ValueError):
        is_amount = False
    if not is_amount:
        message = _("An amount of %(code)s is a number with at most %(decimals)s decimals, and not too large.")
        raise Invalid(amount=[message % {"code": code, "decimals": decimals}])
    return int(rounded.scaleb(decimals))


def to_major(minor: int, code: str) -> Decimal:
    """As people write it, with all its decimals."""
    return Decimal(minor).scaleb(-exponent(code))


def formatted(minor: int, code: str) -> str:
    """For operators: 1,250.00 EUR."""
    return f"{to_major(minor, code):,} {code}"


def validate_currency(code: str) -> None:
    """For columns of models too."""
    if code not in EXPONENTS:
        raise ValidationError(_("There is no currency of this code, such as EUR."))


class CurrencyField(serializers.CharField):
    default_validators = [validate_currency]

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class MinorUnitsField(serializers.IntegerField):
    """At least 1, unless `min_value` says otherwise. 100.0 is refused: who sends it may mean a hundred euros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MOST, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        if "." in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)
