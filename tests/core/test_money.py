"""Amounts are read strictly and never rounded (SPEC 6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.errors import Required
from arledger.core.money import (
    AmountCharacter,
    AmountExponent,
    AmountGrouping,
    AmountNegative,
    AmountNegativeZero,
    AmountNotFinite,
    AmountTooLarge,
    AmountZero,
    InvalidAmount,
    TooManyDecimals,
    UnknownCurrency,
    check_amount,
    currencies,
    decimals,
    parse_amount,
    parse_localized_amount,
)


class TestCurrencies:
    @pytest.mark.parametrize(
        ("currency", "expected"), [("EUR", 2), ("JPY", 0), ("TND", 3), ("RSD", 2), ("IQD", 3), ("HUF", 2)]
    )
    def test_decimals_are_those_of_iso_4217(self, currency: str, expected: int) -> None:
        assert decimals(currency) == expected

    @pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "FRF", "€", "E\0R"])
    def test_other_texts_are_no_currencies(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            decimals(currency)

    def test_the_list_is_sorted_and_every_entry_has_decimals(self) -> None:
        listed = currencies()
        assert {"EUR", "USD", "CHF", "CAD", "XOF", "JPY"} <= set(listed)
        assert listed == sorted(set(listed))
        assert {decimals(currency) for currency in listed} == {0, 2, 3}


class TestMachineForm:
    @pytest.mark.parametrize(
        ("text", "currency", "expected"),
        [
            ("0", "EUR", "0.00"),
            ("12", "EUR", "12.00"),
            ("12.5", "EUR", "12.50"),
            ("-12.50", "EUR", "-12.50"),
            ("007", "EUR", "7.00"),
            ("500", "JPY", "500"),
            ("1.234", "TND", "1.234"),
            ("99999999999999.99", "EUR", "99999999999999.99"),
        ],
    )
    def test_accepted(self, text: str, currency: str, expected: str) -> None:
        assert str(parse_amount(text, currency)) == expected

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("0.001", TooManyDecimals),
            ("1.500", TooManyDecimals),
            ("NaN", AmountNotFinite),
            ("sNaN", AmountNotFinite),
            ("-Infinity", AmountNotFinite),
            ("inf", AmountNotFinite),
            ("1e3", AmountExponent),
            ("1E-3", AmountExponent),
            ("1_000", AmountCharacter),
            ("+5", AmountCharacter),
            (" 5", AmountCharacter),
            ("5\n", AmountCharacter),
            ("1 000", AmountCharacter),
            ("1,5", AmountCharacter),
            ("\uff11\uff12", AmountCharacter),
            ("\u0661", AmountCharacter),
            ("\u22125", AmountCharacter),
            ("5 €", AmountCharacter),
            ("1\0", AmountCharacter),
            ("1.", InvalidAmount),
            (".5", InvalidAmount),
            ("1.2.3", InvalidAmount),
            ("--1", InvalidAmount),
            ("5-", InvalidAmount),
            ("-", InvalidAmount),
            ("-0", AmountNegativeZero),
            ("-0.00", AmountNegativeZero),
            ("100000000000000", AmountTooLarge),
            ("-100000000000000", AmountTooLarge),
            ("9" * 500, AmountTooLarge),
            ("", Required),
        ],
    )
    def test_refused(self, text: str, error: type[InvalidAmount]) -> None:
        with pytest.raises(error) as refused:
            parse_amount(text, "EUR", field="amount")
        assert type(refused.value) is error
        assert refused.value.field == "amount"

    def test_the_sentence_says_what_the_limit_is(self) -> None:
        with pytest.raises(TooManyDecimals) as refused:
            parse_amount("0.001", "EUR")
        assert refused.value.values == {"text": "0.001", "currency": "EUR", "decimals": 2}
        assert "0.001" in str(refused.value)
        assert "%(" not in str(refused.value)

    def test_negative_and_zero_amounts_may_be_excluded(self) -> None:
        with pytest.raises(AmountNegative):
            parse_amount("-1", "EUR", allow_negative=False)
        with pytest.raises(AmountZero):
            parse_amount("0.00", "EUR", allow_zero=False)

    def test_files_may_use_a_decimal_comma(self) -> None:
        assert parse_amount("-1234,50", "EUR", decimal_mark=",") == Decimal("-1234.50")
        for text in ("1234.50", "1.234,50", "1,234,50"):
            with pytest.raises(InvalidAmount):
                parse_amount(text, "EUR", decimal_mark=",")

    @given(st.text(max_size=12))
    def test_any_text_is_read_exactly_or_refused(self, text: str) -> None:
        try:
            value = parse_amount(text, "EUR")
        except (InvalidAmount, Required) as refused:
            sentence = str(refused)
        else:
            sentence = ""
            assert text.isascii()
            assert Decimal(text) == value
        assert "%(" not in sentence

    @given(st.integers(-(10**16) + 1, 10**16 - 1).map(lambda cents: Decimal(cents).scaleb(-2)))
    def test_every_amount_survives_writing_and_reading(self, value: Decimal) -> None:
        assert parse_amount(f"{value:f}", "EUR") == value
        assert check_amount(value, "EUR") == value


class TestDecimals:
    def test_zeros_that_the_database_appends_are_fine(self) -> None:
        assert str(check_amount(Decimal("12.5000"), "EUR")) == "12.50"
        assert str(check_amount(Decimal("500.0000"), "JPY")) == "500"
        assert str(check_amount(Decimal("1E+3"), "EUR")) == "1000.00"

    @pytest.mark.parametrize(
        ("value", "error"),
        [
            ("0.001", TooManyDecimals),
            ("1E-1000000", TooManyDecimals),
            ("0.00000000000000000000000000000000000000000000001", TooManyDecimals),
            ("NaN", AmountNotFinite),
            ("-Infinity", AmountNotFinite),
            ("-0.00", AmountNegativeZero),
            ("1E+14", AmountTooLarge),
            ("-1E+1000000", AmountTooLarge),
        ],
    )
    def test_refused(self, value: str, error: type[InvalidAmount]) -> None:
        with pytest.raises(error):
            check_amount(Decimal(value), "EUR", "amount")

    def test_negative_and_zero_amounts_may_be_excluded(self) -> None:
        with pytest.raises(AmountNegative):
            check_amount(Decimal(-1), "EUR", allow_negative=False)
        with pytest.raises(AmountZero):
            check_amount(Decimal(0), "EUR", allow_zero=False)


class TestTypedByAClerk:
    @pytest.mark.parametrize(
        ("text", "language", "expected"),
        [
            ("1234.5", "en", "1234.50"),
            ("1,234.50", "en", "1234.50"),
            ("1,234", "en", "1234.00"),
            ("12,345,678.9", "en", "12345678.90"),
            ("1 234.50", "en", "1234.50"),
            (".5", "en", "0.50"),
            (" 7 ", "en", "7.00"),
            ("\u22121,234.50", "en", "-1234.50"),
            ("1234,50", "fr", "1234.50"),
            ("1 234,50", "fr", "1234.50"),
            ("1\u202f234,50", "fr", "1234.50"),
            ("1\u00a0234\u00a0567,5", "fr", "1234567.50"),
            ("-1 234,50", "fr", "-1234.50"),
            ("\u22121\u202f234,50", "fr", "-1234.50"),
            (",5", "fr", "0.50"),
            ("12.50", "fr", "12.50"),
            ("12.50", "fr-ca", "12.50"),
        ],
    )
    def test_accepted(self, text: str, language: str, expected: str) -> None:
        assert str(parse_localized_amount(text, "EUR", language)) == expected

    @pytest.mark.parametrize(
        ("text", "language", "error"),
        [
            ("1,5", "en", AmountGrouping),
            ("1,23,456", "en", AmountGrouping),
            ("1234,567", "en", AmountGrouping),
            ("1 234,50", "en", AmountGrouping),
            ("1,234 567", "en", AmountGrouping),
            ("1 23", "fr", AmountGrouping),
            ("1 234\u202f567", "fr", AmountGrouping),
            ("1.234", "fr", AmountGrouping),
            ("1.234,50", "fr", AmountGrouping),
            ("1,234.50", "fr", InvalidAmount),
            ("1,2,3", "fr", InvalidAmount),
            ("1,", "fr", InvalidAmount),
            ("1.2.3", "en", InvalidAmount),
            (".", "en", InvalidAmount),
            ("12-", "fr", InvalidAmount),
            ("\u2212", "fr", InvalidAmount),
            ("--1", "en", InvalidAmount),
            ("(12)", "en", AmountCharacter),
            ("12 €", "fr", AmountCharacter),
            ("\uff11", "fr", AmountCharacter),
            ("1e3", "en", AmountExponent),
            ("nan", "en", AmountNotFinite),
            ("-0", "en", AmountNegativeZero),
            ("0,001", "fr", TooManyDecimals),
            ("1" * 100, "fr", AmountTooLarge),
            ("100000000000000", "fr", AmountTooLarge),
            ("   ", "fr", Required),
        ],
    )
    def test_refused(self, text: str, language: str, error: type[InvalidAmount]) -> None:
        with pytest.raises(error) as refused:
            parse_localized_amount(text, "EUR", language, field="amount")
        assert type(refused.value) is error
        assert refused.value.field == "amount"

    def test_a_point_before_three_digits_is_ambiguous_in_french_whatever_the_currency(self) -> None:
        with pytest.raises(AmountGrouping):
            parse_localized_amount("1.234", "TND", "fr")
        assert parse_localized_amount("1,234", "TND", "fr") == Decimal("1.234")
        assert parse_localized_amount("1,234", "TND", "en") == Decimal(1234)

    def test_an_example_is_written_with_the_mark_of_the_language(self) -> None:
        with pytest.raises(AmountGrouping) as refused:
            parse_localized_amount("1 23", "EUR", "fr")
        assert "1234,50" in str(refused.value)

    @given(
        st.text(st.sampled_from("0123456789.,- \u00a0\u202f\u2212"), max_size=14),
        st.sampled_from(["en", "fr"]),
    )
    def test_any_text_is_refused_or_keeps_its_digits(self, text: str, language: str) -> None:
        try:
            value = parse_localized_amount(text, "EUR", language)
        except (InvalidAmount, Required) as refused:
            sentence = str(refused)
        else:
            sentence = ""
            typed = "".join(character for character in text if character.isdigit())
            shown = f"{value:f}".replace("-", "").replace(".", "")
            assert shown.rstrip("0").lstrip("0") == typed.rstrip("0").lstrip("0")
        assert "%(" not in sentence
