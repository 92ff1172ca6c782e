"""Answers as JSON: amounts and every other Decimal as plain strings, days and instants in ISO form (SPEC 15)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.functional import Promise

from arledger.core.money import decimals

ZERO = Decimal(0)


@cache
def _pattern(currency: str) -> str:
    return f".{decimals(currency)}f"


def amount(value: Decimal, currency: str) -> str:
    """An amount with exactly its currency's decimals. Raises UnknownCurrency."""
    return format(value or ZERO, _pattern(currency))


def instant(at: datetime) -> str:
    """An aware instant in UTC, to the microsecond: ``2026-03-15T12:00:00.000000Z``."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def plain(value: Any) -> Any:
    """What ``json`` cannot write by itself. Raises TypeError."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Promise():
            return str(value)
        case frozenset() | set():
            return sorted(value)
    raise TypeError(f"no JSON for {value!r}")


def encode(value: Any) -> str:
    """``value`` as JSON text. Raises ValueError for numbers that JSON does not have."""
    return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
