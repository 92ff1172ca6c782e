"""Exchange rates of documents to the company's base currency (SPEC 5)."""

from __future__ import annotations

from decimal import Decimal

from arledger.companies.selectors import Settings
from arledger.core.rates import check_rate


def exchange_rate(settings: Settings, currency: str, rate: Decimal) -> Decimal:
    """1 for the base currency; otherwise what one unit is worth in base currency. Raises RateInvalid."""
    if currency == settings.company.base_currency:
        return Decimal(1)
    return check_rate(rate, "exchange_rate")
