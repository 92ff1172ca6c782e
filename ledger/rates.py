"""Exchange rates of documents to the company's base currency (SPEC 5)."""

from __future__ import annotations

from decimal import Decimal

from arledger.companies.selectors import Settings
from ledger.errors import RateMissing

DECIMALS = 8
LIMIT = Decimal(10) ** 9


def exchange_rate(settings: Settings, currency: str, rate: Decimal) -> Decimal:
    """1 for the base currency; otherwise what one unit is worth in base currency, to 8 decimals.

    Raises RateMissing for what is no positive number, or beyond what the books hold.
    """
    base = settings.company.base_currency
    if currency == base:
        return Decimal(1)
    if not rate.is_finite() or not 0 < rate < LIMIT or not round(rate, DECIMALS):
        raise RateMissing(field="exchange_rate", currency=currency, base=base)
    return rate
