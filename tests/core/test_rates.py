"""What an exchange rate may be; every door asks the same rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from arledger.core.api.parsing import AmountIsNumber
from arledger.core.api.special_fields import RateField as ApiRate
from arledger.core.http.forms import RateField as PageRate
from arledger.core.rates import RateInvalid, check_rate, parse_rate

GOOD = ["1", "0.00000001", "999999999.99999999", "1.0825", "007", "1.50000000"]
BAD = [
    "0", "0.00000000", "-1", "+1", "1e3", "1_000", "NaN", "Infinity", "1.", ".5", " 1", "1 ", "١", "1.5.2", "",
    "0.123456789", "1.000000000", "1000000000", "1" * 60,
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good_rates_are_read_exactly_by_each_door(text: str) -> None:
    assert parse_rate(text) == check_rate(Decimal(text)) == Decimal(text)
    assert parse_rate(text.replace(".", ","), decimal_marks=",") == Decimal(text)
    assert ApiRate().read(text) == Decimal(text)
    assert PageRate().clean(text) == PageRate().clean(text.replace(".", ",")) == Decimal(text)


@pytest.mark.parametrize("text", BAD)
def test_bad_rates_are_refused_with_one_code(text: str) -> None:
    for read in (parse_rate, ApiRate().read, lambda given: parse_rate(given, decimal_marks=".,")):
        with pytest.raises(RateInvalid) as refused:
            read(text)
        assert refused.value.code == "exchange_rate_invalid"


def test_one_mark_only() -> None:
    for text, marks in (("1,5", "."), ("1.5", ","), ("1.000,5", ".,"), ("1,000.5", ".,")):
        with pytest.raises(RateInvalid):
            parse_rate(text, decimal_marks=marks)


@pytest.mark.parametrize(
    "text", ["0", "-1", "NaN", "sNaN", "Infinity", "1e9", "0.123456789", "1e-9", "1." + "1" * 60]
)
def test_a_decimal_obeys_the_same_rule(text: str) -> None:
    with pytest.raises(RateInvalid) as refused:
        check_rate(Decimal(text), "exchange_rate")
    assert refused.value.field == "exchange_rate"


def test_a_json_number_is_no_rate() -> None:
    for number in (1, Decimal("1.5")):
        with pytest.raises(AmountIsNumber):
            ApiRate().read(number)
