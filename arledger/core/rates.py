"""What an exchange rate may be: one rule for pages, the API, files and services (SPEC 5)."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid

DECIMALS = 8
"""As many as the database keeps: a rate with more is refused, not rounded."""
LIMIT = Decimal(10) ** 9
"""Rates are smaller than this."""
PATTERN = r"[0-9]{1,9}(\.[0-9]{1,8})?"
"""The machine form, as the API's reference has it too."""

_PLAIN = re.compile(PATTERN, re.ASCII)


class RateInvalid(Invalid):
    code = "exchange_rate_invalid"
    sentence = _("“%(text)s” is not an exchange rate. Write a number above 0 with at most 8 decimals.")


def parse_rate(text: str, *, decimal_marks: str = ".", field: str | None = None) -> Decimal:
    """Read a rate as ``PATTERN`` has it, with one of ``decimal_marks`` for the point. Raises RateInvalid."""
    plain = text if "." in decimal_marks else text.replace(".", " ")
    for mark in decimal_marks:
        plain = plain.replace(mark, ".")
    if not _PLAIN.fullmatch(plain) or not Decimal(plain):
        raise RateInvalid(field=field, text=text[:40])
    return Decimal(plain)


def check_rate(rate: Decimal, field: str | None = None) -> Decimal:
    """The rule of ``parse_rate`` for a Decimal; trailing zeros are fine. Raises RateInvalid."""
    if not rate.is_finite() or not 0 < rate < LIMIT or round(rate, DECIMALS) != rate:
        raise RateInvalid(field=field, text=f"{rate:f}"[:40])
    return rate
