"""What people read, in English and French; and inputs that read back to what they show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.errors import Refusal
from arledger.core.formats import (
    format_amount,
    format_count,
    format_date,
    format_datetime,
    input_amount,
    shown,
)
from arledger.core.money import decimals, parse_localized_amount

LANGUAGE = st.sampled_from(["en", "fr", "fr-ca"])
CURRENCY = st.sampled_from(["EUR", "JPY", "TND"])
UNITS = st.integers(-(10**14) + 10, 10**14 - 10)


def amount(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-decimals(currency) - 1).quantize(Decimal(1).scaleb(-decimals(currency)))


@pytest.mark.parametrize(
    ("value", "currency", "language", "shown"),
    [
        ("-1234.5", "EUR", "en", "\u22121,234.50"),
        ("-1234.5", "EUR", "fr", "\u22121\u202f234,50"),
        ("1234567.5000", "EUR", "fr", "1\u202f234\u202f567,50"),
        ("500.0000", "JPY", "en", "500"),
        ("1234.5", "TND", "fr", "1\u202f234,500"),
        ("0", "EUR", "en", "0.00"),
        ("90.0000", None, "en", "90.00"),
        ("0.1250", None, "fr", "0,125"),
        ("-0.00", "EUR", "en", "0.00"),
    ],
)
def test_amounts(value: str, currency: str | None, language: str, shown: str) -> None:
    assert format_amount(Decimal(value), currency, language) == shown


def test_the_symbol_stands_where_the_language_puts_it() -> None:
    assert format_amount(Decimal("-12.5"), "EUR", "en", symbol=True) == "\u2212€12.50"
    assert format_amount(Decimal("-12.5"), "EUR", "fr", symbol=True) == "\u221212,50\u00a0€"


def test_an_unknown_currency_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        format_amount(Decimal(1), "EURO", "en")


@given(UNITS, CURRENCY, LANGUAGE)
def test_amounts_are_written_as_babel_writes_them(units: int, currency: str, language: str) -> None:
    value = amount(units, currency)
    pattern = "#,##0" + ("." + "0" * decimals(currency) if decimals(currency) else "")
    expected = format_decimal(abs(value), pattern, language.replace("-", "_"))
    assert format_amount(value, currency, language) == ("\u2212" if value < 0 else "") + expected


@given(UNITS, CURRENCY, LANGUAGE)
def test_what_an_input_shows_reads_back(units: int, currency: str, language: str) -> None:
    value = amount(units, currency)
    assert parse_localized_amount(input_amount(value, currency, language), currency, language) == value


@given(UNITS, CURRENCY, LANGUAGE)
def test_what_a_page_shows_may_be_copied_into_an_input(units: int, currency: str, language: str) -> None:
    value = amount(units, currency)
    assert parse_localized_amount(format_amount(value, currency, language), currency, language) == value


def test_inputs_have_no_thousands() -> None:
    assert input_amount(Decimal("-1234.5000"), "EUR", "fr") == "-1234,50"
    assert input_amount(Decimal("1234"), "JPY", "en") == "1234"
    assert input_amount(Decimal("-0.00"), "EUR", "en") == "0.00"


def test_counts() -> None:
    assert format_count(2466, "en") == "2,466"
    assert format_count(-2466, "fr") == "\u22122\u202f466"


def test_values_in_sentences() -> None:
    assert shown(Decimal("1234.5000"), "fr") == "1\u202f234,50"
    assert shown(date(2026, 8, 1), "fr") == "1 août 2026"
    assert shown("ADJ-12", "fr") == "ADJ-12"
    assert shown(12, "fr") == 12
    assert shown(Decimal("NaN"), "fr") != shown(Decimal(0), "fr")
    instant = datetime(2026, 8, 1, tzinfo=UTC)
    assert shown(instant, "fr") == "1 août 2026, 00:00:00"
    assert shown(instant.replace(tzinfo=None), "fr") == instant.replace(tzinfo=None)


def test_refusals_name_amounts_and_days_in_the_readers_language() -> None:
    class Short(Refusal):
        sentence = "%(open)s is open since %(day)s; field %(n)s."

    refusal = Short(open=Decimal("-1234.5000"), day=date(2026, 8, 1), n=3)
    assert str(refusal) == "\u22121,234.50 is open since Aug 1, 2026; field 3."
    assert refusal.values["open"] == Decimal("-1234.5")


def test_dates_and_instants() -> None:
    assert format_date(date(2026, 11, 21), "en") == "Nov 21, 2026"
    assert format_date(date(2026, 8, 1), "fr") == "1 août 2026"
    at = datetime(2026, 11, 21, 23, 4, 5, tzinfo=UTC)
    assert format_datetime(at, ZoneInfo("Europe/Paris"), "fr") == "22 nov. 2026, 00:04:05"
    assert format_datetime(at, ZoneInfo("America/Toronto"), "en") == "Nov 21, 2026, 6:04:05\u202fPM"
    with pytest.raises(ValueError, match="time zone"):
        format_datetime(datetime(2026, 11, 21), UTC, "en")  # noqa: DTZ001
